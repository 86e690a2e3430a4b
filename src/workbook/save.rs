//! Saves a workbook whose sheets have any names.
//!
//! What is printed on each page and what a filter covers stand in the workbook as references to sheets, such as
//! `'一 中'!$1:$3`. The library writes a name without quotes that has pictures, ancient characters, digits of
//! other scripts or letters that look like a cell in it (`家😀!$1:$3`, `TRUE!$1:$3`). Excel reads most of them;
//! LibreOffice drops the reference, and the headings are missing on all pages but the first. With quotes every
//! name is read by all, so they are put around each.

use std::io::{Cursor, Read, Write};

use rust_xlsxwriter::{Workbook, XlsxError};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The part in which the references stand.
const BOOK: &str = "xl/workbook.xml";
const REFERENCE_BEGINS: &str = "<definedName ";
const REFERENCE_ENDS: &str = "</definedName>";

/// The workbook as a file.
pub fn to_buffer(workbook: &mut Workbook) -> Result<Vec<u8>, XlsxError> {
    let all_plain = workbook
        .worksheets()
        .iter()
        .all(|sheet| is_plain(&sheet.name()));
    let file = workbook.save_to_buffer()?;
    if all_plain { Ok(file) } else { quoted(&file) }
}

/// Whether a name means the same with and without quotes, to all programs: Chinese characters of the usual
/// plane first, then also Latin letters and digits.
fn is_plain(name: &str) -> bool {
    let is_chinese = |one: char| ('\u{4e00}'..='\u{9fff}').contains(&one);
    name.starts_with(is_chinese)
        && name
            .chars()
            .all(|one| is_chinese(one) || one.is_ascii_alphanumeric() || one == '_')
}

/// The file with quotes around each name of a sheet in a reference. All other parts are copied as they are.
fn quoted(file: &[u8]) -> Result<Vec<u8>, XlsxError> {
    let mut archive = ZipArchive::new(Cursor::new(file))?;
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(file.len())));
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index)?;
        if part.name()? != BOOK {
            writer.raw_copy_file(part)?;
            continue;
        }
        let mut options = SimpleFileOptions::default().compression_method(part.compression());
        if let Some(time) = part.last_modified() {
            options = options.last_modified_time(time);
        }
        drop(part);
        let mut book = String::new();
        archive.by_index(index)?.read_to_string(&mut book)?;
        writer.start_file(BOOK, options)?;
        writer.write_all(with_quotes(&book).as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

fn with_quotes(book: &str) -> String {
    let mut written = String::with_capacity(book.len() + 256);
    let mut rest = book;
    while let Some((before, reference, after)) = next_reference(rest) {
        written.push_str(before);
        written.push_str(&with_quoted_sheets(reference));
        rest = after;
    }
    written.push_str(rest);
    written
}

/// What stands before the next reference, the reference, and all that comes after it.
fn next_reference(text: &str) -> Option<(&str, &str, &str)> {
    let tag = text.find(REFERENCE_BEGINS)?;
    let begins = tag + text.get(tag..)?.find('>')? + 1;
    let ends = begins + text.get(begins..)?.find(REFERENCE_ENDS)?;
    Some((
        text.get(..begins)?,
        text.get(begins..ends)?,
        text.get(ends..)?,
    ))
}

/// A reference may have several parts with commas between them; a name that has a comma, an exclamation mark or
/// an apostrophe in it is quoted by the library.
fn with_quoted_sheets(reference: &str) -> String {
    if reference.starts_with('\'') {
        return reference.to_owned();
    }
    let parts = reference.split(',').map(|part| match part.split_once('!') {
        Some((sheet, cells)) => format!("'{sheet}'!{cells}"),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_of_a_sheet_has_quotes() {
        for (reference, quoted) in [
            ("家😀!$1:$3", "'家😀'!$1:$3"),
            ("TRUE!$A:$B,TRUE!$1:$3", "'TRUE'!$A:$B,'TRUE'!$1:$3"),
            ("'a,b!c'!$A:$B,'a,b!c'!$1:$3", "'a,b!c'!$A:$B,'a,b!c'!$1:$3"),
            ("'it''s'!$1:$3", "'it''s'!$1:$3"),
        ] {
            let book = |reference| {
                format!(
                    "<a/><definedName name=\"_xlnm.Print_Titles\" localSheetId=\"0\">{reference}</definedName><b/>"
                )
            };
            let twice = |reference| book(reference).repeat(2);
            assert_eq!(with_quotes(&twice(reference)), twice(quoted));
        }
        assert_eq!(with_quotes("<workbook/>"), "<workbook/>");
    }

    #[test]
    fn a_name_is_plain_only_if_nothing_else_could_be_meant() {
        for name in ["汇总", "帮扶责任人", "青禾2小学_A"] {
            assert!(is_plain(name), "{name}");
        }
        for name in [
            "",
            "A1",
            "R1C1",
            "TRUE",
            "2026",
            "一 中",
            "it's",
            "家😀",
            "家\u{200d}",
            "𠮷",
            "一𠮷",
            "مدرسة",
            "①班",
            "一①",
            "２班",
            "一２",
            "r",
            "一.二",
        ] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
