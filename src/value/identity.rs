//! Identity numbers in cells.

use super::digits::EXACT;
use super::nothing::says_no_number;
use super::text::{Read, Refusal, plain};
use crate::identity::{IdentityError, IdentityNumber};
use crate::problem::{Text, words};
use crate::workbook::reader::Cell;

/// What is wrong with an identity number, in English, behind the words “the identity number”.
fn english(error: &IdentityError) -> String {
    match error {
        IdentityError::Length(length) => format!("is of length {length} in place of 18"),
        IdentityError::Character => "holds characters other than digits and an X at the end".to_owned(),
        IdentityError::BirthDate => "has no valid birth date as its digits 7 to 14".to_owned(),
        IdentityError::Check { expected } => {
            format!("does not fit its check character: the last one should be {expected}")
        }
        IdentityError::Certificate => {
            "has 20 characters whose last two are no kind (1 to 7) and grade (1 to 4) of a disability"
                .to_owned()
        }
        IdentityError::FloatDamaged => {
            "was kept as a number by Excel, and its last three digits are lost".to_owned()
        }
    }
}

/// Reads an identity number, of which Excel may have made a floating-point number.
pub fn identity(cell: &Cell<'_>) -> Read<IdentityNumber> {
    let refused = |error: IdentityError| {
        let remedy = match error {
            IdentityError::FloatDamaged => words!(
                "请把该列设为“文本”格式，对照身份证重新录入完整号码",
                "format the column as text and type the whole number again from the identity card"
            ),
            IdentityError::Length(15) => words!(
                "15 位旧号码请换成 18 位号码",
                "write the number of 18 digits in place of the old one of 15"
            ),
            IdentityError::Certificate => {
                words!(
                    "请只填 18 位号码，或填写正确的 20 位残疾人证号；说明文字请写在备注栏",
                    "fill in a number of 18 digits alone, or a correct number of a disability certificate, of 20; put other words into the remarks"
                )
            }
            _ => words!(
                "请对照身份证或户口簿重新录入；号码列应设为“文本”格式",
                "type it again from the identity card or the household booklet; the column should be formatted as text"
            ),
        };
        let code = if error == IdentityError::FloatDamaged {
            "identity_number_damaged"
        } else {
            "identity_number_invalid"
        };
        Refusal::new(
            code,
            Text::new(
                format!("证件号码{error}"),
                format!("the identity number {}", english(&error)),
            ),
            remedy,
        )
    };
    if let Cell::Number(number) = cell
        && number.abs() >= EXACT
    {
        return Err(refused(IdentityError::FloatDamaged));
    }
    let text = plain(cell)?;
    if says_no_number(&text) {
        return Ok(None);
    }
    if has_two(&text) {
        return Err(Refusal::new(
            "two_numbers",
            words!(
                "一格里像是有两个证件号码",
                "the cell seems to hold two identity numbers"
            ),
            words!(
                "每人一行，一格只填一个号码",
                "one person a row and one number a cell"
            ),
        ));
    }
    IdentityNumber::parse(&text).map(Some).map_err(|error| {
        refused(error).proposing(IdentityNumber::guess(&text).map(|guess| guess.masked()))
    })
}

/// Whether a text has two numbers of full length.
fn has_two(text: &str) -> bool {
    text.len() >= 36
        && text
            .split(|character: char| !character.is_ascii_alphanumeric())
            .filter(|part| (15..=20).contains(&part.len()))
            .count()
            > 1
}

/// The identity number that a cell's text may mean, if somebody confirmed it by its masked form.
pub fn confirmed(cell: &Cell<'_>, masked: &str) -> Option<IdentityNumber> {
    let text = plain(cell).ok()?;
    IdentityNumber::guess(&text).filter(|guess| guess.masked() == masked)
}
