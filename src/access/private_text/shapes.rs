//! What a row of digits is by itself: by its length, its first digits, its date, its check digit.

use std::borrow::Cow;
use std::ops::Range;

use chrono::NaiveDate;

use crate::identity::IdentityNumber;

/// Most characters of a number that is written in parts: a disability certificate's.
pub(super) const LONGEST: usize = 20;

/// The codes of provinces (GB/T 2260), with which an identity number begins.
pub(super) fn is_province(code: &str) -> bool {
    code.parse::<u8>().is_ok_and(|code| {
        matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
    })
}

/// Whether 15, 17, 18 or 20 characters begin with a province and hold a birth date. The check character is
/// not asked for: a number with a typing mistake is private too.
pub(super) fn is_identity_number(number: &str) -> bool {
    let date = match number.len() {
        15 => number.get(6..12).map(|date| format!("19{date}")),
        17 | 18 | 20 => number.get(6..14).map(ToOwned::to_owned),
        _ => None,
    };
    number.get(..2).is_some_and(is_province) && date.is_some_and(|date| is_date(&date))
}

/// Whether 14 digits are an identity number that ends with its birth date.
pub(super) fn is_cut_identity_number(number: &str) -> bool {
    number.len() == 14
        && number.get(..2).is_some_and(is_province)
        && number.get(6..).is_some_and(is_date)
}

/// Whether eight digits are a date of these centuries.
pub(super) fn is_date(digits: &str) -> bool {
    let date = NaiveDate::parse_from_str(digits, "%Y%m%d");
    digits.bytes().all(|digit| digit.is_ascii_digit())
        && date.is_ok()
        && ("1850".."2200").contains(&&digits[..4])
}

/// Whether the check character of an identity number fits.
pub(super) fn fits_check(number: &str) -> bool {
    IdentityNumber::parse(number).is_ok()
}

/// 20261129103000, perhaps with milliseconds: no province has the code 19 or 20.
pub(super) fn is_timestamp(number: &str) -> bool {
    let (Some(date), Some(time)) = (number.get(..8), number.get(8..14)) else {
        return false;
    };
    let part = |range: Range<usize>| time.get(range).and_then(|part| part.parse::<u8>().ok());
    matches!(number.len(), 14 | 17)
        && (number.starts_with("19") || number.starts_with("20"))
        && is_date(date)
        && part(0..2).is_some_and(|hours| hours < 24)
        && part(2..4).is_some_and(|minutes| minutes < 60)
        && part(4..6).is_some_and(|seconds| seconds < 60)
}

/// A mobile number, perhaps with 86 and zeros before it: 0086, +086, 0.
pub(super) fn is_mobile(number: &str) -> bool {
    const LENGTH: usize = 11;
    const LONGEST_PREFIX: usize = 5;
    let Some(prefix) = number.len().checked_sub(LENGTH) else {
        return false;
    };
    let (Some(prefix), Some(rest)) = (number.get(..prefix), number.get(prefix..)) else {
        return false;
    };
    let country = prefix.trim_matches('0');
    prefix.len() <= LONGEST_PREFIX
        && matches!(country, "" | "86")
        && is_national_mobile(rest.as_bytes())
}

fn is_national_mobile(digits: &[u8]) -> bool {
    digits.len() == 11
        && digits.iter().all(u8::is_ascii_digit)
        && digits[0] == b'1'
        && (b'3'..=b'9').contains(&digits[1])
}

/// Whether one or two digits stand before or after a mobile number without a gap.
pub(super) fn holds_mobile(number: &str) -> bool {
    matches!(number.len(), 12 | 13)
        && !number.get(..8).is_some_and(is_date)
        && number.as_bytes().windows(11).any(is_national_mobile)
}

/// An area code (010, 02x, or four digits from 03xx) and seven or eight digits; 86 may stand before it.
pub(super) fn is_landline(number: &str) -> bool {
    let bare = number.trim_start_matches('0');
    let national = bare.strip_prefix("86").filter(|rest| rest.len() >= 10);
    let number = national.map_or(Cow::Borrowed(number), |rest| {
        Cow::Owned(format!("0{}", rest.trim_start_matches('0')))
    });
    let area = match number.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => 3,
        [b'0', b'3'..=b'9', ..] => 4,
        _ => return false,
    };
    is_local(number.get(area..).unwrap_or_default())
}

/// Seven or eight digits of a landline without its area code.
pub(super) fn is_local(number: &str) -> bool {
    matches!(number.len(), 7 | 8)
        && !number.starts_with(['0', '1'])
        && number.bytes().all(|digit| digit.is_ascii_digit())
}

/// 16 to 19 digits of an issuer that cards in China have, with a check digit that fits.
pub(super) fn is_bank_card(number: &str) -> bool {
    let issuers = [
        "62", "60", "81", "4", "51", "52", "53", "54", "55", "34", "35", "37", "9",
    ];
    (16..=19).contains(&number.len())
        && issuers.iter().any(|issuer| number.starts_with(issuer))
        && fits_luhn(number)
}

pub(super) fn fits_luhn(number: &str) -> bool {
    let digits = number.chars().rev().map(|digit| digit.to_digit(10));
    let sum = digits.enumerate().try_fold(0, |sum, (at, digit)| {
        let digit = digit?;
        let doubled = if at % 2 == 1 { digit * 2 } else { digit };
        Some(sum + doubled / 10 + doubled % 10)
    });
    sum.is_some_and(|sum| sum % 10 == 0)
}

/// A unified social credit code (GB 32100) of digits alone: who registered it, a province, and a check
/// digit that fits.
pub(super) fn is_credit_code(number: &str) -> bool {
    // 3^i mod 31
    const WEIGHTS: [u32; 17] = [
        1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
    ];
    let registrars = [
        "11", "12", "13", "19", "51", "52", "53", "59", "91", "92", "93",
    ];
    let digits: Option<Vec<u32>> = number.chars().map(|digit| digit.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| digits.len() == 18) else {
        return false;
    };
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    registrars
        .iter()
        .any(|registrar| number.starts_with(registrar))
        && number.get(2..4).is_some_and(is_province)
        && !is_identity_number(number)
        && (31 - sum % 31) % 31 == digits[17]
}
