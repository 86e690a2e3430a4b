//! A roster of staff against the staff on the register.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use self::asked::{renumbered, returned};
pub use self::known::Around;
use self::known::{Known, Match};
use self::places::{places, unit_spellings, unknown_villages};
use self::qualified::split_towns;
use self::question::{Question, unproved_words};
use self::units::units_renamed;
use super::count;
use super::kept::KeptCells;
use crate::code_list::CodeList;
use crate::codes::Action;
use crate::household::IdentityNumber;
use crate::household::rule::SAME_IDENTITY_NUMBER;
use crate::household::rule::Severity;
use crate::import::report::{Conflict, ConflictKind, Counts};
use crate::problem::words;
use crate::renaming::Planned as PlannedRenaming;
use crate::roster::choices::Choices;
use crate::roster::grouping::KeptReason;
use crate::roster::report::{Place, Problems};
use crate::roster::staffing::{self, ReadPerson, StaffRoster};
use crate::staff::StaffFacts;
use crate::staff::model::Staff;
use crate::staff::staging::Planned;
use crate::text::squeezed;
use crate::value::Refusal;

mod asked;
mod known;
mod places;
mod qualified;
mod question;
mod units;

/// What a roster of staff would do.
#[derive(Debug)]
pub struct StaffPlan {
    /// How many people.
    pub counts: Counts,
    /// What must be decided.
    pub conflicts: Vec<Conflict>,
    /// What is to become of each person: those of the file in its order, then the absent ones.
    pub planned: Vec<Planned>,
    /// What is to be called otherwise when the import is taken in.
    pub renamings: Vec<PlannedRenaming>,
}

/// The questions of a file, and which of its people each is about.
#[derive(Default)]
struct Asked {
    conflicts: Vec<Conflict>,
    of: HashMap<usize, Vec<usize>>,
}

impl Asked {
    fn add(&mut self, question: Question) {
        for index in question.people {
            self.of.entry(index).or_default().push(self.conflicts.len());
        }
        self.conflicts.push(question.conflict);
    }

    /// The questions about a person.
    fn about(&self, index: usize) -> impl Iterator<Item = &Conflict> {
        let asked = self.of.get(&index).map_or(&[][..], Vec::as_slice);
        asked.iter().map(|at| &self.conflicts[*at])
    }
}

