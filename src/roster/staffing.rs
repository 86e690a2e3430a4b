//! From rows to staff.

use std::collections::{BTreeMap, HashMap};

use super::choices::Choices;
use super::column::{Carry, Put};
use super::layout::{Layouts, Spoken};
use super::profile::Profile;
use super::question::{Answers, FileQuestion, FileQuestionKind};
use super::remark;
use super::report::{Place, Problems, SheetReport};
use super::sheet::{self, Begins, RosterRow};
use super::staff::{COLUMNS, StaffRow};
use crate::household::rule::{IDENTITY_SEX, SAME_IDENTITY_NUMBER, Severity};
use crate::problem::{Text, words};
use crate::staff::StaffFacts;
use crate::value::Refusal;
use crate::workbook::reader::ReadError;
use crate::workbook::source::Source;

mod further;

/// Fields by which people are told apart.
const NAMES: [&str; 2] = ["number", "identity_number"];
/// Most cells that a question lists.
const MOST_PLACES: usize = 200;

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
    /// What must be asked of the file as a whole.
    pub questions: Vec<FileQuestion>,
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
    /// Whether the row says 备注; else what stands there was made of other cells.
    pub remark_said: bool,
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
    let mut people: Vec<ReadPerson> = Vec::new();
    let mut seen = Seen::default();
    let mut sections = Sections {
        accepted: Answers::of(choices).sections,
        ..Sections::default()
    };
    let read = sheet::read(
        source,
        COLUMNS,
        (choices, profiles),
        problems,
        |layouts, mut row, problems| {
            let above = people.last_mut().filter(|_| row.begins == Begins::No);
            if let Some(above) = above
                && further::join(layouts, (above.place, &mut above.facts), &row, problems)
            {
                return Ok(());
            }
            let before = problems.count(Severity::Error);
            sections.fill(layouts, &mut row, problems);
            check_row(layouts, &row, problems);
            seen.check(layouts, &row, problems);
            let mut facts = row.record.facts;
            facts.rank = row.record.rank.unwrap_or_default();
            let remark_said = facts.remark.is_some();
            let notes = row.record.notes.iter().map(String::as_str);
            let left = remark::add_notes(&mut facts.remark, notes);
            if !left.is_empty() {
                let reason = words!(
                    "备注已满，没有写入：{}",
                    "the remarks are full, and this was not added: “{}”",
                    left.join("；")
                );
                let refusal = Refusal::new(
                    "remark_full",
                    reason,
                    words!(
                        "请精简备注，或另行记录这些内容",
                        "shorten the remarks, or keep this elsewhere"
                    ),
                );
                problems.push(layouts.problem(Severity::Warning, row.place, "remark", refusal));
            }
            if let Some(identity) = &facts.identity_number {
                facts.sex.get_or_insert(identity.sex());
            }
            people.push(ReadPerson {
                place: row.place,
                facts,
                has_rank: row.record.rank.is_some(),
                remark_said,
                has_errors: !row.refused.is_empty() || problems.count(Severity::Error) > before,
            });
            if people.len().is_multiple_of(1_000) {
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
        questions: sections.question(&read.layouts).into_iter().collect(),
    })
}

/// Section rows that name the unit of people whose rows do not.
#[derive(Default)]
struct Sections {
    accepted: Option<bool>,
    /// The section rows: what they name, and how many people need it.
    rows: BTreeMap<Place, (String, usize)>,
}

impl Sections {
    /// Takes the unit of the section that a row stands in where the row has none, if people said so.
    fn fill(
        &mut self,
        layouts: &Layouts<StaffRow>,
        row: &mut RosterRow<StaffRow>,
        problems: &mut Problems,
    ) {
        let section = row
            .section
            .as_ref()
            .and_then(|section| section.unit.as_ref());
        let Some(said) =
            section.filter(|_| row.record.facts.unit.is_empty() && !row.refused.contains(&"unit"))
        else {
            return;
        };
        let known = self.rows.entry(said.place);
        known.or_insert_with(|| (said.name.clone(), 0)).1 += 1;
        if self.accepted == Some(true) {
            row.record.facts.unit.clone_from(&said.name);
            let refusal = Refusal::new(
                "section_value",
                words!(
                    "没有填写，按第 {} 行的分段行读作“{}”",
                    "not filled in; by the section row {} it was read as “{}”",
                    said.place.row,
                    said.name
                ),
                words!(
                    "如不对，请在文件中填写",
                    "if that is wrong, fill it in in the file"
                ),
            );
            problems.push(layouts.problem(Severity::Repair, row.place, "unit", refusal));
        }
    }

