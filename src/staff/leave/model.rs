//! A leave, and the days that it may have.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

/// Days on which a person is given no household.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Leave {
    /// Begins with the time at which it was written down.
    pub id: Uuid,
    /// Who is away.
    pub staff_id: Uuid,
    /// First day.
    pub from_date: NaiveDate,
    /// Last day; none for one who is leaving.
    pub to_date: Option<NaiveDate>,
    pub(crate) reason: String,
    /// Counts its changes, from 1.
    pub version: i64,
}

/// What the office says of a leave.
pub struct LeaveFacts {
    pub(super) from_date: NaiveDate,
    pub(super) to_date: Option<NaiveDate>,
    pub(super) reason: String,
}

impl LeaveFacts {
    /// The leave of which this is said.
    pub(super) fn of(self, id: Uuid, staff_id: Uuid, version: i64) -> Leave {
        Leave {
            id,
            staff_id,
            from_date: self.from_date,
            to_date: self.to_date,
            reason: self.reason,
            version,
        }
    }
}

/// Why days cannot be those of a leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeaveError {
    /// The last day comes before the first.
    #[error("结束日期不能早于开始日期 {0}")]
    EndsBeforeStart(NaiveDate),
    /// A year outside the range in which leaves are accepted.
    #[error("日期 {0} 的年份不合理，请核对")]
    Year(NaiveDate),
}

/// The years in which a leave may be.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

impl Leave {
    /// Refuses days that cannot be.
    pub fn check(&self) -> Result<(), LeaveError> {
        let days = [Some(self.from_date), self.to_date];
        let mut days = days.into_iter().flatten();
        if let Some(day) = days.find(|day| !YEARS.contains(&day.year())) {
            return Err(LeaveError::Year(day));
        }
        match self.to_date {
            Some(to) if to < self.from_date => Err(LeaveError::EndsBeforeStart(self.from_date)),
            _ => Ok(()),
        }
    }

    /// Whether it holds on a day.
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.from_date <= day && self.to_date.is_none_or(|to| day <= to)
    }

    /// What it means for pairings, after the person's name.
    pub fn words(&self) -> Text {
        let Self {
            from_date, reason, ..
        } = self;
        match self.to_date {
            Some(to) => words!(
                "{from_date} 至 {to} 不在岗（{reason}）",
                "is away from {from_date} to {to} (“{reason}”)"
            ),
            None => words!(
                "自 {from_date} 起不在岗（{reason}）",
                "is away from {from_date} on (“{reason}”)"
            ),
        }
    }
}
use crate::problem::{Text, words};
