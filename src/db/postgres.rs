//! How transactions begin on PostgreSQL, and the locks at which its writers queue.

use std::time::Duration;

use sqlx::{PgPool, Postgres};

use super::durability::Durability;
use super::problem;
use super::transaction::{Transaction, Tx};

/// The advisory lock at which writers of one PostgreSQL database queue ("qianshou" in ASCII).
pub(super) const WRITER_LOCK: i64 = 0x7169_616e_7368_6f75;
/// The advisory lock at which writers of sessions and log-in attempts queue.
pub(super) const ACCESS_LOCK: i64 = WRITER_LOCK + 1;

/// How a reader begins on PostgreSQL, whose snapshot is taken by its first query.
///
/// To a snapshot from before, PostgreSQL shows a table that another program has written anew meanwhile
/// (`ALTER TABLE … TYPE`) as empty. So the tables that nearly all questions are about are locked before
/// the snapshot is taken, in the mode in which reading locks them anyway. A reader waits for no lock but
/// that of a program that is changing a table; it then ends as
/// [`SCHEMA_CHANGED`](problem::SCHEMA_CHANGED), and the request begins anew.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const LOCK_READ: &str = "SET LOCAL lock_timeout = '20ms'; \
    LOCK TABLE unit, staff, household, member, pairing, visit, benefit, help_plan, lift, lift_step, import, \
    setting IN ACCESS SHARE MODE";
/// How readers of sessions and accounts begin on PostgreSQL: each query has a snapshot of its own, taken
/// after its locks.
pub(super) const READ_ACCESS: &str = "BEGIN READ ONLY; SET LOCAL lock_timeout = '10s'";

pub(super) async fn read(pool: &PgPool) -> Result<Tx, sqlx::Error> {
    let mut transaction = Transaction::begin(pool, READ).await?;
    // By itself, so that a lock that cannot be had is rolled back like any other failure.
    sqlx::raw_sql(LOCK_READ).execute(&mut *transaction).await?;
    Ok(Tx::Postgres(transaction))
}

pub(super) async fn write(
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
    self::lock(&mut transaction, lock).await?;
    Ok(Tx::Postgres(transaction))
}

pub(super) async fn lock(
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

/// Turns a lock timeout into that of the pool: a writer that waited for another one for too long counts
/// as one that got no connection.
fn waited_in_vain(error: sqlx::Error) -> sqlx::Error {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    if code.as_deref() == Some(problem::POSTGRES_NO_LOCK) {
        return sqlx::Error::PoolTimedOut;
    }
    error
}
