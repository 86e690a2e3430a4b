//! What was found while a roster was read: its sheets and columns, and all that must be put right.

use std::collections::BTreeMap;

use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::problem_group::{self, Groups, ProblemGroup, Said};
use super::tally::{self, Tally};
use crate::code_list;
use crate::code_list::CodeList;
use crate::household::rule::Severity;
use crate::problem::{FieldProblem, Text, words};
use crate::value::Refusal;
use crate::workbook::address;
use crate::workbook::reader::ReadError;

code_list! {
    /// Which roster: of households, of staff, or of pairs that people have made by hand.
    pub enum RosterKind = "roster_kind", "名册" {
        Households = "households", "贫困户名册" / "household roster", [];
        Staff = "staff", "帮扶责任人名册" / "staff roster", [];
        Pairings = "pairings", "结对表" / "list of pairings", [];
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
    /// What is wrong, in the language of the answer.
    #[oai(validator(max_length = 2000))]
    pub reason: Text,
    /// What to do about it, in the language of the answer.
    #[oai(rename = "cure", validator(max_length = 2000))]
    #[serde(rename = "cure")]
    pub remedy: Text,
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
            reason: *refusal.reason,
            remedy: *refusal.remedy,
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
                    error.words(),
                    error.remedy(),
                ),
            )
        }
    }

    /// At a cell: row from 1, column from 0. What is said of a row or of the sheet has no heading.
    #[must_use]
    pub fn at(mut self, sheet: &str, row: u32, column: u32, heading: &str) -> Self {
        self.sheet = Some(sheet.to_owned());
        self.cell = Some(address(row, column));
        self.column = Some(heading.to_owned()).filter(|heading| !heading.is_empty());
        self
    }

    /// In one line for a terminal: `错误 贫困户名册!J12 证件号码 “320***”：reason。改法：remedy`.
    pub fn line(&self) -> String {
        let (column, value) = (self.column.as_deref(), self.value.as_deref());
        let words = problem_group::words(&self.place(), column, value, &self.reason);
        problem_group::line(self.severity, &words.zh, &self.remedy.zh)
    }

    /// The cell with its sheet, such as `贫困户名册!J12`; the sheet alone, or nothing, where it is not at a
    /// cell.
    pub fn place(&self) -> String {
        match (&self.sheet, &self.cell) {
            (Some(sheet), Some(cell)) => format!("{sheet}!{cell}"),
            (Some(sheet), None) => sheet.clone(),
            _ => String::new(),
        }
    }

    /// As a place of an answer that refuses the file.
    pub fn of_answer(self) -> FieldProblem {
        FieldProblem {
            pointer: "/file".to_owned(),
            parameter: None,
            detail: self.reason,
            sheet: self.sheet,
            cell: self.cell,
            value: self.value.map(Text::same),
            remedy: Some(self.remedy),
        }
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
    pub enum Certainty = "column_certainty", "列名识别" {
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
    /// What that field is: its heading in our template, or its English name.
    #[oai(validator(max_length = 100))]
    pub label: Option<Text>,
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
    /// Tables further down that have a heading of their own, in their order.
    #[oai(skip)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<FurtherTable>,
}

/// A table further down in a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FurtherTable {
    /// The row of its heading.
    pub header_row: u32,
    /// The row at which the table above goes on.
    pub ends: Option<u32>,
    /// Its columns.
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
        let column = sheet.and_then(|sheet| sheet.column_of(field, self.row));
        let letters = column.map_or("", |column| &column.letters);
        format!("{name}!{letters}{}", self.row)
    }

    /// Heading, in our template, of the column that its sheet has for a field.
    pub fn heading<'s>(self, sheets: &'s [SheetReport], field: &str) -> Option<&'s str> {
        let sheet = sheets.get(usize::from(self.sheet))?;
        let label = sheet.column_of(field, self.row)?.label.as_ref()?;
        Some(&label.zh)
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
            .find_map(|field| sheet.column_of(field, self.row));
        RosterProblem {
            sheet: Some(sheet.name.clone()),
            cell: column.map(|column| format!("{}{}", column.letters, self.row)),
            column: column.and_then(|column| Some(column.label.as_ref()?.zh.clone())),
            ..problem
        }
    }
}

impl SheetReport {
    /// The columns of all its tables.
    pub fn all_columns(&self) -> impl Iterator<Item = &ColumnReport> {
        let further = self.further.iter().flat_map(|table| &table.columns);
        self.columns.iter().chain(further)
    }

