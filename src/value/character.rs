//! Characters of Chinese texts: the usual ones, those that stand for another, and those that were lost.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::text::Refusal;
use crate::problem::{Text, words};

pub(super) fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
        || is_private(character)
}

/// Characters to which no standard gives a meaning: each computer shows something else.
pub(super) fn is_private(character: char) -> bool {
    matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

/// What stands where a character could not be shown or kept: squares, blocks, parts of a character.
pub(super) fn is_lost(character: char) -> bool {
    matches!(character,
        '□' | '■' | '〓' | '▯' | '▢' | '☐' | '◻' | '◼' | '¿' | '\u{fffd}'
        | '\u{2580}'..='\u{259f}' | '\u{25a0}'..='\u{25af}' | '\u{2ff0}'..='\u{2fff}')
}

/// The text with the characters that radicals of a dictionary (⼤, U+2F00 to U+2FDF) look like: programs
/// that read pictures or PDF files write the ones for the others.
pub(super) fn without_radicals(text: &str) -> Cow<'_, str> {
    let is_radical = |character: char| matches!(character, '\u{2f00}'..='\u{2fdf}');
    if !text.contains(is_radical) {
        return Cow::Borrowed(text);
    }
    let plain = text.chars().map(|character| {
        let mut same = std::iter::once(character).nfkc();
        if is_radical(character) {
            same.next().unwrap_or(character)
        } else {
            character
        }
    });
    Cow::Owned(plain.collect())
}

/// A character of one computer alone. Those that GB 18030 once put there have a place of their own now.
pub(super) fn private_character(text: &str, what: &Text) -> Refusal {
    let known = |character: char| match character {
        '\u{e81e}' => '\u{9fb4}',
        '\u{e826}' => '\u{9fb5}',
        '\u{e82b}' => '\u{9fb6}',
        '\u{e82c}' => '\u{9fb7}',
        '\u{e832}' => '\u{9fb8}',
        '\u{e843}' => '\u{9fb9}',
        '\u{e854}' => '\u{9fba}',
        '\u{e863}' => '\u{4dae}',
        '\u{e864}' => '\u{9fbb}',
        other => other,
    };
    let meant: String = text.chars().map(known).collect();
    let meant = (!meant.chars().any(is_private)).then_some(meant);
    Refusal::new(
        "private_character",
        words!("{what}中有自造字（造字区的字），在别的电脑上显示为方框或别的字", "{what} holds a character of one computer alone, which others show as a box or as another one"; what),
        words!("请对照身份证，用输入法的生僻字重新录入这个字；确实打不出的不必处理", "type this character again from the identity card with the rare characters of your input method; nothing needs to be done if it cannot be typed"),
    )
    .proposing(meant)
}
