//! Restores a SQLite database.
//!
//! The backup is copied beside the database first and the copy is looked through: what was checked is
//! what comes in, and the backup is only read, byte by byte. The old database is then closed to all others and
//! its write-ahead log folded in, so that it is one file and the switch one rename. An old log that stays
//! would be replayed onto the new database, page by page, and destroy it.
//!
//! | killed while | what the next start finds |
//! | --- | --- |
//! | the copy is made, checked, brought forward | the old database; the copy `.NAME.restore.part`, removed |
//! | the old one gets its second name | the old database; the second name, removed |
//! | after the rename | the new database, and the old one under its second name |

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::{Restored, stamp};
use crate::db::backup::{BackupError, blocking, clear_leftovers, sync_folder};
use crate::db::checksum::{self, FileHash, Verdict};
use crate::db::guard::{self, SIDECARS, beside, folder_of};
use crate::db::schema::{self, Schema};
use crate::db::sqlite_file::{self, Thoroughly};
use crate::db::{DbError, Engine, MIGRATIONS};
use crate::private;

/// Between the database's name and the time, in the name of what is put aside.
const PUT_ASIDE: &str = ".before-restore-";
/// How the name of a rollback journal ends.
const JOURNAL: &str = "-journal";
/// How the name of a copy ends while it is looked through.
const COPY: &str = ".restore.part";
/// A program that is only just closing the database gets this long.
const PATIENCE: Duration = Duration::from_secs(2);
const BUFFER: usize = 1 << 20;

pub(super) async fn restore(database: &Path, file: &Path) -> Result<Restored, BackupError> {
    if is_same(database, file) {
        return Err(BackupError::SameFile(file.to_owned()));
    }
    refuse_unmerged(file)?;
    let Some(alone) = guard::claim(database)? else {
        return Err(in_use(database));
    };
    let database = guard::real(database);
    tidy(&database)?;
    clear_leftovers(folder_of(&database));

    let copy = Copy::of(file, &database).await?;
    let checksum = verify(&copy.0, file).await?;
    let (schema, tables) = look_through(&copy.0, file).await?;
    if schema == Schema::Older {
        bring_forward(&copy.0).await?;
    }
    let hash = hash_of(&copy.0).await?;
    let old = if alone.is_log_of_another(&database) {
        Old::Broken
    } else {
        Old::close_to_others(&database).await?
    };
    copy.take_owner_of(&database)?;
    let put_aside = put_aside(&database, &old)?;
    let swapped = copy.take_place_of(&database);
    alone.forget_numbers();
    old.let_go().await;
    swapped?;

    if let Err(differs) = check(&database, hash, &tables, schema).await {
        take_back(&database, put_aside.as_deref())?;
        return Err(differs);
    }
    Ok(Restored {
        tables,
        put_aside: put_aside.map(|aside| aside.display().to_string()),
        migrated: schema == Schema::Older,
        engine: Engine::Sqlite,
        has_checksum: checksum == Verdict::Whole,
    })
}

