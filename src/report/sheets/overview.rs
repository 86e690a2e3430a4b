//! 总览: the year's result at a glance, with a chart by month.

use rust_xlsxwriter::{
    Chart, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker,
    ChartMarkerType, ChartSolidFill, ChartType, Color, Format, FormatAlign, Formula, Worksheet,
    XlsxError,
};

use super::common::{OVERVIEW, READER, subtitle};
use crate::code_list::CodeList;
use crate::lift::model::State;
use crate::progress::model::{Month, count};
use crate::progress::summary::TownRow;
use crate::report::model::Report;
use crate::workbook::style;
use crate::workbook::table::{self, Cell, Column, Look, number_of};

/// Columns A to L, all of one width.
const COLUMNS: u16 = 12;
const WIDTH: f64 = 11.5;
/// Where the parts begin.
const FIGURES_ROW: u32 = 3;
const PIPELINE_ROW: u32 = 6;
const MONTHS_ROW: u32 = 9;
const TOWNS_ROW: u32 = 25;
/// Column of the chart and of the notes, right of the tables.
const RIGHT: u16 = 6;

const MONTHS: [Column; 6] = [
    Column::new("月份", WIDTH, Look::Centred),
    Column::summed("新脱贫\n(户)", WIDTH, Look::Whole),
    Column::summed("再次脱贫\n(户)", WIDTH, Look::Whole),
    Column::summed("返贫\n(户)", WIDTH, Look::Whole),
    Column::new("累计新脱贫\n(户)", WIDTH, Look::Whole),
    Column::new("年度目标\n(户)", WIDTH, Look::Whole),
];
const TOWNS: [Column; 6] = [
    Column::new("镇", WIDTH, Look::Wrapped),
    Column::summed("在册户数\n(户)", WIDTH, Look::Whole),
    Column::summed("新脱贫\n(户)", WIDTH, Look::Whole),
    Column::summed("再次脱贫\n(户)", WIDTH, Look::Whole),
    Column::summed("本年返贫\n(户)", WIDTH, Look::Whole),
    Column::summed("办理中\n(户)", WIDTH, Look::Whole),
];

pub fn write(sheet: &mut Worksheet, report: &Report) -> Result<(), XlsxError> {
    table::page(sheet);
    sheet.set_print_fit_to_pages(1, 1);
    for column in 0..COLUMNS {
        sheet.set_column_width(column, WIDTH)?;
    }
    let title = format!("{} 年结对帮扶脱贫进度", report.occasion.year);
    let line = format!(
        "脱贫收入标准：{:.2} 元/人·年",
        table::yuan(report.summary.line_fen)
    );
    table::title(
        sheet,
        &READER,
        &title,
        &subtitle(report, &line),
        COLUMNS - 1,
    )?;
    figures(sheet, report)?;
    pipeline(sheet, report)?;
    let target = report.summary.progress.target;
    let months = report.summary.progress.months.iter();
    // The target stands in the last column, where there is one.
    let columns = &MONTHS[..MONTHS.len() - usize::from(target.is_none())];
    table::table(
        sheet,
        &READER,
        (MONTHS_ROW, 0),
        columns,
        months.map(|month| month_row(month, target)),
        &[],
    )?;
    sheet.insert_chart_with_offset(MONTHS_ROW, RIGHT, &chart(report), 12, 0)?;
    let towns = report.summary.towns.iter().map(town_row);
    table::table(sheet, &READER, (TOWNS_ROW, 0), &TOWNS, towns, &[])?;
    notes(sheet, target.is_some())
}

/// One box of the bands: a label over a figure, two columns wide.
struct Figure {
    label: &'static str,
    value: f64,
    /// How a clerk would work it out, from the cells of the band.
    formula: Option<String>,
    percent: bool,
}

impl Figure {
    fn count(label: &'static str, value: i64) -> Self {
        Self {
            label,
            value: number_of(value),
            formula: None,
            percent: false,
        }
    }
}

