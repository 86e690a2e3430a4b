//! Digits and numerals: what numbers and dates are read from.

use std::borrow::Cow;

/// Digits that a floating-point number keeps for certain.
pub(super) const EXACT: f64 = 1e15;

/// A date with its Chinese numerals as digits: 二〇一六年三月十五日 as 2016年3月15日.
pub(super) fn arabic(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|character| numeral(character).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut read = String::with_capacity(text.len());
    let mut run = Vec::new();
    for character in text.chars() {
        if let Some(value) = numeral(character) {
            run.push(value);
        } else {
            push_numerals(&mut read, &mut run);
            read.push(character);
        }
    }
    push_numerals(&mut read, &mut run);
    Cow::Owned(read)
}

/// Appends a run of Chinese numerals: digit by digit, or up to ninety-nine by tens.
fn push_numerals(read: &mut String, run: &mut Vec<u32>) {
    let digits = |run: &[u32]| run.iter().map(u32::to_string).collect::<String>();
    match run.iter().position(|value| *value == 10) {
        Some(ten) if ten <= 1 && run.len() <= ten + 2 => {
            let tens = run[..ten].first().copied().unwrap_or(1);
            let ones = run.get(ten + 1).copied().unwrap_or(0);
            read.push_str(&(tens * 10 + ones).to_string());
        }
        _ => read.push_str(&digits(run)),
    }
    run.clear();
}

fn numeral(character: char) -> Option<u32> {
    "〇一二三四五六七八九十"
        .chars()
        .position(|numeral| numeral == character)
        .or(match character {
            '零' | '○' | 'Ｏ' => Some(0),
            '两' => Some(2),
            _ => None,
        })
        .and_then(|value| u32::try_from(value).ok())
}

/// The number if it has no fraction.
pub(super) fn whole(number: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "compared with the limit first"
    )]
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}
