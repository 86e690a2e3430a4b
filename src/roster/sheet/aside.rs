//! Rows that stand among those of a roster and are no part of it: totals, notes, repeated headings.

use crate::roster::column::Record;
use crate::roster::heading;
use crate::roster::layout::Layout;
use crate::text::squeezed;
use crate::workbook::reader::{Cell, Row};

/// Words of rows that sum up others.
const TOTALS: [&str; 6] = ["合计", "小计", "总计", "共计", "累计", "总和"];
/// How rows begin that say who made the list, or remark on it.
const NOTES: [&str; 22] = [
    "制表",
    "审核",
    "填表",
    "填报",
    "报送",
    "负责人",
    "单位负责人",
    "主要负责人",
    "分管领导",
    "经办人",
    "联系人",
    "签字",
    "签名",
    "盖章",
    "日期",
    "备注:",
    "备注：",
    "注:",
    "注：",
    "说明:",
    "说明：",
    "单位(盖章)",
];
/// So many cells that repeat their headings make a row the heading of another page.
const REPEATED_HEADINGS: usize = 3;
/// So many numbers in a row that only count columns.
const COUNTED_COLUMNS: usize = 4;

/// Whether a row is no part of the roster, though it stands among its rows: code and name of what it
/// is.
pub(super) fn aside<R: Record>(
    layout: &Layout<R>,
    row: &Row<'_>,
) -> Option<(&'static str, &'static str)> {
    let text = |cell: &Cell<'_>| match cell {
        Cell::Text(text) => Some(squeezed(text)),
        _ => None,
    };
    let under = |key: &str| {
        let placed = layout.place_of(key)?;
        let cell = row.cells.iter().find(|(at, _)| *at == placed.position)?;
        Some((placed, &cell.1))
    };
    // What has something as long as an identity number is a person.
    let is_long = |cell: &Cell<'_>| match cell {
        Cell::Text(text) => text.len() >= 15,
        Cell::Number(number) => *number >= 1e14,
        _ => false,
    };
    let identified = ["identity_number", "head_identity"].into_iter().any(|key| {
        under(key)
            .is_some_and(|(_, cell)| is_long(cell) && text(cell).is_none_or(|text| text.is_ascii()))
    });
    if identified {
        return None;
    }
    let repeated = row
        .cells
        .iter()
        .filter(|(at, cell)| text(cell).is_some_and(|text| layout.is_heading(*at, &text)))
        .count();
    if repeated >= REPEATED_HEADINGS {
        return Some(("repeated_heading", "重复的表头"));
    }
    if row.number <= layout.header_row + 2 && counts_columns(row) {
        return Some(("repeated_heading", "列的编号"));
    }
    if let [(_, Cell::Text(alone))] = row.cells.as_slice()
        && heading::is_title(&squeezed(alone))
    {
        return Some(("note_row", "标题、签名、日期或说明"));
    }
    let related = under("relation").is_some_and(|(placed, cell)| {
        let read = placed.column.read(&mut R::default(), cell, placed.unit);
        read.is_ok_and(|given| given.value)
    });
    if related {
        return None;
    }
    for (_, cell) in row.cells.iter().take(3) {
        let Some(text) = text(cell) else {
            continue;
        };
        let bare = text.trim_matches(|character: char| "(（)）:：".contains(character));
        let sums = |word: &str| bare.starts_with(word) || bare.ends_with(word);
        if TOTALS.iter().any(|word| sums(word)) {
            return Some(("total_row", "合计"));
        }
        if NOTES.iter().any(|word| bare.starts_with(word)) {
            return Some(("note_row", "标题、签名、日期或说明"));
        }
    }
    None
}

/// Whether a row only numbers the columns: 1, 2, 3 … or 甲, 乙, 1, 2 …
fn counts_columns(row: &Row<'_>) -> bool {
    let numbers: Vec<i64> = row
        .cells
        .iter()
        .filter_map(|(_, cell)| match cell {
            Cell::Number(number) => number.to_string().parse().ok(),
            Cell::Text(text) => squeezed(text).parse().ok(),
            _ => None,
        })
        .collect();
    let named = row.cells.len() - numbers.len();
    let steps = numbers
        .windows(2)
        .all(|pair| pair[0].checked_add(1) == Some(pair[1]));
    let letters = row.cells.iter().filter(|(_, cell)| {
        matches!(cell, Cell::Text(text) if ["甲", "乙", "丙", "丁", "栏次"].contains(&text.trim()))
    });
    numbers.len() >= COUNTED_COLUMNS && steps && letters.count() == named
}
