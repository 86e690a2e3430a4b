//! Finds private numbers in texts that people wrote, and masks them.
//!
//! | kind | what is found |
//! | --- | --- |
//! | identity numbers | 18, 15 or 20 characters and what was meant to be one: every run of 14 digits or more that is nothing else; passports and the like after their name |
//! | bank cards | 16 to 19 digits that fit the check digit (Luhn) of a known issuer, in groups of four too; any long number after «卡号» or «账号» |
//! | telephones | mobile (11 digits, with +86, 86 or 0 before it), landline with its area code; 7 or 8 digits after «电话» |
//! | birth dates | a date beside «出生» or «生日»: its year stays |
//!
//! Digits may be full-width, glued to words (电话13800138000), and apart by spaces or dashes. Where the
//! parts could as well be several numbers, they are taken for one only if that one holds together (a
//! province and a birth date, the groups in which people write it). Years, dates, times, sums of
//! money, ids, digests and a number that the text itself calls 户编号 stay.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use chrono::NaiveDate;

use super::privacy::{Kind, Sight};
use crate::household::IdentityNumber;
use crate::text::{half_width_char, is_hidden, is_invisible};

/// Shortest run of digits that is a private number without further signs.
const LONG: usize = 14;
/// Most characters of a number that is written in parts: a disability certificate's.
const LONGEST: usize = 20;
/// Words before a number that a register gives.
const REGISTER_WORDS: [&str; 4] = ["户编号", "户号", "人编号", "户编码"];
/// Words before a telephone number.
const TELEPHONE_WORDS: [&str; 10] = [
    "电话",
    "手机",
    "座机",
    "电话号",
    "电话号码",
    "手机号",
    "手机号码",
    "联系方式",
    "tel",
    "phone",
];
/// Words before the number of a bank account.
const ACCOUNT_WORDS: [&str; 8] = [
    "卡号",
    "账号",
    "帐号",
    "银行卡",
    "存折",
    "账户",
    "银行卡号",
    "一卡通",
];
/// Words before the number of another paper.
const PAPER_WORDS: [&str; 9] = [
    "护照",
    "护照号",
    "护照号码",
    "通行证",
    "通行证号",
    "军官证",
    "证件号",
    "证件号码",
    "居住证",
];
/// Words that say that a date is a birth date.
const BIRTH_WORDS: [&str; 7] = [
    "出生",
    "出生日期",
    "出生年月",
    "出生于",
    "生于",
    "生日",
    "出生年月日",
];

/// `text` with the private numbers in it masked that the reader may not see.
pub fn masked(text: &str, sight: Sight) -> Cow<'_, str> {
    let digits = text
        .chars()
        .filter(|character| half_width_char(*character).is_ascii_digit())
        .count();
    // The shortest private number is a birth date of six digits.
    if sight.sees_all() || digits < 6 {
        return Cow::Borrowed(text);
    }
    let text_signs = Signs::of(text);
    let mut hidden = HashSet::new();
    for chain in text_signs.chains() {
        text_signs.hide_in(&chain, sight, &mut hidden);
    }
    if !sight.sees(Kind::BirthDate) {
        text_signs.hide_birth_dates(&mut hidden);
    }
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let shown = text.char_indices().map(
        |(at, character)| {
            if hidden.contains(&at) { '*' } else { character }
        },
    );
    Cow::Owned(shown.collect())
}

/// The first `most` characters of a text, or fewer: where a number would be cut it is left out, since
/// a part of it is masked as nothing, or as a shorter number of which more is shown.
pub fn up_to(text: &str, most: usize) -> String {
    let signs: Vec<char> = text.chars().collect();
    let is_part = |sign: &char| {
        let sign = half_width_char(*sign);
        sign.is_ascii_digit() || is_check(sign) || !sign.is_alphanumeric()
    };
    let goes_on = signs.iter().skip(most).take_while(|sign| is_part(sign));
    let mut end = most.min(signs.len());
    if goes_on
        .into_iter()
        .any(|sign| half_width_char(*sign).is_ascii_digit())
    {
        end -= signs[..end]
            .iter()
            .rev()
            .take_while(|sign| is_part(sign))
            .count();
    }
    signs[..end].iter().collect()
}

