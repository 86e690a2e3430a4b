//! Cells that are merged down: what stands in the first holds for those below it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::source::{Area, Cell, Row};

/// Fills the cells below the first of merged areas, row by row.
pub struct Filler<'a> {
    /// Areas of several rows, by their first.
    areas: Vec<&'a Area>,
    next: usize,
    /// The areas that reach down to the present row, by their first column: the last row, and what
    /// stands in the first cell.
    open: BTreeMap<u32, (u32, Cell<'static>)>,
}

impl<'a> Filler<'a> {
    /// For the merged areas of a sheet.
    pub fn new(merged: &'a [Area]) -> Self {
        let mut areas: Vec<_> = merged
            .iter()
            .filter(|area| area.bottom > area.top)
            .collect();
        areas.sort_by_key(|area| area.top);
        Self {
            areas,
            next: 0,
            open: BTreeMap::new(),
        }
    }

    /// Fills a row; rows come in order.
    pub fn fill(&mut self, row: &mut Row<'_>) {
        if self.areas.is_empty() {
            return;
        }
        self.open.retain(|_, (bottom, _)| *bottom >= row.number);
        for (column, (_, cell)) in &self.open {
            match row.cells.iter_mut().find(|(at, _)| at == column) {
                Some((_, covered)) => *covered = cell.clone(),
                None => row.cells.push((*column, cell.clone())),
            }
        }
        if !self.open.is_empty() {
            row.cells.sort_by_key(|(column, _)| *column);
        }
        while let Some(area) = self.areas.get(self.next)
            && area.top <= row.number
        {
            self.next += 1;
            let first = row.cells.iter().find(|(at, _)| *at == area.left);
            if let Some((_, cell)) = first
                && area.top == row.number
            {
                self.open.insert(area.left, (area.bottom, owned(cell)));
            }
        }
    }
}

/// A cell that keeps its own text.
pub fn owned(cell: &Cell<'_>) -> Cell<'static> {
    match cell {
        Cell::Text(text) => Cell::Text(Cow::Owned(text.to_string())),
        Cell::Number(number) => Cell::Number(*number),
        Cell::Date(date) => Cell::Date(*date),
        Cell::Bool(truth) => Cell::Bool(*truth),
        Cell::Error(error) => Cell::Error(error.clone()),
        Cell::Uncalculated => Cell::Uncalculated,
        Cell::Lost => Cell::Lost,
    }
}

/// A row that keeps its own texts.
pub fn owned_row(row: &Row<'_>) -> Row<'static> {
    Row {
        number: row.number,
        hidden: row.hidden,
        cells: row
            .cells
            .iter()
            .map(|(at, cell)| (*at, owned(cell)))
            .collect(),
        cleaned: row.cleaned.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32, cells: &[(u32, &'static str)]) -> Row<'static> {
        Row {
            number,
            hidden: false,
            cells: cells
                .iter()
                .map(|(at, text)| (*at, Cell::Text((*text).into())))
                .collect(),
            cleaned: Vec::new(),
        }
    }

    #[test]
    fn what_stands_first_holds_below() {
        let area = |top, bottom, left, right| Area {
            top,
            bottom,
            left,
            right,
        };
        let areas = [area(5, 6, 0, 0), area(2, 4, 1, 2), area(2, 2, 5, 9)];
        let mut filler = Filler::new(&areas);
        for (mut given, wanted) in [
            (row(1, &[(1, "x")]), row(1, &[(1, "x")])),
            (
                row(2, &[(0, "a"), (1, "户"), (5, "宽")]),
                row(2, &[(0, "a"), (1, "户"), (5, "宽")]),
            ),
            (
                row(3, &[(0, "b"), (2, "c")]),
                row(3, &[(0, "b"), (1, "户"), (2, "c")]),
            ),
            (row(4, &[(1, "盖住的")]), row(4, &[(1, "户")])),
            (row(6, &[(1, "d")]), row(6, &[(1, "d")])),
        ] {
            filler.fill(&mut given);
            assert_eq!(given, wanted);
        }
    }
}
