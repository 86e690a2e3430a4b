//! Rows that stand among those of a roster and are no part of it: totals, notes, sections, repeated
//! headings.
//!
//! A row without identity number, relation, name and number of anybody that holds one or two texts is
//! nobody's: whatever it says, it belongs to no household. Everything else that is not known for such a
//! row stays a person's row, whose missing cells are errors.

use super::words::{
    is_code, is_label, is_note, is_total, labels_sum, may_be_name, may_be_relation, sums_up,
};
use crate::roster::column::Record;
use crate::roster::heading;
use crate::roster::layout::{Layout, Placed, Role, may_be_heading};
use crate::text::squeezed;
use crate::workbook::reader::{Cell, Row};

/// So many cells that repeat their headings make a row the heading of another page.
const REPEATED_HEADINGS: usize = 3;
/// So many marks make a row one that only counts columns.
const COUNTED_COLUMNS: usize = 4;
/// So many digits are an identity number, though perhaps a wrong one.
const IDENTITY_DIGITS: usize = 10;
/// So many cells may a row have that is a note by its cells alone.
const NOTE_CELLS: usize = 2;
/// In so many of its first cells a row says what it sums up or who signs it.
const FIRST_CELLS: usize = 3;

/// What a row is that is no part of a roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aside {
    /// The heading, once more.
    Heading,
    /// Numbers or letters of the columns.
    Marks,
    /// It may be the heading of another table.
    Table,
    /// A sum of rows.
    Total,
    /// A title, signature, date, page number or remark.
    Note,
}

impl Aside {
    /// Code of the kind of problem.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Heading | Self::Table | Self::Marks => "repeated_heading",
            Self::Total => "total_row",
            Self::Note => "note_row",
        }
    }

    /// What it is, for people.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Heading | Self::Table => "重复的表头",
            Self::Marks => "列的编号",
            Self::Total => "合计",
            Self::Note => "标题、分段、签名、日期、页码或说明",
        }
    }
}

/// What a row is, if it is no part of the roster though it stands among its rows.
pub(super) fn aside<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> Option<Aside> {
    // Most rows have an identity number, and end here.
    let of = |role| cells_of(layout, row, role);
    if of(Role::Identity).any(|(_, cell)| is_long(cell)) {
        return None;
    }
    let is_heading = |(at, cell): &&(u32, Cell<'_>)| {
        text(cell).is_some_and(|text| layout.is_heading(*at, &text))
    };
    if row.cells.iter().filter(is_heading).count() >= REPEATED_HEADINGS {
        return Some(Aside::Heading);
    }
    if counts_columns(row) {
        return Some(Aside::Marks);
    }
    if let [(_, Cell::Text(alone))] = row.cells.as_slice()
        && heading::is_title(&squeezed(alone))
    {
        return Some(Aside::Note);
    }
    // 户主 in the column of relations may be a heading, too, but not beside a name.
    let named = of(Role::Name).any(|(_, cell)| is_text(cell, |text| !text.contains("姓名")));
    let related = of(Role::Relation).any(|(placed, cell)| is_read(placed, cell));
    if !(related && named) && may_be_heading(row) {
        return Some(Aside::Table);
    }
    if related {
        return None;
    }
    person_or_aside(layout, row)
}

/// What a row is, if it is no part of the roster, that has neither identity number nor relation.
pub(super) fn person_or_aside<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> Option<Aside> {
    let of = |role| cells_of(layout, row, role);
    let is_number = |(_, cell): (&Placed<R>, &Cell<'_>)| match cell {
        Cell::Text(text) => is_code(text),
        Cell::Number(_) => true,
        _ => false,
    };
    let named = of(Role::Name).any(|(_, cell)| is_text(cell, may_be_name));
    let numbered = of(Role::Number).any(is_number);
    if named && numbered {
        // Whatever their post is called: 负责人, 联系人.
        return None;
    }
    if is_row_of_sums(row) {
        return Some(Aside::Total);
    }
    let texts: Vec<String> = row
        .cells
        .iter()
        .filter_map(|(_, cell)| text(cell))
        .collect();
    for text in row
        .cells
        .iter()
        .take(FIRST_CELLS)
        .filter_map(|(_, cell)| text(cell))
    {
        if is_total(&text) {
            return Some(Aside::Total);
        }
        if is_note(&text) {
            return Some(Aside::Note);
        }
    }
    let speaks_of_somebody = named
        || numbered
        || of(Role::Identity).any(|(_, cell)| digits(cell) >= IDENTITY_DIGITS)
        || of(Role::Relation).any(|(_, cell)| is_text(cell, may_be_relation));
    if speaks_of_somebody {
        return None;
    }
    nobodys(layout, row, &texts)
}

