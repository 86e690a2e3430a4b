//! The sheets with notes and with a sample.

use chrono::NaiveDate;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::roster_sheet::{A4, content, write_header};
use super::words::SampleRow;
use crate::code_list::CodeList;
use crate::roster::column::{Column, Kind, Record};
use crate::roster::layout::{NOTES_SHEET, SAMPLE_SHEET};
use crate::roster::report::RosterKind;
use crate::workbook::style;

pub(super) fn write_notes<R: Record>(
    sheet: &mut Worksheet,
    kind: RosterKind,
    columns: &[&'static Column<R>],
    notes: &[&str],
) -> Result<(), XlsxError> {
    sheet.set_name(NOTES_SHEET)?;
    for (position, width) in (0_u16..).zip([30, 8, 60, 60]) {
        sheet.set_column_width(position, width)?;
    }
    let title = format!("{}填写说明", kind.label());
    sheet.merge_range(0, 0, 0, 3, &title, &style::title())?;
    let mut row = 1;
    for note in notes {
        sheet.merge_range(row, 0, row, 3, note, &style::paragraph())?;
        sheet.set_row_height(row, 30)?;
        row += 1;
    }
    row += 1;
    for (position, heading) in (0_u16..).zip(["列名", "必填", "填写内容", "说明"]) {
        sheet.write_string_with_format(row, position, heading, &style::heading())?;
    }
    let (text, centred, wrapped) = (style::text(), style::centred(), style::wrapped());
    for column in columns {
        row += 1;
        let required = if column.required { "是" } else { "" };
        let lines = lines(&content(column)).max(lines(column.note));
        sheet.set_row_height(row, 16 * lines + 4)?;
        sheet.write_string_with_format(row, 0, column.heading, &text)?;
        sheet.write_string_with_format(row, 1, required, &centred)?;
        sheet.write_string_with_format(row, 2, content(column), &wrapped)?;
        sheet.write_string_with_format(row, 3, column.note, &wrapped)?;
    }
    sheet.set_landscape();
    sheet.set_paper_size(A4);
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

/// Width of the two columns of text on the notes sheet, in Chinese characters.
const NOTE_CHARACTERS: usize = 28;

/// How many lines a text takes there: no program sets the height of a wrapped row by itself.
fn lines(text: &str) -> u32 {
    let lines = text.chars().count().div_ceil(NOTE_CHARACTERS).max(1);
    u32::try_from(lines).unwrap_or(1)
}

pub(super) fn write_sample<R: Record>(
    sheet: &mut Worksheet,
    columns: &[&'static Column<R>],
    sample: &[SampleRow],
) -> Result<(), XlsxError> {
    sheet.set_name(SAMPLE_SHEET)?;
    write_header(sheet, columns)?;
    for (position, column) in (0_u16..).zip(columns) {
        write_value(sheet, 1, position, column, column.example)?;
        for (row, values) in (2_u32..).zip(sample) {
            let value = values
                .iter()
                .find(|(heading, _)| *heading == column.heading)
                .map_or("", |(_, value)| value);
            write_value(sheet, row, position, column, value)?;
        }
    }
    Ok(())
}

/// A sample value, as the type that its column is meant to have.
fn write_value<R: Record>(
    sheet: &mut Worksheet,
    row: u32,
    position: u16,
    column: &Column<R>,
    value: &str,
) -> Result<(), XlsxError> {
    let format = match column.kind {
        Kind::Identity(_) | Kind::Number(_) | Kind::Phone(_) => style::number_as_text(),
        Kind::Date { .. } => style::date(),
        Kind::Money(_) => style::money(),
        Kind::Year(_) | Kind::Integer { .. } => style::centred(),
        _ => style::text(),
    };
    match column.kind {
        _ if value.is_empty() => sheet.write_blank(row, position, &format)?,
        Kind::Date { .. } => match value.parse::<NaiveDate>() {
            Ok(date) => sheet.write_date_with_format(row, position, date, &format)?,
            Err(_) => sheet.write_string_with_format(row, position, value, &format)?,
        },
        Kind::Money(_) | Kind::Year(_) | Kind::Integer { .. } => match value.parse::<f64>() {
            Ok(number) => sheet.write_number_with_format(row, position, number, &format)?,
            Err(_) => sheet.write_string_with_format(row, position, value, &format)?,
        },
        _ => sheet.write_string_with_format(row, position, value, &format)?,
    };
    Ok(())
}
