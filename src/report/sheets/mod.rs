//! The sheets of the progress workbook.

mod helpers;
mod ledger;
mod lifts;
mod overview;
pub mod pairings;
mod units;

use rust_xlsxwriter::{Workbook, XlsxError};

use super::model::Report;
use crate::access::Sight;
use crate::code_list::CodeList;
use crate::method::Point;
use crate::workbook::save;
use crate::workbook::style;
use crate::workbook::table::{Column, Look};

/// For whom the workbooks are made, whoever downloads them: a file is passed on. Texts, titles, names of
/// sheets and of files are shown as this reader may see them.
pub const READER: Sight = Sight::NOTHING;
/// Name of the first sheet, to which its chart refers.
const OVERVIEW: &str = "总览";

/// Writes the whole workbook: the same report gives the same bytes.
pub fn workbook(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let title = format!("{} 年帮扶进度", report.occasion.year);
    workbook.set_properties(&style::properties(&title, report.occasion.made_on));
    overview::write(workbook.add_worksheet().set_name(OVERVIEW)?, report)?;
    units::write(workbook.add_worksheet().set_name("单位")?, report)?;
    helpers::write(workbook.add_worksheet().set_name("帮扶责任人")?, report)?;
    // The one sheet that is as long as the register goes to the disk row by row.
    let ledger = workbook.add_worksheet_with_constant_memory()?;
    ledger::write(ledger.set_name("户台账")?, report)?;
    lifts::write(workbook.add_worksheet().set_name("脱贫")?, report)?;
    save::to_buffer(&mut workbook)
}

/// The line under each title.
fn subtitle(report: &Report, note: &str) -> String {
    let occasion = &report.occasion;
    format!(
        "截至 {}　　{note}　　制表日期：{}　　制表人：{}",
        occasion.as_of, occasion.made_on, occasion.made_by
    )
}

/// A column for each of the six points.
fn points(width: f64, look: Look) -> impl Iterator<Item = Column> {
    Point::ENTRIES.iter().map(move |point| Column {
        heading: two_lines(point.label).into(),
        ..Column::new("", width, look)
    })
}

/// A label of six characters in a narrow heading: 基本情况 over 清楚.
fn two_lines(label: &str) -> String {
    match label.char_indices().nth(4) {
        Some((at, _)) => format!("{}\n{}", &label[..at], &label[at..]),
        None => label.to_owned(),
    }
}
