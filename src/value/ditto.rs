//! Marks that mean what stands above: 同上, 〃, ″.

use crate::text::squeezed;
use crate::workbook::reader::Cell;

/// What a mark in place of a value refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ditto {
    /// The cell above.
    Above,
    /// The head of the household.
    Head,
    /// It cannot be told what: another cell of the row, or any.
    Unclear,
}

/// No mark is longer, in bytes: a cheap first test.
const LONGEST: usize = 36;
const ABOVE: [&str; 26] = [
    "同上",
    "同前",
    "同上行",
    "同上一行",
    "同上面",
    "同上栏",
    "同上格",
    "同上户",
    "同上一户",
    "同上一人",
    "上同",
    "同",
    "如上",
    "如前",
    "如上所述",
    "同上述",
    "仝",
    "仝上",
    "仝前",
    "见上",
    "见上行",
    "与上相同",
    "与上同",
    "DITTO",
    "DO",
    "IBID",
];
const HEAD: [&str; 6] = [
    "同户主",
    "与户主同",
    "与户主相同",
    "同户主一样",
    "和户主一样",
    "同户",
];
const UNCLEAR: [&str; 13] = [
    "同左",
    "同右",
    "同下",
    "同后",
    "同下行",
    "下同",
    "同前页",
    "同上页",
    "仝下",
    "见下",
    "见前",
    "见左",
    "见前页",
];
/// Characters of a mark of nothing but quotation signs, strokes of the brush or arrows up.
const SIGNS: &str = "〃∥‖ǁ″\"“”〝〞〟‟„‶＂''‘’′´`々ゞ↑⬆⇑⇧˝ˮ¨〻ヽヾˊˋ＇";
/// Characters that may mean the cell above as well as another one, or nothing.
const UNCLEAR_SIGNS: &str = "…⋯↓←→⬇⬅➡^＾";
/// Marks that people also draw to strike a cell out; one alone is no mark for another cell.
const STROKES: &str = "/／\\＼,，。.";
/// What a mark may have behind it: 同上村 is the village of the row above.
const UNITS: [&str; 13] = [
    "村",
    "镇",
    "乡",
    "组",
    "户",
    "县",
    "单位",
    "学校",
    "社区",
    "街道",
    "居委会",
    "地址",
    "住址",
];

/// Whether a cell holds nothing but a mark for the content of another cell.
pub fn ditto(cell: &Cell<'_>) -> Option<Ditto> {
    let Cell::Text(text) = cell else {
        return None;
    };
    // Nearly every cell fails one of these two, and neither looks at more than a character.
    if text.len() > LONGEST || !text.chars().next().is_some_and(may_begin) {
        return None;
    }
    let mut tight = squeezed(text);
    // An arrow may be drawn as an emoji.
    tight.retain(|character| character != '\u{fe0f}');
    let is_filling = |character: char| "-—–─━_()[]<>《》【】|.,。".contains(character);
    let bare = tight.trim_matches(is_filling);
    if tight.len() > 1 && tight.bytes().all(|byte| byte == b'|') {
        return Some(Ditto::Above);
    }
    if bare.is_empty() {
        // «…» and «...» may mean «as above» or «and so on».
        return is_repeated(&tight, STROKES).then_some(Ditto::Unclear);
    }
    let upper = bare.to_uppercase();
    let without_unit = || UNITS.iter().find_map(|unit| bare.strip_suffix(unit));
    let is_above =
        |word: &str| ["同上", "仝上", "同前", "仝", "见上"].contains(&word) || is_signs(word);
    if ABOVE.contains(&upper.as_str()) || is_signs(bare) || without_unit().is_some_and(is_above) {
        Some(Ditto::Above)
    } else if HEAD.contains(&bare) {
        Some(Ditto::Head)
    } else if UNCLEAR.contains(&bare)
        || bare
            .chars()
            .all(|character| UNCLEAR_SIGNS.contains(character))
        || is_repeated(&tight, STROKES)
        || is_lone_quote(bare)
        || names_a_row(bare)
        || has_sign_before(bare)
    {
        Some(Ditto::Unclear)
    } else {
        None
    }
}

/// Whether a text is one sign, again and again.
fn is_repeated(text: &str, signs: &str) -> bool {
    text.chars().count() > 1 && text.chars().all(|character| signs.contains(character))
}

/// A quotation sign alone may be a slip of the finger; an apostrophe is how Excel marks a text.
fn is_lone_quote(text: &str) -> bool {
    ["‘", "’", "´", "`", "ˊ", "ˋ"].contains(&text)
}

