//! Values as people type them into cells.
//!
//! What can mean only one thing is put right, and [`repair`] says so: full-width characters, thousands
//! marks, units, Chinese dates, Excel's day numbers. What can mean two things is refused with a reason
//! and a remedy; a guess is at most proposed.

pub mod repair;

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};

use crate::access::Sight;
use crate::household::{IdentityError, IdentityNumber};
use crate::text::{half_width, squeezed, trimmed};
use crate::workbook::reader::Cell;

/// Why a cell cannot be taken, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Kind of problem, for programs.
    pub code: &'static str,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// What may have been meant.
    pub proposal: Option<String>,
}

impl Refusal {
    /// A refusal.
    pub fn new(code: &'static str, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
            remedy: remedy.into(),
            proposal: None,
        }
    }

    /// With a guess at what was meant.
    #[must_use]
    pub fn proposing(self, proposal: Option<String>) -> Self {
        Self { proposal, ..self }
    }
}

/// What reading a cell gives: `None` for a cell in which somebody wrote that there is nothing.
pub type Read<T> = Result<Option<T>, Refusal>;

/// Digits that a floating-point number keeps for certain.
const EXACT: f64 = 1e15;
/// Marks that people put into a cell to say that nothing belongs there.
const NOTHING: [&str; 16] = [
    "-", "--", "—", "——", "–", "/", "\\", "无", "空", "暂无", "没有", "N/A", "n/a", "NA", "null",
    "NULL",
];
/// Day 0 of Excel's calendar, as used from March 1900 on.
const EXCEL_EPOCH: (i32, u32, u32) = (1899, 12, 30);
/// Day numbers that can only be dates: 1927-05-18 to 2119-01-11. Smaller ones may be years.
const DAY_NUMBERS: std::ops::Range<i64> = 10_000..80_000;
/// Years that a register may speak of.
const YEARS: std::ops::RangeInclusive<i64> = 1900..=2100;

/// Whether the text says that there is nothing.
pub fn says_nothing(text: &str) -> bool {
    NOTHING.contains(&text)
}

/// The text of a cell, as it would be read aloud; the result of a failed formula is refused.
pub fn plain<'c>(cell: &'c Cell<'_>) -> Result<Cow<'c, str>, Refusal> {
    match cell {
        Cell::Text(text) => {
            let clean = !text
                .chars()
                .any(|character| !character.is_ascii_graphic() && !is_plain(character));
            Ok(if clean {
                Cow::Borrowed(text)
            } else {
                Cow::Owned(trimmed(text))
            })
        }
        Cell::Number(number) => number_as_text(*number).map(Cow::Owned),
        Cell::Date(date) => Ok(Cow::Owned(date.to_string())),
        Cell::Bool(truth) => Ok(Cow::Borrowed(if *truth { "是" } else { "否" })),
        Cell::Error(error) => Err(Refusal::new(
            "formula_error",
            format!("公式出错（{error}）"),
            "请修正公式，或把该列“复制—选择性粘贴—数值”后重新填写",
        )),
    }
}

/// Characters that [`trimmed`] would leave as they are wherever they stand.
fn is_plain(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}' | '、' | '。')
}

/// A number as its digits, if the cell still has them all.
fn number_as_text(number: f64) -> Result<String, Refusal> {
    if number.fract() == 0.0 && number.abs() >= EXACT {
        return Err(Refusal::new(
            "number_damaged",
            "被 Excel 当作数值保存，超过 15 位，末尾数字已丢失",
            "请把该列设为“文本”格式，对照原件重新录入完整号码",
        ));
    }
    Ok(number.to_string())
}

/// Text, at most `longest` characters.
pub fn text(cell: &Cell<'_>, longest: usize) -> Read<String> {
    let text = plain(cell)?;
    if text.is_empty() || says_nothing(&text) {
        return Ok(None);
    }
    let length = text.chars().count();
    if length > longest {
        return Err(Refusal::new(
            "too_long",
            format!("长达 {length} 个字，最多 {longest} 个字"),
            "请精简内容，或移到“备注”列",
        ));
    }
    Ok(Some(text.into_owned()))
}

