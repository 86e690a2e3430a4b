//! Rows that number the columns of a table, or say how they are to be filled in.

use crate::roster::column::Record;
use crate::roster::layout::{Layout, Role};
use crate::text::squeezed;
use crate::value;
use crate::workbook::reader::{Cell, Row};

/// In so many of its first cells a row says how columns are to be filled in, if it does.
const FIRST_INSTRUCTIONS: usize = 4;
/// So many marks make a row one that only counts columns.
const COUNTED_COLUMNS: usize = 4;

/// Whether a row only marks the columns: 1, 2, 3 … or 甲, 乙, 1, 2 … or A, B, 1, 2=3+4 … or ①, ② … or
/// 栏1, 栏2 …
pub(super) fn counts_columns(row: &Row<'_>) -> bool {
    if row.cells.len() < COUNTED_COLUMNS {
        return false;
    }
    let (mut numbers, mut letters) = (Steps::default(), Steps::default());
    row.cells.iter().all(|(_, cell)| match cell {
        Cell::Number(number) => numbers.next(*number),
        Cell::Text(text) => {
            let tight = squeezed(text);
            let bare = tight.trim_matches(['(', ')']);
            let counted = bare.split('=').next().unwrap_or_default();
            if let Some(number) = numeral(counted) {
                numbers.next(f64::from(number))
            } else if let Some(stem) = place_in(&STEMS, bare) {
                letters.next(f64::from(stem))
            } else if let [letter @ b'A'..=b'Z'] = bare.as_bytes() {
                letters.next(f64::from(*letter))
            } else {
                ["栏次", "序号", "行次"].contains(&bare)
            }
        }
        _ => false,
    }) && numbers.count + letters.count + 1 >= COUNTED_COLUMNS
}

/// Whether a row says of each column how it is to be filled in: 必填 | 选填 | 必填. Its few words stand
/// again and again, the one in the column of names, too.
pub(super) fn describes_columns<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    let texts: Vec<(u32, String)> = row
        .cells
        .iter()
        .filter(|(_, cell)| value::ditto(cell).is_none())
        .filter_map(|(at, cell)| match cell {
            Cell::Text(text) => Some((*at, squeezed(text))),
            _ => None,
        })
        .collect();
    let has_digits = |(_, text): &(u32, String)| text.contains(|it: char| it.is_ascii_digit());
    if texts.len() < COUNTED_COLUMNS || texts.iter().any(has_digits) {
        return false;
    }
    let mut words: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    let is_name = |at: u32| layout.placed(at).is_some_and(|it| it.role == Role::Name);
    let stands_elsewhere = |word: &str| {
        let mut others = texts.iter().filter(|(at, _)| !is_name(*at));
        others.any(|(_, text)| text == word)
    };
    let mut names = texts.iter().filter(|(at, _)| is_name(*at)).peekable();
    2 * words.len() <= texts.len()
        && names.peek().is_some()
        && names.all(|(_, name)| stands_elsewhere(name))
}

/// How people mark a row that only shows what rows look like.
const EXAMPLES: [&str; 12] = [
    "示例",
    "例",
    "样例",
    "范例",
    "例子",
    "例如",
    "举例",
    "示范",
    "填写示例",
    "填表示例",
    "填报示例",
    "示例行",
];

/// Whether a row only shows what rows look like: its first or last cell says so, 示例 or 例1. A person with a whole
/// identity number may stand there.
pub(super) fn is_example(row: &Row<'_>) -> bool {
    let says = |cell: Option<&(u32, Cell<'_>)>| match cell {
        // Six characters and a number.
        Some((_, Cell::Text(text))) if text.len() < 30 && may_begin_example(text) => {
            let tight = squeezed(text);
            let bare = tight.trim_matches(|it: char| "()[]【】<>《》:：".contains(it));
            EXAMPLES.contains(&bare.trim_end_matches(|it: char| it.is_ascii_digit()))
        }
        _ => false,
    };
    row.cells.len() > 1 && (says(row.cells.first()) || says(row.cells.last()))
}

