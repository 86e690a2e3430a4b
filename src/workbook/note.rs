//! What calamine does not say of a sheet: which cells are merged, which rows and columns hidden. It
//! is noted while the parts of a workbook are unpacked to be measured, so that nothing is unpacked
//! once more for it.

use std::ops::RangeInclusive;

use memchr::{memchr, memmem, memrchr};

use super::error::ReadError;
use super::limit::{MAX_AREAS, MAX_COLUMNS, MAX_ROWS};
use super::place;
use super::source::Area;

/// A tag longer than this holds nothing that we look for.
const LONGEST_TAG: usize = 1 << 20;

/// What was noted of a sheet.
#[derive(Debug, Default)]
pub struct Notes {
    /// Areas of merged cells, in the order of the file.
    pub merged: Vec<Area>,
    /// Columns that are not shown, from 0.
    pub hidden_columns: Vec<u32>,
    hidden_rows: Vec<RangeInclusive<u32>>,
    /// Cells of an .xlsb with error values that calamine passes over or does not know.
    pub errors: Vec<ErrorCell>,
}

/// A cell with an error value: its row from 1, its column from 0, and the error's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCell {
    pub row: u32,
    pub column: u32,
    pub code: u8,
}

impl Notes {
    /// Whether a row, from 1, is hidden.
    pub fn hides_row(&self, row: u32) -> bool {
        let after = self
            .hidden_rows
            .partition_point(|hidden| *hidden.start() <= row);
        after > 0 && self.hidden_rows[after - 1].contains(&row)
    }

    /// Notes that a row, from 1, is hidden. Rows come in order.
    pub fn hide_row(&mut self, row: u32) {
        match self.hidden_rows.last_mut() {
            Some(last) if *last.end() + 1 == row => *last = *last.start()..=row,
            Some(last) if *last.end() >= row => {}
            _ if row > MAX_ROWS => {}
            _ => self.hidden_rows.push(row..=row),
        }
    }

    /// Notes that columns, from 0, are hidden.
    pub fn hide_columns(&mut self, first: u32, last: u32) {
        for column in first..=last.min(MAX_COLUMNS - 1) {
            if !self.hidden_columns.contains(&column) {
                self.hidden_columns.push(column);
            }
        }
    }

    /// Notes an area of merged cells.
    pub fn merge(&mut self, area: Area) -> Result<(), ReadError> {
        let is_one_cell = area.top >= area.bottom && area.left >= area.right;
        if is_one_cell || area.top > area.bottom || area.left > area.right {
            return Ok(());
        }
        if self.merged.len() >= MAX_AREAS {
            return Err(ReadError::TooManyAreas);
        }
        self.merged.push(area);
        Ok(())
    }
}

/// Takes notes of a sheet whose bytes pass by.
pub enum Watcher {
    /// Of an .xlsx.
    Xml(XmlWatcher),
    /// Of an .xlsb.
    Binary(BinaryWatcher),
}

impl Watcher {
    /// The next bytes of the sheet.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), ReadError> {
        match self {
            Self::Xml(watcher) => watcher.feed(chunk),
            Self::Binary(watcher) => watcher.feed(chunk),
        }
    }

    /// To be called when all bytes of the sheet have been fed.
    pub fn into_notes(self) -> Notes {
        match self {
            Self::Xml(watcher) => watcher.notes,
            Self::Binary(watcher) => watcher.notes,
        }
    }
}

/// Looks for three tags in a stream of XML, without parsing it. A row that does not say its number, as
/// few programs write it, is not seen to be hidden.
#[derive(Default)]
pub struct XmlWatcher {
    notes: Notes,
    /// What has passed by since the last whole tag.
    carried: Vec<u8>,
}

impl XmlWatcher {
    fn feed(&mut self, chunk: &[u8]) -> Result<(), ReadError> {
        let mut block = std::mem::take(&mut self.carried);
        block.extend_from_slice(chunk);
        let whole = memrchr(b'>', &block).map_or(0, |end| end + 1);
        self.note(&block[..whole])?;
        block.drain(..whole);
        if block.len() > LONGEST_TAG {
            block.clear();
        }
        self.carried = block;
        Ok(())
    }

    /// Notes what stands in a piece of XML that ends with a whole tag.
    fn note(&mut self, xml: &[u8]) -> Result<(), ReadError> {
        for at in memmem::find_iter(xml, "hidden=") {
            let Some(tag) = Tag::around(xml, at) else {
                continue;
            };
            if !tag.says_yes("hidden") {
                continue;
            }
            match tag.name() {
                b"row" => {
                    if let Some(row) = tag.number("r") {
                        self.notes.hide_row(row);
                    }
                }
                b"col" => {
                    if let (Some(first @ 1..), Some(last)) = (tag.number("min"), tag.number("max"))
                    {
                        self.notes.hide_columns(first - 1, last.saturating_sub(1));
                    }
                }
                _ => {}
            }
        }
        for at in memmem::find_iter(xml, "mergeCell ") {
            let area = Tag::around(xml, at)
                .filter(|tag| tag.name() == b"mergeCell")
                .and_then(|tag| area(tag.attribute("ref")?));
            if let Some(area) = area {
                self.notes.merge(area)?;
            }
        }
        Ok(())
    }
}

