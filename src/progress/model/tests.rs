use chrono::Days;
use proptest::prelude::*;

use super::*;

const YEAR: i32 = 2026;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn lift(town: &str, steps: &[(Step, &str)]) -> LiftFacts {
    LiftFacts {
        id: Uuid::now_v7(),
        town: town.to_owned(),
        helper_id: None,
        unit_id: None,
        again: false,
        steps: steps
            .iter()
            .map(|(step, on)| StepDay {
                step: *step,
                on: day(on),
                rejected: false,
            })
            .collect(),
        relapsed_on: None,
    }
}

fn approved(on: &str) -> LiftFacts {
    lift(
        "大中镇",
        &[
            (Step::Proposed, "2025-01-01"),
            (Step::Publicised, "2025-01-02"),
            (Step::Approved, on),
        ],
    )
}

fn at(lifts: &[LiftFacts], as_of: &str) -> Progress {
    progress(YEAR, day(as_of), Some(20), lifts)
}

#[test]
fn nothing_gives_an_empty_year() {
    let result = at(&[], "2026-02-10");
    assert_eq!(result.figures(), Figures::default());
    assert_eq!(result.to_go(), Some(20));
    assert_eq!(result.months[1].cumulative, Some(0));
    assert_eq!(result.months[2].cumulative, None);
    assert_eq!(result.pipeline.len(), 5);
}

#[test]
fn a_lift_counts_to_the_year_of_its_approval() {
    let lifts = [
        approved("2025-12-31"),
        approved("2026-01-01"),
        approved("2026-12-31"),
    ];
    let result = at(&lifts, "2027-05-01");
    assert_eq!(result.newly_lifted, [lifts[1].id, lifts[2].id]);
    assert_eq!(result.as_of, day("2026-12-31"));
    assert_eq!(result.to_go(), Some(18));
    assert_eq!(result.months[0].newly_lifted, 1);
    assert_eq!(result.months[11].cumulative, Some(2));
}

#[test]
fn who_was_lifted_before_is_never_newly_lifted() {
    let again = LiftFacts {
        again: true,
        ..approved("2026-03-01")
    };
    let result = at(std::slice::from_ref(&again), "2026-11-25");
    assert_eq!(result.lifted_again, [again.id]);
    assert!(result.newly_lifted.is_empty());
    assert_eq!(result.to_go(), Some(20));
    assert_eq!(result.months[2].lifted_again, 1);
}

#[test]
fn a_relapse_within_the_year_takes_the_lift_out_of_it() {
    let relapsed = LiftFacts {
        relapsed_on: Some(day("2026-09-09")),
        ..approved("2026-03-01")
    };
    let lifts = std::slice::from_ref(&relapsed);
    assert_eq!(at(lifts, "2026-09-08").newly_lifted, [relapsed.id]);
    let after = at(lifts, "2026-09-09");
    assert!(after.newly_lifted.is_empty());
    assert_eq!(after.relapsed, [relapsed.id]);
    assert_eq!(after.months[8].relapsed, 1);
    assert_eq!(after.months[2].newly_lifted, 0);
}

#[test]
fn a_relapse_in_a_later_year_leaves_the_year_as_it_was() {
    let relapsed = LiftFacts {
        relapsed_on: Some(day("2026-02-02")),
        ..approved("2025-12-01")
    };
    let lifts = std::slice::from_ref(&relapsed);
    let before = progress(2025, day("2026-11-25"), Some(20), lifts);
    assert_eq!(before.newly_lifted, [relapsed.id]);
    assert!(before.relapsed.is_empty());
    let after = at(lifts, "2026-11-25");
    assert!(after.newly_lifted.is_empty());
    assert_eq!(after.relapsed, [relapsed.id]);
}

#[test]
fn the_pipeline_is_what_was_under_way_on_the_day() {
    let under_way = lift(
        "新丰镇",
        &[
            (Step::Proposed, "2026-03-01"),
            (Step::VillageReview, "2026-03-05"),
            (Step::Verified, "2026-03-09"),
        ],
    );
    let mut rejected = under_way.clone();
    rejected.steps[2].rejected = true;
    let lifts = [under_way, rejected];
    let steps = |as_of| {
        let result = at(&lifts, as_of);
        result
            .pipeline
            .into_iter()
            .filter(|(_, lifts)| !lifts.is_empty())
            .map(|(step, lifts)| (step, lifts.len()))
            .collect::<Vec<_>>()
    };
    assert_eq!(steps("2026-02-28"), []);
    assert_eq!(steps("2026-03-04"), [(Step::Proposed, 2)]);
    assert_eq!(steps("2026-03-08"), [(Step::VillageReview, 2)]);
    assert_eq!(steps("2026-03-09"), [(Step::Verified, 1)]);
    assert_eq!(at(&lifts, "2026-03-09").towns["新丰镇"].in_pipeline, 1);
}