/// Compares a roster with everyone on the register. What keeps people from being taken in goes to
/// `problems`.
pub fn plan(
    mut roster: StaffRoster,
    (known, around): (&[Staff], &Around),
    choices: &Choices,
    problems: &mut Problems,
) -> StaffPlan {
    let known = Known::of(known);
    let mut matches: Vec<_> = roster
        .people
        .iter()
        .map(|person| known.find(&person.facts))
        .collect();
    let mut asked = Asked::default();
    let mut renamings = Vec::new();
    split_towns(&mut roster, around, problems);
    let (questions, planned) = places(&mut roster, around, choices);
    renamings.extend(planned);
    for question in questions {
        asked.add(question);
    }
    unknown_villages(&roster, around, problems);
    for question in unit_spellings(&mut roster, &known, around, choices) {
        asked.add(question);
    }
    let (conflicts, mut swapped) = swaps(&roster, &known, &matches, choices);
    for (at, conflict) in conflicts.into_iter().enumerate() {
        let people = swapped.iter().filter(|(_, of)| **of == at);
        let people = people.map(|(index, _)| *index).collect();
        asked.add(Question { conflict, people });
    }
    for (index, difference) in doubtful(&roster, &known, &matches) {
        swapped.insert(index, 0);
        if let Some(before) = matches[index].mine.map(|mine| &known.people[mine]) {
            let conflict = rename(&roster, (index, difference), before, choices);
            let people = vec![index];
            asked.add(Question { conflict, people });
        }
    }
    let (questions, mut units) = units_renamed(&roster, &known, &matches, around, choices);
    for question in questions {
        asked.add(question);
    }
    for (question, found) in renumbered(&roster, &known, &matches, &units, choices) {
        for index in found.iter().flat_map(|_| &question.people) {
            matches[*index].mine = found;
        }
        asked.add(question);
    }
    for problem in units.told.drain(..) {
        problems.push(problem);
    }
    // Who is still under the old name comes to the unit under its new one.
    for person in &mut roster.people {
        if let Some(name) = units.new_name(&person.facts.unit) {
            name.clone_into(&mut person.facts.unit);
        }
    }
    renamings.extend(units.into_planned());
    let (questions, returning) = returned(&roster, &known, &matches, choices);
    for question in questions {
        asked.add(question);
    }
    let mut taken = HashMap::new();
    for (index, person) in roster.people.iter_mut().enumerate() {
        let mut refusals = Vec::new();
        if !swapped.contains_key(&index) {
            refusals.extend(contradiction(&known, matches[index], &person.facts));
        }
        if let Some(found) = matches[index].found()
            && let Some(first) = taken.insert(found, person.place)
        {
            let words = first.words(&roster.sheets);
            refusals.push(("name", same_staff(&words, &known.people[found])));
        }
        for (field, refusal) in refusals {
            person.has_errors = true;
            let place = person.place;
            problems.push(place.problem(&roster.sheets, Severity::Error, field, refusal));
        }
    }
    let mut counts = Counts::default();
    let absent = absent(&roster.people, &known, &matches);
    counts.absent = count(absent.len());
    let people = std::mem::take(&mut roster.people);
    let mut planned = Vec::with_capacity(people.len() + absent.len());
    let mut kept = KeptCells::default();
    for (index, person) in people.into_iter().enumerate() {
        let before = matches[index].found().map(|found| &known.people[found]);
        let returns = returning.contains(&index);
        let about: Vec<_> = asked.about(index).collect();
        let one = planned_person(
            &roster,
            choices,
            person,
            (before, returns),
            &about,
            &mut kept,
        );
        counts.add(one.action, !one.conflicts.is_empty());
        planned.push(one);
    }
    kept.tell(&roster.sheets, problems);
    planned.extend(absent);
    StaffPlan {
        counts,
        conflicts: asked.conflicts,
        planned,
        renamings,
    }
}

fn planned_person(
    roster: &StaffRoster,
    choices: &Choices,
    mut person: ReadPerson,
    (before, returns): (Option<&Staff>, bool),
    conflicts: &[&Conflict],
    kept: &mut KeptCells,
) -> Planned {
    if let Some(before) = before {
        let before = before.facts();
        let fields = staffing::keep_unspoken(&roster.spoken, choices, &mut person, &before);
        places::keep_order(&mut person.facts, &before);
        // What is wrong is told at its cell, and is not empty.
        if !person.has_errors {
            for field in fields {
                kept.add(field, KeptReason::Empty, person.place);
            }
        }
    }
    let facts = person.facts;
    let is_refused = conflicts.iter().any(|it| it.accepted == Some(false));
    let undecided = conflicts.iter().filter(|it| it.accepted.is_none());
    Planned {
        staff_id: before.map_or_else(Uuid::now_v7, |before| before.id),
        action: match before.map(|before| before.facts() == facts && !returns) {
            _ if is_refused => Action::LeftOut,
            None => Action::New,
            Some(false) => Action::Changed,
            Some(true) => Action::Unchanged,
        },
        before: before.cloned(),
        place: person.place.words(&roster.sheets),
        has_errors: person.has_errors,
        conflicts: undecided.map(|conflict| conflict.key.clone()).collect(),
        returns,
        facts,
    }
}

/// Pairs of people whose identity numbers the file has the other way round, and for each such person
/// of the file the question about them.
fn swaps(
    roster: &StaffRoster,
    known: &Known<'_>,
    matches: &[Match],
    choices: &Choices,
) -> (Vec<Conflict>, HashMap<usize, usize>) {
    let two: HashMap<_, _> = matches
        .iter()
        .enumerate()
        .filter_map(|(index, found)| Some((found.two()?, index)))
        .collect();
    let mut conflicts = Vec::new();
    let mut swapped = HashMap::new();
    for (index, found) in matches.iter().enumerate() {
        let Some((mine, other)) = found.two().filter(|(mine, other)| mine < other) else {
            continue;
        };
        let Some(partner) = two.get(&(other, mine)).copied() else {
            continue;
        };
        swapped.insert(index, conflicts.len());
        swapped.insert(partner, conflicts.len());
        let people = [&known.people[mine], &known.people[other]];
        let places = [index, partner].map(|index| roster.people[index].place);
        conflicts.push(swap(roster, people, places, choices));
    }
    (conflicts, swapped)
}

