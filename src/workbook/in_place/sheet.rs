//! A sheet's part: cells get another format, cells that are not there are added. All else stays as it
//! is: values, formulas, heights, what lies over the cells.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, Write};

use super::error::EditError;
use super::shade::Shade;
use super::styles::Styles;
use super::xml::{Scanner, Tag, Token};
use crate::workbook::limit::MAX_ROWS;
use crate::workbook::source::Area;
use crate::workbook::{address, place};

/// Columns that a sheet can have.
const COLUMNS: u32 = 16_384;

/// What is said of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its colour.
    pub shade: Shade,
    /// What a note on it says; empty for none.
    pub note: String,
}

impl Mark {
    /// Says more of the same cell: the gravest colours it.
    pub fn add(&mut self, other: &Self) {
        self.shade = self.shade.max(other.shade);
        if !self.note.is_empty() {
            self.note.push('\n');
        }
        self.note.push_str(&other.note);
    }
}

/// The marked cells of a sheet: rows from 1, columns from 0.
pub type Cells = BTreeMap<u32, BTreeMap<u32, Mark>>;

/// The marks of a row that are not written yet, by their columns.
type Row = VecDeque<(u32, Shade)>;

/// Marks in a merged area go to its first cell, the only one that is shown.
pub fn at_first_of_merged(mut cells: Cells, merged: &[Area]) -> Cells {
    for area in merged {
        let rows = cells.range(area.top..=area.bottom);
        let inside: Vec<(u32, u32)> = rows
            .flat_map(|(row, marks)| {
                let columns = marks.range(area.left..=area.right);
                columns.map(|(column, _)| (*row, *column))
            })
            .collect();
        for (row, column) in inside {
            if (row, column) == (area.top, area.left) {
                continue;
            }
            let Some(mark) = cells.get_mut(&row).and_then(|marks| marks.remove(&column)) else {
                continue;
            };
            let first = cells.entry(area.top).or_default().entry(area.left);
            match first {
                Entry::Vacant(first) => drop(first.insert(mark)),
                Entry::Occupied(mut first) => first.get_mut().add(&mark),
            }
        }
    }
    cells
}

/// Copies a sheet, with marks; `shapes` is the tag that points at the shapes of new notes, without its
/// prefix.
pub fn copy<R: BufRead, W: Write>(
    input: R,
    output: W,
    cells: &Cells,
    styles: &mut Styles,
    shapes: Option<String>,
) -> Result<(), EditError> {
    let rows = cells
        .range(1..=MAX_ROWS)
        .filter(|(_, marks)| !marks.is_empty());
    let rows = rows.map(|(row, marks)| {
        let shades = marks
            .range(..COLUMNS)
            .map(|(column, mark)| (*column, mark.shade));
        (*row, shades.collect())
    });
    let copier = Copier {
        scanner: Scanner::new(input),
        output,
        styles,
        rows: rows.collect(),
        prefix: String::new(),
        columns: Vec::new(),
        row: 0,
    };
    copier.all(shapes)
}

struct Copier<'s, R, W> {
    scanner: Scanner<R>,
    output: W,
    styles: &'s mut Styles,
    /// Marks that are not written yet.
    rows: BTreeMap<u32, Row>,
    /// Of the part's own namespace, with its colon.
    prefix: String,
    /// Formats of whole columns: the first, the last, the format.
    columns: Vec<(u32, u32, u32)>,
    /// The present row.
    row: u32,
}

/// Elements of a sheet that come behind the one that points at the shapes of notes.
const BEHIND_SHAPES: [&[u8]; 8] = [
    b"legacyDrawingHF",
    b"drawingHF",
    b"picture",
    b"oleObjects",
    b"controls",
    b"webPublishItems",
    b"tableParts",
    b"extLst",
];

