//! What calamine reads of Excel's binary formats, and how its cells become ours. The rows of an .xlsb come
//! from its cell reader and never from a whole range: one stray cell in the last row and column makes a
//! range take tens of gigabytes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    DataRef, ExcelDateTime, ExcelDateTimeType, Reader, SheetType, SheetVisible, Xlsb, XlsbError,
};
use chrono::NaiveDate;
use zip::ZipArchive;

use super::error::ReadError;
use super::escape;
use super::note::{BinaryWatcher, Notes, Record, Watcher};
use super::package::{self, SheetPart};
use super::row_builder::{Each, Input, RowBuilder, SheetInfo};
use super::source::Cell;

/// Runs a piece of calamine, which on some broken files panics instead of giving an error.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(ReadError::broken("文件内部结构异常")))
}

/// An .xlsb.
pub struct Binary<'f>(Xlsb<Input<'f>>);

impl<'f> Binary<'f> {
    pub fn open(mut input: Input<'f>) -> Result<(Self, Vec<SheetInfo>), ReadError> {
        let mut archive = ZipArchive::new(&mut input).map_err(ReadError::damaged)?;
        let sheets = xlsb_parts(&mut archive)?;
        let watch = || Watcher::Binary(BinaryWatcher::default());
        let notes = package::inspect(&mut archive, &sheets, watch)?;
        let book = Xlsb::new(input).map_err(ReadError::damaged)?;
        let sheets = infos(book.sheets_metadata(), notes);
        Ok((Self(book), sheets))
    }

    /// Gives the rows of a sheet to `each`, until it says that it has enough.
    pub fn rows(&mut self, sheet: &SheetInfo, each: Each<'_>) -> Result<(), ReadError> {
        let mut cells = guarded(|| {
            self.0
                .worksheet_cells_reader(&sheet.name)
                .map_err(ReadError::damaged)
        })?;
        // Behind the last cell there is nothing that may be asked for.
        let mut ended = false;
        let mut next = || loop {
            if ended {
                return Ok(None);
            }
            match cells.next_cell() {
                Ok(cell) => {
                    ended = cell.is_none();
                    return Ok(cell.map(|cell| {
                        let (row, column) = cell.get_position();
                        (row.saturating_add(1), column, content(cell.get_value()))
                    }));
                }
                // It has been noted.
                Err(XlsbError::CellError(_)) => {}
                Err(error) => return Err(ReadError::damaged(error)),
            }
        };
        // The noted errors come in the order of the sheet, between its other cells.
        let mut errors = sheet.notes.errors.iter().peekable();
        let mut held = None;
        read(sheet, each, || {
            if held.is_none() {
                held = next()?;
            }
            let noted = errors.next_if(|error| {
                let place = |(row, column, _): &(u32, u32, _)| (*row, *column);
                held.as_ref()
                    .is_none_or(|cell| (error.row, error.column) < place(cell))
            });
            Ok(match noted {
                Some(error) => {
                    let value = Cell::Error(error_value(error.code));
                    Some((error.row, error.column, Some(value)))
                }
                None => held.take(),
            })
        })
    }
}

/// How Excel writes an error value by its code.
pub fn error_value(code: u8) -> String {
    let known = match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        0x2B => "#GETTING_DATA",
        code => return format!("#错误值{code}"),
    };
    known.to_owned()
}

/// A cell on its way: its row from 1, its column from 0, and what it holds.
pub type Placed<'b> = (u32, u32, Option<Cell<'b>>);

/// Makes rows of cells that come one by one.
pub fn read<'b>(
    sheet: &SheetInfo,
    each: Each<'_>,
    mut next: impl FnMut() -> Result<Option<Placed<'b>>, ReadError>,
) -> Result<(), ReadError> {
    let mut rows = RowBuilder::new(sheet);
    loop {
        // Row by row rather than cell by cell: each call of the guard takes time.
        let row = guarded(|| {
            while let Some((row, column, content)) = next()? {
                if rows.push(row, column, content)? {
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

fn xlsb_parts<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<Vec<SheetPart>, ReadError> {
    const SHEET: u16 = 156;
    let (Some(book), Some(relations)) = (
        package::list(archive, "xl/workbook.bin")?,
        package::list(archive, "xl/_rels/workbook.bin.rels")?,
    ) else {
        return Ok(Vec::new());
    };
    let relations = package::relations(&relations, "xl");
    let mut parts = Vec::new();
    let mut rest = &book[..];
    while let Some(record) = Record::header(rest) {
        if record.kind == SHEET {
            let (id, after) = wide_text(record.body, 8);
            let (name, _) = wide_text(record.body, after);
            if let Some(part) = relations.get(&id) {
                let path = part.path.clone();
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

/// What a cell holds; `None` for nothing.
pub fn content<'b>(data: &DataRef<'b>) -> Option<Cell<'b>> {
    match data {
        DataRef::Empty => None,
        // calamine does not give its own string away.
        DataRef::String(owned) => Some(Cell::Text(escape::decoded(Cow::Owned(owned.clone())))),
        DataRef::SharedString(shared) => Some(Cell::Text(escape::decoded(Cow::Borrowed(shared)))),
        #[expect(clippy::cast_precision_loss, reason = "a sheet's numbers are floats")]
        DataRef::Int(number) => Some(Cell::Number(*number as f64)),
        DataRef::Float(number) => Some(Cell::Number(*number)),
        DataRef::Bool(truth) => Some(Cell::Bool(*truth)),
        DataRef::DateTime(time) => {
            let day = if time.is_datetime() { day(time) } else { None };
            Some(day.map_or(Cell::Number(time.as_f64()), Cell::Date))
        }
        DataRef::DateTimeIso(iso) => {
            Some(iso_day(iso).map_or_else(|| Cell::Text(Cow::Owned(iso.clone())), Cell::Date))
        }
        DataRef::DurationIso(iso) => Some(Cell::Text(Cow::Owned(iso.clone()))),
        DataRef::Error(error) => Some(Cell::Error(error.to_string())),
    }
}

/// The day that a number means which is shown as one; nothing for a time of day alone.
pub fn day_of(number: f64, since_1904: bool) -> Option<NaiveDate> {
    day(&ExcelDateTime::new(
        number,
        ExcelDateTimeType::DateTime,
        since_1904,
    ))
}

fn day(time: &ExcelDateTime) -> Option<NaiveDate> {
    let (year, month, day, ..) = time.to_ymd_hms_milli();
    let day = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
    day.filter(|_| time.as_f64() >= 1.0)
}

/// The day of an ISO date, with or without a time.
pub fn iso_day(iso: &str) -> Option<NaiveDate> {
    iso.get(..10)?.parse().ok()
}
