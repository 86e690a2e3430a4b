//! Days on which pairings and assistances may begin.

use chrono::{Datelike, NaiveDate};

use super::error::PairingError;
use crate::problem::Problem;

/// The first year in which a pairing can have begun: before, no such programme was.
const FIRST_YEAR: i32 = 2000;

/// Refuses a day that is after today or long before any programme.
pub(super) fn check(day: NaiveDate, today: NaiveDate) -> Result<(), PairingError> {
    if day > today {
        Err(PairingError::InFuture(day))
    } else if day.year() < FIRST_YEAR {
        Err(PairingError::TooEarly(day))
    } else {
        Ok(())
    }
}

/// As [`check`], of a day that was sent at `pointer`.
pub(super) fn check_at(pointer: &str, day: NaiveDate, today: NaiveDate) -> Result<(), Problem> {
    check(day, today).map_err(|error| Problem::from(error).at(pointer))
}

/// Refuses a first day on which households still had their former helper; `ended` are the last days of
/// those, one for each household. The day on which a pairing ended is free: it belongs to the new one.
pub(super) fn must_be_free(ended: &[NaiveDate], from: NaiveDate) -> Result<(), PairingError> {
    let later = || ended.iter().copied().filter(|end| *end > from);
    later().max().map_or(Ok(()), |earliest| {
        Err(PairingError::Overlaps {
            from,
            earliest,
            count: later().count(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, 6, 1).unwrap()
    }

    #[test]
    fn days_must_be_possible() {
        assert_eq!(check(day(2026), day(2026)), Ok(()));
        assert_eq!(
            check(day(2027), day(2026)),
            Err(PairingError::InFuture(day(2027)))
        );
        assert_eq!(
            check(day(206), day(2026)),
            Err(PairingError::TooEarly(day(206)))
        );
    }

    #[test]
    fn the_day_of_a_hand_over_is_free() {
        assert_eq!(must_be_free(&[day(2026), day(2020)], day(2026)), Ok(()));
        assert_eq!(
            must_be_free(&[day(2026), day(2020), day(2025)], day(2024)),
            Err(PairingError::Overlaps {
                from: day(2024),
                earliest: day(2026),
                count: 2
            })
        );
    }
}
