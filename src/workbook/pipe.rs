//! What the process that reads a file and the one that asks for its rows say to each other: pieces
//! with their length before them. The one that asks sends the number of a sheet.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use super::error::ReadError;
use super::source::{Area, Row};

/// Rows are sent together until they take so many bytes.
pub const ROWS_BYTES: usize = 64 << 10;
/// No piece is larger: the head of a sheet, or the longest row that can be.
const MAX_PIECE_BYTES: usize = 64 << 20;

/// What kind of piece it is, its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A [`SheetHead`].
    Sheet,
    /// All sheets have been sent.
    Opened,
    /// Rows of the sheet that was asked for, one after the other.
    Rows,
    /// All rows of the sheet have been sent.
    RowsEnd,
    /// A [`ReadError`], after which nothing more of the sheet comes, or of the file if it could not be
    /// opened.
    Failed,
}

impl Piece {
    const ALL: [Self; 5] = [
        Self::Sheet,
        Self::Opened,
        Self::Rows,
        Self::RowsEnd,
        Self::Failed,
    ];
}

/// A [`Sheet`](super::source::Sheet) as it is sent.
#[derive(Serialize, Deserialize)]
pub struct SheetHead<'b> {
    pub name: &'b str,
    pub visible: bool,
    #[serde(borrow)]
    pub head: Vec<Row<'b>>,
    pub merged: Vec<Area>,
    pub hidden_columns: Vec<u32>,
}

pub fn send(output: &mut impl Write, piece: Piece, body: &[u8]) -> io::Result<()> {
    let too_long = || io::Error::other("a piece is too long to send");
    if body.len() > MAX_PIECE_BYTES {
        return Err(too_long());
    }
    let length = u32::try_from(body.len()).map_err(|_| too_long())?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(&[piece as u8])?;
    output.write_all(body)?;
    if piece != Piece::Rows {
        output.flush()?;
    }
    Ok(())
}

/// Receives a piece, its body into `body`. An error at the end of the stream too: the one who sends
/// says when it has come to an end.
pub fn receive(input: &mut impl Read, body: &mut Vec<u8>) -> io::Result<Piece> {
    let mut header = [0; 5];
    input.read_exact(&mut header)?;
    let [length @ .., kind] = header;
    let length = u32::from_le_bytes(length) as usize;
    let piece = Piece::ALL.get(usize::from(kind)).copied();
    let piece = piece.filter(|_| length <= MAX_PIECE_BYTES);
    let piece = piece.ok_or_else(|| io::Error::other("this is no piece of a workbook"))?;
    body.resize(length, 0);
    input.read_exact(body)?;
    Ok(piece)
}

/// Writes a value down.
pub fn pack(value: &impl Serialize, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    postcard::to_extend(value, bytes).map_err(io::Error::other)
}

/// The error in a [`Piece::Failed`].
pub fn unpack_error(body: &[u8]) -> ReadError {
    postcard::from_bytes(body).unwrap_or(ReadError::Internal)
}
