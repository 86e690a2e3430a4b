//! What the readers of each format have in common: where they read from, what they find out about a sheet
//! before its rows, and the rows themselves, gathered from cells.

use std::borrow::Cow;
use std::io::{Read, Seek};

use super::address;
use super::error::ReadError;
use super::failed;
use super::limit::{MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS};
use super::note::Notes;
use super::source::{Cell, Row};
use crate::text::storable;

/// A file, or bytes in memory.
pub(super) trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// What a workbook is read from.
pub(super) type Input<'f> = Box<dyn ReadSeek + 'f>;

/// Takes a row, and says whether the next one is wanted too.
pub(super) type Each<'e> = &'e mut dyn FnMut(&mut Row<'_>) -> Result<bool, ReadError>;

/// A sheet, and what was noted of it.
#[derive(Default)]
pub(super) struct SheetInfo {
    pub name: String,
    pub visible: bool,
    pub notes: Notes,
}

/// Gathers the cells of a sheet to rows, and refuses those that no roster has.
pub(super) struct RowBuilder<'i, 'b> {
    info: &'i SheetInfo,
    row: Row<'b>,
    /// The row that is whole, while the next one has begun.
    whole: Option<Row<'b>>,
    /// An emptied list whose memory is used again.
    spare: Vec<(u32, Cell<'b>)>,
}

impl<'i, 'b> RowBuilder<'i, 'b> {
    pub fn new(info: &'i SheetInfo) -> Self {
        Self {
            info,
            row: Row::default(),
            whole: None,
            spare: Vec::new(),
        }
    }

    /// Adds a cell: row from 1, column from 0. True when the row before is whole, to be
    /// [taken](Self::take).
    pub fn push(
        &mut self,
        row: u32,
        column: u32,
        cell: Option<Cell<'b>>,
    ) -> Result<bool, ReadError> {
        let Some(mut cell) = cell else {
            return Ok(false);
        };
        let mut cleaned = false;
        if let Cell::Text(text) = &mut cell {
            // Excel can write any character as `_x0000_`; control characters among them are dropped.
            let typed = text.len();
            *text = storable(std::mem::take(text));
            cleaned = text.len() < typed;
            let bare = text.trim();
            match bare.as_bytes().first() {
                None => return Ok(false),
                // The bytes that `#`, `E`, `＃` and 错 begin with.
                Some(b'#' | b'E' | 0xef | 0xe9) if failed::is_error(bare) => {
                    cell = Cell::Error(bare.to_owned());
                }
                Some(b'=') if failed::is_formula(bare) => cell = Cell::Uncalculated,
                Some(_) => {}
            }
        }
        if let Cell::Text(text) = &cell {
            // A character takes a byte or more.
            if text.len() > MAX_CELL_CHARS && text.chars().count() > MAX_CELL_CHARS {
                return Err(ReadError::CellTooLong {
                    sheet: self.info.name.clone(),
                    cell: address(row, column),
                });
            }
        }
        if row > MAX_ROWS {
            return Err(ReadError::TooLong(self.info.name.clone()));
        }
        if column >= MAX_COLUMNS {
            return Err(ReadError::TooWide {
                sheet: self.info.name.clone(),
                cell: address(row, column),
            });
        }
        if row < self.row.number {
            let words = format!("第 {} 行之后次序颠倒", self.row.number);
            return Err(ReadError::broken(words));
        }
        let begins = row > self.row.number;
        let had_cells = !self.row.cells.is_empty();
        if begins {
            let next = Row {
                number: row,
                hidden: self.info.notes.hides_row(row),
                cells: std::mem::take(&mut self.spare),
                cleaned: Vec::new(),
            };
            let whole = std::mem::replace(&mut self.row, next);
            if had_cells {
                self.whole = Some(whole);
            }
        }
        // A hostile file repeats a cell without end.
        if self.row.cells.len() < 2 * MAX_COLUMNS as usize {
            self.row.cells.push((column, cell));
            if cleaned {
                self.row.cleaned.push(column);
            }
        }
        Ok(begins && had_cells)
    }

    /// The row that is whole.
    pub fn take(&mut self) -> Option<Row<'b>> {
        self.whole.take()
    }

    /// The last row, if it holds anything.
    pub fn finish(&mut self) -> Option<Row<'b>> {
        let cells = std::mem::take(&mut self.row.cells);
        (!cells.is_empty()).then_some(Row {
            number: self.row.number,
            hidden: self.row.hidden,
            cells,
            cleaned: std::mem::take(&mut self.row.cleaned),
        })
    }

    /// Takes the memory of a row back.
    pub fn reuse(&mut self, row: Row<'b>) {
        self.spare = row.cells;
        self.spare.clear();
    }
}

pub(super) fn text_cell(owned: String) -> Cell<'static> {
    Cell::Text(Cow::Owned(owned))
}
