//! An open database, and how one begins to read and to write.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::{Connection, PgPool, SqlitePool};

use super::address::Engine;
use super::cursor::CursorKey;
use super::durability::Durability;
use super::postgres::{self, ACCESS_LOCK, WRITER_LOCK};
use super::reach::{Kept, Reach};
use super::sqlite::file::DatabaseFile;
use super::sqlite::guard::InUse;
use super::sqlite::incarnation;
use super::transaction::{Transaction, Tx};

/// An open database of either engine.
#[derive(Clone, Debug)]
pub enum Db {
    /// A file inside the program.
    Sqlite {
        /// One connection: the writer.
        writer: SqlitePool,
        /// Several that only read.
        readers: SqlitePool,
        /// Connections that only read, for log-ins, sessions and health checks.
        access: SqlitePool,
        /// Checked in each transaction: whether it is still the file that was opened.
        file: Arc<DatabaseFile>,
        /// The lock that says that the database is open; none without a file.
        in_use: Option<Arc<InUse>>,
        /// Whether it was well when last asked.
        pulse: Arc<Kept>,
        /// Seals the cursors of its lists.
        cursors: Arc<OnceLock<CursorKey>>,
    },
    /// A server that speaks PostgreSQL's protocol.
    Postgres {
        /// Connections for writers, most of whom wait.
        writers: PgPool,
        /// Connections for readers.
        readers: PgPool,
        /// Connections for log-ins, sessions and health checks.
        access: PgPool,
        /// How long a writer waits for another.
        patience: Duration,
        /// Whether it was well when last asked.
        pulse: Arc<Kept>,
        /// Seals the cursors of its lists.
        cursors: Arc<OnceLock<CursorKey>>,
        /// Whether the server answers at all.
        reach: Arc<Reach>,
    },
}

impl Db {
    /// Begins to read: all queries of this transaction see one state of the database.
    pub async fn read(&self) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite { readers, file, .. } => read_sqlite(readers, file).await,
            Self::Postgres { readers, reach, .. } => {
                reach.while_waiting(postgres::read(readers)).await
            }
        }
    }

    /// [`read`](Self::read) for log-ins, sessions and health checks, on connections of their own: it never
    /// waits for readers of records.
    pub async fn read_access(&self) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite { access, file, .. } => read_sqlite(access, file).await,
            Self::Postgres { access, reach, .. } => {
                let begin = Transaction::begin(access, postgres::READ_ACCESS);
                reach.while_waiting(begin).await.map(Tx::Postgres)
            }
        }
    }

    /// Begins to write, after any other writer has ended. What is committed survives a power cut.
    pub async fn write(&self) -> Result<Tx, sqlx::Error> {
        self.begin_to_write(Durability::AtOnce).await
    }

    /// Begins to write what can be made again: a power cut may undo the last such commits, as long as
    /// nothing was committed by [`write`](Self::write) since. Does not wait for the disk.
    pub async fn write_deferred(&self) -> Result<Tx, sqlx::Error> {
        self.begin_to_write(Durability::Later).await
    }

    /// Begins to write sessions and log-in attempts, one transaction at a time. On PostgreSQL this does
    /// not wait for the writer of records, so that people can log in during a long import; records that
    /// are read in it may be changed by another at the same time. SQLite has one writer for all.
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
            Tx::Postgres(transaction) => postgres::lock(transaction, ACCESS_LOCK).await,
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
                let begin = postgres::write(access, ACCESS_LOCK, durability, *patience);
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
                let begin = postgres::write(writers, WRITER_LOCK, durability, *patience);
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

    /// Waits for the transactions under way and closes all connections.
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
