//! A transaction that never leaves a broken connection behind.
//!
//! sqlx counts how deep a connection is in transactions. Where the engine ends a transaction by itself
//! (SQLite does when the disk is full), the count stays above 0 and every later `BEGIN` on the
//! connection fails, until the pool replaces it after half an hour. And it does not count a transaction
//! whose beginning failed or was given up half-way, though the engine may have begun it. So
//! [`Transaction`] throws away a connection whose begin or commit failed, and [`is_clean`] one whose
//! rollback failed.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{Database, Pool, Postgres, Sqlite};
use sqlx_core::sql_str::{SqlSafeStr, SqlStr};
use sqlx_core::transaction::TransactionManager;

use super::address::Engine;
use super::outcome;
use super::sqlite::file::DatabaseFile;

/// A transaction on a connection of a pool. Dropped without a commit, it is
/// rolled back before the connection is used again.
pub struct Transaction<DB: Database> {
    connection: PoolConnection<DB>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is not known whether the engine has begun it.
    Beginning,
    Open,
    Ended,
}

impl<DB: Database> Transaction<DB> {
    /// Begins one by `statement` on a connection of `pool`.
    pub(super) async fn begin(
        pool: &Pool<DB>,
        statement: &'static str,
    ) -> Result<Self, sqlx::Error> {
        let mut transaction = Self {
            connection: pool.acquire().await?,
            state: State::Beginning,
        };
        let statement: SqlStr = statement.into_sql_str();
        DB::TransactionManager::begin(&mut transaction.connection, Some(statement)).await?;
        transaction.state = State::Open;
        Ok(transaction)
    }

    async fn commit(mut self) -> Result<(), sqlx::Error> {
        let committed = DB::TransactionManager::commit(&mut self.connection).await;
        // Either there is nothing left to roll back, or closing the connection does it.
        self.state = State::Ended;
        if committed.is_err() {
            self.connection.close_on_drop();
        }
        committed
    }
}

impl<DB: Database> Drop for Transaction<DB> {
    fn drop(&mut self) {
        match self.state {
            State::Beginning => self.connection.close_on_drop(),
            State::Open => DB::TransactionManager::start_rollback(&mut self.connection),
            State::Ended => {}
        }
    }
}

impl<DB: Database> Deref for Transaction<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        &self.connection
    }
}

impl<DB: Database> DerefMut for Transaction<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        &mut self.connection
    }
}

impl<DB: Database> std::fmt::Debug for Transaction<DB> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Transaction")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Whether a connection of a pool may be used again: no transaction is left on it. The pool has pinged
/// the connection before, so that a rollback that was queued is done by now.
pub(super) fn is_clean<DB: Database>(connection: &DB::Connection) -> bool {
    let depth = DB::TransactionManager::get_transaction_depth(connection);
    if depth > 0 {
        tracing::warn!(
            depth,
            "a connection with an unfinished transaction is closed"
        );
    }
    depth == 0
}

/// A transaction on either engine, see [`Db::read`](super::Db::read) and
/// [`Db::write`](super::Db::write). Dropped without [`commit`](Tx::commit), it never happened.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<Sqlite>, Arc<DatabaseFile>),
    /// On PostgreSQL.
    Postgres(Transaction<Postgres>),
}

/// Runs one expression on the connection of whichever engine the transaction is on. The expression
/// is compiled for each, so a statement is written once and native types stay.
#[macro_export]
macro_rules! on {
    ($tx:expr, $connection:ident => $body:expr) => {
        match $tx {
            $crate::db::Tx::Sqlite(transaction, _) => {
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

impl Tx {
    /// Which engine it is on.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(..) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Makes all that was done in this transaction durable and visible, at once.
    ///
    /// An error may mean that it was written all the same: the server may be gone between its commit
    /// and its answer. [`outcome`] remembers that, for the words of the problem.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(transaction, file) => {
                // What is written to a file that has been taken away is lost.
                file.check()?;
                outcome::of_commit(transaction.commit().await)?;
                file.check()
            }
            Self::Postgres(transaction) => outcome::of_commit(transaction.commit().await),
        }
    }
}
