//! The empty rosters to fill in, written from the same tables of columns that the importer reads.

use chrono::NaiveDate;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, Format, Formula, Note, Workbook,
    Worksheet, XlsxError,
};

use super::column::{Column, Kind, Record};
use super::layout::{LISTS_SHEET, NOTES_SHEET, SAMPLE_SHEET};
use super::report::RosterKind;
use super::{household, staff};
use crate::code_list::CodeList;
use crate::workbook::{column_letters, style};

/// Rows under the header that have drop-down lists.
const ROWS: u32 = 5_000;
/// Fixed, so that the same table gives the same bytes.
const CREATED: Option<NaiveDate> = NaiveDate::from_ymd_opt(2020, 1, 1);
/// ISO 216 A4, as Excel numbers paper sizes.
const A4: u8 = 9;

/// The name to save a template under: in Chinese, and in ASCII.
pub fn names(kind: RosterKind) -> (String, &'static str) {
    let ascii = match kind {
        RosterKind::Households => "household-roster.xlsx",
        RosterKind::Staff => "staff-roster.xlsx",
    };
    (format!("{}模板.xlsx", kind.label()), ascii)
}

/// The template of a roster, as an .xlsx file.
pub fn workbook(kind: RosterKind) -> Result<Vec<u8>, XlsxError> {
    match kind {
        RosterKind::Households => {
            write(kind, household::COLUMNS, HOUSEHOLD_NOTES, HOUSEHOLD_SAMPLE)
        }
        RosterKind::Staff => write(kind, staff::COLUMNS, STAFF_NOTES, STAFF_SAMPLE),
    }
}

/// What the notes sheet says before it explains each column.
const HOUSEHOLD_NOTES: &[&str] = &[
    "请在“贫困户名册”工作表中填写，每人一行，同一户各行相邻。“示例”表中是虚构的数据，供参考，不会被导入。",
    "红底列名前带 * 的为必填列。全户共有的内容（镇、村、收入、住房等）可只在户主一行填写；如每行都填，各行必须相同。",
    "证件号码、户编号、电话等列已设为“文本”格式，请勿改为数字格式，否则 Excel 会丢失号码的末尾几位。",
    "从其他表格粘贴时，请用“选择性粘贴—数值”，以保留下拉列表和格式。",
    "导入前系统会检查整张表，并一次列出全部问题（单元格、原因、改法）；有错误时不会写入任何内容。",
    "以后再导入时，凭户编号（没有的凭户主证件号码）认出同一户：内容有变的更新并保留历史，名册中没有的户不会被删除。",
];
const STAFF_NOTES: &[&str] = &[
    "请在“帮扶责任人名册”工作表中填写，每人一行。“示例”表中是虚构的数据，供参考，不会被导入。",
    "红底列名前带 * 的为必填列；工号和证件号码至少填一项。",
    "证件号码、工号、电话等列已设为“文本”格式，请勿改为数字格式，否则 Excel 会丢失号码的末尾几位。",
    "导入前系统会检查整张表，并一次列出全部问题（单元格、原因、改法）；有错误时不会写入任何内容。",
    "以后再导入时，凭工号（没有的凭证件号码）认出同一人：内容有变的更新并保留历史，名册中没有的人不会被删除。",
];

/// One fictional row: the values of some columns, by heading. The first row of a sample takes the
/// examples of all columns.
type SampleRow = &'static [(&'static str, &'static str)];

