//! 结对花名册: the units in sum, all pairs, and a sheet for each unit to sign.

use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

use super::common::READER;
use crate::calendar::in_chinese;
use crate::code_list::CodeList;
use crate::pairing::roll::model::Entry;
use crate::report::model::NOBODY;
use crate::report::pairings::{Roll, Sum};
use crate::workbook::save;
use crate::workbook::sheet_name::SheetNames;
use crate::workbook::style;
use crate::workbook::table::{self, Cell, Column, HEADING_ROW, Look};

const SUMMARY: &str = "汇总";
const ALL: &str = "全部";

const SUMMARY_COLUMNS: [Column; 6] = [
    Column::new("序号", 6.0, Look::Centred),
    Column::new("单位", 36.0, Look::Wrapped),
    Column::summed("帮扶责任人\n(人)", 14.0, Look::Whole),
    Column::summed("帮扶户数\n(户)", 14.0, Look::Whole),
    Column::summed("帮扶人口\n(人)", 14.0, Look::Whole),
    Column::new("备注", 30.0, Look::Wrapped),
];
const COLUMNS: [Column; 17] = [
    Column::new("序号", 6.0, Look::Centred),
    Column::new("单位", 20.0, Look::Wrapped),
    Column::new("帮扶\n责任人", 9.0, Look::WrappedCentred),
    Column::new("工号", 10.0, Look::Digits),
    Column::new("职务", 10.0, Look::Wrapped),
    Column::new("联系电话", 13.5, Look::Digits),
    Column::new("镇", 9.0, Look::Wrapped),
    Column::new("村", 10.0, Look::Wrapped),
    Column::new("户编号", 14.0, Look::Digits),
    Column::new("户主", 9.0, Look::WrappedCentred),
    Column::summed("人口\n(人)", 6.5, Look::Whole),
    Column::new("主要\n致贫原因", 11.0, Look::Wrapped),
    Column::new("结对日期", 11.5, Look::Date),
    Column::new("协助\n帮扶人", 9.0, Look::WrappedCentred),
    Column::new("协助帮扶人\n工号", 10.0, Look::Digits),
    Column::new("责任人签名", 14.0, Look::ToSign),
    Column::new("备注", 14.0, Look::Wrapped),
];
/// Where the row of sums counts helpers and households.
const HELPER: usize = 2;
const HOUSEHOLD: usize = 8;

/// Who signs for a whole sheet.
const SIGNATURES: &str = "单位负责人（签字）：　　　　　　　　　　单位（盖章）：　　　　　　　　　　填表人：　　　　　　　　　　日期：　　　　年　　月　　日";
/// Room above that line for signatures and a seal, in points.
const ROOM_TO_SIGN: f64 = 30.0;

/// Writes the workbook: the same roll gives the same bytes.
pub fn workbook(roll: &Roll) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&style::properties("结对花名册", roll.occasion.made_on));
    let mut names = SheetNames::default();
    if let Some((_, unit)) = &roll.occasion.unit {
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        let name = names.give(&READER.text(unit));
        pairs(sheet.set_name(name)?, roll, &roll.paired, unit)?;
        return save::to_buffer(&mut workbook);
    }
    summary(
        workbook.add_worksheet().set_name(names.give(SUMMARY))?,
        roll,
    )?;
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    pairs(sheet.set_name(names.give(ALL))?, roll, &roll.paired, "")?;
    for households in roll.by_unit() {
        let unit = households[0].unit.as_deref().unwrap_or_default();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        let name = names.give(&READER.text(unit));
        pairs(sheet.set_name(name)?, roll, households, unit)?;
    }
    save::to_buffer(&mut workbook)
}

fn summary(sheet: &mut Worksheet, roll: &Roll) -> Result<(), XlsxError> {
    let mut parts: Vec<_> = roll
        .by_unit()
        .map(|households| (households[0].unit.as_deref(), Sum::of(households)))
        .collect();
    if !roll.unpaired.is_empty() {
        parts.push((Some(NOBODY), Sum::of(&roll.unpaired)));
    }
    let rows = parts.iter().zip(1..).map(|((unit, sum), number)| {
        vec![
            Cell::Whole(number),
            Cell::label_or_empty(*unit),
            Cell::Whole(sum.helpers),
            Cell::Whole(sum.households),
            Cell::Whole(sum.people),
            Cell::Empty,
        ]
    });
    let title = ("结对花名册汇总", subtitle(roll));
    table::sheet(
        sheet,
        &READER,
        (title.0, &title.1),
        &SUMMARY_COLUMNS,
        0,
        rows,
        &[],
    )?;
    Ok(())
}

/// A sheet of pairs with room to sign.
fn pairs(
    sheet: &mut Worksheet,
    roll: &Roll,
    households: &[Entry],
    unit: &str,
) -> Result<(), XlsxError> {
    let sum = Sum::of(households);
    let totals = [
        (HELPER, Cell::text(format!("{} 人", sum.helpers))),
        (HOUSEHOLD, Cell::text(format!("{} 户", sum.households))),
    ];
    let rows = households
        .iter()
        .zip(1..)
        .map(|(entry, number)| row(entry, number));
    let title = format!("{unit}结对花名册");
    let count = table::sheet(
        sheet,
        &READER,
        (&title, &subtitle(roll)),
        &COLUMNS,
        3,
        rows,
        &totals,
    )?;
    let last = u16::try_from(COLUMNS.len() - 1).unwrap_or_default();
    let below = HEADING_ROW + count + 2;
    // The last row of a sheet with constant memory must have no height of its own: the library would
    // write it twice.
    sheet.set_row_height(below, ROOM_TO_SIGN)?.merge_range(
        below + 1,
        0,
        below + 1,
        last,
        SIGNATURES,
        &style::unlined(),
    )?;
    Ok(())
}

fn row(entry: &Entry, number: i64) -> Vec<Cell<'_>> {
    vec![
        Cell::Whole(number),
        Cell::label_or_empty(entry.unit.as_deref()),
        Cell::text_or_empty(entry.helper.as_deref()),
        Cell::register_number_or_empty(entry.staff_number.as_deref()),
        Cell::label_or_empty(entry.position.as_deref()),
        Cell::staff_telephone_or_empty(entry.phone.as_deref()),
        Cell::text(&entry.town),
        Cell::text(&entry.village),
        Cell::register_number_or_empty(entry.number.as_deref()),
        Cell::text(&entry.head_name),
        Cell::Whole(entry.size),
        Cell::label_or_empty(entry.main_cause.map(CodeList::label)),
        Cell::day_or_empty(entry.from_date),
        Cell::text_or_empty(entry.assistant.as_deref()),
        Cell::register_number_or_empty(entry.assistant_number.as_deref()),
        Cell::Empty,
        Cell::Empty,
    ]
}

fn subtitle(roll: &Roll) -> String {
    let occasion = &roll.occasion;
    format!(
        "截至{}　　制表日期：{}　　制表人：{}",
        in_chinese(occasion.as_of),
        in_chinese(occasion.made_on),
        occasion.made_by
    )
}
