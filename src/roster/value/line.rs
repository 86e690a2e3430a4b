//! Texts of one line: places, units, addresses.

use super::text::{Read, Refusal, text};
use crate::workbook::reader::Cell;

/// A text of one line, and what there is to tell of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// As it is kept.
    pub text: String,
    /// Whether a line break or a space was taken out.
    pub repaired: bool,
    /// What somebody should look at.
    pub doubt: Option<Refusal>,
}

/// Fields of so many characters are for whole sentences, which may have several lines.
const SENTENCES: usize = 500;

/// Text of at most `longest` characters. A short one has one line: line breaks are taken out, and a
/// space is put in their place only between letters.
pub fn line(cell: &Cell<'_>, longest: usize) -> Read<Line> {
    let Some(typed) = text(cell, longest)? else {
        return Ok(None);
    };
    let doubt = typed.contains('\u{fffd}').then(|| {
        Refusal::new(
            "lost_character",
            "有丢失的字（显示为 \u{fffd}）",
            "请对照原件补上这个字",
        )
    });
    if longest >= SENTENCES || !typed.contains(char::is_control) {
        return Ok(Some(Line {
            text: typed,
            repaired: false,
            doubt,
        }));
    }
    let lines = typed
        .split(char::is_control)
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let joined = lines.fold(String::with_capacity(typed.len()), |mut joined, part| {
        let letters = |character: Option<char>| {
            character.is_some_and(|character| character.is_ascii_alphanumeric())
        };
        if letters(joined.chars().last()) && letters(part.chars().next()) {
            joined.push(' ');
        }
        joined + part
    });
    Ok(Some(Line {
        text: joined,
        repaired: true,
        doubt,
    }))
}

/// The name of a place or of a unit: in one line, without spaces beside Chinese characters, and without
/// a character that was lost.
pub fn place(cell: &Cell<'_>, longest: usize) -> Read<Line> {
    let Some(mut line) = line(cell, longest)? else {
        return Ok(None);
    };
    if line.text.contains(['?', '？', '□', '〓', '\u{fffd}']) {
        return Err(Refusal::new(
            "lost_character",
            "名称中有丢失的字（显示为 ?、□ 等）",
            "请补上这个字",
        ));
    }
    if line.text.contains(char::is_whitespace) {
        let tight = without_spaces(&line.text);
        line.repaired |= tight != line.text;
        line.text = tight;
    }
    Ok(Some(line))
}

/// Without spaces, but for those between two words of letters.
fn without_spaces(text: &str) -> String {
    let words = text.split_whitespace();
    words.fold(String::with_capacity(text.len()), |mut tight, word| {
        let letters = |character: Option<char>| {
            character.is_some_and(|character| character.is_ascii_alphabetic())
        };
        if letters(tight.chars().last()) && letters(word.chars().next()) {
            tight.push(' ');
        }
        tight + word
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_in_one_way() {
        let of = |text: &str| {
            place(&Cell::Text(text.to_owned().into()), 100)
                .unwrap()
                .unwrap()
        };
        for (typed, kept, repaired) in [
            ("双喜村", "双喜村", false),
            (" 双喜村 ", "双喜村", false),
            ("双 喜 村", "双喜村", true),
            ("双喜　村", "双喜村", true),
            ("双喜村\n", "双喜村", false),
            ("双喜\n村", "双喜村", true),
            ("3 组", "3组", true),
            ("New Village", "New Village", false),
        ] {
            let line = of(typed);
            assert_eq!(
                (line.text.as_str(), line.repaired),
                (kept, repaired),
                "{typed}"
            );
        }
        assert!(place(&Cell::Text("双?村".into()), 100).is_err());
        assert!(place(&Cell::Text("双□村".into()), 100).is_err());
        assert_eq!(place(&Cell::Text("????".into()), 100), Ok(None));
    }

    #[test]
    fn a_long_text_keeps_its_lines_and_a_short_one_has_none() {
        let of = |text: &str, longest| {
            line(&Cell::Text(text.to_owned().into()), longest)
                .unwrap()
                .unwrap()
        };
        assert_eq!(of("一\n二", 500).text, "一\n二");
        assert_eq!(of("示例镇\n3组", 200).text, "示例镇3组");
        assert_eq!(of("A1\tB2", 200).text, "A1 B2");
        assert_eq!(of("王\u{fffd}", 200).doubt.unwrap().code, "lost_character");
    }
}
