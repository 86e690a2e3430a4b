//! Saves the whole database to a new file while it is in use, without bringing it forward: a backup
//! before an upgrade is one of what was there.
//!
//! The file gets its name only when it is whole, safe from a power cut and looked through. Until then it
//! is in a hidden folder beside it, `.NAME.PROCESS.….part`, together with what SQLite keeps beside it. Who makes
//! a backup holds a lock on that folder; a later backup in the same place, of whatever name, clears away the
//! folders that nobody holds. A file of that name is never
//! replaced. All is readable by its owner only.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, test_kill_process};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tempfile::{NamedTempFile, TempDir};

use super::archive::{Archive, tool};
use super::schema::SchemaError;
use super::{
    Address, DbError, checksum, guard, incarnation, problem, restore, sqlite_file, without_password,
};

/// Schemas of PostgreSQL in which restores put aside what was there: not part of a backup.
pub(super) const PUT_ASIDE: &str = "before_restore_";
/// How the name of a folder ends in which a backup is made.
const PART: &str = ".part";
/// How often to make such a folder anew that another backup has cleared away.
const TRIES: u32 = 5;
/// How long to wait for a lock of another program.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a backup could not be made, or is not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The address or a file.
    #[error(transparent)]
    Db(DbError),
    /// The engine's own word.
    #[error("{0}")]
    Engine(#[source] sqlx::Error),
    /// There is no room left.
    #[error("磁盘空间不足 / no space left on the disk")]
    NoSpace,
    /// There is a file of that name.
    #[error("{0} 已存在，不会覆盖 / the file exists, and is not overwritten")]
    Exists(PathBuf),
    /// Nothing to be saved.
    #[error("{0} 处没有牵手数据库 / there is no database of this program")]
    NoDatabase(String),
    /// The backup is the database.
    #[error("{0} 就是数据库本身 / this file is the database itself")]
    SameFile(PathBuf),
    /// Someone has the database open.
    #[error(
        "数据库正在使用中（{0}）：请先停止服务及其他连接 / the database is in use; stop the service and others who are connected first"
    )]
    InUse(String),
    /// Neither kind of backup.
    #[error("{0} 不是本程序的备份文件 / not a backup of this program")]
    NotABackup(PathBuf),
    /// A backup of the other engine.
    #[error(
        "{file} 是 {of} 的备份，不能恢复到另一种数据库；请用 --database 指明 / a backup of {of}: name such a database by --database"
    )]
    OtherEngine {
        /// The backup.
        file: PathBuf,
        /// Its engine.
        of: super::Engine,
    },
    /// Its content is not whole.
    #[error("备份文件已损坏 / the backup is damaged: {0}")]
    Damaged(String),
    /// The database to be saved is not whole.
    #[error("数据库已损坏，备份未保留 / the database is damaged; no backup was kept: {0}")]
    Unsound(String),
    /// A database file whose last changes are in a file beside it.
    #[error(
        "{0} 中还有未写回的内容：这不是完整的备份；请用 sqlite3 打开一次后再试 / not a whole backup: its last changes stand in this file; open it once with sqlite3, then try again"
    )]
    UnmergedLog(PathBuf),
    /// Its schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A tool of PostgreSQL.
    #[error("{0}")]
    Tool(String),
    /// What was restored is not what was saved; it was taken back.
    #[error(
        "恢复后的内容与备份不符，已退回 / what was restored differs from the backup and was taken back: {0}"
    )]
    Differs(String),
}

impl BackupError {
    /// That a tool of PostgreSQL could not be run.
    pub(super) fn tool(name: &str, error: &io::Error) -> Self {
        Self::Tool(if error.kind() == io::ErrorKind::NotFound {
            format!(
                "没有找到 {name}，请安装 PostgreSQL 客户端工具 / {name} is not there: install PostgreSQL's client tools (Debian: postgresql-client)"
            )
        } else {
            format!("{name}: {error}")
        })
    }

    /// That a file could not be read or written.
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let named = guard::named(path);
        |error| named(error).into()
    }
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        if problem::is_full(&error) {
            return Self::NoSpace;
        }
        Self::Engine(error)
    }
}

impl From<DbError> for BackupError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NoSpace => Self::NoSpace,
            error => Self::Db(error),
        }
    }
}

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
    let place = guard::folder_of(file);
    clear_leftovers(place);
    let folder = PartFolder::beside(file)?;
    let part = NamedTempFile::new_in(folder.path()).map_err(BackupError::file(folder.path()))?;
    match address {
        Address::Sqlite(database) => save_sqlite(database, part.path()).await?,
        Address::Postgres(url) => save_postgres(url, part.path()).await?,
    }
    give_name(part, file)
}

