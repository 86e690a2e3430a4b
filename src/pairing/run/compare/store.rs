//! Two runs beside each other, from the database.

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::model::Difference;
use crate::db::{Json, Tx, Where};
use crate::on;
use crate::pairing::cost::terms::Reason;
use crate::pairing::run::model::{AreaKey, Choice, Run};
use crate::serving::store::last_helper_known_at;
use crate::serving::store::names::household_names;

#[derive(FromRow)]
struct DifferenceRow {
    household_id: Uuid,
    household_number: Option<String>,
    head_name: String,
    town: String,
    village: String,
    area_key: String,
    one_staff_id: Option<Uuid>,
    one_staff_number: Option<String>,
    one_helper: Option<String>,
    one_unit: Option<String>,
    one_cost: Option<i64>,
    one_reasons: Option<Json<Vec<Reason>>>,
    other_staff_id: Option<Uuid>,
    other_staff_number: Option<String>,
    other_helper: Option<String>,
    other_unit: Option<String>,
    other_cost: Option<i64>,
    other_reasons: Option<Json<Vec<Reason>>>,
}

impl From<DifferenceRow> for Difference {
    fn from(row: DifferenceRow) -> Self {
        let choice = |(staff_id, staff_number),
                      helper,
                      unit,
                      cost: Option<i64>,
                      reasons: Option<Json<_>>| {
            Some(Choice {
                staff_id,
                staff_number,
                helper,
                unit,
                cost: cost?,
                reasons: reasons?.0,
            })
        };
        Self {
            household_id: row.household_id,
            household_number: row.household_number,
            head_name: row.head_name,
            town: row.town,
            village: row.village,
            area_key: row.area_key,
            one: choice(
                (row.one_staff_id, row.one_staff_number),
                row.one_helper,
                row.one_unit,
                row.one_cost,
                row.one_reasons,
            ),
            other: choice(
                (row.other_staff_id, row.other_staff_number),
                row.other_helper,
                row.other_unit,
                row.other_cost,
                row.other_reasons,
            ),
        }
    }
}

/// Households with what two runs propose for them; the runs are parameters such as `$1`.
fn compared(one: &str, other: &str) -> String {
    format!(
        "FROM household
         LEFT JOIN proposal AS one ON one.run_id = {one} AND one.household_id = household.id
         LEFT JOIN proposal AS other ON other.run_id = {other} AND other.household_id = household.id
         LEFT JOIN staff AS one_staff ON one_staff.id = one.staff_id
         LEFT JOIN staff AS other_staff ON other_staff.id = other.staff_id
         LEFT JOIN unit AS one_unit ON one_unit.id = one_staff.unit_id
         LEFT JOIN unit AS other_unit ON other_unit.id = other_staff.unit_id"
    )
}

/// Whether a household gets different helpers from the two, or only one of them has anybody for it.
const DIFFERS: &str = "one.staff_id IS DISTINCT FROM other.staff_id";

/// How many households get different helpers from two runs.
pub async fn count_differences(
    tx: &mut Tx,
    (one, other): (Uuid, Uuid),
) -> Result<i64, sqlx::Error> {
    let households = compared("$1", "$2");
    let sql = format!("SELECT count(*) {households} WHERE {DIFFERS}");
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(one)
        .bind(other)
        .fetch_one(connection)
        .await)
}

/// A page of the households to which two runs give different helpers, by area, at most `limit` and one
/// more.
pub async fn differences(
    tx: &mut Tx,
    (one, other): (Uuid, Uuid),
    after: Option<AreaKey>,
    limit: i64,
) -> Result<Vec<Difference>, sqlx::Error> {
    let mut wanted = Where::new();
    let households = compared(&wanted.bind(one), &wanted.bind(other));
    let mut wanted = wanted.and(DIFFERS).beyond(
        after.map(|(area, id)| [area.into(), id.into()]),
        "(household.area_key, household.id) >",
    );
    let limit = wanted.bind(limit + 1);
    let names = household_names!();
    let sql = format!(
        "SELECT household.id AS household_id, area_key, {names},
             one.staff_id AS one_staff_id, one_staff.number AS one_staff_number, one_staff.name AS one_helper, one_unit.name AS one_unit,
             one.cost AS one_cost, one.reasons AS one_reasons,
             other.staff_id AS other_staff_id, other_staff.number AS other_staff_number, other_staff.name AS other_helper,
             other_unit.name AS other_unit, other.cost AS other_cost,
             other.reasons AS other_reasons
         {households} {wanted}
         ORDER BY household.area_key, household.id LIMIT {limit}"
    );
    let rows: Vec<DifferenceRow> = wanted.fetch_all(tx, sql).await?;
    Ok(rows.into_iter().map(Difference::from).collect())
}

/// Households to which a run gives another helper than the last one that they had before it.
pub async fn count_changes_of_helper(tx: &mut Tx, run: &Run) -> Result<i64, sqlx::Error> {
    let before = last_helper_known_at("proposal.household_id", "$2");
    let sql = format!(
        "SELECT count(*) FROM proposal WHERE run_id = $1 AND proposal.staff_id <> ({before})"
    );
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(run.id)
        .bind(run.created_at)
        .fetch_one(connection)
        .await)
}
