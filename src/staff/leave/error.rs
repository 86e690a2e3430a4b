//! Why a leave is refused, as a problem.

use super::model::LeaveError;
use crate::problem::Problem;

impl From<LeaveError> for Problem {
    fn from(error: LeaveError) -> Self {
        let zh = error.to_string();
        match error {
            LeaveError::EndsBeforeStart(day) => Self::invalid(
                "end_before_start",
                zh,
                format!("a leave cannot end before its first day, {day}"),
            )
            .at("/to_date"),
            LeaveError::Year(day) => Self::invalid(
                "year_out_of_range",
                zh,
                format!("the year of {day} cannot be; check it"),
            ),
        }
    }
}
