//! Deletes old rows: answers kept for idempotency, failed log-ins, tokens, known devices.

use std::time::Duration;

use chrono::TimeDelta;

use super::attempt::KNOWN_DAYS;
use super::store::aging::{ANSWERS, Aging, FAILURES, KNOWN_DEVICES, TOKENS};
use crate::app::App;

/// How long the answer to an `Idempotency-Key` is kept, in days: much longer than a telephone stays
/// offline.
pub const ANSWER_DAYS: i64 = 90;
/// How long a failed log-in is kept: as long as any limit counts it.
const FAILURE_DAYS: i64 = 1;
/// A token that has expired is told from an unknown one for so long.
const EXPIRED_TOKEN_DAYS: i64 = 7;
/// How often to look for old rows.
const LOOK: Duration = Duration::from_hours(1);
/// Rows at a time: other writers wait no longer than for so many.
const STEP: i64 = 1_000;

/// What is deleted, and after how many days.
const AGING: [(Aging, i64); 4] = [
    (ANSWERS, ANSWER_DAYS),
    (FAILURES, FAILURE_DAYS),
    (TOKENS, EXPIRED_TOKEN_DAYS),
    (KNOWN_DEVICES, KNOWN_DAYS),
];

/// Deletes old rows now and every hour, until it is dropped.
pub async fn run(app: &App) {
    loop {
        if let Err(error) = purge(app).await {
            tracing::error!(%error, "what has served its time could not be cleared away");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Deletes all rows that are old enough, in small steps.
pub async fn purge(app: &App) -> Result<(), sqlx::Error> {
    for (aging, days) in &AGING {
        let before = app.now() - TimeDelta::days(*days);
        // Looking blocks nobody; a transaction that writes begins only where something is found.
        while aging.is_there(&mut app.db.read().await?, before).await? {
            // With log-ins: they clear away what has expired of their own account.
            let mut tx = app.db.write_access_deferred().await?;
            aging.clear_some(&mut tx, before, STEP).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
