//! What a year's progress is counted from.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{self, LiftFacts, Progress};
use crate::access::Reach;
use crate::lift::model::StepRecord;
use crate::lift::store::NamedLift;
use crate::settings::YearPlan;
use crate::staff::model::Staff;
use crate::staff::unit::Unit;

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
    pub(super) year: i32,
    pub(super) as_of: NaiveDate,
}

impl Basis {
    /// Whether a household is one of those of which it tells.
    pub fn tells_of(&self, household_id: Uuid) -> bool {
        self.reach == Reach::All || self.helpers.contains_key(&household_id)
    }

    /// The same for some people alone: their lifts and households, by which lifts count to a helper.
    pub(super) fn of_people(mut self, only: Option<Unit>, is_one: impl Fn(&Staff) -> bool) -> Self {
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
