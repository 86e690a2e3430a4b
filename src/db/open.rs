//! Opening a database: made where that is allowed, brought to this program's schema, known from those
//! of other programs.

use std::io;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgPool, Postgres, Sqlite};
use tokio::time::timeout;

use super::address::Address;
use super::database::Db;
use super::error::DbError;
use super::reach::Reach;
use super::schema::MIGRATIONS;
use super::sqlite::file::{self, DatabaseFile};
use super::sqlite::incarnation::OpenHeader;
use super::sqlite::{guard, names};
use super::transaction::is_clean;
use super::{plans, restore};

/// How long a writer waits for another before it gives up, and a reader for a free connection. The
/// longest that anyone writes is the switch of an import: a million persons take about ten seconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a server may take to answer when the program starts.
const AT_FIRST: Duration = Duration::from_secs(5);
/// Reading connections. SQLite reads from the page cache; more than a few only add memory.
const READERS: u32 = 8;
/// Connections reserved for log-ins, sessions and health checks: neither reports nor waiting writers
/// can take these.
const ACCESS: u32 = 4;
/// PostgreSQL connections for writers: one writes, the others wait at the lock so that no time is lost
/// between two; further writers wait for a connection.
const WRITERS: u32 = 4;
/// Pages that SQLite's writer keeps in memory, in KiB below zero. With the usual 2 MiB, the switch of a
/// large import writes and reads the pages of its indexes again and again: it takes twice as long.
const WRITER_CACHE: &str = "-65536";
/// Rows that SQLite's thread may be ahead of who reads them. With the usual 50, reading a county's
/// households is mostly the two waking each other.
const ROWS_ON_THE_WAY: usize = 1_000;

/// Whether a database may be made where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It must exist.
    Never,
    /// If there was none there before, by what is left beside it.
    First,
    /// If not even its folder is there: a folder that this program alone uses was made when it first began, and
    /// that it is empty does not mean that there was nothing.
    FirstWithFolder,
    /// It may be made whatever was there before.
    Allowed,
}

/// A database that was opened.
#[derive(Debug)]
pub struct Opened {
    /// It has this program's schema.
    pub db: Db,
    /// Whether there was none before.
    pub made: bool,
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
            Creation::First => !names::was_opened(path),
            Creation::FirstWithFolder => !names::has_folder(path),
            Creation::Never => false,
        };
        let missing = || DbError::Missing(path.to_owned());
        if !may_be_made && file::is_missing(path) {
            return Err(missing());
        }
        let (_held_to_the_end, in_use) = guard::enter(path).await?;
        restore::tidy(&names::real(path))?;
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
        let real = names::real(path);
        let mut header = OpenHeader::before_opening(&real).map_err(DbError::file(&real))?;
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
        db.key_places().await?;
        Ok(Opened {
            db,
            made: found == Found::Nothing,
        })
    }

    /// An empty database on a server was made on purpose, for a register: no `--create` is needed, as it is
    /// for a file, which may have been deleted.
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
        reach(&options).await?;
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
        db.key_places().await?;
        Ok(Opened {
            db,
            made: found == Found::Nothing,
        })
    }
}

/// Connects once, so that a server that is not there is told within seconds: a pool would try again and
/// again until its patience is at an end.
async fn reach(options: &PgConnectOptions) -> Result<(), DbError> {
    let answer = match timeout(AT_FIRST, options.connect()).await {
        Ok(answer) => answer,
        Err(_) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
    };
    let connection = answer.map_err(|source| DbError::unreachable(options, source))?;
    Ok(connection.close().await?)
}

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
