//! What people write for a digit: full-width, Chinese, circled and raised ones, those of other
//! scripts, and letters that look like one.

use std::sync::LazyLock;

use crate::text::{half_width_char, is_invisible};

/// In what a digit is written. A change of it within a row of digits may be the end of a number:
/// `张三13800138000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// `1`, `１`; and a letter among them that looks like one.
    Arabic,
    /// `一`, `壹`, `幺`.
    Chinese,
    /// `①`, `¹`, `١` and all others.
    Other,
    /// A letter that looks like a digit, at the end of a row: `I3800138000`.
    Letter,
}

/// Chinese numerals that are used digit by digit. `十` and `百` are none.
const CHINESE: [&str; 10] = [
    "〇零○◯洞",
    "一壹幺弌",
    "二贰貳两弍",
    "三叁參弎",
    "四肆",
    "五伍",
    "六陆陸",
    "七柒拐",
    "八捌",
    "九玖勾",
];

/// Numerals of [`CHINESE`] that are as often another word (`两户`, `拐杖`, `洞`): read as digits only
/// beside another digit.
const AMBIGUOUS: &str = "洞两拐勾陆陸伍參";

/// The zeros of the scripts whose ten digits follow one another in Unicode.
const ZEROS: [u32; 44] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0x2080, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
    0x104a0, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1f101, 0x1fbf0,
];

/// The ones of the rows that have no zero beside them: circled, in brackets, with a dot.
const ONES: [u32; 10] = [
    0x2460, 0x2474, 0x2488, 0x24f5, 0x2776, 0x2780, 0x278a, 0x3021, 0x3220, 0x3280,
];

/// Digits that stand apart from the others of their row.
const SINGLE: [(char, u32); 12] = [
    ('⁰', 0),
    ('¹', 1),
    ('²', 2),
    ('³', 3),
    ('⁴', 4),
    ('⁵', 5),
    ('⁶', 6),
    ('⁷', 7),
    ('⁸', 8),
    ('⁹', 9),
    ('⓪', 0),
    ('⓿', 0),
];

/// The digits of the basic plane by their code: texts are looked through by the thousand.
static DIGITS: LazyLock<Vec<Option<(u32, Script)>>> = LazyLock::new(|| {
    let codes = 0..=u32::from(u16::MAX);
    codes
        .map(|code| char::from_u32(code).and_then(looked_up))
        .collect()
});

/// The value of a digit and its script, whatever stands around it.
pub(super) fn digit(character: char) -> Option<(u32, Script)> {
    match DIGITS.get(character as usize) {
        Some(digit) => *digit,
        None => looked_up(character),
    }
}

fn looked_up(character: char) -> Option<(u32, Script)> {
    let half = half_width_char(character);
    if let Some(value) = half.to_digit(10) {
        return Some((value, Script::Arabic));
    }
    if let Some(value) = CHINESE.iter().position(|signs| signs.contains(character)) {
        return Some((u32::try_from(value).ok()?, Script::Chinese));
    }
    other_digit(character).map(|value| (value, Script::Other))
}

fn other_digit(character: char) -> Option<u32> {
    let code = u32::from(character);
    let in_row = |first: u32, length: u32| code.checked_sub(first).filter(|at| *at < length);
    let single = SINGLE.iter().find(|(sign, _)| *sign == character);
    single
        .map(|(_, value)| *value)
        .or_else(|| ZEROS.iter().find_map(|zero| in_row(*zero, 10)))
        .or_else(|| Some(ONES.iter().find_map(|one| in_row(*one, 9))? + 1))
}

/// Whether a Chinese numeral is as often another word.
pub(super) fn is_ambiguous(character: char) -> bool {
    AMBIGUOUS.contains(character)
}

/// The digit that a letter looks like: `138OO138OOO`.
pub(super) fn look_alike(character: char) -> Option<char> {
    match character {
        'O' | 'o' | 'О' | 'о' | 'Ο' | 'ο' => Some('0'),
        'l' | 'I' | 'i' => Some('1'),
        _ => None,
    }
}

