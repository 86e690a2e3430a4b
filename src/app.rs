//! What every operation works with: the database, the reader of workbooks, and the time.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, SubsecRound, TimeDelta, Utc};
use ipnet::IpNet;
use tokio::sync::Notify;

use crate::db::Db;
use crate::workbook::queue::Queue;
use crate::workbook::reader_process::Program;

/// China Standard Time, the only zone of the offices that we serve: a date is a date there.
const CHINA_UTC_OFFSET_SECONDS: i32 = 8 * 3600;

/// A little longer than the longest that anyone writes at a stretch.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(45);

/// What every operation works with.
#[derive(Clone, Debug)]
pub struct App {
    /// Gives all transactions.
    pub db: Db,
    /// The program that reads uploaded workbooks in a process of its own.
    pub reader: Program,
    /// Notified when there is an import to work on.
    pub work: Arc<Notify>,
    /// The queue of requests for workbooks.
    pub workbooks: Queue,
    /// The queue of requests for the figures of a year.
    pub figures: Queue,
    /// How long all pieces of a file that is sent may wait for other writers, together.
    pub upload_patience: Duration,
    /// Proxies in front of the server whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Arc<[IpNet]>,
    /// How far its time is ahead of the machine's: not at all, except where a story is told as of a day.
    pub ahead: TimeDelta,
    /// Origins of pages that may use the API from a browser, or `*`.
    pub cors_origins: Arc<[String]>,
}

impl App {
    /// Works with this database, and reads workbooks by another process of this program.
    pub fn new(db: Db) -> Self {
        Self {
            db,
            reader: Program::this(),
            work: Arc::default(),
            workbooks: Queue::default(),
            figures: Queue::default(),
            upload_patience: UPLOAD_PATIENCE,
            trusted_proxies: Arc::default(),
            ahead: TimeDelta::zero(),
            cors_origins: Arc::default(),
        }
    }

    /// The time to write down, to the microsecond that both engines keep.
    pub fn now(&self) -> DateTime<Utc> {
        (Utc::now() + self.ahead).trunc_subsecs(6)
    }

    /// Today, in China.
    pub fn today(&self) -> NaiveDate {
        china_date(self.now())
    }
}

/// The date in China at `time`.
pub fn china_date(time: DateTime<Utc>) -> NaiveDate {
    FixedOffset::east_opt(CHINA_UTC_OFFSET_SECONDS).map_or_else(
        || time.date_naive(),
        |zone| time.with_timezone(&zone).date_naive(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let date = |time: &str| china_date(time.parse().unwrap()).to_string();
        assert_eq!(date("2026-12-31T15:59:59Z"), "2026-12-31");
        assert_eq!(date("2026-12-31T16:00:00Z"), "2027-01-01");
    }
}