    /// The first of the columns that were read for a field, in the table that a row belongs to.
    fn column_of(&self, field: &str, row: u32) -> Option<&ColumnReport> {
        let holds = |table: &&FurtherTable| {
            table.header_row < row && table.ends.is_none_or(|ends| row < ends)
        };
        let further = self.further.iter().rev().find(holds);
        let columns = further.map_or(&self.columns, |table| &table.columns);
        columns
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

/// Problems as they are found: all counted by kind and by [group](problem_group), the first
/// [`MAX_KEPT`] of each severity kept.
#[derive(Debug, Default)]
pub struct Problems {
    kept: Vec<RosterProblem>,
    kinds: Vec<ProblemKind>,
    groups: Groups,
    /// How many there are of each severity.
    counts: [i64; Severity::ENTRIES.len()],
    /// What is told of a group as a whole, by the group.
    wholes: BTreeMap<usize, OfWhole>,
}

/// What is told of all cells of a group at the first of them.
#[derive(Debug)]
struct OfWhole {
    /// At the first of them.
    problem: RosterProblem,
    way: Way,
}

/// How cells of a group are told.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// In one problem for all of them.
    Once,
    /// Each by itself, but only the first in full: it is this one of those that are kept.
    Listed(Option<usize>),
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
        self.enter(&problem);
        if self.has_room(problem.severity) {
            self.kept.push(problem);
        }
    }

    /// Adds one that speaks of so many cells, of which it names the first.
    pub fn push_for(&mut self, problem: RosterProblem, cells: usize) {
        let group = self.enter(&problem);
        self.groups.count_others(group, cells.saturating_sub(1));
        if self.has_room(problem.severity) {
            self.kept.push(problem);
        }
    }

    /// Notes what is to be said once of a column, however many of its cells it concerns, on whatever
    /// sheets: it is told at the first of them, with how many there are and what stands in them.
    pub fn gather(
        &mut self,
        severity: Severity,
        spot: &Spot<'_>,
        refusal: impl FnOnce() -> Refusal,
        code: &str,
    ) {
        if let Some(group) = self.groups.find(severity, code, Some(spot.heading)) {
            self.groups.count(group, || spot.place(), spot.content);
            return;
        }
        let problem = RosterProblem::of_file(severity, refusal())
            .at(spot.sheet, spot.row, spot.column, spot.heading)
            .with_value(spot.content);
        let group = self.enter(&problem);
        let way = Way::Once;
        self.wholes.insert(group, OfWhole { problem, way });
    }

    /// Adds a problem whose remedy is long and the same in all cells of its column: only the first says
    /// it whole, with how many there are and what stands in them; the others name the first.
    pub fn push_listed(&mut self, mut problem: RosterProblem) {
        let (severity, column) = (problem.severity, problem.column.as_deref());
        if let Some(group) = self.groups.find(severity, &problem.code, column) {
            let first = self.groups.tally(group).first();
            let first = tally::on_sheet(first, problem.sheet.as_deref());
            problem.remedy = words!(
                "改法见本列第一处（单元格 {first}）",
                "see the first cell of this column, {first}"
            );
            self.push(problem);
            return;
        }
        let group = self.enter(&problem);
        let kept = self.has_room(severity).then_some(self.kept.len());
        if kept.is_some() {
            self.kept.push(problem.clone());
        }
        let way = Way::Listed(kept);
        self.wholes.insert(group, OfWhole { problem, way });
    }

    /// Counts a problem; gives its group.
    fn enter(&mut self, problem: &RosterProblem) -> usize {
        self.counts[problem.severity as usize] += 1;
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
                first: problem.clone(),
            }),
        }
        let said = Said {
            severity: problem.severity,
            code: &problem.code,
            column: problem.column.as_deref(),
            value: problem.value.as_deref(),
            reason: &problem.reason,
            remedy: &problem.remedy,
        };
        self.groups.add(&said, || problem.place())
    }

    /// Whether a problem of this severity that has been counted is kept.
    fn has_room(&self, severity: Severity) -> bool {
        self.count(severity) <= i64::try_from(MAX_KEPT).unwrap_or(i64::MAX)
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> i64 {
        self.counts[severity as usize]
    }

    /// Whether there is any error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// The kinds that there are, the gravest first, then the most frequent.
    pub fn kinds(&self) -> Vec<ProblemKind> {
        let mut kinds = self.kinds.clone();
        for (group, whole) in &self.wholes {
            let first = kinds.iter_mut().find(|kind| kind.first == whole.problem);
            if let Some(kind) = first {
                kind.first.reason = whole.words(self.groups.tally(*group));
            }
        }
        kinds.sort_by(|a, b| {
            (a.severity as u8, b.count, &a.code).cmp(&(b.severity as u8, a.count, &b.code))
        });
        kinds
    }

    /// The problems by kind and column, the gravest first, then those of the most cells.
    pub fn groups(&self) -> Vec<ProblemGroup> {
        self.groups.told()
    }

    /// Those that are kept: errors, then warnings, then repairs, each in the order of finding.
    pub fn into_kept(mut self) -> Vec<RosterProblem> {
        for (group, whole) in self.wholes {
            let reason = whole.words(self.groups.tally(group));
            match whole.way {
                // There are no more of them than columns, so they are kept whatever else is.
                Way::Once => self.kept.push(RosterProblem {
                    reason,
                    ..whole.problem
                }),
                Way::Listed(Some(first)) => self.kept[first].reason = reason,
                Way::Listed(None) => {}
            }
        }
        self.kept.sort_by_key(|problem| problem.severity as u8);
        self.kept
    }
}

