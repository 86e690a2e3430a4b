//! Numbers that are names: 户编号, 人编号, 工号. What was once a number in a spreadsheet may have lost digits.

use std::borrow::Cow;

use super::text::{Read, Refusal, text};
use crate::text::{half_width, squeezed};
use crate::workbook::reader::Cell;

/// A number of so many digits, most of them zeros at the end, went through scientific notation.
const LONG: usize = 11;
/// Excel shows so many digits of a large number in a cell of usual width: 3.20999E+11.
const SHOWN: usize = 6;

/// A number that is a name, such as a household's number: without any spaces.
pub fn code_number(cell: &Cell<'_>, longest: usize) -> Read<String> {
    // Most are texts of letters and digits, which need no second look.
    let plain =
        matches!(cell, Cell::Text(text) if text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let Some(typed) = text(cell, longest)? else {
        return Ok(None);
    };
    if plain {
        return if is_scientific(&typed) {
            Err(damaged(&typed))
        } else {
            Ok(Some(typed))
        };
    }
    let number = without_zero_fraction(squeezed(&typed).trim_start_matches('\'')).to_owned();
    // As a text it was typed so: the first of a village may well end with zeros.
    let was_number = matches!(cell, Cell::Number(_));
    if is_scientific(&number) || (was_number && lost_its_end(&number)) {
        return Err(damaged(&number));
    }
    if let Some(refusal) = refused(&typed, &number) {
        return Err(refusal);
    }
    Ok(Some(number))
}

/// Why a text is no number, or more than one.
fn refused(typed: &str, number: &str) -> Option<Refusal> {
    if number
        .chars()
        .any(|character| "?□〓*\u{fffd}".contains(character))
    {
        return Some(Refusal::new(
            "lost_character",
            "编号里有丢失或被遮盖的字符（如 ?、□、*）",
            "请对照原件填写完整编号",
        ));
    }
    if !number
        .chars()
        .any(|character| character.is_ascii_alphanumeric())
    {
        return Some(Refusal::new(
            "not_a_number_name",
            "不是编号",
            "请填写编号；没有编号的请留空，说明文字请写在备注栏",
        ));
    }
    let parts = numbers(typed);
    (parts.len() > 1).then(|| {
        Refusal::new(
            "two_numbers",
            format!("一格里填了 {} 个编号", parts.len()),
            "一格只能填一个编号，请分开",
        )
    })
}

/// The numbers that a cell holds. White space stands within a number as well as between two: it is
/// between two where the parts are as long as each other and longer than groups of digits are.
fn numbers(typed: &str) -> Vec<String> {
    let half = half_width(typed);
    let is_number = |part: &&str| part.chars().filter(char::is_ascii_alphanumeric).count() >= 3;
    let hard: Vec<&str> = half
        .split(['、', ',', ';', '\n', '\r', '|'])
        .map(str::trim)
        .filter(is_number)
        .collect();
    if hard.len() > 1 {
        return hard.into_iter().map(str::to_owned).collect();
    }
    let soft: Vec<&str> = half.split_whitespace().collect();
    let alike = soft
        .iter()
        .all(|part| part.len() == soft[0].len() && part.len() >= 8);
    if soft.len() > 1 && alike {
        return soft.into_iter().map(str::to_owned).collect();
    }
    vec![typed.to_owned()]
}

/// A number of which only the first digits are left.
pub(super) fn damaged(number: &str) -> Refusal {
    Refusal::new(
        "number_damaged",
        format!("“{number}”被 Excel 改成了科学计数，后面的数字已经丢失"),
        "请把该列设为“文本”格式，对照原件重新录入完整号码",
    )
}

/// Whether a text is a number in scientific notation, as a spreadsheet shows large ones: 3.20999E+11.
pub(super) fn is_scientific(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let power = power.strip_prefix('+');
    let all_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    whole.len() == 1 && all_digits(whole) && all_digits(fraction) && power.is_some_and(all_digits)
}

/// Whether the number of a cell is what comes of 3.20999E+11 when it is saved once more: 320999000000.
fn lost_its_end(number: &str) -> bool {
    number.len() >= LONG
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && number.trim_end_matches('0').len() <= SHOWN
}

/// `13900000001.0`, as a program writes a number that it took for a decimal, without its end.
pub(super) fn without_zero_fraction(text: &str) -> &str {
    let Some((whole, fraction)) = text.split_once('.') else {
        return text;
    };
    let zeros = !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0');
    let digits = whole.len() >= 3 && whole.bytes().all(|byte| byte.is_ascii_digit());
    if zeros && digits { whole } else { text }
}

/// As [`without_zero_fraction`], where the text may be borrowed.
pub(super) fn as_whole(text: Cow<'_, str>) -> Cow<'_, str> {
    let length = without_zero_fraction(&text).len();
    if length == text.len() {
        return text;
    }
    Cow::Owned(text[..length].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<String>, &'static str> {
        code_number(&Cell::Text(text.to_owned().into()), 40).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_number_is_whole_or_refused() {
        for (typed, number) in [
            ("D001", "D001"),
            ("32099900001.0", "32099900001"),
            ("320999 0001", "3209990001"),
            ("'0001", "0001"),
            ("双喜-01", "双喜-01"),
            ("1E5", "1E5"),
            ("100000000001", "100000000001"),
        ] {
            assert_eq!(read(typed), Ok(Some(number.to_owned())), "{typed}");
        }
        assert_eq!(read("不详"), Ok(None));
        for (typed, code) in [
            ("3.20999E+11", "number_damaged"),
            ("3.2E+11", "number_damaged"),
            ("３.20999e+11", "number_damaged"),
            ("320999000000", "number_damaged"),
            ("D001、D002", "two_numbers"),
            ("3209990001 3209990002", "two_numbers"),
            ("D001\nD002", "two_numbers"),
            ("D?01", "lost_character"),
            ("见户口簿", "not_a_number_name"),
        ] {
            assert_eq!(read(typed), Err(code), "{typed}");
        }
        let number = code_number(&Cell::Number(320_999_000_000.0), 40);
        assert_eq!(number.unwrap_err().code, "number_damaged");
        assert_eq!(
            code_number(&Cell::Number(320_999_000_012.0), 40),
            Ok(Some("320999000012".to_owned()))
        );
    }
}
