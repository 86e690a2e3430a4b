//! Why the figures of a year cannot be given.

use chrono::NaiveDate;
use poem::http::StatusCode;
use tokio::task::JoinError;

use crate::problem::Problem;

pub(super) fn as_of_in_future(as_of: NaiveDate, today: NaiveDate) -> Problem {
    Problem::invalid(
        "date_in_future",
        format!("截至日期 {as_of} 晚于今天（{today}），请填写今天或更早的日期"),
        format!("`as_of` {as_of} is after today ({today}); give today or an earlier day"),
    )
    .at_parameter("query", "as_of")
}

pub(super) fn cannot_count(error: &JoinError) -> Problem {
    tracing::error!(%error, "the figures of a year cannot be counted");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "统计进度时出错，已记录；请稍后重试",
        "the figures could not be counted; the fault has been logged, try again",
    )
}
