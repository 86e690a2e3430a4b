//! Looks into the file of a SQLite database that is no service's: a backup, or a copy of one.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Row, SqliteConnection};

use crate::db::error::DbError;
use crate::db::schema::{Applied, MIGRATIONS, MIGRATIONS_TABLE};

/// How long the header of a rollback journal is.
const JOURNAL_HEADER_BYTES: u64 = 28;

/// Whether a rollback journal is there that SQLite would not play back, since its header is zero or missing.
pub(in crate::db) fn is_cold_journal(path: &Path) -> bool {
    let mut head = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(JOURNAL_HEADER_BYTES).read_to_end(&mut head));
    read.is_ok() && head.iter().all(|byte| *byte == 0)
}

/// How closely to look for faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum Thoroughly {
    /// That the pages hang together.
    No,
    /// Also that each index says what its table says, and that no row refers to one that is not there.
    Yes,
}

/// Opens a file that nobody writes. SQLite makes no file beside it, takes no lock, and looks at no
/// write-ahead log.
pub(in crate::db) async fn open_as_it_is(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .read_only(true)
        .immutable(true)
        .connect()
        .await
}

/// What is wrong with the content, if anything is.
pub(in crate::db) async fn faults(
    connection: &mut SqliteConnection,
    thoroughly: Thoroughly,
) -> Result<Option<String>, sqlx::Error> {
    let check = match thoroughly {
        Thoroughly::No => "PRAGMA quick_check(3)",
        Thoroughly::Yes => "PRAGMA integrity_check(3)",
    };
    let found: Result<Vec<String>, _> = sqlx::query_scalar(check).fetch_all(&mut *connection).await;
    let found = match found {
        Err(error) if is_damage(&error) => return Ok(Some(error.to_string())),
        found => found?,
    };
    if found != ["ok"] {
        return Ok(Some(found.join("; ")));
    }
    if thoroughly == Thoroughly::No {
        return Ok(None);
    }
    let dangling = sqlx::query("PRAGMA foreign_key_check")
        .fetch_optional(connection)
        .await?;
    dangling
        .map(|row| {
            let (from, to): (String, String) = (row.try_get("table")?, row.try_get("parent")?);
            Ok(format!("{from} refers to a {to} that is not there"))
        })
        .transpose()
}

/// The migrations that were applied; none if it is not ours.
pub(in crate::db) async fn applied(
    connection: &mut SqliteConnection,
) -> Result<Vec<Applied>, sqlx::Error> {
    if !tables(connection)
        .await?
        .iter()
        .any(|table| table == MIGRATIONS_TABLE)
    {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, Vec<u8>, bool)> =
        sqlx::query_as("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version")
            .fetch_all(connection)
            .await?;
    let applied = |(version, checksum, success)| Applied {
        version,
        checksum,
        success,
    };
    Ok(rows.into_iter().map(applied).collect())
}

/// All tables with the number of their rows.
pub(in crate::db) async fn counts(
    connection: &mut SqliteConnection,
) -> Result<Vec<(String, u64)>, sqlx::Error> {
    let mut counts = Vec::new();
    for table in tables(connection).await? {
        let quoted = table.replace('"', "\"\"");
        let count = AssertSqlSafe(format!("SELECT count(*) FROM \"{quoted}\""));
        let rows: i64 = sqlx::query_scalar(count)
            .fetch_one(&mut *connection)
            .await?;
        counts.push((table, rows.unsigned_abs()));
    }
    Ok(counts)
}

/// What is not as the migrations up to `version` make it: a table, an index or a trigger that is
/// missing, changed or added.
pub(in crate::db) async fn altered(
    connection: &mut SqliteConnection,
    version: i64,
) -> Result<Option<String>, DbError> {
    let mut made = SqliteConnectOptions::new()
        .in_memory(true)
        .connect()
        .await?;
    MIGRATIONS.run_to(version, &mut made).await?;
    let (wanted, found) = (objects(&mut made).await?, objects(connection).await?);
    Ok(wanted
        .symmetric_difference(&found)
        .next()
        .map(|(kind, name, _)| format!("{kind} {name}")))
}

/// Tables, indexes and triggers, each with the text that made it.
async fn objects(
    connection: &mut SqliteConnection,
) -> Result<BTreeSet<(String, String, String)>, sqlx::Error> {
    let objects: Vec<_> = sqlx::query_as(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .fetch_all(connection)
    .await?;
    Ok(objects.into_iter().collect())
}

async fn tables(connection: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .fetch_all(connection)
    .await
}

/// Whether an error says that the file is no database, or a broken one.
pub(in crate::db) fn is_damage(error: &sqlx::Error) -> bool {
    // SQLITE_CORRUPT, SQLITE_NOTADB
    matches!(primary_code(error), Some(11 | 26))
}

/// Whether an error says that another program has the database.
pub(in crate::db) fn is_busy(error: &sqlx::Error) -> bool {
    // SQLITE_BUSY, SQLITE_LOCKED
    matches!(primary_code(error), Some(5 | 6))
}

fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let sqlx::Error::Database(error) = error else {
        return None;
    };
    Some(error.code()?.parse::<u32>().ok()? & 0xff)
}