/// Whether nothing of the character is seen between two digits: hidden marks, and what makes a keycap
/// of a digit or a line over it.
pub(super) fn is_unseen(character: char) -> bool {
    is_invisible(character)
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{ffa0}'
                | '\u{180e}'
                | '\u{300}'..='\u{36f}'
                | '\u{2061}'..='\u{2064}'
                | '\u{2066}'..='\u{206f}'
                | '\u{20d0}'..='\u{20f0}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{e0000}'..='\u{e01ef}'
        )
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_masked;
    use super::*;

    #[test]
    fn digits_are_known_however_they_are_written() {
        for digits in [
            "0123456789",
            "０１２３４５６７８９",
            "〇一二三四五六七八九",
            "零壹贰叁肆伍陆柒捌玖",
            "洞幺两三四五六拐八勾",
            "⁰¹²³⁴⁵⁶⁷⁸⁹",
            "₀₁₂₃₄₅₆₇₈₉",
            "٠١٢٣٤٥٦٧٨٩",
            "۰۱۲۳۴۵۶۷۸۹",
            "०१२३४५६७८९",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
            "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿",
            "⓪①②③④⑤⑥⑦⑧⑨",
            "⓿❶❷❸❹❺❻❼❽❾",
            "○㈠㈡㈢㈣㈤㈥㈦㈧㈨",
            "〇〡〢〣〤〥〦〧〨〩",
            "๐๑๒๓๔๕๖๗๘๙",
        ] {
            let values: Vec<_> = digits.chars().map(|sign| digit(sign).unwrap().0).collect();
            assert_eq!(values, (0..10).collect::<Vec<_>>(), "{digits}");
        }
        for other in "十百千万号第甲x.-O".chars() {
            assert_eq!(digit(other), None, "{other}");
        }
    }

    #[test]
    fn numbers_are_found_in_whatever_digits_they_are_written() {
        assert_masked(&[
            (
                "三二〇九九九一九四九一二三一〇〇二二",
                "三二〇*************二二",
            ),
            ("幺三八零零一三八零零零", "幺三八******零零"),
            (
                "电话幺三八〇〇一三八〇〇〇，常打",
                "电话幺三八******〇〇，常打",
            ),
            ("壹叁捌零零壹叁捌零零零", "壹叁捌******零零"),
            ("13八00一38零零0", "13八******零0"),
            ("手机壹三8零0一3八OOO", "手机壹三8******OO"),
            ("张三13800138000", "张三138******00"),
            ("三妹三二〇九九九19491231002X", "三妹三二〇*************2X"),
            (
                "三二O九九九一九四九一二三一〇〇二X残",
                "三二O*************二X残",
            ),
            (
                "一 三 八 〇 〇 一 三 八 〇 〇 〇",
                "一 三 八 * * * * * * 〇 〇",
            ),
            ("¹³⁸⁰⁰¹³⁸⁰⁰⁰", "¹³⁸******⁰⁰"),
            ("١٣٨٠٠١٣٨٠٠٠", "١٣٨******٠٠"),
            ("𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "𝟏𝟑𝟖******𝟎𝟎"),
            ("①③⑧⓪⓪①③⑧⓪⓪⓪", "①③⑧******⓪⓪"),
            ("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", "1️⃣3️⃣8️⃣*️⃣*️⃣*️⃣*️⃣*️⃣*️⃣0️⃣0️⃣"),
            ("138OO138OOO", "138******OO"),
            ("I38ool38000", "I38******00"),
            ("电话 138 OO13 8OOO", "电话 138 **** **OO"),
            ("tel138OO138OOO", "tel138******OO"),
            ("32O999194912310O22", "32O*************22"),
            ("32O99919491231OO2X", "32O*************2X"),
        ]);
    }
}
