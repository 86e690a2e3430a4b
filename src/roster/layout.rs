//! Where a roster is in a workbook: its sheets, and what their columns mean.

use std::collections::{BTreeSet, HashSet};

use super::choices::Choices;
use super::column::{Column, Heading, Headings, Record};
use super::profile::Profile;
use super::report::{
    Certainty, ColumnReport, Place, Problems, RosterProblem, Severity, SheetReport,
};
use super::value::{self, Refusal, Unit};
use crate::text::squeezed;
use crate::workbook::reader::{MAX_COLUMNS, Row};
use crate::workbook::source::Sheet;
use crate::workbook::{address, column_letters};

/// The heading stands within so many rows.
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
}

/// Where the columns are in one sheet.
pub struct Layout<R: Record> {
    /// Which sheet, from 0.
    pub index: u16,
    /// Its name.
    pub sheet: String,
    /// Last row of the heading, from 1.
    pub header_row: u32,
    /// The columns that are read.
    pub columns: Vec<Placed<R>>,
    /// All columns that have a heading.
    reports: Vec<ColumnReport>,
    /// For each column of the sheet, which of `columns` it is.
    by_position: Vec<Option<usize>>,
}

/// The fields of which a file has columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spoken(BTreeSet<&'static str>);

impl Spoken {
    /// Whether the file says anything of a field.
    pub fn has(&self, key: &str) -> bool {
        self.0.contains(key)
    }
}

impl FromIterator<&'static str> for Spoken {
    fn from_iter<I: IntoIterator<Item = &'static str>>(keys: I) -> Self {
        Self(keys.into_iter().filter(|key| !key.is_empty()).collect())
    }
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

    /// Which of `columns` stands at a column of the sheet.
    pub fn at_position(&self, position: u32) -> Option<usize> {
        *self.by_position.get(position as usize)?
    }

    fn new(index: u16, sheet: &Sheet, header: &Row<'_>, headings: &Headings<R>) -> Self {
        let mut layout = Self {
            index,
            sheet: sheet.name.clone(),
            header_row: header.number,
            columns: Vec::new(),
            reports: Vec::new(),
            by_position: vec![None; MAX_COLUMNS as usize],
        };
        for (position, cell) in &header.cells {
            let text = value::shown(cell);
            let heading = Heading::new(&text);
            let column = headings.find(&heading);
            layout.reports.push(ColumnReport {
                letters: column_letters(*position),
                heading: squeezed(&text),
                field: column.map(|column| column.key.to_owned()),
                label: column.map(|column| column.heading.to_owned()),
                certainty: column.map_or(Certainty::Unknown, |_| Certainty::Exact),
                hidden: sheet.hidden_columns.contains(position),
            });
            if let Some(column) = column {
                layout.by_position[*position as usize] = Some(layout.columns.len());
                layout.columns.push(Placed {
                    position: *position,
                    column,
                    unit: heading.unit,
                });
            }
        }
        layout
    }

    fn unknown(&self) -> impl Iterator<Item = &str> {
        self.reports
            .iter()
            .filter(|column| column.certainty == Certainty::Unknown)
            .map(|column| column.heading.as_str())
    }

    /// Required columns that are not there.
    fn missing(&self, table: &'static [Column<R>]) -> Vec<&'static str> {
        table
            .iter()
            .filter(|column| column.required && !self.has(column.key))
            .map(|column| column.heading)
            .collect()
    }
}

/// The sheets that are read, by their place in the file.
pub struct Layouts<R: Record> {
    sheets: Vec<Option<Layout<R>>>,
    reports: Vec<SheetReport>,
}

impl<R: Record> Layouts<R> {
    /// The sheets that are read.
    pub fn iter(&self) -> impl Iterator<Item = &Layout<R>> {
        self.sheets.iter().flatten()
    }

