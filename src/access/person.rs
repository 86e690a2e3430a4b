//! The accounts of a person of the staff: they close when the person leaves.

use uuid::Uuid;

use super::history::Actor;
use super::store::account::{self, Account};
use super::{Caller, Reach, service};
use crate::db::{Db, Tx};
use crate::problem::Problem;

/// Why an account was closed, as its history calls it.
const CLOSED: &str = "close_with_person";

/// Closes all open accounts of a person and ends their sessions, in the transaction in which the
/// person leaves or comes back: an administrator opens them again.
pub async fn close_accounts(
    tx: &mut Tx,
    actor: Actor<'_>,
    staff_id: Uuid,
) -> Result<(), sqlx::Error> {
    Db::hold_access(tx).await?;
    for before in account::open_of_person(tx, staff_id).await? {
        let after = Account {
            active: false,
            ..before.clone()
        };
        account::change(tx, actor, CLOSED, &before, &after).await?;
    }
    Ok(())
}

/// Refuses, with 409, that a person leaves whose account is the last administrator's, and with 403 that somebody
/// who keeps a unit's people closes the account of one who may do more.
pub async fn check_leaving(tx: &mut Tx, caller: &Caller, staff_id: Uuid) -> Result<(), Problem> {
    Db::hold_access(tx).await?;
    let leaving = account::open_of_person(tx, staff_id).await?;
    let reaches_all = |account: &Account| account.role.reaches_all();
    if caller.reach() != Reach::All && leaving.iter().any(reaches_all) {
        return Err(caller.forbidden());
    }
    service::keep_an_administrator(tx, &leaving).await
}
