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
const ABOVE: [&str; 18] = [
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
    "DITTO",
    "DO",
];
const HEAD: [&str; 6] = [
    "同户主",
    "与户主同",
    "与户主相同",
    "同户主一样",
    "和户主一样",
    "同户",
];
const UNCLEAR: [&str; 8] = [
    "同左",
    "同右",
    "同下",
    "同后",
    "同下行",
    "下同",
    "同前页",
    "同上页",
];
/// Characters of a mark of nothing but quotation signs or arrows.
const SIGNS: &str = "〃″\"“”〝〞〟‟„‶＂''‘’′´`々ゞ↑";

/// Whether a cell holds nothing but a mark for the content of another cell.
pub fn ditto(cell: &Cell<'_>) -> Option<Ditto> {
    let Cell::Text(text) = cell else {
        return None;
    };
    // Nearly every cell fails one of these two, and neither looks at more than a character.
    if text.len() > LONGEST || !text.chars().next().is_some_and(may_begin) {
        return None;
    }
    let tight = squeezed(text);
    let is_filling = |character: char| "-—–─━_()[]<>《》【】|.,。".contains(character);
    let bare = tight.trim_matches(is_filling);
    if bare.is_empty() {
        // «…» and «...» may mean «as above» or «and so on».
        return (tight.len() > 1 && tight.bytes().all(|byte| byte == b'.'))
            .then_some(Ditto::Unclear);
    }
    let upper = bare.to_uppercase();
    if ABOVE.contains(&upper.as_str()) || is_signs(bare) {
        Some(Ditto::Above)
    } else if HEAD.contains(&bare) {
        Some(Ditto::Head)
    } else if UNCLEAR.contains(&bare) || bare.chars().all(|character| "…⋯".contains(character))
    {
        Some(Ditto::Unclear)
    } else {
        None
    }
}

/// Signs of quotation, or two middle dots: one alone may be a slip of the finger.
fn is_signs(text: &str) -> bool {
    let dots = |character: char| "·•・‧∙⋅".contains(character);
    let apostrophe = |character: char| "'‘’´`".contains(character);
    let alone = text.chars().count() == 1 && text.chars().all(apostrophe);
    (text.chars().all(|character| SIGNS.contains(character)) && !alone)
        || (text.chars().count() > 1 && text.chars().all(dots))
}

/// Whether a mark may begin with the character; asked of every cell, so the usual ones are told first.
fn may_begin(character: char) -> bool {
    match character {
        '0'..='9' => false,
        '\u{3400}'..='\u{9fff}' => matches!(character, '同' | '上' | '如' | '下' | '与' | '和'),
        'd' | 'D' | ' ' | '\u{3000}' => true,
        _ => SIGNS.contains(character) || "-—–─━_(（[【<《|.…⋯·•・‧∙⋅".contains(character),
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
        ] {
            assert_eq!(of(text), Some(Ditto::Above), "{text}");
        }
        for text in ["同左", "……", "...", "…", "同下"] {
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
