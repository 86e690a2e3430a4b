//! The empty rosters to fill in, written from the same tables of columns that the importer reads.

mod help_sheets;
mod roster_sheet;
#[cfg(test)]
mod tests;
mod words;
mod workbook;

pub use workbook::{names, workbook};
