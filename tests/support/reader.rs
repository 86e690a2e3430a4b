//! Reading a workbook by a process of its own.

use std::borrow::Cow;
use std::io::Write;

use qianshou::workbook::error::ReadError;
use qianshou::workbook::limit::Limits;
use qianshou::workbook::reader_process::{Child, Program};
use qianshou::workbook::source::{Cell, Row, Sheet, Source};
use rust_xlsxwriter::{Format, Workbook};

use super::register::day;
use super::{fields, xls, xls_number};

/// The program that reads, under these limits.
pub fn reader_program(limits: Limits) -> Program {
    Program {
        path: env!("CARGO_BIN_EXE_qianshou").into(),
        limits,
    }
}

/// What a workbook holds: its sheets, and the rows of each.
pub type Content = Vec<(Sheet, Vec<Row<'static>>)>;

/// Opens a workbook in a process that reads it; the file lives as long as it is kept.
pub fn open_in_reader(
    bytes: &[u8],
    limits: Limits,
) -> Result<(Child, tempfile::NamedTempFile), ReadError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Child::open(&reader_program(limits), file.path()).map(|child| (child, file))
}

/// Reads a workbook under limits.
pub fn read_workbook_under(bytes: &[u8], limits: Limits) -> Result<Content, ReadError> {
    let (mut child, _file) = open_in_reader(bytes, limits)?;
    let sheets = child.sheets().to_vec();
    let mut content = Vec::new();
    for (index, sheet) in sheets.into_iter().enumerate() {
        let mut rows = Vec::new();
        child.rows(index, &mut |row| {
            rows.push(owned(row));
            Ok(())
        })?;
        content.push((sheet, rows));
    }
    Ok(content)
}

/// Reads a workbook under the limits of every day.
pub fn read_workbook(bytes: &[u8]) -> Result<Content, ReadError> {
    read_workbook_under(bytes, Limits::default())
}

/// A row that borrows nothing.
fn owned(row: &Row<'_>) -> Row<'static> {
    let cells = row.cells.iter().map(|(at, cell)| {
        let cell = match cell {
            Cell::Text(text) => Cell::Text(Cow::Owned(text.to_string())),
            Cell::Number(number) => Cell::Number(*number),
            Cell::Date(date) => Cell::Date(*date),
            Cell::Bool(truth) => Cell::Bool(*truth),
            Cell::Error(error) => Cell::Error(error.clone()),
            Cell::Uncalculated => Cell::Uncalculated,
            Cell::Lost => Cell::Lost,
        };
        (*at, cell)
    });
    Row {
        number: row.number,
        hidden: row.hidden,
        cells: cells.collect(),
        cleaned: row.cleaned.clone(),
    }
}

/// A cell with a text.
pub fn text_cell(text: &str) -> Cell<'static> {
    Cell::Text(Cow::Owned(text.to_owned()))
}

/// A row that is not hidden, with cells at these columns.
pub fn row_of(number: u32, cells: &[(u32, Cell<'static>)]) -> Row<'static> {
    Row {
        number,
        hidden: false,
        cells: cells.to_vec(),
        cleaned: Vec::new(),
    }
}

/// A workbook with all that a sheet can have: a merged heading, a household merged down, a hidden row,
/// a hidden column and a hidden sheet.
pub fn full_workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let plain = Format::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let sheet = workbook.add_worksheet().set_name("名册").unwrap();
    sheet.merge_range(0, 0, 0, 3, "贫困户名册", &plain).unwrap();
    sheet.merge_range(2, 0, 4, 0, "户一", &plain).unwrap();
    for (at, name) in [(1, "姓名"), (2, "张三 & <李>"), (3, "王五"), (5, "赵六")] {
        sheet.write_string(at, 1, name).unwrap();
    }
    sheet.write_number(2, 2, 1234.5).unwrap();
    sheet
        .write_date_with_format(2, 3, day("1975-03-04"), &date)
        .unwrap();
    sheet.set_row_hidden(3).unwrap();
    sheet.set_column_hidden(3).unwrap();
    let hidden = workbook.add_worksheet().set_name("旧表").unwrap();
    hidden.write_string(0, 0, "旧").unwrap();
    hidden.set_hidden(true);
    workbook.save_to_buffer().unwrap()
}

/// The error that a file is refused with.
pub fn refusal(bytes: &[u8]) -> ReadError {
    read_workbook(bytes).expect_err("a file beyond a limit was read")
}

/// Small files that make a reader take tens of gigabytes, or the whole of its limit: of an .xls, the
/// announced size of a sheet (of the kind that tafia/calamine#684 tells of: a count in the file decides
/// how much memory is set aside), and cells in the far corners of many sheets.
pub fn crafted_workbooks() -> Vec<Vec<u8>> {
    let announced = [fields(&[0, u32::MAX]), vec![0, 0, 0, 1, 0, 0]].concat();
    let corners = [xls_number(0, 0, 1.0), xls_number(u16::MAX, 255, 1.0)];
    vec![
        xls(&[], &[&[(0x0200, announced)]]),
        xls(&[], &[&corners[..]; 4]),
    ]
}
