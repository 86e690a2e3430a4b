//! Workbooks of Excel, through calamine.
//!
//! The rows of an .xlsx and an .xlsb come from calamine's cell readers and never from a whole range:
//! one stray cell in the last row and column makes a range take tens of gigabytes. An .xls, which has
//! at most 65,536 rows of 256 columns, is read whole.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsb, Xlsx};
use chrono::NaiveDate;
use zip::ZipArchive;

use super::error::ReadError;
use super::kind::Kind;
use super::note::{BinaryWatcher, Notes, Record, Watcher, XmlWatcher};
use super::package::{self, SheetPart};
use super::row_builder::{Each, Input, RowBuilder, SheetInfo};
use super::source::{Area, Cell};

/// Runs a piece of calamine, which on some broken files panics instead of giving an error.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(ReadError::Damaged("文件内部结构异常".to_owned())))
}

/// An .xlsx, an .xlsm or an .xlsb.
pub enum Zipped<'f> {
    Xlsx(Xlsx<Input<'f>>),
    Xlsb(Xlsb<Input<'f>>),
}

impl<'f> Zipped<'f> {
    pub fn open_xlsx(mut input: Input<'f>) -> Result<(Self, Vec<SheetInfo>), ReadError> {
        let mut archive = ZipArchive::new(&mut input).map_err(ReadError::damaged)?;
        let sheets = xlsx_parts(&mut archive)?;
        let watch = || Watcher::Xml(XmlWatcher::default());
        let notes = package::inspect(&mut archive, &sheets, watch)?;
        let book = Xlsx::new(input).map_err(ReadError::damaged)?;
        let sheets = infos(book.sheets_metadata(), notes);
        Ok((Self::Xlsx(book), sheets))
    }

    pub fn open_xlsb(mut input: Input<'f>) -> Result<(Self, Vec<SheetInfo>), ReadError> {
        let mut archive = ZipArchive::new(&mut input).map_err(ReadError::damaged)?;
        let sheets = xlsb_parts(&mut archive)?;
        let watch = || Watcher::Binary(BinaryWatcher::default());
        let notes = package::inspect(&mut archive, &sheets, watch)?;
        let book = Xlsb::new(input).map_err(ReadError::damaged)?;
        let sheets = infos(book.sheets_metadata(), notes);
        Ok((Self::Xlsb(book), sheets))
    }

    /// Gives the rows of a sheet to `each`, until it says that it has enough.
    pub fn rows(&mut self, sheet: &SheetInfo, each: Each<'_>) -> Result<(), ReadError> {
        match self {
            Self::Xlsx(book) => {
                let mut cells = guarded(|| {
                    book.worksheet_cells_reader(&sheet.name)
                        .map_err(ReadError::damaged)
                })?;
                read(sheet, each, || {
                    cells.next_cell().map_err(ReadError::damaged)
                })
            }
            Self::Xlsb(book) => {
                let mut cells = guarded(|| {
                    book.worksheet_cells_reader(&sheet.name)
                        .map_err(ReadError::damaged)
                })?;
                read(sheet, each, || {
                    cells.next_cell().map_err(ReadError::damaged)
                })
            }
        }
    }
}

/// Makes rows of cells that come one by one.
fn read<'b>(
    sheet: &SheetInfo,
    each: Each<'_>,
    mut next: impl FnMut() -> Result<Option<calamine::Cell<DataRef<'b>>>, ReadError>,
) -> Result<(), ReadError> {
    let mut rows = RowBuilder::new(sheet);
    loop {
        // Row by row rather than cell by cell: each call of the guard takes time.
        let row = guarded(|| {
            while let Some(cell) = next()? {
                let (row, column) = cell.get_position();
                let content = content(cell.get_value());
                if rows.push(row.saturating_add(1), column, content)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })?;
        let Some(mut whole) = (if row { rows.take() } else { rows.finish() }) else {
            return Ok(());
        };
        if !each(&mut whole)? || !row {
            return Ok(());
        }
        rows.reuse(whole);
    }
}

/// The sheets with rows and columns, and what was noted of them.
fn infos(sheets: &[calamine::Sheet], mut notes: HashMap<String, Notes>) -> Vec<SheetInfo> {
    sheets
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| SheetInfo {
            name: sheet.name.clone(),
            visible: sheet.visible == SheetVisible::Visible,
            notes: notes.remove(&sheet.name).unwrap_or_default(),
        })
        .collect()
}

fn xlsx_parts<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<Vec<SheetPart>, ReadError> {
    let (Some(book), Some(relations)) = (
        package::list(archive, "xl/workbook.xml")?,
        package::list(archive, "xl/_rels/workbook.xml.rels")?,
    ) else {
        return Ok(Vec::new());
    };
    let relations = package::relations(&relations);
    let mut parts = Vec::new();
    package::each_tag(&book, "sheet", |attribute| {
        let path = attribute("id").and_then(|id| relations.get(&id).cloned());
        if let (Some(name), Some(path)) = (attribute("name"), path) {
            parts.push(SheetPart { name, path });
        }
    });
    Ok(parts)
}

