//! What was there before a restore: closed to others, put aside under a second name, and brought back
//! where the restore fails.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Utc;
use sqlx::sqlite::{SqliteConnectOptions, SqliteLockingMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::copy::{copy_file, part_of_old};
use crate::db::backup::BackupError;
use crate::db::backup::disk::sync_folder;
use crate::db::error::DbError;
use crate::db::sqlite::content;
use crate::db::sqlite::header::begins_as_one;
use crate::db::sqlite::names::{SIDECARS, beside};

/// Between the database's name and the time, in the name of what is put aside.
pub(super) const PUT_ASIDE: &str = ".before-restore-";
/// How the name of a rollback journal ends.
pub(super) const JOURNAL: &str = "-journal";
/// How long to wait for a program that is just closing the database.
const PATIENCE: Duration = Duration::from_secs(2);

/// The database that is to be put aside.
pub(super) enum Old {
    /// Nothing is there.
    None,
    /// One file without a log; this connection keeps all others out, also programs that know nothing of
    /// our lock files.
    Closed(Box<SqliteConnection>),
    /// SQLite cannot read it: it may be why someone restores.
    Broken,
}

impl Old {
    pub(super) async fn close_to_others(database: &Path) -> Result<Self, BackupError> {
        if !std::fs::metadata(database).is_ok_and(|database| database.len() > 0) {
            return Ok(Self::None);
        }
        // SQLite would delete the log of such a file as that of no database.
        if !begins_as_one(database) {
            return Ok(Self::Broken);
        }
        match Self::fold_in(database).await {
            Ok(connection) => Ok(Self::Closed(Box::new(connection))),
            Err(error) if content::is_busy(&error) => Err(in_use(database)),
            Err(error) if content::is_damage(&error) => {
                tracing::warn!("the old database is damaged: {error}");
                Ok(Self::Broken)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Closes the database to others, and folds its log in.
    async fn fold_in(database: &Path) -> Result<SqliteConnection, sqlx::Error> {
        let mut connection = SqliteConnectOptions::new()
            .filename(database)
            .create_if_missing(false)
            .locking_mode(SqliteLockingMode::Exclusive)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE)
            .connect()
            .await?;
        // In this locking mode the lock stays when the transaction ends.
        sqlx::raw_sql("BEGIN EXCLUSIVE; COMMIT")
            .execute(&mut connection)
            .await?;
        // Folds the log in and deletes it.
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode = DELETE")
            .fetch_one(&mut connection)
            .await?;
        if mode != "delete" {
            return Err(sqlx::Error::Protocol(format!("journal_mode stays {mode}")));
        }
        Ok(connection)
    }

    /// After the switch. That the old file cannot be closed in good order changes nothing any more.
    pub(super) async fn let_go(self) {
        if let Self::Closed(connection) = self {
            let _ = connection.close().await;
        }
    }
}

/// Gives the old database a second name, so that it always has one. What cannot be folded in goes with
/// it: it must not meet the new one.
pub(super) fn put_aside(database: &Path, old: &Old) -> Result<Option<PathBuf>, BackupError> {
    remove_cold_journal(database)?;
    let is_there = |ending: &&str| beside(database, ending).exists();
    let logs: Vec<_> = SIDECARS.into_iter().filter(is_there).collect();
    if matches!(old, Old::None) && logs.is_empty() {
        return Ok(None);
    }
    let aside = free_name(database);
    if database.exists() {
        second_name(database, &aside)?;
    }
    for ending in logs {
        let log = beside(database, ending);
        std::fs::rename(&log, beside(&aside, ending)).map_err(BackupError::file(&log))?;
    }
    sync_folder(database)?;
    Ok(Some(aside))
}

/// While SQLite holds the database in exclusive mode, it ends a journal by zeros in place of its header and
/// leaves the file. Beside what is put aside it would only look as if something were missing.
fn remove_cold_journal(database: &Path) -> Result<(), BackupError> {
    let journal = beside(database, JOURNAL);
    if content::is_cold_journal(&journal) {
        std::fs::remove_file(&journal).map_err(BackupError::file(&journal))?;
    }
    Ok(())
}

fn free_name(database: &Path) -> PathBuf {
    let base = beside(database, &format!("{PUT_ASIDE}{}", stamp()));
    let taken = |name: &PathBuf| {
        ["", "-wal", "-shm", "-journal"]
            .iter()
            .any(|ending| beside(name, ending).exists())
    };
    std::iter::once(base.clone())
        .chain((2..100).map(|number| beside(&base, &format!("-{number}"))))
        .find(|name| !taken(name))
        .unwrap_or(base)
}

/// A second name for the same file; on a file system that has no such thing, a copy of it. (There, reading
/// the file gives up the locks that keep strangers out: the system takes a process's locks on a file away
/// when it closes it anywhere. Those who know our lock files are still kept out.)
fn second_name(database: &Path, aside: &Path) -> Result<(), BackupError> {
    if std::fs::hard_link(database, aside).is_ok() {
        return Ok(());
    }
    let part = part_of_old(database);
    let _ = std::fs::remove_file(&part);
    copy_file(database, &part)?;
    std::fs::rename(&part, aside).map_err(BackupError::file(aside))
}

pub(super) fn take_back(database: &Path, aside: Option<&Path>) -> Result<(), BackupError> {
    match aside.filter(|aside| aside.exists()) {
        Some(aside) => std::fs::rename(aside, database),
        None => std::fs::remove_file(database),
    }
    .map_err(BackupError::file(database))?;
    if let Some(aside) = aside {
        return_sidecars(aside, database)?;
    }
    sync_folder(database)
}

pub(super) fn return_sidecars(aside: &Path, database: &Path) -> Result<(), DbError> {
    for ending in SIDECARS {
        let (from, to) = (beside(aside, ending), beside(database, ending));
        if from.exists() && !to.exists() {
            std::fs::rename(&from, &to).map_err(DbError::file(&from))?;
        }
    }
    Ok(())
}

pub(super) fn in_use(database: &Path) -> BackupError {
    BackupError::InUse(database.display().to_string())
}

pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    match (std::fs::metadata(one), std::fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// The time, as it stands in the names of what is put aside.
pub(super) fn stamp() -> String {
    Utc::now().format("%Y%m%dt%H%M%Sz").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::copy::Copy;
    use super::*;

    #[test]
    fn what_was_put_aside_comes_back_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("qianshou.db");
        let log = beside(&database, "-wal");
        let copy = Copy(Copy::name(&database));
        for (file, content) in [(&database, "old"), (&log, "old log"), (&copy.0, "new")] {
            std::fs::write(file, content).unwrap();
        }
        let aside = put_aside(&database, &Old::Broken).unwrap();
        copy.take_place_of(&database).unwrap();
        assert_eq!(std::fs::read_to_string(&database).unwrap(), "new");
        assert!(!log.exists(), "an old log must not meet the new database");

        take_back(&database, aside.as_deref()).unwrap();
        assert_eq!(std::fs::read_to_string(&database).unwrap(), "old");
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "old log");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
