//! Units and staff in the database.

use uuid::Uuid;

use super::model::Staff;
use crate::db::Tx;
use crate::on;

const STAFF: &str = "SELECT staff.id, number, identity_number, staff.name, sex, unit_id, unit.name AS unit,
    position, rank, political_status, phone, capacity, town, village, specialty, remark, active, version,
    created_at, updated_at
    FROM staff JOIN unit ON unit.id = staff.unit_id";

/// The person with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Staff>, sqlx::Error> {
    let sql = format!("{STAFF} WHERE staff.id = $1");
    on!(tx, connection => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}
