//! The database: the only room that knows which engine runs.
//!
//! A [`Db`] gives transactions and nothing else, so that every question is answered from one
//! snapshot and every change is whole or not there:
//!
//! - [`Db::read`]: a snapshot that stays the same for all its queries and blocks nobody.
//! - [`Db::write`]: the one writer. On both engines a second writer waits (SQLite has one writer
//!   connection and `BEGIN IMMEDIATE`; on PostgreSQL the writers queue at an advisory lock). A
//!   county's offices write a few times a second, each for milliseconds, and in return every rule
//!   may read, decide and write without thinking of what another request does meanwhile. What a
//!   constraint can say as well, the schema says too.
//!
//! SQL stands once, in the words that both engines understand; [`on!`](crate::on) runs it on the
//! one that is there:
//!
//! ```text
//! on!(tx, conn => sqlx::query_as::<_, Unit>("SELECT id, name FROM unit WHERE id = $1")
//!     .bind(id).fetch_optional(conn).await)?
//! ```

mod archive;
mod backup;
mod bulk;
mod checksum;
mod column;
mod conditions;
mod cursor;
mod digest;
mod file;
mod guard;
mod ids;
mod incarnation;
mod mention;
pub mod outcome;
pub mod page;
mod plans;
mod postgres_shape;
mod problem;
mod pulse;
mod restore;
mod schema;
mod sqlite_file;
mod transaction;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgPool, Postgres, Sqlite, SqlitePool};

pub use backup::{BackupError, backup};
pub use bulk::{Inserts, MAX_ROWS, insert_text, rows_at_once};
pub use column::Json;
pub use conditions::{Value, Where};
pub use cursor::{CursorKey, SealError};
use file::DatabaseFile;
pub use ids::Ids;
use incarnation::OpenHeader;
pub use mention::{Mention, Subject, mentions};
pub use plans::note_error;
pub use problem::{SCHEMA_CHANGED, storage_full, tells_of_full_disk, will_pass};
use pulse::Reach;
pub use pulse::{Pulse, known_schema};
pub use restore::{Restored, remove, restore};
pub use schema::SchemaError;
use transaction::is_clean;
pub use transaction::{Transaction, Tx};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// How long a writer waits for another before it gives up, and a reader for a free connection. The
/// longest that anyone writes is the switch of an import: a million persons take about ten seconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// Readers at once. SQLite reads from the page cache; more than a few only add memory.
const READERS: u32 = 8;
/// Connections of their own for who is there and whether all is well: neither reports nor writers who
/// wait can take these.
const ACCESS: u32 = 4;
/// PostgreSQL connections for writers: one writes, the others stand at its lock so that no time is
/// lost between two; whoever comes later waits for a connection.
const WRITERS: u32 = 4;
/// Pages that SQLite's writer keeps in memory, in KiB below zero. With the usual 2 MiB, the switch of a
/// large import writes and reads the pages of its indexes again and again: it takes twice as long.
const WRITER_CACHE: &str = "-65536";
/// Rows that SQLite's thread may be ahead of who reads them. With the usual 50, reading a county's
/// households is mostly the two waking each other.
const ROWS_ON_THE_WAY: usize = 1_000;
/// The advisory lock at which writers of one PostgreSQL database queue ("qianshou" in ASCII).
const WRITER_LOCK: i64 = 0x7169_616e_7368_6f75;
/// The one at which those queue who write sessions and attempts to log in.
const ACCESS_LOCK: i64 = WRITER_LOCK + 1;

/// Why the database could not be opened or moved forward.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The address names no engine that we know.
    #[error(
        "数据库地址无效，应为 sqlite:文件 或 postgres://… / unknown database address, expected sqlite:FILE or postgres://…"
    )]
    Address,
    /// The engine's own word.
    #[error("{0}")]
    Engine(#[source] sqlx::Error),
    /// There is no room left.
    #[error(
        "磁盘空间不足，数据库无法打开；请清理空间后重试 / no space left on the disk: the database cannot be opened; make room, then try again"
    )]
    NoSpace,
    /// A migration could not be applied.
    #[error("数据库结构升级失败 / migration failed: {0}")]
    Migration(#[source] MigrateError),
    /// A file beside the database.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no database there, and nobody has said that one is to be made.
    #[error(
        "{path} 处没有登记库（文件不存在或为空）。如确实要新建一个空的登记库，请加 --create；否则请检查路径，或用 qianshou restore 恢复备份 / no database at {path}: add --create to make a new, empty one, or look at the path, or `qianshou restore` a backup",
        path = .0.display()
    )]
    Missing(PathBuf),
    /// The log of another database stands beside it.
    #[error(
        "{path} 是别的数据库：旁边的日志（-wal）不是它的，合并会毁掉它，因此没有打开，也没有做任何改动。请放回原来的数据库文件，或用 qianshou restore 恢复备份；如确认日志属于该文件，请删除 {path}.in-use 后重试 / {path} is another database than the one whose log (-wal) stands beside it; nothing was opened or changed. Put the file back that was there, or `qianshou restore` a backup; if you are sure that the log is this file's, delete {path}.in-use and try again",
        path = .0.display()
    )]
    ForeignLog(PathBuf),
    /// The database belongs to another program.
    #[error(
        "{0} 是其他程序的数据库（没有牵手的结构），为避免损坏，没有做任何改动 / {0} is a database of another program; nothing was changed"
    )]
    Foreign(String),
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        if problem::is_full(&error) {
            return Self::NoSpace;
        }
        Self::Engine(error)
    }
}

