//! Cells that people have put right without touching the file.

use std::collections::{BTreeMap, HashMap};

use crate::household::rule::Severity;
use crate::problem::words;
use crate::roster::choices::{Choices, Correction};
use crate::roster::column::Record;
use crate::roster::layout::{Layout, of_sheet};
use crate::roster::report::{Problems, RosterProblem};
use crate::value::Refusal;
use crate::workbook::place;

/// Contents of cells that people have put right, by sheet, row and column; each goes away as it is
/// used.
#[derive(Default)]
pub(super) struct Corrections<'c> {
    sheets: HashMap<&'c str, HashMap<u32, BTreeMap<u32, &'c Correction>>>,
    nowhere: Vec<&'c Correction>,
}

impl<'c> Corrections<'c> {
    pub(super) fn new(choices: &'c Choices) -> Self {
        let mut corrections = Self::default();
        for correction in &choices.corrections {
            match place(&correction.cell) {
                Some((row, column)) => {
                    let rows = corrections.sheets.entry(&correction.sheet).or_default();
                    // The last correction of a cell counts.
                    rows.entry(row).or_default().insert(column, correction);
                }
                None => corrections.nowhere.push(correction),
            }
        }
        corrections
    }

    /// The corrections of a row in columns that are read.
    pub(super) fn take<R: Record>(
        &mut self,
        layout: &Layout<R>,
        row: u32,
    ) -> BTreeMap<u32, &'c Correction> {
        let Some(rows) = self.sheets.get_mut(layout.sheet.as_str()) else {
            return BTreeMap::new();
        };
        let Some(cells) = rows.get_mut(&row) else {
            return BTreeMap::new();
        };
        let (here, elsewhere) = std::mem::take(cells)
            .into_iter()
            .partition(|(column, _)| layout.at_position(*column).is_some());
        *cells = elsewhere;
        here
    }

    /// Says which corrections are of cells that were not read.
    pub(super) fn report_unused(&self, problems: &mut Problems) {
        let rows = self.sheets.values().flat_map(HashMap::values);
        let left = rows.flat_map(BTreeMap::values).copied();
        for correction in self.nowhere.iter().copied().chain(left) {
            problems.push(no_such_cell(correction));
        }
    }
}

fn no_such_cell(correction: &Correction) -> RosterProblem {
    RosterProblem {
        cell: Some(correction.cell.clone()),
        ..of_sheet(
            &correction.sheet,
            Severity::Error,
            Refusal::new(
                "no_such_cell",
                words!(
                    "要更正的单元格不在已读取的行和列之内",
                    "the cell to be corrected is in no row and column that was read"
                ),
                words!(
                    "请删除这项更正，或核对工作表名和单元格地址",
                    "delete this correction, or check the sheet and the cell"
                ),
            ),
        )
    }
}
