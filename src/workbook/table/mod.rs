//! Tables of a report: a title, headings, typed cells, sums, and a sheet that prints well.
//!
//! ```
//! use qianshou::access::Sight;
//! use qianshou::workbook::reader::OpenFile;
//! use qianshou::workbook::save;
//! use qianshou::workbook::source::{Cell as Found, Source};
//! use qianshou::workbook::table::{self, Cell, Column, Look};
//! use rust_xlsxwriter::Workbook;
//!
//! let columns = [
//!     Column::new("帮扶单位", 26.0, Look::Wrapped),
//!     Column::summed("帮扶户数\n(户)", 9.0, Look::Whole),
//! ];
//! let rows = [("第一小学", 12), ("第二小学", 9)];
//! let rows = rows.map(|(unit, households)| vec![Cell::Label(unit), Cell::Whole(households)]);
//!
//! let mut workbook = Workbook::new();
//! let sheet = workbook.add_worksheet();
//! // Each text passes what its reader may see: here one who sees no private number.
//! let heads = ("各单位帮扶户数", "截至2026年11月29日");
//! table::sheet(sheet, &Sight::NOTHING, heads, &columns, 1, rows, &[])?;
//! let bytes = save::to_buffer(&mut workbook)?;
//!
//! let file = OpenFile::open(&bytes)?;
//! let sums = file.sheets()[0].head.last().unwrap();
//! assert_eq!(sums.cells[0].1, Found::Text("合计".into()));
//! assert_eq!(sums.cells[1].1, Found::Number(21.0));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod cell;
mod column;
mod height;

use rust_xlsxwriter::{Format, Formula, Worksheet, XlsxError};

use super::{style, text};

pub use cell::{Cell, Reader, number_of, share, yuan};
pub use column::{Column, Look};
pub use height::wrapped_height;
use height::{ROW_HEIGHT, height};

/// Excel's number of the paper size A4.
const A4: u8 = 9;
/// Heights of the rows of a title, of the line under it and of headings, in points.
const TITLE_HEIGHT: f64 = 30.0;
const SUBTITLE_HEIGHT: f64 = 20.0;
const HEADING_HEIGHT: f64 = 32.0;
/// Row of the headings of a sheet that holds one table: under the title and the line below it.
pub const HEADING_ROW: u32 = 2;

/// Sets up printing: A4 landscape, as wide as the page, page numbers.
pub fn page(sheet: &mut Worksheet) {
    sheet
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true)
        .set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3)
        .set_footer("&C&9第 &P 页　共 &N 页");
}

/// Writes the title over the columns up to `last_column`, and the line under it.
pub fn title(
    sheet: &mut Worksheet,
    reader: &dyn Reader,
    title: &str,
    subtitle: &str,
    last_column: u16,
) -> Result<(), XlsxError> {
    for (row, height, line, format) in [
        (0, TITLE_HEIGHT, title, style::title()),
        (1, SUBTITLE_HEIGHT, subtitle, style::subtitle()),
    ] {
        let line = reader.text(line);
        let format = text::format_of(&line, &format);
        let line = text::of_cell(&line);
        sheet
            .set_row_height(row, height)?
            .merge_range(row, 0, row, last_column, &line, &format)?;
    }
    Ok(())
}

/// Writes a sheet that holds one table: title, headings that repeat on each page and stay in view
/// (with the first `frozen` columns), rows, sums.
///
/// `totals` gives cells of the row of sums that are no sums, such as a share of the whole. The rows
/// are written in order, so the sheet may be one with constant memory.
pub fn sheet<'a>(
    sheet: &mut Worksheet,
    reader: &dyn Reader,
    title_and_subtitle: (&str, &str),
    columns: &[Column],
    frozen: u16,
    rows: impl IntoIterator<Item = Vec<Cell<'a>>>,
    totals: &[(usize, Cell<'_>)],
) -> Result<u32, XlsxError> {
    let last_column = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    page(sheet);
    for (column, at) in columns.iter().zip(0..) {
        sheet.set_column_width(at, column.width)?;
    }
    sheet
        .set_freeze_panes(HEADING_ROW + 1, frozen)?
        .set_repeat_rows(0, HEADING_ROW)?;
    title(
        sheet,
        reader,
        title_and_subtitle.0,
        title_and_subtitle.1,
        last_column,
    )?;
    let end = table(sheet, reader, (HEADING_ROW, 0), columns, rows, totals)?;
    sheet.autofilter(HEADING_ROW, 0, end.last_row.max(HEADING_ROW), last_column)?;
    Ok(end.count)
}

/// Where a table ends.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// The last row that is no sum; the headings' if there is none.
    pub last_row: u32,
    /// How many rows there are, without headings and sums.
    pub count: u32,
}

