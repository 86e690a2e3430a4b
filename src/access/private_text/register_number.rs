//! Numbers that a register gives (户编号, 人编号, 工号), in which somebody may have typed a private number.
//!
//! An office needs to read them, and they are long runs of digits too. So the form decides:
//!
//! | digits | what it is | shown |
//! | --- | --- | --- |
//! | a code of an area and a serial number: 10, 12 or 18 digits (county, town, village, household) as 320999001002000123 | 户编号 | whole |
//! | fewer than 11, or with letters as T0002 | 户编号 or 工号 | whole |
//! | 11 as a mobile number, with 86 or 0 before it too; 10 to 12 that begin with the 0 of an area's telephone code | telephone | masked |
//! | 14, 17, 18 or 20 that begin with a province and have a birth date (1900 to 2099) in the 7th to 14th place, whatever the check character | identity number, perhaps without its end | masked |
//! | 15 that begin with a province and have a day of 1930 to 1999 in the 7th to 12th place | identity number of before 1999 | masked |
//! | 16 to 19 that fit the check digit (Luhn) of a known issuer | bank card | masked |
//! | an identity number with its right check character anywhere in a longer number | identity number | masked |
//!
//! Letters, spaces and dashes around and between the digits change nothing.
//!
//! Where a form means two things, this decides: in 户编号 of 18 digits the 7th to 14th place are the
//! town, the village and the begin of a serial number. Codes of towns run from 001 to 399, so these
//! make a date of 19xx nowhere, and one of 20xx only beyond the ten-thousandth household of a village of
//! the 200th town. 18 digits that begin with the code of Gansu (62, as Chinese cards do) and of one of
//! its prefectures are 户编号: cards have 16 or 19. A 户编号 of 11 digits that begins with 13, 14 or 15 (Hebei,
//! Shanxi, Inner Mongolia) cannot be told from a mobile number, and is masked.

use super::shapes::{fits_luhn, is_cut_identity_number, is_date, is_province};
use super::signs::Signs;
use crate::identity::IdentityNumber;
use crate::text::{self, half_width_char};

/// Whether a private number stands in a number that a register gives.
pub(in crate::access) fn is_private(number: &str) -> bool {
    let tight: String = number
        .chars()
        .map(half_width_char)
        .filter(char::is_ascii_alphanumeric)
        .collect();
    holds_identity_number(&tight)
        || tight
            .split(|sign: char| !sign.is_ascii_digit())
            .any(is_private_run)
}

/// A private number that is none to a text, with its first three and last two characters; without its
/// end, if that is a birth day.
pub(in crate::access) fn masked(number: &str) -> String {
    const SHOWN: usize = 3;
    let digits: String = number
        .chars()
        .map(half_width_char)
        .filter(char::is_ascii_digit)
        .collect();
    if !is_cut_identity_number(&digits) {
        return text::masked(number);
    }
    let shown = number.chars().take(SHOWN);
    let hidden = number.chars().skip(SHOWN).map(|_| '*');
    shown.chain(hidden).collect()
}

/// Whether an identity number stands somewhere in a number.
fn holds_identity_number(number: &str) -> bool {
    let signs: Vec<char> = Signs::of(number).0.iter().map(|sign| sign.read).collect();
    signs.windows(18).any(|window| {
        let window: String = window.iter().collect();
        window.chars().all(|sign| sign.is_ascii_alphanumeric())
            && IdentityNumber::parse(&window).is_ok()
    })
}

fn is_private_run(digits: &str) -> bool {
    match digits.len() {
        10..=13 => is_telephone(digits),
        14 => is_telephone(digits) || begins_as_identity_number(digits),
        15 => is_old_identity_number(digits),
        17 | 18 | 20 if begins_as_identity_number(digits) => true,
        16..=19 => is_bank_card(digits),
        _ => false,
    }
}

/// A mobile number, perhaps with 0086, 86 or 0 before it, or one that begins with the 0 of an area's
/// telephone code: no code of a province does.
fn is_telephone(digits: &str) -> bool {
    let mobile = ["0086", "86", "0", ""].iter().any(|prefix| {
        let number = digits.strip_prefix(prefix).map(str::as_bytes);
        matches!(number, Some([b'1', b'3'..=b'9', rest @ ..]) if rest.len() == 9)
    });
    mobile || digits.starts_with('0') && (10..=12).contains(&digits.len())
}