/// A tag of XML: what stands between `<` and `>`.
struct Tag<'x>(&'x [u8]);

impl<'x> Tag<'x> {
    /// The tag in which `at` lies, if it lies in one.
    fn around(xml: &'x [u8], at: usize) -> Option<Self> {
        let start = memrchr(b'<', &xml[..at])? + 1;
        if memchr(b'>', &xml[start..at]).is_some() {
            return None;
        }
        let end = memchr(b'>', &xml[at..])? + at;
        Some(Self(&xml[start..end]))
    }

    /// Its name without the prefix of its namespace.
    fn name(&self) -> &'x [u8] {
        let end = self
            .0
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(self.0.len());
        let name = &self.0[..end];
        name.rsplit(|byte| *byte == b':').next().unwrap_or(name)
    }

    fn attribute(&self, name: &str) -> Option<&'x [u8]> {
        let at = memmem::find_iter(self.0, name).find(|at| {
            let before = at.checked_sub(1).map(|at| self.0[at]);
            let after = self.0.get(at + name.len());
            before.is_some_and(|byte| byte.is_ascii_whitespace()) && after == Some(&b'=')
        })?;
        let value = &self.0[at + name.len() + 1..];
        let (quote, value) = value.split_first()?;
        Some(&value[..memchr(*quote, value)?])
    }

    fn says_yes(&self, name: &str) -> bool {
        matches!(self.attribute(name), Some(b"1" | b"true" | b"on"))
    }

    fn number(&self, name: &str) -> Option<u32> {
        std::str::from_utf8(self.attribute(name)?)
            .ok()?
            .parse()
            .ok()
    }
}

/// `B2:D4`.
fn area(text: &[u8]) -> Option<Area> {
    let text = std::str::from_utf8(text).ok()?;
    let (from, to) = text.split_once(':')?;
    let ((top, left), (bottom, right)) = (place(from)?, place(to)?);
    Some(Area {
        top,
        bottom,
        left,
        right,
    })
}

/// Looks at the records of a sheet of an .xlsb.
#[derive(Default)]
pub struct BinaryWatcher {
    notes: Notes,
    /// The beginning of a record that has not passed by whole.
    carried: Vec<u8>,
    /// So many bytes are of no interest.
    skipped: usize,
    /// The present row, from 1.
    row: u32,
}

/// Bytes of a record that matter to us.
const TELLING_BYTES: usize = 18;

impl BinaryWatcher {
    const ROW: u16 = 0;
    const ERROR: u16 = 3;
    const FORMULA_ERROR: u16 = 11;
    const COLUMNS: u16 = 60;
    const MERGED: u16 = 176;

    fn feed(&mut self, chunk: &[u8]) -> Result<(), ReadError> {
        let passed = self.skipped.min(chunk.len());
        self.skipped -= passed;
        let mut block = std::mem::take(&mut self.carried);
        block.extend_from_slice(&chunk[passed..]);
        let mut at = 0;
        while let Some(record) = Record::first(&block[at..]) {
            self.note(&record)?;
            let end = at + record.header + record.length;
            at = end.min(block.len());
            self.skipped = end - at;
        }
        block.drain(..at);
        self.carried = block;
        Ok(())
    }

