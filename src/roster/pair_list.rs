//! From rows to pairs.

use serde::{Deserialize, Serialize};

use super::choices::Choices;
use super::layout::Layouts;
use super::pairs::{COLUMNS, PairRow};
use super::profile::Profile;
use super::remark;
use super::report::{Place, Problems, SheetReport};
use super::sheet::{self, RosterRow};
use crate::household::rule::Severity;
use crate::problem::words;
use crate::value::Refusal;
use crate::workbook::reader::ReadError;
use crate::workbook::source::Source;

/// A list of pairs, read.
pub struct PairList {
    /// All sheets of the file.
    pub sheets: Vec<SheetReport>,
    /// Rows with content.
    pub rows: i64,
    /// The rows whose cells could all be read, in their order.
    pub pairs: Vec<ListedPair>,
    /// How many rows have a cell that could not be read.
    pub refused: i64,
}

/// A row with its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListedPair {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub row: PairRow,
}

/// Reads a list of pairs, like [`grouping::read`](super::grouping::read).
pub fn read(
    source: &mut dyn Source,
    choices: &Choices,
    profiles: &[Profile],
    problems: &mut Problems,
) -> Result<PairList, ReadError> {
    let (mut pairs, mut refused) = (Vec::new(), 0);
    let each = |layouts: &Layouts<PairRow>, mut row: RosterRow<PairRow>, problems: &mut _| {
        keep_notes(layouts, &mut row, problems);
        if row.refused.is_empty() {
            let (place, row) = (row.place, row.record);
            pairs.push(ListedPair { place, row });
        } else {
            refused += 1;
        }
        Ok(())
    };
    let read = sheet::read(source, COLUMNS, (choices, profiles), problems, each)?;
    Ok(PairList {
        sheets: read.reports,
        rows: read.rows,
        pairs,
        refused,
    })
}

/// Puts what cells hold beside their values into the remark.
fn keep_notes(layouts: &Layouts<PairRow>, row: &mut RosterRow<PairRow>, problems: &mut Problems) {
    let record = &mut row.record;
    let notes = std::mem::take(&mut record.notes);
    let left = remark::add_notes(&mut record.remark, notes.iter().map(String::as_str));
    if !left.is_empty() {
        let reason = words!(
            "备注已满，没有写入：{}",
            "the remarks are full, and this was not added: “{}”",
            left.join("；")
        );
        let refusal = Refusal::new(
            "remark_full",
            reason,
            words!(
                "请精简备注，或另行记录这些内容",
                "shorten the remarks, or keep this elsewhere"
            ),
        );
        problems.push(layouts.problem(Severity::Warning, row.place, "remark", refusal));
    }
}
