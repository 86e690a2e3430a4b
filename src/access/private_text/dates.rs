//! The dates in a text, in all the forms in which people write them.

use std::ops::Range;

use super::digits::Script;
use super::shapes::is_date;
use super::signs::{Sign, Signs};

/// Between a date and a word of birth: which calendar it is, and how sure.
pub(super) const CALENDARS: [&str; 9] = [
    "农历", "阴历", "旧历", "公历", "阳历", "新历", "大约", "约", "大概",
];
/// Numerals of days and months that are no digits: 十月廿三, 腊月初八.
const TENS: [(char, u32); 3] = [('十', 1), ('廿', 2), ('卅', 3)];
const MONTHS: [(char, u32); 4] = [('正', 1), ('元', 1), ('冬', 11), ('腊', 12)];
const ENGLISH_MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// A date in a text.
pub(super) struct Date {
    /// Where its month and day stand, or where they stand with signs between.
    pub(super) hidden: Range<usize>,
    pub(super) end: usize,
    /// Whether it may as well be another number: it is a date only beside a word for a birthday.
    pub(super) is_vague: bool,
}

/// A number as a part of a date.
struct Number {
    value: u32,
    digits: usize,
    end: usize,
}

impl Number {
    fn is_short(&self) -> bool {
        (1..=2).contains(&self.digits)
    }
}

pub(super) fn is_part_of_number(sign: &Sign) -> bool {
    sign.script.is_some() || matches!(sign.word, '十' | '廿' | '卅')
}

/// Whether a sign that is no digit is a numeral of a date: `廿`, `初`.
pub(super) fn is_numeral(sign: char) -> bool {
    sign == '初' || TENS.iter().any(|(ten, _)| *ten == sign)
}

/// Whether a sign that is no numeral tells a month or a day.
pub(super) fn is_of_month(sign: &Sign) -> bool {
    sign.word.is_ascii_alphabetic()
        || matches!(sign.word, '初' | '闰')
        || MONTHS.iter().any(|(name, _)| *name == sign.word)
}

fn is_year(year: u32) -> bool {
    (1850..2200).contains(&year)
}

impl Signs {
    /// A date that begins here: `1949-12-31`, `75年8月`, `一九七五年八月初三`, `19491231`, `8月3日`.
    pub(super) fn date_at(&self, from: usize) -> Option<Date> {
        let sign = &self.0[from];
        if !is_part_of_number(sign) && !is_of_month(sign) {
            return None;
        }
        if let Some(date) = self.english_date_at(from) {
            return Some(date);
        }
        if let Some(date) = self.day_of_year(from) {
            return Some(date);
        }
        let first = self.number_at(from)?;
        match first.digits {
            8 => is_date(&self.digits(from..first.end)).then_some(Date {
                hidden: from + 4..first.end,
                end: first.end,
                is_vague: false,
            }),
            6 => self.six_digits(from, first.end),
            4 if is_year(first.value) => self.month_and_day(first.end, false),
            4 => self.four_digits(from, &first),
            1 | 2 => {
                let is_short_year = first.digits == 2;
                let with_year = is_short_year.then(|| self.month_and_day(first.end, true));
                with_year.flatten().or_else(|| self.year_last(from, &first))
            }
            _ => None,
        }
    }

    /// `0812`, a month and a day.
    fn four_digits(&self, from: usize, number: &Number) -> Option<Date> {
        // 2000 had a 29th of February.
        let is_day = is_date(&format!("2000{}", self.digits(from..number.end)));
        is_day.then_some(Date {
            hidden: from..number.end,
            end: number.end,
            is_vague: true,
        })
    }

    /// `194912` or `491231`.
    fn six_digits(&self, from: usize, end: usize) -> Option<Date> {
        let digits = self.digits(from..end);
        let year_length = if is_date(&format!("{digits}01")) {
            4
        } else if is_date(&format!("19{digits}")) || is_date(&format!("20{digits}")) {
            2
        } else {
            return None;
        };
        Some(Date {
            hidden: from + year_length..end,
            end,
            is_vague: false,
        })
    }

    /// What follows a year: `年12月31日`, `-12-31`, `.12`. After a year of two digits, a month alone
    /// must be called so.
    fn month_and_day(&self, year_end: usize, is_short_year: bool) -> Option<Date> {
        let month_at = self.after_mark(year_end, '年')?;
        let is_called = self.0[year_end..month_at]
            .iter()
            .any(|sign| sign.word == '年');
        let month_at = month_at + self.calendar_at(month_at);
        let month = self.month_at(month_at)?;
        let day = self
            .after_mark(month.end, '月')
            .and_then(|at| self.day_at(at));
        if is_short_year && !is_called && day.is_none() {
            return None;
        }
        let mut end = day.map_or(month.end, |day| day.end);
        end += self.run(end, |sign| matches!(sign.word, '月' | '日' | '号'));
        Some(Date {
            hidden: month_at..end,
            end,
            is_vague: false,
        })
    }

    /// How long the word is by which a calendar is named here: 一九七五年农历八月.
    fn calendar_at(&self, at: usize) -> usize {
        const LENGTH: usize = 2;
        let is_calendar = CALENDARS.contains(&self.words(at..at + LENGTH).as_str());
        if is_calendar { LENGTH } else { 0 }
    }

