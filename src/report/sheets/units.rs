//! 单位: what each unit has done.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::common::{READER, points, subtitle};
use crate::progress::summary::{Coverage, UnitRow};
use crate::report::model::{NOBODY, Report};
use crate::workbook::table::{self, Cell, Column, Look, share};

/// Columns before the six shares.
const BEFORE: [Column; 9] = [
    Column::new("帮扶单位", 26.0, Look::Wrapped),
    Column::summed("帮扶责任人\n(人)", 10.0, Look::Whole),
    Column::summed("帮扶户数\n(户)", 9.0, Look::Whole),
    Column::summed("本年走访\n(次)", 9.0, Look::Whole),
    Column::summed("本年送达实惠\n(元)", 14.0, Look::Money),
    Column::summed("新脱贫\n(户)", 8.0, Look::Whole),
    Column::summed("再次脱贫\n(户)", 9.0, Look::Whole),
    Column::summed("本年返贫\n(户)", 9.0, Look::Whole),
    Column::summed("办理中\n(户)", 8.0, Look::Whole),
];

pub fn write(sheet: &mut Worksheet, report: &Report) -> Result<(), XlsxError> {
    let mut columns = BEFORE.to_vec();
    columns.extend(points(9.5, Look::Percent));
    columns.push(Column::summed("六项全达成\n(户)", 10.0, Look::Whole));
    let units = &report.summary.units;
    let whole = Coverage::of_all(units.iter().map(|unit| &unit.coverage));
    let totals: Vec<_> = (BEFORE.len()..)
        .zip(whole.met)
        .map(|(column, met)| (column, share(met, whole.households)))
        .collect();
    let title = format!("{} 年各单位帮扶进度", report.occasion.year);
    let subtitle = subtitle(report, "六项为已达成户数占帮扶户数的比例");
    let rows = units.iter().map(row);
    table::sheet(
        sheet,
        &READER,
        (&title, &subtitle),
        &columns,
        1,
        rows,
        &totals,
    )?;
    Ok(())
}

fn row(unit: &UnitRow) -> Vec<Cell<'_>> {
    let mut cells = vec![
        Cell::Label(unit.unit.as_deref().unwrap_or(NOBODY)),
        Cell::Whole(unit.helpers),
        Cell::Whole(unit.coverage.households),
        Cell::Whole(unit.visits),
        Cell::Fen(unit.benefits_fen),
        Cell::Whole(unit.figures.newly_lifted),
        Cell::Whole(unit.figures.lifted_again),
        Cell::Whole(unit.figures.relapsed),
        Cell::Whole(unit.figures.in_pipeline),
    ];
    let households = unit.coverage.households;
    cells.extend(unit.coverage.met.map(|met| share(met, households)));
    cells.push(Cell::Whole(unit.coverage.all));
    cells
}
