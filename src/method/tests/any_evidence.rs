//! What must hold for any evidence.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::{collection, option, sample};
use uuid::Uuid;

use super::{MET, MISSING, STALE, plan, point_on, today};
use crate::access::Sight;
use crate::code_list::CodeList;
use crate::household::{Cause, Measure, PovertyStatus};
use crate::lift::model::{State as LiftStage, Step as LiftStep};
use crate::method::evidence::{
    Changes, Evidence, LiftEvidence, PlanEvidence, RosterEvidence, VisitEvidence,
};
use crate::method::judge::evaluate;
use crate::method::model::{Point, PointStatus};
use crate::method::words::Reader;
use crate::problem::{Language, Text};
use crate::settings::Settings;
use crate::visit::{VisitKind, WhoMet};

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..900).prop_map(|ago| today() - Days::new(ago))
}

/// Few of them, so that they meet.
fn any_measures() -> impl Strategy<Value = Vec<Measure>> {
    sample::subsequence(
        vec![Measure::Industry, Measure::Health, Measure::Water],
        0..=3,
    )
}

fn any_words() -> impl Strategy<Value = Option<String>> {
    option::of("[想学养殖看病]{1,60}")
}

fn any_of<T: CodeList + std::fmt::Debug>() -> impl Strategy<Value = T> {
    (0..T::ENTRIES.len()).prop_map(|at| T::ENTRIES[at].value)
}

fn any_roster() -> impl Strategy<Value = RosterEvidence> {
    let changes = (
        option::of(any_day()),
        option::of(any_day()),
        option::of(any_day()),
        option::of(any_day()),
    );
    (
        any_day(),
        option::of(Just("饮水安全".to_owned())),
        option::of(any_of::<Cause>()),
        any_words(),
        any_words(),
        any_measures(),
        any_of::<PovertyStatus>(),
        changes,
    )
        .prop_map(
            |(on, missing, main_cause, wishes, approach, measures, status, changes)| {
                RosterEvidence {
                    on,
                    missing: missing
                        .map(|gap| Text::new(gap, "safe water"))
                        .into_iter()
                        .collect(),
                    main_cause,
                    wishes,
                    approach,
                    measures,
                    status,
                    lifted_year: None,
                    changes: Changes {
                        members: changes.0,
                        causes: changes.1,
                        measures: changes.2,
                    },
                    relapsed_after_lift: changes.3,
                }
            },
        )
}

fn any_visit(on: impl Strategy<Value = NaiveDate>) -> impl Strategy<Value = VisitEvidence> {
    (
        any::<u128>(),
        on,
        any_of::<VisitKind>(),
        option::of(any_of::<WhoMet>()),
        any::<bool>(),
        any::<bool>(),
        any_words(),
        any_measures(),
    )
        .prop_map(
            |(id, on, kind, met, situation, causes, wishes, measures)| VisitEvidence {
                id: Uuid::from_u128(id),
                on,
                kind,
                met,
                situation,
                causes,
                wishes,
                measures,
            },
        )
}

fn any_plans() -> impl Strategy<Value = Vec<PlanEvidence>> {
    collection::vec((any_day(), any_measures()), 0..4).prop_map(|mut plans| {
        plans.retain(|(_, measures)| !measures.is_empty());
        plans.sort_by_key(|(on, _)| std::cmp::Reverse(*on));
        plans
            .into_iter()
            .map(|(on, measures)| PlanEvidence {
                on,
                ..plan("2026-01-01", &measures)
            })
            .collect()
    })
}

fn any_evidence() -> impl Strategy<Value = Evidence> {
    let lift = (any_of::<LiftStage>(), any_of::<LiftStep>(), any_day());
    (
        option::of(Just("张帮扶".to_owned())),
        any_roster(),
        collection::vec(any_visit(any_day()), 0..6),
        any_plans(),
        option::of(lift),
    )
        .prop_map(|(helper, roster, visits, plans, lift)| Evidence {
            household_id: Uuid::from_u128(1),
            helper,
            staff_number: None,
            roster,
            visits,
            plans,
            lift: lift.map(|(stage, step, on)| LiftEvidence {
                id: Uuid::from_u128(4),
                stage,
                step,
                on,
            }),
        })
}

fn states(evidence: &Evidence, today: NaiveDate) -> [PointStatus; 6] {
    evaluate(evidence, &Settings::default(), today, Sight::NOTHING.into()).map(|point| point.state)
}