    /// `8月3日`, `腊月初八`.
    fn day_of_year(&self, from: usize) -> Option<Date> {
        let month = self.month_at(from)?;
        let day_at = self.after_mark(month.end, '月')?;
        if !self.0[month.end..day_at]
            .iter()
            .any(|sign| sign.word == '月')
        {
            return None;
        }
        let day = self.day_at(day_at)?;
        let end = day.end + self.run(day.end, |sign| matches!(sign.word, '日' | '号'));
        Some(Date {
            hidden: from..end,
            end,
            is_vague: false,
        })
    }

    /// `31/12/1949`, `12/31/49`; or `12.31` alone.
    fn year_last(&self, from: usize, first: &Number) -> Option<Date> {
        let second = self.number_at(self.after_mark(first.end, '-')?)?;
        let is_day = |number: &Number| number.is_short() && (1..=31).contains(&number.value);
        if !is_day(first) || !is_day(&second) || first.value.min(second.value) > 12 {
            return None;
        }
        let year = self
            .after_mark(second.end, '-')
            .and_then(|at| self.number_at(at));
        let year = year.filter(|year| match year.digits {
            4 => is_year(year.value),
            digits => digits == 2,
        });
        Some(Date {
            hidden: from..second.end,
            is_vague: year.is_none(),
            end: year.map_or(second.end, |year| year.end),
        })
    }

    /// `3 August 1975`, `Aug 3, 1975`.
    fn english_date_at(&self, from: usize) -> Option<Date> {
        let skip = |at: usize| at + self.run(at, |sign| matches!(sign.word, ' ' | ',' | '.' | '-'));
        let day = |at: usize| {
            let day = self.number_at(at).filter(Number::is_short)?;
            Some(
                day.end
                    + self
                        .run(day.end, |sign| sign.word.is_ascii_lowercase())
                        .min(2),
            )
        };
        let month = |at: usize| {
            let end = at + self.run(at, |sign| sign.word.is_ascii_alphabetic());
            if end < at + 3 {
                return None;
            }
            let word = self.words(at..end).to_lowercase();
            let is_month = word
                .get(..3)
                .is_some_and(|start| ENGLISH_MONTHS.contains(&start));
            is_month.then_some(end)
        };
        let end = match day(from) {
            Some(end) => month(skip(end))?,
            None => day(skip(month(from)?))?,
        };
        let year = self.number_at(skip(end)).filter(|year| year.digits == 4);
        Some(Date {
            hidden: from..end,
            end: year.map_or(end, |year| year.end),
            is_vague: false,
        })
    }

    fn month_at(&self, from: usize) -> Option<Number> {
        let at = from + self.run(from, |sign| sign.word == '闰');
        let name = self.0.get(at)?.word;
        if let Some((_, value)) = MONTHS.iter().find(|(month, _)| *month == name) {
            let is_month = self.0.get(at + 1).is_some_and(|sign| sign.word == '月');
            return is_month.then_some(Number {
                value: *value,
                digits: 1,
                end: at + 1,
            });
        }
        let month = self.number_at(at)?;
        (month.is_short() && (1..=12).contains(&month.value)).then_some(month)
    }

    fn day_at(&self, from: usize) -> Option<Number> {
        let at = from + self.run(from, |sign| sign.word == '初').min(1);
        let day = self.number_at(at)?;
        (day.is_short() && (1..=31).contains(&day.value)).then_some(day)
    }

    /// The number that begins here, in digits or as `二十五`, `廿三`.
    fn number_at(&self, from: usize) -> Option<Number> {
        let end = from + self.run(from, is_part_of_number);
        let is_start = from == 0 || !is_part_of_number(&self.0[from - 1]);
        if end == from || !is_start || self.is_rest(&(from..end)) {
            return None;
        }
        let has_tens = |sign: &Sign| sign.script.is_none();
        let numerals = &self.0[from..end];
        if !numerals.iter().any(has_tens) {
            let value = numerals.iter().take(9).fold(0, |value, sign| {
                value * 10 + sign.read.to_digit(10).unwrap_or(0)
            });
            return Some(Number {
                value,
                digits: end - from,
                end,
            });
        }
        chinese_number(numerals).map(|value| Number {
            value,
            digits: 2,
            end,
        })
    }

    fn digits(&self, range: Range<usize>) -> String {
        self.0[range].iter().map(|sign| sign.read).collect()
    }

    /// The place after the sign that parts year, month and day, with spaces around it.
    fn after_mark(&self, from: usize, word: char) -> Option<usize> {
        let is_space = |sign: &Sign| sign.word.is_whitespace();
        let at = from + self.run(from, is_space);
        let sign = self.0.get(at)?.word;
        let is_mark = sign == word || matches!(sign, '-' | '.' | '/' | '–' | '—' | '、' | '·');
        let after = at + 1;
        is_mark.then(|| after + self.run(after, is_space))
    }
}

/// The value of `十`, `十二`, `二十`, `二十五`, `廿三`.
fn chinese_number(numerals: &[Sign]) -> Option<u32> {
    let ten = |sign: &Sign| {
        TENS.iter()
            .find(|(ten, _)| *ten == sign.word)
            .map(|(_, tens)| *tens)
    };
    let unit = |sign: &Sign| {
        sign.read
            .to_digit(10)
            .filter(|_| sign.script == Some(Script::Chinese))
    };
    match numerals {
        [tens] => Some(ten(tens)? * 10),
        [first, second] => match (ten(first), ten(second)) {
            (Some(tens), None) => Some(tens * 10 + unit(second)?),
            (None, Some(1)) => Some(unit(first)? * 10),
            _ => None,
        },
        [first, tens, last] if ten(tens) == Some(1) => Some(unit(first)? * 10 + unit(last)?),
        _ => None,
    }
}
