//! Restores a PostgreSQL database.
//!
//! All of it is one transaction: the old tables move to a schema of their own, the archive's tables are
//! made, filled and checked, and are brought forward. So it is done whole or not at all, whatever ends
//! it, and nobody sees it half done. `pg_restore --dbname` could not check before it commits; and `psql`
//! would run whatever commands an archive has slipped in. So `pg_restore` only reads the archive, and we
//! send what it says.

use std::str::FromStr;
use std::{collections::BTreeMap, path::Path};

use futures_util::TryStreamExt;
use sqlx::migrate::Migrate;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

use super::aside::stamp;
use super::postgres_shape::{self, Shape};
use super::restored::Restored;
use crate::db::address::Engine;
use crate::db::backup::BackupError;
use crate::db::backup::archive::{Archive, PUT_ASIDE, Section, table_of};
use crate::db::backup::digest::{RowHasher, TableDigest};
use crate::db::postgres::WRITER_LOCK;
use crate::db::schema::{self, MIGRATIONS, Schema};

/// Rows are sent in pieces of about so many bytes.
const PARCEL: usize = 256 * 1024;
/// How long to wait for programs that are just starting or ending.
const PATIENCE: &str = "5s";

type Tables = BTreeMap<String, TableDigest>;

pub(super) async fn restore(url: &str, file: &Path) -> Result<Restored, BackupError> {
    let archive = Archive::open(file).await?;
    let contents = archive.contents().await?;
    let schema = schema::compare(&contents.applied)?;
    let version = contents.applied.iter().map(|one| one.version).max();
    let version = version.unwrap_or_default();

    let mut connection = PgConnectOptions::from_str(url)?.connect().await?;
    claim(&mut connection).await?;
    let mut tx = connection.begin().await?;
    let wanted = postgres_shape::of_version(&mut tx, version).await?;
    let put_aside = put_aside(&mut tx, &archive).await?;
    execute(&mut tx, archive.statements(Section::Tables).await?).await?;
    let made = postgres_shape::of_schema(&mut tx, &archive.schema).await?;
    // Keys, indexes and triggers are made after the rows.
    refuse_altered(&archive, version, wanted.differing_column(&made))?;
    refuse_without_rows(&archive, &wanted, &contents.tables)?;
    fill(&mut tx, &archive).await?;
    execute(&mut tx, archive.statements(Section::Keys).await?).await?;
    check(&mut tx, &contents.tables).await?;
    let made = postgres_shape::of_schema(&mut tx, &archive.schema).await?;
    refuse_altered(&archive, version, wanted.difference(&made))?;
    MIGRATIONS.run(&mut *tx).await?;
    tx.commit().await?;
    connection.close().await?;

    let rows = |(head, digest): (&String, &TableDigest)| {
        let table = table_of(head);
        let name = table.rsplit('.').next().unwrap_or(table);
        (name.to_owned(), digest.rows)
    };
    Ok(Restored {
        tables: contents.tables.iter().map(rows).collect(),
        put_aside,
        migrated: schema == Schema::Older,
        engine: Engine::Postgres,
        // An archive's tables are packed, each with a checksum of its own, and are compared row by row.
        has_checksum: true,
    })
}

/// Refuses a backup in which something is not as the migrations up to `version` make it. All of a restore is
/// one transaction: what was put aside for it is in its place again.
fn refuse_altered(
    archive: &Archive,
    version: i64,
    altered: Option<&str>,
) -> Result<(), BackupError> {
    let Some(altered) = altered else {
        return Ok(());
    };
    Err(BackupError::Damaged(format!(
        "{}：{altered} 与结构 {version} 不符 / is not that of schema {version}",
        archive.file.display()
    )))
}

/// Refuses an archive that has a table but not its rows, as `pg_dump --exclude-table-data` and
/// `--schema-only` make them: `pg_dump` writes also of an empty table that it has no rows.
fn refuse_without_rows(
    archive: &Archive,
    wanted: &Shape,
    saved: &Tables,
) -> Result<(), BackupError> {
    let is_saved = |table: &str| {
        let name = |head: &String| table_of(head) == format!("{}.{table}", archive.schema);
        saved.keys().any(name)
    };
    match wanted.tables().find(|table| !is_saved(table)) {
        None => Ok(()),
        Some(table) => Err(BackupError::Damaged(format!(
            "{}：缺少表 {table} 的内容 / the rows of table {table} are not in it",
            archive.file.display()
        ))),
    }
}

