//! What an import does to its households: the record of it.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{ADDED_HOUSEHOLDS, CLOSED, TOUCHED};
use crate::codes::Action;
use crate::db::{Ids, Tx};
use crate::household::staging::model::Entry;
use crate::on;
use crate::staging;

const ENTRY: &str =
    "position, household_id, action, base_version, place, has_errors, conflicts, good";

/// How many households of each kind an import holds: of all, or only of those that can be taken in.
pub async fn counts(
    tx: &mut Tx,
    import_id: Uuid,
    good_only: bool,
) -> Result<HashMap<Action, i64>, sqlx::Error> {
    let good = if good_only { " AND good" } else { "" };
    let sql = format!(
        "SELECT action, count(*) FROM import_household
         WHERE import_id = $1{good} GROUP BY action"
    );
    let rows: Vec<(Action, i64)> = on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).fetch_all(connection).await)?;
    Ok(rows.into_iter().collect())
}

/// The households that an import closes.
pub async fn closed_by(tx: &mut Tx, import_id: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    let sql = format!(
        "SELECT household_id FROM import_household AS plan
         WHERE import_id = $1 AND good AND {CLOSED} ORDER BY position"
    );
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(import_id).fetch_all(connection).await)
}

/// The households that a committed import added.
pub fn added_by(import_id: Uuid) -> Ids<'static> {
    Ids::Given(ADDED_HOUSEHOLDS, import_id)
}

/// The households that a committed import added or replaced, after a position, at most `limit`.
pub async fn touched(
    tx: &mut Tx,
    import_id: Uuid,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    let sql = format!(
        "SELECT {ENTRY} FROM import_household AS plan
         WHERE import_id = $1 AND position > $2 AND good AND {TOUCHED} ORDER BY position LIMIT $3"
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).bind(after).bind(limit).fetch_all(connection).await)
}

/// Households that have got a version since a committed import, after a position, at most `limit`.
pub async fn changed_since(
    tx: &mut Tx,
    import_id: Uuid,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    let columns: Vec<_> = ENTRY
        .split(", ")
        .map(|column| format!("plan.{column} AS {column}"))
        .collect();
    let sql = format!(
        "SELECT {} FROM import_household AS plan
         LEFT JOIN household ON household.id = plan.household_id
         WHERE plan.import_id = $1 AND plan.position > $2 AND plan.good AND {TOUCHED}
             AND COALESCE(household.version, 0) <> plan.base_version + 1
         ORDER BY plan.position LIMIT $3",
        columns.join(", ")
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).bind(after).bind(limit).fetch_all(connection).await)
}

/// What an import does to its households, in the order of the file, after a position, at most
/// `limit` and one more: one action, or all that do something.
pub async fn list(
    tx: &mut Tx,
    import_id: Uuid,
    action: Option<Action>,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    let mut wanted = staging::wanted(import_id, action, after);
    let limit = wanted.bind(limit + 1);
    let sql =
        format!("SELECT {ENTRY} FROM import_household {wanted} ORDER BY position LIMIT {limit}");
    wanted.fetch_all(tx, sql).await
}