impl<R: BufRead, W: Write> Copier<'_, R, W> {
    fn all(mut self, mut shapes: Option<String>) -> Result<(), EditError> {
        let (mut depth, mut has_rows) = (0_usize, false);
        while let Some(token) = self.scanner.token()? {
            let Token::Tag(tag) = token else {
                self.output.write_all(token.bytes())?;
                continue;
            };
            let level = depth - usize::from(tag.is_end() && depth > 0);
            let is_end = level == 0 && tag.is_end();
            if (is_end || level == 1 && BEHIND_SHAPES.contains(&tag.name()))
                && let Some(shapes) = shapes.take()
            {
                write!(self.output, "<{}{shapes}/>", self.prefix)?;
            }
            match tag.name() {
                b"worksheet" if depth == 0 => {
                    self.prefix = String::from_utf8_lossy(tag.prefix()).into_owned();
                }
                b"col" if !tag.is_end() => self.columns.extend(column(tag)),
                b"sheetData" if depth == 1 && !has_rows => {
                    has_rows = true;
                    if tag.is_empty() {
                        let begin = tag.opened();
                        self.output.write_all(&begin)?;
                        self.missing_rows(u32::MAX)?;
                        write!(self.output, "</{}sheetData>", self.prefix)?;
                    } else {
                        self.output.write_all(tag.0)?;
                        self.rows()?;
                    }
                    continue;
                }
                _ => {}
            }
            self.output.write_all(tag.0)?;
            depth = level + usize::from(!tag.is_end() && !tag.is_empty());
        }
        if has_rows && depth == 0 {
            Ok(())
        } else {
            Err(EditError::Unusual("a sheet without rows"))
        }
    }

    /// All rows, up to the end of them.
    fn rows(&mut self) -> Result<(), EditError> {
        loop {
            let Some(token) = self.scanner.token()? else {
                return Err(EditError::Unusual("a sheet that breaks off"));
            };
            let tag = match token {
                Token::Tag(tag) => tag,
                Token::Other(other) => {
                    self.output.write_all(other)?;
                    continue;
                }
            };
            if tag.is_end() && tag.name() == b"sheetData" {
                let end = tag.0.to_vec();
                self.missing_rows(u32::MAX)?;
                self.output.write_all(&end)?;
                return Ok(());
            }
            if tag.name() != b"row" || tag.is_end() {
                self.output.write_all(tag.0)?;
                continue;
            }
            let number = tag.number("r").unwrap_or(self.row + 1);
            if number <= self.row {
                return Err(EditError::Unusual("rows that are not in order"));
            }
            let has_format = tag.says_yes("customFormat");
            let format = tag.number("s").filter(|_| has_format);
            let is_empty = tag.is_empty();
            if !self.rows.contains_key(&number) && self.rows.range(..number).next().is_none() {
                self.output.write_all(tag.0)?;
                self.row = number;
                if !is_empty {
                    self.cells(Row::new(), format)?;
                }
                continue;
            }
            let name = format!("{}row", String::from_utf8_lossy(tag.prefix()));
            // Which columns the row spans may be no longer true; nobody needs it.
            let tag = tag.with(&[("spans", None)]);
            self.missing_rows(number)?;
            self.row = number;
            let mut marks = self.rows.remove(&number).unwrap_or_default();
            if is_empty && marks.is_empty() {
                self.output.write_all(&tag)?;
            } else if is_empty {
                self.output.write_all(&Tag(&tag).opened())?;
                self.blanks(&mut marks, u32::MAX, format)?;
                write!(self.output, "</{name}>")?;
            } else {
                self.output.write_all(&tag)?;
                self.cells(marks, format)?;
            }
        }
    }

    /// The cells of the present row and its end.
    fn cells(&mut self, mut marks: Row, row_format: Option<u32>) -> Result<(), EditError> {
        let is_changed = !marks.is_empty() || self.styles.has_marks();
        let mut next = 0;
        // How many elements are open in the row.
        let mut depth = 0_usize;
        loop {
            let Some(token) = self.scanner.token()? else {
                return Err(EditError::Unusual("a row that breaks off"));
            };
            let tag = match token {
                Token::Tag(tag) => tag,
                Token::Other(other) => {
                    self.output.write_all(other)?;
                    continue;
                }
            };
            if tag.is_end() {
                if depth > 0 {
                    depth -= 1;
                    self.output.write_all(tag.0)?;
                    continue;
                }
                let end = tag.0.to_vec();
                self.blanks(&mut marks, u32::MAX, row_format)?;
                self.output.write_all(&end)?;
                return Ok(());
            }
            let is_cell = depth == 0 && is_changed && tag.name() == b"c";
            depth += usize::from(!tag.is_empty());
            if !is_cell {
                self.output.write_all(tag.0)?;
                continue;
            }
            let column = tag.attribute("r").and_then(|at| {
                let (row, column) = place(std::str::from_utf8(at).ok()?)?;
                (row == self.row).then_some(column)
            });
            let column = column.unwrap_or(next);
            if column < next {
                return Err(EditError::Unusual("cells that are not in order"));
            }
            next = column + 1;
            let before = tag.number("s").unwrap_or(0);
            let mark = marks.iter().find(|(at, _)| *at == column);
            let after = match mark {
                Some((_, shade)) => self.styles.marked(before, *shade),
                None => self.styles.unmarked(before),
            };
            let tag = if after == before {
                tag.0.to_vec()
            } else {
                tag.with(&[("s", Some(&after.to_string()))])
            };
            self.blanks(&mut marks, column, row_format)?;
            if marks.front().is_some_and(|(at, _)| *at == column) {
                marks.pop_front();
            }
            self.output.write_all(&tag)?;
        }
    }

    /// Marked cells that are not there, in rows that are not there, up to a row.
    fn missing_rows(&mut self, before: u32) -> Result<(), EditError> {
        while let Some(entry) = self.rows.first_entry()
            && *entry.key() < before
        {
            let (row, mut marks) = entry.remove_entry();
            if row <= self.row {
                return Err(EditError::Unusual("rows that are not in order"));
            }
            self.row = row;
            write!(self.output, "<{}row r=\"{row}\">", self.prefix)?;
            self.blanks(&mut marks, u32::MAX, None)?;
            write!(self.output, "</{}row>", self.prefix)?;
        }
        Ok(())
    }

    /// Marked cells of the present row that are not there, up to a column. They look as their row or
    /// column would have them: what is typed into one of a column of texts stays a text.
    fn blanks(
        &mut self,
        marks: &mut Row,
        before: u32,
        row_format: Option<u32>,
    ) -> Result<(), EditError> {
        while let Some((column, shade)) = marks.front().copied()
            && column < before
        {
            marks.pop_front();
            let of_column = || {
                let mut columns = self.columns.iter();
                let found = columns.find(|(first, last, _)| (*first..=*last).contains(&column));
                found.map_or(0, |(_, _, format)| *format)
            };
            let format = row_format.unwrap_or_else(of_column);
            let format = self.styles.marked(format, shade);
            let at = address(self.row, column);
            write!(self.output, "<{}c r=\"{at}\" s=\"{format}\"/>", self.prefix)?;
        }
        Ok(())
    }
}