fn swap(
    roster: &StaffRoster,
    [one, other]: [&Staff; 2],
    places: [Place; 2],
    choices: &Choices,
) -> Conflict {
    let kind = ConflictKind::Swapped;
    let key = format!("{}:{}:{}", kind.code(), one.id, other.id);
    let named = |person: &Staff| format!("{}（{}）", person.name, person.unit);
    Conflict {
        kind,
        places: places
            .iter()
            .map(|place| place.cell(&roster.sheets, "identity_number"))
            .collect(),
        household_ids: Vec::new(),
        question: words!(
            "名册中{}与{}的证件号码同登记的正好互换。是登记有误吗？",
            "“{}” and “{}” of the roster have the identity numbers of each other by the register. Is the register wrong?",
            named(one),
            named(other)
        ),
        proposal: words!(
            "按名册互换两人的证件号码",
            "the two identity numbers change places, as in the roster"
        ),
        accepted: choices.decision(&key, kind.code()),
        answers: Vec::new(),
        answer: None,
        names: Vec::new(),
        key,
    }
}

/// How someone of the file differs from the one of the register who has their 工号, so that they may be another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    /// Another name, and no identity number tells whether they are the same.
    Name,
    /// Another identity number, by which they are of another sex or were born on another day.
    Identity,
}

/// Those people of the file who have the number of a person of whom it is not certain that they are the same: an
/// account, visits and pairings would go over to whoever it is.
fn doubtful(
    roster: &StaffRoster,
    known: &Known<'_>,
    matches: &[Match],
) -> Vec<(usize, Difference)> {
    let difference = |(index, found): (usize, &Match)| {
        let before = found.mine.filter(|_| found.other.is_none())?;
        let difference = difference(&roster.people[index].facts, &known.people[before])?;
        Some((index, difference))
    };
    matches.iter().enumerate().filter_map(difference).collect()
}

fn difference(facts: &StaffFacts, before: &Staff) -> Option<Difference> {
    let other_name = squeezed(&before.name) != squeezed(&facts.name);
    let Some((one, other)) = facts.identity_number.zip(before.identity_number) else {
        return other_name.then_some(Difference::Name);
    };
    // Of another name as well, they are two: see `contradiction`.
    let is_other = one.sex() != other.sex() || one.birth_date() != other.birth_date();
    (is_other && !other_name).then_some(Difference::Identity)
}