/// Whether a text points at a row or cell by its number or its content: 同第2行, 同3行, 同上（双喜村）.
fn names_a_row(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['同', '仝', '〃', '见']) else {
        return false;
    };
    let rest = rest.trim_start_matches(['上', '前', '第', '〃']);
    rest.starts_with('(')
        || (!rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
        || (rest.starts_with(|first: char| {
            first.is_ascii_digit() || "一二三四五六七八九十".contains(first)
        }) && rest.ends_with(['行', '格', '户', '人', '条', '栏']))
}

/// Whether a mark stands before words that change what is above: 〃号, 同上2号.
fn has_sign_before(text: &str) -> bool {
    const ENDS: [char; 10] = ['号', '组', '排', '栋', '室', '楼', '队', '户', '村', '社'];
    let signs = text.trim_start_matches(['〃', '∥', '‖', '〻', '々', '″']);
    let rest = if signs.len() < text.len() {
        Some(signs)
    } else {
        ["同上", "仝上"]
            .iter()
            .find_map(|word| text.strip_prefix(word))
    };
    rest.is_some_and(|rest| {
        rest.ends_with(ENDS) || rest.starts_with(|it: char| it.is_ascii_digit())
    })
}

/// Signs of quotation, or two middle dots: one alone may be a slip of the finger.
fn is_signs(text: &str) -> bool {
    let dots = |character: char| "·•・‧∙⋅･、".contains(character);
    let apostrophe = |character: char| "'‘’´`ˊˋ＇".contains(character);
    let alone = text.chars().count() == 1 && text.chars().all(apostrophe);
    (text.chars().all(|character| SIGNS.contains(character)) && !alone)
        || (text.chars().count() > 1 && text.chars().all(dots))
}

/// Whether a mark may begin with the character; asked of every cell, so the usual ones are told first.
fn may_begin(character: char) -> bool {
    match character {
        '\u{3400}'..='\u{9fff}' => matches!(
            character,
            '同' | '上' | '如' | '下' | '与' | '和' | '仝' | '见'
        ),
        'd' | 'D' | 'i' | 'I' | ' ' | '\u{3000}' => true,
        '0'..='9' | 'a'..='z' | 'A'..='Z' => false,
        _ => {
            SIGNS.contains(character)
                || UNCLEAR_SIGNS.contains(character)
                || STROKES.contains(character)
                || "-—–─━_(（[【<《|｜·•・‧∙⋅･、".contains(character)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_from_values() {
        let of = |text: &str| ditto(&Cell::Text(text.to_owned().into()));
        for text in [
            "同上",
            "同 上",
            " 同上 ",
            "（同上）",
            "同前",
            "〃",
            "″",
            "\"",
            "”",
            "＂",
            "''",
            "··",
            "—〃—",
            "-\"-",
            "— 〃 —",
            "↑",
            "同",
            "々",
            "ditto",
            "同上。",
            "仝",
            "仝 上",
            "˝",
            "˝˝",
            "ˮ",
            "¨",
            "〻",
            "ヽ",
            "･･",
            "、、",
            "⬆",
            "⬆\u{fe0f}",
            "同上村",
            "〃村",
            "〃〃〃镇",
            "见上",
            "∥",
            "‖",
            "||",
            "｜｜",
            "∥村",
        ] {
            assert_eq!(of(text), Some(Ditto::Above), "{text}");
        }
        for text in [
            "同左",
            "……",
            "...",
            "…",
            "同下",
            "//",
            "，，",
            "。。",
            "\\\\",
            "´",
            "’",
            "同第2行",
            "同3行",
            "同上（双喜村）",
            "〃(双喜村)",
            "→",
            "^",
            "见前页",
            "〃号",
            "〃5号",
            "同上2号",
            "同上3组",
            "∥2组",
        ] {
            assert_eq!(of(text), Some(Ditto::Unclear), "{text}");
        }
        assert_eq!(of("同户主"), Some(Ditto::Head));
        for text in [
            "-",
            "—",
            "/",
            "·",
            "'",
            "同心村",
            "上海",
            "同乐村",
            "同一村",
            "同上级部门联系",
            "仝大山",
            "仝庄村",
            "见龙村",
            "见户口簿",
            "、",
            "Id1",
            "D001",
            "Do 1",
            "下沙",
            ".",
            "(1)",
            "－",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(ditto(&Cell::Number(1.0)), None);
    }
}