/// Whether an identity number stands somewhere in a number that a register gives.
pub fn holds_identity_number(number: &str) -> bool {
    let signs: Vec<char> = number.chars().map(half_width_char).collect();
    signs.windows(18).any(|window| {
        let window: String = window.iter().collect();
        window.chars().all(|sign| sign.is_ascii_alphanumeric())
            && IdentityNumber::parse(&window).is_ok()
    })
}

/// `sent`, a text that a reader changed, with the numbers put back that were masked when he read
/// `stored`: what he could not see he did not mean to change.
pub fn unmasked(sent: String, stored: &str, sight: Sight) -> String {
    let seen = masked(stored, sight);
    if seen == stored {
        return sent;
    }
    if sent == seen {
        return stored.to_owned();
    }
    let mut rest = sent.as_str();
    let mut whole = String::with_capacity(sent.len());
    for (mask, number) in numbers(&seen, stored) {
        if let Some(at) = rest.find(&mask) {
            whole.push_str(&rest[..at]);
            whole.push_str(&number);
            rest = &rest[at + mask.len()..];
        }
    }
    whole.push_str(rest);
    whole
}

/// The masked numbers of a text, each as it was seen and as it is stored.
fn numbers(seen: &str, stored: &str) -> Vec<(String, String)> {
    let signs: Vec<(char, char)> = seen.chars().zip(stored.chars()).collect();
    let is_of_number = |(seen, stored): &(char, char)| {
        *seen == '*' && *stored != '*' || half_width_char(*seen).is_ascii_alphanumeric()
    };
    signs
        .split(|sign| !is_of_number(sign))
        .filter(|number| number.iter().any(|(seen, stored)| seen != stored))
        .map(|number| number.iter().copied().unzip())
        .collect()
}

/// The visible characters of a text, half-width, with their places.
struct Signs {
    signs: Vec<char>,
    places: Vec<usize>,
}

/// A run of digits, perhaps with the X of a check character in or after it.
type Piece = Range<usize>;

impl Signs {
    fn of(text: &str) -> Self {
        let (places, signs) = text
            .char_indices()
            .filter(|(_, character)| !is_invisible(*character))
            .map(|(at, character)| (at, half_width_char(character)))
            .unzip();
        Self { signs, places }
    }

    /// Runs of digits that may be parts of one number: only little stands between them.
    fn chains(&self) -> Vec<Vec<Piece>> {
        let mut chains: Vec<Vec<Piece>> = Vec::new();
        for piece in self.pieces() {
            let goes_on = |last: &Piece| {
                let between = &self.signs[last.end..piece.start];
                (1..=3).contains(&between.len()) && between.iter().all(|sign| separates(*sign))
            };
            match chains.last_mut() {
                Some(chain) if chain.last().is_some_and(goes_on) => chain.push(piece),
                _ => chains.push(vec![piece]),
            }
        }
        chains
    }

    fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = 0;
        while at < self.signs.len() {
            if !self.signs[at].is_ascii_alphanumeric() {
                at += 1;
                continue;
            }
            if let Some(end) = self.uuid_at(at) {
                at = end;
                continue;
            }
            let end = at + self.run(at, char::is_ascii_alphanumeric);
            if !is_code(&self.signs[at..end]) {
                self.pieces_of_word(at..end, &mut pieces);
            }
            at = end;
        }
        pieces
    }

    fn pieces_of_word(&self, word: Range<usize>, pieces: &mut Vec<Piece>) {
        let mut at = word.start;
        while at < word.end {
            let digits = self.run(at, char::is_ascii_digit);
            if digits == 0 && word.len() == 1 && is_check(self.signs[at]) {
                pieces.push(word.clone());
            }
            if digits == 0 {
                at += 1;
                continue;
            }
            let mut end = at + digits;
            // The check character of an identity number, or of its last part.
            let may_end = digits == 17 || digits <= 6;
            if may_end && self.signs.get(end).is_some_and(|sign| is_check(*sign)) {
                // A disability certificate has two digits more.
                let more = self.run(end + 1, char::is_ascii_digit);
                end += if more == 2 { 3 } else { 1 };
            }
            pieces.push(at..end);
            at = end;
        }
    }

    fn run(&self, from: usize, belongs: impl Fn(&char) -> bool) -> usize {
        let rest = self.signs.get(from..).unwrap_or_default();
        rest.iter().take_while(|sign| belongs(sign)).count()
    }

    /// Where the UUID ends that begins here.
    fn uuid_at(&self, from: usize) -> Option<usize> {
        let end = from + 36;
        let text: String = self.signs.get(from..end)?.iter().collect();
        let is_free = |sign: Option<&char>| sign.is_none_or(|sign| !sign.is_ascii_alphanumeric());
        let stands_alone = is_free(self.signs.get(end));
        (stands_alone && uuid::Uuid::try_parse(&text).is_ok()).then_some(end)
    }

    /// Notes the places to hide in a chain: of the numbers that begin at a piece, the longest.
    fn hide_in(&self, chain: &[Piece], sight: Sight, hidden: &mut HashSet<usize>) {
        let mut first = 0;
        while first < chain.len() {
            // A piece has a character at least: so many are looked at, however long the chain.
            let end = chain.len().min(first + LONGEST);
            let found = (first..end)
                .rev()
                .find_map(|last| self.number_in(&chain[first..=last]));
            let Some((pieces, kind)) = found else {
                first += 1;
                continue;
            };
            first += pieces.len();
            if !sight.sees(kind) {
                let places: Vec<usize> = pieces.into_iter().flatten().collect();
                let length = places.len();
                // The last two of a disability certificate are its category and grade.
                let tells_health = length == LONGEST && !sight.sees(Kind::Health);
                let hide = |(at, place): (usize, usize)| {
                    let is_hidden = is_hidden(at, length) || tells_health && at >= 3;
                    is_hidden.then(|| self.places[place])
                };
                hidden.extend(places.into_iter().enumerate().filter_map(hide));
            }
        }
    }

    /// These pieces as one number, if they are one; an X at the end may belong to what follows.
    fn number_in(&self, pieces: &[Piece]) -> Option<(Vec<Piece>, Kind)> {
        if let Some(kind) = self.kind_of(pieces) {
            return Some((pieces.to_vec(), kind));
        }
        let mut pieces = pieces.to_vec();
        let last = pieces.last_mut()?;
        let ends_with_check = last.len() > 1 && is_check(self.signs[last.end - 1]);
        if !ends_with_check {
            return None;
        }
        last.end -= 1;
        self.kind_of(&pieces).map(|kind| (pieces, kind))
    }

    /// What number these pieces are together.
    fn kind_of(&self, pieces: &[Piece]) -> Option<Kind> {
        let groups: Vec<usize> = pieces.iter().map(ExactSizeIterator::len).collect();
        let length: usize = groups.iter().sum();
        if pieces.len() > 1 && length > LONGEST {
            return None;
        }
        let first = pieces.first()?;
        let number: String = pieces
            .iter()
            .cloned()
            .flatten()
            .map(|place| self.signs[place].to_ascii_uppercase())
            .collect();
        let before = self.words_before(first.start);
        if pieces.len() > 1 {
            return in_parts(&number, &groups, &before);
        }
        in_one(&number, &before).or_else(|| {
            let is_paper = says(&before, &PAPER_WORDS) && length >= 6;
            is_paper.then_some(Kind::Identity)
        })
    }

    /// The words before a place, without signs and the letters that a passport's number begins with.
    fn words_before(&self, place: usize) -> String {
        let from = place.saturating_sub(16);
        let words: String = self.signs[from..place].iter().collect();
        let is_link = |sign: char| {
            !sign.is_alphanumeric() || matches!(sign, '为' | '是') || sign.is_ascii_uppercase()
        };
        words.trim_end_matches(is_link).to_lowercase()
    }

    fn hide_birth_dates(&self, hidden: &mut HashSet<usize>) {
        let mut at = 0;
        while at < self.signs.len() {
            let Some(date) = self.date_at(at) else {
                // A date begins where a number does.
                at += self.run(at, char::is_ascii_digit).max(1);
                continue;
            };
            let after: String = self.signs[date.end..].iter().take(4).collect();
            let mut after = after.trim_start().chars();
            let is_born = match (after.next(), after.next()) {
                (Some('出'), Some('生')) => true,
                // 1949年12月31日生, and not 生病.
                (Some('生'), next) => next.is_none_or(|next| !next.is_alphanumeric()),
                _ => false,
            };
            if is_born || says(&self.words_before(at), &BIRTH_WORDS) {
                let digits = (at + 4..date.end).filter(|at| self.signs[*at].is_ascii_digit());
                hidden.extend(digits.map(|at| self.places[at]));
            }
            at = date.end;
        }
    }

    /// A date that begins here: `1949-12-31`, `1949年12月`, `19491231`.
    fn date_at(&self, from: usize) -> Option<Range<usize>> {
        let digits = |from: usize| self.run(from, char::is_ascii_digit);
        let number = |range: Range<usize>| -> u32 {
            let digits = self.signs[range].iter();
            digits.fold(0, |number, sign| {
                number * 10 + sign.to_digit(10).unwrap_or(0)
            })
        };
        let is_date = |year: u32, month: u32, day: u32| {
            (1850..2200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
        };
        match digits(from) {
            8 => {
                let year = number(from..from + 4);
                let (month, day) = (number(from + 4..from + 6), number(from + 6..from + 8));
                is_date(year, month, day).then_some(from..from + 8)
            }
            6 => {
                let (year, month) = (number(from..from + 4), number(from + 4..from + 6));
                is_date(year, month, 1).then_some(from..from + 6)
            }
            4 => {
                let year = number(from..from + 4);
                let month_at = self.after_mark(from + 4, "年")?;
                let month = month_at..month_at + digits(month_at);
                let is_short = |range: &Range<usize>| (1..=2).contains(&range.len());
                if !is_short(&month) || !is_date(year, number(month.clone()), 1) {
                    return None;
                }
                let day = self
                    .after_mark(month.end, "月")
                    .map(|at| at..at + digits(at));
                let day = day.filter(|day| is_short(day) && is_date(year, 1, number(day.clone())));
                let mut end = day.map_or(month.end, |day| day.end);
                end += self.run(end, |sign| matches!(sign, '月' | '日' | '号'));
                Some(from..end)
            }
            _ => None,
        }
    }

    /// The place after the sign that parts year, month and day, with spaces around it.
    fn after_mark(&self, from: usize, word: &str) -> Option<usize> {
        let at = from + self.run(from, |sign| sign.is_whitespace());
        let sign = self.signs.get(at)?;
        let is_mark = word.contains(*sign) || matches!(sign, '-' | '.' | '/' | '–' | '—');
        let after = at + 1;
        is_mark.then(|| after + self.run(after, |sign| sign.is_whitespace()))
    }
}

