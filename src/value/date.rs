//! Dates and years in cells.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};

use super::digits::{arabic, whole};
use super::nothing::says_nothing;
use super::register_number::without_zero_fraction;
use super::text::{Read, Refusal, plain};
use crate::calendar;
use crate::problem::words;
use crate::text::{half_width, squeezed};
use crate::workbook::reader::Cell;

/// Day 0 of Excel's calendar, as used from March 1900 on.
const EXCEL_EPOCH: (i32, u32, u32) = (1899, 12, 30);
/// Day numbers that can only be dates: 1927-05-18 to 2119-01-11. Smaller ones may be years.
const DAY_NUMBERS: std::ops::Range<i64> = 10_000..80_000;

/// The same, for numbers with a fraction.
const DAY_NUMBERS_WITH_TIME: std::ops::Range<f64> = 10_000.0..80_000.0;

/// Day numbers that may as well be a year and a month, where only the year is asked for.
const LIKE_A_MONTH: std::ops::Range<i64> = 19_000..21_000;

/// A day, or only the month in which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// Year, month and day are known.
    Full(NaiveDate),
    /// Its month, by the first day of it.
    Month(NaiveDate),
}

/// A date: a date cell, Excel's day number, eight digits, or year, month and day in any usual way; a
/// month without a day is given as what it is.
pub fn date(cell: &Cell<'_>) -> Read<Day> {
    let refused = || {
        Refusal::new(
            "not_a_date",
            words!("不是完整有效的日期", "not a whole and valid date"),
            words!(
                "请按“2020-01-31”的样子填写年、月、日",
                "fill in year, month and day as in “2020-01-31”"
            ),
        )
    };
    let full = |date: Option<NaiveDate>| date.map(|date| Some(Day::Full(date)));
    let text = match cell {
        Cell::Date(date) => return full(in_range(*date)).ok_or_else(refused),
        Cell::Number(number) => match whole(*number) {
            Some(day) if DAY_NUMBERS.contains(&day) => {
                return full(day_number(day)).ok_or_else(refused);
            }
            Some(digits) => Cow::Owned(digits.to_string()),
            // A day with a time of day is a day number with a fraction.
            None if DAY_NUMBERS_WITH_TIME.contains(number) => {
                return full(whole(number.floor()).and_then(day_number)).ok_or_else(refused);
            }
            // 1985.3 is what Excel makes of a month typed with a point; 1985.10 has become 1985.1.
            None => return Err(refused()),
        },
        _ => plain(cell)?,
    };
    if text.is_empty() || says_nothing(&text) {
        return Ok(None);
    }
    if let Some(day) = typed_day_number(&text) {
        return full(day_number(day)).ok_or_else(refused);
    }
    let read = match date_parts(&text).as_deref() {
        Some([year, month, day]) => full(parts_to_date(*year, *month, *day)),
        Some([year, month]) => parts_to_date(*year, *month, 1).map(|first| Some(Day::Month(first))),
        _ => None,
    };
    read.ok_or_else(|| {
        refused().proposing(full_year(&text).and_then(
            |guess| match date_parts(&guess).as_deref() {
                Some([year, month, day]) => {
                    parts_to_date(*year, *month, *day).map(|date| date.to_string())
                }
                _ => None,
            },
        ))
    })
}

/// A date that is written with a year of two digits, with all four: 30 and above are of the last
/// century.
fn full_year(text: &str) -> Option<String> {
    let text = squeezed(text).trim_start_matches('\'').to_owned();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let year: u32 = digits.parse().ok().filter(|_| digits.len() == 2)?;
    let century = if year >= 30 { "19" } else { "20" };
    Some(format!("{century}{text}"))
}

/// Excel's day number in a cell of text, as a program writes a date that it took for a number: five digits
/// can mean nothing else.
fn typed_day_number(text: &str) -> Option<i64> {
    if text.len() < 5 || !text.starts_with(|first: char| first.is_ascii_digit() || first == '\'') {
        return None;
    }
    let text = squeezed(text);
    let digits = without_zero_fraction(text.trim_start_matches('\''));
    let five = digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let day = digits.parse().ok().filter(|_| five)?;
    DAY_NUMBERS.contains(&day).then_some(day)
}

