//! The workbook that was sent, with its faulty cells coloured and noted, and a sheet that lists all
//! problems: what a clerk puts right and sends again.

use std::collections::{BTreeMap, HashMap};
use std::io::{Seek, Write};

use rust_xlsxwriter::{Color, Format, FormatBorder, Note, Workbook, Worksheet, XlsxError};

use super::report::RosterProblem;
use crate::code_list::CodeList;
use crate::household::rule::Severity;
use crate::workbook::limit::MAX_ROWS;
use crate::workbook::reader::{Cell, ReadError, Row};
use crate::workbook::sheet_name::SheetNames;
use crate::workbook::source::{Area, Sheet, Source};
use crate::workbook::{place, style, text};

/// The sheet that lists the problems; it is no roster, and is not carried over when the marked
/// workbook is sent again.
pub const PROBLEMS_SHEET: &str = "错误清单";
/// Excel follows no more links than this in a sheet.
const MAX_LINKS: usize = 65_000;
/// Widths of columns, in characters of Latin.
const NARROWEST: f64 = 8.0;
const WIDEST: f64 = 40.0;

/// Why a marked workbook cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
    /// The workbook that was sent cannot be read to its end.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The marked one cannot be written.
    #[error(transparent)]
    Write(#[from] XlsxError),
}

/// Writes the workbook to `output` as an .xlsx, whatever it was. Rows are as they were read: what was
/// merged down stands in each row, which says the same. Memory does not grow with the rows, but with
/// the problems.
pub fn write(
    source: &mut dyn Source,
    problems: &[RosterProblem],
    output: impl Write + Seek + Send,
) -> Result<(), MarkError> {
    let mut workbook = Workbook::new();
    let styles = Styles::new();
    let mut marks = Marks::of(problems);
    let sheets = source.sheets().to_vec();
    let mut given = SheetNames::default();
    let list_name = given.give(PROBLEMS_SHEET);
    let mut names = HashMap::new();
    let mut is_any_shown = false;
    for (index, sheet) in sheets.iter().enumerate() {
        // A roster of that name is none of ours.
        if sheet.name == PROBLEMS_SHEET && !marks.of_sheets.contains_key(PROBLEMS_SHEET) {
            continue;
        }
        let name = given.give(&sheet.name);
        let marks = marks.of_sheets.remove(sheet.name.as_str());
        let out = workbook.add_worksheet_with_constant_memory()?;
        out.set_name(&name)?;
        // The library opens a workbook at its first sheet, and Excel cannot if that is hidden.
        if sheet.visible && !is_any_shown {
            out.set_active(true);
            is_any_shown = true;
        }
        SheetWriter::new(out, sheet, &styles, marks.unwrap_or_default())?.write(source, index)?;
        names.insert(sheet.name.clone(), name);
    }
    let out = workbook.add_worksheet_with_constant_memory()?;
    out.set_name(&list_name)?;
    if !is_any_shown {
        out.set_active(true);
    }
    list(out, problems, &names)?;
    workbook.save_to_writer(output)?;
    Ok(())
}

/// The problems of each cell, sheet by sheet and row by row.
type CellMarks<'p> = BTreeMap<u16, Vec<&'p RosterProblem>>;
type SheetMarks<'p> = BTreeMap<u32, CellMarks<'p>>;

#[derive(Default)]
struct Marks<'p> {
    of_sheets: HashMap<&'p str, SheetMarks<'p>>,
}

impl<'p> Marks<'p> {
    fn of(problems: &'p [RosterProblem]) -> Self {
        let mut marks = Self::default();
        for problem in problems {
            let (Some(sheet), Some(cell)) = (&problem.sheet, &problem.cell) else {
                continue;
            };
            let Some((row @ 1.., column)) = place(cell) else {
                continue;
            };
            let Ok(column) = u16::try_from(column) else {
                continue;
            };
            let sheet = marks.of_sheets.entry(sheet).or_default();
            let row = sheet.entry(row).or_default();
            row.entry(column).or_default().push(problem);
        }
        marks
    }
}

/// The formats of cells: plain, and one for each severity.
struct Styles {
    text: [Format; 4],
    date: [Format; 4],
}

impl Styles {
    fn new() -> Self {
        let marked = |plain: Format| {
            let shade = |colour| {
                plain
                    .clone()
                    .set_background_color(Color::RGB(colour))
                    .set_border(FormatBorder::Thin)
                    .set_border_color(style::LINE)
            };
            [
                plain.clone(),
                shade(0xDDEBF7),
                shade(0xFFEB9C),
                shade(0xFFC7CE),
            ]
        };
        Self {
            text: marked(Format::new()),
            date: marked(Format::new().set_num_format("yyyy-mm-dd")),
        }
    }
}

/// Which of the four formats, from the gravest of the problems.
fn shade(problems: Option<&Vec<&RosterProblem>>) -> usize {
    let of = |problem: &&RosterProblem| match problem.severity {
        Severity::Repair => 1,
        Severity::Warning => 2,
        Severity::Error => 3,
    };
    problems.map_or(0, |problems| problems.iter().map(of).max().unwrap_or(0))
}

