//! Edits of runs in the database.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::model::{Edit, EditRecord};
use crate::db::{Json, Tx};
use crate::pairing::cost::load::Load;
use crate::pairing::run::model::Proposal;
use crate::pairing::run::store::PROPOSAL;
use crate::{insert, on};

/// What a run proposes for the households of an edit, and for all households of the helpers whom these
/// have before and after.
pub async fn touched(tx: &mut Tx, run_id: Uuid, edit: Edit) -> Result<Vec<Proposal>, sqlx::Error> {
    let sql = format!(
        "{PROPOSAL} WHERE run_id = $1 AND (household_id IN ($2, $3) OR staff_id = $4
             OR staff_id IN (
                 SELECT staff_id FROM proposal WHERE run_id = $1 AND household_id IN ($2, $3)))
         ORDER BY household_id"
    );
    let (household, other) = edit.households();
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(run_id)
        .bind(household)
        .bind(other.unwrap_or_default())
        .bind(edit.to().unwrap_or_default())
        .fetch_all(connection)
        .await)
}

/// Keeps an edit, and makes the proposals and loads of its run what they are since.
pub async fn write(tx: &mut Tx, edited: &EditRecord, loads: &[Load]) -> Result<(), sqlx::Error> {
    insert!(&mut *tx, "run_edit", std::slice::from_ref(edited), |edited| {
        id: edited.id,
        run_id: edited.run_id,
        version: edited.version,
        kind: edited.kind,
        reason: edited.reason.as_str(),
        edited_at: edited.edited_at,
        edited_by: edited.edited_by.as_str(),
        placed_before: edited.placed_before,
        placed_after: edited.placed_after,
        cost_before: edited.cost_before,
        cost_after: edited.cost_after,
        changes: Json(&edited.changes),
    })?;
    for change in &edited.changes {
        on!(&mut *tx, connection => sqlx::query(
            "UPDATE proposal SET staff_id = $3, cost = $4, reasons = $5
             WHERE run_id = $1 AND household_id = $2",
        )
        .bind(edited.run_id)
        .bind(change.household_id)
        .bind(change.after.staff_id)
        .bind(change.after.cost)
        .bind(Json(&change.after.reasons))
        .execute(connection)
        .await
        .map(|_| ()))?;
    }
    on!(tx, connection => sqlx::query("UPDATE pairing_run SET loads = $2 WHERE id = $1")
        .bind(edited.run_id)
        .bind(Json(loads))
        .execute(connection)
        .await
        .map(|_| ()))
}

/// A page of a run's edits, the latest first, at most `limit` and one more; `before` is the version
/// that the last one of the page before made.
pub async fn list(
    tx: &mut Tx,
    run_id: Uuid,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<EditRecord>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT id, run_id, version, kind, reason, edited_at, edited_by, placed_before, placed_after,
             cost_before, cost_after, changes
         FROM run_edit WHERE run_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3",
    )
    .bind(run_id)
    .bind(before.unwrap_or(i64::MAX))
    .bind(limit + 1)
    .fetch_all(connection)
    .await)
}

/// All edits of a run, the latest first.
pub async fn all(tx: &mut Tx, run_id: Uuid) -> Result<Vec<EditRecord>, sqlx::Error> {
    list(tx, run_id, None, i64::MAX - 1).await
}
