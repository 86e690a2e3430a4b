//! Pairings in the database.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::db::Tx;
use crate::on;

/// The helper who was responsible for a household on a day.
pub async fn helper_on(
    tx: &mut Tx,
    household_id: Uuid,
    day: NaiveDate,
) -> Result<Option<Uuid>, sqlx::Error> {
    // On the day of a hand-over the new helper is the responsible one.
    on!(tx, connection => sqlx::query_scalar(
        "SELECT staff_id FROM pairing
         WHERE household_id = $1 AND from_date <= $2 AND (to_date IS NULL OR to_date > $2)
         ORDER BY from_date DESC, started_at DESC LIMIT 1",
    )
    .bind(household_id)
    .bind(day)
    .fetch_optional(connection)
    .await)
}

/// The helper who is responsible for a household now.
pub async fn current_helper(tx: &mut Tx, household_id: Uuid) -> Result<Option<Uuid>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT staff_id FROM pairing WHERE household_id = $1 AND to_date IS NULL",
    )
    .bind(household_id)
    .fetch_optional(connection)
    .await)
}

/// All current pairs, `(household, helper)`, by household.
pub async fn current_pairs(tx: &mut Tx) -> Result<Vec<(Uuid, Uuid)>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id FROM pairing WHERE to_date IS NULL ORDER BY household_id",
    )
    .fetch_all(connection)
    .await)
}

/// Who was responsible for each household on a day, helper by household.
pub async fn helpers_on(tx: &mut Tx, day: NaiveDate) -> Result<HashMap<Uuid, Uuid>, sqlx::Error> {
    // The rule of `helper_on`: of two that meet on the day of a hand-over, the later one.
    let pairs: Vec<(Uuid, Uuid)> = on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id FROM pairing
         WHERE from_date <= $1 AND (to_date IS NULL OR to_date > $1)
         ORDER BY from_date, started_at",
    )
    .bind(day)
    .fetch_all(connection)
    .await)?;
    Ok(pairs.into_iter().collect())
}
