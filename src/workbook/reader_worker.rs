//! What the process does that reads a file for another one: `qianshou read-workbook FILE`.

use std::io::{self, Read, Write};
use std::path::Path;

use super::error::ReadError;
use super::limit::Limits;
use super::pipe::{self, Piece, ROWS_BYTES, SheetHead};
use super::reader::OpenFile;
use super::source::{Row, Sheet, Source};

/// Reads the file under limits: sends its sheets to standard output, then the rows of each sheet whose
/// number comes from standard input, until that ends. An error is one of the pipe; one of the file is
/// sent.
pub fn run(path: &Path, limits: Limits) -> io::Result<()> {
    limits.impose()?;
    let mut output = io::BufWriter::with_capacity(ROWS_BYTES, io::stdout().lock());
    let mut file = match OpenFile::open_path(path) {
        Ok(file) => file,
        Err(error) => return fail(&mut output, &error),
    };
    for sheet in file.sheets() {
        pipe::send(
            &mut output,
            Piece::Sheet,
            &pipe::pack(&sent(sheet), Vec::new())?,
        )?;
    }
    pipe::send(&mut output, Piece::Opened, &[])?;
    let mut input = io::stdin().lock();
    let mut sheet = [0; 4];
    while input.read_exact(&mut sheet).is_ok() {
        match send_rows(&mut file, u32::from_le_bytes(sheet) as usize, &mut output)? {
            Ok(()) => pipe::send(&mut output, Piece::RowsEnd, &[])?,
            Err(error) => fail(&mut output, &error)?,
        }
    }
    Ok(())
}

fn sent(sheet: &Sheet) -> SheetHead<'_> {
    SheetHead {
        name: &sheet.name,
        visible: sheet.visible,
        head: sheet.head.clone(),
        merged: sheet.merged.clone(),
        hidden_columns: sheet.hidden_columns.clone(),
    }
}

fn fail(output: &mut impl Write, error: &ReadError) -> io::Result<()> {
    pipe::send(output, Piece::Failed, &pipe::pack(error, Vec::new())?)
}

/// Sends the rows of a sheet. The outer error is one of the pipe, the inner one of the file.
fn send_rows(
    file: &mut OpenFile<'_>,
    sheet: usize,
    output: &mut impl Write,
) -> io::Result<Result<(), ReadError>> {
    let mut packed = Vec::with_capacity(2 * ROWS_BYTES);
    let mut broken = None;
    let mut send = |row: &Row<'_>| {
        packed = pipe::pack(row, std::mem::take(&mut packed))?;
        if packed.len() >= ROWS_BYTES {
            pipe::send(output, Piece::Rows, &packed)?;
            packed.clear();
        }
        Ok(())
    };
    let read = file.rows(sheet, &mut |row| {
        send(row).map_err(|error| {
            broken = Some(error);
            ReadError::Internal
        })
    });
    if let Some(error) = broken {
        return Err(error);
    }
    pipe::send(output, Piece::Rows, &packed)?;
    Ok(read)
}