impl From<MigrateError> for DbError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _)
                if problem::is_full(&cause) =>
            {
                Self::NoSpace
            }
            error => Self::Migration(error),
        }
    }
}

/// An open database of either engine.
#[derive(Clone, Debug)]
pub enum Db {
    /// A file inside the program.
    Sqlite {
        /// One connection: the writer.
        writer: SqlitePool,
        /// Several that only read.
        readers: SqlitePool,
        /// Those that only read who is there and whether all is well.
        access: SqlitePool,
        /// The file.
        file: Arc<DatabaseFile>,
        /// That it is open here; nothing without a file.
        in_use: Option<Arc<guard::InUse>>,
        /// How it was last.
        pulse: Arc<pulse::Kept>,
        /// Seals the cursors of its lists.
        cursors: Arc<OnceLock<CursorKey>>,
    },
    /// A server that speaks PostgreSQL's protocol.
    Postgres {
        /// Connections for writers, most of whom wait.
        writers: PgPool,
        /// Connections for readers.
        readers: PgPool,
        /// Connections for who is there and whether all is well.
        access: PgPool,
        /// How long a writer waits for another.
        patience: Duration,
        /// How it was last.
        pulse: Arc<pulse::Kept>,
        /// Seals the cursors of its lists.
        cursors: Arc<OnceLock<CursorKey>>,
        /// Whether the server answers at all.
        reach: Arc<Reach>,
    },
}

/// Whether a database may be made where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It must be there.
    Never,
    /// If there was none there before, by what is left beside it.
    First,
    /// If not even its folder is there: a folder that this program alone uses was made when it first began, and
    /// that it is empty does not mean that there was nothing.
    FirstWithFolder,
    /// Yes.
    Allowed,
}

/// A database that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The database.
    pub db: Db,
    /// Whether there was none before.
    pub made: bool,
}

/// When what a transaction writes is safe from a power cut.
#[derive(Clone, Copy, Debug)]
enum Durability {
    /// When it is committed.
    AtOnce,
    /// Some time later, never after what is committed later.
    Later,
}

/// Which engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The one inside the program.
    Sqlite,
    /// A server that speaks PostgreSQL's protocol.
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

