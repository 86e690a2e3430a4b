//! What people put into a cell to say that nothing belongs there, or that it is still to come.

use crate::text::{squeezed, trimmed};
use crate::workbook::reader::Cell;

/// Marks by which people fill a cell on purpose: there is nothing. Nobody needs to hear of them.
const MARKS: [&str; 11] = [
    "'", "-", "--", "—", "——", "–", "/", "\\", "无", "暂无", "没有",
];

/// Words of a cell that is not filled in yet, or that a program wrote for a missing value. The cell is
/// empty, and its column says once how many of them there are.
const PLACEHOLDERS: [&str; 48] = [
    "空",
    "空白",
    "空值",
    "空缺",
    "空格",
    "缺",
    "缺失",
    "缺项",
    "略",
    "未知",
    "不详",
    "不祥",
    "不明",
    "不清楚",
    "不知道",
    "不知",
    "不确定",
    "不适用",
    "无数据",
    "无信息",
    "无资料",
    "无记录",
    "无此项",
    "无该项",
    "查无",
    "暂缺",
    "暂空",
    "未填项",
    "漏填",
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
    "UNDEFINED",
    "UNKNOWN",
    "BLANK",
    "TBD",
    "TBC",
    "BR",
];
/// What a word says that is still to be done, behind one of [`TO_COME`]: 待更新, 尚未填写, 拒绝提供.
const TO_BE_DONE: [&str; 38] = [
    "填", "填写", "填报", "填列", "补", "补充", "补录", "补填", "补报", "补齐", "录", "录入", "报",
    "上报", "提供", "采集", "收集", "登记", "核", "核实", "核查", "核对", "核定", "查", "查实",
    "查明", "查证", "确认", "完善", "更新", "定", "确定", "统计", "编号", "编", "反馈", "整理",
    "明确",
];
/// How such a word begins, behind an adverb of time or without one.
const TO_COME: [&str; 7] = ["没有", "无法", "拒绝", "未", "没", "待", "不予"];
/// Words in the place of the number of a card or a telephone that somebody does not have yet: an infant
/// has none until the household register has the infant. Of a text they would be its content.
const NOT_ISSUED: [&str; 28] = [
    "新生儿",
    "新生婴儿",
    "婴儿",
    "婴幼儿",
    "新生",
    "刚出生",
    "办理中",
    "正在办理",
    "正在办",
    "在办",
    "在办理",
    "申办中",
    "申请中",
    "正在申请",
    "补办中",
    "正在补办",
    "正在上户",
    "上户中",
    "黑户",
    "无户口",
    "没户口",
    "没有户口",
    "无证",
    "无证件",
    "无身份证",
    "没身份证",
    "没有身份证",
    "无号",
];
/// What is still to be done before there is a number, behind one of [`TO_COME`]: 未上户, 待办理.
const TO_BE_ISSUED: [&str; 22] = [
    "办",
    "办理",
    "办证",
    "办卡",
    "办好",
    "办下来",
    "办身份证",
    "办理身份证",
    "补办",
    "上户",
    "上户口",
    "落户",
    "落户口",
    "入户",
    "入户口",
    "报户口",
    "申请",
    "申领",
    "领证",
    "发证",
    "开通",
    "安装",
];
/// What says that the value stands in another paper, which a program cannot read.
const PAPERS: [&str; 13] = [
    "簿", "本", "表", "册", "件", "档案", "名单", "备注", "系统", "证", "单", "图", "台账",
];
/// No placeholder is longer, in bytes: a cheap first test.
const LONGEST: usize = 30;

/// Whether the text says that there is nothing.
pub fn says_nothing(text: &str) -> bool {
    // Asked of nearly every cell, and nearly every cell ends here.
    let begins = |first| matches!(first, '\'' | '/') || may_begin(first);
    text.len() <= LONGEST
        && text.chars().next().is_some_and(begins)
        && (MARKS.contains(&text) || is_placeholder(text))
}

/// Whether the text says that there is no number of this kind, or none yet: 无, 未上户, 办理中.
pub(super) fn says_no_number(text: &str) -> bool {
    if says_nothing(text) {
        return true;
    }
    // Nearly every cell holds digits alone, or a longer text.
    if text.len() > LONGEST || text.is_ascii() {
        return false;
    }
    let tight = squeezed(text);
    let bare = tight.trim_matches(is_around);
    NOT_ISSUED.contains(&bare) || is_still(bare, &TO_BE_ISSUED)
}

/// Whether a word says that the value is still to come.
fn is_to_come(word: &str) -> bool {
    is_still(word, &TO_BE_DONE)
}

/// Whether a word says that one of these things is still to be done.
fn is_still(word: &str, to_be_done: &[&str]) -> bool {
    let bare = ["尚", "暂时", "暂", "还", "仍"]
        .iter()
        .find_map(|adverb| word.strip_prefix(adverb))
        .unwrap_or(word);
    let mut done = TO_COME.iter().filter_map(|begin| bare.strip_prefix(begin));
    done.any(|rest| to_be_done.contains(&rest))
}

/// Whether a word says that the value stands in another paper: 见户口簿, 见附件. Of a text or a name, that
/// is as if nothing were there; a number is missed, and it is an error.
pub(super) fn is_elsewhere(word: &str) -> bool {
    if !word.starts_with(['详', '见', '同', '参']) {
        return false;
    }
    let paper = ["详见", "见", "同户口", "参见"]
        .iter()
        .find_map(|begin| word.strip_prefix(begin));
    paper.is_some_and(|paper| PAPERS.iter().any(|end| paper.ends_with(end)))
}