fn is_check(sign: char) -> bool {
    matches!(sign, 'x' | 'X')
}

/// Whether people part a number by this sign.
fn separates(sign: char) -> bool {
    sign.is_whitespace()
        || matches!(
            sign,
            '-' | '–'
                | '—'
                | '−'
                | '_'
                | '·'
                | '.'
                | '/'
                | '('
                | ')'
                | '['
                | ']'
                | '【'
                | '】'
                | '\''
                | '‘'
                | '’'
                | '“'
                | '”'
                | '"'
                | '`'
                | ','
                | '、'
                | '。'
                | ':'
                | ';'
                | '…'
                | '|'
                | '*'
                | '+'
                | '~'
                | '='
                | '#'
                | '&'
                | '\\'
        )
}

/// Whether a word of letters and digits was made by a program: an id or digest.
fn is_code(word: &[char]) -> bool {
    let letters = word
        .split(char::is_ascii_digit)
        .filter(|letters| !letters.is_empty());
    word.len() >= LONGEST && letters.count() >= 3
}

fn says(before: &str, words: &[&str]) -> bool {
    words.iter().any(|word| before.ends_with(word))
}

/// What a number is that is written without a gap.
fn in_one(number: &str, before: &str) -> Option<Kind> {
    let length = number.len();
    if is_mobile(number) || is_landline(number) {
        return Some(Kind::Telephone);
    }
    if says(before, &TELEPHONE_WORDS) && (7..=12).contains(&length) {
        return Some(Kind::Telephone);
    }
    if says(before, &ACCOUNT_WORDS) && length >= 9 {
        return Some(Kind::BankCard);
    }
    let is_spared = says(before, &REGISTER_WORDS) && !is_identity_number(number);
    if length < LONG || is_spared || is_timestamp(number) {
        return None;
    }
    if !is_identity_number(number) && is_bank_card(number) {
        return Some(Kind::BankCard);
    }
    Some(Kind::Identity)
}