fn figures(sheet: &mut Worksheet, report: &Report) -> Result<(), XlsxError> {
    let progress = &report.summary.progress;
    let whole = progress.figures();
    let row = FIGURES_ROW + 2;
    let newly_lifted = Figure::count("新脱贫(户)", whole.newly_lifted);
    let mut band = match progress.target {
        Some(target) => vec![
            Figure::count("年度目标(户)", target),
            newly_lifted,
            Figure {
                label: "完成率",
                value: share(whole.newly_lifted, target),
                formula: Some(format!("=IF(A{row}=0,0,C{row}/A{row})")),
                percent: true,
            },
            Figure {
                formula: Some(format!("=MAX(0,A{row}-C{row})")),
                ..Figure::count("尚差(户)", progress.to_go().unwrap_or_default())
            },
        ],
        None => vec![newly_lifted],
    };
    band.push(Figure::count("再次脱贫(户)", whole.lifted_again));
    band.push(Figure::count("本年返贫(户)", whole.relapsed));
    write_band(sheet, FIGURES_ROW, &band)
}

fn share(part: i64, of: i64) -> f64 {
    if of == 0 {
        return 0.0;
    }
    number_of(part) / number_of(of)
}

fn pipeline(sheet: &mut Worksheet, report: &Report) -> Result<(), XlsxError> {
    let row = PIPELINE_ROW + 2;
    let mut band = vec![Figure {
        formula: Some(format!("=SUM(C{row}:L{row})")),
        ..Figure::count("办理中(户)", report.summary.progress.figures().in_pipeline)
    }];
    for (step, lifts) in &report.summary.progress.pipeline {
        band.push(Figure::count(State::from(*step).label(), count(lifts)));
    }
    write_band(sheet, PIPELINE_ROW, &band)
}

fn write_band(sheet: &mut Worksheet, row: u32, band: &[Figure]) -> Result<(), XlsxError> {
    let value_row = row + 1;
    sheet
        .set_row_height(row, 20)?
        .set_row_height(value_row, 28)?;
    for (figure, column) in band.iter().zip((0..).step_by(2)) {
        let look = if figure.percent {
            style::percent()
        } else {
            style::integer()
        };
        let format = big(look);
        sheet.merge_range(
            row,
            column,
            row,
            column + 1,
            figure.label,
            &style::heading(),
        )?;
        sheet.merge_range(value_row, column, value_row, column + 1, "", &format)?;
        match &figure.formula {
            None => sheet.write_number_with_format(value_row, column, figure.value, &format)?,
            Some(formula) => {
                let formula = Formula::new(formula).set_result(figure.value.to_string());
                sheet.write_formula_with_format(value_row, column, formula, &format)?
            }
        };
    }
    Ok(())
}

fn big(format: Format) -> Format {
    format
        .set_font_size(16)
        .set_bold()
        .set_align(FormatAlign::Center)
}

fn month_row(month: &Month, target: Option<i64>) -> Vec<Cell<'static>> {
    // A month that has not begun shows nothing rather than 0.
    let begun = month.cumulative.is_some();
    let shown = |number| {
        if begun {
            Cell::Whole(number)
        } else {
            Cell::Empty
        }
    };
    let mut row = vec![
        Cell::text(format!("{}月", month.month)),
        shown(month.newly_lifted),
        shown(month.lifted_again),
        shown(month.relapsed),
        month.cumulative.map_or(Cell::Empty, Cell::Whole),
    ];
    row.extend(target.map(Cell::Whole));
    row
}

fn town_row(row: &TownRow) -> Vec<Cell<'_>> {
    vec![
        Cell::text(&row.town),
        Cell::Whole(row.households),
        Cell::Whole(row.figures.newly_lifted),
        Cell::Whole(row.figures.lifted_again),
        Cell::Whole(row.figures.relapsed),
        Cell::Whole(row.figures.in_pipeline),
    ]
}

