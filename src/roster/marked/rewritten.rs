//! A workbook that is no .xlsx, written anew as one: what was read stands in it. Fonts, formulas and all
//! that reading does not give are lost, and the list says so.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::error::MarkError;
use super::problem_list;
use crate::workbook::limit::MAX_ROWS;
use crate::workbook::reader::{Cell, ReadError, Row};
use crate::workbook::sheet_name::SheetNames;
use crate::workbook::source::{Area, Sheet, Source};
use crate::workbook::{style, text};

/// Widths of columns, in characters of Latin.
const NARROWEST: f64 = 8.0;
const WIDEST: f64 = 40.0;

/// Excel shows a number from here on in scientific notation.
const LONG_NUMBER: f64 = 1e11;
const LONG_DIGITS: usize = 11;
/// What headings of numbers say that are names.
const NUMBER_HEADINGS: [&str; 6] = ["证件", "身份证", "编号", "号码", "电话", "工号"];
/// Excel's own format for text, `@`.
const TEXT_FORMAT: u8 = 49;
/// What stands for a result that is not there, in every column an error when the file comes back.
const NOT_THERE: &str = "#N/A";

/// Why a workbook is written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is no .xlsx.
    OtherFormat,
    /// It is an .xlsx that cannot be changed where it is.
    Unusual,
}

impl Reason {
    /// What the list says of it, and what the clerk can do.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::OtherFormat => (
                "上传的文件不是 .xlsx，这个工作簿是按读到的内容另写的 .xlsx：数据都在，原文件的字体、边框、公式、筛选等没有保留",
                "可以直接在这里改好后上传；如要保留原文件的格式，请用 Excel 或 WPS 打开原文件，另存为 .xlsx 后重新上传",
            ),
            Self::Unusual => (
                "上传的 .xlsx 内部写法特殊，无法直接在其中标注，这个工作簿是按读到的内容另写的：数据都在，原文件的字体、边框、公式、筛选等没有保留",
                "可以直接在这里改好后上传；如要保留原文件的格式，请用 Excel 或 WPS 打开原文件，重新保存后再上传",
            ),
        }
    }
}

/// A workbook that was written anew.
pub struct Rewritten {
    pub file: Vec<u8>,
    /// The names of its sheets by those that they had: Excel does not take every name.
    pub names: HashMap<String, String>,
}

/// Writes the workbook as an .xlsx, whatever it was. Rows are as they were read: what was merged down
/// stands in each row, which says the same. Memory does not grow with the rows, but with the file.
pub fn write(source: &mut dyn Source) -> Result<Rewritten, MarkError> {
    let mut workbook = Workbook::new();
    let formats = Formats {
        text: Format::new(),
        exact: Format::new().set_num_format_index(TEXT_FORMAT),
        date: Format::new().set_num_format("yyyy-mm-dd"),
    };
    let sheets = source.sheets().to_vec();
    let mut given = SheetNames::default();
    // The list has its name, whatever the others are called.
    given.give(problem_list::PROBLEMS_SHEET);
    let mut names = HashMap::new();
    let kept = || {
        let sheets = sheets.iter().enumerate();
        sheets.filter(|(_, sheet)| !problem_list::is_problem_list(sheet))
    };
    // The library opens a workbook at its first sheet, and Excel cannot if that is hidden: where all
    // are, one is shown.
    let first = kept().find(|(_, sheet)| sheet.visible).or(kept().next());
    let first = first.map(|(index, _)| index);
    for (index, sheet) in kept() {
        let name = given.give(&sheet.name);
        let out = workbook.add_worksheet_with_constant_memory()?;
        out.set_name(&name)?;
        let is_first = Some(index) == first;
        out.set_active(is_first);
        out.set_hidden(!sheet.visible && !is_first);
        SheetWriter::new(out, sheet, &formats)?.write(source, index)?;
        names.insert(sheet.name.clone(), name);
    }
    Ok(Rewritten {
        file: workbook.save_to_buffer()?,
        names,
    })
}

/// The formats of cells.
struct Formats {
    text: Format,
    /// What is typed into the cell stays as it is typed: Excel would drop digits of a long number.
    exact: Format,
    date: Format,
}

/// Writes one sheet, row after row.
struct SheetWriter<'a> {
    out: &'a mut Worksheet,
    formats: &'a Formats,
    /// Columns of numbers that are names.
    exact: BTreeSet<u16>,
    /// Merged areas of the head, none over another, by their first rows.
    merged: Vec<Area>,
    /// How many of them have been written.
    begun: usize,
    /// The last row of those.
    merged_to: u32,
    /// Whether a row is hidden, and the last row of all.
    is_any_hidden: bool,
    last: u32,
}

impl<'a> SheetWriter<'a> {
    fn new(out: &'a mut Worksheet, sheet: &Sheet, formats: &'a Formats) -> Result<Self, XlsxError> {
        for (column, width) in widths(sheet) {
            out.set_column_width(column, width)?;
        }
        for column in &sheet.hidden_columns {
            if let Ok(column) = u16::try_from(*column) {
                out.set_column_hidden(column)?;
            }
        }
        let exact = number_columns(sheet);
        for column in &exact {
            out.set_column_format(*column, &formats.exact)?;
        }
        let mut merged: Vec<Area> = Vec::new();
        for area in &sheet.merged {
            if !merged.iter().any(|other| overlap(other, area)) {
                merged.push(*area);
            }
        }
        merged.sort_by_key(|area| area.top);
        Ok(Self {
            out,
            formats,
            exact,
            merged,
            begun: 0,
            merged_to: 0,
            is_any_hidden: false,
            last: 0,
        })
    }

