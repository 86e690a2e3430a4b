//! The roll of pairings as of a day: every household with whoever was responsible for it.

use chrono::NaiveDate;
use sqlx::FromRow;
use uuid::Uuid;

use crate::db::{Tx, Where};
use crate::household::Cause;
use crate::serving::store::join_on_day;
use crate::serving::tenure::Part;

/// One household of the roll. Names, units and family sizes are those of today; who was responsible
/// is as of the day.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Entry {
    /// The household.
    pub household_id: Uuid,
    /// 户编号.
    pub number: Option<String>,
    /// 镇.
    pub town: String,
    /// 村.
    pub village: String,
    /// 户主姓名.
    pub head_name: String,
    /// 家庭人口.
    pub size: i64,
    /// 主要致贫原因.
    pub main_cause: Option<Cause>,
    /// Its helper on the day; none if it had nobody.
    pub staff_id: Option<Uuid>,
    /// 姓名 of the helper.
    pub helper: Option<String>,
    /// 职务 of the helper.
    pub position: Option<String>,
    /// 联系电话 of the helper.
    pub phone: Option<String>,
    /// The helper's unit.
    pub unit_id: Option<Uuid>,
    /// 单位 of the helper.
    pub unit: Option<String>,
    /// First day of the pairing.
    pub from_date: Option<NaiveDate>,
    /// 姓名 of who assisted on the day.
    pub assistant: Option<String>,
}

/// The households that were open on a day or had a helper on it, by unit, helper and area; of one
/// unit only, if asked for.
pub async fn on_day(
    tx: &mut Tx,
    day: NaiveDate,
    unit_id: Option<Uuid>,
) -> Result<Vec<Entry>, sqlx::Error> {
    let mut wanted = Where::new()
        .and_with(
            day,
            "(pairing.id IS NOT NULL OR closed_on IS NULL OR closed_on > ?)",
        )
        .and_if(unit_id, "unit.id = ?");
    let on = wanted.bind(day);
    let [responsible, assisting] =
        [Part::Responsible, Part::Assisting].map(|part| join_on_day(part, "household.id", &on));
    let sql = format!(
        "SELECT household.id AS household_id, household.number AS number, household.town AS town,
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
         {wanted}"
    );
    let mut entries: Vec<Entry> = wanted.fetch_all(tx, sql).await?;
    // Here and not in the database, so that the order is the same on every one.
    entries.sort_by(|a, b| key(a).cmp(&key(b)));
    Ok(entries)
}

fn key(entry: &Entry) -> impl Ord + '_ {
    (
        (entry.staff_id.is_none(), &entry.unit, entry.unit_id),
        (&entry.helper, entry.staff_id, &entry.town, &entry.village),
        (&entry.number, entry.household_id),
    )
}