/// Writes a table whose headings stand in the row and from the column on that are given. An empty one
/// has no row of sums.
pub fn table<'a>(
    sheet: &mut Worksheet,
    reader: &dyn Reader,
    (heading_row, first_column): (u32, u16),
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<Cell<'a>>>,
    totals: &[(usize, Cell<'_>)],
) -> Result<End, XlsxError> {
    let heading = style::heading();
    sheet.set_row_height(heading_row, HEADING_HEIGHT)?;
    for (column, at) in columns.iter().zip(first_column..) {
        sheet.write_string_with_format(heading_row, at, column.heading.as_ref(), &heading)?;
    }
    let formats: Vec<_> = columns.iter().map(|column| column.look.format()).collect();
    let mut sums = vec![0_i64; columns.len()];
    let mut row = heading_row;
    for cells in rows {
        row += 1;
        let cells: Vec<_> = cells.iter().map(|cell| cell.shown_to(reader)).collect();
        sheet.set_row_height(row, height(columns, &cells))?;
        for (index, (cell, at)) in cells.iter().zip(first_column..).enumerate() {
            write(sheet, row, at, cell, &formats[index])?;
            if let Cell::Whole(number) | Cell::Fen(number) = cell {
                sums[index] += number;
            }
        }
    }
    let end = End {
        last_row: row,
        count: row - heading_row,
    };
    if end.count > 0 && columns.iter().any(|column| column.sum) {
        sheet.set_row_height(row + 1, ROW_HEIGHT)?;
        let rows = (heading_row + 1, row);
        for (index, (column, at)) in columns.iter().zip(first_column..).enumerate() {
            let format = style::total(&formats[index]);
            let given = totals.iter().find(|(of, _)| *of == index);
            if column.sum {
                let formula = sum(rows, at, sums[index], column.look);
                sheet.write_formula_with_format(row + 1, at, formula, &format)?;
            } else if let Some((_, cell)) = given {
                write(sheet, row + 1, at, &cell.shown_to(reader), &format)?;
            } else if index == 0 {
                sheet.write_string_with_format(row + 1, at, "合计", &format)?;
            } else {
                sheet.write_blank(row + 1, at, &format)?;
            }
        }
    } else {
        // The library writes the last row of a sheet with constant memory twice if it has a height of
        // its own. This one has none.
        sheet.write_blank(row + 1, first_column, &style::unlined())?;
    }
    Ok(end)
}

/// The sum of what the filter shows, with its value for programs that do not compute.
fn sum(rows: (u32, u32), column: u16, value: i64, look: Look) -> Formula {
    let letter = super::column_letters(column.into());
    let (from, to) = (rows.0 + 1, rows.1 + 1);
    let result = if look == Look::Money {
        yuan(value).to_string()
    } else {
        value.to_string()
    };
    Formula::new(format!("=SUBTOTAL(109,{letter}{from}:{letter}{to})")).set_result(result)
}

/// Writes one cell, whose text is as its reader may see it.
fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell<'_>,
    format: &Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(content) => text::write(sheet, row, column, content, format)?,
        Cell::Label(content) | Cell::RegisterNumber(content) | Cell::StaffTelephone(content) => {
            text::write(sheet, row, column, content, format)?
        }
        Cell::Whole(number) => {
            sheet.write_number_with_format(row, column, number_of(*number), format)?
        }
        Cell::Fen(fen) => sheet.write_number_with_format(row, column, yuan(*fen), format)?,
        Cell::Share(share) => sheet.write_number_with_format(row, column, *share, format)?,
        Cell::Day(day) => sheet.write_datetime_with_format(row, column, day, format)?,
        Cell::Empty => sheet.write_blank(row, column, format)?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    /// One who may see all.
    struct Anyone;

    impl Reader for Anyone {
        fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
            text.into()
        }
        fn label<'a>(&self, label: &'a str) -> Cow<'a, str> {
            label.into()
        }
        fn register_number<'a>(&self, number: &'a str) -> Cow<'a, str> {
            number.into()
        }
        fn staff_telephone<'a>(&self, number: &'a str) -> Cow<'a, str> {
            number.into()
        }
    }

    /// XML 1.0, 2.2: no control characters but tab and line ends, no U+FFFE and U+FFFF.
    fn forbids_nothing(workbook: &[u8]) {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
        for index in 0..archive.len() {
            let part = std::io::read_to_string(archive.by_index(index).unwrap()).unwrap();
            let forbidden = part.chars().find(|character| {
                matches!(character, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
            });
            assert_eq!(forbidden, None);
        }
    }

    #[test]
    fn characters_that_xml_forbids_do_not_spoil_the_workbook() {
        let columns = ["备注", "其他"].map(|heading| Column::new(heading, 16.0, Look::Wrapped));
        for text in [
            "甲\u{0}乙",
            "甲\u{1}\u{b}乙",
            "甲\u{ffff}乙",
            "<&>\"'",
            "_x0041_",
        ] {
            for constant_memory in [false, true] {
                let mut workbook = rust_xlsxwriter::Workbook::new();
                let written = if constant_memory {
                    workbook.add_worksheet_with_constant_memory().unwrap()
                } else {
                    workbook.add_worksheet()
                };
                let rows = [vec![Cell::text(text)]];
                sheet(written, &Anyone, ("题", "注"), &columns, 0, rows, &[]).unwrap();
                let bytes = workbook.save_to_buffer().unwrap();
                forbids_nothing(&bytes);
                let mut read: calamine::Xlsx<_> =
                    calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
                let range = calamine::Reader::worksheet_range(&mut read, "Sheet1").unwrap();
                assert_eq!(range.get_value((3, 0)).unwrap().to_string(), text);
            }
        }
    }
}
