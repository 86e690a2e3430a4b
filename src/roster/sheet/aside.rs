//! Rows that stand among those of a roster and are no part of it: totals, notes, sections, repeated
//! headings.
//!
//! A row without identity number, relation, name and number of anybody is nobody's where its cells hold
//! nothing of a person: whatever it says, it belongs to no household. Everything else that is not known for
//! such a row stays a person's row, whose missing cells are errors; with few cells it joins no household
//! ([`is_alone`]).

use super::marks::{counts_columns, describes_columns, instructs, is_example};
use super::names::{
    is_code, may_be_name, may_be_relation, names_place, names_post, names_unit,
    names_village_or_town,
};
use super::words::{
    is_count, is_label, is_note, is_page, is_total, labels_next, labels_sum, sums_up,
};
use crate::problem::{Text, words};
use crate::roster::column::{AMBIGUOUS, Kind, Record};
use crate::roster::heading;
use crate::roster::layout::{Layout, Placed, Role, may_be_heading};
use crate::text::squeezed;
use crate::value;
use crate::workbook::reader::{Cell, Row};

/// So many cells that repeat their headings make a row the heading of another page.
const REPEATED_HEADINGS: usize = 3;
/// So many digits are an identity number, though perhaps a wrong one.
const IDENTITY_DIGITS: usize = 10;
/// So many cells may a row have that is a note by its cells alone.
const NOTE_CELLS: usize = 2;
/// With so few cells a row says too little to belong to the rows above it.
const FEW_CELLS: usize = 4;
/// In so many of its first cells a row says what it sums up or who signs it.
const FIRST_CELLS: usize = 3;
/// No name of a place is longer, in characters.
const LONGEST_PLACE: usize = 8;

/// What a row is that is no part of a roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aside {
    /// The heading, once more.
    Heading,
    /// Numbers or letters of the columns, or what is to be filled in.
    Marks,
    /// It may be the heading of another table.
    Table,
    /// A sum of rows.
    Total,
    /// A title, signature, date, page number or remark.
    Note,
    /// Nothing but what was filled down for rows to come.
    Filled,
    /// What a row may look like.
    Example,
}

impl Aside {
    /// Code of the kind of problem.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Heading | Self::Table | Self::Marks => "repeated_heading",
            Self::Total => "total_row",
            Self::Note | Self::Filled => "note_row",
            Self::Example => "example_row",
        }
    }

    /// What it is, for people.
    pub(super) fn words(self) -> Text {
        match self {
            Self::Heading | Self::Table => words!("重复的表头", "a repeated heading"),
            Self::Marks => words!(
                "列的编号或填写要求",
                "a row of column numbers or of filling instructions"
            ),
            Self::Total => words!("合计", "a sum"),
            Self::Note => words!(
                "标题、分段、签名、日期、页码或说明",
                "a title, a section, a signature, a date, a page number or a note"
            ),
            Self::Filled => words!(
                "预先填好、没有人员的空行",
                "a row filled in beforehand, without a person"
            ),
            Self::Example => words!("示例", "an example"),
        }
    }

    /// What there is to do for somebody who holds that it is a row of the list.
    pub(super) fn remedy<R: Record>(self) -> Text {
        let (row, named_by) = (R::WORDS.row(), R::WORDS.named_by());
        match self {
            Self::Example => words!(
                "如果确是{row}，请删去“示例”字样；不是则不必处理",
                "if it is {row}, delete the word “示例”; else nothing needs to be done";
                row
            ),
            _ => words!(
                "如果确是{row}，请补填{named_by}等；不是则不必处理",
                "if it is {row}, fill in {named_by} and so on; else nothing needs to be done";
                row, named_by
            ),
        }
    }
}