/// Keeps starters and writers out until this connection ends, and refuses if anyone else is connected.
async fn claim(connection: &mut PgConnection) -> Result<(), BackupError> {
    execute(connection, format!("SET lock_timeout = '{PATIENCE}'")).await?;
    let locked = async {
        // The lock that every program takes at its start to migrate the schema.
        connection.lock().await.map_err(BackupError::from)?;
        sqlx::query("SELECT pg_advisory_lock($1)")
            .bind(WRITER_LOCK)
            .execute(&mut *connection)
            .await?;
        Ok::<_, BackupError>(())
    };
    if let Err(error) = locked.await {
        return Err(match error {
            error if is_lock_timeout(&error) => BackupError::InUse("PostgreSQL".to_owned()),
            error => error,
        });
    }
    let others: Vec<String> = sqlx::query_scalar(
        "SELECT concat_ws(' ', 'pid ' || pid, usename, NULLIF(application_name, '')) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL \
         AND COALESCE(backend_type, 'client backend') = 'client backend' ORDER BY pid",
    )
    .fetch_all(connection)
    .await?;
    if others.is_empty() {
        Ok(())
    } else {
        Err(BackupError::InUse(others.join(", ")))
    }
}

fn is_lock_timeout(error: &BackupError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(sqlx::Error::Database(database)) = error.downcast_ref() {
            return database.code().as_deref() == Some("55P03");
        }
        cause = error.source();
    }
    false
}

/// Moves all that stands in our schema to one of its own, and gives its name. The schema itself stays, with
/// its owner and the rights on it: before version 15, `public` belongs to the server's administrator.
async fn put_aside(
    connection: &mut PgConnection,
    archive: &Archive,
) -> Result<Option<String>, BackupError> {
    let ours: Option<String> = sqlx::query_scalar("SELECT current_schema()::text")
        .fetch_one(&mut *connection)
        .await?;
    if ours.as_ref() != Some(&archive.schema) {
        let (saved, ours) = (&archive.schema, ours.unwrap_or_default());
        return Err(BackupError::Tool(format!(
            "备份的模式是 {saved}，数据库使用的模式是 {ours} / the backup is of schema {saved}, the database uses {ours}"
        )));
    }
    let name = format!("{PUT_ASIDE}{}", stamp());
    // Tables, views and what is like them, but nothing that belongs to another (partitions, sequences of
    // a column) or to an extension. Keys and indexes go with their table.
    let moves: Vec<String> = sqlx::query_scalar(
        "SELECT format('ALTER TABLE %I.%I SET SCHEMA %I', $1::text, c.relname, $2::text) FROM pg_class c \
         WHERE c.relnamespace = quote_ident($1)::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') \
         AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_depend d \
         WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 \
         AND (d.deptype = 'e' OR (c.relkind = 'S' AND d.deptype IN ('a', 'i')))) ORDER BY c.relname",
    )
    .bind(&archive.schema)
    .bind(&name)
    .fetch_all(&mut *connection)
    .await?;
    if moves.is_empty() {
        return Ok(None);
    }
    execute(connection, format!("CREATE SCHEMA {name}")).await?;
    execute(connection, moves.join(";")).await?;
    Ok(Some(name))
}

async fn execute(connection: &mut PgConnection, statements: String) -> Result<(), BackupError> {
    sqlx::raw_sql(AssertSqlSafe(statements))
        .execute(connection)
        .await?;
    Ok(())
}

/// Sends the archive's rows to its tables.
async fn fill(connection: &mut PgConnection, archive: &Archive) -> Result<(), BackupError> {
    let mut rows = archive.rows()?;
    let mut parcel = Vec::with_capacity(2 * PARCEL);
    while let Some(head) = rows.next_table().await? {
        let mut copy = connection
            .copy_in_raw(&format!("COPY {head} FROM STDIN"))
            .await?;
        loop {
            let piece = rows.next_piece().await;
            let is_last = !matches!(piece, Ok(Some(_)));
            if let Ok(Some(piece)) = &piece {
                parcel.extend_from_slice(piece);
            }
            if parcel.len() >= PARCEL || (is_last && !parcel.is_empty()) {
                copy.send(parcel.as_slice()).await?;
                parcel.clear();
            }
            if let Err(broken) = piece {
                copy.abort("the archive is broken").await?;
                return Err(broken);
            }
            if is_last {
                break;
            }
        }
        copy.finish().await?;
    }
    Ok(())
}

/// Reads all rows back and compares them with the archive's.
async fn check(connection: &mut PgConnection, saved: &Tables) -> Result<(), BackupError> {
    for (head, saved) in saved {
        let mut hasher = RowHasher::default();
        let statement = format!("COPY {head} TO STDOUT");
        let mut rows = connection.copy_out_raw(&statement).await?;
        while let Some(piece) = rows.try_next().await? {
            hasher.update(&piece);
        }
        drop(rows);
        let restored = hasher.table();
        if restored != *saved {
            let table = table_of(head);
            let (before, after) = (saved.rows, restored.rows);
            return Err(BackupError::Differs(format!("{table}: {before} → {after}")));
        }
    }
    Ok(())
}
