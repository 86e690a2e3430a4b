mod condition;

use chrono::{DateTime, Days, NaiveDate};
use proptest::prelude::*;
use uuid::Uuid;

use super::model::{Lift, State, Step, StepRecord};
use super::procedure::{LiftError, is_again, next, propose, reject, relapse};
use crate::code_list::CodeList;
use crate::household::model::{HouseholdFacts, Member};
use crate::household::{HousingGrade, PovertyStatus, Relation, Schooling};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const TODAY: &str = "2026-11-25";
const DAYS: u32 = 7;
const LINE: i64 = 600_000;

fn member(name: &str, birth: &str, schooling: Option<Schooling>) -> Member {
    Member {
        birth_date: birth.parse().ok(),
        schooling,
        resident_medical: Some(true),
        ..Member::of(name, Relation::Head)
    }
}

/// A household of two that meets every condition.
fn facts() -> HouseholdFacts {
    HouseholdFacts {
        income_per_head_fen: Some(LINE + 1),
        housing_grade: Some(HousingGrade::B),
        housing_safe: Some(true),
        water_safe: Some(true),
        members: vec![
            member("王父", "1980-01-01", Some(Schooling::None)),
            member("王子", "2015-01-01", Some(Schooling::Primary)),
        ],
        ..HouseholdFacts::of("大中镇", "双喜村")
    }
}

/// A lift whose steps were done on these days, in order.
fn lift(days: &[&str]) -> Lift {
    let id = Uuid::now_v7();
    let steps: Vec<_> = Step::ENTRIES
        .iter()
        .zip(days)
        .zip(1..)
        .map(|((entry, on), position)| StepRecord {
            lift_id: id,
            position,
            step: entry.value,
            on_date: day(on),
            person: "某人".to_owned(),
            note: None,
            evidence: None,
            rejected: false,
            recorded_at: DateTime::default(),
            recorded_by: String::new(),
        })
        .collect();
    let last = steps.last().unwrap();
    Lift {
        id,
        household_id: Uuid::nil(),
        state: last.step.into(),
        again: false,
        version: 1,
        started_at: DateTime::default(),
        started_by: String::new(),
        approved_on: (last.step == Step::Approved).then_some(last.on_date),
        helper_id: None,
        relapsed_on: None,
        relapse_reason: None,
        relapse_by: None,
        steps,
    }
}

fn publicised() -> Lift {
    lift(&[
        "2026-03-01",
        "2026-03-02",
        "2026-03-02",
        "2026-03-03",
        "2026-03-10",
    ])
}

fn approved() -> Lift {
    lift(&[
        "2026-03-01",
        "2026-03-02",
        "2026-03-02",
        "2026-03-03",
        "2026-03-10",
        "2026-03-17",
    ])
}

fn go(lift: &Lift, step: Step, on: &str) -> Result<State, LiftError> {
    next(lift, step, day(on), day(TODAY), DAYS)
}

#[test]
fn the_steps_lead_to_approval_in_order() {
    let order: Vec<_> = std::iter::successors(Some(Step::Proposed), |step| step.following())
        .map(CodeList::label)
        .collect();
    assert_eq!(order, ["提出", "民主评议", "核实", "认可", "公示", "批准"]);
    for entry in Step::ENTRIES {
        assert_eq!(State::from(entry.value).step(), Some(entry.value));
    }
    assert_eq!(State::Rejected.due(), None);
    assert_eq!(State::Relapsed.due(), None);
    assert_eq!(State::Approved.due(), None);
}

#[test]
fn only_the_step_that_is_due_may_be_done() {
    let days = ["2026-03-01"; 6];
    for done in 1..=6 {
        let lift = lift(&days[..done]);
        for entry in Step::ENTRIES {
            let result = go(&lift, entry.value, "2026-11-25");
            match lift.state.due() {
                None => assert_eq!(result, Err(LiftError::Ended(State::Approved))),
                Some(due) if due == entry.value => assert_eq!(result, Ok(due.into())),
                Some(due) => assert_eq!(
                    result,
                    Err(LiftError::OutOfOrder {
                        due,
                        asked: entry.value
                    })
                ),
            }
        }
    }
}

#[test]
fn a_step_is_not_before_the_last_one_nor_after_today() {
    let lift = lift(&["2026-03-05"]);
    let review = Step::VillageReview;
    assert_eq!(go(&lift, review, "2026-03-05"), Ok(State::VillageReview));
    assert_eq!(go(&lift, review, TODAY), Ok(State::VillageReview));
    assert!(matches!(
        go(&lift, review, "2026-03-04"),
        Err(LiftError::BeforeLast { .. })
    ));
    assert!(matches!(
        go(&lift, review, "2026-11-26"),
        Err(LiftError::InFuture { .. })
    ));
}

#[test]
fn the_list_hangs_for_seven_days_before_approval() {
    let lift = publicised();
    assert_eq!(
        go(&lift, Step::Approved, "2026-03-16"),
        Err(LiftError::PublicityTooShort {
            publicised_on: day("2026-03-10"),
            days: 7,
            first_possible: day("2026-03-17"),
        })
    );
    assert_eq!(go(&lift, Step::Approved, "2026-03-17"), Ok(State::Approved));
    assert_eq!(lift.earliest_next(7), Some(day("2026-03-17")));
    assert!(matches!(
        next(&lift, Step::Approved, day("2026-03-19"), day(TODAY), 10),
        Err(LiftError::PublicityTooShort { days: 10, .. })
    ));
}

