//! Numbers that are names: 户编号, 人编号, 工号. What was once a number in a spreadsheet may have lost digits.

use std::borrow::Cow;

use super::text::{Read, Refusal, as_typed, text};
use crate::problem::words;
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
    as_typed(cell)?;
    let Some(typed) = text(cell, longest)? else {
        return Ok(None);
    };
    if plain {
        return if is_scientific(&typed) {
            Err(damaged(&typed))
        } else if matches!(typed.as_str(), "TRUE" | "FALSE" | "True" | "False") {
            Err(no_number())
        } else {
            Ok(Some(typed))
        };
    }
    let tight = squeezed(&typed);
    let number = without_zero_end(tight.trim_start_matches('\'')).to_owned();
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
            words!(
                "编号里有丢失或被遮盖的字符（如 ?、□、*）",
                "characters of the number are lost or hidden (such as ?, □, *)"
            ),
            words!(
                "请对照原件填写完整编号",
                "fill in the whole number from the original"
            ),
        ));
    }
    if !number
        .chars()
        .any(|character| character.is_ascii_alphanumeric())
    {
        return Some(no_number());
    }
    // 12.5 and -3 are amounts, 08:30 is a time.
    let is_amount = is_decimal(number.trim_start_matches('-')) && number.contains(['.', '-']);
    let is_time = || {
        let mut parts = number.split(':');
        number.contains(':') && parts.all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if is_amount || is_time() {
        return Some(no_number());
    }
    let count = count_numbers(typed);
    (count > 1).then(|| {
        Refusal::new(
            "two_numbers",
            words!(
                "一格里填了 {count} 个编号",
                "{count} numbers stand in one cell"
            ),
            words!(
                "一格只能填一个编号，请分开",
                "one number a cell; put them apart"
            ),
        )
    })
}

fn no_number() -> Refusal {
    Refusal::new(
        "not_a_number_name",
        words!("不是编号", "not a number"),
        words!(
            "请填写编号；没有编号的请留空，说明文字请写在备注栏",
            "fill in the number; leave it empty where there is none, and put words into the remarks"
        ),
    )
}

/// How many numbers a cell holds.
fn count_numbers(typed: &str) -> usize {
    /// What stands only between two numbers.
    const BETWEEN: [char; 13] = [
        '、', ',', ';', '\n', '\r', '|', '&', '+', '和', '及', '与', '或', '②',
    ];
    let half = half_width(typed);
    let has_digit = |part: &&str| part.bytes().any(|byte| byte.is_ascii_digit());
    let between = half.split(BETWEEN).filter(has_digit).count();
    if between > 1 {
        return between;
    }
    // What may as well stand within one: it is between two where both are numbers of one kind.
    let strokes = ['-', '/', '\\', '~', '—', '–', '－', '至', '到'];
    let parts: Vec<&str> = half
        .split(|character: char| character.is_whitespace() || strokes.contains(&character))
        .filter(|part| !part.is_empty())
        .collect();
    let are_two = parts.len() > 1 && parts.iter().all(|part| are_alike(parts[0], part));
    // 001/002 and 001~002; 001-002 may be the second household of the first village.
    let apart = !half.contains(['-', '—', '–', '－']) && !half.contains(char::is_whitespace);
    let are_short = apart
        && parts.len() == 2
        && parts[0].len() == parts[1].len()
        && parts[0].len() >= 3
        && parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        && parts[0].as_bytes()[0] == parts[1].as_bytes()[0];
    if are_two || are_short { parts.len() } else { 1 }
}

/// Whether two parts of a cell are numbers of one kind: as long as each other, and either longer than
/// groups of digits are, or the same letters with digits behind them.
fn are_alike(one: &str, two: &str) -> bool {
    let letters = |part: &str| {
        let length = part.bytes().take_while(u8::is_ascii_alphabetic).count();
        let digits = &part[length..];
        let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        all_digits.then_some(length)
    };
    let (Some(length), Some(other)) = (letters(one), letters(two)) else {
        return false;
    };
    length == other
        && one.len() == two.len()
        && one[..length] == two[..length]
        && (one.len() >= 8 || length > 0)
}

/// A number of which only the first digits are left.
pub(super) fn damaged(number: &str) -> Refusal {
    Refusal::new(
        "number_damaged",
        words!(
            "“{number}”被 Excel 改成了科学计数，后面的数字已经丢失",
            "Excel turned it into “{number}”, and the further digits are lost"
        ),
        words!(
            "请把该列设为“文本”格式，对照原件重新录入完整号码",
            "format the column as text and type the whole number again from the original"
        ),
    )
}

/// Whether a text is a number in scientific notation, as programs show large ones and people copy them:
/// 3.20999E+11, 3,2E11, 3.2×10^11. 1E5 is a number that somebody typed.
pub(super) fn is_scientific(text: &str) -> bool {
    let power_of_ten = || {
        let (digits, power) = text.split_once(['×', 'x', 'X', '*', '✕', '·'])?;
        let power = power.strip_prefix("10")?;
        Some((digits, power.trim_start_matches('^')))
    };
    let Some((digits, power)) = text.split_once(['E', 'e']).or_else(power_of_ten) else {
        return false;
    };
    let exponent = power.trim_start_matches(['+', '-']);
    let is_exponent =
        |character: char| character.is_ascii_digit() || "⁰¹²³⁴⁵⁶⁷⁸⁹".contains(character);
    let has_fraction = digits.contains(['.', ',']);
    // Excel writes the power of a small number with two digits: 1E-05.
    let is_signed = power.starts_with('+') || (power.starts_with('-') && exponent.len() > 1);
    let is_power = !exponent.is_empty() && exponent.chars().all(is_exponent);
    is_decimal(digits) && is_power && (has_fraction || is_signed)
}

/// Digits, with or without a fraction behind a point or a comma.
fn is_decimal(text: &str) -> bool {
    let all_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    all_digits(whole) && all_digits(fraction)
}

/// A whole number that a program wrote with a fraction of zeros, without that.
fn without_zero_end(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, fraction))
            if is_decimal(text) && fraction.bytes().all(|byte| byte == b'0') =>
        {
            whole
        }
        _ => text,
    }
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
