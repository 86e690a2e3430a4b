//! The one gate of every way in that is not a run: who may be given a household, and what may be
//! decided of a pair. A run asks the same of its [`Input`](super::model::Input).

use chrono::NaiveDate;
use uuid::Uuid;

use super::constraint::ConstraintKind;
use super::constraint::store::{self as constraints, Filter, NewConstraint};
use super::model::PairingError;
use super::store;
use crate::db::Tx;
use crate::problem::Problem;
use crate::staff::leave;
use crate::staff::model::Staff;
use crate::{household, settings, staff};

/// Refuses a pair that may not begin on a day: the person is inactive, or on leave then or today, or
/// has no place, or must not have this household; or the household is closed, or goes to another.
/// Whether it has a helper already is not asked here.
pub async fn must_be_allowed(
    tx: &mut Tx,
    household_id: Uuid,
    staff_id: Uuid,
    from_date: NaiveDate,
    today: NaiveDate,
) -> Result<(), Problem> {
    let person = must_be_there(tx, household_id, staff_id).await?;
    if !person.active {
        return Err(PairingError::HelperInactive.into());
    }
    for day in [from_date, today] {
        if let Some(leave) = leave::on(tx, day).await?.get(&staff_id) {
            return Err(PairingError::HelperAway(leave.words()).into());
        }
    }
    must_not_be_bound_otherwise(tx, household_id, staff_id).await?;
    must_have_room(tx, &person).await
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

async fn must_not_be_bound_otherwise(
    tx: &mut Tx,
    household_id: Uuid,
    staff_id: Uuid,
) -> Result<(), Problem> {
    let mut binding = constraints::binding(tx).await?;
    if let Some(barriers) = binding.barriers.get_mut(&household_id)
        && let Some(barrier) = barriers.remove(&staff_id)
    {
        return Err(PairingError::Barred(barrier).into());
    }
    if let Some(pin) = binding.pins.remove(&household_id)
        && pin.helper != staff_id
    {
        let helper = staff::store::find(tx, pin.helper).await?;
        return Err(PairingError::PinnedToAnother {
            helper: helper.map_or_else(String::new, |person| person.name),
            reason: pin.reason,
        }
        .into());
    }
    Ok(())
}

async fn must_have_room(tx: &mut Tx, person: &Staff) -> Result<(), Problem> {
    let settings = settings::store::load(tx).await?;
    let capacity = store::capacity(person, &settings);
    let held = store::households_of(tx, person.id).await?.len();
    let held = i64::try_from(held).unwrap_or(i64::MAX);
    if held < capacity {
        Ok(())
    } else {
        Err(PairingError::HelperFull { held, capacity }.into())
    }
}