const HOUSEHOLD_SAMPLE: &[SampleRow] = &[
    &[
        ("镇(乡、街道)", "示例镇"),
        ("村(居)", "示例村"),
        ("户编号", "3209990001"),
        ("姓名", "示例乙"),
        ("性别", "女"),
        ("证件号码", "320999198709120029"),
        ("与户主关系", "配偶"),
        ("民族", "汉族"),
        ("文化程度", "小学"),
        ("在校生状况", "非在校生"),
        ("健康状况", "健康"),
        ("劳动技能", "普通劳动力"),
        ("是否参加城乡居民基本医疗保险", "是"),
        ("是否参加城乡居民基本养老保险", "是"),
        ("是否享受低保", "否"),
    ],
    &[
        ("镇(乡、街道)", "示例镇"),
        ("村(居)", "示例村"),
        ("户编号", "3209990001"),
        ("姓名", "示例小丙"),
        ("证件号码", "320999201805200015"),
        ("与户主关系", "之子"),
        ("民族", "汉族"),
        ("在校生状况", "小学"),
        ("健康状况", "健康"),
        ("劳动技能", "无劳动力"),
        ("是否参加城乡居民基本医疗保险", "是"),
        ("是否享受低保", "否"),
    ],
    &[
        ("镇(乡、街道)", "示例镇"),
        ("村(居)", "示例二村"),
        ("户编号", "3209990002"),
        ("姓名", "示例丁"),
        ("证件号码", "320999195001100029"),
        ("与户主关系", "户主"),
        ("文化程度", "文盲或半文盲"),
        ("在校生状况", "非在校生"),
        ("健康状况", "残疾"),
        ("劳动技能", "丧失劳动力"),
        ("是否参加城乡居民基本医疗保险", "是"),
        ("是否享受低保", "是"),
        ("识别年度", "2016"),
        ("贫困户属性", "特困供养(五保)贫困户"),
        ("脱贫属性", "已脱贫(享受政策)"),
        ("脱贫年度", "2019"),
        ("主要致贫原因", "因残"),
        ("家庭人口", "1"),
        ("转移性收入(元)", "9600"),
        ("年人均纯收入(元)", "9600"),
        ("住房安全", "是"),
        ("饮水安全", "是"),
        ("帮扶措施", "社会保障兜底"),
    ],
];
const STAFF_SAMPLE: &[SampleRow] = &[&[
    ("工号", "T0002"),
    ("证件号码", "320999198506150025"),
    ("姓名", "示例戊"),
    ("单位", "示例镇中心小学"),
    ("职级", "普通"),
    ("政治面貌", "群众"),
    ("专长", "语文"),
]];

