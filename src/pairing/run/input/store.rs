//! The households of a scope, and who had them last.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::db::Tx;
use crate::household::Cause;
use crate::on;
use crate::pairing::run::model::Scope;
use crate::serving::store::holds_now;

#[derive(FromRow)]
pub(super) struct HouseholdRow {
    pub(super) id: Uuid,
    pub(super) number: Option<String>,
    pub(super) town: String,
    pub(super) village: String,
    pub(super) main_cause: Option<Cause>,
}

/// Open households of the towns and villages of the scope, by id: those without a helper, or all, or
/// those of one who leaves or has left.
pub(super) async fn to_pair(tx: &mut Tx, scope: &Scope) -> Result<Vec<HouseholdRow>, sqlx::Error> {
    let sql = format!(
        "SELECT id, number, town, village, main_cause FROM household
         WHERE closed_on IS NULL AND ($1 = '' OR town = $1) AND ($2 = '' OR village = $2)
           AND ($3 AND id IN (SELECT household_id FROM pairing WHERE staff_id = $4) AND $4 = (
                   SELECT staff_id FROM pairing WHERE household_id = household.id
                   ORDER BY to_date IS NULL DESC, to_date DESC, ended_at DESC, id DESC LIMIT 1)
               OR NOT $3 AND ($5 OR NOT EXISTS (
                   SELECT 1 FROM pairing WHERE household_id = household.id AND {})))
         ORDER BY id",
        holds_now("pairing")
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
    .bind(scope.town.as_deref().unwrap_or_default())
    .bind(scope.village.as_deref().unwrap_or_default())
    .bind(scope.leaving.is_some())
    .bind(scope.leaving.unwrap_or_default())
    .bind(scope.paired)
    .fetch_all(connection)
    .await)
}

/// The helper whose pairing with a household ended last.
pub(super) async fn former_helpers(tx: &mut Tx) -> Result<HashMap<Uuid, Uuid>, sqlx::Error> {
    let ended: Vec<(Uuid, Uuid)> = on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id FROM pairing WHERE to_date IS NOT NULL
         ORDER BY to_date, ended_at, id",
    )
    .fetch_all(connection)
    .await)?;
    Ok(ended.into_iter().collect())
}
