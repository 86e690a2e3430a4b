//! The sheets of the progress workbook.

mod common;
mod helpers;
mod ledger;
mod lifts;
mod overview;
pub mod pairings;
mod units;

use rust_xlsxwriter::{Workbook, XlsxError};

use self::common::OVERVIEW;
pub use self::common::READER;
use super::model::Report;
use crate::workbook::save;
use crate::workbook::style;

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
