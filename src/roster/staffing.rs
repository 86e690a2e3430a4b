//! From rows to staff.

use std::collections::HashMap;

use super::column::Carry;
use super::report::{Problems, Severity};
use super::rule::SAME_IDENTITY_NUMBER;
use super::sheet::{self, Layout, RosterRow};
use super::staff::{COLUMNS, StaffRow};
use super::value::Refusal;
use crate::household::IdentityNumber;
use crate::staff::{Rank, StaffFacts};
use crate::workbook::address;
use crate::workbook::reader::ReadError;
use crate::workbook::source::Source;

/// A roster of staff, read.
pub struct StaffRoster {
    /// Where its columns are.
    pub layout: Layout<StaffRow>,
    /// Rows with content.
    pub rows: i64,
    /// The people, with the row of each.
    pub people: Vec<(u32, StaffFacts)>,
}

/// Reads a roster of staff, like [`grouping::read`](super::grouping::read).
pub fn read(
    source: &mut dyn Source,
    problems: &mut Problems,
    progress: &dyn Fn(i64),
) -> Result<Option<StaffRoster>, ReadError> {
    let mut people = Vec::new();
    let mut seen = Seen::default();
    let read = sheet::read(source, COLUMNS, problems, |layout, row, problems| {
        check_row(layout, &row, problems);
        seen.check(layout, &row, problems);
        let mut facts = row.record.facts;
        facts.rank = row.record.rank.unwrap_or(Rank::Ordinary);
        if let Some(identity) = &facts.identity_number {
            facts.sex.get_or_insert(identity.sex());
        }
        people.push((row.number, facts));
        if people.len() % 1_000 == 0 {
            progress(i64::try_from(people.len()).unwrap_or_default());
        }
    })?;
    Ok(read.map(|(layout, rows)| StaffRoster {
        layout,
        rows,
        people,
    }))
}

/// What every row must have.
fn check_row(layout: &Layout<StaffRow>, row: &RosterRow<StaffRow>, problems: &mut Problems) {
    let facts = &row.record.facts;
    let mut missing = |key: &'static str, what: &str, cure: &str| {
        if !row.refused.contains(&key) {
            let refusal = Refusal::new("required_cell", format!("“{what}”没有填写"), cure);
            problems.push(layout.problem(Severity::Error, row.number, key, refusal));
        }
    };
    if facts.name.is_empty() {
        missing("name", "姓名", "请补填姓名；不是人员的行请删除");
    }
    if facts.unit.is_empty() {
        missing("unit", "单位", "请补填单位全称");
    }
    let unidentified = facts.number.is_none() && facts.identity_number.is_none();
    if unidentified && !row.refused.contains(&"identity_number") {
        missing(
            "number",
            "工号和证件号码",
            "两项至少填一项，以后导入时凭它认出同一人",
        );
    }
    if let (Some(sex), Some(identity)) = (facts.sex, &facts.identity_number)
        && sex != identity.sex()
    {
        let refusal = Refusal::new(
            "identity_sex",
            "性别与证件号码不符",
            "请核对性别和证件号码（第 17 位奇数为男、偶数为女）",
        );
        problems.push(layout.problem(Severity::Error, row.number, "sex", refusal));
    }
}

/// Where each number stood first.
#[derive(Default)]
struct Seen {
    numbers: HashMap<String, u32>,
    identities: HashMap<IdentityNumber, u32>,
}

impl Seen {
    fn check(
        &mut self,
        layout: &Layout<StaffRow>,
        row: &RosterRow<StaffRow>,
        problems: &mut Problems,
    ) {
        let place = |key: &str, first: u32| {
            layout
                .place_of(key)
                .map_or_else(String::new, |placed| address(first, placed.position))
        };
        let facts = &row.record.facts;
        if let Some(number) = &facts.number {
            let first = *self.numbers.entry(number.clone()).or_insert(row.number);
            if first != row.number {
                let refusal = Refusal::new(
                    "same_staff_number",
                    format!("与单元格 {} 的工号相同", place("number", first)),
                    "每人的工号不能重复，请核对",
                );
                let problem = layout.problem(Severity::Error, row.number, "number", refusal);
                problems.push(problem.with_value(number.clone()));
            }
        }
        if let Some(identity) = &facts.identity_number {
            let first = *self
                .identities
                .entry(identity.clone())
                .or_insert(row.number);
            if first != row.number {
                let refusal = Refusal::new(
                    SAME_IDENTITY_NUMBER.code,
                    format!(
                        "与单元格 {} 的证件号码相同",
                        place("identity_number", first)
                    ),
                    "同一人只能出现一行，请核对",
                );
                let problem =
                    layout.problem(Severity::Error, row.number, "identity_number", refusal);
                problems.push(problem.with_value(identity.masked()));
            }
        }
    }
}

/// Fills what a roster has no columns for from what is on the register.
pub fn keep_unspoken(layout: &Layout<StaffRow>, facts: &mut StaffFacts, before: &StaffFacts) {
    for column in COLUMNS.iter().filter(|column| !layout.has(column.key)) {
        if let Carry::Part(carry) = column.carry {
            carry(facts, before);
        }
    }
}
