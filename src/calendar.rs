//! The days that a request, a file or a command may name.

use chrono::{Datelike, NaiveDate};

/// The first year: nobody whom an office serves was born before.
const FIRST_YEAR: i32 = 1900;
/// The last year, as for [`crate::api::Year`].
const LAST_YEAR: i32 = 2100;

/// Whether `day` is in the life of an office and its people. Beyond it lie days that PostgreSQL
/// cannot store, and days to which nothing can be added.
pub fn is_in_range(day: NaiveDate) -> bool {
    (FIRST_YEAR..=LAST_YEAR).contains(&day.year())
}

/// The day that `text`, such as `2026-03-01`, names.
pub fn parse(text: &str) -> Option<NaiveDate> {
    // The parser would take spaces and single digits as well.
    let day = text.parse().ok().filter(|day| is_in_range(*day));
    day.filter(|day: &NaiveDate| day.to_string() == text)
}

/// A day as papers have it: 2026年3月1日.
pub fn in_chinese(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// As [`parse`], for an argument of the command line.
pub fn argument(text: &str) -> Result<NaiveDate, String> {
    parse(text).ok_or_else(|| {
        format!(
            "应为 {FIRST_YEAR} 至 {LAST_YEAR} 年的日期，如 2026-03-01 / a day such as 2026-03-01"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_no_office_sees_are_none() {
        for text in ["1900-01-01", "2100-12-31", "2024-02-29"] {
            assert_eq!(
                parse(text).map(|day| day.to_string()),
                Some(text.to_owned())
            );
        }
        for text in [
            "1899-12-31",
            "2101-01-01",
            "-0044-03-15",
            "-262143-01-01",
            "+262142-12-31",
            "2023-02-29",
            " 2026-11-30",
            "2026-1-1",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
            assert!(argument(text).is_err());
        }
    }
}
