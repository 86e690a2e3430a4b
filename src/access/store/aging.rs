//! Rows that are deleted when they are old enough.

use chrono::{DateTime, Utc};

use crate::db::Tx;
use crate::on;

/// One table, the columns that name its rows, and the column that says how old they are.
pub struct Aging {
    table: &'static str,
    key: &'static str,
    time: &'static str,
}

/// Answers kept for `Idempotency-Key`, since they were given.
pub const ANSWERS: Aging = Aging {
    table: "idempotency",
    key: "account_id, key",
    time: "created_at",
};

/// Failed log-ins, since they happened.
pub const FAILURES: Aging = Aging {
    table: "failed_login",
    key: "id",
    time: "at",
};

/// Tokens, since they have expired.
pub const TOKENS: Aging = Aging {
    table: "token",
    key: "digest",
    time: "expires_at",
};

/// Known devices and places, since they were last used.
pub const KNOWN_DEVICES: Aging = Aging {
    table: "known_device",
    key: "account_id, digest",
    time: "used_at",
};

impl Aging {
    /// Whether there is a row from before a time.
    pub async fn is_there(&self, tx: &mut Tx, before: DateTime<Utc>) -> Result<bool, sqlx::Error> {
        let Self { table, time, .. } = self;
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {time} < $1 LIMIT 1) AS old"
        );
        let found: i64 = on!(tx, connection => sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(before).fetch_one(connection).await)?;
        Ok(found > 0)
    }

    /// Removes rows from before a time, at most so many.
    pub async fn clear_some(
        &self,
        tx: &mut Tx,
        before: DateTime<Utc>,
        most: i64,
    ) -> Result<(), sqlx::Error> {
        let Self {
            table, key, time, ..
        } = self;
        let sql = format!(
            "DELETE FROM {table} WHERE ({key}) IN
                 (SELECT {key} FROM {table} WHERE {time} < $1 LIMIT $2)"
        );
        on!(tx, connection => sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(before).bind(most).execute(connection).await.map(|_| ()))
    }
}
