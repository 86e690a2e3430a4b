//! Citizen identity numbers, GB 11643.

use std::borrow::Cow;
use std::ops::Range;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::code_list::Labelled;
use crate::codes::Sex;
use crate::text::half_width;

/// A citizen identity number (公民身份号码) that has been checked: 17 digits and a check character
/// by ISO 7064 MOD 11-2, with a birth date that exists.
///
/// It is private data: [`std::fmt::Debug`] shows it masked, there is no `Display`, and who needs it
/// whole must ask for [`whole`](Self::whole).
///
/// ```
/// use qianshou::codes::Sex;
/// use qianshou::identity::{IdentityError, IdentityNumber};
///
/// let number = IdentityNumber::parse("11010519491231002X").unwrap();
/// assert_eq!(number.birth_date().to_string(), "1949-12-31");
/// assert_eq!(number.sex(), Sex::Female);
/// assert!(!format!("{number:?}").contains("19491231"));
///
/// let slip = IdentityNumber::parse("110105194912310021");
/// assert_eq!(slip, Err(IdentityError::Check { expected: 'X' }));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityNumber([u8; 18]);

/// Why a text is not an identity number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Neither 18 nor 20 characters.
    #[error("应为 18 位，实际 {0} 位")]
    Length(usize),
    /// A character that cannot stand there.
    #[error("含有数字和末位 X 以外的字符")]
    Character,
    /// Birth date that no calendar has.
    #[error("第 7 至 14 位不是有效的出生日期")]
    BirthDate,
    /// The check character does not fit the 17 digits.
    #[error("校验码不符，末位应为 {expected}")]
    Check {
        /// The check character that the 17 digits call for.
        expected: char,
    },
    /// Twenty characters whose last two are no category and grade of a disability.
    #[error("有 20 位，但末两位不是残疾类别（1 至 7）和残疾等级（1 至 4）")]
    Certificate,
    /// A number that went through a spreadsheet's floating point, which keeps 15 digits.
    #[error("被 Excel 当作数值保存，末三位已丢失")]
    FloatDamaged,
}

/// Weights of the 17 digits: 2^(17-i) mod 11, ISO 7064 MOD 11-2.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character for each remainder of the weighted sum.
const CHECKS: [u8; 11] = *b"10X98765432";