/// Whether the first character of a text is one of [`EXAMPLES`] or a sign: of nearly every row it is neither.
fn may_begin_example(text: &str) -> bool {
    text.chars().next().is_some_and(|first| match first {
        '\u{3400}'..='\u{9fff}' => matches!(first, '示' | '例' | '样' | '范' | '举' | '填'),
        _ => !first.is_ascii_alphanumeric(),
    })
}

/// How the words begin that say how a column is to be filled in. None of them stands in the place of a value.
const INSTRUCTIONS: [&str; 33] = [
    "必填",
    "选填",
    "可填",
    "非必填",
    "必录",
    "选录",
    "必须填",
    "按需填",
    "文本",
    "字符",
    "数字",
    "数值",
    "整数",
    "小数",
    "日期格式",
    "日期型",
    "下拉",
    "单选",
    "多选",
    "可选",
    "自动生成",
    "自动计算",
    "系统生成",
    "请填",
    "填写",
    "手工填",
    "格式:",
    "格式为",
    "如:",
    "例如",
    "例:",
    "限填",
    "长度",
];

/// Whether a cell says how its column is to be filled in: 必填, (18位文本).
fn is_instruction(cell: &Cell<'_>) -> bool {
    // Most texts begin with none of these, and numbers are no instructions.
    const FIRST: &str = "必选可非按文字数整小日下单多自系请填手格如例限长(（*[【";
    let Cell::Text(text) = cell else { return false };
    let first = text.trim_start().chars().next();
    if !first.is_some_and(|it| FIRST.contains(it) || it.is_ascii_digit()) || text.is_ascii() {
        return false;
    }
    let tight = squeezed(text);
    let is_before = |it: char| it.is_ascii_digit() || "(*[【位".contains(it);
    let bare = tight.trim_start_matches(is_before);
    INSTRUCTIONS.iter().any(|word| bare.starts_with(word))
}

/// Whether a row says of most columns how they are to be filled in: 必填 | 选填 | 18位文本 | 下拉选择.
pub(super) fn instructs(row: &Row<'_>) -> bool {
    let instructs = |(_, cell): &&(u32, Cell<'_>)| is_instruction(cell);
    let count = row.cells.len();
    // Where none of the first cells is one, no more are looked at.
    let mut begins = row.cells.iter().take(FIRST_INSTRUCTIONS);
    count > 1
        && begins.any(|it| instructs(&it))
        && 2 * row.cells.iter().filter(instructs).count() > count
}

const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];
const NUMERALS: [&str; 20] = [
    "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四",
    "十五", "十六", "十七", "十八", "十九", "二十",
];

fn place_in(list: &[&str], word: &str) -> Option<u32> {
    let at = list.iter().position(|it| *it == word)?;
    u32::try_from(at).ok()
}

/// The number that a mark is: 3, ③, 三, 栏3, 第3列.
fn numeral(mark: &str) -> Option<u32> {
    let bare = mark.trim_start_matches(['栏', '列', '第', '项', '(']);
    let bare = bare.trim_end_matches(['栏', '列', '项', ')', '.', '、']);
    let circled = |first: u32, sign: char| (sign as u32).checked_sub(first).filter(|it| *it < 20);
    let mut signs = bare.chars();
    if let (Some(sign), None) = (signs.next(), signs.next())
        && let Some(number) = ['①', '⑴', '⒈']
            .iter()
            .find_map(|it| circled(*it as u32, sign))
    {
        return Some(number + 1);
    }
    let han = || place_in(&NUMERALS, bare).map(|at| at + 1);
    bare.parse().ok().or_else(han)
}

/// Marks that count up by one.
#[derive(Default)]
struct Steps {
    last: Option<f64>,
    count: usize,
}

impl Steps {
    fn next(&mut self, mark: f64) -> bool {
        let last = self.last.replace(mark);
        self.count += 1;
        // The first is any: columns before it may be hidden or have no mark.
        last.is_none_or(|last| (mark - last - 1.0).abs() < 0.5)
    }
}
