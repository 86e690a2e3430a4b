//! What people put into a cell to say that nothing belongs there, or that it is still to come.

use crate::text::{squeezed, trimmed};
use crate::workbook::reader::Cell;

/// Marks by which people fill a cell on purpose: there is nothing. Nobody needs to hear of them.
const MARKS: [&str; 11] = [
    "'", "-", "--", "—", "——", "–", "/", "\\", "无", "暂无", "没有",
];

/// Words of a cell that is not filled in yet, or that a program wrote for a missing value. The cell is
/// empty, and its column says once how many of them there are.
const PLACEHOLDERS: [&str; 65] = [
    "空",
    "空白",
    "空值",
    "空缺",
    "缺",
    "缺失",
    "略",
    "未填",
    "未填写",
    "未填报",
    "未知",
    "未采集",
    "未录入",
    "未登记",
    "未提供",
    "未核实",
    "未确认",
    "未定",
    "待核",
    "待核实",
    "待核查",
    "待查",
    "待查实",
    "待补",
    "待补充",
    "待填",
    "待填写",
    "待定",
    "待确认",
    "待完善",
    "待录入",
    "待采集",
    "不详",
    "不祥",
    "不明",
    "不清楚",
    "不知道",
    "不知",
    "不确定",
    "无数据",
    "无信息",
    "无资料",
    "无记录",
    "无法核实",
    "暂缺",
    "暂空",
    "暂未填写",
    "没填",
    "没填写",
    "请选择",
    "请填写",
    "请输入",
    "请核实",
    "NULL",
    "NONE",
    "NIL",
    "NAN",
    "N/A",
    "NA",
    "#N/A",
    "N.A.",
    "\\N",
    "<NULL>",
    "UNDEFINED",
    "UNKNOWN",
];
/// No placeholder is longer, in bytes: a cheap first test.
const LONGEST: usize = 30;

/// Whether the text says that there is nothing.
pub fn says_nothing(text: &str) -> bool {
    MARKS.contains(&text) || is_placeholder(text)
}

/// Whether the cell holds nothing but a mark for «nothing», of which nobody needs to hear.
pub fn is_mark(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Text(text) => {
            let text = trimmed(text);
            text.is_empty() || MARKS.contains(&text.as_str())
        }
        _ => false,
    }
}

/// Whether the text only keeps the place of a value that is missing: 未填, (空), ????, NULL.
pub fn is_placeholder(text: &str) -> bool {
    // Nearly every cell fails one of these two, and neither looks at more than a character.
    if text.len() > LONGEST || !text.chars().next().is_some_and(may_begin) {
        return false;
    }
    let tight = squeezed(text).to_uppercase();
    let is_bracket = |character: char| "()[]【】〔〕<>《》{}。.".contains(character);
    let bare = tight.trim_matches(is_bracket);
    let is_sign = |character: char| "?#*□■〓\u{fffd}".contains(character);
    PLACEHOLDERS.contains(&tight.as_str())
        || PLACEHOLDERS.contains(&bare)
        || (bare.len() < tight.len() && (bare.is_empty() || MARKS.contains(&bare)))
        || bare.chars().all(is_sign)
}

/// Whether a placeholder may begin with the character.
fn may_begin(character: char) -> bool {
    matches!(
        character,
        '空' | '缺'
            | '略'
            | '未'
            | '待'
            | '不'
            | '无'
            | '暂'
            | '没'
            | '请'
            | '?'
            | '？'
            | '#'
            | '＃'
            | '*'
            | '＊'
            | '□'
            | '■'
            | '〓'
            | '\u{fffd}'
            | '\\'
            | '('
            | '（'
            | '['
            | '［'
            | '【'
            | '〔'
            | '<'
            | '＜'
            | '《'
            | '{'
            | 'N'
            | 'n'
            | 'U'
            | 'u'
            | 'Ｎ'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_values() {
        for text in [
            "未填",
            "待核",
            "(空)",
            "（空）",
            "【不详】",
            "#",
            "*",
            "？？",
            "????",
            "null",
            "NULL",
            "NaN",
            "\\N",
            "不 详",
            "<null>",
            "□□",
            "（无）",
            "()",
            "请选择",
            "None",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "",
            "无",
            "-",
            "未脱贫",
            "不享受",
            "缺水",
            "缺资金",
            "空军",
            "待业",
            "NULL1",
            "N1",
            "查",
            "(1)",
            "无劳动力",
            "略阳县",
            "#1",
            "3组",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
        assert!(is_mark(&Cell::Text(" — ".into())));
        assert!(!is_mark(&Cell::Text("不详".into())));
    }

    #[test]
    fn none_is_longer_than_the_first_test_lets_through() {
        for text in PLACEHOLDERS {
            let spaced = format!("（{text}）");
            assert!(spaced.len() <= LONGEST && is_placeholder(text), "{text}");
        }
    }
}
