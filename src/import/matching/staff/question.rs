//! What the questions about people of a roster of staff have in common.

use crate::import::report::{Conflict, ConflictKind, PossibleAnswer};
use crate::problem::{Text, words};
use crate::roster::choices::{Decided, ImportAnswer};
use crate::roster::staffing::StaffRoster;
use crate::staff::StaffFacts;
use crate::staff::model::Staff;

/// Most cells that a question lists.
const MOST_PLACES: usize = 200;

/// A question, and the people of the file whom it is about.
pub struct Question {
    pub conflict: Conflict,
    pub people: Vec<usize>,
}

/// What a question says beside its key and what was decided.
pub struct Words {
    pub question: Text,
    pub proposal: Text,
    pub answers: Vec<(ImportAnswer, Text)>,
}

pub fn conflict(
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
            .into_iter()
            .map(|(answer, words)| PossibleAnswer { answer, words })
            .collect(),
        answer: decided.answer(),
        names: Vec::new(),
    }
}

/// Whether someone of the file may be one of the register of the same name: no sex and no identity number says
/// that they are two.
pub fn may_be(facts: &StaffFacts, before: &Staff) -> bool {
    let same_sex = match (facts.sex, before.sex) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let unproved = facts.identity_number.is_none() || before.identity_number.is_none();
    same_sex && unproved
}

/// That no identity number tells whether both are one person, in words.
pub fn unproved_words(facts: &StaffFacts) -> Text {
    if facts.identity_number.is_some() {
        words!(
            "登记中没有证件号码可以核对",
            "the register has no identity number to compare"
        )
    } else {
        words!(
            "没有证件号码可以核对",
            "there is no identity number to compare"
        )
    }
}
