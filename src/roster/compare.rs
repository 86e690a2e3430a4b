//! What a roster says against what the register holds.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::grouping::{self, HouseholdRoster, ReadHousehold, same_person};
use super::report::{Action, Counts, Problems, RosterProblem, Severity, SheetReport};
use super::rule::SAME_IDENTITY_NUMBER;
use super::staffing::{self, ReadPerson, StaffRoster};
use super::value::Refusal;
use crate::household::IdentityNumber;
use crate::household::model::HouseholdFacts;
use crate::household::staging::Planned;
use crate::household::store::Household;
use crate::staff;
use crate::staff::model::Staff;

/// What a roster of households would do.
pub struct Comparison {
    /// Counts of households.
    pub households: Counts,
    /// Counts of persons.
    pub persons: Counts,
    /// What is to become of each household: those of the file in its order, then the absent ones.
    pub planned: Vec<Planned>,
}

/// The households on the register, by all that a roster may name them by.
struct Register<'k> {
    known: &'k [Household],
    by_number: HashMap<&'k str, usize>,
    by_head: HashMap<&'k IdentityNumber, usize>,
    by_person: HashMap<&'k IdentityNumber, usize>,
}

impl<'k> Register<'k> {
    fn of(known: &'k [Household]) -> Self {
        let mut register = Self {
            known,
            by_number: HashMap::new(),
            by_head: HashMap::new(),
            by_person: HashMap::new(),
        };
        for (index, household) in known.iter().enumerate() {
            if let Some(number) = &household.facts.number {
                register.by_number.insert(number, index);
            }
            let head = household.facts.head();
            if let Some(identity) = head.and_then(|head| head.identity_number.as_ref()) {
                register.by_head.insert(identity, index);
            }
            for member in &household.facts.members {
                if let Some(identity) = &member.identity_number {
                    register.by_person.insert(identity, index);
                }
            }
        }
        register
    }

    /// The household that the roster speaks of: by 户编号, else by the head's identity number. A
    /// household with another number is another household, whoever is its head.
    fn find(&self, facts: &HouseholdFacts) -> Option<usize> {
        if let Some(number) = &facts.number
            && let Some(index) = self.by_number.get(number.as_str())
        {
            return Some(*index);
        }
        let identity = facts.head()?.identity_number.as_ref()?;
        let index = *self.by_head.get(identity)?;
        let numbered = facts.number.is_some() && self.known[index].facts.number.is_some();
        (!numbered).then_some(index)
    }
}

/// Compares households.
pub fn households(
    roster: HouseholdRoster,
    known: &[Household],
    problems: &mut Problems,
) -> Result<Comparison, postcard::Error> {
    let HouseholdRoster {
        sheets,
        spoken,
        households,
        ..
    } = roster;
    let mut households = households.iter().collect::<Result<Vec<_>, _>>()?;
    let register = Register::of(known);
    // For each household of the file the one on the register, and the other way round.
    let mut matches = Vec::with_capacity(households.len());
    let mut matched: HashMap<usize, usize> = HashMap::new();
    let mut faulty = HashSet::new();
    for (index, household) in households.iter().enumerate() {
        let found = register.find(&household.facts);
        if let Some(found) = found
            && let Some(first) = matched.insert(found, index)
        {
            faulty.insert(index);
            problems.push(at_household(
                &sheets,
                household,
                "number",
                Refusal::new(
                    "same_household",
                    format!(
                        "与 {} 起的一户是登记中的同一户",
                        households[first].place.words(&sheets)
                    ),
                    "请合并为一户，并填写相同的户编号",
                ),
            ));
        }
        matches.push(found);
    }
    faulty.extend(check_persons(
        &sheets,
        &households,
        &register,
        &matches,
        &matched,
        problems,
    ));
    let (mut counts, mut persons) = (Counts::default(), Counts::default());
    let absent = count_absent(&households, known, &matched, &mut counts, &mut persons);
    let mut planned = Vec::with_capacity(households.len() + absent.len());
    for (index, (household, found)) in households.iter_mut().zip(&matches).enumerate() {
        let before = found.map(|index| &known[index]);
        if let Some(before) = before {
            grouping::keep_unspoken(
                &spoken,
                household.members_listed,
                &mut household.facts,
                &before.facts,
            );
        }
        count_persons(&household.facts, before, &register, &mut persons);
        let action = match before.map(|before| before.facts == household.facts) {
            None => Action::New,
            Some(false) => Action::Changed,
            Some(true) => Action::Unchanged,
        };
        *match action {
            Action::New => &mut counts.new,
            Action::Changed => &mut counts.changed,
            _ => &mut counts.unchanged,
        } += 1;
        planned.push(Planned {
            household_id: before.map_or_else(Uuid::now_v7, |before| before.id),
            action,
            before: before.cloned(),
            facts: household.facts.clone(),
            place: household.place.words(&sheets),
            has_errors: household.has_errors || faulty.contains(&index),
            conflicts: Vec::new(),
        });
    }
    planned.extend(absent.into_iter().map(|index| Planned {
        household_id: known[index].id,
        action: Action::Absent,
        before: Some(known[index].clone()),
        facts: known[index].facts.clone(),
        place: String::new(),
        has_errors: false,
        conflicts: Vec::new(),
    }));
    Ok(Comparison {
        households: counts,
        persons,
        planned,
    })
}

