//! What a household of the file does not say, where the register has the household.

use super::record_match::Known;
use super::{count, packed};
use crate::household::register::Register;
use crate::roster::choices::LeaveAnswer;
use crate::roster::grouping::{Lack, ReadHousehold};

/// What is not known of a household of the file that is on the register as `own`. `missing` are its members
/// who are not in the file, with what was answered of each.
pub fn lacks(
    known: Known<'_>,
    (index, own): (usize, usize),
    given: &ReadHousehold,
    missing: &[(u32, Option<LeaveAnswer>)],
) -> Vec<Lack> {
    let register = known.register;
    let mut lacks = Vec::new();
    let unsaid = &given.unsaid;
    let (town, village) = register.area_name(register.area_of(own));
    // A village stays only as long as its town does, and the other way round.
    let place_stays = (unsaid.town || given.facts.town == town)
        && (unsaid.village || given.facts.village == village);
    let fields = unsaid.fields().filter(|it| *it != "status" && !place_stays);
    lacks.extend(fields.map(Lack::Field));
    let place_differs = !place_stays && !unsaid.town && !unsaid.village;
    let is_stranger = place_differs || names_another(register, own, given);
    if unsaid.head && is_stranger && !given.head_left_out {
        lacks.push(Lack::Household);
    } else if unsaid.head {
        let head = register.head(own);
        let mut missing = missing.iter();
        let asked = missing.find(|(person, _)| head.map(packed) == Some(*person));
        let stays = match asked {
            Some((_, answer)) => may_stay(*answer),
            // One of the rows is the head, whatever it says of those whose head has left.
            None => given.head_left_out && head.is_some_and(|head| is_in(known, index, head)),
        };
        if !stays {
            lacks.push(Lack::Head);
        }
    }
    if let Some(stated) = given.size.filter(|_| unsaid.members) {
        let rows = given.places.len();
        let of = |wanted: fn(Option<LeaveAnswer>) -> bool| {
            count(rows + missing.iter().filter(|(_, answer)| wanted(*answer)).count())
        };
        if !(of(stays)..=of(may_stay)).contains(&stated.members) {
            lacks.push(Lack::Members(count(missing.len())));
        }
    }
    lacks
}

/// Whether the rows name another head than the register has.
fn names_another(register: &Register, own: usize, given: &ReadHousehold) -> bool {
    let Some(said) = &given.said_head else {
        return false;
    };
    let known = register.head(own).and_then(|head| register.identity(head));
    let is_other_name = |name: &String| name != register.head_name(own);
    said.name.as_ref().is_some_and(is_other_name)
        || matches!((said.identity, known), (Some(said), Some(known)) if said != known)
}

/// Whether a person of the register of whom nothing is asked is in this household of the file, and in no other.
fn is_in(known: Known<'_>, index: usize, person: usize) -> bool {
    !known.outlines.names(person) || known.outlines.persons(index).any(|it| it == person)
}

fn stays(answer: Option<LeaveAnswer>) -> bool {
    answer == Some(LeaveAnswer::Stays)
}

fn may_stay(answer: Option<LeaveAnswer>) -> bool {
    answer.is_none_or(|answer| answer == LeaveAnswer::Stays)
}
