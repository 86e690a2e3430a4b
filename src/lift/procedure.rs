//! What may follow what: who may be proposed, which step is due, when it may be done.
//!
//! Source: 国务院 2016 《关于建立贫困退出机制的意见》: the order of the steps, and a publicity period
//! before approval.

use chrono::NaiveDate;
use uuid::Uuid;

use super::condition::{Attested, ConditionState, Met};
use super::model::{Lift, State, Step, publicity_ends};
use crate::code_list::CodeList;
use crate::household::PovertyStatus;
use crate::household::model::HouseholdFacts;

/// Why a lift cannot go on, or begin, as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LiftError {
    /// Another step is due.
    #[error("现在应办理“{}”，不能办理“{}”；请按顺序先完成“{}”", due.label(), asked.label(), due.label())]
    OutOfOrder {
        /// The step to be recorded next.
        due: Step,
        /// The step in the request.
        asked: Step,
    },
    /// Nothing can be done to it any more.
    #[error("该脱贫记录已结束（{}），不能再办理；如需重新办理，请为该户另行提出", .0.label())]
    Ended(State),
    /// The household is lifted.
    #[error("该户已脱贫且没有返贫记录，不能再次提出；如已返贫，请先登记返贫")]
    AlreadyLifted,
    /// The household has another lift that has not ended: its id.
    #[error("该户已有正在办理的脱贫程序，请在原记录上继续办理")]
    UnderWay(Uuid),
    /// A day after today.
    #[error("日期 {date} 晚于今天（{today}），请填写实际办理的日期")]
    InFuture {
        /// The date given.
        date: NaiveDate,
        /// Today in China.
        today: NaiveDate,
    },
    /// A day before that of the last step.
    #[error("日期 {date} 早于上一步的日期 {before}，请核对后填写不早于 {before} 的日期")]
    BeforeLast {
        /// The date given.
        date: NaiveDate,
        /// The day of the last step.
        before: NaiveDate,
    },
    /// The publicity period (公示) is not over.
    #[error("公示自 {publicised_on} 起须满 {days} 天，最早可于 {first_possible} 批准")]
    PublicityTooShort {
        /// First day of the publicity.
        publicised_on: NaiveDate,
        /// Days that the publicity must last.
        days: u32,
        /// The first possible day of approval.
        first_possible: NaiveDate,
    },
    /// Conditions that are not met, or of which the register does not say.
    #[error("脱贫条件未全部达到：{}", names(.0))]
    ConditionsNotMet(Vec<ConditionState>),
    /// What the verification attests, sent with another step.
    #[error("不愁吃、不愁穿只在“核实”一步中确认，请从本步内容中去掉")]
    AttestedAtVerificationOnly {
        /// Where it was sent.
        pointer: &'static str,
    },
    /// Only a household that was lifted can fall back.
    #[error("只有已批准的脱贫才能登记返贫；当前为“{}”", .0.label())]
    NotApproved(State),
    /// The relapse is dated before the approval.
    #[error("返贫日期 {date} 早于批准日期 {approved_on}，请核对")]
    RelapseBeforeApproval {
        /// The date given.
        date: NaiveDate,
        /// The day of approval.
        approved_on: NaiveDate,
    },
}

fn names(conditions: &[ConditionState]) -> String {
    let names: Vec<_> = conditions
        .iter()
        .map(|state| format!("{}（{}）", state.code.label(), state.met.label()))
        .collect();
    names.join("、")
}