/// A year: alone, or of a month or date in any usual way.
pub fn year(cell: &Cell<'_>) -> Read<i64> {
    let refused = || {
        Refusal::new(
            "not_a_year",
            words!("不是有效的年度", "not a valid year"),
            words!(
                "请填四位年份，如 2016；年月请填如 2016-01 或 201601",
                "fill in a year of four digits, such as 2016; a month as 2016-01 or 201601"
            ),
        )
    };
    let text = match cell {
        Cell::Date(date) => return Ok(Some(i64::from(date.year()))),
        Cell::Number(number) => match whole(*number) {
            Some(year @ 1000..10_000) if parts_to_date(year, 1, 1).is_some() => {
                return Ok(Some(year));
            }
            Some(digits) => Cow::Owned(digits.to_string()),
            None => return Err(refused()),
        },
        _ => plain(cell)?,
    };
    if text.is_empty() || says_nothing(&text) {
        return Ok(None);
    }
    if let Some(day) = typed_day_number(&text) {
        // 20141 is 1955-02-21 or the first month of 2014: it is not guessed.
        let date = Some(day).filter(|day| !LIKE_A_MONTH.contains(day));
        let date = date.and_then(day_number).ok_or_else(refused)?;
        return Ok(Some(i64::from(date.year())));
    }
    let year_of = |text: &str| {
        let parts = date_parts(text)?;
        let month = parts.get(1).copied().unwrap_or(1);
        let day = parts.get(2).copied().unwrap_or(1);
        let date = parts_to_date(parts[0], month, day)?;
        Some(i64::from(date.year()))
    };
    year_of(&text).map(Some).ok_or_else(|| {
        let guess = full_year(&text).and_then(|text| year_of(&text));
        refused().proposing(guess.map(|year| year.to_string()))
    })
}

/// Year, month and day as numbers, as many as the text has. The year comes first and has four digits.
fn date_parts(text: &str) -> Option<Vec<i64>> {
    let text = half_width(text);
    // A time of day behind the date says nothing to us.
    let text = match text.trim().split_once([' ', 'T']) {
        Some((date, time)) if time.contains(':') => date.to_owned(),
        _ => squeezed(&text).trim_start_matches('\'').to_owned(),
    };
    let text = text.replace("元月", "1月").replace('廿', "二十");
    let text = arabic(&text);
    let text = without_zero_fraction(&text);
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
        return match text.len() {
            4 => Some(vec![part(0..4)?]),
            6 => Some(vec![part(0..4)?, part(4..6)?]),
            8 => Some(vec![part(0..4)?, part(4..6)?, part(6..8)?]),
            _ => None,
        };
    }
    // The day of the week says nothing more.
    let text = text.split("星期").next().unwrap_or_default();
    let text = text.trim_end_matches('(');
    let text = text
        .trim_start_matches("公元")
        .trim_end_matches("出生")
        .trim_end_matches('生');
    let text = text.trim_end_matches(['日', '号']);
    let text = text.replace(['年', '月', '/', '.', '。', '、', '\\', '·', '•'], "-");
    let text = text.trim_end_matches(['度', '份']).trim_end_matches('-');
    let parts: Vec<&str> = text.split('-').collect();
    let fits = parts[0].len() == 4 && parts.len() <= 3 && parts[1..].iter().all(|p| p.len() <= 2);
    if !fits {
        return None;
    }
    parts.iter().map(|part| part.parse().ok()).collect()
}

fn parts_to_date(year: i64, month: i64, day: i64) -> Option<NaiveDate> {
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(year).ok()?,
        u32::try_from(month).ok()?,
        u32::try_from(day).ok()?,
    )?;
    in_range(date)
}

fn in_range(date: NaiveDate) -> Option<NaiveDate> {
    calendar::is_in_range(date).then_some(date)
}

fn day_number(day: i64) -> Option<NaiveDate> {
    let (year, month, first) = EXCEL_EPOCH;
    NaiveDate::from_ymd_opt(year, month, first)?
        .checked_add_days(chrono::Days::new(day.try_into().ok()?))
}