/// Any lift: proposed in 2025 to 2027, going on for some steps, perhaps rejected or fallen back.
fn any_lift() -> impl Strategy<Value = LiftFacts> {
    (
        (0_u64..900, prop::collection::vec(0_u64..60, 0..6)),
        (any::<bool>(), any::<bool>(), prop::option::of(0_u64..500)),
        (0_u8..3, prop::option::of(0_u128..4)),
    )
        .prop_map(
            |((start, gaps), (again, rejected, relapse), (town, helper))| {
                let mut on = day("2025-01-01") + Days::new(start);
                let mut steps = vec![StepDay {
                    step: Step::Proposed,
                    on,
                    rejected: false,
                }];
                for (entry, gap) in Step::ENTRIES[1..].iter().zip(gaps) {
                    on = on + Days::new(gap);
                    steps.push(StepDay {
                        step: entry.value,
                        on,
                        rejected: false,
                    });
                }
                if steps.len() < 6 && steps.len() > 1 {
                    steps.last_mut().unwrap().rejected = rejected;
                }
                LiftFacts {
                    id: Uuid::now_v7(),
                    town: format!("镇{town}"),
                    helper_id: helper.map(Uuid::from_u128),
                    unit_id: helper.map(|helper| Uuid::from_u128(helper / 2)),
                    again,
                    relapsed_on: relapse
                        .filter(|_| steps.len() == 6)
                        .map(|days| on + Days::new(days)),
                    steps,
                }
            },
        )
}

fn any_lifts() -> impl Strategy<Value = Vec<LiftFacts>> {
    prop::collection::vec(any_lift(), 0..40)
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..1200).prop_map(|days| day("2025-01-01") + Days::new(days))
}

fn sum<'a>(parts: impl IntoIterator<Item = &'a Figures>) -> Figures {
    let mut sum = Figures::default();
    for part in parts {
        sum.add(*part);
    }
    sum
}

proptest! {
    #[test]
    fn every_part_adds_up_to_the_whole(lifts in any_lifts(), as_of in any_day()) {
        let result = progress(YEAR, as_of, Some(20), &lifts);
        let whole = result.figures();
        prop_assert_eq!(sum(result.towns.values()), whole);
        prop_assert_eq!(sum(result.units.values()), whole);
        prop_assert_eq!(sum(result.helpers.values()), whole);
        let months = |figure: fn(&Month) -> i64| result.months.iter().map(figure).sum::<i64>();
        prop_assert_eq!(months(|month| month.newly_lifted), whole.newly_lifted);
        prop_assert_eq!(months(|month| month.lifted_again), whole.lifted_again);
        prop_assert_eq!(months(|month| month.relapsed), whole.relapsed);
        let last = result.months.iter().filter_map(|month| month.cumulative).next_back();
        prop_assert_eq!(last.unwrap_or(0), whole.newly_lifted);
        prop_assert_eq!(result.to_go(), Some((20 - whole.newly_lifted).max(0)));
    }

    #[test]
    fn one_more_approval_never_lowers_the_result(
        mut lifts in any_lifts(), as_of in any_day(), more in any_lift(),
    ) {
        let before = progress(YEAR, as_of, Some(20), &lifts);
        lifts.push(LiftFacts { relapsed_on: None, ..more });
        let after = progress(YEAR, as_of, Some(20), &lifts);
        prop_assert!(after.figures().newly_lifted >= before.figures().newly_lifted);
        prop_assert!(after.figures().lifted_again >= before.figures().lifted_again);
        prop_assert!(after.to_go() <= before.to_go());
    }

    #[test]
    fn a_later_day_shows_no_less_unless_a_household_fell_back(
        lifts in any_lifts(), first in any_day(), days in 0_u64..400,
    ) {
        let earlier = progress(YEAR, first, Some(20), &lifts);
        let later = progress(YEAR, first + Days::new(days), Some(20), &lifts);
        for id in earlier.newly_lifted.iter().chain(&earlier.lifted_again) {
            let holds = later.newly_lifted.contains(id) || later.lifted_again.contains(id);
            prop_assert!(holds || later.relapsed.contains(id));
        }
        for id in &earlier.relapsed {
            prop_assert!(later.relapsed.contains(id));
        }
    }

    #[test]
    fn nothing_dated_after_the_day_is_seen(lifts in any_lifts(), as_of in any_day()) {
        let cut: Vec<_> = lifts
            .iter()
            .cloned()
            .map(|mut lift| {
                lift.steps.retain(|step| step.on <= as_of);
                lift.relapsed_on = lift.relapsed_on.filter(|on| *on <= as_of);
                lift
            })
            .collect();
        prop_assert_eq!(progress(YEAR, as_of, Some(20), &lifts), progress(YEAR, as_of, Some(20), &cut));
    }

    #[test]
    fn a_household_lifted_before_never_counts_as_newly_lifted(lifts in any_lifts(), as_of in any_day()) {
        let result = progress(YEAR, as_of, Some(20), &lifts);
        for lift in &lifts {
            prop_assert!(!(lift.again && result.newly_lifted.contains(&lift.id)));
            prop_assert!(lift.again || !result.lifted_again.contains(&lift.id));
        }
    }
}
