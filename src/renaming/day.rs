//! From which day a change of names may hold.

use chrono::{Datelike, NaiveDate};

use super::error::RenamingError;

/// The first year in which a change can have happened: before, no such programme was.
const FIRST_YEAR: i32 = 2000;

/// Refuses a day that is after today or long before any programme.
pub fn check_day(day: NaiveDate, today: NaiveDate) -> Result<(), RenamingError> {
    if day > today {
        Err(RenamingError::InFuture(day))
    } else if day.year() < FIRST_YEAR {
        Err(RenamingError::TooEarly(day))
    } else {
        Ok(())
    }
}