/// Whether the cell holds nothing but a mark for «nothing», of which nobody needs to hear.
pub fn is_mark(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Text(text) => {
            let text = trimmed(text);
            // A stroke may be as long as the cell is wide.
            text.chars().all(|character| "-—–─━－".contains(character))
                || MARKS.contains(&text.as_str())
        }
        _ => false,
    }
}

/// Whether the cell says in words that there are none, as of households that somebody can take.
pub fn says_none(cell: &Cell<'_>) -> bool {
    matches!(cell, Cell::Text(text)
        if ["无", "没有", "暂无", "不安排", "不能", "零"].contains(&squeezed(text).as_str()))
}

/// Whether the cell is what Excel shows of a number for which the column is too narrow: #####.
pub fn hides_number(cell: &Cell<'_>) -> bool {
    let Cell::Text(text) = cell else {
        return false;
    };
    text.starts_with(['#', '＃'])
        && text.trim().chars().count() > 1
        && text
            .trim()
            .chars()
            .all(|character| "#＃".contains(character))
}

/// Whether the text only keeps the place of a value that is missing: 未填, (空), ????, NULL.
pub fn is_placeholder(text: &str) -> bool {
    // Nearly every cell fails one of these two, and neither looks at more than a character.
    if text.len() > LONGEST || !text.chars().next().is_some_and(may_begin) {
        return false;
    }
    // A number of letters and digits is none.
    if text.as_bytes()[0].is_ascii_alphabetic() && text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let tight = squeezed(text).to_uppercase();
    let bare = tight.trim_matches(is_around);
    let is_sign = |character: char| "?#*□■〓\u{fffd}·、".contains(character);
    let is_cross = |character: char| "X×✕".contains(character);
    PLACEHOLDERS.contains(&tight.as_str())
        || PLACEHOLDERS.contains(&bare)
        || (bare.len() < tight.len() && (bare.is_empty() || MARKS.contains(&bare)))
        || bare.chars().all(is_sign)
        || (bare.chars().count() > 1 && bare.chars().all(is_cross))
        || tight == "&NBSP;"
        || is_to_come(bare)
}

/// Whether the character stands around a placeholder.
fn is_around(character: char) -> bool {
    "()[]【】〔〕<>《》{}。.-—_~".contains(character)
}

/// Whether a placeholder may begin with the character.
#[rustfmt::skip] // by kinds of characters
fn may_begin(character: char) -> bool {
    matches!(
        character,
        'B' | 'N' | 'T' | 'U' | 'X' | 'b' | 'n' | 't' | 'u' | 'x' | 'Ｎ' | 'Ｘ' | 'ｘ'
        | '空' | '缺' | '略' | '未' | '待' | '不' | '无' | '暂' | '没' | '请' | '尚' | '还' | '仍' | '拒' | '见'
        | '详' | '参' | '查' | '漏' | '同'
        | '?' | '？' | '#' | '＃' | '*' | '＊' | '□' | '■' | '〓' | '\u{fffd}' | '\\' | '&'
        | '(' | '（' | '[' | '［' | '【' | '〔' | '<' | '＜' | '《' | '{'
        | '-' | '—' | '–' | '─' | '━' | '－' | '_' | '＿' | '~' | '～'
        | '.' | '．' | '。' | '·' | '、' | '×' | '✕'
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
            "待更新",
            "待补录",
            "待收集",
            "未上报",
            "没有填",
            "暂未填",
            "尚未填写",
            "还没有上报",
            "无法提供",
            "拒绝提供",
            "缺项",
            "空格",
            "无此项",
            "不适用",
            "TBD",
            "blank",
            "(blank)",
            "xx",
            "XXX",
            "××",
            "_",
            "~",
            ".",
            "·",
            "、",
            "———",
            "-无-",
            "无。",
            "<br>",
            "&nbsp;",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "",
            "无",
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
            "待业",
            "未参加",
            "未脱贫户",
            "无法定代理人",
            "不予受理",
            "还建",
            "见龙村",
            "同心",
            "查干",
            "X01",
            "×",
            "-5",
            "-300元",
            "B级",
            "T",
            "B",
            "Tom",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
        assert!(is_mark(&Cell::Text(" — ".into())));
        assert!(!is_mark(&Cell::Text("不详".into())));
    }

    #[test]
    fn who_has_no_number_yet_is_told_from_a_number() {
        for text in [
            "无",
            "未填",
            "未上户",
            "未上户口",
            "没上户口",
            "还没上户口",
            "待办",
            "待办理",
            "正在办理",
            "办理中",
            "尚未办理",
            "未办",
            "未办理",
            "暂未办理",
            "新生儿",
            "（新生儿）",
            "待上户",
            "没有上户",
            "未落户",
            "没办身份证",
            "未办证",
            "无身份证",
            "未 上 户",
        ] {
            assert!(says_no_number(text), "{text}");
        }
        for text in [
            "",
            "见户口簿",
            "320999198503070011",
            "未上户320999198503070011",
            "户口",
            "办理",
            "遗失",
            "已迁出",
            "新生儿王小宝",
            "护照",
            "H01",
            "未脱贫",
        ] {
            assert!(!says_no_number(text), "{text}");
        }
        // In a remark, that is what it says.
        assert!(!says_nothing("未上户口"));
    }

    #[test]
    fn none_is_longer_than_the_first_test_lets_through() {
        for text in PLACEHOLDERS {
            let spaced = format!("（{text}）");
            assert!(spaced.len() <= LONGEST && is_placeholder(text), "{text}");
        }
    }
}
