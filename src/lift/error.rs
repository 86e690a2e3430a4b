//! Problems for lifts that cannot go on, or begin, as asked.

use super::condition::{Condition, ConditionState};
use super::procedure::LiftError;
use crate::code_list::CodeList;
use crate::problem::{FieldProblem, Problem, words};

impl From<LiftError> for Problem {
    fn from(error: LiftError) -> Self {
        let zh = error.to_string();
        match error {
            LiftError::OutOfOrder { due, asked } => Self::conflict(
                "lift_step_out_of_order",
                zh,
                format!("`{due}` is due, not `{asked}`; record the steps in their order"),
            )
            .at("/step"),
            LiftError::Ended(state) => Self::conflict(
                "lift_ended",
                zh,
                format!("this lift has ended (`{state}`); propose a new one if need be"),
            ),
            LiftError::AlreadyLifted => Self::conflict(
                "already_lifted",
                zh,
                "the household is lifted and has not relapsed; record the relapse first, if there was one",
            ),
            LiftError::UnderWay(id) => Self::conflict(
                "lift_under_way",
                zh,
                format!("lift {id} of this household is under way; go on with that one"),
            ),
            LiftError::InFuture { date, today } => Self::invalid(
                "date_in_future",
                zh,
                format!("{date} is after today ({today}); give the day on which it was done"),
            )
            .at("/date"),
            LiftError::BeforeLast { date, before } => Self::invalid(
                "date_before_last_step",
                zh,
                format!("{date} is before {before}, the day of what came before; give a day not before it"),
            )
            .at("/date"),
            LiftError::PublicityTooShort {
                days,
                first_possible,
                ..
            } => Self::conflict(
                "publicity_too_short",
                zh,
                format!("the public notice must last {days} days; the first possible day is {first_possible}"),
            )
            .at("/date"),
            LiftError::ConditionsNotMet(open) => Self::invalid(
                "conditions_not_met",
                zh,
                format!("not all conditions are met: {}; `errors` says what to do", codes(&open)),
            )
            .with_errors(open.into_iter().map(field_problem).collect()),
            LiftError::AttestedAtVerificationOnly { pointer } => Self::invalid(
                "attested_at_verification_only",
                zh,
                "food and clothing are attested with the step `verified` only; leave them out here",
            )
            .at(pointer),
            LiftError::NotApproved(state) => Self::conflict(
                "lift_not_approved",
                zh,
                format!("only an approved lift can relapse; this one is `{state}`"),
            ),
            LiftError::RelapseBeforeApproval { date, approved_on } => Self::invalid(
                "date_before_approval",
                zh,
                format!("{date} is before the approval ({approved_on})"),
            )
            .at("/date"),
        }
    }
}

fn codes(conditions: &[ConditionState]) -> String {
    let codes: Vec<_> = conditions.iter().map(|state| state.code.code()).collect();
    codes.join(", ")
}

/// A condition that is open: what is attested stands in the body, all else in the register.
fn field_problem(state: ConditionState) -> FieldProblem {
    let pointer = match state.code {
        Condition::Food => "/no_worry_food",
        Condition::Clothing => "/no_worry_clothing",
        _ => "/step",
    };
    let (code, met) = (state.code.text(), state.met.text());
    FieldProblem {
        pointer: pointer.to_owned(),
        detail: words!("{code}：{met}", "{code}: {met}"; code, met),
        value: Some(state.found),
        remedy: state.remedy,
        ..FieldProblem::default()
    }
}
