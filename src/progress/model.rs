//! Counting: which lifts make up the year's result, as of a day.
//!
//! A lift counts to the year of its approval. One that falls back within that year no longer counts
//! there; one that falls back later has counted. A household lifted before is lifted again, never
//! newly. As of a day, nothing dated after it is seen.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use crate::code_list::CodeList;
use crate::lift::model::{Standing, State, Step, StepDay};

/// What counting needs to know of one lift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiftFacts {
    /// Listed in the figures, so that they can be checked.
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

/// The four figures of any part of the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Lifted in the year for the first time, and it holds.
    pub newly_lifted: i64,
    /// Lifted in the year not for the first time, and it holds.
    pub lifted_again: i64,
    /// Fallen back in the year, whenever they were lifted.
    pub relapsed: i64,
    /// Under way: proposed, and neither approved nor rejected.
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
    /// The calendar year that lifts count to.
    pub year: i32,
    /// The day up to which things were seen: the one asked for, or the year's last.
    pub as_of: NaiveDate,
    /// Households to be newly lifted in the year; a part of the whole has no target of its own.
    pub target: Option<i64>,
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
    pub fn to_go(&self) -> Option<i64> {
        let lifted = count(&self.newly_lifted);
        self.target.map(|target| (target - lifted).max(0))
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
pub fn progress(year: i32, as_of: NaiveDate, target: Option<i64>, lifts: &[LiftFacts]) -> Progress {
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
        let steps = lift.steps.iter().copied();
        let Some(standing) = Standing::on(day, steps, lift.relapsed_on) else {
            return Figures::default();
        };
        let in_the_year = standing.on.year() == self.year;
        match standing.state {
            State::Relapsed if in_the_year => self.take_relapsed(lift, standing.on),
            State::Approved if in_the_year => self.take_lifted(lift, standing.on),
            state if state.due().is_some() => self.take_under_way(lift, standing.step),
            _ => Figures::default(),
        }
    }

    fn take_under_way(&mut self, lift: &LiftFacts, last: Step) -> Figures {
        for (step, lifts) in &mut self.pipeline {
            if *step == last {
                lifts.push(lift.id);
            }
        }
        Figures {
            in_pipeline: 1,
            ..Figures::default()
        }
    }

    fn take_lifted(&mut self, lift: &LiftFacts, approved_on: NaiveDate) -> Figures {
        let figures = Figures {
            newly_lifted: i64::from(!lift.again),
            lifted_again: i64::from(lift.again),
            ..Figures::default()
        };
        let lifts = if lift.again {
            &mut self.lifted_again
        } else {
            &mut self.newly_lifted
        };
        lifts.push(lift.id);
        if let Some(row) = self.month(approved_on.month()) {
            row.newly_lifted += figures.newly_lifted;
            row.lifted_again += figures.lifted_again;
        }
        figures
    }

    fn take_relapsed(&mut self, lift: &LiftFacts, relapsed_on: NaiveDate) -> Figures {
        self.relapsed.push(lift.id);
        if let Some(row) = self.month(relapsed_on.month()) {
            row.relapsed += 1;
        }
        Figures {
            relapsed: 1,
            ..Figures::default()
        }
    }
}

#[cfg(test)]
mod tests;
