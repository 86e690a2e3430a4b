//! 脱贫: the lifts of the year and those under way, step by step.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::common::{READER, subtitle};
use crate::code_list::CodeList;
use crate::lift::model::Step;
use crate::report::model::{LiftRow, Report};
use crate::workbook::table::{self, Cell, Column, Look};

const BEFORE: [Column; 8] = [
    Column::new("镇", 9.0, Look::Wrapped),
    Column::new("村(居)", 9.0, Look::Wrapped),
    Column::new("户编号", 13.5, Look::Digits),
    Column::new("户主", 8.5, Look::Wrapped),
    Column::new("类别", 9.0, Look::Centred),
    Column::new("进度", 8.0, Look::Centred),
    Column::new("帮扶\n责任人", 9.0, Look::Wrapped),
    Column::new("工号", 10.0, Look::Digits),
];
/// Day and person of each step.
const STEPS: [Column; 12] = [
    Column::new("提出\n日期", 11.0, Look::Date),
    Column::new("提出\n经办人", 9.5, Look::Wrapped),
    Column::new("民主评议\n日期", 11.0, Look::Date),
    Column::new("民主评议\n经办人", 9.5, Look::Wrapped),
    Column::new("核实\n日期", 11.0, Look::Date),
    Column::new("核实\n经办人", 9.5, Look::Wrapped),
    Column::new("认可\n日期", 11.0, Look::Date),
    Column::new("认可\n经办人", 9.5, Look::Wrapped),
    Column::new("公示\n日期", 11.0, Look::Date),
    Column::new("公示\n经办人", 9.5, Look::Wrapped),
    Column::new("批准\n日期", 11.0, Look::Date),
    Column::new("批准\n经办人", 9.5, Look::Wrapped),
];
const AFTER: [Column; 2] = [
    Column::new("返贫(终止)\n日期", 11.0, Look::Date),
    Column::new("返贫(终止)\n原因", 18.0, Look::Wrapped),
];

pub fn write(sheet: &mut Worksheet, report: &Report) -> Result<(), XlsxError> {
    let columns: Vec<_> = BEFORE.into_iter().chain(STEPS).chain(AFTER).collect();
    let title = format!("{} 年脱贫退出情况", report.occasion.year);
    let subtitle = subtitle(report, "含本年办结和正在办理的");
    let rows = report.lifts.iter().map(row);
    table::sheet(sheet, &READER, (&title, &subtitle), &columns, 4, rows, &[])?;
    Ok(())
}

fn row(row: &LiftRow) -> Vec<Cell<'_>> {
    let kind = if row.lift.again {
        "再次脱贫"
    } else {
        "新脱贫"
    };
    let mut cells = vec![
        Cell::text(&row.town),
        Cell::text(&row.village),
        Cell::register_number_or_empty(row.number.as_deref()),
        Cell::text(&row.head_name),
        Cell::text(kind),
        Cell::Label(row.lift.state.label()),
        Cell::text_or_empty(row.helper.as_deref()),
        Cell::register_number_or_empty(row.staff_number.as_deref()),
    ];
    for entry in Step::ENTRIES {
        let done = row.step(entry.value);
        cells.push(Cell::day_or_empty(done.map(|(day, _)| day)));
        cells.push(Cell::text_or_empty(done.map(|(_, person)| person)));
    }
    cells.push(Cell::day_or_empty(row.ended_on()));
    cells.push(Cell::text_or_empty(row.reason()));
    cells
}
