//! Puts a backup in the place of the database: looks it through first, refuses while anyone has the
//! database open, puts aside what was there, and checks the result against the backup.
//!
//! Whatever happens in between (a fault, a full disk, `kill -9`, a power cut): the database is the old
//! one or the new one, whole. On SQLite the switch is one rename, on PostgreSQL one transaction.

mod postgres;
mod sqlite;

use std::fmt;
use std::io::Read;
use std::path::Path;

use chrono::Utc;

use super::backup::BackupError;
use super::{Address, DbError, Engine, sqlite_file};

pub use sqlite::remove;
pub(super) use sqlite::{database_of_copy, tidy, tidy_if_free};

/// What a restore has done.
#[derive(Debug)]
pub struct Restored {
    /// Each table of the backup with the number of its rows.
    pub tables: Vec<(String, u64)>,
    /// Where that is which was there before: a file, or a schema of PostgreSQL.
    pub put_aside: Option<String>,
    /// Whether the backup was of an earlier version and was brought forward.
    pub migrated: bool,
    engine: Engine,
    /// Whether the backup says by a checksum that it is what was saved.
    has_checksum: bool,
}

/// Puts the backup `file` in the place of the database at `url`, which need not be there yet.
pub async fn restore(url: &str, file: &Path) -> Result<Restored, BackupError> {
    let address = Address::parse(url)?;
    match (address, engine_of(file)?) {
        (Address::Sqlite(database), Engine::Sqlite) => sqlite::restore(database, file).await,
        (Address::Postgres(url), Engine::Postgres) => postgres::restore(url, file).await,
        (_, of) => Err(BackupError::OtherEngine {
            file: file.to_owned(),
            of,
        }),
    }
}

/// By how the file begins.
fn engine_of(file: &Path) -> Result<Engine, BackupError> {
    let mut head = Vec::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(16).read_to_end(&mut head))
        .map_err(BackupError::file(file))?;
    if head == sqlite_file::MAGIC {
        Ok(Engine::Sqlite)
    } else if head.starts_with(b"PGDMP") {
        Ok(Engine::Postgres)
    } else {
        Err(BackupError::NotABackup(file.to_owned()))
    }
}

/// The time, as it stands in the names of what is put aside.
fn stamp() -> String {
    Utc::now().format("%Y%m%dt%H%M%Sz").to_string()
}

impl From<sqlx::migrate::MigrateError> for BackupError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        DbError::from(error).into()
    }
}

impl fmt::Display for Restored {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: u64 = self.tables.iter().map(|(_, rows)| rows).sum();
        let tables = self.tables.len();
        if self.has_checksum {
            writeln!(
                formatter,
                "已恢复并核对无误：{tables} 张表，{rows} 行 / restored and checked: {tables} tables, {rows} rows"
            )?;
        } else {
            writeln!(
                formatter,
                "已恢复：{tables} 张表，{rows} 行 / restored: {tables} tables, {rows} rows"
            )?;
            writeln!(
                formatter,
                "备份没有校验和（由较早版本或其他方式生成，或生成后被改动过）：结构完好，但无法核对文字和数字是否与备份时一致 / the backup has no checksum (an earlier version or other means made it, or it was written into since): its structure is sound, but whether each text and number is as it was saved cannot be told"
            )?;
        }
        for (table, rows) in &self.tables {
            writeln!(formatter, "  {rows:>9}  {table}")?;
        }
        if self.migrated {
            writeln!(
                formatter,
                "备份来自较早的版本，已升级到本程序的结构 / the backup was of an earlier version and was brought forward"
            )?;
        }
        match (&self.put_aside, self.engine) {
            (None, _) => {}
            (Some(file), Engine::Sqlite) => writeln!(
                formatter,
                "原数据库另存为以下文件，确认不需要后请删除 / what was there before is kept in this file; delete it when you are sure:\n  {file}"
            )?,
            (Some(schema), Engine::Postgres) => writeln!(
                formatter,
                "原数据保存在模式 {schema} 中，确认不需要后执行 / what was there before is kept in this schema; when you are sure:\n  DROP SCHEMA {schema} CASCADE;"
            )?,
        }
        write!(formatter, "下一步 / next:  qianshou serve")
    }
}