/// A person's name: the spaces that set a name of two characters wide are dropped.
pub fn name(cell: &Cell<'_>) -> Read<String> {
    let Some(name) = text(cell, 50)? else {
        return Ok(None);
    };
    let tight = squeezed(&name);
    if tight.chars().any(|character| character.is_ascii_digit()) {
        return Err(Refusal::new(
            "name_with_digits",
            "姓名中含有数字",
            "请核对是否填错了列",
        ));
    }
    let chinese = tight.chars().all(
        |character| matches!(character, '\u{3400}'..='\u{9fff}' | '·' | '\u{20000}'..='\u{3ffff}'),
    );
    Ok(Some(if chinese { tight } else { name }))
}

/// A number that is a name, such as a household's number or a telephone number: without any spaces.
pub fn code_number(cell: &Cell<'_>, longest: usize) -> Read<String> {
    Ok(text(cell, longest)?.map(|text| squeezed(&text).trim_start_matches('\'').to_owned()))
}

/// An identity number.
pub fn identity(cell: &Cell<'_>) -> Read<IdentityNumber> {
    let refused = |error: IdentityError| {
        let remedy = match error {
            IdentityError::FloatDamaged => "请把该列设为“文本”格式，对照身份证重新录入完整号码",
            IdentityError::Length(15) => "15 位旧号码请换成 18 位号码",
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
    if says_nothing(&text) {
        return Ok(None);
    }
    IdentityNumber::parse(&text).map(Some).map_err(|error| {
        refused(error).proposing(IdentityNumber::guess(&text).map(|guess| guess.masked()))
    })
}

/// The identity number that a cell's text may mean, if somebody confirmed it by its masked form.
pub fn confirmed(cell: &Cell<'_>, masked: &str) -> Option<IdentityNumber> {
    let text = plain(cell).ok()?;
    IdentityNumber::guess(&text).filter(|guess| guess.masked() == masked)
}

const YES: [&str; 18] = [
    "是",
    "√",
    "✓",
    "✔",
    "有",
    "1",
    "Y",
    "y",
    "YES",
    "Yes",
    "yes",
    "TRUE",
    "true",
    "对",
    "参加",
    "已参加",
    "享受",
    "已享受",
];
const NO: [&str; 19] = [
    "否",
    "×",
    "✗",
    "✘",
    "无",
    "0",
    "N",
    "n",
    "NO",
    "No",
    "no",
    "FALSE",
    "false",
    "错",
    "没有",
    "未参加",
    "不参加",
    "未享受",
    "不享受",
];
const SAFE: [&str; 8] = [
    "安全",
    "达标",
    "已达标",
    "有保障",
    "已保障",
    "已解决",
    "解决",
    "保障",
];
const UNSAFE: [&str; 7] = [
    "不安全",
    "不达标",
    "未达标",
    "无保障",
    "未保障",
    "未解决",
    "没解决",
];

/// Yes or no, as ticked or written.
pub fn yes_no(cell: &Cell<'_>) -> Read<bool> {
    answer(cell, &YES, &NO, "请填“是”或“否”")
}

/// Safe or not: in words, or as yes or no.
pub fn safe(cell: &Cell<'_>) -> Read<bool> {
    match plain(cell) {
        Ok(text) if SAFE.contains(&&*squeezed(&text)) => Ok(Some(true)),
        Ok(text) if UNSAFE.contains(&&*squeezed(&text)) => Ok(Some(false)),
        _ => answer(cell, &YES, &NO, "请填“是”（安全）或“否”（不安全）"),
    }
}

fn answer(cell: &Cell<'_>, yes: &[&str], no: &[&str], remedy: &str) -> Read<bool> {
    if let Cell::Bool(truth) = cell {
        return Ok(Some(*truth));
    }
    let text = plain(cell)?;
    if yes.contains(&&*text) {
        return Ok(Some(true));
    }
    if no.contains(&&*text) {
        return Ok(Some(false));
    }
    let tight = squeezed(&text);
    if yes.contains(&&*tight) {
        Ok(Some(true))
    } else if no.contains(&&*tight) {
        Ok(Some(false))
    } else if tight.is_empty() || says_nothing(&tight) {
        Ok(None)
    } else {
        let guess = if tight.starts_with(['是', '有', '已', '√']) {
            Some("是")
        } else if tight.starts_with(['否', '无', '没', '不', '未']) {
            Some("否")
        } else {
            None
        };
        let refusal = Refusal::new("not_yes_or_no", "不是“是”或“否”", remedy);
        Err(refusal.proposing(guess.map(ToOwned::to_owned)))
    }
}

/// A day, or only the month in which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// The day.
    Full(NaiveDate),
    /// Its month, by the first day of it.
    Month(NaiveDate),
}

/// A date: a date cell, Excel's day number, eight digits, or year, month and day in any usual way; a
/// month without a day is given as what it is.
pub fn date(cell: &Cell<'_>) -> Read<Day> {
    let refused = || {
        Refusal::new(
            "not_a_date",
            "不是完整有效的日期",
            "请按“2020-01-31”的样子填写年、月、日",
        )
    };
    let full = |date: Option<NaiveDate>| date.map(|date| Some(Day::Full(date)));
    let text = match cell {
        Cell::Date(date) => return full(in_range(*date)).ok_or_else(refused),
        Cell::Number(number) => match whole(*number) {
            Some(day) if DAY_NUMBERS.contains(&day) => {
                return full(day_number(day)).ok_or_else(refused);
            }
            Some(digits) => Cow::Owned(digits.to_string()),
            // 1985.3 is what Excel makes of a month typed with a point; 1985.10 has become 1985.1.
            None => return Err(refused()),
        },
        _ => plain(cell)?,
    };
    if text.is_empty() || says_nothing(&text) {
        return Ok(None);
    }
    let read = match date_parts(&text).as_deref() {
        Some([year, month, day]) => full(parts_to_date(*year, *month, *day)),
        Some([year, month]) => parts_to_date(*year, *month, 1).map(|first| Some(Day::Month(first))),
        _ => None,
    };
    read.ok_or_else(|| {
        refused().proposing(full_year(&text).and_then(
            |guess| match date_parts(&guess).as_deref() {
                Some([year, month, day]) => {
                    parts_to_date(*year, *month, *day).map(|date| date.to_string())
                }
                _ => None,
            },
        ))
    })
}

/// A date that is written with a year of two digits, with all four: 30 and above are of the last
/// century.
fn full_year(text: &str) -> Option<String> {
    let text = squeezed(text).trim_start_matches('\'').to_owned();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let year: u32 = digits.parse().ok().filter(|_| digits.len() == 2)?;
    let century = if year >= 30 { "19" } else { "20" };
    Some(format!("{century}{text}"))
}

/// A year: alone, or of a month or date in any usual way.
pub fn year(cell: &Cell<'_>) -> Read<i64> {
    let refused = || {
        Refusal::new(
            "not_a_year",
            "不是有效的年度",
            "请填四位年份，如 2016；年月请填如 2016-01 或 201601",
        )
    };
    let text = match cell {
        Cell::Date(date) => return Ok(Some(i64::from(date.year()))),
        Cell::Number(number) => match whole(*number) {
            Some(day) if DAY_NUMBERS.contains(&day) => {
                return Ok(day_number(day).map(|date| i64::from(date.year())));
            }
            Some(digits) => Cow::Owned(digits.to_string()),
            None => return Err(refused()),
        },
        _ => plain(cell)?,
    };
    if text.is_empty() || says_nothing(&text) {
        return Ok(None);
    }
    let year_of = |text: &str| {
        let parts = date_parts(text)?;
        let month = parts.get(1).copied().unwrap_or(1);
        let day = parts.get(2).copied().unwrap_or(1);
        let date = parts_to_date(parts[0], month, day)?;
        Some(i64::from(date.year()))
    };
    year_of(&text).map(Some).ok_or_else(|| {
        let guess = full_year(&text).and_then(|text| year_of(&text));
        refused().proposing(guess.map(|year| year.to_string()))
    })
}

/// Year, month and day as numbers, as many as the text has. The year comes first and has four digits.
fn date_parts(text: &str) -> Option<Vec<i64>> {
    let text = half_width(text);
    // A time of day behind the date says nothing to us.
    let text = match text.trim().split_once([' ', 'T']) {
        Some((date, time)) if time.contains(':') => date.to_owned(),
        _ => squeezed(&text).trim_start_matches('\'').to_owned(),
    };
    let text = arabic(&text);
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
        return match text.len() {
            4 => Some(vec![part(0..4)?]),
            6 => Some(vec![part(0..4)?, part(4..6)?]),
            8 => Some(vec![part(0..4)?, part(4..6)?, part(6..8)?]),
            _ => None,
        };
    }
    let text = text.trim_end_matches(['日', '号']);
    let text = text.replace(['年', '月', '/', '.', '。', '、', '\\'], "-");
    let text = text.trim_end_matches(['度', '份']).trim_end_matches('-');
    let parts: Vec<&str> = text.split('-').collect();
    let fits = parts[0].len() == 4 && parts.len() <= 3 && parts[1..].iter().all(|p| p.len() <= 2);
    if !fits {
        return None;
    }
    parts.iter().map(|part| part.parse().ok()).collect()
}