/// What a row is, if it is no part of the roster though it stands among its rows.
pub(super) fn aside<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> Option<Aside> {
    if is_example(row) {
        return Some(Aside::Example);
    }
    // Most rows have an identity number, and end here.
    let of = |role| cells_of(layout, row, role);
    if of(Role::Identity).any(|(_, cell)| is_long(cell)) {
        return None;
    }
    if says_further(layout, row) {
        return None;
    }
    if repeats_heading(layout, row) {
        return Some(Aside::Heading);
    }
    if counts_columns(row) || instructs(row) {
        return Some(Aside::Marks);
    }
    if let [(_, Cell::Text(alone))] = row.cells.as_slice()
        && heading::is_title(&squeezed(alone))
    {
        return Some(Aside::Note);
    }
    // 户主 in the column of relations may be a heading, too, but not beside a name.
    let named = of(Role::Name).any(|(_, cell)| is_text(cell, |text| !text.contains("姓名")));
    let related = is_related(layout, row);
    if !(related && named) && may_be_heading(row) {
        return Some(Aside::Table);
    }
    if related {
        return None;
    }
    if describes_columns(layout, row) {
        return Some(Aside::Marks);
    }
    person_or_aside(layout, row)
}

/// Whether a row repeats the heading, or one of its rows.
fn repeats_heading<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    let repeats = |(at, cell): &&(u32, Cell<'_>)| {
        text(cell).is_some_and(|text| layout.is_heading(*at, &text))
    };
    let count = row.cells.iter().filter(repeats).count();
    count >= REPEATED_HEADINGS || (count > 1 && count == row.cells.len())
}

/// What a row is, if it is no part of the roster, that has neither identity number nor relation.
pub(super) fn person_or_aside<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> Option<Aside> {
    let named = cells_of(layout, row, Role::Name).any(|(_, cell)| is_text(cell, may_be_name));
    if named && is_numbered(layout, row) {
        // Whatever their post is called: 负责人, 联系人.
        return None;
    }
    if is_row_of_sums(row) || is_row_of_numbers(row) {
        return Some(Aside::Total);
    }
    let texts: Vec<String> = row
        .cells
        .iter()
        .filter_map(|(_, cell)| text(cell))
        .collect();
    let firsts = row.cells.iter().take(FIRST_CELLS);
    for text in firsts.filter_map(|(_, cell)| text(cell)) {
        if is_total(&text) {
            return Some(Aside::Total);
        }
        if is_note(&text) {
            return Some(Aside::Note);
        }
    }
    if says_whose(layout, row) {
        let is_page_number = row.cells.len() == 1 && row.cells.iter().all(|(_, it)| is_page_of(it));
        return is_page_number.then_some(Aside::Note);
    }
    let is_sum = |text: &String| is_count(text) && !names_counted(text);
    if !named && texts.iter().any(is_sum) {
        return Some(Aside::Total);
    }
    if is_form(layout, row) {
        return Some(Aside::Note);
    }
    // Who writes «as above» writes of somebody.
    let has_ditto = row.cells.iter().any(|(_, it)| value::ditto(it).is_some());
    if named || has_ditto {
        return None;
    }
    nobodys(layout, row, &texts)
}

/// Whether a text is the name of a place or unit with how many people it has: 大桥中学(3人).
fn names_counted(text: &str) -> bool {
    let name = text.split(['(', ':']).next().unwrap_or_default();
    name.len() < text.len() && names_unit(name)
}

/// Whether a row holds nothing but names of persons: those who have signed below a list.
pub(super) fn is_of_names<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    let is_name = |(_, cell): &(u32, Cell<'_>)| is_text(cell, may_be_name);
    row.cells.iter().all(is_name) && !is_related(layout, row)
}

/// Whether nothing in a row says whose it is, and it says little: such a row joins no household.
pub(super) fn is_alone<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    said(layout, row).nth(FEW_CELLS).is_none()
        && !is_related(layout, row)
        && !says_whose(layout, row)
}

/// Whether a row says nothing but more of what the part above it may have several of: a village, with its town or
/// without.
pub(super) fn says_further<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    let Some(first) = R::FURTHER.first() else {
        return false;
    };
    let key_of = |at: u32| layout.placed(at).map_or("", |placed| placed.column.key);
    let is_place = |(at, cell): &(u32, Cell<'_>)| {
        key_of(*at) == *first && text(cell).is_some_and(|it| names_village_or_town(&it))
    };
    let is_beside = |(at, _): &(u32, Cell<'_>)| R::FURTHER[1..].contains(&key_of(*at));
    said(layout, row).any(is_place) && said(layout, row).all(|it| is_place(it) || is_beside(it))
}

