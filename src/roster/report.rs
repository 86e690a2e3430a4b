//! What an import reports: counts, and all that must be put right, at once.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::value::Refusal;
use crate::code_list;
use crate::workbook::address;
use crate::workbook::reader::ReadError;

code_list! {
    /// Which roster.
    pub enum RosterKind = "roster_kind", "名册" {
        Households = "households", "贫困户名册", [];
        Staff = "staff", "帮扶责任人名册", [];
    }
}

code_list! {
    /// How grave a problem is.
    pub enum Severity = "severity", "严重程度" {
        Error = "error", "错误", [];
        Warning = "warning", "提醒", [];
        Repair = "repair", "已自动更正", [];
    }
}

/// Most problems that a report lists; all are counted.
pub const MAX_PROBLEMS: usize = 1_000;

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
    #[oai(validator(max_length = 2000))]
    pub cure: String,
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
            cure: refusal.cure,
            proposal: None,
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
                    error.cure(),
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

    /// With what stands there.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
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

code_list! {
    /// What an import would do that people must decide.
    pub enum ConflictKind = "import_conflict", "导入待决事项" {
        ChangedHead = "changed_head", "户主变更", [];
        Renumbered = "renumbered", "户编号变更", [];
        Moved = "moved", "人员迁移", [];
        Split = "split", "分户", [];
        Merged = "merged", "并户", [];
    }
}

/// A question that people must answer before the import is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportConflict", skip_serializing_if_is_none)]
pub struct Conflict {
    /// Its name for decisions; the same each time that the file is checked.
    #[oai(validator(max_length = 200))]
    pub key: String,
    /// Its kind.
    pub kind: ConflictKind,
    /// Cells of the file that it is about, such as `名册!J12`.
    #[oai(validator(max_items = 200))]
    pub places: Vec<String>,
    /// Households of the register that it is about.
    #[oai(validator(max_items = 200))]
    pub household_ids: Vec<Uuid>,
    /// What was found, in Chinese; identity numbers are masked.
    #[oai(validator(max_length = 2000))]
    pub question: String,
    /// What is done if it is accepted, in Chinese.
    #[oai(validator(max_length = 2000))]
    pub proposal: String,
    /// What was decided.
    pub accepted: Option<bool>,
}

/// Most problems of one severity that are kept with an import, to be listed page by page and to be
/// marked in the workbook; all are counted.
pub const MAX_KEPT: usize = 20_000;

/// Problems as they are found: all counted by kind, the first [`MAX_KEPT`] of each severity kept.
#[derive(Debug, Default)]
pub struct Problems {
    kept: Vec<RosterProblem>,
    kinds: Vec<ProblemKind>,
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

/// What an import does to the records of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportCounts")]
pub struct Counts {
    /// Not on the register before.
    pub new: i64,
    /// On the register with other facts; what they were is kept in the history.
    pub changed: i64,
    /// On the register just so.
    pub unchanged: i64,
    /// On the register and not in the file; they stay as they are. Counted in the villages (for
    /// staff, the units) that the file names.
    pub absent: i64,
}

impl Counts {
    /// Whether the file would change nothing.
    pub fn is_nothing(self) -> bool {
        self.new == 0 && self.changed == 0
    }
}

/// What an import did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ImportReport {
    /// The import, if something was written.
    pub id: Option<Uuid>,
    /// Which roster.
    pub kind: RosterKind,
    /// Name of the file as it was sent.
    #[oai(validator(max_length = 255))]
    pub file_name: String,
    /// SHA-256 of the file, hexadecimal.
    #[oai(validator(max_length = 64))]
    pub file_sha256: String,
    /// The sheet that was read.
    #[oai(validator(max_length = 100))]
    pub sheet: Option<String>,
    /// Whether only a check was asked for.
    pub dry_run: bool,
    /// Whether something was written. A file that changes nothing writes nothing.
    pub committed: bool,
    /// What happened, in one Chinese sentence.
    #[oai(validator(max_length = 500))]
    pub message: String,
    /// Rows with content below the header.
    pub rows: i64,
    /// Households, for a roster of households.
    pub households: Option<Counts>,
    /// Persons in the households, for a roster of households.
    pub persons: Option<Counts>,
    /// Staff, for a roster of staff.
    pub staff: Option<Counts>,
    /// How many errors there are.
    pub error_count: i64,
    /// How many warnings there are.
    pub warning_count: i64,
    /// The problems, errors first, at most 1,000 of them.
    #[oai(validator(max_items = 1000))]
    pub problems: Vec<RosterProblem>,
    /// Headings that are not known; their columns were not read.
    #[oai(validator(max_items = 200))]
    pub unknown_columns: Vec<String>,
}

impl ImportReport {
    /// The sentence that says what happened.
    pub fn summarise(&mut self) {
        let counts = self.households.or(self.staff).unwrap_or_default();
        let unit = if self.kind == RosterKind::Staff {
            "人"
        } else {
            "户"
        };
        let numbers = format!(
            "新增 {} {unit}，变更 {} {unit}，未变 {} {unit}",
            counts.new, counts.changed, counts.unchanged
        );
        self.message = if self.error_count > 0 {
            format!(
                "发现 {} 处错误、{} 处提醒，未写入任何内容；请改正后重新导入",
                self.error_count, self.warning_count
            )
        } else if counts.is_nothing() {
            format!("文件内容与现有登记完全一致（{numbers}），未写入任何内容")
        } else if self.dry_run {
            format!(
                "试导入通过：将{numbers}；提醒 {} 处；未写入任何内容",
                self.warning_count
            )
        } else {
            format!("导入完成：{numbers}；提醒 {} 处", self.warning_count)
        };
    }
}