fn rename(
    roster: &StaffRoster,
    (index, difference): (usize, Difference),
    before: &Staff,
    choices: &Choices,
) -> Conflict {
    let kind = ConflictKind::Renamed;
    let person = &roster.people[index];
    let facts = &person.facts;
    let masked = |identity: Option<IdentityNumber>| {
        identity.map_or_else(String::new, |identity| identity.masked())
    };
    // Another name, or another number, is another question.
    let (field, differs, question, proposal) = match difference {
        Difference::Name => (
            "name",
            facts.name.clone(),
            {
                let unproved = unproved_words(facts);
                let (old, unit, new) = (&before.name, &before.unit, &facts.name);
                words!(
                    "此工号登记的是{old}（{unit}），名册中姓名为{new}，也{unproved}。是同一人更名或更正姓名吗？如是新人员，请用新的工号",
                    "this number is that of “{old}” (“{unit}”) in the register; the name in the roster is “{new}”, and {unproved}. Is it one person whose name was changed or corrected? Give somebody new a new number";
                    unproved
                )
            },
            words!(
                "按同一人登记，姓名改为{}",
                "registered as one person, whose name becomes “{}”",
                facts.name
            ),
        ),
        Difference::Identity => {
            let (old, new) = (
                masked(before.identity_number),
                masked(facts.identity_number),
            );
            let sexes = facts.identity_number.zip(before.identity_number);
            let what = match sexes {
                Some((one, other)) if one.sex() != other.sex() => {
                    words!("证件号码和性别", "identity number and sex")
                }
                _ => words!("证件号码和出生日期", "identity number and birth date"),
            };
            (
                "identity_number",
                new.clone(),
                {
                    let (name, unit) = (&before.name, &before.unit);
                    words!(
                        "此工号登记的是{name}（{unit}，{old}），名册中同名，{what}不同（{new}）。是同一人更正证件号码吗？如是新人员，请用新的工号",
                        "this number is that of “{name}” (“{unit}”, {old}) in the register; the roster has the same name with another {what} ({new}). Is it one person whose identity number was corrected? Give somebody new a new number";
                        what
                    )
                },
                words!(
                    "按同一人登记，证件号码改为 {new}；结对、走访等记录保留",
                    "registered as one person, whose identity number becomes {new}; pairings, visits and so on stay"
                ),
            )
        }
    };
    let key = format!("{}:{}:{differs}", kind.code(), before.id);
    Conflict {
        kind,
        places: vec![person.place.cell(&roster.sheets, field)],
        household_ids: Vec::new(),
        question,
        proposal,
        accepted: choices.decision(&key, kind.code()),
        answers: Vec::new(),
        answer: None,
        names: Vec::new(),
        key,
    }
}

/// The number speaks of one person and the identity number of another, or of nobody.
fn contradiction(
    known: &Known<'_>,
    found: Match,
    facts: &StaffFacts,
) -> Option<(&'static str, Refusal)> {
    if let Some((_, other)) = found.two() {
        let other = &known.people[other];
        let reason = words!(
            "此证件号码已登记在{}（{}）名下",
            "this identity number is that of “{}” (“{}”) in the register",
            other.name,
            other.unit
        );
        let remedy = words!(
            "请核对工号和证件号码",
            "check the number and the identity number"
        );
        let refusal = Refusal::new(SAME_IDENTITY_NUMBER.code, reason, remedy);
        return Some(("identity_number", refusal));
    }
    let before = &known.people[found.mine?];
    let is_another = squeezed(&before.name) != squeezed(&facts.name)
        && found.other.is_none()
        && facts.identity_number.is_some()
        && before.identity_number.is_some();
    is_another.then(|| {
        let reason = words!(
            "此工号在登记中是另一人（{}，{}）",
            "this number is that of another person in the register (“{}”, “{}”)",
            before.name,
            before.unit
        );
        let remedy = words!(
            "请核对工号；新人员请用新的工号",
            "check the number; give somebody new a new one"
        );
        (
            "number",
            Refusal::new("staff_number_reused", reason, remedy),
        )
    })
}

fn same_staff(first: &str, person: &Staff) -> Refusal {
    let reason = {
        let name = &person.name;
        words!(
            "与 {first} 是登记中的同一人（{name}）",
            "the same person of the register (“{name}”) as {first}"
        )
    };
    Refusal::new(
        "same_staff",
        reason,
        words!("请合并为一行", "join both into one row"),
    )
}

/// Active people of the units that the file names who are not in it.
fn absent(people: &[ReadPerson], known: &Known<'_>, matches: &[Match]) -> Vec<Planned> {
    let units: HashSet<&str> = people
        .iter()
        .map(|person| person.facts.unit.as_str())
        .collect();
    let present: HashSet<usize> = matches.iter().filter_map(|found| found.found()).collect();
    let absent = known.people.iter().enumerate().filter(|(index, person)| {
        !present.contains(index) && person.active && units.contains(person.unit.as_str())
    });
    absent
        .map(|(_, person)| Planned {
            staff_id: person.id,
            action: Action::Absent,
            before: Some(person.clone()),
            facts: person.facts(),
            place: String::new(),
            has_errors: false,
            conflicts: Vec::new(),
            returns: false,
        })
        .collect()
}

#[cfg(test)]
mod tests;
