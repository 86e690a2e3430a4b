//! Money and whole numbers in cells.

use super::digits::{arabic, whole};
use super::nothing::says_nothing;
use super::text::{Read, Refusal, plain};
use crate::problem::words;
use crate::text::squeezed;
use crate::workbook::reader::Cell;

/// The unit that a column of money is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// 元.
    #[default]
    Yuan,
    /// 万元.
    TenThousandYuan,
}

impl Unit {
    fn fen(self) -> f64 {
        match self {
            Self::Yuan => 100.0,
            Self::TenThousandYuan => 1_000_000.0,
        }
    }
}

/// Money beyond this in one cell of a household is a typing mistake.
const MOST_FEN: f64 = 10_000_000_000.0;

/// Money in fen. `column` is the unit in the heading; a unit in the cell itself goes before it.
pub fn money(cell: &Cell<'_>, column: Unit) -> Read<i64> {
    let refused = || {
        Refusal::new(
            "not_money",
            words!("不是金额", "not an amount of money"),
            words!(
                "请只填数字，单位为元，如 12345.60",
                "fill in digits alone, in yuan, such as 12345.60"
            ),
        )
    };
    let (amount, unit) = match cell {
        Cell::Number(number) => (*number, column),
        Cell::Text(_) => {
            let text = squeezed(&plain(cell)?);
            if text.is_empty() || says_nothing(&text) {
                return Ok(None);
            }
            let digits = text.trim_start_matches(['¥', '￥']);
            let (digits, unit) = without_unit(digits, column);
            let guess = || {
                approximately(&text).filter(|guess| number(without_unit(guess, column).0).is_some())
            };
            (
                number(digits).ok_or_else(|| refused().proposing(guess()))?,
                unit,
            )
        }
        Cell::Error(_) | Cell::Uncalculated | Cell::Lost => return plain(cell).map(|_| None),
        Cell::Date(_) | Cell::Bool(_) => return Err(refused()),
    };
    let fen = (amount * unit.fen()).round();
    if !fen.is_finite() || fen.abs() > MOST_FEN {
        return Err(Refusal::new(
            "money_out_of_range",
            words!(
                "金额超出合理范围（1 亿元以内）",
                "the amount is out of range (100 million yuan at most)"
            ),
            words!(
                "请核对小数点和单位（元、万元）",
                "check the decimal point and the unit (yuan, or ten thousand yuan)"
            ),
        ));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounded and within the limit"
    )]
    Ok(Some(fen as i64))
}

fn without_unit(text: &str, column: Unit) -> (&str, Unit) {
    for (ending, unit) in [
        ("万元", Unit::TenThousandYuan),
        ("万", Unit::TenThousandYuan),
        ("元整", Unit::Yuan),
        ("元", Unit::Yuan),
    ] {
        if let Some(digits) = text.strip_suffix(ending) {
            return (digits, unit);
        }
    }
    (text, column)
}

/// A number without the words that make it a rough one.
fn approximately(text: &str) -> Option<String> {
    let bare = text
        .trim_start_matches("大")
        .trim_start_matches(['约', '近', '共'])
        .trim_end_matches("左右")
        .trim_end_matches(['多', '余', '/', '年', '月']);
    (bare != text).then(|| bare.to_owned())
}

/// A decimal number with or without thousands marks; a comma anywhere else is refused, since it may
/// be meant as a decimal point.
pub(super) fn number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let groups: Vec<&str> = whole.split(',').collect();
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = groups[1..].iter().all(|group| group.len() == 3)
        && (groups.len() == 1 || (1..=3).contains(&groups[0].len()));
    let fits = !groups[0].is_empty()
        && groups.iter().all(|group| all_digits(group))
        && grouped
        && all_digits(fraction);
    if !fits {
        return None;
    }
    let number: f64 = format!("{}.{}", groups.concat(), fraction).parse().ok()?;
    Some(sign * number)
}

/// A whole number from `least` to `most`, with or without a counting word behind it.
pub fn integer(cell: &Cell<'_>, least: i64, most: i64) -> Read<i64> {
    let refused = || {
        Refusal::new(
            "not_an_integer",
            words!(
                "不是 {least} 到 {most} 的整数",
                "not a whole number from {least} to {most}"
            ),
            words!(
                "请只填整数，不带单位和文字",
                "fill in a whole number alone, without units and words"
            ),
        )
    };
    let value = match cell {
        Cell::Number(number) => whole(*number),
        Cell::Text(_) => {
            let text = squeezed(&plain(cell)?);
            if text.is_empty() || says_nothing(&text) {
                return Ok(None);
            }
            let digits = ["个月", "月", "人", "口", "户", "个"]
                .iter()
                .find_map(|word| text.strip_suffix(word))
                .unwrap_or(&text);
            let Some(value) = number(digits) else {
                let guess = arabic(digits).parse::<i64>().ok();
                let guess = guess.filter(|guess| (least..=most).contains(guess));
                return Err(refused().proposing(guess.map(|guess| guess.to_string())));
            };
            whole(value)
        }
        Cell::Error(_) | Cell::Uncalculated | Cell::Lost => return plain(cell).map(|_| None),
        Cell::Date(_) | Cell::Bool(_) => None,
    };
    value
        .filter(|value| (least..=most).contains(value))
        .map(Some)
        .ok_or_else(refused)
}