/// Whether a row holds the relation of somebody to the head.
pub(super) fn is_related<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    cells_of(layout, row, Role::Relation).any(|(placed, cell)| is_read(placed, cell))
}

/// Whether a row holds an identity number, though perhaps a wrong one.
pub(super) fn is_identified<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    cells_of(layout, row, Role::Identity).any(|(_, cell)| is_long(cell))
}

/// Whether a row is certainly one of the table: it has an identity number, and a relation or, where nobody has one,
/// a number.
pub(super) fn fits<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    let lists_relations = layout.columns.iter().any(|it| it.role == Role::Relation);
    is_identified(layout, row)
        && if lists_relations {
            is_related(layout, row)
        } else {
            is_numbered(layout, row)
        }
}

/// Whether a row has the number of a household or of a person.
fn is_numbered<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    cells_of(layout, row, Role::Number).any(|(_, cell)| match cell {
        Cell::Text(text) => is_code(text),
        Cell::Number(_) => true,
        _ => false,
    })
}

/// Whether a row has a number or the like that says whose it is. Behind its label a number is none:
/// 电话：| 13900000001.
fn says_whose<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    let first = row.cells.first().and_then(|(_, cell)| text(cell));
    let is_labelled = first.is_some_and(|text| labels_next(&text));
    if row.cells.len() <= NOTE_CELLS && is_labelled {
        return false;
    }
    let of = |role| cells_of(layout, row, role);
    is_numbered(layout, row)
        // Numbers in two columns, whatever they look like: 草庙001 beside 教001.
        || (!is_labelled && of(Role::Number).count() > 1)
        || of(Role::Identity).any(|(_, cell)| digits(cell) >= IDENTITY_DIGITS)
        || (!is_labelled && of(Role::Relation).any(|(_, cell)| is_text(cell, may_be_relation)))
}

/// Whether a cell holds what may be the number of a page.
fn is_page_of(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Number(number) => *number > 0.0 && *number < 1000.0,
        Cell::Text(text) => is_page(text),
        _ => false,
    }
}

/// Whether a row is a line of a form or of a text: it begins with a label, a post or a sentence where
/// its column holds other things, or it has a label whose content stands in another cell.
fn is_form<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    let mut texts = row.cells.iter().filter_map(|(_, cell)| text(cell));
    if texts.any(|text| text.ends_with(':') && labels_next(&text)) {
        return true;
    }
    let Some((at, Cell::Text(first))) = row.cells.first() else {
        return false;
    };
    let first = squeezed(first);
    // A post is no label in a column of posts, nor a long text in one of texts.
    let is_elsewhere = layout.placed(*at).is_none_or(|placed| {
        matches!(
            placed.column.kind,
            Kind::Place { .. }
                | Kind::Places { .. }
                | Kind::Number(_)
                | Kind::Name(_)
                | Kind::NotKept
        ) || placed.role == Role::Name
    });
    let is_sentence = first.chars().count() > LONGEST_PLACE
        && !names_place(&first)
        && !names_unit(&first)
        && !may_be_name(&first);
    let labels = row.cells.len() > 1 && (labels_next(&first) || names_post(&first));
    is_elsewhere && (is_sentence || labels)
}

/// Whether a row holds nothing but sums, each behind its label: 户数 | 2 | 人数 | 3.
fn is_row_of_sums(row: &Row<'_>) -> bool {
    let is_sum = |cell: &Cell<'_>| match cell {
        Cell::Number(_) => true,
        Cell::Text(text) => squeezed(text)
            .trim_end_matches(['户', '人'])
            .parse::<u32>()
            .is_ok(),
        _ => false,
    };
    let is_known = |cell: &Cell<'_>| text(cell).is_some_and(|text| labels_sum(&text));
    let is_word = |cell: &Cell<'_>| {
        text(cell).is_some_and(|text| !text.contains(|it: char| it.is_ascii_digit()))
    };
    let all = |is_label: &dyn Fn(&Cell<'_>) -> bool| {
        row.cells
            .chunks(2)
            .all(|pair| matches!(pair, [(_, label), (_, sum)] if is_label(label) && is_sum(sum)))
    };
    // Several words, each with a number behind it, are no person: 男 | 2 | 女 | 1.
    (row.cells.len() >= 2 && all(&is_known)) || (row.cells.len() >= 4 && all(&is_word))
}

