//! The two of a pair, as the registers have them.

use uuid::Uuid;

use super::error::PairingError;
use crate::db::Tx;
use crate::household;
use crate::problem::Problem;
use crate::staff;
use crate::staff::model::Staff;

/// Refuses a person who is not on the staff roster, and a household that is not on the register or
/// closed; gives the person.
pub(super) async fn must_be(
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
