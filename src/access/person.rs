//! The accounts of a person of the staff: they close when the person leaves.

use uuid::Uuid;

use super::account;
use super::store::{self, Account};
use crate::access::history::Actor;
use crate::db::{Db, Tx};
use crate::on;
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
    for before in open_accounts(tx, staff_id).await? {
        let after = Account {
            active: false,
            ..before.clone()
        };
        store::change(tx, actor, CLOSED, &before, &after).await?;
    }
    Ok(())
}

/// Refuses, with 409, that a person leaves whose account is the last administrator's.
pub async fn check_leaving(tx: &mut Tx, staff_id: Uuid) -> Result<(), Problem> {
    Db::hold_access(tx).await?;
    let leaving = open_accounts(tx, staff_id).await?;
    account::keep_an_administrator(tx, &leaving).await
}

async fn open_accounts(tx: &mut Tx, staff_id: Uuid) -> Result<Vec<Account>, sqlx::Error> {
    let ids: Vec<Uuid> = on!(&mut *tx, connection => sqlx::query_scalar(
        "SELECT id FROM account WHERE staff_id = $1 AND active ORDER BY id",
    )
    .bind(staff_id)
    .fetch_all(connection)
    .await)?;
    let mut accounts = Vec::with_capacity(ids.len());
    for id in ids {
        let found = store::find(tx, id).await?;
        // Its own row says open, though the account of one who is away is not.
        accounts.extend(found.map(|account| Account {
            active: true,
            ..account
        }));
    }
    Ok(accounts)
}
