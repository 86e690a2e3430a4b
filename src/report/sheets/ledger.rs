//! 户台账: every household with its helper, six points and standing.

use rust_xlsxwriter::{
    Color, ConditionalFormatCell, ConditionalFormatCellRule, Format, Worksheet, XlsxError,
};

use super::common::{READER, points, subtitle};
use crate::code_list::CodeList;
use crate::method::{Point, PointStatus};
use crate::report::model::{LedgerRow, Report};
use crate::workbook::table::{self, Cell, Column, HEADING_ROW, Look};

/// Columns before the six points.
const BEFORE: [Column; 12] = [
    Column::new("镇", 9.0, Look::Wrapped),
    Column::new("村(居)", 10.0, Look::Wrapped),
    Column::new("组", 6.5, Look::Wrapped),
    Column::new("户编号", 13.5, Look::Digits),
    Column::new("户主", 8.5, Look::Wrapped),
    Column::new("户主证件号码", 20.0, Look::Digits),
    Column::new("人口\n(人)", 6.5, Look::Whole),
    Column::new("主要\n致贫原因", 11.0, Look::Wrapped),
    Column::new("年人均纯收入\n(元)", 13.0, Look::Money),
    Column::new("帮扶\n责任人", 9.0, Look::Wrapped),
    Column::new("工号", 10.0, Look::Digits),
    Column::new("帮扶单位", 22.0, Look::Wrapped),
];
const AFTER: [Column; 2] = [
    Column::new("最近走访", 11.5, Look::Date),
    Column::new("脱贫情况", 10.0, Look::WrappedCentred),
];
const POINT_WIDTH: f64 = 9.0;

pub fn write(sheet: &mut Worksheet, report: &Report) -> Result<(), XlsxError> {
    let mut columns = BEFORE.to_vec();
    columns.extend(points(POINT_WIDTH, Look::Centred));
    columns.extend(AFTER);
    let title = format!("{} 年帮扶户台账", report.occasion.year);
    let subtitle = subtitle(report, "证件号码已隐去中间数字");
    let masked: Vec<_> = report.ledger.iter().map(masked).collect();
    let rows = report
        .ledger
        .iter()
        .zip(&masked)
        .map(|(household, masked)| row(household, masked.as_deref()));
    let count = table::sheet(sheet, &READER, (&title, &subtitle), &columns, 5, rows, &[])?;
    if count > 0 {
        colour(sheet, HEADING_ROW + count)?;
    }
    Ok(())
}

fn masked(household: &LedgerRow) -> Option<String> {
    let number = household.entry.head_identity_number.as_ref();
    number.map(crate::household::IdentityNumber::masked)
}

fn row<'a>(household: &'a LedgerRow, masked: Option<&'a str>) -> Vec<Cell<'a>> {
    let entry = &household.entry;
    let mut cells = vec![
        Cell::text(&entry.town),
        Cell::text(&entry.village),
        Cell::text_or_empty(entry.group_name.as_deref()),
        Cell::register_number_or_empty(entry.number.as_deref()),
        Cell::text(&entry.head_name),
        Cell::text_or_empty(masked),
        Cell::Whole(entry.size),
        Cell::label_or_empty(entry.main_cause.map(CodeList::label)),
        Cell::fen_or_empty(entry.income_per_head_fen),
        Cell::text_or_empty(household.helper.as_deref()),
        Cell::register_number_or_empty(household.staff_number.as_deref()),
        Cell::label_or_empty(household.unit.as_deref()),
    ];
    match household.marks {
        Some(marks) => cells.extend(marks.map(|mark| Cell::Label(mark.label()))),
        None => cells.extend([const { Cell::Empty }; 6]),
    }
    cells.push(Cell::day_or_empty(household.last_visit));
    cells.push(Cell::text(household.standing));
    cells
}

/// Colours the six points by what they say, so that a clerk who changes one sees it change.
fn colour(sheet: &mut Worksheet, last_row: u32) -> Result<(), XlsxError> {
    let first = u16::try_from(BEFORE.len()).unwrap_or_default();
    let last = first + u16::try_from(Point::ENTRIES.len() - 1).unwrap_or_default();
    for (mark, text, ground) in [
        (PointStatus::Met, 0x1E_6B3A, 0xDF_F0E3),
        (PointStatus::Stale, 0x8A_5A00, 0xFD_F0CF),
        (PointStatus::Missing, 0xA3_2A22, 0xFB_DFDC),
    ] {
        let format = Format::new()
            .set_font_color(Color::RGB(text))
            .set_background_color(Color::RGB(ground));
        let rule = ConditionalFormatCell::new()
            .set_rule(ConditionalFormatCellRule::EqualTo(mark.label()))
            .set_format(format);
        sheet.add_conditional_format(HEADING_ROW + 1, first, last_row, last, &rule)?;
    }
    Ok(())
}
