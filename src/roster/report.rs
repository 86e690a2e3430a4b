//! What was found while a roster was read: its sheets and columns, and all that must be put right.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::tally::Tally;
use super::value::Refusal;
use crate::code_list;
use crate::code_list::CodeList;
use crate::household::rule::Severity;
use crate::workbook::address;
use crate::workbook::reader::ReadError;

code_list! {
    /// Which roster.
    pub enum RosterKind = "roster_kind", "名册" {
        Households = "households", "贫困户名册", [];
        Staff = "staff", "帮扶责任人名册", [];
    }
}

/// One thing that must be put right, or looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RosterProblem {
    /// An error keeps the household from being imported, a warning does not; a repair says what was
    /// read in place of what stands there.
    pub severity: Severity,
    /// Kind of problem, for programs.
    #[oai(validator(max_length = 100))]
    pub code: String,
    /// Sheet of the workbook.
    #[oai(validator(max_length = 100))]
    pub sheet: Option<String>,
    /// Address of the cell, such as `J12`.
    #[oai(validator(max_length = 20))]
    pub cell: Option<String>,
    /// Heading of its column.
    #[oai(validator(max_length = 200))]
    pub column: Option<String>,
    /// What stands there; identity numbers are masked.
    #[oai(validator(max_length = 500))]
    pub value: Option<String>,
    /// What is wrong, in Chinese.
    #[oai(validator(max_length = 2000))]
    pub reason: String,
    /// What to do about it, in Chinese.
    #[oai(rename = "cure", validator(max_length = 2000))]
    #[serde(rename = "cure")]
    pub remedy: String,
    /// What may have been meant, if it can be guessed: not done unless a correction says so.
    #[oai(validator(max_length = 500))]
    #[serde(default)]
    pub proposal: Option<String>,
}

impl RosterProblem {
    /// A problem of the file as a whole.
    pub fn of_file(severity: Severity, refusal: Refusal) -> Self {
        Self {
            severity,
            code: refusal.code.to_owned(),
            sheet: None,
            cell: None,
            column: None,
            value: None,
            reason: refusal.reason,
            remedy: refusal.remedy,
            proposal: refusal.proposal,
        }
    }

    /// A file that cannot be read.
    pub fn of_reading(error: &ReadError) -> Self {
        let (sheet, cell) = error.place();
        Self {
            sheet: sheet.map(ToOwned::to_owned),
            cell: cell.map(ToOwned::to_owned),
            ..Self::of_file(
                Severity::Error,
                Refusal::new(
                    if error.is_wrong_type() {
                        "wrong_file_type"
                    } else {
                        "unreadable_file"
                    },
                    error.to_string(),
                    error.remedy(),
                ),
            )
        }
    }

    /// At a cell: row from 1, column from 0.
    #[must_use]
    pub fn at(mut self, sheet: &str, row: u32, column: u32, heading: &str) -> Self {
        self.sheet = Some(sheet.to_owned());
        self.cell = Some(address(row, column));
        self.column = Some(heading.to_owned());
        self
    }

    /// In one line for a terminal: `错误 贫困户名册!J12 证件号码 “320***”：reason。改法：remedy`.
    pub fn line(&self) -> String {
        let place = match (&self.sheet, &self.cell) {
            (Some(sheet), Some(cell)) => format!(" {sheet}!{cell}"),
            (Some(sheet), None) => format!(" {sheet}"),
            _ => String::new(),
        };
        let column = self
            .column
            .as_ref()
            .map_or_else(String::new, |column| format!(" {column}"));
        let value = self
            .value
            .as_ref()
            .map_or_else(String::new, |value| format!(" “{value}”"));
        let severity = self.severity.label();
        format!(
            "{severity}{place}{column}{value}：{}。改法：{}\n",
            self.reason, self.remedy
        )
    }

    /// With what stands there.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        // A cell whose formula gives nothing shows nothing.
        self.value = Some(value.into()).filter(|value| !value.is_empty());
        self
    }
}

/// How many problems of one kind there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportProblemKind")]
pub struct ProblemKind {
    /// How grave.
    pub severity: Severity,
    /// Kind of problem, for programs.
    #[oai(validator(max_length = 100))]
    pub code: String,
    /// How many there are.
    pub count: i64,
    /// The first of them.
    pub first: RosterProblem,
}

code_list! {
    /// How a heading was understood.
    pub enum Certainty = "heading_certainty", "列名识别" {
        Exact = "exact", "标准列名或已知别名", [];
        Profile = "profile", "按保存的列名方案", [];
        Chosen = "chosen", "已由人确认", [];
        Proposed = "proposed", "待确认", [];
        Unknown = "unknown", "不认识，未读取", [];
    }
}

