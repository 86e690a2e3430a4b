//! The roll as of a day from the database.

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::Entry;
use crate::db::{Tx, Where};
use crate::household::open::was_open_on;
use crate::serving::store::join_on_day;
use crate::serving::tenure::Part;

/// The households that were open on a day or had a helper on it, by unit, helper and area; of one
/// unit only, if asked for.
pub async fn on_day(
    tx: &mut Tx,
    day: NaiveDate,
    unit_id: Option<Uuid>,
) -> Result<Vec<Entry>, sqlx::Error> {
    let mut wanted = Where::new();
    let on = wanted.bind(day);
    let open = was_open_on("household", &on);
    let wanted = wanted
        .and(format!("(pairing.id IS NOT NULL OR {open})"))
        .and_if(unit_id, "unit.id = ?");
    let [responsible, assisting] =
        [Part::Responsible, Part::Assisting].map(|part| join_on_day(part, "household.id", &on));
    let sql = format!(
        "SELECT household.id AS household_id, household.number AS number, household.town AS town,
             household.village AS village, head_name, size, main_cause, staff.id AS staff_id,
             staff.number AS staff_number, staff.name AS helper, staff.position AS position, staff.phone AS phone,
             unit.id AS unit_id, unit.name AS unit, pairing.from_date AS from_date,
             second.number AS assistant_number, second.name AS assistant
         FROM household
         {responsible}
         LEFT JOIN staff ON staff.id = pairing.staff_id
         LEFT JOIN unit ON unit.id = staff.unit_id
         {assisting}
         LEFT JOIN staff AS second ON second.id = assistance.staff_id
         {wanted}"
    );
    let mut entries: Vec<Entry> = wanted.fetch_all(tx, sql).await?;
    // Here and not in the database, so that the order is the same on every one.
    entries.sort_by_cached_key(Entry::key);
    Ok(entries)
}
