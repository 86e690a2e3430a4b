//! What a run says, and what became of it, from the database.

use uuid::Uuid;

use crate::db::{Json, Tx};
use crate::on;
use crate::pairing::cost::certificate::Stated;
use crate::pairing::cost::terms::Reason;

type StatedRow = (Uuid, Option<Uuid>, i64, Json<Vec<Reason>>);

/// What a run says of its households: each with its helper, the cost and its terms, by the
/// household's id from after this one on, at most `limit`.
pub async fn stated(
    tx: &mut Tx,
    run_id: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Stated>, sqlx::Error> {
    let rows: Vec<StatedRow> = on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id, cost, reasons FROM proposal
         WHERE run_id = $1 AND household_id > $2 ORDER BY household_id LIMIT $3",
    )
    .bind(run_id)
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await)?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(household, helper, cost, Json(reasons))| {
            Stated::new(household, helper, cost, &reasons)
        })
        .collect())
}

/// The pairings that began by a run, `(household, helper)`.
pub async fn begun(tx: &mut Tx, run_id: Uuid) -> Result<Vec<(Uuid, Uuid)>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id FROM pairing WHERE run_id = $1",
    )
    .bind(run_id)
    .fetch_all(connection)
    .await)
}
