//! Finds birth dates: a date beside a word of birth. Its year stays.

use super::dates::{CALENDARS, Date, is_of_month, is_part_of_number};
use super::mask::Mask;
use super::signs::Signs;
use super::words::says;

/// A sign that stands in every text that tells a birth date.
pub(super) const SIGNS: &str = "生辰诞世bB";

/// Words that say that the date after them is a birth date.
const BEFORE: [&str; 29] = [
    "生年月日",
    "生年",
    "生辰日期",
    "date of birth",
    "birth date",
    "birthdate",
    "出生",
    "出生日期",
    "出生年月",
    "出生年月日",
    "出生时间",
    "出生日",
    "出生于",
    "生于",
    "生日",
    "生辰",
    "诞辰",
    "诞生",
    "诞生于",
    "降生",
    "降生于",
    "出世",
    "生辰八字",
    "dob",
    "d.o.b",
    "born",
    "born on",
    "birth",
    "birthday",
];
/// Words beside which a date may lack its year and the signs of a date: `生日8.3`, `12.31生日`.
const BIRTHDAY: [&str; 3] = ["生日", "dob", "birthday"];
/// Before 生于 and 生日 they make another word of it: 发生于, 学生于, 卫生日.
const OTHER_WORDS: &str = "学先医发考新师产卫招研派";
/// After 出生: words of it that are no birth of a person.
const NO_BIRTH: [&str; 10] = [
    "缺陷", "人口", "率", "医学", "证", "登记", "申报", "队列", "数", "公民",
];
/// Hides the month and day of birth dates.
pub(super) fn hide(signs: &Signs, mask: &mut Mask) {
    let mut at = 0;
    while at < signs.0.len() {
        let Some(date) = signs.date_at(at) else {
            // A date begins where a number does.
            at += signs.run(at, is_part_of_number).max(1);
            continue;
        };
        if signs.is_birth_date(at, &date) {
            let numerals = date.hidden.filter(|at| {
                let sign = &signs.0[*at];
                is_part_of_number(sign) || is_of_month(sign)
            });
            numerals.for_each(|at| mask.hide(at));
        }
        at = date.end;
    }
}

impl Signs {
    fn is_birth_date(&self, at: usize, date: &Date) -> bool {
        let before = self.words_before(at);
        let mut before = before.as_str();
        while let Some(shorter) = CALENDARS.iter().find_map(|word| before.strip_suffix(word)) {
            before = shorter.trim_end_matches(|sign: char| !sign.is_alphanumeric());
        }
        if date.is_vague {
            return says(before, &BIRTHDAY) && !is_other_word(before)
                || self.is_birthday_after(date.end);
        }
        says(before, &BEFORE) && !is_other_word(before) || self.is_birth_after(date.end)
    }

    /// Whether «birthday» follows: `12.31生日`, `0812过生日`.
    fn is_birthday_after(&self, end: usize) -> bool {
        const LENGTH: usize = 6;
        let after = self.words(end..end + LENGTH).to_lowercase();
        let after = after.trim_start_matches(|sign: char| !sign.is_alphanumeric());
        let after = after.trim_start_matches(['是', '过', '的']);
        after.starts_with("生日") || after.starts_with("生辰")
    }

    /// Whether a word of birth follows: `出生`, `生于`, `生`; not `生病`, not `出生缺陷筛查`.
    fn is_birth_after(&self, end: usize) -> bool {
        const LENGTH: usize = 16;
        let after = self.words(end..end + LENGTH);
        let is_sign = |sign: char| sign.is_whitespace() || matches!(sign, '(' | ')' | '[' | ']');
        let mut after = after.trim_start_matches(is_sign);
        while let Some(rest) = CALENDARS.iter().find_map(|word| after.strip_prefix(word)) {
            after = rest.trim_start_matches(is_sign);
        }
        let is_birth = |rest: &str| !NO_BIRTH.iter().any(|word| rest.starts_with(word));
        let born = ["出生", "降生", "诞生", "出世"];
        if let Some(rest) = born.iter().find_map(|word| after.strip_prefix(word)) {
            return is_birth(rest);
        }
        if let Some(rest) = after.strip_prefix('生') {
            // 1949年12月31日生, and not 生病.
            let is_event = ["的病", "的火", "的气"]
                .iter()
                .any(|event| rest.starts_with(event));
            return !is_event
                && rest.chars().next().is_none_or(|next| {
                    !next.is_alphanumeric()
                        || matches!(next, '人' | '日' | '辰' | '于' | '属' | '的')
                });
        }
        let phrase = after
            .split(|sign: char| !sign.is_alphanumeric())
            .next()
            .unwrap_or_default();
        let born_there = phrase.starts_with(['于', '在'])
            && phrase
                .split_once("出生")
                .is_some_and(|(_, rest)| is_birth(rest));
        born_there
            || phrase
                .split_once("生日")
                .is_some_and(|(words, _)| words.chars().count() <= 4)
    }
}

/// Whether `生于` or `生日` is the end of another word there: `发生于`, `卫生日`.
fn is_other_word(before: &str) -> bool {
    let word = ["生于", "生日"]
        .iter()
        .find_map(|word| before.strip_suffix(word));
    word.is_some_and(|word| word.ends_with(|sign| OTHER_WORDS.contains(sign)))
}

#[cfg(test)]
mod tests;