/// Writes one sheet, row after row.
struct SheetWriter<'a, 'p> {
    out: &'a mut Worksheet,
    styles: &'a Styles,
    marks: SheetMarks<'p>,
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

impl<'a, 'p> SheetWriter<'a, 'p> {
    fn new(
        out: &'a mut Worksheet,
        sheet: &Sheet,
        styles: &'a Styles,
        marks: SheetMarks<'p>,
    ) -> Result<Self, XlsxError> {
        out.set_hidden(!sheet.visible);
        for (column, width) in widths(sheet) {
            out.set_column_width(column, width)?;
        }
        for column in &sheet.hidden_columns {
            if let Ok(column) = u16::try_from(*column) {
                out.set_column_hidden(column)?;
            }
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
            styles,
            marks,
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
        // What is wrong below the last row.
        self.empty_rows(u32::MAX)?;
        // The library writes the last row of a sheet with constant memory twice if it is hidden, and
        // Excel calls that damaged. So it is not the last one.
        if self.is_any_hidden && self.last < MAX_ROWS {
            self.out.write_blank(self.last, 0, &style::unlined())?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), XlsxError> {
        self.empty_rows(row.number)?;
        self.begin_merged(row)?;
        let marks = self.marks.remove(&row.number).unwrap_or_default();
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
                self.cell(row.number, column, cell, shade(marks.get(&column)))?;
            }
        }
        let empty = marks
            .keys()
            .filter(|column| !row.cells.iter().any(|(at, _)| *at == u32::from(**column)));
        for column in empty.copied().collect::<Vec<_>>() {
            self.blank(row.number, column, marks.get(&column))?;
        }
        self.notes(row.number, &marks)
    }

    /// Marks cells of rows that hold nothing, up to a row.
    fn empty_rows(&mut self, before: u32) -> Result<(), XlsxError> {
        while let Some(entry) = self.marks.first_entry()
            && *entry.key() < before
        {
            let (row, marks) = entry.remove_entry();
            self.last = row;
            for (column, problems) in &marks {
                self.blank(row, *column, Some(problems))?;
            }
            self.notes(row, &marks)?;
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
            let plain = &self.styles.text[0];
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

    fn cell(
        &mut self,
        row: u32,
        column: u16,
        cell: &Cell<'_>,
        shade: usize,
    ) -> Result<(), XlsxError> {
        let row = row - 1;
        let plain = &self.styles.text[shade];
        match cell {
            Cell::Text(content) => text::write(self.out, row, column, content, plain)?,
            Cell::Error(content) => text::write(self.out, row, column, content, plain)?,
            Cell::Uncalculated | Cell::Lost => self.out.write_blank(row, column, plain)?,
            Cell::Number(number) => self
                .out
                .write_number_with_format(row, column, *number, plain)?,
            Cell::Bool(truth) => self
                .out
                .write_boolean_with_format(row, column, *truth, plain)?,
            Cell::Date(day) => {
                let date = &self.styles.date[shade];
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

    fn blank(
        &mut self,
        row: u32,
        column: u16,
        problems: Option<&Vec<&RosterProblem>>,
    ) -> Result<(), XlsxError> {
        if !self.covered(row, column) {
            let format = &self.styles.text[shade(problems)];
            self.out.write_blank(row - 1, column, format)?;
        }
        Ok(())
    }

    fn notes(&mut self, row: u32, marks: &CellMarks<'_>) -> Result<(), XlsxError> {
        for (column, problems) in marks {
            let words: Vec<_> = problems.iter().map(|problem| words(problem)).collect();
            let note = Note::new(text::of_note(&words.join("\n"))).add_author_prefix(false);
            self.out.insert_note(row - 1, *column, &note)?;
        }
        Ok(())
    }
}

/// What is wrong and what to do, as a note says it.
fn words(problem: &RosterProblem) -> String {
    let proposal = problem
        .proposal
        .as_ref()
        .map_or_else(String::new, |proposal| format!("（建议：{proposal}）"));
    format!(
        "{}：{}。{}{proposal}",
        problem.severity.label(),
        problem.reason,
        problem.remedy
    )
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

/// Lists all problems, each with a link to its cell.
fn list(
    out: &mut Worksheet,
    problems: &[RosterProblem],
    names: &HashMap<String, String>,
) -> Result<(), XlsxError> {
    const COLUMNS: [(&str, f64); 8] = [
        ("严重程度", 12.0),
        ("工作表", 16.0),
        ("单元格", 10.0),
        ("列", 20.0),
        ("内容", 24.0),
        ("问题", 50.0),
        ("改法", 50.0),
        ("建议", 20.0),
    ];
    let (heading, wrapped) = (style::heading(), style::wrapped());
    for (column, (name, width)) in (0..).zip(COLUMNS) {
        out.set_column_width(column, width)?;
        out.write_string_with_format(0, column, name, &heading)?;
    }
    out.set_freeze_panes(1, 0)?;
    for (row, problem) in (1..).zip(problems) {
        let said = |text: &Option<String>| text.clone().unwrap_or_default();
        let values = [
            problem.severity.label().to_owned(),
            said(&problem.sheet),
            said(&problem.cell),
            said(&problem.column),
            said(&problem.value),
            problem.reason.clone(),
            problem.remedy.clone(),
            said(&problem.proposal),
        ];
        let sheet = problem.sheet.as_ref().and_then(|sheet| names.get(sheet));
        for (column, value) in (0..).zip(&values) {
            match (sheet, &problem.cell) {
                (Some(sheet), Some(cell)) if column == 2 && (row as usize) < MAX_LINKS => {
                    let link = format!("internal:'{}'!{cell}", sheet.replace('\'', "''"));
                    out.write_url_with_text(row, column, link.as_str(), value)?;
                }
                _ => {
                    text::write(out, row, column, value, &wrapped)?;
                }
            }
        }
    }
    out.autofilter(
        0,
        0,
        u32::try_from(problems.len()).unwrap_or(u32::MAX).max(1),
        7,
    )?;
    Ok(())
}
