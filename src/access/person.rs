//! The accounts of a person of the staff: they close when the person leaves.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::store::{self, Account};
use crate::db::{Db, Tx};
use crate::on;

/// Why an account was closed, as its history calls it.
const CLOSED: &str = "close_with_person";

/// Closes all open accounts of a person and ends their sessions, in the transaction in which the
/// person leaves or comes back: an administrator opens them again.
pub async fn close_accounts(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    staff_id: Uuid,
) -> Result<(), sqlx::Error> {
    Db::hold_access(tx).await?;
    let ids: Vec<Uuid> = on!(&mut *tx, connection => sqlx::query_scalar(
        "SELECT id FROM account WHERE staff_id = $1 AND active ORDER BY id",
    )
    .bind(staff_id)
    .fetch_all(connection)
    .await)?;
    for id in ids {
        let Some(found) = store::find(tx, id).await? else {
            continue;
        };
        // Its own row says open, though the account of one who is away is not.
        let before = Account {
            active: true,
            ..found
        };
        let after = Account {
            active: false,
            ..before.clone()
        };
        store::change(tx, actor, now, &before, &after, CLOSED).await?;
    }
    Ok(())
}
