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
mod column;
mod digest;
mod guard;
mod ids;
mod mention;
pub mod page;
mod problem;
mod restore;
mod schema;
mod sqlite_file;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

pub use backup::{BackupError, backup};
pub use bulk::{Inserts, MAX_ROWS, insert_text, rows_at_once};
pub use column::Json;
pub use ids::Ids;
pub use mention::{Mention, Subject, mentions};
pub use restore::{Restored, remove, restore};
pub use schema::SchemaError;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// How long a writer waits for another before it gives up, and a reader for a free connection. The
/// longest that anyone writes is the switch of an import: a million persons take about ten seconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// Readers at once. SQLite reads from the page cache; more than a few only add memory.
const READERS: u32 = 8;
/// Pages that SQLite's writer keeps in memory, in KiB below zero. With the usual 2 MiB, the switch of a
/// large import writes and reads the pages of its indexes again and again: it takes twice as long.
const WRITER_CACHE: &str = "-65536";
/// Rows that SQLite's thread may be ahead of who reads them. With the usual 50, reading a county's
/// households is mostly the two waking each other.
const ROWS_ON_THE_WAY: usize = 1_000;
/// The advisory lock at which writers of one PostgreSQL database queue ("qianshou" in ASCII).
const WRITER_LOCK: i64 = 0x7169_616e_7368_6f75;

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
    Engine(#[from] sqlx::Error),
    /// A migration could not be applied.
    #[error("数据库结构升级失败 / migration failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A file beside the database.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
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
        /// That it is open here; nothing without a file.
        in_use: Option<Arc<guard::InUse>>,
    },
    /// A server that speaks PostgreSQL's protocol.
    Postgres {
        /// Connections for readers and writers.
        pool: PgPool,
        /// How long a writer waits for another.
        patience: Duration,
    },
}

/// When what a transaction writes is safe from a power cut.
#[derive(Clone, Copy, Debug)]
enum Lasting {
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

/// A transaction on either engine, see [`Db::read`] and [`Db::write`]. Dropped without
/// [`commit`](Tx::commit), it never happened.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one expression on the connection of whichever engine the transaction is on. The expression
/// is compiled for each, so a statement is written once and native types stay.
#[macro_export]
macro_rules! on {
    ($tx:expr, $connection:ident => $body:expr) => {
        match $tx {
            $crate::db::Tx::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::db::Tx::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}

impl Db {
    /// Opens the database at `url` (`sqlite:FILE` or `postgres://…`) and brings it to this
    /// program's schema. Two programs that start at once wait for each other.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        Self::open_with(url, PATIENCE).await
    }

    /// [`open`](Self::open), with another time that a writer waits for the writer before it.
    pub async fn open_with(url: &str, patience: Duration) -> Result<Self, DbError> {
        match Address::parse(url)? {
            Address::Postgres(url) => Self::open_postgres(url, patience).await,
            Address::Sqlite(path) => Self::open_sqlite(path, patience).await,
        }
    }

    /// A database that is not there: to write the `OpenAPI` document, which asks nothing of it.
    pub fn nowhere() -> Self {
        let pool =
            SqlitePoolOptions::new().connect_lazy_with(SqliteConnectOptions::new().in_memory(true));
        Self::Sqlite {
            writer: pool.clone(),
            readers: pool,
            in_use: None,
        }
    }

    /// A lock file beside the database keeps two starters apart: neither the switch to WAL nor
    /// sqlx's migrations wait for another who does the same.
    async fn open_sqlite(path: &Path, patience: Duration) -> Result<Self, DbError> {
        let (_held_to_the_end, in_use) = guard::enter(path).await?;
        restore::tidy(&guard::real(path))?;
        guard::make_private(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(patience)
            .row_buffer_size(ROWS_ON_THE_WAY);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(patience)
            .connect_with(options.clone().pragma("cache_size", WRITER_CACHE))
            .await?;
        MIGRATIONS.run(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(patience)
            .connect_lazy_with(options.pragma("query_only", "ON"));
        Ok(Self::Sqlite {
            writer,
            readers,
            in_use: Some(Arc::new(in_use)),
        })
    }

    async fn open_postgres(url: &str, patience: Duration) -> Result<Self, DbError> {
        let pool = PgPoolOptions::new()
            .max_connections(READERS + 4)
            .acquire_timeout(patience)
            .connect_with(PgConnectOptions::from_str(url)?)
            .await?;
        // Guarded against another starter by sqlx's own advisory lock.
        MIGRATIONS.run(&pool).await?;
        Ok(Self::Postgres { pool, patience })
    }

    /// Begins to read: all queries of this transaction see one state of the database.
    pub async fn read(&self) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite { readers, .. } => readers.begin().await.map(Tx::Sqlite),
            Self::Postgres { pool, .. } => pool
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
                .map(Tx::Postgres),
        }
    }

    /// Begins to write, after any other writer has ended. What is committed survives a power cut.
    pub async fn write(&self) -> Result<Tx, sqlx::Error> {
        self.begin_to_write(Lasting::AtOnce).await
    }

    /// Begins to write what can be made again: a power cut may take the last of it back, as long as
    /// nothing was committed by [`write`](Self::write) since. Does not wait for the disk.
    pub async fn write_ahead(&self) -> Result<Tx, sqlx::Error> {
        self.begin_to_write(Lasting::Later).await
    }

    async fn begin_to_write(&self, lasting: Lasting) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite { writer, .. } => {
                // With WAL, FULL makes a commit survive a power cut; NORMAL may lose the last ones.
                let begin = match lasting {
                    Lasting::AtOnce => "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
                    Lasting::Later => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
                };
                writer.begin_with(begin).await.map(Tx::Sqlite)
            }
            Self::Postgres { pool, patience, .. } => {
                let mut transaction = pool.begin().await?;
                sqlx::query(
                    "SELECT set_config('lock_timeout', $1, true), set_config('synchronous_commit', $2, true)",
                )
                .bind(format!("{}ms", patience.as_millis()))
                .bind(match lasting {
                    Lasting::AtOnce => "on",
                    Lasting::Later => "off",
                })
                .execute(&mut *transaction)
                .await?;
                sqlx::query("SELECT pg_advisory_xact_lock($1)")
                    .bind(WRITER_LOCK)
                    .execute(&mut *transaction)
                    .await?;
                Ok(Tx::Postgres(transaction))
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
                in_use,
            } => {
                readers.close().await;
                writer.close().await;
                if let Some(in_use) = in_use {
                    in_use.end();
                }
            }
            Self::Postgres { pool, .. } => pool.close().await,
        }
    }
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

impl Tx {
    /// Which engine it is on.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Makes all that was done in this transaction lasting and visible, at once.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::Postgres(transaction) => transaction.commit().await,
        }
    }
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
