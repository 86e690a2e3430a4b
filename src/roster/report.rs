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

code_list! {
    /// What an import would do that people must decide.
    pub enum ConflictKind = "import_conflict", "导入待决事项" {
        ChangedHead = "changed_head", "户主变更", [];
        Renumbered = "renumbered", "户编号变更", [];
        Moved = "moved", "人员迁移", [];
        Split = "split", "分户", [];
        Merged = "merged", "并户", [];
        Reopened = "reopened", "恢复登记", [];
        Swapped = "swapped", "证件号码互换", [];
        Renamed = "renamed", "同一工号姓名不同", [];
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
    /// Part of an undecided question, whatever is to become of them.
    #[serde(default)]
    pub conflicting: i64,
    /// In the file and not taken in: what was asked of them was refused, or they share persons with
    /// a household that is not taken in.
    #[serde(default)]
    pub left_out: i64,
}

impl Counts {
    /// Counts a record of the file.
    pub fn add(&mut self, action: Action, conflicting: bool) {
        match action {
            Action::New => self.new += 1,
            Action::Changed | Action::Closed => self.changed += 1,
            Action::Unchanged => self.unchanged += 1,
            Action::LeftOut => self.left_out += 1,
            Action::Absent => self.absent += 1,
        }
        self.conflicting += i64::from(conflicting);
    }
}

code_list! {
    /// What an import does to a record.
    pub enum Action = "import_action", "导入动作" {
        New = "new", "新增", [];
        Changed = "changed", "变更", [];
        Unchanged = "unchanged", "未变", [];
        Closed = "closed", "并入他户", [];
        LeftOut = "left_out", "不导入", [];
        Absent = "absent", "名册中没有", [];
    }
}

/// What an import would do, or did, by its last check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(skip_serializing_if_is_none)]
#[serde(default)]
pub struct ImportReport {
    /// Rows with content below the headings.
    pub rows: i64,
    /// Households, for a roster of households.
    pub households: Option<Counts>,
    /// Persons in the households, for a roster of households.
    pub persons: Option<Counts>,
    /// Staff, for a roster of staff.
    pub staff: Option<Counts>,
    /// Households (or staff) that the import of the good rows alone would leave out: those with
    /// errors, with questions that are undecided or refused, and those that need what such a household
    /// holds.
    pub left_out: i64,
    /// What the import of the good rows alone would do.
    pub good: Counts,
    /// How many errors there are.
    pub error_count: i64,
    /// How many warnings there are.
    pub warning_count: i64,
    /// How many cells were read otherwise than they stand.
    pub repair_count: i64,
    /// The kinds of problems, the gravest first; `listImportProblems` lists the problems.
    #[oai(validator(max_items = 1000))]
    pub kinds: Vec<ProblemKind>,
    /// The sheets of the file and how their columns were understood.
    #[oai(validator(max_items = 1000))]
    pub sheets: Vec<SheetReport>,
    /// How many questions there are to decide, and that were decided.
    pub conflict_count: i64,
    /// How many of them are undecided.
    pub undecided_count: i64,
    /// The questions, at most 1,000 of them, the undecided ones first.
    #[oai(validator(max_items = 1000))]
    pub conflicts: Vec<Conflict>,
}

/// Most questions that a report lists; all are counted.
pub const MAX_CONFLICTS: usize = 1_000;

impl ImportReport {
    /// Takes over what was found.
    pub fn count(&mut self, problems: &Problems) {
        self.error_count = problems.count(Severity::Error);
        self.warning_count = problems.count(Severity::Warning);
        self.repair_count = problems.count(Severity::Repair);
        self.kinds = problems.kinds();
    }

    /// Takes over all questions that there are.
    pub fn ask(&mut self, mut conflicts: Vec<Conflict>) {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let undecided = |conflict: &&Conflict| conflict.accepted.is_none();
        self.conflict_count = count(conflicts.len());
        self.undecided_count = count(conflicts.iter().filter(undecided).count());
        conflicts.sort_by_key(|conflict| conflict.accepted.is_some());
        conflicts.truncate(MAX_CONFLICTS);
        self.conflicts = conflicts;
    }

    /// Whether nothing of the file can be taken in.
    pub fn nothing_good(&self) -> bool {
        self.good.new + self.good.changed + self.good.unchanged == 0
    }

    /// The counts in words, such as `新增 3 户，变更 0 户，未变 12 户`.
    pub fn numbers(&self) -> String {
        self.words(self.households.or(self.staff).unwrap_or_default())
    }

    /// The counts of the good rows alone, in words.
    pub fn good_numbers(&self) -> String {
        self.words(self.good)
    }

    fn words(&self, counts: Counts) -> String {
        let unit = self.unit();
        format!(
            "新增 {} {unit}，变更 {} {unit}，未变 {} {unit}",
            counts.new, counts.changed, counts.unchanged
        )
    }

    /// What the preview comes to, in one sentence.
    pub fn outlook(&self) -> String {
        let counts = self.households.or(self.staff).unwrap_or_default();
        let numbers = self.numbers();
        if self.error_count > 0 {
            format!(
                "发现 {} 处错误、{} 处提醒；请改正后重新上传，或明确选择只导入没有问题的行。{numbers}",
                self.error_count, self.warning_count
            )
        } else if self.undecided_count > 0 {
            format!(
                "有 {} 个问题需要先决定；将{numbers}；提醒 {} 处",
                self.undecided_count, self.warning_count
            )
        } else if counts.new == 0 && counts.changed == 0 {
            format!("文件内容与现有登记完全一致（{numbers}）")
        } else {
            format!("核对通过：将{numbers}；提醒 {} 处", self.warning_count)
        }
    }

    /// What is counted: 户 or 人.
    pub fn unit(&self) -> &'static str {
        if self.staff.is_some() { "人" } else { "户" }
    }
}
