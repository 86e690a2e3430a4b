//! The one eligibility of every way in that is not a run: who may be given a household, and what may be
//! decided of a pair. A run asks the same of its [`Input`](super::model::Input).

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::constraint::ConstraintKind;
use super::constraint::store::{self as constraints, Binding, Filter, NewConstraint};
use super::error::PairingError;
use super::model::capacity;
use crate::db::{Ids, Tx};
use crate::problem::Problem;
use crate::serving::store;
use crate::settings::Settings;
use crate::staff::leave::{self, Leave};
use crate::staff::model::Staff;
use crate::{household, settings, staff};

/// What pairs are held against before they are made: read once, for one pair or for any.
#[derive(Debug)]
pub struct Eligibility {
    settings: Settings,
    leaves: Vec<Leave>,
    binding: Binding,
    /// How many households each helper has.
    held: HashMap<Uuid, i64>,
}

impl Eligibility {
    /// For any pair.
    pub async fn of_all(tx: &mut Tx) -> Result<Self, sqlx::Error> {
        let mut eligibility = Self::read(tx, &Ids::All, &Ids::All).await?;
        for (_, helper) in store::current_pairs(tx).await? {
            eligibility.give(helper);
        }
        Ok(eligibility)
    }

    /// For one pair.
    pub async fn of_pair(
        tx: &mut Tx,
        household_id: Uuid,
        staff_id: Uuid,
    ) -> Result<Self, sqlx::Error> {
        let (household, person) = (Ids::These(&[household_id]), Ids::These(&[staff_id]));
        let mut eligibility = Self::read(tx, &household, &person).await?;
        for _ in store::households_of(tx, staff_id).await? {
            eligibility.give(staff_id);
        }
        Ok(eligibility)
    }

    async fn read(tx: &mut Tx, households: &Ids<'_>, staff: &Ids<'_>) -> Result<Self, sqlx::Error> {
        Ok(Self {
            settings: settings::store::load(tx).await?,
            leaves: leave::all(tx, staff).await?,
            binding: constraints::binding(tx, households, staff).await?,
            held: HashMap::new(),
        })
    }

    /// Counts a household that a helper is given.
    pub fn give(&mut self, helper: Uuid) {
        *self.held.entry(helper).or_default() += 1;
    }

    /// Refuses a pair that may not begin on a day: of a person who may not serve the household, as
    /// [`check_person`](Self::check_person) tells, or has no place; or the household goes to another.
    pub fn check(
        &self,
        household_id: Uuid,
        person: &Staff,
        from_date: NaiveDate,
        today: NaiveDate,
    ) -> Result<(), PairingError> {
        self.check_person(household_id, person, from_date, today)?;
        match self.binding.pins.get(&household_id) {
            Some(pin) if pin.helper != person.id => {
                return Err(PairingError::pinned_to_another(pin));
            }
            _ => {}
        }
        let capacity = capacity(person, &self.settings);
        let held = self.held.get(&person.id).copied().unwrap_or_default();
        if held < capacity {
            Ok(())
        } else {
            Err(PairingError::HelperFull { held, capacity })
        }
    }

    /// Refuses a person who may not serve a household from a day on, responsible or assisting: one who
    /// is inactive, or on leave then or today, or must not have this household.
    pub fn check_person(
        &self,
        household_id: Uuid,
        person: &Staff,
        from_date: NaiveDate,
        today: NaiveDate,
    ) -> Result<(), PairingError> {
        if !person.active {
            return Err(PairingError::HelperInactive);
        }
        for day in [from_date, today] {
            if let Some(leave) = self.leave(person.id, day) {
                return Err(PairingError::HelperAway(leave.words()));
            }
        }
        let barriers = self.binding.barriers.get(&household_id);
        match barriers.and_then(|barriers| barriers.get(&person.id)) {
            Some(barrier) => Err(PairingError::Barred(barrier.clone())),
            None => Ok(()),
        }
    }

    fn leave(&self, person: Uuid, day: NaiveDate) -> Option<&Leave> {
        let mut longest_first = self.leaves.iter().rev();
        longest_first.find(|leave| leave.staff_id == person && leave.is_on(day))
    }
}

/// Refuses a pair that may not begin on a day, as [`Eligibility::check`] tells; or whose household is closed.
/// Whether the household has a helper already is not asked here.
pub async fn must_be_allowed(
    tx: &mut Tx,
    household_id: Uuid,
    staff_id: Uuid,
    from_date: NaiveDate,
    today: NaiveDate,
) -> Result<(), Problem> {
    let person = must_be_there(tx, household_id, staff_id).await?;
    let eligibility = Eligibility::of_pair(tx, household_id, staff_id).await?;
    Ok(eligibility.check(household_id, &person, from_date, today)?)
}

/// Refuses a household or a person that is not there; gives the person.
pub async fn must_be_there(
    tx: &mut Tx,
    household_id: Uuid,
    staff_id: Uuid,
) -> Result<Staff, Problem> {
    let person = staff::store::find(tx, staff_id)
        .await?
        .ok_or(PairingError::NoSuchHelper)?;
    let household = household::store::find(tx, household_id).await?;
    if household.is_none_or(|household| household.facts.closed_on.is_some()) {
        return Err(PairingError::NoSuchHousehold.into());
    }
    Ok(person)
}

/// Refuses a second constraint of a pair, and a second pin of a household.
pub async fn must_not_be_constrained(tx: &mut Tx, new: &NewConstraint) -> Result<(), Problem> {
    let of_household = Filter {
        household_id: Some(new.household_id),
        current: Some(true),
        ..Filter::default()
    };
    let of_pair = Filter {
        staff_id: Some(new.staff_id),
        ..of_household.clone()
    };
    if !constraints::list(tx, &of_pair, None, 1).await?.is_empty() {
        return Err(PairingError::ConstraintThere("该户与此人之间已有指定或禁止").into());
    }
    let pins = Filter {
        kind: Some(ConstraintKind::Pinned),
        ..of_household
    };
    if new.kind == ConstraintKind::Pinned
        && !constraints::list(tx, &pins, None, 1).await?.is_empty()
    {
        return Err(PairingError::ConstraintThere("该户已指定由他人帮扶").into());
    }
    Ok(())
}