    fn question(&self, layouts: &Layouts<StaffRow>) -> Option<FileQuestion> {
        let (first, (name, _)) = self.rows.first_key_value()?;
        let (first, sections) = (first.row, self.rows.len());
        let rows = if sections > 1 {
            words!(
                "第 {first} 行“{name}”等 {sections} 行",
                "row {first} “{name}” and others, {sections} in all"
            )
        } else {
            words!("第 {first} 行“{name}”", "row {first} “{name}”")
        };
        let count: usize = self.rows.values().map(|(_, count)| count).sum();
        let cell = |place: &Place| layouts.address(*place, "name", u16::MAX);
        Some(FileQuestion {
            kind: FileQuestionKind::Sections,
            places: self.rows.keys().take(MOST_PLACES).map(cell).collect(),
            question: words!(
                "有 {count} 人没有填写单位，上面有分段行（{rows}）。是否按分段行填写？",
                "people without a unit: {count}; there are section rows above them ({rows}). Are these to be read?";
                rows
            ),
            proposal: words!(
                "这些人的单位读作上面最近的分段行所写；不接受则这些人不导入",
                "the unit of these people is read from the nearest section row above; if not accepted, they are not imported"
            ),
            accepted: self.accepted,
        })
    }
}

/// What every row must have.
fn check_row(layouts: &Layouts<StaffRow>, row: &RosterRow<StaffRow>, problems: &mut Problems) {
    let facts = &row.record.facts;
    let mut missing = |key: &'static str, what: &str, remedy: Text| {
        if !row.refused.contains(&key) {
            let refusal = Refusal::new(
                "required_cell",
                words!("“{what}”没有填写", "“{what}” is not filled in"),
                remedy,
            );
            problems.push(layouts.problem(Severity::Error, row.place, key, refusal));
        }
    };
    if facts.name.is_empty() {
        missing(
            "name",
            "姓名",
            words!(
                "请补填姓名；不是人员的行请删除",
                "fill in the name; delete rows that are nobody's"
            ),
        );
    }
    if facts.unit.is_empty() {
        let section = row.section.as_ref().is_some_and(|it| it.unit.is_some());
        let remedy = if section {
            words!(
                "请补填单位全称，或在“待决事项”中接受按分段行填写",
                "fill in the unit's whole name, or accept the section rows among the open questions"
            )
        } else {
            words!("请补填单位全称", "fill in the unit's whole name")
        };
        missing("unit", "单位", remedy);
    }
    let unidentified = facts.number.is_none() && facts.identity_number.is_none();
    if unidentified && !row.refused.contains(&"identity_number") {
        missing(
            "number",
            "工号和证件号码",
            words!(
                "两项至少填一项，以后导入时凭它认出同一人",
                "fill in one of both, by which later imports know the person"
            ),
        );
    }
    if let (Some(sex), Some(identity)) = (facts.sex, &facts.identity_number)
        && sex != identity.sex()
    {
        let rule = &IDENTITY_SEX;
        let refusal = Refusal::new(rule.code, rule.title(), rule.remedy());
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
                let refusal = Refusal::new(
                    code,
                    words!(
                        "与单元格 {cell} 的{what}相同",
                        "the same “{what}” as in cell {cell}"
                    ),
                    remedy,
                );
                let problem = layouts.problem(Severity::Error, row.place, key, refusal);
                problems.push(problem.with_value(value));
            }
        };
        if let Some(number) = &facts.number {
            let first = *self.numbers.entry(number.clone()).or_insert(row.place);
            let words = (
                "same_staff_number",
                "工号",
                words!(
                    "每人的工号不能重复，请核对",
                    "nobody has the number of another; check it"
                ),
            );
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
                words!(
                    "同一人只能出现一行，请核对",
                    "one person stands in one row; check it"
                ),
            );
            again(first, "identity_number", words, identity.masked());
        }
    }
}

/// Fills what a roster does not say of a person from what is on the register: what it has no columns for,
/// and, unless people choose otherwise, where its cells are empty. Gives the fields of those cells.
pub fn keep_unspoken(
    spoken: &Spoken,
    choices: &Choices,
    person: &mut ReadPerson,
    before: &StaffFacts,
) -> Vec<&'static str> {
    let mut kept = Vec::new();
    let keeps_remark = !spoken.has("remark") || !choices.clears("remark");
    if keeps_remark && !person.remark_said && person.facts.remark.is_some() {
        remark::keep_remark(&mut person.facts.remark, before.remark.as_ref());
    }
    for column in COLUMNS {
        let is_spoken = spoken.has(column.key);
        // Not even where it is chosen does an empty cell delete what identifies the person.
        let identifies = NAMES.contains(&column.key);
        let clears = is_spoken && choices.clears(column.key) && !identifies;
        // A rank is never empty: one that the row says is not to be written over.
        let is_said = column.key == "rank" && person.has_rank;
        if let (false, false, Carry::Part(carry)) = (clears, is_said, &column.carry) {
            let rank = person.facts.rank;
            let is_new = carry(&mut person.facts, before) == Put::New;
            if is_spoken && (is_new || person.facts.rank != rank) {
                kept.push(column.key);
            }
        }
    }
    kept
}
