//! What has served its time is cleared away: kept answers, failed log-ins, tokens, known devices.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::attempt::KNOWN_DAYS;
use crate::app::App;
use crate::db::Tx;
use crate::on;

/// How long the answer to an `Idempotency-Key` is kept, in days: much longer than a telephone stays
/// offline.
const ANSWER_DAYS: i64 = 90;
/// How long a failed log-in is kept: as long as any limit counts it.
const FAILURE_DAYS: i64 = 1;
/// A token that has expired is told from an unknown one for so long.
const EXPIRED_TOKEN_DAYS: i64 = 7;
/// How often to look.
const LOOK: Duration = Duration::from_hours(1);
/// Rows at a time: other writers wait no longer than for so many.
const STEP: i64 = 1_000;

/// One table, the columns that name its rows, and the column that says how old they are.
struct Aging {
    table: &'static str,
    key: &'static str,
    time: &'static str,
    days: i64,
}

const AGING: [Aging; 4] = [
    Aging {
        table: "idempotency",
        key: "account_id, key",
        time: "created_at",
        days: ANSWER_DAYS,
    },
    Aging {
        table: "failed_login",
        key: "id",
        time: "at",
        days: FAILURE_DAYS,
    },
    Aging {
        table: "token",
        key: "digest",
        time: "expires_at",
        days: EXPIRED_TOKEN_DAYS,
    },
    Aging {
        table: "known_device",
        key: "account_id, digest",
        time: "used_at",
        days: KNOWN_DAYS,
    },
];

/// Clears away, now and every hour, until it is dropped.
pub async fn run(app: &App) {
    loop {
        if let Err(error) = purge(app).await {
            tracing::error!(%error, "what has served its time could not be cleared away");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Clears away all that is old enough, in small steps.
pub async fn purge(app: &App) -> Result<(), sqlx::Error> {
    for aging in &AGING {
        let before = app.now() - TimeDelta::days(aging.days);
        // Looking costs nobody anything; only who finds something writes.
        while aging.is_there(&mut app.db.read().await?, before).await? {
            // With log-ins: they clear away what has expired of their own account.
            let mut tx = app.db.write_access_deferred().await?;
            aging.clear_some(&mut tx, before).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

impl Aging {
    async fn is_there(&self, tx: &mut Tx, before: DateTime<Utc>) -> Result<bool, sqlx::Error> {
        let Self { table, time, .. } = self;
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {time} < $1 LIMIT 1) AS old"
        );
        let found: i64 = on!(tx, connection => sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(before).fetch_one(connection).await)?;
        Ok(found > 0)
    }

    async fn clear_some(&self, tx: &mut Tx, before: DateTime<Utc>) -> Result<(), sqlx::Error> {
        let Self {
            table, key, time, ..
        } = self;
        let sql = format!(
            "DELETE FROM {table} WHERE ({key}) IN
                 (SELECT {key} FROM {table} WHERE {time} < $1 LIMIT $2)"
        );
        on!(tx, connection => sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(before).bind(STEP).execute(connection).await.map(|_| ()))
    }
}