impl IdentityNumber {
    /// Reads a number as people type it: a lower-case x, full-width digits, spaces or a leading
    /// apostrophe are put right, since they can mean only one thing. A 20-digit disability
    /// certificate number gives the identity number that it begins with. A 15-digit number of before
    /// 1999 is refused, see [`guess`](Self::guess).
    ///
    /// ```
    /// use qianshou::identity::IdentityNumber;
    /// let number = IdentityNumber::parse("'11010519491231002x").unwrap();
    /// assert_eq!(number.whole(), "11010519491231002X");
    /// assert_eq!(number.masked(), "110*************2X");
    /// ```
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let typed = Self::tight(text);
        if typed.contains("E+") {
            return Err(IdentityError::FloatDamaged);
        }
        let (body, last) = match typed.len() {
            _ if !typed.is_ascii() => return Err(IdentityError::Character),
            18 => typed.split_at(17),
            20 | 22 if !ends_as_certificate(&typed[18..]) => {
                return Err(IdentityError::Certificate);
            }
            // A certificate that was issued again has B and a figure behind its number.
            20 | 22 => (&typed[..17], &typed[17..18]),
            _ => return Err(IdentityError::Length(typed.chars().count())),
        };
        let number = Self::from_body(body)?;
        let expected = char::from(number.0[17]);
        if last.starts_with(expected) {
            Ok(number)
        } else if !last
            .starts_with(|character: char| character.is_ascii_digit() || character == 'X')
        {
            Err(IdentityError::Character)
        } else {
            Err(IdentityError::Check { expected })
        }
    }

    /// A number without what people type around and between its characters.
    pub fn tight(text: &str) -> Cow<'_, str> {
        let is_tight = |byte: u8| byte.is_ascii_digit() || byte == b'X';
        if text.bytes().all(is_tight) {
            return Cow::Borrowed(text);
        }
        let tight: String = half_width(text)
            .chars()
            .filter(|character| !is_padding(*character))
            .collect();
        Cow::Owned(tight.to_ascii_uppercase())
    }

    /// The number that a shorter or longer one may mean: 15 digits of before 1999 with the century 19 and
    /// the check character (GB 11643-1999), 17 digits that lack just the check character, or 18 with two
    /// more characters behind them. All may be slips of the finger as well, so this is for people to
    /// confirm.
    pub fn guess(text: &str) -> Option<Self> {
        let typed = Self::tight(text);
        let digits = typed.bytes().all(|byte| byte.is_ascii_digit());
        match typed.len() {
            15 if digits => Self::from_body(&format!("{}19{}", &typed[..6], &typed[6..])).ok(),
            17 if digits => Self::from_body(&typed).ok(),
            20 if typed.is_ascii() => Self::parse(&typed[..18]).ok(),
            _ => None,
        }
    }

    /// The number for 17 digits, with its check character added.
    pub fn from_body(body: &str) -> Result<Self, IdentityError> {
        let body: &[u8; 17] = body
            .as_bytes()
            .try_into()
            .map_err(|_| IdentityError::Character)?;
        let check = check_character(body).ok_or(IdentityError::Character)?;
        birth_date(&body[6..14]).ok_or(IdentityError::BirthDate)?;
        let mut whole = [check; 18];
        whole[..17].copy_from_slice(body);
        Ok(Self(whole))
    }

    /// All 18 characters.
    pub fn whole(&self) -> &str {
        // They are digits, and at the end perhaps an X.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The 17 digits as a number, for those who must remember millions: the check character follows
    /// from them.
    pub fn packed(&self) -> u64 {
        value_of(&self.0[..17])
    }

    /// The number that [`packed`](Self::packed) gave.
    pub fn unpacked(packed: u64) -> Result<Self, IdentityError> {
        Self::from_body(&format!("{packed:017}"))
    }

    /// The first three and the last two characters: what may be shown to anyone who may see the
    /// household at all. Four at the end would be too many: with the household's number, which begins
    /// with the county, and the birth date they leave one number (see `access::privacy`).
    pub fn masked(&self) -> String {
        crate::text::masked(self.whole())
    }

    /// Birth date, digits 7 to 14.
    pub fn birth_date(&self) -> NaiveDate {
        birth_date(&self.0[6..14]).unwrap_or_default()
    }

    /// Sex by digit 17: odd for a man, even for a woman.
    pub fn sex(&self) -> Sex {
        if self.0[16] % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }
}

/// What people type around a number and between its characters, and mean nothing by.
fn is_padding(character: char) -> bool {
    character.is_whitespace() || "'‘’`-".contains(character)
}

/// Whether the end of a disability certificate's number says a category and a grade (GB/T 26341: 1 to 7 and
/// 1 to 4), and of one that was issued again, how often.
fn ends_as_certificate(end: &str) -> bool {
    match end.as_bytes() {
        [b'1'..=b'7', b'1'..=b'4'] => true,
        [b'1'..=b'7', b'1'..=b'4', b'B', again] => again.is_ascii_digit(),
        _ => false,
    }
}

/// The check character for 17 digits, or nothing if they are not all digits.
fn check_character(body: &[u8; 17]) -> Option<u8> {
    let mut sum = 0;
    for (character, weight) in body.iter().zip(WEIGHTS) {
        sum += char::from(*character).to_digit(10)? * weight;
    }
    Some(CHECKS[(sum % 11) as usize])
}