    fn write(mut self, source: &mut dyn Source, index: usize) -> Result<(), MarkError> {
        let mut fault = None;
        let read = source.rows(index, &mut |row| {
            self.row(row).map_err(|error| {
                fault = Some(error);
                ReadError::Internal
            })
        });
        if let Some(error) = fault {
            return Err(error.into());
        }
        read?;
        // The library writes the last row of a sheet with constant memory twice if it is hidden, and
        // Excel calls that damaged. So it is not the last one.
        if self.is_any_hidden && self.last < MAX_ROWS {
            self.out.write_blank(self.last, 0, &style::unlined())?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), XlsxError> {
        self.begin_merged(row)?;
        self.last = row.number;
        if row.hidden && row.number < MAX_ROWS {
            self.out.set_row_hidden(row.number - 1)?;
            self.is_any_hidden = true;
        }
        for (column, cell) in &row.cells {
            let Ok(column) = u16::try_from(*column) else {
                continue;
            };
            if !self.covered(row.number, column) {
                self.cell(row.number, column, cell)?;
            }
        }
        Ok(())
    }

    /// Merges the areas that begin with this row; those whose first row holds nothing stay apart.
    fn begin_merged(&mut self, row: &Row<'_>) -> Result<(), XlsxError> {
        while let Some(area) = self.merged.get(self.begun)
            && area.top <= row.number
        {
            let columns = (u16::try_from(area.left), u16::try_from(area.right));
            let (Ok(left), Ok(right), true) = (columns.0, columns.1, area.top == row.number) else {
                self.merged.remove(self.begun);
                continue;
            };
            let plain = &self.formats.text;
            self.out
                .merge_range(area.top - 1, left, area.bottom - 1, right, "", plain)?;
            self.begun += 1;
            self.merged_to = self.merged_to.max(area.bottom);
        }
        Ok(())
    }

    /// Whether a cell is in a merged area, but is not its first cell.
    fn covered(&self, row: u32, column: u16) -> bool {
        if row > self.merged_to {
            return false;
        }
        let column = u32::from(column);
        self.merged[..self.begun].iter().any(|area| {
            let inside = (area.top..=area.bottom).contains(&row)
                && (area.left..=area.right).contains(&column);
            inside && (row, column) != (area.top, area.left)
        })
    }

    fn cell(&mut self, row: u32, column: u16, cell: &Cell<'_>) -> Result<(), XlsxError> {
        let row = row - 1;
        let is_long = matches!(cell, Cell::Number(number) if number.abs() >= LONG_NUMBER);
        let plain = if is_long || self.exact.contains(&column) {
            &self.formats.exact
        } else {
            &self.formats.text
        };
        match cell {
            Cell::Text(content) => text::write(self.out, row, column, content, plain)?,
            Cell::Error(content) => text::write(self.out, row, column, content, plain)?,
            // An empty cell would be none that is wrong.
            Cell::Uncalculated | Cell::Lost => {
                text::write(self.out, row, column, NOT_THERE, plain)?
            }
            Cell::Number(number) => self
                .out
                .write_number_with_format(row, column, *number, plain)?,
            Cell::Bool(truth) => self
                .out
                .write_boolean_with_format(row, column, *truth, plain)?,
            Cell::Date(day) => {
                let date = &self.formats.date;
                match self.out.write_date_with_format(row, column, *day, date) {
                    // Before 1900 there are no dates in Excel.
                    Err(_) => {
                        self.out
                            .write_string_with_format(row, column, day.to_string(), plain)?
                    }
                    Ok(out) => out,
                }
            }
        };
        Ok(())
    }
}

/// The columns that hold numbers which are names, by their headings and by the first rows.
fn number_columns(sheet: &Sheet) -> BTreeSet<u16> {
    let tells = |cell: &Cell<'_>| match cell {
        Cell::Text(text) => {
            NUMBER_HEADINGS.iter().any(|word| text.contains(word))
                || text.bytes().filter(u8::is_ascii_digit).count() >= LONG_DIGITS
        }
        Cell::Number(number) => number.abs() >= LONG_NUMBER,
        _ => false,
    };
    let rows = sheet.head.iter().flat_map(|row| &row.cells);
    let columns = rows
        .filter(|(_, cell)| tells(cell))
        .map(|(column, _)| *column);
    columns
        .filter_map(|column| u16::try_from(column).ok())
        .collect()
}

fn overlap(one: &Area, other: &Area) -> bool {
    one.top <= other.bottom
        && other.top <= one.bottom
        && one.left <= other.right
        && other.left <= one.right
}

/// Widths of the columns by what stands in the head; cells over several columns are left out.
fn widths(sheet: &Sheet) -> BTreeMap<u16, f64> {
    let mut widths = BTreeMap::new();
    for row in &sheet.head {
        for (column, cell) in &row.cells {
            let wide = sheet.merged.iter().any(|area| {
                (area.top, area.left) == (row.number, *column) && area.right > area.left
            });
            let Ok(column) = u16::try_from(*column) else {
                continue;
            };
            let Cell::Text(text) = cell else { continue };
            if !wide {
                let width = text
                    .chars()
                    .map(|character| if character.is_ascii() { 1.1 } else { 2.1 });
                let width = (width.sum::<f64>() + 1.0).clamp(NARROWEST, WIDEST);
                let widest = widths.entry(column).or_insert(width);
                *widest = widest.max(width);
            }
        }
    }
    widths
}
