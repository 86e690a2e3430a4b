//! Puts a backup in the place of the database: looks it through first, refuses while anyone has the
//! database open, puts aside what was there, and checks the result against the backup.
//!
//! Whatever happens in between (a fault, a full disk, `kill -9`, a power cut): the database is the old
//! one or the new one, whole. On SQLite the switch is one rename, on PostgreSQL one transaction.

mod aside;
mod copy;
mod postgres;
mod postgres_shape;
mod restored;
mod sqlite;
mod tidy;

use std::io::Read;
use std::path::Path;

pub(super) use self::copy::database_of_copy;
pub use self::restored::Restored;
pub use self::sqlite::remove;
pub(super) use self::tidy::{tidy, tidy_if_free};
use super::address::{Address, Engine};
use super::backup::BackupError;
use super::sqlite::header;

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
    if head == header::MAGIC {
        Ok(Engine::Sqlite)
    } else if head.starts_with(b"PGDMP") {
        Ok(Engine::Postgres)
    } else {
        Err(BackupError::NotABackup(file.to_owned()))
    }
}
