//! A template, whole.

use chrono::NaiveDate;
use rust_xlsxwriter::{Workbook, XlsxError};

use super::help_sheets::{write_notes, write_sample};
use super::roster_sheet::{ROWS, cell_format, lists_of, validation, write_header, write_lists};
use super::words::{
    HOUSEHOLD_NOTES, HOUSEHOLD_SAMPLE, PAIR_NOTES, PAIR_SAMPLE, STAFF_NOTES, STAFF_SAMPLE,
    SampleRow,
};
use crate::code_list::CodeList;
use crate::roster::column::{Column, Record};
use crate::roster::report::RosterKind;
use crate::roster::{household, pairs, staff};
use crate::workbook::style;

/// Fixed, so that the same table gives the same bytes.
const CREATED: Option<NaiveDate> = NaiveDate::from_ymd_opt(2020, 1, 1);

/// The name to save a template under: in Chinese, and in ASCII.
pub fn names(kind: RosterKind) -> (String, &'static str) {
    let ascii = match kind {
        RosterKind::Households => "household-roster.xlsx",
        RosterKind::Staff => "staff-roster.xlsx",
        RosterKind::Pairings => "pair-list.xlsx",
    };
    (format!("{}模板.xlsx", kind.label()), ascii)
}

/// The template of a roster, as an .xlsx file.
pub fn workbook(kind: RosterKind) -> Result<Vec<u8>, XlsxError> {
    match kind {
        RosterKind::Households => {
            write(kind, household::COLUMNS, HOUSEHOLD_NOTES, HOUSEHOLD_SAMPLE)
        }
        RosterKind::Staff => write(kind, staff::COLUMNS, STAFF_NOTES, STAFF_SAMPLE),
        RosterKind::Pairings => write(kind, pairs::COLUMNS, PAIR_NOTES, PAIR_SAMPLE),
    }
}

fn write<R: Record>(
    kind: RosterKind,
    table: &'static [Column<R>],
    notes: &[&str],
    sample: &[SampleRow],
) -> Result<Vec<u8>, XlsxError> {
    let columns: Vec<_> = table.iter().filter(|column| column.in_template).collect();
    let lists = lists_of(&columns);
    let mut workbook = Workbook::new();
    if let Some(created) = CREATED {
        workbook.set_properties(&style::properties(
            &format!("{}模板", kind.label()),
            created,
        ));
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name(kind.label())?;
    write_header(sheet, &columns)?;
    for (position, column) in (0_u16..).zip(&columns) {
        sheet.set_column_format(position, &cell_format(column))?;
        if let Some(validation) = validation(column, &lists)? {
            sheet.add_data_validation(1, position, ROWS, position, &validation)?;
        }
    }
    write_notes(workbook.add_worksheet(), kind, &columns, notes)?;
    write_sample(workbook.add_worksheet(), &columns, sample)?;
    if !lists.is_empty() {
        write_lists(workbook.add_worksheet(), &lists)?;
    }
    workbook.save_to_buffer()
}
