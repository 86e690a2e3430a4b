//! An .xls, which has at most 65,536 rows of 256 columns and is read whole, through calamine.
//!
//! What calamine does not say of it is noted from its records: what is hidden, numbers whose format shows
//! zeros, formulas that nothing has calculated, and error values that it does not know, for which it would
//! refuse the whole file.

use std::collections::HashMap;
use std::io::{Cursor, Read, Seek, Write};

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible, Xls, XlsError};

use super::error::ReadError;
use super::excel::{content, error_value, guarded};
use super::kind::Kind;
use super::note::Notes;
use super::number_format::{Form, Shown};
use super::row_builder::{Each, Input, RowBuilder, SheetInfo};
use super::source::{Area, Cell};

/// `#N/A`, which stands in for an error value that calamine does not know.
const NOT_AVAILABLE: u8 = 0x2A;
/// The error values that calamine knows.
const KNOWN_ERRORS: [u8; 8] = [0, 0x07, 0x0F, 0x17, 0x1D, 0x24, NOT_AVAILABLE, 0x2B];

/// An .xls.
pub struct Old<'f> {
    book: Xls<Input<'f>>,
    /// How numbers are shown, by style: those in a fixed form alone.
    forms: HashMap<u16, Form>,
    /// By the name of each sheet, its cells that calamine would give otherwise.
    odd: HashMap<String, OddCells>,
}

/// Rows and columns, from 0, of cells that calamine would give otherwise.
type OddCells = HashMap<(u16, u16), Odd>;

#[derive(Clone, Copy)]
enum Odd {
    /// A number shown in the form of a style.
    Formed(u16),
    Uncalculated,
    /// An error value by its code.
    Error(u8),
}

/// What the records say.
#[derive(Default)]
struct Noted {
    forms: HashMap<u16, Form>,
    /// Of each sheet, in the order of the workbook.
    sheets: Vec<(Notes, OddCells)>,
    /// The file with another error value in place of those that calamine does not know.
    mended: Option<Vec<u8>>,
}

impl<'f> Old<'f> {
    pub fn open(mut input: Input<'f>) -> Result<(Self, Vec<SheetInfo>), ReadError> {
        let mut noted = noted(&mut input)?;
        if let Some(mended) = noted.mended.take() {
            input = Box::new(Cursor::new(mended));
        }
        let book = Xls::new(input).map_err(|error| match error {
            XlsError::Password => ReadError::NotWorkbook(Kind::Encrypted),
            error => ReadError::damaged(error),
        })?;
        let mut sheets = Vec::new();
        let mut odd = HashMap::new();
        for (position, sheet) in book.sheets_metadata().iter().enumerate() {
            if sheet.typ != SheetType::WorkSheet {
                continue;
            }
            let (mut notes, cells) = noted
                .sheets
                .get_mut(position)
                .map(std::mem::take)
                .unwrap_or_default();
            odd.insert(sheet.name.clone(), cells);
            let merged = book.merge_cells_by_sheet_name(&sheet.name);
            for area in merged.map_err(ReadError::damaged)? {
                notes.merge(Area {
                    top: area.start.0 + 1,
                    bottom: area.end.0 + 1,
                    left: area.start.1,
                    right: area.end.1,
                })?;
            }
            sheets.push(SheetInfo {
                name: sheet.name.clone(),
                visible: sheet.visible == SheetVisible::Visible,
                notes,
            });
        }
        let forms = noted.forms;
        Ok((Self { book, forms, odd }, sheets))
    }

    /// Gives the rows of a sheet to `each`, until it says that it has enough.
    pub fn rows(&mut self, sheet: &SheetInfo, each: Each<'_>) -> Result<(), ReadError> {
        let range = guarded(|| {
            self.book
                .worksheet_range(&sheet.name)
                .map_err(ReadError::damaged)
        })?;
        let odd = self.odd.get(&sheet.name).filter(|odd| !odd.is_empty());
        let (top, left) = range.start().unwrap_or_default();
        let mut rows = RowBuilder::new(sheet);
        for (at, cells) in (top + 1..).zip(range.rows()) {
            for (column, data) in (left..).zip(cells) {
                let cell = odd
                    .and_then(|odd| {
                        let place = (u16::try_from(at - 1).ok()?, u16::try_from(column).ok()?);
                        self.otherwise(*odd.get(&place)?, data)
                    })
                    .or_else(|| content(&borrowed(data)));
                rows.push(at, column, cell)?;
            }
            if let Some(mut whole) = rows.finish() {
                if !each(&mut whole)? {
                    return Ok(());
                }
                rows.reuse(whole);
            }
        }
        Ok(())
    }