impl OfWhole {
    /// What is said of all of them.
    fn words(&self, tally: &Tally) -> Text {
        let (reason, sheet) = (&self.problem.reason, self.problem.sheet.as_deref());
        let all = || tally.words(sheet);
        match self.way {
            Way::Once => {
                let all = all();
                words!("{reason}，{all}", "{reason}, {all}"; reason, all)
            }
            Way::Listed(_) if tally.count() > 1 => {
                let all = all();
                words!("{reason}；本列{all}", "{reason}; in this column {all}"; reason, all)
            }
            Way::Listed(_) => reason.clone(),
        }
    }
}

impl Spot<'_> {
    fn place(&self) -> String {
        format!("{}!{}", self.sheet, address(self.row, self.column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(sheet: &str, row: u32, heading: &str, code: &'static str) -> RosterProblem {
        let refusal = Refusal::new(
            code,
            Text::same(format!("第 {row} 行不对")),
            Text::same("请改正：甲、乙、丙"),
        );
        RosterProblem::of_file(Severity::Error, refusal)
            .at(sheet, row, 9, heading)
            .with_value(format!("值{row}"))
    }

    fn spot<'a>(sheet: &'a str, row: u32, content: &'a str) -> Spot<'a> {
        Spot {
            sheet,
            row,
            column: 9,
            heading: "联系电话",
            content,
        }
    }

    #[test]
    fn what_is_gathered_is_one_problem_for_all_sheets() {
        let mut problems = Problems::default();
        let say = || {
            Refusal::new(
                "placeholder",
                Text::same("按空白处理"),
                Text::same("不必处理"),
            )
        };
        for (sheet, row, content) in [("甲", 2, "不详"), ("甲", 3, "#"), ("乙", 2, "不详")] {
            problems.gather(
                Severity::Repair,
                &spot(sheet, row, content),
                say,
                "placeholder",
            );
        }
        assert_eq!(problems.count(Severity::Repair), 1);
        let groups = problems.groups();
        assert_eq!((groups.len(), groups[0].count, groups[0].listed), (1, 3, 1));
        let words = "按空白处理，共 3 处（J2、J3、乙!J2）：“不详”2 处、“#”1 处";
        assert_eq!(problems.kinds()[0].first.reason.zh, words);
        let kept = problems.into_kept();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].reason.zh, words);
        assert_eq!(kept[0].cell.as_deref(), Some("J2"));
    }

    #[test]
    fn a_long_remedy_is_said_once_a_column() {
        let mut problems = Problems::default();
        for (sheet, row) in [("甲", 2), ("甲", 3), ("乙", 4)] {
            problems.push_listed(at(sheet, row, "劳动技能", "unknown_code"));
        }
        problems.push_listed(at("甲", 2, "健康状况", "unknown_code"));
        assert_eq!(problems.count(Severity::Error), 4);
        assert!(problems.kinds()[0].first.reason.zh.contains("本列共 3 处"));
        assert_eq!(problems.groups()[0].remedy.zh, "请改正：甲、乙、丙");
        let kept = problems.into_kept();
        let remedies: Vec<_> = kept
            .iter()
            .map(|problem| problem.remedy.zh.as_str())
            .collect();
        assert_eq!(
            remedies,
            [
                "请改正：甲、乙、丙",
                "改法见本列第一处（单元格 J2）",
                "改法见本列第一处（单元格 甲!J2）",
                "请改正：甲、乙、丙",
            ]
        );
        assert_eq!(
            kept[0].reason.zh,
            "第 2 行不对；本列共 3 处（J2、J3、乙!J4）：“值2”1 处、“值3”1 处、“值4”1 处"
        );
        assert_eq!(kept[3].reason.zh, "第 2 行不对");
    }

    #[test]
    fn one_that_speaks_of_many_counts_as_many() {
        let mut problems = Problems::default();
        problems.push_for(at("甲", 2, "联系电话", "empty_cell_kept"), 40);
        problems.push_for(at("甲", 2, "职务", "empty_cell_kept"), 1);
        let groups = problems.groups();
        let counts: Vec<_> = groups.iter().map(|it| (it.count, it.listed)).collect();
        assert_eq!(counts, [(40, 1), (1, 1)]);
        assert_eq!(problems.count(Severity::Error), 2);
        assert_eq!(problems.into_kept().len(), 2);
    }

    #[test]
    fn all_are_counted_and_the_first_are_kept() {
        let mut problems = Problems::default();
        for row in 0..u32::try_from(MAX_KEPT).unwrap() + 7 {
            problems.push_listed(at("甲", row, "劳动技能", "unknown_code"));
        }
        let say = || {
            Refusal::new(
                "placeholder",
                Text::same("按空白处理"),
                Text::same("不必处理"),
            )
        };
        problems.gather(Severity::Error, &spot("甲", 2, "#"), say, "placeholder");
        let all = i64::try_from(MAX_KEPT).unwrap() + 8;
        assert_eq!(problems.count(Severity::Error), all);
        let counted: i64 = problems.groups().iter().map(|group| group.count).sum();
        assert_eq!(counted, all);
        let kept = problems.into_kept();
        assert_eq!(kept.len(), MAX_KEPT + 1);
        assert_eq!(kept[MAX_KEPT].code, "placeholder");
    }
}