fn at_household(
    sheets: &[SheetReport],
    household: &ReadHousehold,
    key: &str,
    refusal: Refusal,
) -> RosterProblem {
    let place = household.place;
    place.problem(sheets, Severity::Error, key, refusal)
}

/// How people find a household of the register.
fn place_of(household: &Household) -> String {
    let facts = &household.facts;
    let number = facts
        .number
        .as_ref()
        .map_or_else(String::new, |number| format!("户编号 {number}，"));
    format!(
        "{number}{}{}户主{}",
        facts.town, facts.village, household.head_name
    )
}

/// A person who is on the register in another household that stays as it is; a household's number
/// under which the register has another family. Gives the households with such errors.
fn check_persons(
    sheets: &[SheetReport],
    households: &[ReadHousehold],
    register: &Register<'_>,
    matches: &[Option<usize>],
    matched: &HashMap<usize, usize>,
    problems: &mut Problems,
) -> HashSet<usize> {
    let mut faulty = HashSet::new();
    for (index, (household, found)) in households.iter().zip(matches).enumerate() {
        let mut stayed = 0;
        let mut identified = 0;
        for (member, place) in household.facts.members.iter().zip(&household.places) {
            let Some(identity) = &member.identity_number else {
                continue;
            };
            identified += 1;
            let Some(other) = register.by_person.get(identity) else {
                continue;
            };
            if Some(*other) == *found {
                stayed += 1;
            } else if !matched.contains_key(other) {
                let refusal = Refusal::new(
                    SAME_IDENTITY_NUMBER.code,
                    format!(
                        "此人已登记在另一户（{}）",
                        place_of(&register.known[*other])
                    ),
                    "请核对证件号码；如已迁入本户，请把原来一户也列入名册（不含此人）一并导入",
                );
                faulty.insert(index);
                problems.push(
                    place
                        .problem(sheets, Severity::Error, "identity_number", refusal)
                        .with_value(identity.masked()),
                );
            }
        }
        let before = found.map(|index| &register.known[index]);
        let before = before.filter(|before| {
            stayed == 0
                && identified > 0
                && before
                    .facts
                    .members
                    .iter()
                    .any(|member| member.identity_number.is_some())
        });
        if let Some(before) = before {
            faulty.insert(index);
            problems.push(at_household(
                sheets,
                household,
                "number",
                Refusal::new(
                    "household_number_reused",
                    format!(
                        "此户在登记中是另一家（{}），没有一名相同成员",
                        place_of(before)
                    ),
                    "请核对户编号；如确是新的一户，请换新的户编号",
                ),
            ));
        }
    }
    faulty
}

/// Households of the villages that the file names which are not in it, by their places among the
/// known.
fn count_absent(
    households: &[ReadHousehold],
    known: &[Household],
    matched: &HashMap<usize, usize>,
    counts: &mut Counts,
    persons: &mut Counts,
) -> Vec<usize> {
    let mut absent = Vec::new();
    let villages: HashSet<(&str, &str)> = households
        .iter()
        .map(|household| {
            (
                household.facts.town.as_str(),
                household.facts.village.as_str(),
            )
        })
        .collect();
    let named: HashSet<&IdentityNumber> = households
        .iter()
        .flat_map(|household| &household.facts.members)
        .filter_map(|member| member.identity_number.as_ref())
        .collect();
    for (index, before) in known.iter().enumerate() {
        let covered =
            villages.contains(&(before.facts.town.as_str(), before.facts.village.as_str()));
        let present = matched.get(&index);
        if present.is_none() && !covered {
            continue;
        }
        if present.is_none() {
            counts.absent += 1;
            absent.push(index);
        }
        for member in &before.facts.members {
            let here = match (&member.identity_number, present) {
                (Some(identity), _) => named.contains(identity),
                (None, Some(index)) => {
                    same_person(member, &households[*index].facts.members).is_some()
                }
                (None, None) => false,
            };
            persons.absent += i64::from(!here);
        }
    }
    absent
}

