//! Counting: which lifts make up the year's result, as of a day.
//!
//! A lift counts to the year of its approval. One that falls back within that year no longer counts
//! there; one that falls back later has counted. A household lifted before is lifted again, never
//! newly. As of a day, nothing dated after it is seen.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use crate::code_list::CodeList;
use crate::lift::model::Step;

/// One step of a lift with its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepDay {
    /// Which step; of a rejection, the one that was due.
    pub step: Step,
    /// When.
    pub on: NaiveDate,
    /// Whether the lift ended here.
    pub rejected: bool,
}

/// What counting needs to know of one lift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiftFacts {
    /// The lift.
    pub id: Uuid,
    /// Town of the household.
    pub town: String,
    /// The helper: at approval, or of the day that is asked about for a lift under way.
    pub helper_id: Option<Uuid>,
    /// The helper's unit.
    pub unit_id: Option<Uuid>,
    /// Whether the household had been lifted before.
    pub again: bool,
    /// The steps in order; their days never go back.
    pub steps: Vec<StepDay>,
    /// The day on which the household fell back.
    pub relapsed_on: Option<NaiveDate>,
}

/// What a lift is to a year, as of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Not yet begun, rejected, or of another year.
    Elsewhere,
    /// Under way, with the last step that was done.
    Pipeline(Step),
    /// Approved in the year, in this month, and it holds.
    Lifted { month: u32, again: bool },
    /// Approved in the year and fallen back within it.
    LiftedInVain,
}

impl LiftFacts {
    fn standing(&self, year: i32, day: NaiveDate) -> Standing {
        let Some(last) = self.steps.iter().rev().find(|step| step.on <= day) else {
            return Standing::Elsewhere;
        };
        if last.rejected {
            return Standing::Elsewhere;
        }
        if last.step != Step::Approved {
            return Standing::Pipeline(last.step);
        }
        if last.on.year() != year {
            return Standing::Elsewhere;
        }
        if self.relapse_month(year, day).is_some() {
            return Standing::LiftedInVain;
        }
        Standing::Lifted {
            month: last.on.month(),
            again: self.again,
        }
    }

    /// The month of the year in which the household fell back, if it did.
    fn relapse_month(&self, year: i32, day: NaiveDate) -> Option<u32> {
        self.relapsed_on
            .filter(|on| *on <= day && on.year() == year)
            .map(|on| on.month())
    }
}

/// The four figures of any part of the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Lifted in the year for the first time, and it holds.
    pub newly_lifted: i64,
    /// Lifted in the year not for the first time, and it holds.
    pub lifted_again: i64,
    /// Fallen back in the year, whenever they were lifted.
    pub relapsed: i64,
    /// On the way.
    pub in_pipeline: i64,
}

impl Figures {
    /// Whether there is nothing to say.
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }
}

/// One month of the year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Month {
    /// 1 to 12.
    pub month: u32,
    /// Newly lifted in the month, and it holds.
    pub newly_lifted: i64,
    /// Lifted again in the month, and it holds.
    pub lifted_again: i64,
    /// Fallen back in the month.
    pub relapsed: i64,
    /// Newly lifted from January to this month; nothing for a month that had not begun.
    pub cumulative: Option<i64>,
}

/// The year's result as of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The year.
    pub year: i32,
    /// The day up to which things were seen: the one asked for, or the year's last.
    pub as_of: NaiveDate,
    /// Households to be newly lifted in the year.
    pub target: i64,
    /// Lifts newly approved in the year that hold.
    pub newly_lifted: Vec<Uuid>,
    /// Lifts approved in the year of households lifted before, that hold.
    pub lifted_again: Vec<Uuid>,
    /// Lifts whose household fell back in the year.
    pub relapsed: Vec<Uuid>,
    /// Lifts under way, by the last step done, each step once.
    pub pipeline: Vec<(Step, Vec<Uuid>)>,
    /// January to December.
    pub months: [Month; 12],
    /// By town, those with something to say.
    pub towns: BTreeMap<String, Figures>,
    /// By the helper's unit; `None` holds those without a helper.
    pub units: BTreeMap<Option<Uuid>, Figures>,
    /// By helper; `None` holds those without one.
    pub helpers: BTreeMap<Option<Uuid>, Figures>,
}

impl Progress {
    /// How many are still to be newly lifted.
    pub fn to_go(&self) -> i64 {
        (self.target - count(&self.newly_lifted)).max(0)
    }

    /// The figures of the whole.
    pub fn figures(&self) -> Figures {
        Figures {
            newly_lifted: count(&self.newly_lifted),
            lifted_again: count(&self.lifted_again),
            relapsed: count(&self.relapsed),
            in_pipeline: self.pipeline.iter().map(|(_, lifts)| count(lifts)).sum(),
        }
    }
}

/// How many, as the API and the workbook say it.
pub fn count(lifts: &[Uuid]) -> i64 {
    i64::try_from(lifts.len()).unwrap_or(i64::MAX)
}

/// The day up to which a year is seen when `as_of` is asked for: what comes after the year's end is
/// the next year's.
pub fn last_day_seen(year: i32, as_of: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 12, 31).map_or(as_of, |end| as_of.min(end))
}

