//! Excel: reading sheets as rows, writing styled sheets. Knows Excel, not households.

pub mod reader;
pub mod source;
pub mod style;
pub mod table;

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