impl Db {
    /// Opens the database at `url` (`sqlite:FILE` or `postgres://…`), makes it if it is not there,
    /// and brings it to this program's schema. Two programs that start at once wait for each other.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        let opened = Self::open_with(url, Creation::Allowed, PATIENCE).await?;
        Ok(opened.db)
    }

    /// [`open`](Self::open), which makes it only where that is allowed, and says whether it did.
    pub async fn open_or_create(url: &str, creation: Creation) -> Result<Opened, DbError> {
        Self::open_with(url, creation, PATIENCE).await
    }

    /// [`open_or_create`](Self::open_or_create), with another time that a writer waits for the writer
    /// before it.
    pub async fn open_with(
        url: &str,
        creation: Creation,
        patience: Duration,
    ) -> Result<Opened, DbError> {
        match Address::parse(url)? {
            Address::Postgres(url) => Self::open_postgres(url, creation, patience).await,
            Address::Sqlite(path) => Self::open_sqlite(path, creation, patience).await,
        }
    }

    /// A database that is not there: to write the `OpenAPI` document, which asks nothing of it.
    pub fn nowhere() -> Self {
        let pool =
            SqlitePoolOptions::new().connect_lazy_with(SqliteConnectOptions::new().in_memory(true));
        Self::Sqlite {
            writer: pool.clone(),
            readers: pool.clone(),
            access: pool,
            file: Arc::default(),
            in_use: None,
            pulse: Arc::default(),
            cursors: Arc::default(),
        }
    }

    /// A lock file beside the database keeps two starters apart: neither the switch to WAL nor
    /// sqlx's migrations wait for another who does the same.
    async fn open_sqlite(
        path: &Path,
        creation: Creation,
        patience: Duration,
    ) -> Result<Opened, DbError> {
        let may_be_made = match creation {
            Creation::Allowed => true,
            Creation::First => !guard::was_opened(path),
            Creation::FirstWithFolder => !guard::has_folder(path),
            Creation::Never => false,
        };
        let missing = || DbError::Missing(path.to_owned());
        if !may_be_made && file::is_missing(path) {
            return Err(missing());
        }
        let (_held_to_the_end, in_use) = guard::enter(path).await?;
        restore::tidy(&guard::real(path))?;
        let found = if file::is_missing(path) {
            Found::Nothing
        } else {
            found_in_sqlite(path).await?
        };
        match found {
            Found::Foreign => return Err(DbError::Foreign(path.display().to_string())),
            Found::Nothing if !may_be_made => return Err(missing()),
            Found::Nothing | Found::Ours => guard::make_private(path)?,
        }
        let real = guard::real(path);
        let mut header = OpenHeader::before_opening(&real).map_err(guard::named(&real))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(may_be_made)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(patience)
            .row_buffer_size(ROWS_ON_THE_WAY);
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(patience)
                .before_acquire(|connection, _| {
                    let clean = is_clean::<Sqlite>(connection);
                    Box::pin(async move { Ok(clean) })
                })
        };
        let writer = pool(1)
            .connect_with(options.clone().pragma("cache_size", WRITER_CACHE))
            .await?;
        MIGRATIONS.run(&writer).await?;
        header.settle(&writer, &in_use).await;
        let reading = options.pragma("query_only", "ON");
        let mut anchor = reading.connect().await?;
        sqlx::query("SELECT count(*) FROM heartbeat")
            .execute(&mut anchor)
            .await?;
        let file = DatabaseFile::of(&real, header, anchor).map_err(|_| missing())?;
        let db = Self::Sqlite {
            writer,
            readers: pool(READERS).connect_lazy_with(reading.clone()),
            access: pool(ACCESS).connect_lazy_with(reading),
            file: Arc::new(file),
            in_use: Some(Arc::new(in_use)),
            pulse: Arc::default(),
            cursors: Arc::default(),
        };
        db.keep_cursor_key().await?;
        Ok(Opened {
            db,
            made: found == Found::Nothing,
        })
    }

    /// Whoever has made an empty database on a server and serves it wants a register in it: it needs no
    /// further word, as a file that may have been deleted does.
    async fn open_postgres(
        url: &str,
        creation: Creation,
        patience: Duration,
    ) -> Result<Opened, DbError> {
        let options = PgConnectOptions::from_str(url)?;
        let pool = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(patience)
                .before_acquire(|connection, meta| {
                    let usable = is_clean::<Postgres>(connection) && plans::are_good(meta.age);
                    Box::pin(async move { Ok(usable) })
                })
        };
        let writers = pool(WRITERS).connect_with(options.clone()).await?;
        let found = found_in_postgres(&writers).await?;
        let name = || options.get_database().unwrap_or_default().to_owned();
        match found {
            Found::Foreign => return Err(DbError::Foreign(name())),
            Found::Nothing if creation == Creation::Never => {
                return Err(DbError::Missing(name().into()));
            }
            Found::Nothing | Found::Ours => {}
        }
        // Guarded against another starter by sqlx's own advisory lock.
        MIGRATIONS.run(&writers).await?;
        let db = Self::Postgres {
            writers,
            readers: pool(READERS).connect_lazy_with(options.clone()),
            access: pool(ACCESS).connect_lazy_with(options.clone()),
            patience,
            pulse: Arc::default(),
            cursors: Arc::default(),
            reach: Arc::new(Reach::of(options)),
        };
        db.keep_cursor_key().await?;
        Ok(Opened {
            db,
            made: found == Found::Nothing,
        })
    }

    /// Begins to read: all queries of this transaction see one state of the database.
    pub async fn read(&self) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite { readers, file, .. } => read_sqlite(readers, file).await,
            Self::Postgres { readers, reach, .. } => {
                reach.while_waiting(read_postgres(readers)).await
            }
        }
    }

    /// [`read`](Self::read) for those who ask who is there or whether all is well: never behind the
    /// readers of records.
    pub async fn read_access(&self) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite { access, file, .. } => read_sqlite(access, file).await,
            Self::Postgres { access, reach, .. } => {
                let begin = Transaction::begin(access, READ_ACCESS);
                reach.while_waiting(begin).await.map(Tx::Postgres)
            }
        }
    }

    /// Begins to write, after any other writer has ended. What is committed survives a power cut.
    pub async fn write(&self) -> Result<Tx, sqlx::Error> {
        self.begin_to_write(Durability::AtOnce).await
    }

    /// Begins to write what can be made again: a power cut may take the last of it back, as long as
    /// nothing was committed by [`write`](Self::write) since. Does not wait for the disk.
    pub async fn write_deferred(&self) -> Result<Tx, sqlx::Error> {
        self.begin_to_write(Durability::Later).await
    }

    /// Begins to write who is there: sessions and attempts to log in, one at a time. On PostgreSQL this
    /// does not wait for the writer of records, so that a long import keeps nobody out; records that
    /// are read in it another may be changing. SQLite has one writer for all.
    pub async fn write_access(&self) -> Result<Tx, sqlx::Error> {
        self.begin_to_write_access(Durability::AtOnce).await
    }

    /// [`write_access`](Self::write_access) of what may be lost in a power cut, as by
    /// [`write_deferred`](Self::write_deferred).
    pub async fn write_access_deferred(&self) -> Result<Tx, sqlx::Error> {
        self.begin_to_write_access(Durability::Later).await
    }

    /// In a transaction of [`write`](Self::write): log-ins wait until it ends, as they wait for each
    /// other. To be called before an account is read that is to be changed, or its failed log-ins or
    /// devices: without it the two lock the same rows in another order, and PostgreSQL ends one of them.
    /// The order of the locks is this one after the writers', nowhere the other way round.
    pub async fn hold_access(tx: &mut Tx) -> Result<(), sqlx::Error> {
        match tx {
            Tx::Sqlite(..) => Ok(()),
            Tx::Postgres(transaction) => lock_postgres(transaction, ACCESS_LOCK).await,
        }
    }

    async fn begin_to_write_access(&self, durability: Durability) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite { .. } => self.begin_to_write(durability).await,
            Self::Postgres {
                access,
                patience,
                reach,
                ..
            } => {
                let begin = write_postgres(access, ACCESS_LOCK, durability, *patience);
                reach.while_waiting(begin).await
            }
        }
    }

    async fn begin_to_write(&self, durability: Durability) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite { writer, file, .. } => {
                file.check()?;
                // With WAL, FULL makes a commit survive a power cut; NORMAL may lose the last ones.
                let begin = match durability {
                    Durability::AtOnce => "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
                    Durability::Later => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
                };
                let mut transaction = Transaction::begin(writer, begin).await?;
                incarnation::count_transaction(&mut transaction).await?;
                Ok(Tx::Sqlite(transaction, file.clone()))
            }
            Self::Postgres {
                writers,
                patience,
                reach,
                ..
            } => {
                let begin = write_postgres(writers, WRITER_LOCK, durability, *patience);
                reach.while_waiting(begin).await
            }
        }
    }

    /// Which engine runs.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }

    /// Waits for what is under way and closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite {
                writer,
                readers,
                access,
                file,
                in_use,
                ..
            } => {
                access.close().await;
                readers.close().await;
                writer.close().await;
                let is_overwritten = file.is_overwritten();
                match file.take_anchor() {
                    // When the last connection is closed, SQLite writes the log into the file: into another
                    // database than the log's. The connection ends with the process.
                    Some(anchor) if is_overwritten => std::mem::forget(anchor),
                    // It has done nothing, and the process ends.
                    Some(anchor) => drop(anchor.close().await),
                    None => {}
                }
                if let Some(in_use) = in_use {
                    in_use.end();
                }
            }
            Self::Postgres {
                writers,
                readers,
                access,
                ..
            } => {
                access.close().await;
                readers.close().await;
                writers.close().await;
            }
        }
    }
}

