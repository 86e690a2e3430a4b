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
    }
}

/// Most problems that a report lists; all are counted.
pub const MAX_PROBLEMS: usize = 1_000;

/// One thing that must be put right, or looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RosterProblem {
    /// An error keeps the file from being imported, a warning does not.
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

/// Problems as they are found: all counted, the first thousand of each severity kept.
#[derive(Debug, Default)]
pub struct Problems {
    errors: Vec<RosterProblem>,
    warnings: Vec<RosterProblem>,
    error_count: usize,
    warning_count: usize,
}

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: RosterProblem) {
        let (list, count) = match problem.severity {
            Severity::Error => (&mut self.errors, &mut self.error_count),
            Severity::Warning => (&mut self.warnings, &mut self.warning_count),
        };
        *count += 1;
        if list.len() < MAX_PROBLEMS {
            list.push(problem);
        }
    }

    /// Whether there is any error.
    pub fn has_errors(&self) -> bool {
        self.error_count > 0
    }

    /// The first thousand, errors first; how many errors and how many warnings there were.
    pub fn into_parts(self) -> (Vec<RosterProblem>, i64, i64) {
        let mut all = self.errors;
        all.extend(self.warnings);
        all.truncate(MAX_PROBLEMS);
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        (all, count(self.error_count), count(self.warning_count))
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
