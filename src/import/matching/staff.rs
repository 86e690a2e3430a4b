//! A roster of staff against the staff on the register.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::count;
use super::kept::KeptCells;
use crate::code_list::CodeList;
use crate::codes::Action;
use crate::household::rule::SAME_IDENTITY_NUMBER;
use crate::household::rule::Severity;
use crate::import::report::{Conflict, ConflictKind, Counts};
use crate::roster::choices::Choices;
use crate::roster::report::{Place, Problems};
use crate::roster::staffing::{self, ReadPerson, StaffRoster};
use crate::roster::value::Refusal;
use crate::staff::StaffFacts;
use crate::staff::model::Staff;
use crate::staff::staging::Planned;
use crate::text::squeezed;

/// What a roster of staff would do.
#[derive(Debug)]
pub struct StaffPlan {
    /// How many people.
    pub counts: Counts,
    /// What must be decided.
    pub conflicts: Vec<Conflict>,
    /// What is to become of each person: those of the file in its order, then the absent ones.
    pub planned: Vec<Planned>,
}

/// The staff on the register, by all that a roster may name them by.
struct Known<'k> {
    people: &'k [Staff],
    by_number: HashMap<&'k str, usize>,
    by_identity: HashMap<&'k str, usize>,
}

/// Who a person of the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Match {
    /// By 工号.
    mine: Option<usize>,
    /// By identity number.
    other: Option<usize>,
}

impl<'k> Known<'k> {
    fn of(people: &'k [Staff]) -> Self {
        let mut known = Self {
            people,
            by_number: HashMap::new(),
            by_identity: HashMap::new(),
        };
        for (index, person) in people.iter().enumerate() {
            if let Some(number) = &person.number {
                known.by_number.insert(number, index);
            }
            if let Some(identity) = &person.identity_number {
                known.by_identity.insert(identity.whole(), index);
            }
        }
        known
    }

    fn find(&self, facts: &StaffFacts) -> Match {
        let number = facts.number.as_deref();
        let identity = facts.identity_number.as_ref();
        Match {
            mine: number.and_then(|number| self.by_number.get(number).copied()),
            other: identity.and_then(|it| self.by_identity.get(it.whole()).copied()),
        }
    }
}

impl Match {
    /// A person with another number is the same person.
    fn found(self) -> Option<usize> {
        self.mine.or(self.other)
    }

    /// The two whom the number and the identity number speak of, if they are two.
    fn two(self) -> Option<(usize, usize)> {
        self.mine
            .zip(self.other)
            .filter(|(mine, other)| mine != other)
    }
}

/// Compares a roster with everyone on the register. What keeps people from being taken in goes to
/// `problems`.
pub fn plan(
    mut roster: StaffRoster,
    known: &[Staff],
    choices: &Choices,
    problems: &mut Problems,
) -> StaffPlan {
    let known = Known::of(known);
    let matches: Vec<_> = roster
        .people
        .iter()
        .map(|person| known.find(&person.facts))
        .collect();
    let (mut conflicts, mut swapped) = swaps(&roster, &known, &matches, choices);
    for index in renamed(&roster, &known, &matches) {
        swapped.insert(index, conflicts.len());
        let before = matches[index].mine.map(|mine| &known.people[mine]);
        conflicts.extend(before.map(|before| rename(&roster, index, before, choices)));
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
        let conflict = swapped.get(&index).map(|conflict| &conflicts[*conflict]);
        let one = planned_person(&roster, choices, person, (before, conflict), &mut kept);
        counts.add(one.action, !one.conflicts.is_empty());
        planned.push(one);
    }
    kept.tell(&roster.sheets, problems);
    planned.extend(absent);
    StaffPlan {
        counts,
        conflicts,
        planned,
    }
}

