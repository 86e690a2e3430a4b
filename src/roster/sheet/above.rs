//! What stands above a cell, which a ditto mark repeats.

use std::borrow::Cow;

use crate::problem::{Text, words};
use crate::roster::column::{Column, Kind, Record};
use crate::value::{Ditto, Refusal};
use crate::workbook::merge::owned;
use crate::workbook::reader::Cell;

/// The contents of the rows that were read before, by their place among the columns of the layout: another
/// table, and another section, begins anew. Their memory is used again and again, for
/// a roster may have a million rows.
#[derive(Default)]
pub(super) struct Above {
    columns: Vec<Held>,
    row: u32,
}

#[derive(Default)]
struct Held {
    row: u32,
    cell: Option<Cell<'static>>,
}

impl Above {
    /// Begins a row.
    pub(super) fn next_row(&mut self) {
        self.row += 1;
    }

    /// Keeps the content of a cell for the rows below it.
    pub(super) fn keep<R: Record>(&mut self, index: usize, column: &Column<R>, cell: &Cell<'_>) {
        if !may_repeat(column) {
            return;
        }
        if self.columns.len() <= index {
            self.columns.resize_with(index + 1, Held::default);
        }
        let held = &mut self.columns[index];
        held.row = self.row;
        match (&mut held.cell, cell) {
            // Most cells of a column are as the one above.
            (Some(Cell::Text(Cow::Owned(old))), Cell::Text(new)) => {
                if old != new {
                    old.clear();
                    old.push_str(new);
                }
            }
            (kept, cell) => *kept = Some(owned(cell)),
        }
    }

    /// What a ditto mark in this column means, or why it means nothing certain.
    pub(super) fn meant<R: Record>(
        &mut self,
        mark: Ditto,
        index: usize,
        column: &Column<R>,
    ) -> Result<Cell<'static>, Refusal> {
        if mark == Ditto::Unclear {
            return Err(refusal(words!(
                "不清楚指哪一格的内容",
                "nothing tells which cell is meant"
            )));
        }
        if mark == Ditto::Head {
            return Err(refusal(words!(
                "没有写出具体内容",
                "the content is not written out"
            )));
        }
        if !may_repeat(column) {
            return Err(refusal(words!(
                "每人各不相同，不能写“同上”",
                "it differs from person to person: no ditto here"
            )));
        }
        let row = self.row;
        let held = self
            .columns
            .get_mut(index)
            .filter(|held| held.cell.is_some());
        let Some(held) = held else {
            return Err(refusal(words!(
                "上面没有可以重复的内容",
                "there is nothing above to be repeated"
            )));
        };
        // What a household's rows share stands in one of them; what is the person's, in each.
        if held.row + 1 < row && !column.is_shared() {
            return Err(refusal(words!(
                "上一行是空的，不清楚指什么",
                "the row above is empty: nothing tells what is meant"
            )));
        }
        held.row = row;
        held.cell.clone().ok_or_else(|| {
            refusal(words!(
                "上面没有可以重复的内容",
                "there is nothing above to be repeated"
            ))
        })
    }
}

fn refusal(reason: Text) -> Refusal {
    Refusal::new(
        "ditto_unclear",
        reason,
        words!(
            "请填写具体内容，不用“同上”之类的记号",
            "write out the content, without ditto signs"
        ),
    )
}

/// Whether two rows may have the same content in this column.
fn may_repeat<R: Record>(column: &Column<R>) -> bool {
    if R::REPEATED.contains(&column.key) {
        return true;
    }
    let own = matches!(
        column.kind,
        Kind::Name(_) | Kind::Identity(_) | Kind::Number(_) | Kind::Date { .. }
    );
    !matches!(column.kind, Kind::NotKept) && (!own || column.is_shared())
}
