//! Identity numbers in cells.

use super::digits::EXACT;
use super::nothing::says_no_number;
use super::text::{Read, Refusal, plain};
use crate::identity::{IdentityError, IdentityNumber};
use crate::workbook::reader::Cell;

/// Reads an identity number, of which Excel may have made a floating-point number.
pub fn identity(cell: &Cell<'_>) -> Read<IdentityNumber> {
    let refused = |error: IdentityError| {
        let remedy = match error {
            IdentityError::FloatDamaged => "请把该列设为“文本”格式，对照身份证重新录入完整号码",
            IdentityError::Length(15) => "15 位旧号码请换成 18 位号码",
            IdentityError::Certificate => {
                "请只填 18 位号码，或填写正确的 20 位残疾人证号；说明文字请写在备注栏"
            }
            _ => "请对照身份证或户口簿重新录入；号码列应设为“文本”格式",
        };
        let code = if error == IdentityError::FloatDamaged {
            "identity_number_damaged"
        } else {
            "identity_number_invalid"
        };
        Refusal::new(code, format!("证件号码{error}"), remedy)
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
            "一格里像是有两个证件号码",
            "每人一行，一格只填一个号码",
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