/// Removes the database, unless someone has it open.
pub fn remove(database: &Path) -> Result<(), BackupError> {
    let Some(_alone) = guard::claim(database)? else {
        return Err(in_use(database));
    };
    let database = guard::real(database);
    tidy(&database)?;
    // The database last: without it, its log would be taken for that of the next one.
    for ending in SIDECARS.into_iter().chain([""]) {
        let file = beside(&database, ending);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(BackupError::file(&file)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn in_use(database: &Path) -> BackupError {
    BackupError::InUse(database.display().to_string())
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (std::fs::metadata(one), std::fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// A database that was copied by hand while it was open has its last changes beside it.
fn refuse_unmerged(file: &Path) -> Result<(), BackupError> {
    for ending in ["-wal", JOURNAL] {
        let log = beside(file, ending);
        let is_empty = std::fs::metadata(&log).map_or(true, |log| log.len() == 0);
        let is_cold = ending == JOURNAL && sqlite_file::is_cold_journal(&log);
        if !is_empty && !is_cold {
            return Err(BackupError::UnmergedLog(log));
        }
    }
    Ok(())
}

/// The backup's copy beside the database; removed when dropped, unless it has taken its place.
struct Copy(PathBuf);

impl Copy {
    /// Where the copy is while it is made. Only one restores at a time.
    fn name(database: &Path) -> PathBuf {
        let name = database.file_name().unwrap_or_default().to_string_lossy();
        folder_of(database).join(format!(".{name}{COPY}"))
    }

    async fn of(file: &Path, database: &Path) -> Result<Self, BackupError> {
        let copy = Self(Self::name(database));
        let (from, to) = (file.to_owned(), copy.0.clone());
        let hash = blocking(move || copy_file(&from, &to)).await?;
        if hash_of(&copy.0).await? == hash {
            Ok(copy)
        } else {
            Err(BackupError::Differs(copy.0.display().to_string()))
        }
    }

    /// So that the service can open it also if root restores.
    fn take_owner_of(&self, database: &Path) -> Result<(), BackupError> {
        let Ok(owner) = std::fs::metadata(database) else {
            return Ok(());
        };
        if guard::give_to(&self.0, &owner) {
            return Ok(());
        }
        Err(BackupError::file(database)(std::io::Error::new(
            std::io::ErrorKind::PermissionDenied,
            "请以运行服务的用户恢复 / restore as the user that runs the service",
        )))
    }

    fn take_place_of(&self, database: &Path) -> Result<(), BackupError> {
        std::fs::rename(&self.0, database).map_err(BackupError::file(database))?;
        sync_folder(database)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        remove_copy(&self.0);
    }
}

fn remove_copy(copy: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        // Mostly it is not there; if it cannot be removed it is in nobody's way.
        let _ = std::fs::remove_file(beside(copy, ending));
    }
}

fn copy_file(from: &Path, to: &Path) -> Result<FileHash, BackupError> {
    let mut source = File::open(from).map_err(BackupError::file(from))?;
    let mut copy = File::options()
        .create_new(true)
        .write(true)
        .mode(private::MODE)
        .open(to)
        .map_err(BackupError::file(to))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = source.read(&mut buffer).map_err(BackupError::file(from))?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        let written = copy.write_all(&buffer[..read]);
        written.map_err(BackupError::file(to))?;
    }
    copy.sync_all().map_err(BackupError::file(to))?;
    Ok(hasher.finalize().into())
}

async fn hash_of(path: &Path) -> Result<FileHash, BackupError> {
    let path = path.to_owned();
    blocking(move || {
        let hash = File::open(&path).and_then(checksum::hash_of);
        hash.map_err(BackupError::file(&path))
    })
    .await
}

/// Compares the copy of the backup `file` with the checksum in it.
async fn verify(copy: &Path, file: &Path) -> Result<Verdict, BackupError> {
    let copy = copy.to_owned();
    let verdict =
        blocking(move || checksum::verify_and_take_off(&copy).map_err(BackupError::file(&copy)));
    match verdict.await? {
        Verdict::Damaged => Err(BackupError::Damaged(format!(
            "{}: 校验和不符 / the checksum differs",
            file.display()
        ))),
        verdict => Ok(verdict),
    }
}

/// Looks for faults in the copy of the backup `file`, and counts its rows.
async fn look_through(
    copy: &Path,
    file: &Path,
) -> Result<(Schema, Vec<(String, u64)>), BackupError> {
    let damaged = |error: sqlx::Error| {
        if sqlite_file::is_damage(&error) {
            BackupError::Damaged(format!("{}: {error}", file.display()))
        } else {
            error.into()
        }
    };
    let mut opened = sqlite_file::open_as_it_is(copy).await.map_err(damaged)?;
    let faults = sqlite_file::faults(&mut opened, Thoroughly::Yes).await;
    if let Some(faults) = faults.map_err(damaged)? {
        return Err(BackupError::Damaged(format!(
            "{}: {faults}",
            file.display()
        )));
    }
    let applied = sqlite_file::applied(&mut opened).await.map_err(damaged)?;
    let schema = schema::compare(&applied)?;
    let version = applied.last().map_or(0, |last| last.version);
    if let Some(altered) = sqlite_file::altered(&mut opened, version).await? {
        return Err(BackupError::Damaged(format!(
            "{}: {altered} 与结构 {version} 不符 / is not that of schema {version}",
            file.display()
        )));
    }
    let counts = sqlite_file::counts(&mut opened).await.map_err(damaged)?;
    opened.close().await?;
    Ok((schema, counts))
}

/// Before it takes the database's place: if it cannot be done, the old database stays.
async fn bring_forward(copy: &Path) -> Result<(), BackupError> {
    let mut connection = SqliteConnectOptions::new()
        .filename(copy)
        .create_if_missing(false)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    MIGRATIONS.run(&mut connection).await?;
    let faults = sqlite_file::faults(&mut connection, Thoroughly::Yes).await?;
    connection.close().await?;
    match faults {
        None => Ok(()),
        Some(faults) => Err(BackupError::Damaged(faults)),
    }
}

/// The database that is to be put aside.
enum Old {
    /// Nothing is there.
    None,
    /// One file without a log; this connection keeps all others out, also programs that know nothing of
    /// our lock files.
    Closed(Box<SqliteConnection>),
    /// SQLite cannot read it: it may be why someone restores.
    Broken,
}

impl Old {
    async fn close_to_others(database: &Path) -> Result<Self, BackupError> {
        if !std::fs::metadata(database).is_ok_and(|database| database.len() > 0) {
            return Ok(Self::None);
        }
        // SQLite would delete the log of such a file as that of no database.
        if !sqlite_file::begins_as_one(database) {
            return Ok(Self::Broken);
        }
        match Self::fold_in(database).await {
            Ok(connection) => Ok(Self::Closed(Box::new(connection))),
            Err(error) if sqlite_file::is_busy(&error) => Err(in_use(database)),
            Err(error) if sqlite_file::is_damage(&error) => {
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
    async fn let_go(self) {
        if let Self::Closed(connection) = self {
            let _ = connection.close().await;
        }
    }
}

/// Gives the old database a second name, so that it always has one. What cannot be folded in goes with
/// it: it must not meet the new one.
fn put_aside(database: &Path, old: &Old) -> Result<Option<PathBuf>, BackupError> {
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
    if sqlite_file::is_cold_journal(&journal) {
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
    let part = beside(&Copy::name(database), ".old");
    let _ = std::fs::remove_file(&part);
    copy_file(database, &part)?;
    std::fs::rename(&part, aside).map_err(BackupError::file(aside))
}

/// Whether what stands there is what was looked through.
async fn check(
    database: &Path,
    hash: FileHash,
    tables: &[(String, u64)],
    schema: Schema,
) -> Result<(), BackupError> {
    if hash_of(database).await? != hash {
        return Err(BackupError::Differs(database.display().to_string()));
    }
    let mut opened = sqlite_file::open_as_it_is(database).await?;
    let faults = sqlite_file::faults(&mut opened, Thoroughly::Yes).await?;
    let counts = sqlite_file::counts(&mut opened).await?;
    opened.close().await?;
    if let Some(faults) = faults {
        return Err(BackupError::Differs(faults));
    }
    // A migration may change how many rows a table has.
    let differs = tables.iter().find(|table| !counts.contains(table));
    match differs {
        Some((table, rows)) if schema == Schema::Current => {
            Err(BackupError::Differs(format!("{table}: {rows}")))
        }
        _ => Ok(()),
    }
}

fn take_back(database: &Path, aside: Option<&Path>) -> Result<(), BackupError> {
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

fn return_sidecars(aside: &Path, database: &Path) -> Result<(), DbError> {
    for ending in SIDECARS {
        let (from, to) = (beside(aside, ending), beside(database, ending));
        if from.exists() && !to.exists() {
            std::fs::rename(&from, &to).map_err(guard::named(&from))?;
        }
    }
    Ok(())
}

/// The name of the database whose restore has left a copy of this name.
pub(in crate::db) fn database_of_copy(copy: &str) -> Option<&str> {
    let (database, _) = copy.strip_prefix('.')?.split_once(COPY)?;
    (!database.is_empty()).then_some(database)
}

/// [`tidy`] for a database that is not ours, unless someone opens it, has it open or restores it.
pub(in crate::db) fn tidy_if_free(database: &Path) {
    // Without their lock file nobody restores it, and none is made for it here.
    if !guard::was_locked(database) {
        let copy = Copy::name(database);
        remove_copy(&copy);
        let _ = std::fs::remove_file(beside(&copy, ".old"));
    } else if let Ok(Some(_alone)) = guard::claim(database)
        && let Err(error) = tidy(&guard::real(database))
    {
        tracing::warn!(
            "{}: what a restore has left stays: {error}",
            database.display()
        );
    }
}

/// Undoes what a restore has left that was killed before its switch. Only for who holds the right to open.
pub(in crate::db) fn tidy(database: &Path) -> Result<(), DbError> {
    let copy = Copy::name(database);
    remove_copy(&copy);
    let _ = std::fs::remove_file(beside(&copy, ".old"));
    // Two names for one database that is in use would each get a log of its own.
    let Ok(metadata) = std::fs::metadata(database) else {
        return Ok(());
    };
    if metadata.nlink() > 1 {
        for aside in second_names(database)? {
            return_sidecars(&aside, database)?;
            std::fs::remove_file(&aside).map_err(guard::named(&aside))?;
        }
    }
    Ok(())
}

/// What was to be put aside and is still the database.
fn second_names(database: &Path) -> Result<Vec<PathBuf>, DbError> {
    let folder = folder_of(database);
    let name = database.file_name().unwrap_or_default().to_string_lossy();
    let start = format!("{name}{PUT_ASIDE}");
    let entries = std::fs::read_dir(folder).map_err(guard::named(folder))?;
    Ok(entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&start))
        .map(|entry| entry.path())
        .filter(|path| is_same(path, database))
        .collect())
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn what_a_killed_restore_had_moved_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("qianshou.db");
        let log = beside(&database, "-wal");
        std::fs::write(&database, "old").unwrap();
        std::fs::write(&log, "old log").unwrap();
        put_aside(&database, &Old::Broken).unwrap();
        assert!(!log.exists());
        tidy(&database).unwrap();
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "old log");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
