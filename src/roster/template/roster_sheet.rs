//! The sheet that people fill in, with its drop-down lists.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, Format, Formula, Note, Worksheet,
    XlsxError,
};

use crate::roster::column::{Column, Kind, Record};
use crate::roster::layout::LISTS_SHEET;
use crate::workbook::{column_letters, style};

/// Rows under the header that have drop-down lists.
pub(super) const ROWS: u32 = 5_000;
/// ISO 216 A4, as Excel numbers paper sizes.
pub(super) const A4: u8 = 9;

/// What a drop-down list offers, under the heading of its first column.
pub(super) struct List {
    heading: &'static str,
    labels: Vec<&'static str>,
}

/// The different lists of a table.
pub(super) fn lists_of<R: Record>(columns: &[&'static Column<R>]) -> Vec<List> {
    let mut lists: Vec<List> = Vec::new();
    for column in columns {
        if let Some(labels) = labels_of(column)
            && !lists.iter().any(|list| list.labels == labels)
        {
            let heading = match column.kind {
                Kind::YesNo(_) | Kind::Safe(_) => "是否",
                _ => column.heading,
            };
            lists.push(List { heading, labels });
        }
    }
    lists
}

/// What may stand in a cell, where that is a closed set.
fn labels_of<R: Record>(column: &Column<R>) -> Option<Vec<&'static str>> {
    match column.kind {
        Kind::Code { labels, .. } | Kind::Codes { labels, .. } => Some(labels()),
        Kind::YesNo(_) | Kind::Safe(_) => Some(vec!["是", "否"]),
        _ => None,
    }
}

pub(super) fn write_header<R: Record>(
    sheet: &mut Worksheet,
    columns: &[&'static Column<R>],
) -> Result<(), XlsxError> {
    let (heading, required) = (style::heading(), style::required_heading());
    sheet.set_row_height(0, 42)?;
    for (position, column) in (0_u16..).zip(columns) {
        sheet.set_column_width(position, column.width)?;
        if column.required {
            sheet.write_string_with_format(
                0,
                position,
                format!("*{}", column.heading),
                &required,
            )?;
        } else {
            sheet.write_string_with_format(0, position, column.heading, &heading)?;
        }
        let note = Note::new(format!("{}{}", column.note, content(column)))
            .add_author_prefix(false)
            .set_width(260)
            .set_height(110);
        sheet.insert_note(0, position, &note)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape();
    sheet.set_paper_size(A4);
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

/// The format of a whole column of empty cells. What only looks like a number stays text.
pub(super) fn cell_format<R: Record>(column: &Column<R>) -> Format {
    style::to_fill_in(match column.kind {
        Kind::Identity(_) | Kind::Number(_) | Kind::Phone(_) => "@",
        Kind::Date { .. } => "yyyy-mm-dd",
        Kind::Money(_) => "#,##0.00",
        _ => "General",
    })
}

/// What a cell takes, as Excel checks it while one types.
pub(super) fn validation<R: Record>(
    column: &Column<R>,
    lists: &[List],
) -> Result<Option<DataValidation>, XlsxError> {
    let validation = DataValidation::new();
    let (validation, message) = match column.kind {
        Kind::Code { .. } | Kind::YesNo(_) | Kind::Safe(_) => {
            let Some(source) = list_range(column, lists) else {
                return Ok(None);
            };
            (
                validation.allow_list_formula(source),
                "请从下拉列表中选择".to_owned(),
            )
        }
        Kind::Integer { least, most, .. } => {
            let most = if column.key == "months_worked" {
                12
            } else {
                most
            };
            let (least, most) = (
                i32::try_from(least).unwrap_or(i32::MIN),
                i32::try_from(most).unwrap_or(i32::MAX),
            );
            (
                validation.allow_whole_number(DataValidationRule::Between(least, most)),
                format!("请填 {least} 至 {most} 的整数"),
            )
        }
        Kind::Year(_) => (
            validation.allow_whole_number(DataValidationRule::Between(1980, 2100)),
            "请填四位年份，如 2016".to_owned(),
        ),
        Kind::Money(_) => (
            validation.allow_decimal_number(DataValidationRule::Between(-1e8, 1e8)),
            "请只填数字，单位为元".to_owned(),
        ),
        Kind::Identity(_) => (
            validation.allow_text_length(DataValidationRule::Between(15, 20)),
            "证件号码应为 18 位，请按文本格式填写".to_owned(),
        ),
        _ => return Ok(None),
    };
    // Pasted content is checked at import anyway; here only drop-down lists refuse other values.
    let style = if labels_of(column).is_some() {
        DataValidationErrorStyle::Stop
    } else {
        DataValidationErrorStyle::Warning
    };
    Ok(Some(
        validation
            .set_error_title("请检查")?
            .set_error_message(message)?
            .set_error_style(style),
    ))
}

/// Where the list of a column stands on the sheet of lists.
fn list_range<R: Record>(column: &Column<R>, lists: &[List]) -> Option<Formula> {
    let labels = labels_of(column)?;
    let index = lists.iter().position(|list| list.labels == labels)?;
    let letters = column_letters(u32::try_from(index).ok()?);
    let last = labels.len() + 1;
    Some(Formula::new(format!(
        "={LISTS_SHEET}!${letters}$2:${letters}${last}"
    )))
}

/// What a column takes, in words.
pub(super) fn content<R: Record>(column: &Column<R>) -> String {
    match &column.kind {
        Kind::Code { labels, .. } => format!("可选：{}。", labels().join("、")),
        Kind::Codes { labels, most, .. } => {
            let labels = labels();
            format!(
                "可选（最多 {} 项）：{}。",
                most.min(&labels.len()),
                labels.join("、")
            )
        }
        Kind::YesNo(_) | Kind::Safe(_) => "填“是”或“否”。".to_owned(),
        Kind::Date { .. } => "日期，如 1985-03-07。".to_owned(),
        Kind::Year(_) => "年份，如 2016。".to_owned(),
        Kind::Money(_) => "金额，单位元。".to_owned(),
        Kind::Integer { .. } => "整数。".to_owned(),
        Kind::Identity(_) => "18 位号码，文本格式。".to_owned(),
        Kind::Number(_) | Kind::Phone(_) => "号码，文本格式。".to_owned(),
        Kind::Text { longest, .. } | Kind::Place { longest, .. } | Kind::Places { longest, .. } => {
            format!("文字，最多 {longest} 字。")
        }
        Kind::Name(_) => "文字。".to_owned(),
        Kind::Names(_) => "文字，最多 50 字。".to_owned(),
        Kind::NotKept => String::new(),
    }
}

pub(super) fn write_lists(sheet: &mut Worksheet, lists: &[List]) -> Result<(), XlsxError> {
    sheet.set_name(LISTS_SHEET)?;
    let (heading, text) = (style::heading(), style::text());
    for (position, list) in (0_u16..).zip(lists) {
        sheet.set_column_width(position, 22)?;
        sheet.write_string_with_format(0, position, list.heading, &heading)?;
        for (row, label) in (1_u32..).zip(&list.labels) {
            sheet.write_string_with_format(row, position, *label, &text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