/// Counts the year's result as of a day.
pub fn progress(year: i32, as_of: NaiveDate, target: i64, lifts: &[LiftFacts]) -> Progress {
    let day = last_day_seen(year, as_of);
    let mut result = Progress {
        year,
        as_of: day,
        target,
        newly_lifted: Vec::new(),
        lifted_again: Vec::new(),
        relapsed: Vec::new(),
        pipeline: Step::ENTRIES
            .iter()
            .filter(|entry| entry.value != Step::Approved)
            .map(|entry| (entry.value, Vec::new()))
            .collect(),
        months: months(),
        towns: BTreeMap::new(),
        units: BTreeMap::new(),
        helpers: BTreeMap::new(),
    };
    for lift in lifts {
        let figures = result.take(lift, day);
        if figures.is_zero() {
            continue;
        }
        result
            .towns
            .entry(lift.town.clone())
            .or_default()
            .add(figures);
        result.units.entry(lift.unit_id).or_default().add(figures);
        result
            .helpers
            .entry(lift.helper_id)
            .or_default()
            .add(figures);
    }
    let mut sum = 0;
    for month in &mut result.months {
        sum += month.newly_lifted;
        let begun = NaiveDate::from_ymd_opt(year, month.month, 1).is_some_and(|first| first <= day);
        month.cumulative = begun.then_some(sum);
    }
    result
}

fn months() -> [Month; 12] {
    let mut months = [Month::default(); 12];
    for (month, number) in months.iter_mut().zip(1..) {
        month.month = number;
    }
    months
}

impl Figures {
    fn add(&mut self, other: Self) {
        self.newly_lifted += other.newly_lifted;
        self.lifted_again += other.lifted_again;
        self.relapsed += other.relapsed;
        self.in_pipeline += other.in_pipeline;
    }
}

impl Progress {
    fn month(&mut self, month: u32) -> Option<&mut Month> {
        self.months.iter_mut().find(|row| row.month == month)
    }

    /// Counts one lift to the whole and to its month; gives what it adds to each of its groups.
    fn take(&mut self, lift: &LiftFacts, day: NaiveDate) -> Figures {
        let mut figures = Figures::default();
        match lift.standing(self.year, day) {
            Standing::Elsewhere | Standing::LiftedInVain => {}
            Standing::Pipeline(step) => {
                figures.in_pipeline = 1;
                for (at, lifts) in &mut self.pipeline {
                    if *at == step {
                        lifts.push(lift.id);
                    }
                }
            }
            Standing::Lifted { month, again } => {
                figures.lifted_again = i64::from(again);
                figures.newly_lifted = i64::from(!again);
                let lifts = if again {
                    &mut self.lifted_again
                } else {
                    &mut self.newly_lifted
                };
                lifts.push(lift.id);
                if let Some(row) = self.month(month) {
                    row.newly_lifted += figures.newly_lifted;
                    row.lifted_again += figures.lifted_again;
                }
            }
        }
        if let Some(month) = lift.relapse_month(self.year, day) {
            figures.relapsed = 1;
            self.relapsed.push(lift.id);
            if let Some(row) = self.month(month) {
                row.relapsed += 1;
            }
        }
        figures
    }
}

#[cfg(test)]
mod tests {
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
        progress(YEAR, day(as_of), 20, lifts)
    }

    #[test]
    fn nothing_gives_an_empty_year() {
        let result = at(&[], "2026-02-10");
        assert_eq!(result.figures(), Figures::default());
        assert_eq!(result.to_go(), 20);
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
        assert_eq!(result.to_go(), 18);
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
        assert_eq!(result.to_go(), 20);
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
        let before = progress(2025, day("2026-11-25"), 20, lifts);
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
            let result = progress(YEAR, as_of, 20, &lifts);
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
            prop_assert_eq!(result.to_go(), (20 - whole.newly_lifted).max(0));
        }

        #[test]
        fn one_more_approval_never_lowers_the_result(
            mut lifts in any_lifts(), as_of in any_day(), more in any_lift(),
        ) {
            let before = progress(YEAR, as_of, 20, &lifts);
            lifts.push(LiftFacts { relapsed_on: None, ..more });
            let after = progress(YEAR, as_of, 20, &lifts);
            prop_assert!(after.figures().newly_lifted >= before.figures().newly_lifted);
            prop_assert!(after.figures().lifted_again >= before.figures().lifted_again);
            prop_assert!(after.to_go() <= before.to_go());
        }

        #[test]
        fn a_later_day_shows_no_less_unless_a_household_fell_back(
            lifts in any_lifts(), first in any_day(), days in 0_u64..400,
        ) {
            let earlier = progress(YEAR, first, 20, &lifts);
            let later = progress(YEAR, first + Days::new(days), 20, &lifts);
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
            prop_assert_eq!(progress(YEAR, as_of, 20, &lifts), progress(YEAR, as_of, 20, &cut));
        }

        #[test]
        fn a_household_lifted_before_never_counts_as_newly_lifted(lifts in any_lifts(), as_of in any_day()) {
            let result = progress(YEAR, as_of, 20, &lifts);
            for lift in &lifts {
                prop_assert!(!(lift.again && result.newly_lifted.contains(&lift.id)));
                prop_assert!(lift.again || !result.lifted_again.contains(&lift.id));
            }
        }
    }
}