fn planned_person(
    roster: &StaffRoster,
    choices: &Choices,
    mut person: ReadPerson,
    (before, conflict): (Option<&Staff>, Option<&Conflict>),
    kept: &mut KeptCells,
) -> Planned {
    if let Some(before) = before {
        let before = before.facts();
        let fields = staffing::keep_unspoken(&roster.spoken, choices, &mut person, &before);
        // What is wrong is told at its cell, and is not empty.
        if !person.has_errors {
            for field in fields {
                kept.add(field, person.place);
            }
        }
    }
    let facts = person.facts;
    let accepted = conflict.map(|conflict| conflict.accepted);
    let undecided = conflict.filter(|conflict| conflict.accepted.is_none());
    Planned {
        staff_id: before.map_or_else(Uuid::now_v7, |before| before.id),
        action: match before.map(|before| before.facts() == facts) {
            _ if accepted == Some(Some(false)) => Action::LeftOut,
            None => Action::New,
            Some(false) => Action::Changed,
            Some(true) => Action::Unchanged,
        },
        before: before.cloned(),
        place: person.place.words(&roster.sheets),
        has_errors: person.has_errors,
        conflicts: undecided
            .map(|conflict| conflict.key.clone())
            .into_iter()
            .collect(),
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
    let words = |person: &Staff| format!("{}（{}）", person.name, person.unit);
    Conflict {
        kind,
        places: places
            .iter()
            .map(|place| place.cell(&roster.sheets, "identity_number"))
            .collect(),
        household_ids: Vec::new(),
        question: format!(
            "名册中{}与{}的证件号码同登记的正好互换。是登记有误吗？",
            words(one),
            words(other)
        ),
        proposal: "按名册互换两人的证件号码".to_owned(),
        accepted: choices.decision(&key, kind.code()),
        answers: Vec::new(),
        answer: None,
        key,
    }
}

/// Those people of the file who have the number of a person of another name, where no identity number
/// tells whether they are the same: an account, visits and pairings would go over to whoever it is.
fn renamed(roster: &StaffRoster, known: &Known<'_>, matches: &[Match]) -> Vec<usize> {
    let is_renamed = |(index, found): (usize, &Match)| {
        let before = &known.people[found.mine?];
        let facts = &roster.people[index].facts;
        let unproved = facts.identity_number.is_none() || before.identity_number.is_none();
        let other_name = squeezed(&before.name) != squeezed(&facts.name);
        (other_name && unproved && found.other.is_none()).then_some(index)
    };
    matches.iter().enumerate().filter_map(is_renamed).collect()
}

fn rename(roster: &StaffRoster, index: usize, before: &Staff, choices: &Choices) -> Conflict {
    let kind = ConflictKind::Renamed;
    let person = &roster.people[index];
    // Another name is another question.
    let key = format!("{}:{}:{}", kind.code(), before.id, person.facts.name);
    Conflict {
        kind,
        places: vec![person.place.cell(&roster.sheets, "name")],
        household_ids: Vec::new(),
        question: format!(
            "此工号登记的是{}（{}），名册中姓名为{}，也没有证件号码可以核对。是同一人更名或更正姓名吗？如是新职工，请用新的工号",
            before.name, before.unit, person.facts.name
        ),
        proposal: format!("按同一人登记，姓名改为{}", person.facts.name),
        accepted: choices.decision(&key, kind.code()),
        answers: Vec::new(),
        answer: None,
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
        let reason = format!("此证件号码已登记在 {}（{}）名下", other.name, other.unit);
        let remedy = "请核对工号和证件号码";
        let refusal = Refusal::new(SAME_IDENTITY_NUMBER.code, reason, remedy);
        return Some(("identity_number", refusal));
    }
    let before = &known.people[found.mine?];
    let is_another = before.name != facts.name
        && found.other.is_none()
        && facts.identity_number.is_some()
        && before.identity_number.is_some();
    is_another.then(|| {
        let reason = format!("此工号在登记中是另一人（{}，{}）", before.name, before.unit);
        let remedy = "请核对工号；新职工请用新的工号";
        (
            "number",
            Refusal::new("staff_number_reused", reason, remedy),
        )
    })
}

fn same_staff(first: &str, person: &Staff) -> Refusal {
    let reason = format!("与 {first} 是登记中的同一人（{}）", person.name);
    Refusal::new("same_staff", reason, "请合并为一行")
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
        })
        .collect()
}

#[cfg(test)]
mod tests;
