//! Characters that Excel writes as `_x000D_`: the code of one unit of UTF-16.

use std::borrow::Cow;

use memchr::memmem;

/// Bytes of an escape.
const LENGTH: usize = 7;

/// The text with its escapes as the characters that they mean. Half a character (a lone surrogate) is
/// U+FFFD: something was there, and is lost.
pub fn decoded(text: Cow<'_, str>) -> Cow<'_, str> {
    match memmem::find(text.as_bytes(), b"_x") {
        Some(first) => whole(&text, first).map_or(text, Cow::Owned),
        None => text,
    }
}

/// The decoded text, if it has an escape from a place on.
fn whole(text: &str, first: usize) -> Option<String> {
    let mut decoded = String::new();
    let mut copied = 0;
    let mut at = first;
    while at < text.len() {
        let Some(unit) = unit_at(text, at) else {
            at += 1;
            continue;
        };
        decoded.push_str(text.get(copied..at)?);
        at += LENGTH;
        let pair = if matches!(unit, 0xD800..=0xDBFF) {
            unit_at(text, at).filter(|low| matches!(low, 0xDC00..=0xDFFF))
        } else {
            None
        };
        at += pair.map_or(0, |_| LENGTH);
        decoded.extend(
            char::decode_utf16([unit].into_iter().chain(pair))
                .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
        copied = at;
    }
    (copied > 0).then(|| decoded + &text[copied..])
}

/// The unit whose escape begins at a place.
fn unit_at(text: &str, at: usize) -> Option<u16> {
    let bytes = text.as_bytes().get(at..at + LENGTH)?;
    let [b'_', b'x', digits @ .., b'_'] = bytes else {
        return None;
    };
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_the_characters_that_they_mean() {
        for (text, wanted) in [
            ("王_x000D_", "王\r"),
            ("_x738B_大山", "王大山"),
            ("_xD842__xDFB7_山", "𠮷山"),
            ("李_xDE4A_花", "李\u{fffd}花"),
            ("李_xD842_", "李\u{fffd}"),
            ("李_xD842__xD842__xDFB7_", "李\u{fffd}𠮷"),
            ("_x005F_x000D_", "_x000D_"),
            ("__x4E00__", "_一_"),
        ] {
            assert_eq!(decoded(Cow::Borrowed(text)), wanted);
        }
        for text in [
            "",
            "_x",
            "_x00_",
            "_xyzab_",
            "a_x字字字_",
            "_x12345",
            "甲_乙",
        ] {
            assert!(matches!(decoded(Cow::Borrowed(text)), Cow::Borrowed(same) if same == text));
        }
    }
}