fn write<R: Record>(
    kind: RosterKind,
    table: &'static [Column<R>],
    notes: &[&str],
    sample: &[SampleRow],
) -> Result<Vec<u8>, XlsxError> {
    let columns: Vec<_> = table.iter().filter(|column| column.in_template).collect();
    let lists = lists_of(&columns);
    let mut workbook = Workbook::new();
    if let Some(created) = CREATED {
        workbook.set_properties(&style::properties(
            &format!("{}模板", kind.label()),
            created,
        ));
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name(kind.label())?;
    write_header(sheet, &columns)?;
    for (position, column) in (0_u16..).zip(&columns) {
        sheet.set_column_format(position, &cell_format(column))?;
        if let Some(validation) = validation(column, &lists)? {
            sheet.add_data_validation(1, position, ROWS, position, &validation)?;
        }
    }
    write_notes(workbook.add_worksheet(), kind, &columns, notes)?;
    write_sample(workbook.add_worksheet(), &columns, sample)?;
    write_lists(workbook.add_worksheet(), &lists)?;
    workbook.save_to_buffer()
}

/// What a drop-down list offers, under the heading of its first column.
struct List {
    heading: &'static str,
    labels: Vec<&'static str>,
}

/// The different lists of a table.
fn lists_of<R: Record>(columns: &[&'static Column<R>]) -> Vec<List> {
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

fn write_header<R: Record>(
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
fn cell_format<R: Record>(column: &Column<R>) -> Format {
    style::to_fill_in(match column.kind {
        Kind::Identity(_) | Kind::Number(_) => "@",
        Kind::Date { .. } => "yyyy-mm-dd",
        Kind::Money(_) => "#,##0.00",
        _ => "General",
    })
}

/// What a cell takes, as Excel checks it while one types.
fn validation<R: Record>(
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
    // What people paste or know better is checked at import; here only a drop-down list insists.
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
fn content<R: Record>(column: &Column<R>) -> String {
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
        Kind::Number(_) => "号码，文本格式。".to_owned(),
        Kind::Text { longest, .. } => format!("文字，最多 {longest} 字。"),
        Kind::Name(_) => "文字。".to_owned(),
        Kind::NotKept => String::new(),
    }
}

fn write_notes<R: Record>(
    sheet: &mut Worksheet,
    kind: RosterKind,
    columns: &[&'static Column<R>],
    notes: &[&str],
) -> Result<(), XlsxError> {
    sheet.set_name(NOTES_SHEET)?;
    for (position, width) in (0_u16..).zip([30, 8, 60, 60]) {
        sheet.set_column_width(position, width)?;
    }
    let title = format!("{}填写说明", kind.label());
    sheet.merge_range(0, 0, 0, 3, &title, &style::title())?;
    let mut row = 1;
    for note in notes {
        sheet.merge_range(row, 0, row, 3, note, &style::paragraph())?;
        sheet.set_row_height(row, 30)?;
        row += 1;
    }
    row += 1;
    for (position, heading) in (0_u16..).zip(["列名", "必填", "填写内容", "说明"]) {
        sheet.write_string_with_format(row, position, heading, &style::heading())?;
    }
    let (text, centred, wrapped) = (style::text(), style::centred(), style::wrapped());
    for column in columns {
        row += 1;
        let required = if column.required { "是" } else { "" };
        let lines = lines(&content(column)).max(lines(column.note));
        sheet.set_row_height(row, 16 * lines + 4)?;
        sheet.write_string_with_format(row, 0, column.heading, &text)?;
        sheet.write_string_with_format(row, 1, required, &centred)?;
        sheet.write_string_with_format(row, 2, content(column), &wrapped)?;
        sheet.write_string_with_format(row, 3, column.note, &wrapped)?;
    }
    sheet.set_landscape();
    sheet.set_paper_size(A4);
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

/// Width of the two columns of text on the notes sheet, in Chinese characters.
const NOTE_CHARACTERS: usize = 28;

/// How many lines a text takes there: no program sets the height of a wrapped row by itself.
fn lines(text: &str) -> u32 {
    let lines = text.chars().count().div_ceil(NOTE_CHARACTERS).max(1);
    u32::try_from(lines).unwrap_or(1)
}

fn write_sample<R: Record>(
    sheet: &mut Worksheet,
    columns: &[&'static Column<R>],
    sample: &[SampleRow],
) -> Result<(), XlsxError> {
    sheet.set_name(SAMPLE_SHEET)?;
    write_header(sheet, columns)?;
    for (position, column) in (0_u16..).zip(columns) {
        write_value(sheet, 1, position, column, column.example)?;
        for (row, values) in (2_u32..).zip(sample) {
            let value = values
                .iter()
                .find(|(heading, _)| *heading == column.heading)
                .map_or("", |(_, value)| value);
            write_value(sheet, row, position, column, value)?;
        }
    }
    Ok(())
}

/// A sample value, as the type that its column is meant to have.
fn write_value<R: Record>(
    sheet: &mut Worksheet,
    row: u32,
    position: u16,
    column: &Column<R>,
    value: &str,
) -> Result<(), XlsxError> {
    let format = match column.kind {
        Kind::Identity(_) | Kind::Number(_) => style::number_as_text(),
        Kind::Date { .. } => style::date(),
        Kind::Money(_) => style::money(),
        Kind::Year(_) | Kind::Integer { .. } => style::centred(),
        _ => style::text(),
    };
    match column.kind {
        _ if value.is_empty() => sheet.write_blank(row, position, &format)?,
        Kind::Date { .. } => match value.parse::<NaiveDate>() {
            Ok(date) => sheet.write_date_with_format(row, position, date, &format)?,
            Err(_) => sheet.write_string_with_format(row, position, value, &format)?,
        },
        Kind::Money(_) | Kind::Year(_) | Kind::Integer { .. } => match value.parse::<f64>() {
            Ok(number) => sheet.write_number_with_format(row, position, number, &format)?,
            Err(_) => sheet.write_string_with_format(row, position, value, &format)?,
        },
        _ => sheet.write_string_with_format(row, position, value, &format)?,
    };
    Ok(())
}

fn write_lists(sheet: &mut Worksheet, lists: &[List]) -> Result<(), XlsxError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::choices::Choices;
    use crate::roster::grouping::Context;
    use crate::roster::report::Problems;
    use crate::roster::{grouping, staffing};
    use crate::workbook::reader::OpenFile;
    use crate::workbook::source::Source;

    const KINDS: [RosterKind; 2] = [RosterKind::Households, RosterKind::Staff];

    #[test]
    fn the_same_table_gives_the_same_bytes() {
        for kind in KINDS {
            assert!(workbook(kind).unwrap() == workbook(kind).unwrap(), "{kind}");
        }
    }

    #[test]
    fn the_checked_in_templates_are_those_of_the_table() {
        for kind in KINDS {
            let path = format!(
                "{}/import-templates/{}",
                env!("CARGO_MANIFEST_DIR"),
                names(kind).1
            );
            let checked_in = std::fs::read(&path).unwrap_or_default();
            assert!(
                checked_in == workbook(kind).unwrap(),
                "{path} is not what the table says: run `qianshou template`"
            );
        }
    }

    #[test]
    fn an_empty_template_says_that_it_is_empty() {
        for kind in KINDS {
            let (_, errors) = read(kind, &workbook(kind).unwrap());
            assert_eq!(errors, ["empty_sheet"], "{kind}");
        }
    }

    /// The codes of all problems, and how many rows there were.
    fn read(kind: RosterKind, bytes: &[u8]) -> (i64, Vec<String>) {
        let mut problems = Problems::default();
        let today = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        let context = Context {
            today,
            line_fen: 600_000,
        };
        let mut file = OpenFile::open(bytes).unwrap();
        let (file, choices, go_on) = (&mut file, Choices::default(), &mut |_| Ok(()));
        let read = match kind {
            RosterKind::Households => {
                grouping::read(file, &choices, &[], &context, &mut problems, go_on)
                    .map(|roster| roster.rows)
            }
            RosterKind::Staff => {
                staffing::read(file, &choices, &[], &mut problems, go_on).map(|roster| roster.rows)
            }
        };
        let problems = problems.into_kept();
        let codes = problems.into_iter().map(|problem| {
            format!("{} {}", problem.code, problem.cell.unwrap_or_default())
                .trim()
                .to_owned()
        });
        (read.unwrap(), codes.collect())
    }

    #[test]
    fn the_sample_can_be_imported_without_any_problem() {
        for (kind, sample, rows) in [
            (RosterKind::Households, HOUSEHOLD_SAMPLE, 4),
            (RosterKind::Staff, STAFF_SAMPLE, 2),
        ] {
            let mut workbook = Workbook::new();
            let sheet = workbook.add_worksheet();
            match kind {
                RosterKind::Households => {
                    let columns: Vec<_> = household::COLUMNS
                        .iter()
                        .filter(|column| column.in_template)
                        .collect();
                    write_sample(sheet, &columns, sample).unwrap();
                }
                RosterKind::Staff => {
                    let columns: Vec<_> = staff::COLUMNS
                        .iter()
                        .filter(|column| column.in_template)
                        .collect();
                    write_sample(sheet, &columns, sample).unwrap();
                }
            }
            sheet.set_name("名册").unwrap();
            let bytes = workbook.save_to_buffer().unwrap();
            assert_eq!(read(kind, &bytes), (rows, Vec::new()), "{kind}");
        }
    }

    #[test]
    fn every_sample_value_has_its_column() {
        fn check<R: Record>(table: &[Column<R>], sample: &[SampleRow]) {
            for (heading, _) in sample.iter().copied().flatten() {
                assert!(
                    table.iter().any(|column| column.heading == *heading),
                    "{heading}"
                );
            }
        }
        check(household::COLUMNS, HOUSEHOLD_SAMPLE);
        check(staff::COLUMNS, STAFF_SAMPLE);
    }

    #[test]
    fn the_sheet_of_lists_holds_every_label() {
        let bytes = workbook(RosterKind::Households).unwrap();
        let mut book = OpenFile::open(&bytes).unwrap();
        let lists = |sheet: &crate::workbook::source::Sheet| sheet.name == LISTS_SHEET;
        let lists = book.sheets().iter().position(lists).unwrap();
        let mut found = Vec::new();
        book.rows(lists, &mut |row| {
            found.extend(row.cells.iter().map(|(_, cell)| format!("{cell:?}")));
            Ok(())
        })
        .unwrap();
        for label in crate::household::Cause::labels()
            .into_iter()
            .chain(crate::household::Relation::labels())
            .chain(crate::household::Measure::labels())
        {
            assert!(found.contains(&format!("Text({label:?})")), "{label}");
        }
    }
}
