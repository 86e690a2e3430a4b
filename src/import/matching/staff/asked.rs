//! What a roster of staff leaves open: a unit under another name, someone under another 工号, someone who had
//! left.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::known::{Around, Known, Match};
use crate::code_list::CodeList;
use crate::import::matching::places::cut_key;
use crate::import::report::{Conflict, ConflictKind, PossibleAnswer};
use crate::renaming::{Change, Planned};
use crate::roster::choices::{Choices, Decided, ImportAnswer};
use crate::roster::staffing::StaffRoster;
use crate::staff::model::Staff;
use crate::text::squeezed;

/// Most cells that a question lists.
const MOST_PLACES: usize = 200;

/// A question, and the people of the file whom it is about.
pub struct Question {
    pub conflict: Conflict,
    pub people: Vec<usize>,
}

/// What a question says beside its key and what was decided.
struct Words {
    question: String,
    proposal: String,
    answers: [(ImportAnswer, String); 2],
}

fn conflict(
    roster: &StaffRoster,
    (kind, key): (ConflictKind, String),
    (field, people): (&str, &[usize]),
    decided: &Decided,
    words: Words,
) -> Conflict {
    let places = people.iter().take(MOST_PLACES);
    Conflict {
        key,
        kind,
        places: places
            .map(|index| roster.people[*index].place.cell(&roster.sheets, field))
            .collect(),
        household_ids: Vec::new(),
        question: words.question,
        proposal: words.proposal,
        accepted: decided.accepted(),
        answers: words
            .answers
            .map(|(answer, words)| PossibleAnswer { answer, words })
            .to_vec(),
        answer: decided.answer(),
        names: Vec::new(),
    }
}

/// Units that may be called otherwise, and what was answered.
#[derive(Default)]
pub struct UnitsRenamed {
    /// The unit of the register by the name in the file, whatever was answered.
    before: HashMap<String, String>,
    planned: Vec<Planned>,
}

impl UnitsRenamed {
    /// What a unit of the file is, or may be, called on the register.
    fn on_register<'n>(&'n self, name: &'n str) -> &'n str {
        self.before.get(name).map_or(name, String::as_str)
    }

    /// The units to be called otherwise.
    pub fn into_planned(self) -> Vec<Planned> {
        self.planned
    }
}

/// Units of the register that are linked to villages and that the file does not name, while at least half of
/// their people are in it, all under one other unit.
pub fn units_renamed(
    roster: &StaffRoster,
    known: &Known<'_>,
    matches: &[Match],
    around: &Around,
    choices: &Choices,
) -> (Vec<Question>, UnitsRenamed) {
    const ANSWERS: [ImportAnswer; 2] = [ImportAnswer::Renamed, ImportAnswer::Moved];
    let named: HashSet<&str> = roster
        .people
        .iter()
        .map(|person| person.facts.unit.as_str())
        .collect();
    let on_register: HashSet<&str> = known.people.iter().map(|it| it.unit.as_str()).collect();
    let mut gone: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (person, found) in roster.people.iter().zip(matches) {
        let before = found.found().map(|found| &known.people[found]);
        let before = before.filter(|it| it.active && !named.contains(it.unit.as_str()));
        if let Some(before) = before.filter(|_| !person.facts.unit.is_empty()) {
            let under = gone.entry(&before.unit).or_default();
            *under.entry(&person.facts.unit).or_default() += 1;
        }
    }
    let (mut questions, mut units) = (Vec::new(), UnitsRenamed::default());
    for (old, under) in gone {
        let Some(villages) = around.unit_villages.get(old).filter(|it| !it.is_empty()) else {
            continue;
        };
        let of_unit = || known.people.iter().filter(|it| it.unit == old);
        let active = of_unit().filter(|it| it.active).count();
        let mut names = under.into_iter();
        let (Some((new, count)), None) = (names.next(), names.next()) else {
            continue;
        };
        let Some(unit_id) = of_unit()
            .next()
            .map(|it| it.unit_id)
            .filter(|_| count * 2 >= active)
        else {
            continue;
        };
        let kind = ConflictKind::UnitRenamed;
        let key = format!("{}:{unit_id}", kind.code());
        let decided = choices.decided(&key, kind.code(), &ANSWERS);
        let merges = on_register.contains(new);
        let what = if merges { "并入" } else { "更名为" };
        let people: Vec<_> = (0..roster.people.len())
            .filter(|index| roster.people[*index].facts.unit == new)
            .collect();
        let linked = format!("定点帮扶村 {} 个", villages.len());
        let words = Words {
            question: format!(
                "登记中{old}有 {active} 人，其中 {count} 人在名册中都属{new}；{old}仍有{linked}。是{what}{new}，还是人员调动？"
            ),
            proposal: format!("{old}{what}{new}：定点帮扶村和人员随之转入"),
            answers: [
                (
                    ImportAnswer::Renamed,
                    format!("{what}新名：定点帮扶村和人员随之转入"),
                ),
                (
                    ImportAnswer::Moved,
                    format!("人员调动：{old}和它的定点帮扶村不变"),
                ),
            ],
        };
        if decided.is(ImportAnswer::Renamed) {
            units.planned.push(Planned {
                change: Change::Unit {
                    unit_id,
                    from: old.to_owned(),
                    to: new.to_owned(),
                },
                merges,
                reason: "导入名册时确认单位更名或合并".to_owned(),
            });
        }
        if !decided.is(ImportAnswer::Moved) {
            units.before.insert(new.to_owned(), old.to_owned());
        }
        let conflict = conflict(roster, (kind, key), ("unit", &people), &decided, words);
        questions.push(Question { conflict, people });
    }
    (questions, units)
}

