//! The roll as of a day from the database.

use chrono::NaiveDate;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::model::Entry;
use crate::db::Tx;
use crate::on;
use crate::serving::store::join_on_day;
use crate::serving::tenure::Part;

/// The households that were open on a day or had a helper on it, by unit, helper and area; of one
/// unit only, if asked for.
pub async fn on_day(
    tx: &mut Tx,
    day: NaiveDate,
    unit_id: Option<Uuid>,
) -> Result<Vec<Entry>, sqlx::Error> {
    let [responsible, assisting] =
        [Part::Responsible, Part::Assisting].map(|part| join_on_day(part, "household.id", "$1"));
    let mut entries: Vec<Entry> = on!(tx, connection => sqlx::query_as(
        AssertSqlSafe(format!("SELECT household.id AS household_id, household.number AS number, household.town AS town,
             household.village AS village, head_name, size, main_cause, staff.id AS staff_id,
             staff.name AS helper, staff.position AS position, staff.phone AS phone,
             unit.id AS unit_id, unit.name AS unit, pairing.from_date AS from_date,
             second.name AS assistant
         FROM household
         {responsible}
         LEFT JOIN staff ON staff.id = pairing.staff_id
         LEFT JOIN unit ON unit.id = staff.unit_id
         {assisting}
         LEFT JOIN staff AS second ON second.id = assistance.staff_id
         WHERE (pairing.id IS NOT NULL OR closed_on IS NULL OR closed_on > $1)
             AND (NOT $2 OR unit.id = $3)"),
    ))
    .bind(day)
    .bind(unit_id.is_some())
    .bind(unit_id.unwrap_or_default())
    .fetch_all(connection)
    .await)?;
    // Here and not in the database, so that the order is the same on every one.
    entries.sort_by(|a, b| a.key().cmp(&b.key()));
    Ok(entries)
}
