//! Imports in the database: the files that were taken in, as evidence for all that came from them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::report::{Counts, ImportReport, RosterKind, RosterProblem};
use crate::db::{Json, Tx};
use crate::{insert, on};

/// What an import did, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// Rows with content.
    pub rows: i64,
    /// Households.
    pub households: Option<Counts>,
    /// Persons in the households.
    pub persons: Option<Counts>,
    /// Staff.
    pub staff: Option<Counts>,
    /// Warnings, all of them.
    pub warning_count: i64,
}

/// An import, without its file and its warnings.
#[derive(Clone, Debug, FromRow)]
pub struct Import {
    /// Its id; ids are in the order of time.
    pub id: Uuid,
    /// Which roster.
    pub kind: RosterKind,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the file.
    pub file_sha256: String,
    /// When.
    pub at: DateTime<Utc>,
    /// By which account.
    pub actor: String,
    /// What it did.
    pub counts: Json<ImportCounts>,
}

const IMPORT: &str = "id, kind, file_name, file_sha256, at, actor, counts";

/// Keeps an import with its file.
pub async fn add(
    tx: &mut Tx,
    id: Uuid,
    actor: &str,
    now: DateTime<Utc>,
    report: &ImportReport,
    file: &[u8],
) -> Result<(), sqlx::Error> {
    let counts = ImportCounts {
        sheet: report.sheet.clone(),
        rows: report.rows,
        households: report.households,
        persons: report.persons,
        staff: report.staff,
        warning_count: report.warning_count,
    };
    insert!(tx, "import", [report], |report| {
        id: id,
        kind: report.kind,
        file_name: report.file_name.as_str(),
        file_sha256: report.file_sha256.as_str(),
        file: file,
        at: now,
        actor: actor,
        counts: Json(&counts),
        warnings: Json(&report.problems),
    })
}

/// The import with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Import>, sqlx::Error> {
    let sql = format!("SELECT {IMPORT} FROM import WHERE id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// The warnings of an import, as many as were kept.
pub async fn warnings(tx: &mut Tx, id: Uuid) -> Result<Vec<RosterProblem>, sqlx::Error> {
    let found: Option<Json<Vec<RosterProblem>>> = on!(tx, connection => sqlx::query_scalar(
        "SELECT warnings FROM import WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await)?;
    Ok(found.map(|Json(warnings)| warnings).unwrap_or_default())
}

/// The file of an import.
pub async fn file(tx: &mut Tx, id: Uuid) -> Result<Option<Vec<u8>>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar("SELECT file FROM import WHERE id = $1")
        .bind(id).fetch_optional(connection).await)
}

/// Imports, the latest first, before the one with the id `before`, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Import>, sqlx::Error> {
    let sql = format!("SELECT {IMPORT} FROM import WHERE id < $1 ORDER BY id DESC LIMIT $2");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(before.unwrap_or(Uuid::max())).bind(limit + 1)
        .fetch_all(connection).await)
}
