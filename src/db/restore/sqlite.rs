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

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::aside::{JOURNAL, Old, in_use, is_same, put_aside, take_back};
use super::copy::{Copy, hash_of};
use super::restored::Restored;
use super::tidy::tidy;
use crate::db::address::Engine;
use crate::db::backup::BackupError;
use crate::db::backup::checksum::{self, FileHash, Verdict};
use crate::db::backup::disk::blocking;
use crate::db::leftovers::clear_leftovers;
use crate::db::schema::{self, MIGRATIONS, Schema};
use crate::db::sqlite::content::{self, Thoroughly};
use crate::db::sqlite::names::{SIDECARS, beside, folder_of};
use crate::db::sqlite::{guard, names};

pub(super) async fn restore(database: &Path, file: &Path) -> Result<Restored, BackupError> {
    if is_same(database, file) {
        return Err(BackupError::SameFile(file.to_owned()));
    }
    refuse_unmerged(file)?;
    let Some(alone) = guard::claim(database)? else {
        return Err(in_use(database));
    };
    let database = names::real(database);
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
    let database = names::real(database);
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

/// A database that was copied by hand while it was open has its last changes beside it.
fn refuse_unmerged(file: &Path) -> Result<(), BackupError> {
    for ending in ["-wal", JOURNAL] {
        let log = beside(file, ending);
        let is_empty = std::fs::metadata(&log).map_or(true, |log| log.len() == 0);
        let is_cold = ending == JOURNAL && content::is_cold_journal(&log);
        if !is_empty && !is_cold {
            return Err(BackupError::UnmergedLog(log));
        }
    }
    Ok(())
}

/// Compares the copy of the backup `file` with the checksum in it.
async fn verify(copy: &Path, file: &Path) -> Result<Verdict, BackupError> {
    let copy = copy.to_owned();
    let verdict =
        blocking(move || checksum::verify_and_take_off(&copy).map_err(BackupError::file(&copy)));
    match verdict.await? {
        Verdict::Damaged => Err(BackupError::Damaged(format!(
            "{}：校验和不符 / the checksum differs",
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
        if content::is_damage(&error) {
            BackupError::Damaged(format!("{}: {error}", file.display()))
        } else {
            error.into()
        }
    };
    let mut opened = content::open_as_it_is(copy).await.map_err(damaged)?;
    let faults = content::faults(&mut opened, Thoroughly::Yes).await;
    if let Some(faults) = faults.map_err(damaged)? {
        return Err(BackupError::Damaged(format!(
            "{}: {faults}",
            file.display()
        )));
    }
    let applied = content::applied(&mut opened).await.map_err(damaged)?;
    let schema = schema::compare(&applied)?;
    let version = applied.last().map_or(0, |last| last.version);
    if let Some(altered) = content::altered(&mut opened, version).await? {
        return Err(BackupError::Damaged(format!(
            "{}：{altered} 与结构 {version} 不符 / is not that of schema {version}",
            file.display()
        )));
    }
    let counts = content::counts(&mut opened).await.map_err(damaged)?;
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
    let faults = content::faults(&mut connection, Thoroughly::Yes).await?;
    connection.close().await?;
    match faults {
        None => Ok(()),
        Some(faults) => Err(BackupError::Damaged(faults)),
    }
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
    let mut opened = content::open_as_it_is(database).await?;
    let faults = content::faults(&mut opened, Thoroughly::Yes).await?;
    let counts = content::counts(&mut opened).await?;
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
