//! 帮扶责任人: what each helper has done.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::common::{READER, subtitle};
use crate::progress::summary::HelperRow;
use crate::report::model::{NOBODY, Report};
use crate::workbook::table::{self, Cell, Column, Look};

const COLUMNS: [Column; 12] = [
    Column::new("帮扶单位", 26.0, Look::Wrapped),
    Column::new("帮扶责任人", 14.0, Look::Wrapped),
    Column::new("工号", 12.0, Look::Digits),
    Column::new("职务", 14.0, Look::Wrapped),
    Column::summed("帮扶户数\n(户)", 10.0, Look::Whole),
    Column::summed("本年走访\n(次)", 10.0, Look::Whole),
    Column::new("最近走访", 12.0, Look::Date),
    Column::summed("本年送达实惠\n(元)", 14.0, Look::Money),
    Column::summed("新脱贫\n(户)", 9.0, Look::Whole),
    Column::summed("再次脱贫\n(户)", 10.0, Look::Whole),
    Column::summed("本年返贫\n(户)", 10.0, Look::Whole),
    Column::summed("办理中\n(户)", 9.0, Look::Whole),
];

pub fn write(sheet: &mut Worksheet, report: &Report) -> Result<(), XlsxError> {
    let title = format!("{} 年帮扶责任人工作情况", report.occasion.year);
    let subtitle = subtitle(report, "实惠含资金和已折价的物资等");
    let rows = report.summary.helpers.iter().map(row);
    table::sheet(sheet, &READER, (&title, &subtitle), &COLUMNS, 2, rows, &[])?;
    Ok(())
}

fn row(helper: &HelperRow) -> Vec<Cell<'_>> {
    vec![
        Cell::Label(helper.unit.as_deref().unwrap_or(NOBODY)),
        Cell::text(helper.name.as_deref().unwrap_or(NOBODY)),
        Cell::register_number_or_empty(helper.staff_number.as_deref()),
        Cell::label_or_empty(helper.position.as_deref()),
        Cell::Whole(helper.households),
        Cell::Whole(helper.total.visits),
        Cell::day_or_empty(helper.total.last_visit),
        Cell::Fen(helper.total.benefits_fen),
        Cell::Whole(helper.figures.newly_lifted),
        Cell::Whole(helper.figures.lifted_again),
        Cell::Whole(helper.figures.relapsed),
        Cell::Whole(helper.figures.in_pipeline),
    ]
}