/// Whether the first 14 digits are the code of an area and a birth date.
fn begins_as_identity_number(digits: &str) -> bool {
    let year = digits.get(6..10).and_then(|year| year.parse::<i32>().ok());
    digits.get(..2).is_some_and(is_province)
        && year.is_some_and(|year| (1900..2100).contains(&year))
        && digits.get(6..14).is_some_and(is_date)
}

fn is_old_identity_number(digits: &str) -> bool {
    let date = digits.get(6..12).map(|date| format!("19{date}"));
    digits.get(..2).is_some_and(is_province)
        && date.is_some_and(|date| date.as_str() >= "1930" && is_date(&date))
}

/// 16 to 19 digits of an issuer that cards in China have, with a check digit that fits.
fn is_bank_card(digits: &str) -> bool {
    let issuers: &[&str] = match digits.len() {
        // Cards of 18 digits are of Chinese issuers alone.
        18 if is_in_gansu(digits) => &[],
        18 => &["62", "60", "81", "9"],
        _ => &[
            "62", "60", "81", "4", "51", "52", "53", "54", "55", "34", "35", "37", "9",
        ],
    };
    issuers.iter().any(|issuer| digits.starts_with(issuer)) && fits_luhn(digits)
}

/// Whether digits begin with the code of a prefecture of Gansu (GB/T 2260).
fn is_in_gansu(digits: &str) -> bool {
    let prefecture = digits.get(2..4).and_then(|code| code.parse::<u8>().ok());
    digits.starts_with("62") && prefecture.is_some_and(|code| matches!(code, 1..=12 | 29 | 30))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::access::Sight;

    #[test]
    fn a_private_number_typed_as_number_is_masked() {
        for (number, shown) in [
            ("11010519491231002X", "110*************2X"),
            ("T11010519491231002X", "T110*************2X"),
            // A typing mistake in the check character, none at all, the date alone.
            ("320999197501010013", "320*************13"),
            ("32099919750101001", "320************01"),
            ("32099919750101", "320***********"),
            ("工320999-19750101", "工32*************"),
            ("320999750101001", "320**********01"),
            ("32099919750101001543", "320*****************"),
            ("13800138000", "138******00"),
            ("T13800138000", "T138******00"),
            ("138-0013-8000", "138-****-**00"),
            ("8613800138000", "861********00"),
            ("051583512345", "051*******45"),
            ("6222021234567890128", "622**************28"),
            ("K6222021234567890128", "K622**************28"),
            ("4111111111111111", "411***********11"),
        ] {
            assert_eq!(Sight::NOTHING.register_number(number), shown);
            assert_eq!(
                Sight::NOTHING.register_number(shown),
                shown,
                "once is enough"
            );
        }
        assert_eq!(
            Sight::MESSAGES.register_number("13800138000"),
            "13800138000"
        );
    }

    #[test]
    fn a_real_number_stays() {
        for number in [
            "320999001002000123",
            "620102001002000123",
            "621226101201000018",
            "410102100201001234",
            "320999200201000101",
            "130102001002000123",
            "3209990001",
            "32099900101",
            "320999001",
            "320999000001",
            "1301020001",
            "QH001",
            "T0002",
            "C-2026-0001",
            "20260001",
            "+3200001",
            "",
        ] {
            assert_eq!(Sight::NOTHING.register_number(number), number);
        }
    }

    proptest! {
        #[test]
        fn whatever_household_of_whatever_county_is_readable(
            province in prop::sample::select(vec!["13", "32", "36", "41", "45", "51", "52", "61", "62", "65"]),
            prefecture in 1_u32..=12, county in 1_u32..=35, town in 1_u32..200, village in 1_u32..400,
            household in 0_u32..10_000,
        ) {
            let number = format!("{province}{prefecture:02}{county:02}{town:03}{village:03}{household:06}");
            // One in a hundred thousand holds an identity number with its check character by chance.
            prop_assume!(!holds_identity_number(&number));
            prop_assert_eq!(Sight::NOTHING.register_number(&number), number.as_str());
        }
    }
}