    /// What is known of the columns of a sheet that is read.
    pub fn get(&self, sheet: u16) -> Option<&Layout<R>> {
        self.sheets.get(usize::from(sheet))?.as_ref()
    }

    /// The fields of which there are columns.
    pub fn spoken(&self) -> Spoken {
        self.iter()
            .flat_map(|layout| &layout.columns)
            .map(|placed| placed.column.key)
            .collect()
    }

    /// A problem at the cell of field `key`, as [`Layout::problem`].
    pub fn problem(
        &self,
        severity: Severity,
        place: Place,
        key: &str,
        refusal: Refusal,
    ) -> RosterProblem {
        match self.get(place.sheet) {
            Some(layout) => layout.problem(severity, place.row, key, refusal),
            None => RosterProblem::of_file(severity, refusal),
        }
    }

    /// Address of the cell of field `key`, with the sheet where it is another than `from`.
    pub fn address(&self, place: Place, key: &str, from: u16) -> String {
        let Some(layout) = self.get(place.sheet) else {
            return String::new();
        };
        let position = layout.place_of(key).map_or(0, |placed| placed.position);
        let cell = address(place.row, position);
        if place.sheet == from {
            cell
        } else {
            format!("{}!{cell}", layout.sheet)
        }
    }

    /// What the report says of the sheets, to which reading adds its counts.
    pub fn reports(&self) -> Vec<SheetReport> {
        self.reports.clone()
    }
}

/// Finds the roster: nothing, with the reasons among the problems, if there is none.
pub fn find<R: Record>(
    sheets: &[Sheet],
    table: &'static [Column<R>],
    _choices: &Choices,
    _profiles: &[Profile],
    problems: &mut Problems,
) -> Option<Layouts<R>> {
    let headings = Headings::of(table);
    let mut found: Option<Layout<R>> = None;
    let mut nearest: Option<Layout<R>> = None;
    let mut also = Vec::new();
    for (index, sheet) in (0..).zip(sheets) {
        if !sheet.visible || NOT_ROSTERS.contains(&sheet.name.trim()) {
            continue;
        }
        let Some(layout) = best_header(index, sheet, &headings) else {
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
            found = Some(layout);
        } else {
            also.push(layout.sheet);
        }
    }
    let Some(layout) = found else {
        problems.push(match nearest {
            Some(nearest) => missing_columns(&nearest, table),
            None => no_roster(
                &sheets
                    .iter()
                    .map(|sheet| sheet.name.as_str())
                    .collect::<Vec<_>>(),
            ),
        });
        return None;
    };
    warn_of_header(&layout, &also, problems);
    let read = usize::from(layout.index);
    let reports = sheets.iter().enumerate().map(|(index, sheet)| SheetReport {
        name: sheet.name.clone(),
        read: index == read,
        hidden: !sheet.visible,
        rows: 0,
        hidden_rows: 0,
        total_rows: 0,
        columns: if index == read {
            layout.reports.clone()
        } else {
            Vec::new()
        },
    });
    let reports = reports.collect();
    let mut layouts = Layouts {
        sheets: sheets.iter().map(|_| None).collect(),
        reports,
    };
    layouts.sheets[read] = Some(layout);
    Some(layouts)
}

/// The row with the most known headings, if it can be a header at all.
fn best_header<R: Record>(index: u16, sheet: &Sheet, headings: &Headings<R>) -> Option<Layout<R>> {
    let mut best: Option<Layout<R>> = None;
    for row in sheet.head.iter().filter(|row| row.number <= HEADER_WITHIN) {
        let layout = Layout::new(index, sheet, row, headings);
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
        .chain(layout.unknown())
        .collect();
    RosterProblem {
        sheet: Some(layout.sheet.clone()),
        cell: Some(address(layout.header_row, 0)),
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
    for heading in layout.unknown() {
        problems.push(RosterProblem {
            sheet: Some(layout.sheet.clone()),
            column: Some(heading.to_owned()),
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