/// A date with its Chinese numerals as digits: 二〇一六年三月十五日 as 2016年3月15日.
fn arabic(text: &str) -> Cow<'_, str> {
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

fn parts_to_date(year: i64, month: i64, day: i64) -> Option<NaiveDate> {
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(year).ok()?,
        u32::try_from(month).ok()?,
        u32::try_from(day).ok()?,
    )?;
    in_range(date)
}

fn in_range(date: NaiveDate) -> Option<NaiveDate> {
    YEARS.contains(&i64::from(date.year())).then_some(date)
}

fn day_number(day: i64) -> Option<NaiveDate> {
    let (year, month, first) = EXCEL_EPOCH;
    NaiveDate::from_ymd_opt(year, month, first)?
        .checked_add_days(chrono::Days::new(day.try_into().ok()?))
}

/// The number if it has no fraction.
fn whole(number: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "compared with the limit first"
    )]
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

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

/// Money beyond this in one cell of a household is a slip of the finger.
const MOST_FEN: f64 = 10_000_000_000.0;

/// Money in fen. `column` is the unit in the heading; a unit in the cell itself goes before it.
pub fn money(cell: &Cell<'_>, column: Unit) -> Read<i64> {
    let refused = || Refusal::new("not_money", "不是金额", "请只填数字，单位为元，如 12345.60");
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
        Cell::Error(_) => return plain(cell).map(|_| None),
        Cell::Date(_) | Cell::Bool(_) => return Err(refused()),
    };
    let fen = (amount * unit.fen()).round();
    if !fen.is_finite() || fen.abs() > MOST_FEN {
        return Err(Refusal::new(
            "money_out_of_range",
            "金额超出合理范围（1 亿元以内）",
            "请核对小数点和单位（元、万元）",
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
fn number(text: &str) -> Option<f64> {
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
            format!("不是 {least} 到 {most} 的整数"),
            "请只填整数，不带单位和文字",
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
        Cell::Error(_) => return plain(cell).map(|_| None),
        Cell::Date(_) | Cell::Bool(_) => None,
    };
    value
        .filter(|value| (least..=most).contains(value))
        .map(Some)
        .ok_or_else(refused)
}

/// What between several values of one cell may stand.
const SEPARATORS: [char; 9] = ['、', ',', '，', ';', '；', '/', '+', '\n', '|'];

/// The values of a cell that may hold several.
pub fn several(text: &str) -> Vec<&str> {
    text.split(SEPARATORS)
        .map(str::trim)
        .filter(|part| !part.is_empty() && !says_nothing(part))
        .collect()
}

/// A cell's content for a message: short, and no identity number whole.
pub fn shown(cell: &Cell<'_>) -> String {
    let text = match cell {
        Cell::Text(text) => text.to_string(),
        Cell::Number(number) if number.abs() >= EXACT => as_excel_shows(*number),
        Cell::Number(number) => number.to_string(),
        Cell::Date(date) => date.to_string(),
        Cell::Bool(truth) => truth.to_string(),
        Cell::Error(error) => error.clone(),
    };
    mask(&text)
}

/// The digits of a large number, of which Excel shows no more than 15.
fn as_excel_shows(number: f64) -> String {
    let digits = format!("{number:.0}");
    let kept = if number < 0.0 { 16 } else { 15 };
    digits
        .char_indices()
        .map(|(index, digit)| if index < kept { digit } else { '0' })
        .collect()
}

/// The text for a message: no identity number or bank card in it whole, and at most 60 characters.
pub fn mask(text: &str) -> String {
    let masked = Sight::MESSAGES.text(text);
    match masked.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &masked[..end]),
        None => masked.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed(text: &str) -> Cell<'_> {
        Cell::Text(Cow::Borrowed(text))
    }

    fn full(year: i32, month: u32, date: u32) -> Day {
        Day::Full(day(year, month, date))
    }

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn money_is_read_as_typed() {
        for (text, fen) in [
            ("12345.6", 1_234_560),
            ("12,345.60", 1_234_560),
            ("１２，３４５．６元", 1_234_560),
            ("￥ 12 345.6", 1_234_560),
            ("1.23456万元", 1_234_560),
            ("-300元", -30_000),
            ("0", 0),
        ] {
            assert_eq!(money(&typed(text), Unit::Yuan), Ok(Some(fen)), "{text}");
        }
        assert_eq!(
            money(&Cell::Number(0.1 + 0.2), Unit::Yuan),
            Ok(Some(30)),
            "a float's last bits are no fen"
        );
        assert_eq!(
            money(&Cell::Number(1.2), Unit::TenThousandYuan),
            Ok(Some(1_200_000))
        );
        assert_eq!(
            money(&typed("8000元"), Unit::TenThousandYuan),
            Ok(Some(800_000)),
            "the cell's own unit goes before the column's"
        );
        assert_eq!(money(&typed("无"), Unit::Yuan), Ok(None));
    }

    #[test]
    fn money_that_may_mean_two_things_is_refused() {
        for text in [
            "1,23",
            "12,34,567",
            "约3000",
            "3000-4000",
            "三千",
            "1.2.3",
            ",123",
            "-",
            "1e5",
        ] {
            let read = money(&typed(text), Unit::Yuan);
            assert!(read.is_err() || text == "-", "{text}: {read:?}");
        }
        assert!(money(&Cell::Number(1e13), Unit::Yuan).is_err());
        assert!(money(&Cell::Date(day(2020, 1, 1)), Unit::Yuan).is_err());
    }

    #[test]
    fn dates_are_read_as_typed() {
        for text in [
            "2014-01-05",
            "2014/1/5",
            "2014.1.5",
            "2014年1月5日",
            "２０１４年０１月０５日",
            "20140105",
            "2014-01-05 00:00:00",
            "2014。1。5",
            "二〇一四年一月五日",
            "'2014-01-05",
        ] {
            assert_eq!(date(&typed(text)), Ok(Some(full(2014, 1, 5))), "{text}");
        }
        assert_eq!(date(&Cell::Number(41_644.0)), Ok(Some(full(2014, 1, 5))));
        assert_eq!(
            date(&Cell::Number(20_140_105.0)),
            Ok(Some(full(2014, 1, 5)))
        );
        assert_eq!(
            date(&typed("二〇一六年三月")),
            Ok(Some(Day::Month(day(2016, 3, 1))))
        );
        for text in ["2014-01", "201401", "2014年1月", "2014.1", "二零一四年一月"] {
            let month = Day::Month(day(2014, 1, 1));
            assert_eq!(date(&typed(text)), Ok(Some(month)), "{text}");
        }
        for text in ["14-01-05", "05/01/2014", "2014-02-30", "不详", "2014"] {
            assert!(date(&typed(text)).is_err(), "{text}");
        }
        assert!(
            date(&Cell::Number(1970.0)).is_err(),
            "a year is no day number"
        );
    }

    #[test]
    fn years_are_read_from_months_and_dates() {
        for text in [
            "2014",
            "2014年",
            "2014年度",
            "201401",
            "2014-01",
            "2014年1月",
            "2014.1",
            "2014/01/05",
            "二〇一四",
            "二○一四年十二月",
        ] {
            assert_eq!(year(&typed(text)), Ok(Some(2014)), "{text}");
        }
        for number in [2014.0, 201_401.0, 41_640.0] {
            assert_eq!(year(&Cell::Number(number)), Ok(Some(2014)), "{number}");
        }
        for text in ["14", "201413", "二〇", "20141"] {
            assert!(year(&typed(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn yes_and_no_in_all_spellings() {
        for text in ["是", "√", "有", "1", " 是 ", "Ｙ", "已参加"] {
            assert_eq!(yes_no(&typed(text)), Ok(Some(true)), "{text}");
        }
        for text in ["否", "×", "无", "0", "未参加"] {
            assert_eq!(yes_no(&typed(text)), Ok(Some(false)), "{text}");
        }
        assert_eq!(yes_no(&Cell::Number(1.0)), Ok(Some(true)));
        assert_eq!(yes_no(&Cell::Bool(false)), Ok(Some(false)));
        assert_eq!(yes_no(&typed("—")), Ok(None));
        assert!(yes_no(&typed("2")).is_err());
        assert!(yes_no(&typed("安全")).is_err());
        assert_eq!(safe(&typed("不安全")), Ok(Some(false)));
        assert_eq!(safe(&typed("是")), Ok(Some(true)));
    }

    #[test]
    fn integers_with_counting_words() {
        assert_eq!(integer(&typed("６个月"), 0, 99), Ok(Some(6)));
        assert_eq!(integer(&Cell::Number(3.0), 0, 99), Ok(Some(3)));
        for cell in [Cell::Number(3.5), typed("-1"), typed("三"), typed("100")] {
            assert!(integer(&cell, 0, 99).is_err(), "{cell:?}");
        }
    }

    #[test]
    fn an_identity_number_that_was_a_number_is_never_repaired() {
        let damaged = identity(&Cell::Number(110_105_194_912_310_020.0)).unwrap_err();
        assert_eq!(damaged.code, "identity_number_damaged");
        assert!(damaged.reason.contains("末三位已丢失"), "{damaged:?}");
        assert_eq!(
            identity(&typed("1.10105E+17")).unwrap_err().code,
            "identity_number_damaged"
        );
        let old = identity(&Cell::Number(110_105_491_231_002.0)).unwrap_err();
        assert_eq!(
            old.proposal.as_deref(),
            Some("110*************2X"),
            "fifteen digits are all there, but the century is a guess"
        );
        assert_eq!(
            confirmed(&typed("110105491231002"), "110*************2X")
                .unwrap()
                .whole(),
            "11010519491231002X"
        );
        assert_eq!(
            confirmed(&typed("110105491231002"), "320***********002X"),
            None
        );
        assert_eq!(
            text(&Cell::Number(3.209_990_000_000_001e17), 50)
                .unwrap_err()
                .code,
            "number_damaged"
        );
    }

    #[test]
    fn a_failed_formula_is_nowhere_a_value() {
        let failed = Cell::Error("#REF!".to_owned());
        for refusal in [
            text(&failed, 20).unwrap_err(),
            money(&failed, Unit::Yuan).unwrap_err(),
            integer(&failed, 0, 12).unwrap_err(),
            date(&failed).unwrap_err(),
            yes_no(&failed).unwrap_err(),
            identity(&failed).unwrap_err(),
        ] {
            assert_eq!(refusal.code, "formula_error");
        }
    }

    #[test]
    fn guesses_are_proposed_and_not_made() {
        let proposal = |refused: Option<Refusal>| refused.unwrap().proposal.unwrap_or_default();
        for (text, guess) in [
            ("85.3.7", "1985-03-07"),
            ("14年1月5日", "2014-01-05"),
            ("不详", ""),
        ] {
            assert_eq!(proposal(date(&typed(text)).err()), guess, "{text}");
        }
        for (text, guess) in [("16", "2016"), ("98年", "1998")] {
            assert_eq!(proposal(year(&typed(text)).err()), guess, "{text}");
        }
        for (text, guess) in [("约3000元", "3000元"), ("1.2万左右", "1.2万"), ("很多", "")]
        {
            assert_eq!(
                proposal(money(&typed(text), Unit::Yuan).err()),
                guess,
                "{text}"
            );
        }
        for (text, guess) in [("三个月", "3"), ("十二", "12"), ("二十五", "")] {
            assert_eq!(
                proposal(integer(&typed(text), 0, 12).err()),
                guess,
                "{text}"
            );
        }
        for (text, guess) in [("是的", "是"), ("未参保", "否"), ("待定", "")] {
            assert_eq!(proposal(yes_no(&typed(text)).err()), guess, "{text}");
        }
        assert_eq!(
            proposal(identity(&typed("11010519491231002")).err()),
            "110*************2X",
            "the check character follows from the others"
        );
    }

    #[test]
    fn names_lose_their_filling() {
        assert_eq!(name(&typed("张　三")), Ok(Some("张三".to_owned())));
        assert_eq!(
            name(&typed("Anna Maria")),
            Ok(Some("Anna Maria".to_owned()))
        );
        assert!(name(&typed("张3")).is_err());
        assert_eq!(
            code_number(&Cell::Number(13_912_345_678.0), 40),
            Ok(Some("13912345678".to_owned()))
        );
    }

    #[test]
    fn identity_numbers_are_masked_in_messages() {
        assert_eq!(mask("11010519491231002X"), "110*************2X");
        assert_eq!(mask("证件11010519491231002X号"), "证件110*************2X号");
        assert_eq!(
            shown(&Cell::Number(110_105_194_912_310_020.0)),
            "110*************00"
        );
        assert_eq!(mask("13912345678"), "13912345678");
        assert_eq!(mask(&"字".repeat(61)).chars().count(), 61);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|[0-9年月日.,/-]{0,12}|[元万¥0-9,.]{0,10}") {
            let cell = typed(&text);
            let _ = (
                super::text(&cell, 20), name(&cell), code_number(&cell, 20), identity(&cell), yes_no(&cell),
                safe(&cell), date(&cell), year(&cell), money(&cell, Unit::TenThousandYuan),
                integer(&cell, 0, 12), several(&text), shown(&cell),
            );
        }

        #[test]
        fn any_number_is_read_or_refused(bits: u64) {
            let cell = Cell::Number(f64::from_bits(bits));
            let _ = (
                super::text(&cell, 20), name(&cell), identity(&cell), yes_no(&cell), date(&cell), year(&cell),
                money(&cell, Unit::Yuan), integer(&cell, 0, 12), shown(&cell),
            );
        }

        #[test]
        fn money_survives_a_round_trip(fen in -1_000_000_000_i64..1_000_000_000) {
            let sign = if fen < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:02}元", fen.abs() / 100, fen.abs() % 100);
            prop_assert_eq!(money(&typed(&text), Unit::Yuan), Ok(Some(fen)));
        }
    }
}
