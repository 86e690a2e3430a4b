//! Text in cells, and why a cell is refused.

use std::borrow::Cow;

use super::digits::EXACT;
use super::nothing::says_nothing;
use crate::access::Sight;
use crate::problem::{Text, words};
use crate::text::trimmed;
use crate::workbook::reader::Cell;

/// Why a cell cannot be taken, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Kind of problem, for programs.
    pub code: &'static str,
    /// What is wrong.
    pub reason: Box<Text>,
    /// What to do about it.
    pub remedy: Box<Text>,
    /// What may have been meant.
    pub proposal: Option<String>,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, reason: Text, remedy: Text) -> Self {
        Self {
            code,
            reason: Box::new(reason),
            remedy: Box::new(remedy),
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

/// The content of a cell as text, whatever its type; the result of a failed formula is refused.
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
            words!("公式出错（{error}）", "the formula failed ({error})"),
            words!(
                "请修正公式，或把该列“复制—选择性粘贴—数值”后重新填写",
                "correct the formula, or paste the column as values and fill it in again"
            ),
        )),
        Cell::Uncalculated => Err(Refusal::new(
            "formula_not_calculated",
            words!("公式没有计算结果", "the formula has no result"),
            words!(
                "请用 Excel 或 WPS 打开并保存后重新导入；如果格中显示的是公式本身，请直接填写内容",
                "open the file in Excel or WPS, save it and import it again; if the cell shows the formula itself, type the content"
            ),
        )),
        Cell::Lost => Err(Refusal::new(
            "cell_lost",
            words!(
                "这一格的内容在文件中已丢失",
                "the content of this cell is lost in the file"
            ),
            words!(
                "请用 Excel 或 WPS 打开，对照原件重新填写这一格，保存后再导入",
                "open the file in Excel or WPS, fill in this cell from the original, save it and import it again"
            ),
        )),
    }
}

/// Refuses a cell that holds neither words nor digits as somebody typed them: a date, TRUE or FALSE, or a
/// number with a sign or a fraction, as a time of day is one. A name or a number that is a name is none of
/// these; Excel makes them of what was typed, as a date of 3-5.
pub(super) fn as_typed(cell: &Cell<'_>) -> Result<(), Refusal> {
    let what = match cell {
        Cell::Date(_) => words!("日期", "a date"),
        Cell::Bool(_) => words!("逻辑值（TRUE 或 FALSE）", "TRUE or FALSE"),
        Cell::Number(number) if number.fract() != 0.0 || number.is_sign_negative() => {
            words!(
                "小数、负数或时间",
                "a fraction, a negative number or a time"
            )
        }
        Cell::Text(text) if is_day(text) => words!("日期", "a date"),
        _ => return Ok(()),
    };
    Err(Refusal::new(
        "wrong_type",
        words!("单元格里是{what}，不是这一列的内容", "the cell holds {what}, which is not what this column is for"; what),
        words!(
            "“3-5”之类的内容会被 Excel 改成日期：请把该列设为“文本”格式，对照原件重新填写",
            "Excel turns such content as “3-5” into dates: format the column as text and fill it in again from the original"
        ),
    ))
}

/// Whether a text is a day as programs write one: 2020-03-05, 2020/3/5, 2020年3月5日.
fn is_day(text: &str) -> bool {
    // Nearly every text fails here.
    if !(8..=19).contains(&text.len()) || !text.starts_with(['1', '2']) {
        return false;
    }
    let text = text.split(' ').next().unwrap_or_default();
    let parts: Vec<&str> = text
        .trim_end_matches('日')
        .split(['-', '/', '年', '月'])
        .collect();
    let is_part = |part: &&str, longest: usize| {
        (1..=longest).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    matches!(parts.as_slice(), [year, month, day]
        if year.len() == 4 && is_part(year, 4) && is_part(month, 2) && is_part(day, 2)
            && (year.starts_with("19") || year.starts_with("20"))
            && month.parse().is_ok_and(|month: u32| (1..=12).contains(&month))
            && day.parse().is_ok_and(|day: u32| (1..=31).contains(&day)))
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
            words!(
                "被 Excel 当作数值保存，超过 15 位，末尾数字已丢失",
                "Excel kept it as a number of more than 15 digits, of which the last are lost"
            ),
            words!(
                "请把该列设为“文本”格式，对照原件重新录入完整号码",
                "format the column as text and type the whole number again from the original"
            ),
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
    // A character takes a byte or more.
    if text.len() > longest && text.chars().count() > longest {
        let length = text.chars().count();
        return Err(Refusal::new(
            "too_long",
            words!(
                "长达 {length} 个字，最多 {longest} 个字",
                "{length} characters, of which at most {longest} are allowed"
            ),
            words!(
                "请精简内容，或移到“备注”列",
                "shorten it, or move it to the remarks"
            ),
        ));
    }
    Ok(Some(text.into_owned()))
}

/// Characters that may separate several values of one cell.
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
        Cell::Uncalculated | Cell::Lost => String::new(),
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
