//! Texts of a JSON body that no database keeps: they hold a control character, or half of a character.

use serde_json::Value;

use super::fault::{MOST_PLACES, Place, token};
use crate::problem::Text;
use crate::text::is_storable;

/// What is wrong with such a text, or such a name.
pub fn words() -> Text {
    Text::new(
        "其中有无法保存的控制字符（如 U+0000）或不完整的字符，请删除",
        "holds a control character that cannot be stored, such as U+0000, or half of a character: leave it out",
    )
}

/// The places of the texts of `json`, and of the names in it, that cannot be stored.
pub fn unstorable_texts(json: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    walk(json, String::new(), &mut found);
    found
}

fn walk(json: &Value, pointer: String, found: &mut Vec<Place>) {
    if found.len() >= MOST_PLACES {
        return;
    }
    match json {
        Value::String(text) if !text.chars().all(is_storable) => {
            found.push(Place::in_body(pointer, words()));
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, format!("{pointer}/{at}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                if name.chars().all(is_storable) {
                    walk(value, format!("{pointer}/{}", token(name)), found);
                } else {
                    found.push(Place::in_body(pointer.clone(), words()));
                }
            }
        }
        _ => {}
    }
}

/// A JSON text in which each half of a character that is written as an escape, which no parser takes, is one that
/// cannot be stored: then its place can be named.
pub fn without_halves(json: &[u8]) -> Vec<u8> {
    const UNSTORABLE: &[u8] = br"\u0000";
    let code = |at: usize| {
        let escape = json.get(at..at + 6)?.strip_prefix(br"\u")?;
        u16::from_str_radix(std::str::from_utf8(escape).ok()?, 16).ok()
    };
    let mut whole = Vec::with_capacity(json.len());
    let mut at = 0;
    while at < json.len() {
        if json[at] != b'\\' {
            whole.push(json[at]);
            at += 1;
            continue;
        }
        let (taken, written) = match (code(at), code(at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (12, None),
            (Some(0xd800..=0xdfff), _) => (6, Some(UNSTORABLE)),
            _ => (2, None),
        };
        let end = (at + taken).min(json.len());
        whole.extend_from_slice(written.unwrap_or(&json[at..end]));
        at = end;
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_becomes_one_that_is_named() {
        for (sent, whole) in [
            (r#"{"a":"\ud83d\ude00"}"#, r#"{"a":"\ud83d\ude00"}"#),
            (r#"{"a":"\ud83d"}"#, r#"{"a":"\u0000"}"#),
            (r#"{"a":"\ude00\ud83d"}"#, r#"{"a":"\u0000\u0000"}"#),
            (r#"{"a":"\\ud83d"}"#, r#"{"a":"\\ud83d"}"#),
            (r#"{"a":"\n\u0041"}"#, r#"{"a":"\n\u0041"}"#),
            (r#"{"a":"\"#, r#"{"a":"\"#),
        ] {
            let told = without_halves(sent.as_bytes());
            assert_eq!(std::str::from_utf8(&told).unwrap(), whole);
        }
    }

    #[test]
    fn a_control_character_is_found_in_texts_and_names() {
        let places = |json: &str| -> Vec<_> {
            let found = unstorable_texts(&serde_json::from_str(json).unwrap());
            found.into_iter().map(|place| place.pointer).collect()
        };
        assert_eq!(places(r#"{"a":["b","\u0000"]}"#), ["/a/1"]);
        assert_eq!(places(r#"{"a":{"b\u0001":1}}"#), ["/a"]);
        assert_eq!(places("[\"\u{ffff}\"]"), ["/0"]);
        assert_eq!(places(r#"{"a":["\\u0000\n\t"]}"#), [] as [&str; 0]);
    }
}