fn xlsb_parts<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<Vec<SheetPart>, ReadError> {
    const SHEET: u16 = 156;
    let (Some(book), Some(relations)) = (
        package::list(archive, "xl/workbook.bin")?,
        package::list(archive, "xl/_rels/workbook.bin.rels")?,
    ) else {
        return Ok(Vec::new());
    };
    let relations = package::relations(&relations);
    let mut parts = Vec::new();
    let mut rest = &book[..];
    while let Some(record) = Record::header(rest) {
        if record.kind == SHEET {
            let (id, after) = wide_text(record.body, 8);
            let (name, _) = wide_text(record.body, after);
            if let Some(path) = relations.get(&id) {
                let path = path.clone();
                parts.push(SheetPart { name, path });
            }
        }
        rest = rest
            .get(record.header + record.length..)
            .unwrap_or_default();
    }
    Ok(parts)
}

/// A text at a place of a record, with its length before it, and the place after it.
fn wide_text(body: &[u8], at: usize) -> (String, usize) {
    let length = body
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
    let from = (at + 4).min(body.len());
    let to = from
        .saturating_add(length.saturating_mul(2))
        .min(body.len());
    let units: Vec<_> = body[from..to]
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    (String::from_utf16_lossy(&units), to)
}

/// An .xls, which calamine reads into memory whole.
pub struct Old<'f>(Xls<Input<'f>>);

impl<'f> Old<'f> {
    pub fn open(mut input: Input<'f>) -> Result<(Self, Vec<SheetInfo>), ReadError> {
        let mut notes = noted(&mut input)?;
        let book = Xls::new(input).map_err(|error| match error {
            XlsError::Password => ReadError::NotWorkbook(Kind::Encrypted),
            error => ReadError::damaged(error),
        })?;
        let mut sheets = Vec::new();
        for (position, sheet) in book.sheets_metadata().iter().enumerate() {
            if sheet.typ != SheetType::WorkSheet {
                continue;
            }
            let mut notes = notes
                .get_mut(position)
                .map_or_else(Notes::default, std::mem::take);
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
        Ok((Self(book), sheets))
    }

    /// As [`Zipped::rows`].
    pub fn rows(&mut self, sheet: &SheetInfo, each: Each<'_>) -> Result<(), ReadError> {
        let range = guarded(|| {
            self.0
                .worksheet_range(&sheet.name)
                .map_err(ReadError::damaged)
        })?;
        let (top, left) = range.start().unwrap_or_default();
        let mut rows = RowBuilder::new(sheet);
        for (at, cells) in (top + 1..).zip(range.rows()) {
            for (column, data) in (left..).zip(cells) {
                rows.push(at, column, content(&borrowed(data)))?;
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
}

/// The hidden rows and columns of each sheet of an .xls, in the order of the workbook. What is wrong
/// with its records is for calamine to say.
fn noted(input: &mut (impl Read + Seek)) -> Result<Vec<Notes>, ReadError> {
    let mut file = cfb::CompoundFile::open(input).map_err(ReadError::damaged)?;
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
    let sheets = Records(&stream)
        .take_while(|(kind, _)| *kind != Records::END)
        .filter(|(kind, _)| *kind == Records::SHEET)
        .map(|(_, body)| Records::number(body, 0) | Records::number(body, 2) << 16);
    let notes = sheets.map(|at| {
        let mut notes = Notes::default();
        let rest = stream.get(at as usize..).unwrap_or_default();
        for (kind, body) in Records(rest).take_while(|(kind, _)| *kind != Records::END) {
            match kind {
                Records::ROW if Records::number(body, 12) & 0x20 != 0 => {
                    notes.hide_row(Records::number(body, 0) + 1);
                }
                Records::COLUMNS if Records::number(body, 8) & 1 != 0 => {
                    notes.hide_columns(Records::number(body, 0), Records::number(body, 2));
                }
                _ => {}
            }
        }
        notes
    });
    Ok(notes.collect())
}

/// The records of an .xls: type, length, body.
struct Records<'b>(&'b [u8]);

impl Records<'_> {
    const END: u16 = 0x000A;
    const COLUMNS: u16 = 0x007D;
    const SHEET: u16 = 0x0085;
    const ROW: u16 = 0x0208;

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

/// What a cell holds; `None` for nothing.
fn content<'b>(data: &DataRef<'b>) -> Option<Cell<'b>> {
    match data {
        DataRef::Empty => None,
        // calamine does not give its own string away.
        DataRef::String(owned) => Some(Cell::Text(Cow::Owned(owned.clone()))),
        DataRef::SharedString(shared) => Some(Cell::Text(Cow::Borrowed(shared))),
        #[expect(clippy::cast_precision_loss, reason = "a sheet's numbers are floats")]
        DataRef::Int(number) => Some(Cell::Number(*number as f64)),
        DataRef::Float(number) => Some(Cell::Number(*number)),
        DataRef::Bool(truth) => Some(Cell::Bool(*truth)),
        DataRef::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            let date = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
            // A duration, or a time of day alone, is no date.
            Some(match date {
                Some(date) if time.is_datetime() && time.as_f64() >= 1.0 => Cell::Date(date),
                _ => Cell::Number(time.as_f64()),
            })
        }
        DataRef::DateTimeIso(iso) => Some(
            iso.get(..10)
                .and_then(|date| date.parse().ok())
                .map_or_else(|| Cell::Text(Cow::Owned(iso.clone())), Cell::Date),
        ),
        DataRef::DurationIso(iso) => Some(Cell::Text(Cow::Owned(iso.clone()))),
        DataRef::Error(error) => Some(Cell::Error(error.to_string())),
    }
}
