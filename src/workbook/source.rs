//! What a workbook is to those who read it: sheets of rows of typed cells, whatever the file's
//! format and wherever it is read.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::error::ReadError;

/// Rows at the top of each sheet that are there to look at before the sheet is read.
pub const HEAD_ROWS: u32 = 100;

/// A workbook that has been opened.
pub trait Source {
    /// The sheets, in the order of their tabs.
    fn sheets(&self) -> &[Sheet];

    /// Gives each row of the sheet with content to `each`, in order, until it refuses one. Cells
    /// that are merged down hold what stands in the first of them.
    fn rows(
        &mut self,
        sheet: usize,
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError>;
}

/// A sheet, before it is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// Name on its tab.
    pub name: String,
    /// Not hidden.
    pub visible: bool,
    /// The first [`HEAD_ROWS`] rows of the sheet, those with content; merged cells hold their text
    /// in the first cell only.
    pub head: Vec<Row<'static>>,
    /// Areas of merged cells that touch the head.
    pub merged: Vec<Area>,
    /// Columns that are not shown, from 0.
    pub hidden_columns: Vec<u32>,
}

/// A rectangle of cells: rows from 1, columns from 0, both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Area {
    /// First row.
    pub top: u32,
    /// Last row.
    pub bottom: u32,
    /// First column.
    pub left: u32,
    /// Last column.
    pub right: u32,
}

/// The cells of one row that hold something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row<'b> {
    /// As Excel counts, from 1.
    pub number: u32,
    /// Not shown in Excel: hidden by hand or by a filter.
    pub hidden: bool,
    /// Columns, from 0, with their cells; in the order of the file.
    #[serde(borrow)]
    pub cells: Vec<(u32, Cell<'b>)>,
    /// Columns, from 0, whose texts have lost characters that nobody sees and no text may have.
    pub cleaned: Vec<u32>,
}

/// The content of a cell. Empty cells are not there at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cell<'b> {
    /// Text that is not only white space, as it stands.
    #[serde(borrow)]
    Text(Cow<'b, str>),
    /// A number that is not shown as a date.
    Number(f64),
    /// A number that the sheet shows as a date.
    Date(#[serde(with = "days")] NaiveDate),
    /// TRUE or FALSE.
    Bool(bool),
    /// The result of a formula that failed, such as `#REF!`.
    Error(String),
    /// A formula that nothing has calculated: the program that wrote the file cannot.
    Uncalculated,
    /// Something of which the file has lost what it was.
    Lost,
}

/// A date as its number: rows are packed by the million, and a text of a date is slow to read.
mod days {
    use chrono::{Datelike, NaiveDate};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub fn serialize<S: Serializer>(date: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i32(date.num_days_from_ce())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
        let days = i32::deserialize(from)?;
        NaiveDate::from_num_days_from_ce_opt(days).ok_or_else(|| D::Error::custom("no date"))
    }
}