/// What counts as what, for whoever reads the sheet without us.
const NOTE_OF_TARGET: &str = "完成率 = 新脱贫 ÷ 年度目标；尚差 = 年度目标 − 新脱贫，不小于 0。";
const NOTES: [&str; 4] = [
    "新脱贫、再次脱贫按批准日期计入年度和月份；曾经脱贫的户再次脱贫，不计入新脱贫。",
    "返贫按返贫日期计入年度和月份，不论何年脱贫；当年批准又在当年返贫的，不再计入当年脱贫。",
    NOTE_OF_TARGET,
    "办理中指已提出、尚未批准的户，按截至日期最后完成的一步统计。",
];

fn notes(sheet: &mut Worksheet, has_target: bool) -> Result<(), XlsxError> {
    let told = NOTES
        .iter()
        .filter(|note| has_target || **note != NOTE_OF_TARGET);
    let numbered = (1..)
        .zip(told)
        .map(|(number, note)| format!("{number}. {note}"));
    let notes = format!("说明：\n{}", numbered.collect::<Vec<_>>().join("\n"));
    let format = style::note()
        .set_align(FormatAlign::Top)
        .set_align(FormatAlign::Left)
        .set_indent(1);
    sheet.merge_range(
        TOWNS_ROW,
        RIGHT,
        TOWNS_ROW + 7,
        COLUMNS - 1,
        &notes,
        &format,
    )?;
    Ok(())
}

const BARS: Color = Color::RGB(0x5B_8DB8);
const CUMULATIVE: Color = Color::RGB(0xD9_7B29);
const TARGET: Color = Color::RGB(0xB0_3A2E);
const GRID: Color = Color::RGB(0xE3_E7EB);

/// Lifted by month as columns; the running total and the target as lines over them.
fn chart(report: &Report) -> Chart {
    let (first, last) = (MONTHS_ROW + 1, MONTHS_ROW + 12);
    let cells = |column: u16| (OVERVIEW, first, column, last, column);
    let mut chart = Chart::new(ChartType::Column);
    chart
        .add_series()
        .set_name("当月新脱贫")
        .set_categories(cells(0))
        .set_values(cells(1))
        .set_gap(60)
        .set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(BARS)));
    let mut lines = Chart::new(ChartType::Line);
    lines
        .add_series()
        .set_name("累计新脱贫")
        .set_categories(cells(0))
        .set_values(cells(4))
        .set_marker(
            ChartMarker::new()
                .set_type(ChartMarkerType::Circle)
                .set_size(6)
                .set_format(
                    ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(CUMULATIVE)),
                ),
        )
        .set_format(
            ChartFormat::new().set_line(ChartLine::new().set_color(CUMULATIVE).set_width(2.25)),
        );
    let mut told = "按月新脱贫户数、累计新脱贫户数".to_owned();
    if report.summary.progress.target.is_some() {
        told += "与年度目标";
        let line = ChartLine::new()
            .set_color(TARGET)
            .set_width(1.75)
            .set_dash_type(ChartLineDashType::Dash)
            .clone();
        lines
            .add_series()
            .set_name("年度目标")
            .set_categories(cells(0))
            .set_values(cells(5))
            .set_marker(ChartMarker::new().set_none())
            .set_format(ChartFormat::new().set_line(&line));
    }
    chart.combine(&lines);
    let mut font = ChartFont::new();
    font.set_name(style::FONT).set_size(9);
    let mut heading = ChartFont::new();
    heading.set_name(style::HEADING_FONT).set_size(12);
    chart
        .title()
        .set_name(&format!("{} 年按月新脱贫进度", report.occasion.year))
        .set_font(&heading);
    chart.x_axis().set_font(&font);
    chart
        .y_axis()
        .set_font(&font)
        .set_name("户")
        .set_name_font(&font)
        .set_num_format("0")
        .set_major_gridlines_line(ChartLine::new().set_color(GRID))
        .set_min(0);
    chart
        .legend()
        .set_position(ChartLegendPosition::Bottom)
        .set_font(&font);
    chart.set_width(500).set_height(346);
    chart.set_alt_text(told);
    chart
}
