//! What a caller may do with a household today: the one rule, which every operation asks that is about one.
//!
//! It goes by the times in which they served the household, responsible or assisting:
//!
//! - Who serves it now sees it, logs visits for any day on which they served it, and corrects them. The
//!   responsible helper sets its plan and proposes its lift, too.
//! - Who served it until lately only hands in visits of their own days, for as many days after the end
//!   as the office's settings say. They read and correct nothing.
//! - Anybody else gets 404, as for a household that does not exist.
//!
//! Whoever contacts the office for a unit sees what one who served all households of the unit's people would
//! see ([`Reach::Unit`](crate::access::Reach::Unit)); whoever [reaches](Caller::reach) all sees all.
//!
//! The day of a hand-over belongs to both helpers, since the former one may have been there in the
//! morning. Where one helper is asked for, it is the new one ([`store::helper_on`]).

use uuid::Uuid;

use super::store;
use super::tenure::{Part, Periods};
use crate::access::Caller;
use crate::db::Tx;
use crate::problem::Problem;

/// 404 for a household: also the answer for one that the caller may not see.
pub fn no_such_household() -> Problem {
    Problem::not_found("户", "household")
}

/// The person that the caller's account belongs to. For an account without a person it is an id that no
/// person has: such a caller serves nobody.
pub fn person_of(caller: &Caller) -> Uuid {
    caller.staff_id.unwrap_or_default()
}

/// Whether the caller may see a household.
pub async fn sees(tx: &mut Tx, caller: &Caller, household_id: Uuid) -> Result<bool, sqlx::Error> {
    store::reaches(tx, caller.reach(), &Part::BOTH, household_id).await
}

/// Refuses with 404 a caller who may not see a household.
pub async fn must_see(tx: &mut Tx, caller: &Caller, household_id: Uuid) -> Result<(), Problem> {
    if sees(tx, caller, household_id).await? {
        return Ok(());
    }
    Err(no_such_household())
}

/// Refuses a helper who is not responsible for a household: with 404, or with 403 if they assist it.
pub async fn must_be_responsible(
    tx: &mut Tx,
    caller: &Caller,
    household_id: Uuid,
) -> Result<(), Problem> {
    let periods = periods_of(tx, caller, household_id).await?;
    if periods.is_responsible_now() {
        return Ok(());
    }
    if !periods.serves_now() {
        return Err(no_such_household());
    }
    Err(Problem::forbidden(
        "not_your_household",
        "您是该户的协助帮扶人，此项由该户的帮扶责任人或办公室办理",
        "you assist this household; this is done by its responsible helper or by the office",
    ))
}

/// The times in which the caller served a household.
pub async fn periods_of(
    tx: &mut Tx,
    caller: &Caller,
    household_id: Uuid,
) -> Result<Periods, sqlx::Error> {
    store::periods(tx, household_id, person_of(caller)).await
}
