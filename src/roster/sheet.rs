//! From a workbook to the rows of a roster: the sheet, the header, the cells.

use std::collections::HashSet;

use super::column::{Column, Heading, Headings, Record};
use super::report::{Problems, RosterProblem, Severity};
use super::value::{self, Refusal, Unit};
use crate::workbook::reader::{Cell, MAX_COLUMNS, ReadError, Row};
use crate::workbook::source::{Sheet, Source};

/// The header stands within so many rows.
const HEADER_WITHIN: u32 = 20;
/// A row with so many known headings is taken for a header, if only to say what is missing in it.
const LEAST_HEADINGS: usize = 3;

/// Sheet of our template that says how to fill it in.
pub const NOTES_SHEET: &str = "填写说明";
/// Sheet of our template with fictional rows.
pub const SAMPLE_SHEET: &str = "示例";
/// Sheet of our template with the code lists.
pub const LISTS_SHEET: &str = "代码表";
const NOT_ROSTERS: [&str; 3] = [NOTES_SHEET, SAMPLE_SHEET, LISTS_SHEET];

/// A column of the table at its place in the sheet.
pub struct Placed<R: Record> {
    /// Column of the sheet, from 0.
    pub position: u32,
    /// Its row of the table.
    pub column: &'static Column<R>,
    /// Unit of money in its heading.
    pub unit: Unit,
    /// The first of the placed columns with the same key.
    pub field: usize,
}

/// Where the columns are in the sheet.
pub struct Layout<R: Record> {
    /// Name of the sheet.
    pub sheet: String,
    /// Row of the header, from 1.
    pub header_row: u32,
    /// The known columns.
    pub columns: Vec<Placed<R>>,
    /// Headings that are not known.
    pub unknown: Vec<String>,
    /// For each column of the sheet, which of `columns` it is.
    by_position: Vec<Option<usize>>,
}

/// One row of the sheet, read.
pub struct RosterRow<R> {
    /// Row of the sheet, from 1.
    pub number: u32,
    /// What it says.
    pub record: R,
    /// Which of the layout's columns have content in this row, be it good or bad.
    pub filled: Vec<usize>,
    /// The fields whose content was refused.
    pub refused: Vec<&'static str>,
}

impl<R: Record> Layout<R> {
    /// The first of the columns that fill the field `key`.
    pub fn place_of(&self, key: &str) -> Option<&Placed<R>> {
        self.columns.iter().find(|placed| placed.column.key == key)
    }

    /// Whether the sheet says anything of the field `key`.
    pub fn has(&self, key: &str) -> bool {
        self.place_of(key).is_some()
    }

    /// A problem at the cell of field `key` in a row; where the sheet has no such column, at the
    /// person's name.
    pub fn problem(
        &self,
        severity: Severity,
        row: u32,
        key: &str,
        refusal: Refusal,
    ) -> RosterProblem {
        let problem = RosterProblem::of_file(severity, refusal);
        match self.place_of(key).or_else(|| self.place_of("name")) {
            Some(placed) => self.at(problem, row, placed),
            None => problem,
        }
    }

    /// Puts a problem at a cell.
    pub fn at(&self, problem: RosterProblem, row: u32, placed: &Placed<R>) -> RosterProblem {
        problem.at(&self.sheet, row, placed.position, placed.column.heading)
    }

    fn new(sheet: &str, header: &Row<'_>, headings: &Headings<R>) -> Self {
        let mut layout = Self {
            sheet: sheet.to_owned(),
            header_row: header.number,
            columns: Vec::new(),
            unknown: Vec::new(),
            by_position: vec![None; MAX_COLUMNS as usize],
        };
        for (position, cell) in &header.cells {
            let text = value::shown(cell);
            let heading = Heading::new(&text);
            match headings.find(&heading) {
                Some(column) => layout.columns.push(Placed {
                    position: *position,
                    column,
                    unit: heading.unit,
                    field: 0,
                }),
                None => layout.unknown.push(crate::text::squeezed(&text)),
            }
        }
        for index in 0..layout.columns.len() {
            let key = layout.columns[index].column.key;
            let first = layout
                .columns
                .iter()
                .position(|placed| placed.column.key == key);
            layout.columns[index].field = first.unwrap_or(index);
            layout.by_position[layout.columns[index].position as usize] = Some(index);
        }
        layout
    }

