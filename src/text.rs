//! Text as people type it, brought to one form before it is compared.

use std::borrow::Cow;

/// `text` with full-width forms (`Ａ`, `１`, `（`, the ideographic space) turned to their ASCII twins.
///
/// Chinese input methods produce both forms for the same key, so headings, codes and numbers are
/// compared only after this step.
pub fn half_width(text: &str) -> String {
    text.chars().map(half_width_char).collect()
}

/// The half-width form of a character.
pub fn half_width_char(character: char) -> char {
    match character {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => {
            // The full-width block mirrors ASCII at a fixed distance.
            char::from_u32(character as u32 - 0xfee0).unwrap_or(character)
        }
        _ => character,
    }
}

/// The form in which two labels are the same: half-width, without any white space or invisible mark.
pub fn squeezed(text: &str) -> String {
    text.chars()
        .map(half_width_char)
        .filter(|character| !character.is_whitespace() && !is_invisible(*character))
        .collect()
}

/// Dots between the parts of a name, none of which is the one of the standard, U+00B7, and what people type for
/// them.
pub const DOTS: &str = "•・‧∙⋅･.．。˙·ᐧ⸱ㆍ﹒․ꞏ⸳᛫·'‘’`´＇…丶●○◦°⚫⬤º";

/// The form in which two texts are the same to one who searches: [`squeezed`], in small letters.
pub fn folded(text: &str) -> String {
    squeezed(text).to_lowercase()
}

/// The same of a name, also without its dots, unless there is nothing else.
pub fn folded_name(name: &str) -> String {
    let folded = folded(name);
    let is_dot = |character: char| DOTS.contains(character);
    if folded.chars().all(is_dot) {
        return folded;
    }
    folded.replace(is_dot, "")
}

/// Whether `text` is `squeezed` when it is [`squeezed`]; asked of many words, it makes no text of any.
pub fn is_squeezed(text: &str, squeezed: &str) -> bool {
    let characters = text.chars().map(half_width_char);
    characters
        .filter(|character| !character.is_whitespace() && !is_invisible(*character))
        .eq(squeezed.chars())
}

/// The parts of a text between separators; those that stand in brackets separate nothing, as in 双喜村（1组、2组）.
pub fn parts(text: &str, is_between: impl Fn(char) -> bool) -> Vec<&str> {
    const BRACKETS: [(char, char); 4] = [('(', ')'), ('（', '）'), ('[', ']'), ('【', '】')];
    let mut parts = Vec::new();
    let (mut first, mut open) = (0, Vec::new());
    for (at, character) in text.char_indices() {
        let behind = at + character.len_utf8();
        if open.last() == Some(&half_width_char(character)) {
            open.pop();
        } else if let Some((_, close)) = BRACKETS.iter().find(|(open, _)| *open == character) {
            let close = half_width_char(*close);
            // One that nobody closes is a slip.
            if text[behind..]
                .chars()
                .map(half_width_char)
                .any(|it| it == close)
            {
                open.push(close);
            }
        } else if open.is_empty() && is_between(character) {
            parts.push(&text[first..at]);
            first = behind;
        }
    }
    parts.push(&text[first..]);
    parts
}

/// `text` as a cell means it: invisible marks dropped and no white space around it.
pub fn trimmed(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|character| !is_invisible(*character))
        .collect();
    visible
        .trim_matches(|character: char| character.is_whitespace() || character == '\u{3000}')
        .to_owned()
}

/// Whether a text may hold the character: a database and a workbook can both keep it, and what is shown
/// is what is stored. PostgreSQL has no U+0000, XML 1.0 not the last two of the plane; of control
/// characters only tab and line ends mean anything; those that turn the direction of writing round show
/// the signs of a text in another order.
pub fn is_storable(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => !character.is_control(),
    }
}

/// `text` without the characters that are not [storable](is_storable).
pub fn storable(text: Cow<'_, str>) -> Cow<'_, str> {
    // Nearly every text is storable: a look at its bytes tells, faster than at its characters.
    let suspicious = |byte: u8| matches!(byte, ..b' ' | 0x7f | 0xc2 | 0xe2 | 0xef);
    if !text.bytes().any(suspicious) || text.chars().all(is_storable) {
        return text;
    }
    Cow::Owned(
        text.chars()
            .filter(|character| is_storable(*character))
            .collect(),
    )
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Fen as yuan with two decimals, `-1.30`.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// A private number as those see it who may not see it whole: its first three and last two characters.
/// One of less than 11 characters keeps its last two alone, since too little of it would be hidden.
///
/// ```
/// assert_eq!(qianshou::text::masked("13800138000"), "138******00");
/// assert_eq!(qianshou::text::masked("83512345"), "******45");
/// ```
pub fn masked(number: &str) -> String {
    let length = number.chars().count();
    number
        .chars()
        .enumerate()
        .map(|(at, character)| {
            if is_hidden(at, length) {
                '*'
            } else {
                character
            }
        })
        .collect()
}

/// Whether the mask hides this character of a number of so many.
pub fn is_hidden(at: usize, length: usize) -> bool {
    let first = if length < 11 { 0 } else { 3 };
    at >= first && at + 2 < length
}

/// Byte-order marks, soft hyphens, zero-width characters and directional marks: pasted in from web pages, never meant.
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{feff}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'
    )
}

/// Whether a text has a character that nobody sees and [`trimmed`] drops.
pub fn has_invisible(text: &str) -> bool {
    // Nearly every text has none of the bytes that they begin with.
    text.bytes().any(|byte| matches!(byte, 0xc2 | 0xe2 | 0xef)) && text.contains(is_invisible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_stored_is_left() {
        for (text, left) in [
            ("王\u{0}小\u{1f}明", "王小明"),
            ("一\t二\r\n三", "一\t二\r\n三"),
            ("\u{ffff}\u{fffe}\u{fffd}", "\u{fffd}"),
            ("ＡＢ", "ＡＢ"),
            ("a\u{7f}b\u{85}c\u{9f}é“…”", "abcé“…”"),
            ("一\u{202e}三二\u{2066}四", "一三二四"),
        ] {
            assert_eq!(storable(text.into()), left);
        }
    }

    #[test]
    fn money_keeps_its_sign() {
        for (fen, words) in [
            (600_000, "6000.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (-130, "-1.30"),
        ] {
            assert_eq!(yuan(fen), words);
        }
    }

    #[test]
    fn full_width_forms_and_spaces_disappear() {
        assert_eq!(half_width("（１２３Ｘ）"), "(123X)");
        assert_eq!(
            squeezed(" 与户主\n 关系\u{200b}（必填）"),
            "与户主关系(必填)"
        );
        assert_eq!(trimmed("\u{feff}　张三 "), "张三");
    }
}