/// A column of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportColumn", skip_serializing_if_is_none)]
pub struct ColumnReport {
    /// Letters of the column, such as `AB`.
    #[oai(validator(max_length = 3))]
    pub letters: String,
    /// Its heading; the rows of a heading of several rows are joined by `/`.
    #[oai(validator(max_length = 200))]
    pub heading: String,
    /// The field that it fills; for a proposed column the field that it may mean.
    #[oai(validator(max_length = 100))]
    pub field: Option<String>,
    /// Heading of that field in our template.
    #[oai(validator(max_length = 100))]
    pub label: Option<String>,
    /// How it was understood. Columns that are proposed or unknown were not read.
    pub certainty: Certainty,
    /// Whether the column is hidden in the file.
    pub hidden: bool,
}

/// A sheet of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportSheet")]
pub struct SheetReport {
    /// Its name.
    #[oai(validator(max_length = 100))]
    pub name: String,
    /// Whether it was read.
    pub read: bool,
    /// Whether it is hidden in the file.
    pub hidden: bool,
    /// Rows with content below the heading that were read.
    pub rows: i64,
    /// Rows that were read and are hidden in the file.
    pub hidden_rows: i64,
    /// Rows of totals and sub-totals, which were not read.
    pub total_rows: i64,
    /// Its columns, if it was read or may be a roster.
    #[oai(validator(max_items = 200))]
    pub columns: Vec<ColumnReport>,
}

/// A row of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Which sheet, in the order of their tabs, from 0.
    pub sheet: u16,
    /// As Excel counts, from 1.
    pub row: u32,
}

impl Place {
    /// How people find it: `名册!12`.
    pub fn words(self, sheets: &[SheetReport]) -> String {
        let name = sheets.get(usize::from(self.sheet));
        format!("{}!{}", name.map_or("", |sheet| &sheet.name), self.row)
    }

    /// The cell of a field in this row, such as `名册!J12`; where the sheet has no such column, the
    /// row.
    pub fn cell(self, sheets: &[SheetReport], field: &str) -> String {
        let sheet = sheets.get(usize::from(self.sheet));
        let name = sheet.map_or("", |sheet| &sheet.name);
        let column = sheet.and_then(|sheet| sheet.column_of(field));
        let letters = column.map_or("", |column| &column.letters);
        format!("{name}!{letters}{}", self.row)
    }

    /// A problem at the cell of a field in this row; where the sheet has no such column, at the name
    /// of the person or household.
    pub fn problem(
        self,
        sheets: &[SheetReport],
        severity: Severity,
        field: &str,
        refusal: Refusal,
    ) -> RosterProblem {
        let problem = RosterProblem::of_file(severity, refusal);
        let Some(sheet) = sheets.get(usize::from(self.sheet)) else {
            return problem;
        };
        let column = [field, "name", "head_name"]
            .into_iter()
            .find_map(|field| sheet.column_of(field));
        RosterProblem {
            sheet: Some(sheet.name.clone()),
            cell: column.map(|column| format!("{}{}", column.letters, self.row)),
            column: column.and_then(|column| column.label.clone()),
            ..problem
        }
    }
}

impl SheetReport {
    /// The first of the columns that were read for a field.
    fn column_of(&self, field: &str) -> Option<&ColumnReport> {
        self.columns
            .iter()
            .find(|column| column.is_read() && column.field.as_deref() == Some(field))
    }
}

impl ColumnReport {
    /// Whether its cells were read.
    pub fn is_read(&self) -> bool {
        self.field.is_some() && !matches!(self.certainty, Certainty::Proposed | Certainty::Unknown)
    }
}

/// Most problems of one severity that are kept with an import, to be listed page by page and to be
/// marked in the workbook; all are counted.
pub const MAX_KEPT: usize = 20_000;

/// Problems as they are found: all counted by kind, the first [`MAX_KEPT`] of each severity kept.
#[derive(Debug, Default)]
pub struct Problems {
    kept: Vec<RosterProblem>,
    kinds: Vec<ProblemKind>,
    columns: Vec<OfColumn>,
}

/// A problem that cells of one column have, with how many have it.
#[derive(Debug)]
struct OfColumn {
    /// At the first of them.
    problem: RosterProblem,
    tally: Tally,
    /// Whether each of the cells has said it already.
    said: bool,
    /// Which of those kept the first of them is.
    kept: Option<usize>,
}

