//! What counting needs, gathered from the rooms that keep it.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{self, LiftFacts, Progress};
use super::summary::{Marks, Work};
use crate::access::Reach;
use crate::db::Tx;
use crate::lift::model::StepRecord;
use crate::lift::store::NamedLift;
use crate::serving;
use crate::settings::YearPlan;
use crate::staff::model::Staff;
use crate::staff::unit::{self, Unit};
use crate::{household, lift, method, settings, staff, visit};

/// All that a year's progress is counted from, read in one transaction.
#[derive(Clone, Debug)]
pub struct Basis {
    /// The year's target and income line.
    pub plan: YearPlan,
    /// Every lift, the earliest first.
    pub lifts: Vec<NamedLift>,
    /// Everyone on the staff roster.
    pub staff: HashMap<Uuid, Staff>,
    /// Who was responsible for each household on the last day seen.
    pub helpers: HashMap<Uuid, Uuid>,
    /// The unit to whose people all of this is narrowed, if it is.
    pub only: Option<Unit>,
    /// Of whom it tells.
    pub reach: Reach,
    year: i32,
    as_of: NaiveDate,
}

/// Reads what a year's progress as of a day is counted from, within a caller's reach.
pub async fn basis(
    tx: &mut Tx,
    year: i32,
    as_of: NaiveDate,
    reach: Reach,
) -> Result<Basis, sqlx::Error> {
    let as_of = model::last_day_seen(year, as_of);
    let whole = Basis {
        plan: settings::store::year_plan(tx, i64::from(year)).await?,
        lifts: lift::store::all(tx).await?,
        staff: staff::store::all(tx)
            .await?
            .into_iter()
            .map(|person| (person.id, person))
            .collect(),
        helpers: serving::store::helpers_on(tx, as_of).await?,
        only: None,
        reach,
        year,
        as_of,
    };
    Ok(match reach {
        Reach::All => whole,
        Reach::Unit(id) => {
            let unit = unit::find(tx, id).await?;
            whole.of_people(unit, |person| person.unit_id == id)
        }
        Reach::Person(id) => whole.of_people(None, |person| person.id == id),
    })
}

/// The day on which a year begins whose visits are counted up to a day.
pub fn first_day(year: i32, as_of: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(as_of)
}

/// How the six points of every household on the register stand on a day, by household.
pub async fn marks(tx: &mut Tx, as_of: NaiveDate) -> Result<HashMap<Uuid, Marks>, sqlx::Error> {
    let settings = settings::store::load(tx).await?;
    let households = method::evaluate_all(tx, &settings, as_of)
        .await?
        .into_iter();
    Ok(households
        .map(|(household, points)| (household, points.map(|point| point.state)))
        .collect())
}

/// Reads what a year's work as of a day is summed from, within a caller's reach, with the six points if they
/// are asked for.
pub async fn work(
    tx: &mut Tx,
    (year, as_of): (i32, NaiveDate),
    reach: Reach,
    with_points: bool,
) -> Result<Work, sqlx::Error> {
    let basis = basis(tx, year, as_of, reach).await?;
    let as_of = basis.as_of;
    let whole = Work {
        basis,
        places: household::store::places(tx).await?,
        visits: visit::store::totals::by_helper(tx, first_day(year, as_of), as_of).await?,
        marks: if with_points {
            Some(marks(tx, as_of).await?)
        } else {
            None
        },
    };
    Ok(whole.within_basis())
}

impl Basis {
    /// The same for some people alone: their lifts and households, by which lifts count to a helper.
    fn of_people(mut self, only: Option<Unit>, is_one: impl Fn(&Staff) -> bool) -> Self {
        let helper = |named: &NamedLift| self.facts(named).helper_id;
        let helpers: Vec<_> = self.lifts.iter().map(helper).collect();
        self.staff.retain(|_, person| is_one(person));
        let of_one = |helper: Option<Uuid>| helper.is_some_and(|id| self.staff.contains_key(&id));
        self.lifts = std::mem::take(&mut self.lifts)
            .into_iter()
            .zip(helpers)
            .filter(|(_, helper)| of_one(*helper))
            .map(|(named, _)| named)
            .collect();
        self.helpers
            .retain(|_, helper| self.staff.contains_key(helper));
        self.only = only;
        self
    }

    /// Name of a unit that somebody on the staff roster belongs to.
    pub fn unit_name(&self, unit_id: Uuid) -> Option<String> {
        self.staff
            .values()
            .find(|person| person.unit_id == unit_id)
            .map(|person| person.unit.clone())
    }

    /// Works out the figures: see [`model::progress`].
    pub fn progress(&self) -> Progress {
        let facts: Vec<_> = self.lifts.iter().map(|named| self.facts(named)).collect();
        // The target is that of the whole.
        let target = (self.reach == Reach::All).then_some(self.plan.target);
        model::progress(self.year, self.as_of, target, &facts)
    }

    fn facts(&self, named: &NamedLift) -> LiftFacts {
        let lift = &named.lift;
        let helper_id = if lift.is_approved_by(self.as_of) {
            lift.helper_id
        } else {
            self.helpers.get(&lift.household_id).copied()
        };
        LiftFacts {
            id: lift.id,
            town: named.town.clone(),
            helper_id,
            unit_id: helper_id
                .and_then(|id| self.staff.get(&id))
                .map(|person| person.unit_id),
            again: lift.again,
            steps: lift.steps.iter().map(StepRecord::day).collect(),
            relapsed_on: lift.relapsed_on,
        }
    }
}
