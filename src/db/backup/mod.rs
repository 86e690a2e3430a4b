//! Saves the whole database to a new file while it is in use, without bringing it forward: a backup
//! before an upgrade is one of what was there.
//!
//! The file gets its name only when it is complete, safe from a power cut and checked. Until then it is in
//! a hidden folder beside it, `.NAME.PROCESS.….part`, together with what SQLite keeps beside it. A backup
//! holds a lock on that folder while it runs; a later backup in the same place, of whatever name, removes
//! the folders that are not locked. A file of that name is never replaced. All is readable by its owner
//! only.

mod error;

pub(super) mod archive;
pub(super) mod checksum;
pub(super) mod digest;
pub(super) mod disk;
pub(super) mod part;

use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tempfile::NamedTempFile;

use self::archive::{Archive, PUT_ASIDE, tool};
use self::disk::{blocking, sync_folder};
pub use self::error::BackupError;
use self::part::PartFolder;
use super::address::{Address, without_password};
use super::leftovers::clear_leftovers;
use super::sqlite::{content, guard, header, names};

/// How long to wait for a lock of another program.
const PATIENCE: Duration = Duration::from_secs(30);

/// Saves the database at `url` to `file`, which must not exist.
pub async fn backup(url: &str, file: &Path) -> Result<(), BackupError> {
    if file.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    let address = Address::parse(url)?;
    if let Address::Sqlite(database) = address
        && !database.exists()
    {
        return Err(BackupError::NoDatabase(database.display().to_string()));
    }
    let place = names::folder_of(file);
    clear_leftovers(place);
    let folder = PartFolder::beside(file)?;
    let part = NamedTempFile::new_in(folder.path()).map_err(BackupError::file(folder.path()))?;
    match address {
        Address::Sqlite(database) => save_sqlite(database, part.path()).await?,
        Address::Postgres(url) => save_postgres(url, part.path()).await?,
    }
    give_name(part, file)
}

/// On a connection of its own: neither the writer nor a reader of the service waits for it, and what is
/// written meanwhile goes on to the write-ahead log.
async fn save_sqlite(database: &Path, part: &Path) -> Result<(), BackupError> {
    let (_, _in_use) = guard::enter(database).await?;
    let mut connection = SqliteConnectOptions::new()
        .filename(database)
        .busy_timeout(PATIENCE)
        .connect()
        .await?;
    if content::applied(&mut connection).await?.is_empty() {
        return Err(BackupError::NoDatabase(database.display().to_string()));
    }
    let saved = vacuum_into(&mut connection, part).await;
    connection.close().await?;
    saved?;
    header::renew(part).map_err(BackupError::file(part))?;
    let mut saved = content::open_as_it_is(part).await?;
    let faults = content::faults(&mut saved, content::Thoroughly::No).await;
    saved.close().await?;
    if let Some(faults) = faults? {
        return Err(BackupError::Unsound(faults));
    }
    let path = part.to_owned();
    blocking(move || checksum::append(&path).map_err(BackupError::file(&path))).await
}

async fn vacuum_into(connection: &mut SqliteConnection, part: &Path) -> Result<(), BackupError> {
    sqlx::query("VACUUM INTO $1")
        .bind(part.to_string_lossy().into_owned())
        .execute(connection)
        .await?;
    Ok(())
}

async fn save_postgres(url: &str, part: &Path) -> Result<(), BackupError> {
    let (url, password) = without_password(url);
    let output = tool("pg_dump")
        .args(["--format=custom", "--encoding=UTF8", "--no-password"])
        .arg(format!("--exclude-schema={PUT_ASIDE}*"))
        .arg("--file")
        .arg(part)
        .arg(url)
        .env("PGTZ", "UTC")
        .envs(password.map(|password| ("PGPASSWORD", password)))
        .output()
        .await
        .map_err(|error| BackupError::tool("pg_dump", &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(if said.contains("No space left on device") {
            BackupError::NoSpace
        } else {
            BackupError::Tool(format!("备份失败 / backup failed: {}", said.trim()))
        });
    }
    match Archive::open(part).await {
        Err(BackupError::Schema(_)) => Err(BackupError::NoDatabase("PostgreSQL".to_owned())),
        other => other.map(|_| ()),
    }
}

/// Makes the file durable and gives it its name, unless another took that meanwhile.
fn give_name(part: NamedTempFile, file: &Path) -> Result<(), BackupError> {
    part.as_file().sync_all().map_err(BackupError::file(file))?;
    match part.persist_noclobber(file) {
        Ok(_) => {}
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(BackupError::Exists(file.to_owned()));
        }
        // Some file systems (exFAT) know neither a rename that does not replace nor hard links.
        Err(refused) if file.symlink_metadata().is_err() => {
            let named = refused.file.persist(file);
            named.map_err(|refused| BackupError::file(file)(refused.error))?;
        }
        Err(_) => return Err(BackupError::Exists(file.to_owned())),
    }
    sync_folder(file)
}