async fn read_sqlite(pool: &SqlitePool, file: &Arc<DatabaseFile>) -> Result<Tx, sqlx::Error> {
    file.check()?;
    let transaction = Transaction::begin(pool, "BEGIN").await?;
    Ok(Tx::Sqlite(transaction, file.clone()))
}

async fn read_postgres(pool: &PgPool) -> Result<Tx, sqlx::Error> {
    let mut transaction = Transaction::begin(pool, READ).await?;
    // By itself, so that a lock that cannot be had is rolled back like any other failure.
    sqlx::raw_sql(LOCK_READ).execute(&mut *transaction).await?;
    Ok(Tx::Postgres(transaction))
}

async fn write_postgres(
    pool: &PgPool,
    lock: i64,
    durability: Durability,
    patience: Duration,
) -> Result<Tx, sqlx::Error> {
    let mut transaction = Transaction::begin(pool, "BEGIN").await?;
    sqlx::query(
        "SELECT set_config('lock_timeout', $1, true), set_config('synchronous_commit', $2, true)",
    )
    .bind(format!("{}ms", patience.as_millis()))
    .bind(match durability {
        Durability::AtOnce => "on",
        Durability::Later => "off",
    })
    .execute(&mut *transaction)
    .await?;
    lock_postgres(&mut transaction, lock).await?;
    Ok(Tx::Postgres(transaction))
}