/// Whether a row holds nothing but small numbers, as below 应到, 实到, 同意, 反对.
fn is_row_of_numbers(row: &Row<'_>) -> bool {
    let is_small = |(_, cell): &(u32, Cell<'_>)| match cell {
        Cell::Number(number) => number.abs() < 10_000.0,
        Cell::Text(text) => text.trim().parse::<u32>().is_ok_and(|it| it < 10_000),
        _ => false,
    };
    row.cells.len() > 2 && row.cells.iter().all(is_small)
}

/// What a row is that speaks of nobody.
fn nobodys<R: Record>(layout: &Layout<R>, row: &Row<'_>, texts: &[String]) -> Option<Aside> {
    let labels = texts.iter().filter(|text| is_label(text)).count();
    let says_one_thing = texts.windows(2).all(|pair| pair[0] == pair[1]);
    let has_sum = || {
        row.cells
            .iter()
            .any(|(_, cell)| matches!(cell, Cell::Number(sum) if *sum > 0.0))
    };
    let has_date = || {
        row.cells
            .iter()
            .any(|(_, cell)| matches!(cell, Cell::Date(_)))
    };
    let count = said(layout, row).count();
    if count == 0 {
        None
    } else if texts
        .iter()
        .any(|text| sums_up(text) && !names_counted(text))
        || (texts.is_empty() && has_sum())
    {
        Some(Aside::Total)
    } else if texts.is_empty() && has_date() {
        Some(Aside::Note)
    } else if texts.is_empty() || is_filled(layout, row) {
        Some(Aside::Filled)
    } else if count <= NOTE_CELLS || 2 * labels > texts.len() || says_one_thing {
        Some(Aside::Note)
    } else {
        (!has_own(layout, row)).then_some(Aside::Note)
    }
}

/// The cells of a row that say anything. A running number that was filled down says nothing.
fn said<'r, 'b, R: Record>(
    layout: &'r Layout<R>,
    row: &'r Row<'b>,
) -> impl Iterator<Item = &'r (u32, Cell<'b>)> {
    row.cells.iter().filter(|(at, cell)| {
        let is_kept = layout
            .placed(*at)
            .is_none_or(|placed| !placed.column.key.is_empty());
        is_kept || matches!(cell, Cell::Text(_))
    })
}

/// Whether a row holds nothing but what all rows of a household share, in several columns.
fn is_filled<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    let is_shared = |(at, cell): &(u32, Cell<'_>)| {
        layout.placed(*at).is_some_and(|placed| {
            let is_running = placed.column.key.is_empty() && !matches!(cell, Cell::Text(_));
            is_running || (placed.column.is_shared() && is_read(placed, cell))
        })
    };
    let is_place = |(at, cell): &(u32, Cell<'_>)| {
        let key = layout.placed(*at).map_or("", |placed| placed.column.key);
        key != "village" || text(cell).is_some_and(|text| names_place(&text))
    };
    said(layout, row).count() > 1 && row.cells.iter().all(|it| is_shared(it) && is_place(it))
}

/// Whether a cell holds something of a person that not every text could be.
fn has_own<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> bool {
    row.cells.iter().any(|(at, cell)| {
        layout.placed(*at).is_some_and(|placed| {
            let is_any = matches!(
                placed.column.kind,
                Kind::Text { .. }
                    | Kind::Place { .. }
                    | Kind::Places { .. }
                    | Kind::Name(_)
                    | Kind::NotKept
            );
            !is_any && !placed.column.is_shared() && is_read(placed, cell)
        })
    })
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
    match read {
        Ok(given) => given.value,
        // It says one of two things, and so it says something.
        Err(refusal) => refusal.code == AMBIGUOUS,
    }
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
