//! Members whom the register has in a household and the file, which has the household, has not. Each is a
//! question: without an answer nobody leaves the register.

use std::collections::HashMap;

use uuid::Uuid;

use super::outline::Outline;
use super::record_match::Known;
use crate::code_list::CodeList;
use crate::household::person_match::{Counterpart, PersonKey, counterpart, pair};
use crate::household::register::Register;
use crate::import::report::ConflictKind;
use crate::roster::choices::{Choices, Decision, ImportAnswer, LeaveAnswer};
use crate::roster::grouping::HouseholdRoster;

/// A member who is not in the file.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    /// The person of the register.
    pub person: usize,
    /// The one of the household in the file who may be the same.
    pub counterpart: Option<Counterpart>,
}

/// The members of a household of the file who are on the register and not in it, with their household of the
/// register.
pub fn missing(
    known: Known<'_>,
    roster: &HouseholdRoster,
    index: usize,
    outline: &Outline,
) -> Result<Vec<(usize, Missing)>, postcard::Error> {
    let register = known.register;
    let own = known.matches.household_of(index);
    // A household with errors is not taken in, and a row that could not be read may be the one who is missing.
    let Some(own) = own.filter(|_| outline.members_listed && !outline.has_errors) else {
        return Ok(Vec::new());
    };
    let persons = register.persons(own);
    let here = |person: &usize| register.household_of(*person) == own;
    // The usual case first: all are named by their identity numbers, and nothing need be unpacked.
    if known.outlines.persons(index).filter(here).count() >= persons.len() {
        return Ok(Vec::new());
    }
    let before: Vec<_> = persons.clone().map(|person| register.key(person)).collect();
    let given = roster.households.get(index)?;
    let after: Vec<_> = given.facts.members.iter().map(PersonKey::of).collect();
    let pairs = pair(&before, &after);
    let missing = persons
        .enumerate()
        .filter(|(position, person)| {
            // Whoever the file names elsewhere moves, which is a question of its own.
            !pairs.contains(&Some(*position)) && !known.outlines.names(*person)
        })
        .map(|(position, person)| {
            let counterpart = counterpart(&before, &after, &pairs, position);
            (
                own,
                Missing {
                    person,
                    counterpart,
                },
            )
        });
    Ok(missing.collect())
}

/// What the question about a member is named by beside the household: their name and birth date, and not
/// their place in it, which may be another's the next time.
pub fn name_in_key(register: &Register, person: usize) -> String {
    let namesake = register.namesake_of(person);
    let others = register.persons(register.household_of(person));
    let before = others.take_while(|it| *it < person);
    let same = before
        .filter(|it| register.namesake_of(*it) == namesake)
        .count();
    if same == 0 {
        format!("{namesake:016x}")
    } else {
        format!("{namesake:016x}.{same}")
    }
}

/// What people have answered, found by name: there may be many questions.
pub struct Answers<'a>(HashMap<&'a str, &'a Decision>);

impl<'a> Answers<'a> {
    pub fn of(choices: &'a Choices) -> Self {
        Self(choices.decisions_by_name())
    }

    /// Whether a question was accepted or refused: by its key, else by its kind.
    pub fn to(&self, key: &str, kind: ConflictKind) -> Option<bool> {
        let decision = self.0.get(key).or_else(|| self.0.get(kind.code()));
        decision.map(|decision| decision.accept)
    }

    /// Whether a member's household was refused, or which answer was given about the member: by the key, by
    /// the household, else by the kind. `counterpart` is someone who may be the same: of one with another name
    /// that is not said of all at once.
    pub fn to_missing(
        &self,
        key: &str,
        household: Uuid,
        counterpart: Option<Counterpart>,
    ) -> (Option<bool>, Option<LeaveAnswer>) {
        let kind = ConflictKind::Left.code();
        let of_household = || self.0.get(format!("{kind}:{household}").as_str());
        let own = self.0.get(key).or_else(of_household);
        let may_be_same = counterpart.is_some_and(|it| it.has_same_name || own.is_some());
        match own.or_else(|| self.0.get(kind)) {
            Some(Decision { accept: false, .. }) => (Some(false), None),
            Some(decision) => {
                // Where nobody of the same name has come, that they are the same answers nothing; and a mere
                // yes does not say what became of them.
                let answer = decision
                    .answer
                    .and_then(ImportAnswer::of_member)
                    .filter(|answer| *answer != LeaveAnswer::SamePerson || may_be_same);
                (answer.map(|_| true), answer)
            }
            None => (None, None),
        }
    }
}
