//! Excel: reading sheets as rows, writing styled sheets. Knows Excel, not households.
//!
//! A workbook is untrusted input, and the libraries that read it abort the process on some crafted
//! files. So it is read by a process of its own ([`reader_process`] starts it, [`reader_worker`] is what
//! it does), which sends typed rows back. Code that reads rows sees a [`source::Source`] and does not
//! know in which process the file is read.

mod delimited;
pub mod error;
mod escape;
mod excel;
mod failed;
pub mod format;
pub mod in_place;
pub mod kind;
pub mod limit;
pub mod merge;
mod note;
mod number_format;
mod ods;
mod old;
mod package;
mod pipe;
pub mod queue;
pub mod reader;
pub mod reader_process;
pub mod reader_worker;
mod row_builder;
pub mod save;
pub mod sheet_name;
pub mod source;
pub(crate) mod style;
pub mod table;
pub mod text;
mod xlsx;

/// The address of a cell as Excel shows it: row from 1, column from 0.
///
/// ```
/// assert_eq!(qianshou::workbook::address(12, 9), "J12");
/// assert_eq!(qianshou::workbook::address(1_048_576, 16_383), "XFD1048576");
/// ```
pub fn address(row: u32, column: u32) -> String {
    format!("{}{row}", column_letters(column))
}

/// The letters of a column, from 0: A, B … Z, AA …
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

/// Row from 1 and column from 0 of an address.
///
/// ```
/// assert_eq!(qianshou::workbook::place("XFD1048576"), Some((1_048_576, 16_383)));
/// assert_eq!(qianshou::workbook::place("12"), None);
/// ```
pub fn place(address: &str) -> Option<(u32, u32)> {
    let digits = address.find(|character: char| character.is_ascii_digit())?;
    let (letters, row) = address.split_at(digits);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().try_fold(0, |column, letter| {
        let letter = letter.to_ascii_uppercase();
        letter
            .is_ascii_uppercase()
            .then(|| column * 26 + u32::from(letter - b'A') + 1)
    })?;
    Some((row.parse().ok()?, column - 1))
}