    /// What an odd cell holds.
    fn otherwise(&self, odd: Odd, data: &Data) -> Option<Cell<'static>> {
        match (odd, data) {
            (Odd::Formed(style), Data::Float(number)) => self.formed(style, *number),
            #[expect(clippy::cast_precision_loss, reason = "a sheet's numbers are floats")]
            (Odd::Formed(style), Data::Int(number)) => self.formed(style, *number as f64),
            (Odd::Formed(_), _) => None,
            (Odd::Uncalculated, _) => Some(Cell::Uncalculated),
            (Odd::Error(code), _) => Some(Cell::Error(error_value(code))),
        }
    }

    fn formed(&self, style: u16, number: f64) -> Option<Cell<'static>> {
        let seen = self.forms.get(&style)?.show(number)?;
        Some(Cell::Text(seen.into()))
    }
}

/// A file with this stream, and `#N/A` at these places of it.
fn mended(mut stream: Vec<u8>, places: &[usize]) -> std::io::Result<Vec<u8>> {
    for place in places {
        stream[*place] = NOT_AVAILABLE;
    }
    let mut file =
        cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    let mut whole = file.create_stream("/Workbook")?;
    whole.write_all(&stream)?;
    drop(whole);
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

/// What there is to note of an .xls. What is wrong with its records is for calamine to say.
fn noted(input: &mut (impl Read + Seek)) -> Result<Noted, ReadError> {
    let mut file = cfb::CompoundFile::open(input).map_err(ReadError::damaged)?;
    // What was written by no program for people to calculate with says nothing of itself.
    let is_of_office = file.exists("/\u{5}SummaryInformation");
    let mut stream = Vec::new();
    let opened = match file.open_stream("/Workbook") {
        Ok(opened) => Ok(opened),
        Err(_) => file.open_stream("/Book"),
    };
    opened
        .and_then(|mut opened| opened.read_to_end(&mut stream))
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => ReadError::CutOff,
            _ => ReadError::damaged(error),
        })?;
    let mut noted = Noted {
        forms: forms(&stream),
        ..Noted::default()
    };
    let sheets = Records(&stream)
        .take_while(|(kind, _)| *kind != Records::END)
        .filter(|(kind, _)| *kind == Records::SHEET)
        .map(|(_, body)| Records::number(body, 0) | Records::number(body, 2) << 16);
    let mut unknown = Vec::new();
    for at in sheets {
        let (mut notes, mut odd) = (Notes::default(), OddCells::new());
        let rest = stream.get(at as usize..).unwrap_or_default();
        for (kind, body) in Records(rest).take_while(|(kind, _)| *kind != Records::END) {
            match kind {
                Records::ROW if Records::number(body, 12) & 0x20 != 0 => {
                    notes.hide_row(Records::number(body, 0) + 1);
                }
                Records::COLUMNS if Records::number(body, 8) & 1 != 0 => {
                    notes.hide_columns(Records::number(body, 0), Records::number(body, 2));
                }
                _ => {
                    if let Some(code) = look(kind, body, is_of_office, &noted.forms, &mut odd) {
                        // Both lie in the same memory, the one within the other.
                        let body_at = body.as_ptr().addr() - stream.as_ptr().addr();
                        unknown.push(body_at + code);
                    }
                }
            }
        }
        noted.sheets.push((notes, odd));
    }
    if !unknown.is_empty() {
        noted.mended = Some(mended(stream, &unknown).map_err(ReadError::damaged)?);
    }
    Ok(noted)
}