/// A cell of a column, and what stands there.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    /// Name of the sheet.
    pub sheet: &'a str,
    /// From 1.
    pub row: u32,
    /// From 0.
    pub column: u32,
    /// Heading of the column.
    pub heading: &'a str,
    /// What stands there, as it may be shown.
    pub content: &'a str,
}

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: RosterProblem) {
        if self.count(problem.severity) < i64::try_from(MAX_KEPT).unwrap_or(i64::MAX) {
            self.kept.push(problem.clone());
        }
        let known = self
            .kinds
            .iter_mut()
            .find(|kind| kind.severity == problem.severity && kind.code == problem.code);
        match known {
            Some(kind) => kind.count += 1,
            None => self.kinds.push(ProblemKind {
                severity: problem.severity,
                code: problem.code.clone(),
                count: 1,
                first: problem,
            }),
        }
    }

    /// Notes what is to be said once of a column, however many of its cells it concerns;
    /// [`tell_columns`](Self::tell_columns) says it at the first of them.
    pub fn gather(
        &mut self,
        severity: Severity,
        spot: &Spot<'_>,
        refusal: impl FnOnce() -> Refusal,
        code: &str,
    ) {
        let at = self.of_column(code, spot).unwrap_or_else(|| {
            let problem = RosterProblem::of_file(severity, refusal());
            self.columns.push(OfColumn {
                problem: problem
                    .at(spot.sheet, spot.row, spot.column, spot.heading)
                    .with_value(spot.content),
                tally: Tally::default(),
                said: false,
                kept: None,
            });
            self.columns.len() - 1
        });
        let tally = &mut self.columns[at].tally;
        tally.add(|| address(spot.row, spot.column), spot.content);
    }

    /// Adds a problem whose remedy is long and the same in all cells of its column: only the first says
    /// it whole, with how many there are and what stands in them; the others name the first.
    pub fn push_listed(&mut self, spot: &Spot<'_>, mut problem: RosterProblem) {
        let at = if let Some(at) = self.of_column(&problem.code, spot) {
            let first = self.columns[at].tally.first();
            problem.remedy = format!("改法见本列第一处（单元格 {first}）");
            at
        } else {
            let room = i64::try_from(MAX_KEPT).unwrap_or(i64::MAX);
            let kept = (self.count(problem.severity) < room).then_some(self.kept.len());
            self.columns.push(OfColumn {
                problem: problem.clone(),
                tally: Tally::default(),
                said: true,
                kept,
            });
            self.columns.len() - 1
        };
        let tally = &mut self.columns[at].tally;
        tally.add(|| address(spot.row, spot.column), spot.content);
        self.push(problem);
    }

    fn of_column(&self, code: &str, spot: &Spot<'_>) -> Option<usize> {
        self.columns.iter().position(|column| {
            let problem = &column.problem;
            problem.code == code
                && problem.sheet.as_deref() == Some(spot.sheet)
                && problem.column.as_deref() == Some(spot.heading)
        })
    }

    /// Says what was gathered by column, and how many cells of a column have a problem that each of them
    /// has said. To be called when a file has been read.
    pub fn tell_columns(&mut self) {
        for column in std::mem::take(&mut self.columns) {
            let OfColumn {
                mut problem,
                tally,
                said,
                kept,
            } = column;
            if !said {
                problem.reason = format!("{}，{}", problem.reason, tally.words());
                self.push(problem);
            } else if tally.count() > 1 {
                let reason = format!("{}；本列{}", problem.reason, tally.words());
                for kind in &mut self.kinds {
                    if kind.first == problem {
                        kind.first.reason.clone_from(&reason);
                    }
                }
                if let Some(first) = kept.and_then(|at| self.kept.get_mut(at)) {
                    first.reason = reason;
                }
            }
        }
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> i64 {
        self.kinds
            .iter()
            .filter(|kind| kind.severity == severity)
            .map(|kind| kind.count)
            .sum()
    }

    /// Whether there is any error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// The kinds that there are, the gravest first, then the most frequent.
    pub fn kinds(&self) -> Vec<ProblemKind> {
        let mut kinds = self.kinds.clone();
        kinds.sort_by(|a, b| {
            (a.severity as u8, b.count, &a.code).cmp(&(b.severity as u8, a.count, &b.code))
        });
        kinds
    }

    /// Those that are kept: errors, then warnings, then repairs, each in the order of finding.
    pub fn into_kept(mut self) -> Vec<RosterProblem> {
        self.kept.sort_by_key(|problem| problem.severity as u8);
        self.kept
    }
}