    fn note(&mut self, record: &Record<'_>) -> Result<(), ReadError> {
        let number = |at: usize| record.number(at);
        if record.kind == Self::ROW {
            self.row = number(0).saturating_add(1);
        }
        match record.kind {
            Self::ERROR | Self::FORMULA_ERROR if self.notes.errors.len() < MAX_AREAS => {
                let is_known =
                    |code: u8| matches!(code, 0 | 7 | 0xF | 0x17 | 0x1D | 0x24 | 0x2A | 0x2B);
                let code = record.body.get(8).copied();
                let code =
                    code.filter(|code| record.kind == Self::FORMULA_ERROR || !is_known(*code));
                self.notes.errors.extend(code.map(|code| ErrorCell {
                    row: self.row,
                    column: number(0),
                    code,
                }));
            }
            // The height of a hidden row is zero.
            Self::ROW if record.body.get(11).is_some_and(|flags| flags & 0x10 != 0) => {
                self.notes.hide_row(number(0).saturating_add(1));
            }
            Self::COLUMNS if record.body.get(16).is_some_and(|flags| flags & 1 != 0) => {
                self.notes.hide_columns(number(0), number(4));
            }
            Self::MERGED if record.body.len() >= 16 => {
                self.notes.merge(Area {
                    top: number(0).saturating_add(1),
                    bottom: number(4).saturating_add(1),
                    left: number(8),
                    right: number(12),
                })?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// A record of an .xlsb.
pub struct Record<'b> {
    pub kind: u16,
    /// Bytes before its body.
    pub header: usize,
    /// Bytes of its body.
    pub length: usize,
    /// The first [`TELLING_BYTES`] of its body, or all that are there.
    pub body: &'b [u8],
}

impl<'b> Record<'b> {
    /// The record at the beginning of `bytes`, if enough of it is there.
    fn first(bytes: &'b [u8]) -> Option<Self> {
        let record = Self::header(bytes)?;
        let telling = record.length.min(TELLING_BYTES);
        (record.body.len() >= telling).then_some(record)
    }

    /// The record at the beginning of `bytes`, with what is there of its body. Type and length are
    /// written in groups of seven bits.
    pub fn header(bytes: &'b [u8]) -> Option<Self> {
        let mut at = 0;
        let mut read = |most: u32| {
            let mut value = 0_u32;
            for group in 0..most {
                let byte = *bytes.get(at)?;
                at += 1;
                value |= u32::from(byte & 0x7F) << (7 * group);
                if byte & 0x80 == 0 {
                    break;
                }
            }
            Some(value)
        };
        let kind = u16::try_from(read(2)?).ok()?;
        let length = read(4)? as usize;
        let body = &bytes[at..];
        Some(Self {
            kind,
            header: at,
            length,
            body: &body[..body.len().min(length)],
        })
    }

    /// The number at a place of the body; 0 beyond its end.
    pub fn number(&self, at: usize) -> u32 {
        self.body
            .get(at..)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_seen_wherever_the_stream_is_cut() {
        let xml = br#"<x:cols><x:col min="3" max="5" hidden="true"/></x:cols><sheetData>
            <row r="1" ht="3"><c r="A1"><is><t>hidden="1" mergeCell ref="A1:B2"</t></is></c></row>
            <row r="2" hidden="1"/><row hidden='1' r='3'></row><row r="5" hidden="0"/><row r="9" hidden="1">
            </row></sheetData><mergeCells count="2"><mergeCell ref="B2:B40"/><x:mergeCell ref="AA1:AB1"/>
            <mergeCell ref="C3"/><mergeCell ref="C3:C3"/></mergeCells>"#;
        for size in 1..xml.len() {
            let mut watcher = XmlWatcher::default();
            for chunk in xml.chunks(size) {
                watcher.feed(chunk).unwrap();
            }
            let notes = watcher.notes;
            assert_eq!(notes.hidden_columns, [2, 3, 4], "{size}");
            let hidden: Vec<_> = (1..12).filter(|row| notes.hides_row(*row)).collect();
            assert_eq!(hidden, [2, 3, 9], "{size}");
            let areas = [area(b"B2:B40").unwrap(), area(b"AA1:AB1").unwrap()];
            assert_eq!(notes.merged, areas, "{size}");
        }
        assert_eq!(area(b"AA1:AB2").map(|area| area.right), Some(27));
    }

    #[test]
    fn a_stream_without_tags_is_not_kept() {
        let mut watcher = XmlWatcher::default();
        for _ in 0..100 {
            watcher.feed(&vec![b'x'; 64 << 10]).unwrap();
            assert!(watcher.carried.len() <= LONGEST_TAG);
        }
    }

    #[test]
    fn more_areas_than_can_be_kept_are_refused() {
        let mut notes = Notes::default();
        let merged = area(b"A1:A2").unwrap();
        for _ in 0..MAX_AREAS {
            notes.merge(merged).unwrap();
        }
        assert_eq!(notes.merge(merged), Err(ReadError::TooManyAreas));
    }

    #[test]
    fn binary_records_are_seen_wherever_the_stream_is_cut() {
        let mut bytes = Vec::new();
        let mut record = |kind: u16, body: &[u8]| {
            if kind < 128 {
                bytes.push(kind.to_le_bytes()[0]);
            } else {
                bytes.extend([
                    (kind & 0x7F | 0x80).to_le_bytes()[0],
                    (kind >> 7).to_le_bytes()[0],
                ]);
            }
            bytes.push(u8::try_from(body.len()).unwrap());
            bytes.extend(body);
        };
        record(60, &[1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        record(7, &[9; 60]);
        record(0, &[6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0]);
        record(176, &[1, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0]);
        for size in 1..bytes.len() {
            let mut watcher = BinaryWatcher::default();
            for chunk in bytes.chunks(size) {
                watcher.feed(chunk).unwrap();
            }
            assert_eq!(watcher.notes.hidden_columns, [1, 2], "{size}");
            assert!(watcher.notes.hides_row(7), "{size}");
            assert_eq!(watcher.notes.merged, [area(b"C2:C4").unwrap()], "{size}");
        }
    }
}