/// Notes a cell if it is odd. Gives the place in the body of an error value that calamine does not know.
fn look(
    kind: u16,
    body: &[u8],
    is_of_office: bool,
    forms: &HashMap<u16, Form>,
    odd: &mut OddCells,
) -> Option<usize> {
    let half = |at: usize| Some(u16::from_le_bytes(*body.get(at..)?.first_chunk()?));
    let is_cell = matches!(
        kind,
        Records::NUMBER
            | Records::RK
            | Records::MANY_RK
            | Records::FORMULA
            | Records::BOOL_OR_ERROR
    );
    if !is_cell {
        return None;
    }
    let (row, column) = (half(0)?, half(2)?);
    let is_unknown = |code: &u8| !KNOWN_ERRORS.contains(code);
    match kind {
        Records::BOOL_OR_ERROR => {
            let code = *body
                .get(6)
                .filter(|_| body.get(7) == Some(&1))
                .filter(|code| is_unknown(code))?;
            odd.insert((row, column), Odd::Error(code));
            return Some(6);
        }
        Records::FORMULA if body.get(12..14).is_some_and(|end| end == [0xFF; 2]) => {
            match body.get(6)? {
                2 => {
                    let code = *body.get(8).filter(|code| is_unknown(code))?;
                    odd.insert((row, column), Odd::Error(code));
                    return Some(8);
                }
                3 if !is_of_office => {
                    odd.insert((row, column), Odd::Uncalculated);
                }
                _ => {}
            }
        }
        Records::FORMULA
            if !is_of_office && body.get(6..14).is_some_and(|value| value == [0; 8]) =>
        {
            odd.insert((row, column), Odd::Uncalculated);
        }
        Records::MANY_RK => {
            for (column, at) in
                (column..=u16::MAX).zip((4..body.len().saturating_sub(7)).step_by(6))
            {
                let style = half(at)?;
                if forms.contains_key(&style) {
                    odd.insert((row, column), Odd::Formed(style));
                }
            }
        }
        _ => {
            let style = half(4)?;
            if forms.contains_key(&style) {
                odd.insert((row, column), Odd::Formed(style));
            }
        }
    }
    None
}

/// The styles that show digits in a fixed form, of an .xls of Excel 97 and later.
fn forms(stream: &[u8]) -> HashMap<u16, Form> {
    let mut codes = HashMap::new();
    let mut forms = HashMap::new();
    let mut style = 0_u16;
    for (kind, body) in Records(stream).take_while(|(kind, _)| *kind != Records::END) {
        match kind {
            Records::FORMAT => {
                if let Some(Shown::Digits(form)) = code(body).map(|code| Shown::by_code(&code)) {
                    codes.insert(Records::number(body, 0), form);
                }
            }
            Records::STYLE => {
                if let Some(form) = codes.get(&Records::number(body, 2)) {
                    forms.insert(style, form.clone());
                }
                style = style.saturating_add(1);
            }
            _ => {}
        }
    }
    forms
}

/// The code of a number format: its number, the count of its characters, and whether they take two bytes.
fn code(body: &[u8]) -> Option<String> {
    let count = Records::number(body, 2) as usize;
    let text = body.get(5..)?;
    if body.get(4)? & 1 == 0 {
        return Some(
            text.get(..count)?
                .iter()
                .map(|byte| char::from(*byte))
                .collect(),
        );
    }
    let (pairs, _) = text.get(..2 * count)?.as_chunks();
    let units: Vec<_> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    Some(String::from_utf16_lossy(&units))
}

/// The records of an .xls: type, length, body.
struct Records<'b>(&'b [u8]);

impl Records<'_> {
    const FORMULA: u16 = 0x0006;
    const END: u16 = 0x000A;
    const COLUMNS: u16 = 0x007D;
    const SHEET: u16 = 0x0085;
    const MANY_RK: u16 = 0x00BD;
    const STYLE: u16 = 0x00E0;
    const NUMBER: u16 = 0x0203;
    const BOOL_OR_ERROR: u16 = 0x0205;
    const ROW: u16 = 0x0208;
    const RK: u16 = 0x027E;
    const FORMAT: u16 = 0x041E;

    /// The 16-bit number at a place of a body; 0 beyond its end.
    fn number(body: &[u8], at: usize) -> u32 {
        body.get(at..)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |bytes| u32::from(u16::from_le_bytes(*bytes)))
    }
}

impl<'b> Iterator for Records<'b> {
    type Item = (u16, &'b [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (header, rest) = self.0.split_first_chunk::<4>()?;
        let kind = u16::from_le_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_le_bytes([header[2], header[3]]));
        let (body, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((kind, body))
    }
}

/// A cell of a range, as if it came from a cell reader.
fn borrowed(data: &Data) -> DataRef<'_> {
    match data {
        Data::String(text) => DataRef::SharedString(text),
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(time) => DataRef::DateTime(*time),
        Data::DateTimeIso(iso) => DataRef::DateTimeIso(iso.clone()),
        Data::DurationIso(iso) => DataRef::DurationIso(iso.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}
