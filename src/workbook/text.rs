//! Text of strangers, made such that it cannot break a workbook.
//!
//! Whatever is written into a cell or a note goes through here. The library escapes what XML forbids
//! (`\u{1}` becomes `_x0001_`, as Excel does it); the rest of Excel's rules is kept here.

use std::borrow::Cow;

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// Longest text of a cell, in units of UTF-16.
const LONGEST_CELL: usize = 32_767;
/// Longest text of a note: the library keeps room for an author.
const LONGEST_NOTE: usize = LONGEST_CELL - 54;
/// Stands at the end of a text that was too long.
const CUT: char = '…';
/// Units of UTF-16 in an escaped character, `_x000A_`.
const ESCAPE: usize = 7;

/// Writes text into a cell, where it stays text whatever it begins with.
///
/// What looks like a formula is marked as text (Excel's «quote prefix»): else it would become a formula
/// when somebody edits the cell, even without changing it.
pub fn write<'s>(
    sheet: &'s mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    format: &Format,
) -> Result<&'s mut Worksheet, XlsxError> {
    let format = format_of(text, format);
    sheet.write_string_with_format(row, column, of_cell(text), &format)
}

/// The format for a cell with this text, see [`write()`].
pub fn format_of<'f>(text: &str, format: &'f Format) -> Cow<'f, Format> {
    if begins_formula(text) {
        Cow::Owned(format.clone().set_quote_prefix())
    } else {
        Cow::Borrowed(format)
    }
}

/// Text for a cell of a workbook: lines end with `\n`, and what is too long ends visibly.
pub fn of_cell(text: &str) -> Cow<'_, str> {
    cut(with_line_ends(text), LONGEST_CELL)
}

/// Text for a note. The library writes `_x000A_` as it stands there, which Excel reads as a line break.
pub fn of_note(text: &str) -> String {
    let text = with_line_ends(text);
    let escaped = without_escapes(&text, "_x005F_");
    cut(escaped, LONGEST_NOTE).into_owned()
}

/// Text for a cell of a CSV file. Excel and its relatives take what begins with one of these
/// characters for a formula, quotes or not; an apostrophe before it makes it text (OWASP, «CSV
/// Injection»).
pub fn of_csv(text: &str) -> Cow<'_, str> {
    if begins_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a spreadsheet program may take the text for a formula. White space before it is skipped by
/// some programs, full-width signs are taken for the others in East Asian ones.
pub(super) fn begins_formula(text: &str) -> bool {
    let first = text.chars().find(|character| !is_ignored(*character));
    first.is_some_and(|first| matches!(first, '\t' | '\r' | '\n'))
        || text
            .trim_start_matches(|character: char| {
                character.is_whitespace() || character.is_control() || is_ignored(character)
            })
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// Excel ends lines with `\n`, and shows `\r` as `_x000D_`.
fn with_line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

fn cut(text: Cow<'_, str>, longest: usize) -> Cow<'_, str> {
    // A character takes at least as many bytes of UTF-8 as units of UTF-16.
    if text.len() <= longest || text.encode_utf16().count() <= longest {
        return text;
    }
    let mut short = up_to(&text, longest - CUT.len_utf16()).to_owned();
    short.push(CUT);
    Cow::Owned(short)
}

/// The beginning of a text that takes at most so many units of UTF-16, no character cut in two.
pub(super) fn up_to(text: &str, units: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, character)| {
        taken += character.len_utf16();
        taken > units
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// The text with `instead` for the first character of whatever Excel would read as an escaped
/// character, `_x000A_`.
pub(super) fn without_escapes<'t>(text: &'t str, instead: &str) -> Cow<'t, str> {
    let is_escape = |at: usize| {
        let bytes = &text.as_bytes()[at..];
        bytes.len() >= ESCAPE
            && bytes[ESCAPE - 1] == b'_'
            && bytes[2..ESCAPE - 1].iter().all(u8::is_ascii_hexdigit)
    };
    let mut clean = String::new();
    let mut copied = 0;
    // Excel writes `_X`, too, but reads only `_x`; to be safe against other programs, both count.
    for (at, _) in text.match_indices('_') {
        if text[at + 1..].starts_with(['x', 'X']) && is_escape(at) {
            clean.push_str(&text[copied..at]);
            clean.push_str(instead);
            copied = at + 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    clean.push_str(&text[copied..]);
    Cow::Owned(clean)
}

/// Line and paragraph ends of Unicode.
pub(super) fn is_line_break(character: char) -> bool {
    matches!(
        character,
        '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Characters that Unicode sets aside for programs; XML forbids some of them.
pub(super) fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

/// Marks that turn the direction of all that follows, beyond the text that they stand in.
pub(super) fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Invisible characters that comparing texts passes over.
pub(super) fn is_ignored(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_as_it_is_unless_excel_could_not_hold_it() {
        for text in ["", "张三", "=1+1", "甲\n乙", "_x000A_", "\u{1}", "'"] {
            assert!(matches!(of_cell(text), Cow::Borrowed(same) if same == text));
        }
        assert_eq!(of_cell("甲\r\n乙\r丙\n丁"), "甲\n乙\n丙\n丁");
    }

    #[test]
    fn what_is_too_long_ends_visibly() {
        let units = |text: &str| text.encode_utf16().count();
        let longest = "字".repeat(LONGEST_CELL);
        assert_eq!(of_cell(&longest), longest);
        for text in [longest + "字", "𠮷".repeat(LONGEST_CELL)] {
            let short = of_cell(&text);
            assert!(short.ends_with(CUT));
            assert!((LONGEST_CELL - 1..=LONGEST_CELL).contains(&units(&short)));
        }
        assert!(units(&of_note(&"_x000A_".repeat(9_000))) <= LONGEST_NOTE);
    }

    #[test]
    fn a_note_says_what_was_typed() {
        assert_eq!(of_note("甲_x000A_乙"), "甲_x005F_x000A_乙");
        assert_eq!(of_note("_x0041_x0042_"), "_x005F_x0041_x005F_x0042_");
        assert_eq!(of_note("_x00_ _xyz_ _x字字_"), "_x00_ _xyz_ _x字字_");
    }

    #[test]
    fn a_cell_of_a_csv_file_is_no_formula() {
        for text in [
            "=1+1",
            "+86",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            " =1",
            "＝1",
            "\u{feff}=1",
            "\n",
        ] {
            assert_eq!(of_csv(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "1-1", "张三", "'=1", "(=1)"] {
            assert_eq!(of_csv(text), text);
        }
    }
}