/// People of the file under a 工号 that nobody has, without an identity number that tells who they are, beside
/// one person of the register of the same name, sex and unit whom the file does not have; with who they are, if
/// that was answered.
pub fn renumbered(
    roster: &StaffRoster,
    known: &Known<'_>,
    matches: &[Match],
    units: &UnitsRenamed,
    choices: &Choices,
) -> Vec<(Question, Option<usize>)> {
    const ANSWERS: [ImportAnswer; 2] = [ImportAnswer::SamePerson, ImportAnswer::AnotherPerson];
    let present: HashSet<usize> = matches.iter().filter_map(|found| found.found()).collect();
    let mut missing: HashMap<(String, &str), Vec<usize>> = HashMap::new();
    for (index, person) in known.people.iter().enumerate() {
        if !present.contains(&index) {
            let name = (squeezed(&person.name), person.unit.as_str());
            missing.entry(name).or_default().push(index);
        }
    }
    let mut candidates: Vec<(usize, usize)> = Vec::new();
    for (index, (person, found)) in roster.people.iter().zip(matches).enumerate() {
        let facts = &person.facts;
        if found.found().is_some() || facts.number.is_none() || facts.name.is_empty() {
            continue;
        }
        let name = (squeezed(&facts.name), units.on_register(&facts.unit));
        let alike = missing.get(&name).into_iter().flatten().filter(|it| {
            let before = &known.people[**it];
            let same_sex = match (facts.sex, before.sex) {
                (Some(one), Some(other)) => one == other,
                _ => true,
            };
            let unproved = facts.identity_number.is_none() || before.identity_number.is_none();
            same_sex && unproved
        });
        let alike: Vec<_> = alike.copied().collect();
        if let [one] = alike[..] {
            candidates.push((index, one));
        }
    }
    let times = |one: usize| candidates.iter().filter(|(_, it)| *it == one).count();
    let single = candidates.iter().filter(|(_, one)| times(*one) == 1);
    single
        .map(|(index, one)| {
            let (facts, before) = (&roster.people[*index].facts, &known.people[*one]);
            let number = facts.number.as_deref().unwrap_or_default();
            let kind = ConflictKind::StaffRenumbered;
            let key = format!("{}:{}:{}", kind.code(), before.id, cut_key(number));
            let decided = choices.decided(&key, kind.code(), &ANSWERS);
            let words = Words {
                question: format!(
                    "名册中{}（{}）的工号是 {number}，没有证件号码可以核对；登记中有同名、同性别、同单位的一人，工号{}，不在名册中。是同一人换了工号吗？",
                    before.name,
                    facts.unit,
                    number_words(before)
                ),
                proposal: format!("按同一人登记，工号改为 {number}；结对、走访等记录保留"),
                answers: [
                    (
                        ImportAnswer::SamePerson,
                        format!("同一人：工号改为 {number}，结对、走访等记录保留"),
                    ),
                    (
                        ImportAnswer::AnotherPerson,
                        "另一人：登记为新的一人，原来一人不变".to_owned(),
                    ),
                ],
            };
            let found = decided.is(ImportAnswer::SamePerson).then_some(*one);
            let people = vec![*index];
            let conflict = conflict(roster, (kind, key), ("number", &people), &decided, words);
            (Question { conflict, people }, found)
        })
        .collect()
}

fn number_words(person: &Staff) -> String {
    person
        .number
        .as_deref()
        .map_or_else(|| "未登记".to_owned(), |number| format!("为 {number}"))
}

/// People of the file who had left: a question each, and who of them is active again.
pub fn returned(
    roster: &StaffRoster,
    known: &Known<'_>,
    matches: &[Match],
    choices: &Choices,
) -> (Vec<Question>, HashSet<usize>) {
    const ANSWERS: [ImportAnswer; 2] = [ImportAnswer::Returns, ImportAnswer::StaysAway];
    let kind = ConflictKind::Returned;
    let (mut questions, mut returning) = (Vec::new(), HashSet::new());
    for (index, found) in matches.iter().enumerate() {
        let before = found.found().map(|found| &known.people[found]);
        let Some(before) = before.filter(|before| !before.active) else {
            continue;
        };
        let key = format!("{}:{}", kind.code(), before.id);
        let decided = choices.decided(&key, kind.code(), &ANSWERS);
        if decided.is(ImportAnswer::Returns) {
            returning.insert(index);
        }
        let words = Words {
            question: format!(
                "{}（{}，工号{}）已登记离岗或停用，又在名册中。是否返岗？",
                before.name,
                before.unit,
                number_words(before)
            ),
            proposal: "返岗：恢复在岗，可以安排结对；原来已结束的结对不恢复".to_owned(),
            answers: [
                (
                    ImportAnswer::Returns,
                    "返岗：恢复在岗，可以安排结对；原来已结束的结对不恢复".to_owned(),
                ),
                (ImportAnswer::StaysAway, "仍然离岗：只更新资料".to_owned()),
            ],
        };
        let people = vec![index];
        let conflict = conflict(roster, (kind, key), ("name", &people), &decided, words);
        questions.push(Question { conflict, people });
    }
    (questions, returning)
}