/// What a number is that is written in parts, if they are one number.
fn in_parts(number: &str, groups: &[usize], before: &str) -> Option<Kind> {
    let of_people = matches!(groups, [6, 8, 3 | 4] | [6, 4, 4, 3 | 4] | [6, 6, 3]);
    let holds_together = is_identity_number(number) && (groups.len() <= 5 || fits_check(number));
    let is_written_so = of_people && number.get(..2).is_some_and(is_province);
    if holds_together && number.len() >= 17 || is_written_so {
        return Some(Kind::Identity);
    }
    let phone_groups = matches!(
        groups,
        [3, 4, 4] | [3, 8] | [7, 4] | [3, 3, 5] | [2 | 4, 11] | [2 | 4, 3, 4, 4]
    );
    if phone_groups && is_mobile(number) {
        return Some(Kind::Telephone);
    }
    let landline_groups = matches!(
        groups,
        [3 | 4, 7 | 8] | [3 | 4, 3 | 4, 4] | [2, 2 | 3, 7 | 8]
    );
    if landline_groups && is_landline(number) {
        return Some(Kind::Telephone);
    }
    let (last, full) = groups.split_last()?;
    let in_fours = full.iter().all(|group| *group == 4) && *last <= 4;
    let card = is_bank_card(number) || says(before, &ACCOUNT_WORDS);
    ((in_fours || groups == [6, 13]) && number.len() >= 16 && card).then_some(Kind::BankCard)
}

/// The codes of provinces (GB/T 2260), with which an identity number begins.
fn is_province(code: &str) -> bool {
    code.parse::<u8>().is_ok_and(|code| {
        matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
    })
}

/// Whether 15, 17, 18 or 20 characters begin with a province and hold a birth date. The check character is
/// not asked for: a number with a slip of the finger is private too.
fn is_identity_number(number: &str) -> bool {
    let date = match number.len() {
        15 => number.get(6..12).map(|date| format!("19{date}")),
        17 | 18 | 20 => number.get(6..14).map(ToOwned::to_owned),
        _ => None,
    };
    number.get(..2).is_some_and(is_province) && date.is_some_and(|date| is_birth_date(&date))
}

fn is_birth_date(digits: &str) -> bool {
    let date = NaiveDate::parse_from_str(digits, "%Y%m%d");
    digits.bytes().all(|digit| digit.is_ascii_digit())
        && date.is_ok()
        && ("1850".."2200").contains(&&digits[..4])
}

fn fits_check(number: &str) -> bool {
    crate::household::IdentityNumber::parse(number).is_ok()
}

/// 20261129103000, perhaps with milliseconds: no province has the code 19 or 20.
fn is_timestamp(number: &str) -> bool {
    let (Some(date), Some(time)) = (number.get(..8), number.get(8..14)) else {
        return false;
    };
    let part = |range: Range<usize>| time.get(range).and_then(|part| part.parse::<u8>().ok());
    matches!(number.len(), 14 | 17)
        && (number.starts_with("19") || number.starts_with("20"))
        && is_birth_date(date)
        && part(0..2).is_some_and(|hours| hours < 24)
        && part(2..4).is_some_and(|minutes| minutes < 60)
        && part(4..6).is_some_and(|seconds| seconds < 60)
}

fn is_mobile(number: &str) -> bool {
    let national = ["0086", "86", "0"]
        .iter()
        .find_map(|prefix| number.strip_prefix(prefix).filter(|rest| rest.len() == 11))
        .unwrap_or(number);
    let bytes = national.as_bytes();
    bytes.len() == 11
        && bytes.iter().all(u8::is_ascii_digit)
        && bytes[0] == b'1'
        && (b'3'..=b'9').contains(&bytes[1])
}

/// An area code (010, 02x, or four digits from 03xx) and seven or eight digits; 86 may stand before it.
fn is_landline(number: &str) -> bool {
    let national = number.strip_prefix("86").filter(|rest| rest.len() >= 10);
    let number = national.map_or(Cow::Borrowed(number), |rest| {
        Cow::Owned(format!("0{}", rest.trim_start_matches('0')))
    });
    let area = match number.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => 3,
        [b'0', b'3'..=b'9', ..] => 4,
        _ => return false,
    };
    let local = number.get(area..).unwrap_or_default();
    let is_local = matches!(local.len(), 7 | 8) && !local.starts_with(['0', '1']);
    is_local && local.bytes().all(|digit| digit.is_ascii_digit())
}

/// 16 to 19 digits of an issuer that cards in China have, with a check digit that fits.
fn is_bank_card(number: &str) -> bool {
    let issuers = [
        "62", "60", "81", "4", "51", "52", "53", "54", "55", "34", "35", "37", "9",
    ];
    (16..=19).contains(&number.len())
        && issuers.iter().any(|issuer| number.starts_with(issuer))
        && fits_luhn(number)
}