/// The columns from 0 that a tag is about, and their format.
fn column(tag: Tag<'_>) -> Option<(u32, u32, u32)> {
    let first = tag.number("min")?.checked_sub(1)?;
    let last = tag.number("max")?.checked_sub(1)?;
    Some((first, last, tag.number("style")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(places: &[&str]) -> Cells {
        let mut cells = Cells::new();
        for (row, column) in places.iter().filter_map(|at| place(at)) {
            let (shade, note) = (Shade::Error, String::new());
            cells
                .entry(row)
                .or_default()
                .insert(column, Mark { shade, note });
        }
        cells
    }

    fn copied(xml: &str, places: &[&str], shapes: Option<&str>) -> Result<String, EditError> {
        let mut styles = Styles::none("m")?;
        let mut output = Vec::new();
        let shapes = shapes.map(ToOwned::to_owned);
        copy(
            xml.as_bytes(),
            &mut output,
            &marks(places),
            &mut styles,
            shapes,
        )?;
        Ok(String::from_utf8(output).unwrap())
    }

    #[test]
    fn cells_get_formats_and_those_that_are_not_there_are_added() {
        let head = "<x:worksheet><x:cols><x:col min=\"3\" max=\"4\" style=\"0\"/></x:cols>";
        let sheet = |rows: &str| format!("{head}<x:sheetData>{rows}</x:sheetData></x:worksheet>");
        for (before, places, after) in [
            (
                "<x:row r=\"2\" spans=\"1:1\"><x:c r=\"A2\" t=\"s\"><x:v>1</x:v></x:c></x:row>",
                &["A2", "C2"][..],
                "<x:row r=\"2\"><x:c r=\"A2\" t=\"s\" s=\"1\"><x:v>1</x:v></x:c><x:c r=\"C2\" s=\"1\"/></x:row>",
            ),
            (
                "<x:row><x:c><x:v>1</x:v></x:c><x:c/></x:row><x:row/>",
                &["B1", "A2"],
                "<x:row><x:c><x:v>1</x:v></x:c><x:c s=\"1\"/></x:row><x:row><x:c r=\"A2\" s=\"1\"/></x:row>",
            ),
            (
                "<x:row r=\"4\"/>\n",
                &["A3", "A5"],
                "<x:row r=\"3\"><x:c r=\"A3\" s=\"1\"/></x:row><x:row r=\"4\"/>\n<x:row r=\"5\"><x:c r=\"A5\" s=\"1\"/></x:row>",
            ),
            (
                "<x:row r=\"1\"><x:c r=\"B1\" t=\"inlineStr\"><x:is><x:t>&lt;c></x:t></x:is></x:c><!-- <c> --></x:row>",
                &["A1"],
                "<x:row r=\"1\"><x:c r=\"A1\" s=\"1\"/><x:c r=\"B1\" t=\"inlineStr\"><x:is><x:t>&lt;c></x:t></x:is></x:c><!-- <c> --></x:row>",
            ),
        ] {
            assert_eq!(copied(&sheet(before), places, None).unwrap(), sheet(after));
            assert_eq!(copied(&sheet(before), &[], None).unwrap(), sheet(before));
        }
        let empty = copied("<worksheet><sheetData/></worksheet>", &["A1"], None).unwrap();
        assert!(empty.contains("<sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"/></row></sheetData>"));
    }

    #[test]
    fn shapes_are_pointed_at_where_excel_looks_for_them() {
        let sheet = |tail: &str| format!("<x:worksheet><x:sheetData/>{tail}</x:worksheet>");
        for (before, after) in [
            ("", "<x:legacyDrawing/>"),
            (
                "<x:drawing/><x:tableParts><a/></x:tableParts>",
                "<x:drawing/><x:legacyDrawing/><x:tableParts><a/></x:tableParts>",
            ),
            (
                "<x:extLst><x:picture/></x:extLst>",
                "<x:legacyDrawing/><x:extLst><x:picture/></x:extLst>",
            ),
        ] {
            let copied = copied(&sheet(before), &[], Some("legacyDrawing")).unwrap();
            let wanted = sheet(after).replace("<x:sheetData/>", "<x:sheetData></x:sheetData>");
            assert_eq!(copied, wanted);
        }
    }

    #[test]
    fn what_no_program_writes_is_not_touched() {
        for rows in [
            "<row r=\"2\"/><row r=\"1\"/>",
            "<row r=\"1\"/><row r=\"1\"/>",
            "<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>",
            "<row r=\"1\">",
        ] {
            let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
            assert!(copied(&sheet, &["C1", "C2"], None).is_err(), "{rows}");
        }
        assert!(copied("<html/>", &[], None).is_err());
    }
}