/// Whether a row holds nothing but sums, each behind its label: 户数 | 2 | 人数 | 3.
fn is_row_of_sums(row: &Row<'_>) -> bool {
    let is_label = |cell: &Cell<'_>| text(cell).is_some_and(|text| labels_sum(&text));
    let is_sum = |cell: &Cell<'_>| match cell {
        Cell::Number(_) => true,
        Cell::Text(text) => squeezed(text)
            .trim_end_matches(['户', '人'])
            .parse::<u32>()
            .is_ok(),
        _ => false,
    };
    row.cells.len() >= 2
        && row
            .cells
            .chunks(2)
            .all(|pair| matches!(pair, [(_, label), (_, sum)] if is_label(label) && is_sum(sum)))
}

/// What a row is that speaks of nobody.
fn nobodys<R: Record>(layout: &Layout<R>, row: &Row<'_>, texts: &[String]) -> Option<Aside> {
    let labels = texts.iter().filter(|text| is_label(text)).count();
    // A running number that was filled down says nothing.
    let counts = row.cells.iter().filter(|(at, cell)| {
        let is_kept = layout
            .placed(*at)
            .is_none_or(|placed| !placed.column.key.is_empty());
        is_kept || matches!(cell, Cell::Text(_))
    });
    let says_one_thing = texts.windows(2).all(|pair| pair[0] == pair[1]);
    if counts.clone().next().is_none() {
        None
    } else if texts.iter().any(|text| sums_up(text)) || texts.is_empty() {
        Some(Aside::Total)
    } else if counts.count() <= NOTE_CELLS || 2 * labels > texts.len() || says_one_thing {
        Some(Aside::Note)
    } else {
        None
    }
}

/// The cells of a row that say something of whose it is.
fn cells_of<'r, 'b, R: Record>(
    layout: &'r Layout<R>,
    row: &'r Row<'b>,
    role: Role,
) -> impl Iterator<Item = (&'r Placed<R>, &'r Cell<'b>)> {
    let cells = row.cells.iter();
    let placed = cells.filter_map(|(at, cell)| Some((layout.placed(*at)?, cell)));
    placed.filter(move |(placed, _)| placed.role == role)
}

fn text(cell: &Cell<'_>) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(squeezed(text)),
        _ => None,
    }
}

fn is_text(cell: &Cell<'_>, is: fn(&str) -> bool) -> bool {
    matches!(cell, Cell::Text(text) if is(text))
}

/// Whether a column can read a cell.
fn is_read<R: Record>(placed: &Placed<R>, cell: &Cell<'_>) -> bool {
    let read = placed.column.read(&mut R::default(), cell, placed.unit);
    read.is_ok_and(|given| given.value)
}

/// What has something as long as an identity number is a person.
fn is_long(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Text(text) => text.len() >= 15 && (text.is_ascii() || squeezed(text).is_ascii()),
        Cell::Number(number) => *number >= 1e14,
        _ => false,
    }
}

/// Digits of what holds nothing but a number: words with a telephone number are no identity number.
fn digits(cell: &Cell<'_>) -> usize {
    match cell {
        Cell::Text(text) => {
            let tight = squeezed(text);
            let digits = tight.bytes().filter(u8::is_ascii_digit).count();
            if tight.is_ascii() { digits } else { 0 }
        }
        Cell::Number(number) if *number >= 1e9 => IDENTITY_DIGITS,
        _ => 0,
    }
}

/// Whether a row only marks the columns: 1, 2, 3 … or 甲, 乙, 1, 2 … or A, B, 1, 2=3+4 …
fn counts_columns(row: &Row<'_>) -> bool {
    if row.cells.len() < COUNTED_COLUMNS {
        return false;
    }
    let (mut numbers, mut letters) = (Steps::default(), Steps::default());
    row.cells.iter().all(|(_, cell)| match cell {
        Cell::Number(number) => numbers.next(*number),
        Cell::Text(text) => {
            let tight = squeezed(text);
            let bare = tight.trim_matches(['(', ')']);
            let counted = bare.split('=').next().unwrap_or_default();
            if let Ok(number) = counted.parse() {
                numbers.next(number)
            } else if let Some(stem) = STEMS.iter().position(|stem| *stem == bare) {
                letters.next(f64::from(u32::try_from(stem).unwrap_or(0)))
            } else if let [letter @ b'A'..=b'Z'] = bare.as_bytes() {
                letters.next(f64::from(*letter))
            } else {
                ["栏次", "序号", "行次"].contains(&bare)
            }
        }
        _ => false,
    }) && numbers.count + letters.count + 1 >= COUNTED_COLUMNS
}

const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];

/// Marks that count up by one.
#[derive(Default)]
struct Steps {
    last: Option<f64>,
    count: usize,
}

impl Steps {
    fn next(&mut self, mark: f64) -> bool {
        let last = self.last.replace(mark);
        self.count += 1;
        // The first is any: columns before it may be hidden or have no mark.
        last.is_none_or(|last| (mark - last - 1.0).abs() < 0.5)
    }
}
