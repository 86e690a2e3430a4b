//! Statements that PostgreSQL has prepared before a migration, and no longer runs.
//!
//! A connection keeps the statements that it has prepared. When another program moves the schema
//! forward meanwhile, the server refuses each of them for good («cached plan must not change result
//! type»). So after the first such error every connection that is older is replaced before it is used
//! again, and whoever met it may try once more.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When plans were last found to be out of date, in milliseconds since the process
/// began; 0 for never. One for the whole process: a connection too many that is replaced costs little.
static OUT_OF_DATE_AT: AtomicU64 = AtomicU64::new(0);

fn now() -> u64 {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let since = BEGAN.get_or_init(Instant::now).elapsed().as_millis();
    // Never 0, and no process runs for so long.
    u64::try_from(since).unwrap_or(u64::MAX - 1) + 1
}

/// Whether a connection of this age has no statements that are out of date.
pub(super) fn are_good(age: Duration) -> bool {
    let out_of_date = OUT_OF_DATE_AT.load(Ordering::Relaxed);
    let made = now().saturating_sub(u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
    out_of_date == 0 || made > out_of_date
}

/// Whether an error says that a statement was prepared before the schema changed.
pub(super) fn are_out_of_date(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| {
        // `feature_not_supported`, which has this meaning only with these words.
        error.code().as_deref() == Some("0A000") && error.message().contains("cached plan")
    })
}

/// Notes an error of the database that is not turned into a problem (which would note it); says whether
/// the same is worth trying once more at once.
pub fn note_error(error: &sqlx::Error) -> bool {
    let out_of_date = are_out_of_date(error);
    if out_of_date {
        tracing::warn!("the schema has changed beside this program: connections are replaced");
        OUT_OF_DATE_AT.store(now(), Ordering::Relaxed);
    }
    out_of_date
}
