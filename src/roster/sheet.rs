//! From the sheets of a workbook to the rows of a roster.

use super::choices::Choices;
use super::column::{Column, Record};
use super::layout::{self, Layout, Layouts, Placed};
use super::profile::Profile;
use super::report::{Place, Problems, RosterProblem, Severity, SheetReport};
use super::value::{self, Refusal};
use crate::workbook::reader::{Cell, ReadError, Row};
use crate::workbook::source::Source;

/// One row of a sheet, read.
pub struct RosterRow<R> {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub record: R,
    /// Which of the layout's columns have content in this row, be it good or bad.
    pub filled: Vec<usize>,
    /// The fields whose content was refused.
    pub refused: Vec<&'static str>,
}

/// What reading a file came to.
pub struct ReadSheets<R: Record> {
    /// The sheets that were read.
    pub layouts: Layouts<R>,
    /// All sheets of the file.
    pub reports: Vec<SheetReport>,
    /// Rows with content in the sheets that were read.
    pub rows: i64,
}

impl<R: Record> Layout<R> {
    /// Reads the cells of a row. Nothing for a row without any content that we keep.
    fn read(&self, row: &Row<'_>, problems: &mut Problems) -> Option<RosterRow<R>> {
        let mut read = RosterRow {
            place: Place {
                sheet: self.index,
                row: row.number,
            },
            record: R::default(),
            filled: Vec::with_capacity(row.cells.len()),
            refused: Vec::new(),
        };
        let mut refusals = Vec::new();
        for (position, cell) in &row.cells {
            let Some(index) = self.at_position(*position) else {
                continue;
            };
            let placed = &self.columns[index];
            match placed.column.read(&mut read.record, cell, placed.unit) {
                Ok(true) => read.filled.push(index),
                Ok(false) => {}
                Err(refusal) => refusals.push((index, cell, refusal)),
            }
        }
        for (index, cell, refusal) in refusals {
            let placed = &self.columns[index];
            read.filled.push(index);
            if !read.record.forgives(placed.column.key) {
                read.refused.push(placed.column.key);
                problems.push(self.refused(row.number, placed, cell, refusal));
            }
        }
        (!read.filled.is_empty()).then_some(read)
    }

    fn refused(
        &self,
        row: u32,
        placed: &Placed<R>,
        cell: &Cell<'_>,
        refusal: Refusal,
    ) -> RosterProblem {
        let problem = RosterProblem::of_file(Severity::Error, refusal);
        self.at(problem, row, placed).with_value(value::shown(cell))
    }
}

/// Reads the roster in a workbook, row by row: finds its sheets and their headings, and gives each row
/// with content to `each`, until it refuses one. Nothing, with the reasons among the problems, if there
/// is no such roster.
pub fn read<R: Record>(
    source: &mut dyn Source,
    table: &'static [Column<R>],
    (choices, profiles): (&Choices, &[Profile]),
    problems: &mut Problems,
    mut each: impl FnMut(&Layouts<R>, RosterRow<R>, &mut Problems) -> Result<(), ReadError>,
) -> Result<Option<ReadSheets<R>>, ReadError> {
    let found = layout::find(source.sheets(), table, choices, profiles, problems);
    let Some(layouts) = found else {
        return Ok(None);
    };
    let mut reports = layouts.reports();
    for layout in layouts.iter() {
        let index = usize::from(layout.index);
        source.rows(index, &mut |row| {
            if row.number <= layout.header_row {
                return Ok(());
            }
            let Some(read) = layout.read(row, problems) else {
                return Ok(());
            };
            reports[index].rows += 1;
            reports[index].hidden_rows += i64::from(row.hidden);
            each(&layouts, read, problems)
        })?;
        if reports[index].rows == 0 {
            problems.push(empty_sheet(&layout.sheet));
        }
    }
    let rows = reports.iter().map(|sheet| sheet.rows).sum();
    Ok(Some(ReadSheets {
        layouts,
        reports,
        rows,
    }))
}

fn empty_sheet(name: &str) -> RosterProblem {
    RosterProblem {
        sheet: Some(name.to_owned()),
        ..RosterProblem::of_file(
            Severity::Error,
            Refusal::new(
                "empty_sheet",
                "表头下面没有任何内容",
                "请在表头下面逐行填写后再导入",
            ),
        )
    }
}
