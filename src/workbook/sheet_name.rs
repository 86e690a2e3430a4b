//! Names of sheets that Excel accepts, made from names that it may not.
//!
//! The names come from rosters and from files of strangers. A name that Excel refuses makes the whole
//! workbook unreadable: the library writes it as it is, without escaping control characters.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use super::text;

/// Longest name, in units of UTF-16.
const LONGEST: usize = 31;
/// Characters that Excel refuses anywhere in a name.
const REFUSED: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];
/// Names that Excel keeps for the sheet of tracked changes, as [`key`] writes them. Which one is
/// refused depends on the language of Excel (English by Microsoft's documentation, Russian by
/// jmcnamara/XlsxWriter issue 688, Chinese by the name of that sheet in its menus); a workbook travels
/// between them, so all are avoided.
const RESERVED: [&str; 3] = ["history", "журнал", "历史记录"];
/// Stands for a name of which nothing is left.
const NAMELESS: &str = "_";

/// Gives out names for the sheets of one workbook, each once.
#[derive(Debug, Default)]
pub struct SheetNames(HashSet<String>);

impl SheetNames {
    /// The name for a sheet that is wanted to be called `wanted`: as it is if Excel accepts it, else as
    /// near as possible. A name that is already given out gets a number: `甲(2)`.
    pub fn give(&mut self, wanted: &str) -> String {
        let clean = clean(wanted);
        let mut name = shortened(&clean, "");
        if RESERVED.contains(&key(&name).as_str()) {
            name = shortened(&clean, "_");
        }
        let mut number = 1;
        while !self.0.insert(key(&name)) {
            number += 1;
            name = shortened(&clean, &format!("({number})"));
        }
        name
    }
}

/// Without what Excel refuses or cannot read back.
fn clean(wanted: &str) -> String {
    let legal: String = wanted
        .chars()
        .filter_map(|character| match character {
            // A line break or a tab parts words.
            _ if text::is_line_break(character) || character == '\t' => Some(' '),
            _ if character.is_control() || text::is_noncharacter(character) => None,
            _ if text::turns_direction(character) => None,
            _ if REFUSED.contains(&character) => Some('_'),
            _ => Some(character),
        })
        .collect();
    // `_x000A_` in a name is a line break to Excel.
    let mut legal = text::without_escapes(&legal, "-").into_owned();
    if is_blank(&legal) {
        NAMELESS.clone_into(&mut legal);
    }
    legal
}

/// As much of a name as there is room for before an ending; no apostrophe at either end.
fn shortened(name: &str, ending: &str) -> String {
    let name = name.trim_start_matches('\'');
    let room = LONGEST - ending.encode_utf16().count();
    let short = text::up_to(name, room).trim_end_matches('\'');
    if is_blank(short) {
        format!("{NAMELESS}{ending}")
    } else {
        format!("{short}{ending}")
    }
}

fn is_blank(name: &str) -> bool {
    name.chars().all(|character| {
        character.is_whitespace() || text::is_ignored(character) || character == '\''
    })
}

/// What two names have in common that Excel takes for the same. It compares as the language does:
/// without regard to case, to full and half width, to how accents are composed, and to invisible
/// characters. Where it is finer than this, a name gets a number that it did not need.
fn key(name: &str) -> String {
    name.nfkc()
        .filter(|character| !text::is_ignored(*character))
        // ß is SS and ς is Σ in capitals: only there and back again folds them all.
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect()
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::Workbook;

    use super::*;

    fn given(wanted: &[&str]) -> Vec<String> {
        let mut names = SheetNames::default();
        wanted.iter().map(|name| names.give(name)).collect()
    }

    #[test]
    fn a_name_that_excel_accepts_stays() {
        for name in [
            "汇总",
            "名 册'一",
            "A1",
            "R1C1",
            "TRUE",
            "2026",
            "家👨‍👩‍👧庭",
            "a.b",
        ] {
            assert_eq!(given(&[name]), [name]);
        }
    }

    #[test]
    fn what_excel_refuses_is_taken_out() {
        for (wanted, name) in [
            ("甲/乙", "甲_乙"),
            ("[甲]:*?\\", "_甲_____"),
            ("甲\u{b}乙", "甲 乙"),
            ("甲\r\n乙", "甲  乙"),
            ("甲\t乙\u{2028}", "甲 乙 "),
            ("甲\u{0}\u{1f}\u{7f}\u{85}\u{ffff}乙", "甲 乙"),
            ("\u{202e}乙甲\u{202c}", "乙甲"),
            ("'甲'", "甲"),
            ("'\u{1}'甲", "甲"),
            ("''", "_"),
            ("", "_"),
            (" \u{200b}\t", "_"),
            ("_x000A_", "-x000A_"),
            ("a_x0041_x0042_", "a-x0041-x0042_"),
        ] {
            assert_eq!(given(&[wanted]), [name], "{wanted:?}");
        }
    }

    #[test]
    fn the_name_of_the_sheet_of_changes_is_avoided() {
        for name in [
            "History",
            "HISTORY",
            "ｈistory",
            "历史记录",
            "Журнал",
            "'History'",
        ] {
            let name = given(&[name]).remove(0);
            assert!(name.ends_with('_'), "{name}");
        }
        assert_eq!(given(&["History of art"]), ["History of art"]);
    }

    #[test]
    fn each_name_is_given_once() {
        assert_eq!(
            given(&["甲", "甲", "甲", "甲(2)", "ABC校", "abc校", "ＡＢＣ校"]),
            [
                "甲",
                "甲(2)",
                "甲(3)",
                "甲(2)(2)",
                "ABC校",
                "abc校(2)",
                "ＡＢＣ校(3)"
            ]
        );
        assert_eq!(given(&["Straße", "STRASSE"])[1], "STRASSE(2)");
        assert_eq!(given(&["Ο∆ΟΣ", "ο∆ος"])[1], "ο∆ος(2)");
        assert_eq!(given(&["\u{e9}", "e\u{301}"])[1], "e\u{301}(2)");
        assert_eq!(given(&["甲乙", "甲\u{200b}乙"])[1], "甲\u{200b}乙(2)");
    }

    #[test]
    fn a_long_name_is_cut_before_its_number() {
        let long = "大丰区第一实验小学教育集团".repeat(4);
        let names = given(&[&long, &long]);
        assert_eq!(names[0].chars().count(), LONGEST);
        assert_eq!(names[1].chars().count(), LONGEST);
        assert!(names[1].ends_with("(2)"), "{names:?}");
        // A character beyond the first plane takes two units.
        assert_eq!(given(&[&"𠮷".repeat(20)])[0].chars().count(), 15);
        // No apostrophe stands where the name was cut.
        let cut = format!("{}'乙", "甲".repeat(LONGEST - 1));
        assert_eq!(given(&[&cut]), ["甲".repeat(LONGEST - 1)]);
    }

    #[test]
    fn the_library_takes_all_of_them() {
        let long = "长".repeat(40);
        let mut workbook = Workbook::new();
        for name in given(&[
            "甲", "甲", "", "History", &long, &long, "it''s", "A1", "'", "乙!丙",
        ]) {
            let sheet = workbook.add_worksheet().set_name(&name).unwrap();
            sheet.set_repeat_rows(0, 0).unwrap();
        }
        workbook.save_to_buffer().unwrap();
    }
}
