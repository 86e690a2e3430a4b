//! A workbook that we wrote, opened again.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx, open_workbook_from_rs};
use chrono::NaiveDate;

use super::check_package;

/// Comma, double quote, UTF-8.
pub const CSV: &str = "csv:Text - txt - csv (StarCalc):44,34,76";

/// A workbook, opened again.
pub struct Book(pub Xlsx<Cursor<Vec<u8>>>);

impl Book {
    pub fn open(bytes: &[u8]) -> Self {
        check_package(bytes);
        Self(open_workbook_from_rs(Cursor::new(bytes.to_vec())).unwrap())
    }

    pub fn sheet(&mut self, name: &str) -> Range<Data> {
        self.0.worksheet_range(name).unwrap()
    }

    /// Column of a heading of a sheet's one table, its line breaks aside.
    pub fn column(&mut self, name: &str, heading: &str) -> Vec<Data> {
        let sheet = self.sheet(name);
        let headings: Vec<_> = sheet
            .rows()
            .nth(2)
            .unwrap()
            .iter()
            .map(|cell| cell.to_string().replace('\n', ""))
            .collect();
        let at = headings
            .iter()
            .position(|text| text == heading)
            .unwrap_or_else(|| panic!("{heading} in {headings:?}"));
        sheet.rows().skip(3).map(|row| row[at].clone()).collect()
    }
}

/// The number of a cell.
pub fn number_in(cell: &Data) -> f64 {
    match cell {
        Data::Float(number) => *number,
        other => panic!("no number: {other:?}"),
    }
}

/// The day of a cell.
pub fn day_in(cell: &Data) -> NaiveDate {
    match cell {
        Data::DateTime(time) => time.as_datetime().unwrap().date(),
        other => panic!("no date: {other:?}"),
    }
}

/// A part of the workbook as it is written.
pub fn part_of(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
}

/// Excel calls a sheet damaged that has a row twice.
pub fn each_row_once(xml: &str) {
    let rows = xml.split("<row r=\"").skip(1);
    let numbers: Vec<&str> = rows.filter_map(|row| row.split('"').next()).collect();
    let once: std::collections::BTreeSet<_> = numbers.iter().collect();
    assert_eq!(once.len(), numbers.len(), "{numbers:?}");
}