    /// Required columns that are not there.
    fn missing(&self, table: &'static [Column<R>]) -> Vec<&'static str> {
        table
            .iter()
            .filter(|column| column.required && !self.has(column.key))
            .map(|column| column.heading)
            .collect()
    }

    /// Reads the cells of a row. Nothing for a row without any content that we keep.
    fn read(&self, row: &Row<'_>, problems: &mut Problems) -> Option<RosterRow<R>> {
        let mut read = RosterRow {
            number: row.number,
            record: R::default(),
            filled: Vec::with_capacity(row.cells.len()),
            refused: Vec::new(),
        };
        let mut refusals = Vec::new();
        for (position, cell) in &row.cells {
            let Some(index) = self.by_position[*position as usize] else {
                continue;
            };
            let placed = &self.columns[index];
            match placed.column.read(&mut read.record, cell, placed.unit) {
                Ok(true) => read.filled.push(index),
                Ok(false) => {}
                Err(refusal) => refusals.push((index, cell, refusal)),
            }
        }
        for (index, cell, refusal) in refusals {
            let placed = &self.columns[index];
            read.filled.push(index);
            if !read.record.forgives(placed.column.key) {
                read.refused.push(placed.column.key);
                problems.push(self.refused(row.number, placed, cell, refusal));
            }
        }
        (!read.filled.is_empty()).then_some(read)
    }

    fn refused(
        &self,
        row: u32,
        placed: &Placed<R>,
        cell: &Cell<'_>,
        refusal: Refusal,
    ) -> RosterProblem {
        let problem = RosterProblem::of_file(Severity::Error, refusal);
        self.at(problem, row, placed).with_value(value::shown(cell))
    }
}

/// Reads the roster in a workbook, row by row: finds the sheet and its header, and gives each row with
/// content to `each`. Nothing, with the reasons among the problems, if there is no such roster.
pub fn read<R: Record>(
    source: &mut dyn Source,
    table: &'static [Column<R>],
    problems: &mut Problems,
    mut each: impl FnMut(&Layout<R>, RosterRow<R>, &mut Problems),
) -> Result<Option<(Layout<R>, i64)>, ReadError> {
    let Some((index, layout)) = find_layout(source.sheets(), table, problems) else {
        return Ok(None);
    };
    let mut count = 0;
    source.rows(index, &mut |row| {
        if row.number > layout.header_row
            && let Some(read) = layout.read(row, problems)
        {
            count += 1;
            each(&layout, read, problems);
        }
        Ok(())
    })?;
    if count == 0 {
        problems.push(RosterProblem {
            sheet: Some(layout.sheet.clone()),
            ..RosterProblem::of_file(
                Severity::Error,
                Refusal::new(
                    "empty_sheet",
                    "表头下面没有任何内容",
                    "请在表头下面逐行填写后再导入",
                ),
            )
        });
    }
    Ok(Some((layout, count)))
}

/// The first visible sheet with a header that has all required columns, and its number.
fn find_layout<R: Record>(
    sheets: &[Sheet],
    table: &'static [Column<R>],
    problems: &mut Problems,
) -> Option<(usize, Layout<R>)> {
    let headings = Headings::of(table);
    let mut found: Option<(usize, Layout<R>)> = None;
    let mut nearest: Option<Layout<R>> = None;
    let mut also = Vec::new();
    for (index, sheet) in sheets.iter().enumerate() {
        if !sheet.visible || NOT_ROSTERS.contains(&sheet.name.trim()) {
            continue;
        }
        let Some(layout) = best_header(sheet, &headings) else {
            continue;
        };
        if !layout.missing(table).is_empty() {
            if nearest
                .as_ref()
                .is_none_or(|nearest| nearest.columns.len() < layout.columns.len())
            {
                nearest = Some(layout);
            }
        } else if found.is_none() {
            found = Some((index, layout));
        } else {
            also.push(layout.sheet);
        }
    }
    if let Some((_, layout)) = &found {
        warn_of_header(layout, &also, problems);
        return found;
    }
    problems.push(match nearest {
        Some(nearest) => missing_columns(&nearest, table),
        None => no_roster(
            &sheets
                .iter()
                .map(|sheet| sheet.name.as_str())
                .collect::<Vec<_>>(),
        ),
    });
    None
}

/// The row with the most known headings, if it can be a header at all.
fn best_header<R: Record>(sheet: &Sheet, headings: &Headings<R>) -> Option<Layout<R>> {
    let mut best: Option<Layout<R>> = None;
    for row in &sheet.head {
        if row.number > HEADER_WITHIN {
            break;
        }
        let layout = Layout::new(&sheet.name, row, headings);
        let known = layout.columns.len();
        if known >= LEAST_HEADINGS && best.as_ref().is_none_or(|best| best.columns.len() < known) {
            best = Some(layout);
        }
    }
    best
}

fn missing_columns<R: Record>(layout: &Layout<R>, table: &'static [Column<R>]) -> RosterProblem {
    let found: Vec<_> = layout
        .columns
        .iter()
        .map(|placed| placed.column.heading)
        .chain(layout.unknown.iter().map(String::as_str))
        .collect();
    RosterProblem {
        sheet: Some(layout.sheet.clone()),
        cell: Some(crate::workbook::address(layout.header_row, 0)),
        ..RosterProblem::of_file(
            Severity::Error,
            Refusal::new(
                "missing_column",
                format!(
                    "第 {} 行的表头缺少必需的列：{}。已有的列：{}",
                    layout.header_row,
                    layout.missing(table).join("、"),
                    found.join("、")
                ),
                "请补上缺少的列，或下载空白模板填写",
            ),
        )
    }
}

fn no_roster(sheets: &[&str]) -> RosterProblem {
    RosterProblem::of_file(
        Severity::Error,
        Refusal::new(
            "no_header",
            format!(
                "前 {HEADER_WITHIN} 行内没有找到名册的表头（已查看的工作表：{}）",
                sheets.join("、")
            ),
            "请确认名册在可见的工作表中，表头为“姓名、证件号码……”等列名；也可下载空白模板填写",
        ),
    )
}

/// What stands in the header and is not read, or stands there twice.
fn warn_of_header<R: Record>(layout: &Layout<R>, also: &[String], problems: &mut Problems) {
    let mut seen = HashSet::new();
    for placed in &layout.columns {
        if !placed.column.key.is_empty() && !seen.insert(placed.column.heading) {
            let refusal = Refusal::new(
                "duplicate_column",
                format!("“{}”列出现了两次", placed.column.heading),
                "请只保留一列",
            );
            let problem = RosterProblem::of_file(Severity::Error, refusal);
            problems.push(layout.at(problem, layout.header_row, placed));
        }
    }
    for heading in &layout.unknown {
        problems.push(RosterProblem {
            sheet: Some(layout.sheet.clone()),
            column: Some(heading.clone()),
            ..RosterProblem::of_file(
                Severity::Warning,
                Refusal::new(
                    "unknown_column",
                    format!("不认识“{heading}”列，没有读取"),
                    "如需导入，请把列名改成模板中的名称；不需要则不必处理",
                ),
            )
        });
    }
    for sheet in also {
        problems.push(RosterProblem {
            sheet: Some(sheet.clone()),
            ..RosterProblem::of_file(
                Severity::Warning,
                Refusal::new(
                    "sheet_not_read",
                    format!(
                        "只读取了“{}”，工作表“{sheet}”也像名册，没有读取",
                        layout.sheet
                    ),
                    "请把各表的内容合并到一张工作表，或另存为单独的文件再导入",
                ),
            )
        });
    }
}
