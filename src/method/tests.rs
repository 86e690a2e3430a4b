//! The rules of the six points, by example and by what must hold for any evidence.

mod any_evidence;
mod points;
mod roster_gaps;

use chrono::NaiveDate;
use uuid::Uuid;

use super::evidence::{
    Changes, Evidence, LiftEvidence, PlanEvidence, RosterEvidence, VisitEvidence,
};
use super::judge::evaluate;
use super::model::{Point, PointState, PointStatus, next_due};
use crate::access::Sight;
use crate::household::{Measure, PovertyStatus};
use crate::lift::model::{State as LiftStage, Step as LiftStep};
use crate::settings::Settings;
use crate::visit::{VisitKind, WhoMet};

const MET: PointStatus = PointStatus::Met;
const STALE: PointStatus = PointStatus::Stale;
const MISSING: PointStatus = PointStatus::Missing;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    day("2026-11-25")
}

#[test]
fn the_next_visit_is_due_by_what_visits_keep_fresh() {
    let today = day("2026-11-29");
    let met = |point, stale_on: &str| PointState {
        stale_on: Some(day(stale_on)),
        ..PointState::met(point, Vec::new(), today, String::new())
    };
    let stale =
        |since: &str| PointState::stale(Point::Causes, Vec::new(), day(since), String::new());
    let missing = |point| PointState::missing(point, Vec::new(), String::new());
    let due = |points: &[PointState]| next_due(points, today).map(|day| day.to_string());
    let fresh = [
        met(Point::Wishes, "2027-06-01"),
        met(Point::Measures, "2027-01-05"),
    ];
    assert_eq!(due(&fresh), Some("2027-01-05".to_owned()));
    // No visit makes a plan, or lifts a household.
    let other = [
        met(Point::Wishes, "2027-06-01"),
        missing(Point::Lifted),
        missing(Point::Approach),
    ];
    assert_eq!(due(&other), Some("2027-06-01".to_owned()));
    assert_eq!(
        due(&[stale("2026-03-01"), missing(Point::Situation)]),
        Some("2026-03-01".to_owned())
    );
    assert_eq!(
        due(&[missing(Point::Situation)]),
        Some("2026-11-29".to_owned())
    );
}

/// A household of which nothing is known but that its roster is complete.
fn nothing() -> Evidence {
    Evidence {
        household_id: Uuid::from_u128(1),
        helper: Some("张帮扶".to_owned()),
        staff_number: None,
        roster: RosterEvidence {
            on: day("2026-01-10"),
            missing: Vec::new(),
            main_cause: None,
            wishes: None,
            approach: None,
            measures: Vec::new(),
            status: PovertyStatus::Poor,
            lifted_year: None,
            changes: Changes::default(),
            relapsed_after_lift: None,
        },
        visits: Vec::new(),
        plans: Vec::new(),
        lift: None,
    }
}

fn visit(on: &str) -> VisitEvidence {
    VisitEvidence {
        id: Uuid::from_u128(2),
        on: day(on),
        kind: VisitKind::Home,
        met: Some(WhoMet::Head),
        situation: false,
        causes: false,
        wishes: None,
        measures: Vec::new(),
    }
}

fn plan(on: &str, measures: &[Measure]) -> PlanEvidence {
    PlanEvidence {
        id: Uuid::from_u128(3),
        on: day(on),
        approach: "先看病，后就业".to_owned(),
        measures: measures.to_vec(),
    }
}

fn lift(stage: LiftStage, step: LiftStep, on: &str) -> LiftEvidence {
    LiftEvidence {
        id: Uuid::from_u128(4),
        stage,
        step,
        on: day(on),
    }
}

fn point_on(evidence: &Evidence, point: Point, today: NaiveDate) -> PointState {
    let states = evaluate(evidence, &Settings::default(), today, Sight::NOTHING.into());
    states[point as usize].clone()
}

/// How a point stands today for a household of which just this is known.
fn state(point: Point, know: impl FnOnce(&mut Evidence)) -> PointState {
    let mut evidence = nothing();
    know(&mut evidence);
    point_on(&evidence, point, today())
}

#[track_caller]
fn expect(found: &PointState, state: PointStatus, since: Option<&str>, words: &str) {
    assert_eq!(found.state, state, "{found:?}");
    assert_eq!(found.since, since.map(day), "{found:?}");
    assert!(found.next_step.contains(words), "{}", found.next_step);
}