/// The visits that the store reads: the latest of those that show the same.
fn latest_only(mut visits: Vec<VisitEvidence>) -> Vec<VisitEvidence> {
    visits.sort_by_key(|visit| std::cmp::Reverse((visit.on, visit.id)));
    let is_first = |at: usize, same: &dyn Fn(&VisitEvidence) -> bool| {
        same(&visits[at]) && !visits[..at].iter().any(same)
    };
    (0..visits.len())
        .filter(|at| {
            let measures = &visits[*at].measures;
            is_first(*at, &|visit| visit.situation)
                || is_first(*at, &|visit| visit.causes)
                || is_first(*at, &|visit| visit.wishes.is_some())
                || (!measures.is_empty() && is_first(*at, &|visit| visit.measures == *measures))
        })
        .map(|at| visits[at].clone())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_visit_today_makes_no_point_worse(evidence in any_evidence(), visit in any_visit(Just(today()))) {
        let before = states(&evidence, today());
        let mut evidence = evidence;
        evidence.visits.push(visit.clone());
        let after = states(&evidence, today());
        for (before, after) in before.iter().zip(after) {
            prop_assert!(after >= *before);
        }
        // And it shows what it confirms, if there is something to confirm.
        if visit.wishes.is_some() {
            prop_assert_eq!(after[Point::Wishes as usize], MET);
        }
        if visit.situation && evidence.roster.missing.is_empty() {
            prop_assert_eq!(after[Point::Situation as usize], MET);
        }
        if visit.causes && evidence.roster.main_cause.is_some() {
            prop_assert_eq!(after[Point::Causes as usize], MET);
        }
    }

    #[test]
    fn time_alone_makes_no_point_better(evidence in any_evidence(), days in 0_u64..1500) {
        let now = states(&evidence, today());
        let later = states(&evidence, today() + Days::new(days));
        for (now, later) in now.iter().zip(later) {
            prop_assert!(later <= *now);
        }
    }

    #[test]
    fn a_point_is_met_until_the_day_that_it_names(evidence in any_evidence()) {
        for point in evaluate(&evidence, &Settings::default(), today(), Sight::NOTHING.into()) {
            match (point.state, point.stale_on) {
                (PointStatus::Met, Some(stale_on)) => {
                    prop_assert!(stale_on > today());
                    let before = point_on(&evidence, point.point, stale_on - Days::new(1));
                    prop_assert_eq!(before.state, MET);
                    prop_assert_eq!(point_on(&evidence, point.point, stale_on).state, STALE);
                }
                (_, stale_on) => prop_assert_eq!(stale_on, None),
            }
        }
    }

    #[test]
    fn the_latest_visits_say_as_much_as_all(evidence in any_evidence()) {
        let latest = Evidence { visits: latest_only(evidence.visits.clone()), ..evidence.clone() };
        let settings = Settings::default();
        prop_assert_eq!(evaluate(&latest, &settings, today(), Sight::NOTHING.into()), evaluate(&evidence, &settings, today(), Sight::NOTHING.into()));
    }

    #[test]
    fn every_point_can_be_explained_in_english(evidence in any_evidence()) {
        let reader = Reader { sight: Sight::NOTHING, language: Language::English };
        let english = evaluate(&evidence, &Settings::default(), today(), reader);
        let chinese = evaluate(&evidence, &Settings::default(), today(), Sight::NOTHING.into());
        for (point, other) in english.iter().zip(&chinese) {
            prop_assert_eq!(point.state, other.state);
            let next = point.next_step.replace("张帮扶", "");
            prop_assert!(next.is_ascii() || next.contains('“'), "{}", next);
            prop_assert!(next.ends_with('.') && next.contains(" is to ") | next.contains(" are to "), "{}", next);
            for shown in &point.evidence {
                // What people wrote stands in quotes, as they wrote it.
                let own = shown.words.split('“').next().unwrap_or_default();
                prop_assert!(own.is_ascii(), "{}", shown.words);
            }
        }
    }

    #[test]
    fn every_point_can_be_explained(evidence in any_evidence()) {
        let found = evaluate(&evidence, &Settings::default(), today(), Sight::NOTHING.into());
        for (place, point) in found.iter().enumerate() {
            prop_assert_eq!(point.point as usize, place);
            prop_assert!(point.next_step.ends_with('。'), "{}", point.next_step);
            prop_assert!(point.next_step.contains("帮扶责任人") || point.next_step.contains("办公室"));
            prop_assert!(point.next_step.contains("日前"), "{}", point.next_step);
            prop_assert!(point.state == MISSING || point.since.is_some());
            prop_assert!(point.state == MISSING || !point.evidence.is_empty());
            prop_assert!(point.since.is_none_or(|since| since <= today()));
            prop_assert!(point.evidence.iter().all(|shown| shown.date <= today() && shown.words.chars().count() <= 120));
        }
    }
}