/// Persons of one household against the register.
fn count_persons(
    facts: &HouseholdFacts,
    before: Option<&Household>,
    register: &Register<'_>,
    persons: &mut Counts,
) {
    for member in &facts.members {
        let here = before.and_then(|before| same_person(member, &before.facts.members));
        let elsewhere = member
            .identity_number
            .as_ref()
            .is_some_and(|identity| register.by_person.contains_key(identity));
        match here {
            Some(before) if before == member => persons.unchanged += 1,
            Some(_) => persons.changed += 1,
            None if elsewhere => persons.changed += 1,
            None => persons.new += 1,
        }
    }
}

/// Compares staff.
pub fn staff(
    roster: StaffRoster,
    known: &[Staff],
    problems: &mut Problems,
) -> (Counts, Vec<staff::staging::Planned>) {
    let StaffRoster {
        sheets,
        spoken,
        mut people,
        ..
    } = roster;
    let mut by_number = HashMap::new();
    let mut by_identity = HashMap::new();
    for (index, person) in known.iter().enumerate() {
        if let Some(number) = &person.number {
            by_number.insert(number.as_str(), index);
        }
        if let Some(identity) = &person.identity_number {
            by_identity.insert(identity, index);
        }
    }
    let mut counts = Counts::default();
    let mut matches = Vec::with_capacity(people.len());
    let mut taken = HashMap::new();
    for ReadPerson {
        place,
        facts,
        has_errors,
    } in &mut people
    {
        let mine = facts
            .number
            .as_deref()
            .and_then(|number| by_number.get(number).copied());
        let other = facts
            .identity_number
            .as_ref()
            .and_then(|identity| by_identity.get(identity).copied());
        let mut refuse = |key, code, reason: String, cure| {
            *has_errors = true;
            let refusal = Refusal::new(code, reason, cure);
            problems.push(place.problem(&sheets, Severity::Error, key, refusal));
        };
        // A person with another number is the same person; two persons with one number are not.
        if let (Some(mine), Some(other)) = (mine, other)
            && mine != other
        {
            refuse(
                "identity_number",
                SAME_IDENTITY_NUMBER.code,
                format!(
                    "此证件号码已登记在 {}（{}）名下",
                    known[other].name, known[other].unit
                ),
                "请核对工号和证件号码",
            );
        } else if let Some(before) = mine.map(|index| &known[index])
            && before.name != facts.name
            && other.is_none()
            && facts.identity_number.is_some()
            && before.identity_number.is_some()
        {
            refuse(
                "number",
                "staff_number_reused",
                format!("此工号在登记中是另一人（{}，{}）", before.name, before.unit),
                "请核对工号；新职工请用新的工号",
            );
        }
        let found = mine.or(other);
        if let Some(index) = found
            && let Some(first) = taken.insert(index, *place)
        {
            refuse(
                "name",
                "same_staff",
                format!(
                    "与 {} 是登记中的同一人（{}）",
                    first.words(&sheets),
                    known[index].name
                ),
                "请合并为一行",
            );
        }
        let before = found.map(|index| &known[index]);
        if let Some(before) = before {
            staffing::keep_unspoken(&spoken, facts, &before.facts());
        }
        match before.map(|before| before.facts() == *facts) {
            None => counts.new += 1,
            Some(false) => counts.changed += 1,
            Some(true) => counts.unchanged += 1,
        }
        matches.push(found);
    }
    let units: HashSet<&str> = people
        .iter()
        .map(|person| person.facts.unit.as_str())
        .collect();
    let present: HashSet<usize> = matches.iter().flatten().copied().collect();
    let absent: Vec<_> = known
        .iter()
        .enumerate()
        .filter(|(index, person)| {
            !present.contains(index) && person.active && units.contains(person.unit.as_str())
        })
        .map(|(_, person)| staff::staging::Planned {
            staff_id: person.id,
            action: Action::Absent,
            before: Some(person.clone()),
            facts: person.facts(),
            place: String::new(),
            has_errors: false,
        })
        .collect();
    counts.absent = i64::try_from(absent.len()).unwrap_or(i64::MAX);
    let planned = people.into_iter().zip(matches).map(|(person, found)| {
        let facts = person.facts;
        let before = found.map(|index| &known[index]);
        staff::staging::Planned {
            staff_id: before.map_or_else(Uuid::now_v7, |before| before.id),
            action: match before.map(|before| before.facts() == facts) {
                None => Action::New,
                Some(false) => Action::Changed,
                Some(true) => Action::Unchanged,
            },
            before: before.cloned(),
            place: person.place.words(&sheets),
            has_errors: person.has_errors,
            facts,
        }
    });
    (counts, planned.chain(absent).collect())
}