fn fits_luhn(number: &str) -> bool {
    let digits = number.chars().rev().map(|digit| digit.to_digit(10));
    let sum = digits.enumerate().try_fold(0, |sum, (at, digit)| {
        let digit = digit?;
        let doubled = if at % 2 == 1 { digit * 2 } else { digit };
        Some(sum + doubled / 10 + doubled % 10)
    });
    sum.is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::household::IdentityNumber;

    fn seen(text: &str) -> String {
        masked(text, Sight::NOTHING).into_owned()
    }

    #[test]
    fn private_numbers_are_masked_however_they_are_written() {
        for (text, expected) in [
            ("电话13800138000", "电话138******00"),
            ("手机：138 0013 8000。", "手机：138 **** **00。"),
            ("tel13800138000", "tel138******00"),
            ("138-0013-8000，常打", "138-****-**00，常打"),
            ("+86 13800138000", "+86 1********00"),
            ("8613800138000", "861********00"),
            ("１３８００１３８０００", "１３８******００"),
            ("138\u{200b}0013\u{200b}8000", "138\u{200b}****\u{200b}**00"),
            ("家里0515-83512345", "家里051*-******45"),
            ("(0515)83512345", "(051*)******45"),
            ("座机 83512345", "座机 ******45"),
            ("王某320999194912310022残", "王某320*************22残"),
            ("11010519491231002x", "110*************2x"),
            (
                "/households/320999194912310022",
                "/households/320*************22",
            ),
            ("320999 19491231 0028", "320*** ******** **28"),
            ("320999-1949-1231-0028", "320***-****-****-**28"),
            (
                "3 2 0 9 9 9 1 9 4 9 1 2 3 1 0 0 2 2",
                "3 2 0 * * * * * * * * * * * * * 2 2",
            ),
            ("320999491231002", "320**********02"),
            ("11010519491231002X43", "110*****************"),
            ("残疾证32099919491231002843", "残疾证320*****************"),
            ("打错的3209991949123100", "打错的320***********00"),
            ("卡6222021234567890128", "卡622**************28"),
            ("6222 0212 3456 7890 128", "622* **** **** **** *28"),
            ("账号 101234567890", "账号 101*******90"),
            ("护照E12345678", "护照E******78"),
            ("出生日期 1949-12-31", "出生日期 1949-**-**"),
            ("1949年12月31日出生", "1949年**月**日出生"),
            ("生于19491231", "生于1949****"),
            (
                "生日：1949.12.31，2026-11-29走访",
                "生日：1949.**.**，2026-11-29走访",
            ),
        ] {
            assert_eq!(seen(text), expected, "{text}");
        }
    }

    #[test]
    fn all_else_stays() {
        for text in [
            "2026-11-29 10:30:00",
            "2026-11-29 2026-12-01",
            "2026年11月29日",
            "名册20261129103000.xlsx",
            "2026-11-29T10:00:00.123456Z",
            "收入 5000 3000 2000 4000 元",
            "共 123456789.00 元",
            "1234567890123",
            "户编号320999001002000123",
            "户编号：62099900100200012",
            "0197a1b2-1391-7345-8a3b-139123456789",
            "第0197a1b2-1391-7345-8a3b-139123456789小学",
            "a3f113912345678bde62220212345678901281c0ffee",
            "文件 10485760 字节",
            "20260101-20261231",
            "400-820-8820",
            "第 12345678 号",
            "2026 年 1 至 12 月走访 13 次",
            "110 105 120",
        ] {
            assert_eq!(seen(text), text);
        }
    }

    #[test]
    fn a_text_of_nothing_but_digits_does_not_keep_a_reader_waiting() {
        let started = std::time::Instant::now();
        for text in [
            "1 ".repeat(20_000),
            "1".repeat(40_000),
            "2026-".repeat(8_000),
        ] {
            seen(&text);
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(20));
    }

    #[test]
    fn a_reader_sees_what_he_may() {
        let text = "电话13800138000，证320999194912310028";
        assert_eq!(
            masked(text, Sight::MESSAGES),
            "电话13800138000，证320*************28"
        );
    }

    #[test]
    fn what_was_masked_is_not_lost_by_a_change_of_the_text_around_it() {
        let stored = "证320999194912310028，电话13800138000";
        let read = seen(stored);
        let back = |sent: &str| unmasked(sent.to_owned(), stored, Sight::NOTHING);
        assert_eq!(back(&read), stored);
        assert_eq!(
            back(&format!("已核实：{read}。")),
            format!("已核实：{stored}。")
        );
        assert_eq!(back("电话138******00"), "电话13800138000");
        assert_eq!(back("电话13900139000"), "电话13900139000");
        assert_eq!(back("******"), "******");
    }

    /// Text without digits, as it stands around a number.
    fn words() -> impl Strategy<Value = String> {
        "[王李张的是在，。：；（）、 a-z\n]{0,12}"
    }

    /// A number with a sign between its parts, or none; perhaps full-width.
    fn written(number: &str, parts: &[usize], sign: &str, full_width: bool) -> String {
        let mut rest = number;
        let mut pieces = Vec::new();
        for part in parts {
            let (piece, after) = rest.split_at((*part).min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        pieces.retain(|piece| !piece.is_empty());
        let text = pieces.join(sign);
        let wide = |sign: char| match sign {
            '0'..='9' | 'X' => char::from_u32(sign as u32 + 0xfee0).unwrap_or(sign),
            other => other,
        };
        if full_width {
            text.chars().map(wide).collect()
        } else {
            text
        }
    }

    fn digits_of(text: &str) -> String {
        text.chars()
            .map(half_width_char)
            .filter(|sign| sign.is_ascii_digit() || *sign == 'X' || *sign == '*')
            .collect()
    }

    proptest! {
        #[test]
        fn any_text_keeps_its_length_and_is_masked_once(text in "\\PC{0,60}") {
            let once = seen(&text);
            prop_assert_eq!(once.chars().count(), text.chars().count());
            prop_assert_eq!(seen(&once), once);
        }

        #[test]
        fn no_identity_number_goes_out(
            before in words(), after in words(), day in 0_u64..50_000, serial in 0_u32..1000,
            sign in prop::sample::select(vec!["", " ", "-", "　"]), full_width: bool,
        ) {
            let born = NaiveDate::from_ymd_opt(1890, 1, 1).unwrap() + chrono::Days::new(day);
            let body = format!("320999{}{serial:03}", born.format("%Y%m%d"));
            let number = IdentityNumber::from_body(&body).unwrap();
            let number = number.whole();
            let text = written(number, &[6, 8], sign, full_width);
            let shown = digits_of(&seen(&format!("{before}{text}{after}")));
            prop_assert!(shown.contains(&crate::text::masked(number)), "{}", shown);
        }

        #[test]
        fn no_mobile_number_goes_out(
            before in words(), after in words(), number in "1[3-9][0-9]{9}",
            sign in prop::sample::select(vec!["", " ", "-"]), full_width: bool,
        ) {
            let text = written(&number, &[3, 4], sign, full_width);
            let shown = digits_of(&seen(&format!("{before}{text}{after}")));
            prop_assert!(shown.contains(&crate::text::masked(&number)), "{}", shown);
        }

        #[test]
        fn no_bank_card_goes_out(before in words(), body in "62[0-9]{16}", in_fours: bool) {
            let check = (0..10).find(|check| fits_luhn(&format!("{body}{check}"))).unwrap();
            let number = format!("{body}{check}");
            let parts: &[usize] = if in_fours { &[4, 4, 4, 4] } else { &[] };
            let text = written(&number, parts, " ", false);
            let shown = digits_of(&seen(&format!("{before}{text}元")));
            prop_assert!(shown.contains(&crate::text::masked(&number)), "{}", shown);
        }

        #[test]
        fn dates_times_sums_and_ids_stay(
            day in 0_i64..40_000, seconds in 0_u32..86_400, fen in 0_i64..100_000_000_000, id: u128,
        ) {
            let day = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + chrono::Duration::days(day);
            let time = day.and_time(chrono::NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap());
            let id = uuid::Uuid::from_u128(id);
            for text in [
                day.to_string(),
                time.to_string(),
                time.format("%Y年%m月%d日 %H:%M").to_string(),
                time.format("%Y%m%d%H%M%S").to_string(),
                format!("{day}至{day}走访"),
                crate::text::yuan(fen),
                id.to_string(),
            ] {
                prop_assert_eq!(seen(&text), text);
            }
        }
    }
}