/// A hidden folder beside the file to be made; removed when dropped.
struct PartFolder {
    /// Before the lock: the folder is gone when others may have the lock.
    folder: TempDir,
    /// Says that its process lives. The system gives it up however the process ends.
    _lock: Option<File>,
}

impl PartFolder {
    fn beside(file: &Path) -> Result<Self, BackupError> {
        // Another backup may take the new folder for one that was left, until it is locked.
        for _ in 0..TRIES {
            let folder = Self::make(file)?;
            let lock = match lock_folder(folder.path()) {
                Ok(None) => continue,
                Ok(lock) => lock,
                // A file system without locks: others look whether our process lives.
                Err(_) => None,
            };
            if folder.path().exists() {
                return Ok(Self {
                    folder,
                    _lock: lock,
                });
            }
        }
        let taken = io::Error::from(io::ErrorKind::ResourceBusy);
        Err(BackupError::file(file)(taken))
    }

    fn make(file: &Path) -> Result<TempDir, BackupError> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        tempfile::Builder::new()
            .prefix(&format!(".{name}.{}.", std::process::id()))
            .suffix(PART)
            .tempdir_in(guard::folder_of(file))
            .map_err(BackupError::file(file))
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Locks a folder; `None` where another has it locked, or it is gone.
fn lock_folder(path: &Path) -> io::Result<Option<File>> {
    let folder = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    match folder.try_lock() {
        Ok(()) => Ok(Some(folder)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Removes what backups and restores have left in a folder that were killed, of whatever name. What cannot be
/// removed is in nobody's way.
pub(super) fn clear_leftovers(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if let Some(process) = maker_of(&name) {
            clear_part(&entry.path(), process);
        } else if let Some(database) = restore::database_of_copy(&name) {
            restore::tidy_if_free(&folder.join(database));
        }
    }
}

/// The process in the name of a backup's folder, `.NAME.PROCESS.….part`.
fn maker_of(name: &str) -> Option<Pid> {
    let (name, _) = name
        .strip_prefix('.')?
        .strip_suffix(PART)?
        .rsplit_once('.')?;
    let (_, process) = name.rsplit_once('.')?;
    Pid::from_raw(process.parse().ok()?)
}

fn clear_part(part: &Path, process: Pid) {
    if !is_ours(part) {
        return;
    }
    let is_left = match lock_folder(part) {
        Ok(lock) => lock.is_some(),
        // A file system without locks.
        Err(_) => !lives(process),
    };
    if is_left {
        let _ = std::fs::remove_dir_all(part);
    }
}

/// Whether nothing is in a folder but the file that [`tempfile`] has named and what SQLite keeps beside it.
fn is_ours(part: &Path) -> bool {
    let is_folder = std::fs::symlink_metadata(part).is_ok_and(|part| part.is_dir());
    let entries = std::fs::read_dir(part).into_iter().flatten().flatten();
    is_folder
        && entries
            .map(|entry| entry.file_name())
            .all(|name| name.to_string_lossy().starts_with(".tmp"))
}

fn lives(process: Pid) -> bool {
    test_kill_process(process) != Err(rustix::io::Errno::SRCH)
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
    if sqlite_file::applied(&mut connection).await?.is_empty() {
        return Err(BackupError::NoDatabase(database.display().to_string()));
    }
    let saved = vacuum_into(&mut connection, part).await;
    connection.close().await?;
    saved?;
    incarnation::renew(part).map_err(BackupError::file(part))?;
    let mut saved = sqlite_file::open_as_it_is(part).await?;
    let faults = sqlite_file::faults(&mut saved, sqlite_file::Thoroughly::No).await;
    saved.close().await?;
    if let Some(faults) = faults? {
        return Err(BackupError::Unsound(faults));
    }
    let path = part.to_owned();
    blocking(move || checksum::append(&path).map_err(BackupError::file(&path))).await
}

/// Reads or writes whole files where it keeps nobody waiting.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(BackupError::Tool(error.to_string())))
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

/// Makes the names in a file's folder durable.
pub(super) fn sync_folder(file: &Path) -> Result<(), BackupError> {
    let folder = guard::folder_of(file);
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(BackupError::file(folder))
}
