//! From rows to staff.

use std::collections::HashMap;

use super::choices::Choices;
use super::column::Carry;
use super::layout::{Layouts, Spoken};
use super::profile::Profile;
use super::report::{Place, Problems, SheetReport};
use super::sheet::{self, RosterRow};
use super::staff::{COLUMNS, StaffRow};
use super::value::Refusal;
use crate::household::rule::{IDENTITY_SEX, SAME_IDENTITY_NUMBER, Severity};
use crate::staff::StaffFacts;
use crate::workbook::reader::ReadError;
use crate::workbook::source::Source;

/// A roster of staff, read.
pub struct StaffRoster {
    /// All sheets of the file.
    pub sheets: Vec<SheetReport>,
    /// The fields of which it has columns.
    pub spoken: Spoken,
    /// Rows with content.
    pub rows: i64,
    /// The people, in the order of their rows.
    pub people: Vec<ReadPerson>,
}

/// One of the staff as the roster gives them.
#[derive(Debug)]
pub struct ReadPerson {
    /// Where they stand.
    pub place: Place,
    /// What the row says of them, checked.
    pub facts: StaffFacts,
    /// Whether the row says their rank; else the usual one is taken for those who are new.
    pub has_rank: bool,
    /// Whether anything at their row is an error.
    pub has_errors: bool,
}

/// Reads a roster of staff, like [`grouping::read`](super::grouping::read).
pub fn read(
    source: &mut dyn Source,
    choices: &Choices,
    profiles: &[Profile],
    problems: &mut Problems,
    progress: &mut dyn FnMut(i64) -> Result<(), ReadError>,
) -> Result<StaffRoster, ReadError> {
    let mut people = Vec::new();
    let mut seen = Seen::default();
    let read = sheet::read(
        source,
        COLUMNS,
        (choices, profiles),
        problems,
        |layouts, row, problems| {
            let before = problems.count(Severity::Error);
            check_row(layouts, &row, problems);
            seen.check(layouts, &row, problems);
            let mut facts = row.record.facts;
            facts.rank = row.record.rank.unwrap_or_default();
            if let Some(identity) = &facts.identity_number {
                facts.sex.get_or_insert(identity.sex());
            }
            people.push(ReadPerson {
                place: row.place,
                facts,
                has_rank: row.record.rank.is_some(),
                has_errors: !row.refused.is_empty() || problems.count(Severity::Error) > before,
            });
            if people.len() % 1_000 == 0 {
                progress(i64::try_from(people.len()).unwrap_or_default())?;
            }
            Ok(())
        },
    )?;
    Ok(StaffRoster {
        sheets: read.reports,
        spoken: read.layouts.spoken(),
        rows: read.rows,
        people,
    })
}

/// What every row must have.
fn check_row(layouts: &Layouts<StaffRow>, row: &RosterRow<StaffRow>, problems: &mut Problems) {
    let facts = &row.record.facts;
    let mut missing = |key: &'static str, what: &str, remedy: &str| {
        if !row.refused.contains(&key) {
            let refusal = Refusal::new("required_cell", format!("“{what}”没有填写"), remedy);
            problems.push(layouts.problem(Severity::Error, row.place, key, refusal));
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
        let rule = &IDENTITY_SEX;
        let refusal = Refusal::new(rule.code, rule.title, rule.remedy);
        problems.push(layouts.problem(Severity::Error, row.place, "sex", refusal));
    }
}

/// Where each number stood first.
#[derive(Default)]
struct Seen {
    numbers: HashMap<String, Place>,
    identities: HashMap<u64, Place>,
}

impl Seen {
    fn check(
        &mut self,
        layouts: &Layouts<StaffRow>,
        row: &RosterRow<StaffRow>,
        problems: &mut Problems,
    ) {
        let facts = &row.record.facts;
        let mut again = |first, key, (code, what, remedy), value| {
            if first != row.place {
                let cell = layouts.address(first, key, row.place.sheet);
                let refusal = Refusal::new(code, format!("与单元格 {cell} 的{what}相同"), remedy);
                let problem = layouts.problem(Severity::Error, row.place, key, refusal);
                problems.push(problem.with_value(value));
            }
        };
        if let Some(number) = &facts.number {
            let first = *self.numbers.entry(number.clone()).or_insert(row.place);
            let words = ("same_staff_number", "工号", "每人的工号不能重复，请核对");
            again(first, "number", words, number.clone());
        }
        if let Some(identity) = &facts.identity_number {
            let first = *self
                .identities
                .entry(identity.packed())
                .or_insert(row.place);
            let words = (
                SAME_IDENTITY_NUMBER.code,
                "证件号码",
                "同一人只能出现一行，请核对",
            );
            again(first, "identity_number", words, identity.masked());
        }
    }
}

/// Fills what a roster does not say of a person from what is on the register: what it has no columns for,
/// and, unless people choose otherwise, where its cells are empty.
pub fn keep_unspoken(
    spoken: &Spoken,
    choices: &Choices,
    person: &mut ReadPerson,
    before: &StaffFacts,
) {
    for column in COLUMNS {
        let clears = spoken.has(column.key) && choices.clears(column.key);
        // A rank is never empty: one that the row says is not to be written over.
        let is_said = column.key == "rank" && person.has_rank;
        if let (false, false, Carry::Part(carry)) = (clears, is_said, &column.carry) {
            carry(&mut person.facts, before);
        }
    }
}