async fn lock_postgres(
    transaction: &mut Transaction<Postgres>,
    lock: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(lock)
        .execute(&mut **transaction)
        .await
        .map(|_| ())
        .map_err(waited_in_vain)
}

/// Who has waited for another writer for too long was in the queue of a pool whose connections are the
/// locks.
fn waited_in_vain(error: sqlx::Error) -> sqlx::Error {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    if code.as_deref() == Some(problem::POSTGRES_NO_LOCK) {
        return sqlx::Error::PoolTimedOut;
    }
    error
}

/// How a reader begins on PostgreSQL, whose snapshot is taken by its first query.
///
/// To a snapshot from before, PostgreSQL shows a table that another program has written anew meanwhile
/// (`ALTER TABLE … TYPE`) as empty. So the tables that nearly all questions are about are locked before
/// the snapshot is taken, in the mode in which reading locks them anyway. A reader waits for no lock but
/// that of who is changing a table; it ends as [`SCHEMA_CHANGED`], and the request begins anew.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const LOCK_READ: &str = "SET LOCAL lock_timeout = '20ms'; \
    LOCK TABLE unit, staff, household, member, pairing, visit, benefit, help_plan, lift, lift_step, import, \
    setting IN ACCESS SHARE MODE";
/// How those begin on PostgreSQL who ask who is there: each query has a snapshot of its own, taken after
/// its locks.
const READ_ACCESS: &str = "BEGIN READ ONLY; SET LOCAL lock_timeout = '10s'";

/// What is in a database before it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    Ours,
    Foreign,
}

impl Found {
    fn of((tables, ours): (i64, i64)) -> Self {
        match (tables, ours) {
            (0, _) => Self::Nothing,
            (_, 0) => Self::Foreign,
            _ => Self::Ours,
        }
    }
}

/// Looks without changing anything: even the switch to WAL would be a change.
async fn found_in_sqlite(path: &Path) -> Result<Found, sqlx::Error> {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .connect()
        .await?;
    let counts = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE name = '_sqlx_migrations')
         FROM sqlite_master WHERE type = 'table'",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(Found::of(counts))
}

async fn found_in_postgres(pool: &PgPool) -> Result<Found, sqlx::Error> {
    let counts = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE table_name = '_sqlx_migrations')
         FROM information_schema.tables WHERE table_schema = current_schema()",
    )
    .fetch_one(pool)
    .await?;
    Ok(Found::of(counts))
}

/// Where a database is.
#[derive(Clone, Copy, Debug)]
enum Address<'a> {
    /// A file.
    Sqlite(&'a Path),
    /// A server's address.
    Postgres(&'a str),
}

impl<'a> Address<'a> {
    fn parse(url: &'a str) -> Result<Self, DbError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url));
        }
        let path = url.strip_prefix("sqlite:").ok_or(DbError::Address)?;
        Ok(Self::Sqlite(Path::new(
            path.strip_prefix("//").unwrap_or(path),
        )))
    }
}

/// The address without its password, and the password: what stands on a command line, everyone on
/// the machine can read.
fn without_password(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return (url.to_owned(), None);
    };
    let authority_ends = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_ends);
    let Some(((user, password), host)) = authority
        .rsplit_once('@')
        .and_then(|(user, host)| Some((user.split_once(':')?, host)))
    else {
        return (url.to_owned(), None);
    };
    let password = percent_encoding::percent_decode_str(password).decode_utf8_lossy();
    (
        format!("{scheme}://{user}@{host}{path}"),
        Some(password.into_owned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_address() {
        let split = |url| {
            let (url, password) = without_password(url);
            format!("{url} {}", password.unwrap_or_default())
        };
        assert_eq!(
            split("postgres://u:a%40b@h:1/d?x=y"),
            "postgres://u@h:1/d?x=y a@b"
        );
        assert_eq!(split("postgres://u@h/d"), "postgres://u@h/d ");
        assert_eq!(split("postgres://h?a=b:c@d"), "postgres://h?a=b:c@d ");
    }
}