#[test]
fn a_lift_under_way_may_be_rejected_at_the_step_that_is_due() {
    let at = |lift: &Lift, on| reject(lift, day(on), day(TODAY));
    assert_eq!(
        at(&lift(&["2026-03-05"]), "2026-03-05"),
        Ok(Step::VillageReview)
    );
    assert_eq!(at(&publicised(), "2026-03-11"), Ok(Step::Approved));
    assert!(at(&publicised(), "2026-03-09").is_err());
    assert_eq!(
        at(&approved(), TODAY),
        Err(LiftError::Ended(State::Approved))
    );
}

#[test]
fn only_an_approved_lift_relapses_and_not_before_its_approval() {
    let at = |lift: &Lift, on| relapse(lift, day(on), day(TODAY));
    assert_eq!(at(&approved(), "2026-03-17"), Ok(()));
    assert!(matches!(
        at(&approved(), "2026-03-16"),
        Err(LiftError::RelapseBeforeApproval { .. })
    ));
    assert!(matches!(
        at(&approved(), "2026-11-26"),
        Err(LiftError::InFuture { .. })
    ));
    assert_eq!(
        at(&publicised(), TODAY),
        Err(LiftError::NotApproved(State::Publicised))
    );
}

fn relapsed(on: &str) -> Lift {
    Lift {
        state: State::Relapsed,
        relapsed_on: Some(day(on)),
        ..approved()
    }
}

fn rejected() -> Lift {
    Lift {
        state: State::Rejected,
        ..lift(&["2026-03-01", "2026-03-02"])
    }
}

#[test]
fn as_of_a_day_nothing_later_is_seen() {
    let lift = relapsed("2026-06-01");
    let at = |on| lift.as_of(day(on));
    assert_eq!(at("2026-02-28"), None);
    let review = at("2026-03-02").unwrap();
    assert_eq!(review.state, State::Verified);
    assert_eq!((review.steps.len(), review.approved_on), (3, None));
    let holds = at("2026-05-31").unwrap();
    assert_eq!((holds.state, holds.relapsed_on), (State::Approved, None));
    assert_eq!(holds.approved_on, Some(day("2026-03-17")));
    assert_eq!(at("2026-06-01"), Some(lift.clone()));
}

#[test]
fn who_is_lifted_or_on_the_way_cannot_be_proposed() {
    let of =
        |facts: &HouseholdFacts, earlier: &[Lift], on| propose(facts, earlier, day(on), day(TODAY));
    let by_roster = HouseholdFacts {
        status: PovertyStatus::LiftedWithPolicy,
        lifted_year: Some(2019),
        ..facts()
    };
    assert_eq!(of(&facts(), &[], TODAY), Ok(()));
    assert_eq!(of(&by_roster, &[], TODAY), Err(LiftError::AlreadyLifted));
    assert_eq!(
        of(&facts(), &[approved()], TODAY),
        Err(LiftError::AlreadyLifted)
    );
    let under_way = publicised();
    assert_eq!(
        of(&facts(), std::slice::from_ref(&under_way), TODAY),
        Err(LiftError::UnderWay(under_way.id))
    );
    assert_eq!(of(&facts(), &[rejected()], TODAY), Ok(()));
    assert_eq!(of(&by_roster, &[relapsed("2026-06-01")], TODAY), Ok(()));
    assert!(matches!(
        of(&facts(), &[relapsed("2026-06-01")], "2026-05-31"),
        Err(LiftError::BeforeLast { .. })
    ));
}

#[test]
fn again_is_what_the_roster_or_an_earlier_lift_says() {
    let by_roster = |status, lifted_year| {
        let facts = HouseholdFacts {
            status,
            lifted_year,
            ..facts()
        };
        is_again(&facts, &[], 2026)
    };
    assert!(!by_roster(PovertyStatus::Poor, None));
    assert!(by_roster(PovertyStatus::Poor, Some(2018)));
    assert!(by_roster(PovertyStatus::Relapsed, None));
    assert!(by_roster(PovertyStatus::LiftedWithPolicy, None));
    // The roster that tells of this very lift does not make it a second one.
    assert!(!by_roster(PovertyStatus::LiftedWithPolicy, Some(2026)));
    assert!(is_again(&facts(), &[relapsed("2026-06-01")], 2026));
    assert!(!is_again(&facts(), &[rejected()], 2026));
}

proptest! {
    /// However the steps are tried, those that are taken stand in order of step and of day.
    #[test]
    fn what_was_taken_is_in_order(tries in prop::collection::vec((0_usize..6, 0_u64..90), 0..80)) {
        let mut lift = lift(&["2026-01-01"]);
        for (step, after) in tries {
            let step = Step::ENTRIES[step].value;
            let on = day("2026-01-01") + Days::new(after);
            if let Ok(state) = next(&lift, step, on, day(TODAY), DAYS) {
                let last = lift.steps.last().unwrap().clone();
                lift.steps.push(StepRecord { step, on_date: on, position: last.position + 1, ..last });
                lift.state = state;
            }
        }
        for pair in lift.steps.windows(2) {
            prop_assert_eq!(pair[0].step.following(), Some(pair[1].step));
            prop_assert!(pair[0].on_date <= pair[1].on_date);
        }
        if let Some(approved) = lift.done_on(Step::Approved) {
            let publicised = lift.done_on(Step::Publicised).unwrap();
            prop_assert!((approved - publicised).num_days() >= 7);
        }
    }
}
