//! What an import would make of households, in the database.

pub mod departures;
pub mod entries;
pub mod facts;
pub mod switch;

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::db::{Engine, Tx};
use crate::on;

/// Staged households and what is to be done to them.
pub const PLAN: &str = "import_household AS plan ON plan.import_id = staged.import_id
    AND plan.position = staged.import_position AND plan.good";
// What is to be done to a household, in SQL. Other files of the staging take these, so that the codes of
// `Action` are typed here alone.
pub const ADDED: &str = "plan.action = 'new'";
pub const CLOSED: &str = "plan.action = 'closed'";
/// Those that are on the register and are written over.
pub const REPLACED: &str = "plan.action IN ('changed', 'closed')";
pub const TOUCHED: &str = "plan.action IN ('new', 'changed', 'closed')";
/// Those that are on the register and were compared with it.
pub const COMPARED: &str = "plan.action IN ('changed', 'closed', 'unchanged')";
/// The households that an import added, as [`Ids::Given`](crate::db::Ids::Given) asks for them.
pub const ADDED_HOUSEHOLDS: &str = "SELECT household_id FROM import_household
    WHERE import_id = {} AND good AND action = 'new'";

/// Runs a statement whose one parameter is the import; gives the number of rows.
async fn run(tx: &mut Tx, sql: &str, import_id: Uuid) -> Result<u64, sqlx::Error> {
    let sql = sql.to_owned();
    on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(import_id)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))
}

/// Deletes some thousand staged households, and with `record` also what was to be done to them. Says
/// whether there may be more.
pub async fn clear(tx: &mut Tx, import_id: Uuid, record: bool) -> Result<bool, sqlx::Error> {
    const HOUSEHOLDS_AT_ONCE: i64 = 2_000;
    if tx.engine() == Engine::Sqlite && stages_alone(tx, import_id).await? {
        // Without a condition SQLite frees the table's pages and reads no row.
        for table in ["staged_member", "staged_household"] {
            let sql = format!("DELETE FROM {table}");
            on!(&mut *tx, connection => sqlx::query(AssertSqlSafe(sql))
                .execute(connection).await.map(|_| ()))?;
        }
    }
    let tables = [
        ("staged_member", "import_position"),
        ("staged_household", "import_position"),
        ("import_household", "position"),
    ];
    let tables = &tables[..if record { 3 } else { 2 }];
    for (table, position) in tables {
        let sql = format!("SELECT min({position}) FROM {table} WHERE import_id = $1");
        let first: Option<i64> = on!(&mut *tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(import_id).fetch_one(connection).await)?;
        let Some(first) = first else { continue };
        // From the first position on: PostgreSQL's index still holds deleted rows, and a search
        // from 0 would read them each time.
        let sql = format!(
            "DELETE FROM {table} WHERE import_id = $1 AND {position} >= $2 AND {position} < $3"
        );
        on!(&mut *tx, connection => sqlx::query(AssertSqlSafe(sql))
            .bind(import_id).bind(first).bind(first + HOUSEHOLDS_AT_ONCE)
            .execute(connection).await.map(|_| ()))?;
        return Ok(true);
    }
    if record {
        departures::clear(tx, import_id).await?;
    }
    Ok(false)
}

/// Whether no other import has anything staged.
async fn stages_alone(tx: &mut Tx, import_id: Uuid) -> Result<bool, sqlx::Error> {
    let others: bool = on!(tx, connection => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM import WHERE staged AND id <> $1)",
    )
    .bind(import_id)
    .fetch_one(connection)
    .await)?;
    Ok(!others)
}