/// Refuses a day after today, and one before the last step.
fn check_date(
    date: NaiveDate,
    before: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<(), LiftError> {
    if date > today {
        return Err(LiftError::InFuture { date, today });
    }
    match before {
        Some(before) if date < before => Err(LiftError::BeforeLast { date, before }),
        _ => Ok(()),
    }
}

/// Where the lift stands once `step` is done on `date`, or why it cannot be.
pub fn next(
    lift: &Lift,
    step: Step,
    date: NaiveDate,
    today: NaiveDate,
    publicity_days: u32,
) -> Result<State, LiftError> {
    let due = lift.state.due().ok_or(LiftError::Ended(lift.state))?;
    if step != due {
        return Err(LiftError::OutOfOrder { due, asked: step });
    }
    check_date(date, lift.last_day(), today)?;
    if let (Step::Approved, Some(publicised_on)) = (step, lift.done_on(Step::Publicised)) {
        let first_possible =
            publicity_ends(publicised_on, publicity_days).unwrap_or(NaiveDate::MAX);
        if date < first_possible {
            return Err(LiftError::PublicityTooShort {
                publicised_on,
                days: publicity_days,
                first_possible,
            });
        }
    }
    Ok(step.into())
}

/// The step at which the lift is rejected on `date`: the one that is due.
pub fn reject(lift: &Lift, date: NaiveDate, today: NaiveDate) -> Result<Step, LiftError> {
    let due = lift.state.due().ok_or(LiftError::Ended(lift.state))?;
    check_date(date, lift.last_day(), today)?;
    Ok(due)
}

/// Whether an approved lift may be marked as fallen back on `date`.
pub fn relapse(lift: &Lift, date: NaiveDate, today: NaiveDate) -> Result<(), LiftError> {
    let approved_on = match (lift.state, lift.approved_on) {
        (State::Approved, Some(approved_on)) => approved_on,
        (state, _) => return Err(LiftError::NotApproved(state)),
    };
    check_date(date, None, today)?;
    if date < approved_on {
        return Err(LiftError::RelapseBeforeApproval { date, approved_on });
    }
    Ok(())
}

/// Whether a lift may be proposed on `date` for a household with these `earlier` lifts.
pub fn propose(
    facts: &HouseholdFacts,
    earlier: &[Lift],
    date: NaiveDate,
    today: NaiveDate,
) -> Result<(), LiftError> {
    for lift in earlier {
        match lift.state {
            State::Rejected | State::Relapsed => {}
            State::Approved => return Err(LiftError::AlreadyLifted),
            _ => return Err(LiftError::UnderWay(lift.id)),
        }
    }
    let relapsed = earlier.iter().any(|lift| lift.state == State::Relapsed);
    if facts.status.is_lifted() && !relapsed {
        return Err(LiftError::AlreadyLifted);
    }
    check_date(date, earlier.iter().filter_map(Lift::last_day).max(), today)
}

/// Whether a lift in `year` would not be the household's first: one of ours was approved before, or
/// the roster says so. A roster that calls the household lifted in the same year tells of this lift.
pub fn is_again(facts: &HouseholdFacts, earlier: &[Lift], year: i32) -> bool {
    let by_roster = match (facts.status, facts.lifted_year) {
        (PovertyStatus::Relapsed, _) => true,
        (_, Some(lifted_year)) => lifted_year < i64::from(year),
        (status, None) => status.is_lifted(),
    };
    by_roster || earlier.iter().any(|lift| lift.approved_on.is_some())
}

/// Refuses unless all conditions are met.
pub fn require_all(conditions: &[ConditionState]) -> Result<(), LiftError> {
    let open: Vec<_> = conditions
        .iter()
        .filter(|state| state.met != Met::Yes)
        .cloned()
        .collect();
    if open.is_empty() {
        Ok(())
    } else {
        Err(LiftError::ConditionsNotMet(open))
    }
}

/// What is attested for a step: by the verification itself, or for the approval by the one before.
pub fn attested(lift: &Lift, step: Step, given: Attested) -> Result<Attested, LiftError> {
    if step == Step::Verified {
        return Ok(given);
    }
    if given != Attested::default() {
        let pointer = given
            .food
            .map_or("/no_worry_clothing", |_| "/no_worry_food");
        return Err(LiftError::AttestedAtVerificationOnly { pointer });
    }
    Ok(lift.attested())
}