/// The date that 8 digits say, if any calendar has it.
fn birth_date(digits: &[u8]) -> Option<NaiveDate> {
    let part = |range: Range<usize>| u32::try_from(value_of(&digits[range])).ok();
    let year = i32::try_from(part(0..4)?).ok()?;
    NaiveDate::from_ymd_opt(year, part(4..6)?, part(6..8)?)
        .filter(|date| (1850..2200).contains(&date.year()))
}

/// The number that digits write.
fn value_of(digits: &[u8]) -> u64 {
    digits
        .iter()
        .fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

impl Labelled for IdentityNumber {}

impl std::fmt::Debug for IdentityNumber {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.masked())
    }
}

/// As text where people may read it, packed where only this program does.
impl Serialize for IdentityNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.whole())
        } else {
            serializer.serialize_u64(self.packed())
        }
    }
}

impl<'de> Deserialize<'de> for IdentityNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = if deserializer.is_human_readable() {
            Self::parse(&String::deserialize(deserializer)?)
        } else {
            Self::unpacked(u64::deserialize(deserializer)?)
        };
        read.map_err(serde::de::Error::custom)
    }
}

impl std::str::FromStr for IdentityNumber {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, IdentityError> {
        Self::parse(text)
    }
}

crate::text_column!(IdentityNumber, IdentityNumber::whole);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_standard_pass() {
        let man = IdentityNumber::parse("11010519491231002X").unwrap();
        assert_eq!(man.sex(), Sex::Female);
        assert_eq!(
            man.birth_date(),
            NaiveDate::from_ymd_opt(1949, 12, 31).unwrap()
        );
        assert!(IdentityNumber::parse("440524188001010014").is_ok());
    }

    #[test]
    fn what_people_type_is_put_right() {
        for typed in [
            "11010519491231002x",
            "'11010519491231002X",
            "１１０１０５１９４９１２３１００２Ｘ",
            " 110105 19491231 002X ",
            "11010519491231002X43",
        ] {
            assert_eq!(
                IdentityNumber::parse(typed).unwrap().whole(),
                "11010519491231002X"
            );
        }
        for short in ["110105491231002", "11010519491231002"] {
            assert!(IdentityNumber::parse(short).is_err(), "{short}");
            assert_eq!(
                IdentityNumber::guess(short).unwrap().whole(),
                "11010519491231002X"
            );
        }
    }

    #[test]
    fn what_cannot_be_known_is_refused() {
        use IdentityError as E;
        for (typed, error) in [
            ("1.10105194912310E+17", E::FloatDamaged),
            ("1101051949123100", E::Length(16)),
            ("110105194912310021", E::Check { expected: 'X' }),
            ("11010519490231002X", E::BirthDate),
            ("11010519491A31002X", E::Character),
            ("11010519491231002甲", E::Character),
            ("", E::Length(0)),
        ] {
            assert_eq!(IdentityNumber::parse(typed), Err(error), "{typed}");
        }
    }

    #[test]
    fn debug_shows_no_private_digits() {
        let number = IdentityNumber::parse("11010519491231002X").unwrap();
        assert_eq!(format!("{number:?}"), "110*************2X");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,24}") {
            let _ = IdentityNumber::parse(&text);
        }

        /// MOD 11-2 finds every single wrong digit and every swap of neighbours.
        #[test]
        fn one_wrong_digit_is_found(serial in 0_u32..1000, day in 0_u64..40_000, at in 0_usize..17, by in 1_u8..10) {
            let born = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(day);
            let number = IdentityNumber::from_body(&format!("320999{}{serial:03}", born.format("%Y%m%d"))).unwrap();
            prop_assert_eq!(number.birth_date(), born);
            prop_assert_eq!(&IdentityNumber::unpacked(number.packed()).unwrap(), &number);
            let mut wrong = number.whole().as_bytes().to_vec();
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            prop_assert!(IdentityNumber::parse(std::str::from_utf8(&wrong).unwrap()).is_err());
        }
    }
}
