//! The rows of a list, from its workbook.

use std::path::Path;

use super::columns::{COLUMNS, PairRow};
use super::model::ListedRow;
use crate::household::rule::Severity;
use crate::problem::words;
use crate::roster::choices::Choices;
use crate::roster::layout::Layouts;
use crate::roster::remark;
use crate::roster::report::{Problems, SheetReport};
use crate::roster::sheet::{self, RosterRow};
use crate::value::Refusal;
use crate::workbook::error::ReadError;
use crate::workbook::reader_process::{Child, Program};

pub(super) struct ReadList {
    pub(super) sheets: Vec<SheetReport>,
    pub(super) rows: i64,
    pub(super) listed: Vec<ListedRow>,
    pub(super) problems: Problems,
}

/// Reads the rows. Waits for another process, so not to be called on an async thread.
pub(super) fn read(
    program: &Program,
    path: &Path,
    sheets: Vec<String>,
) -> Result<ReadList, ReadError> {
    let mut source = Child::open(program, path)?;
    let choices = Choices {
        sheets,
        ..Choices::default()
    };
    let (mut problems, mut listed) = (Problems::default(), Vec::new());
    let each = |layouts: &Layouts<PairRow>, mut row: RosterRow<PairRow>, problems: &mut _| {
        keep_notes(layouts, &mut row, problems);
        listed.push(ListedRow {
            place: row.place,
            row: row.record,
            is_refused: !row.refused.is_empty(),
        });
        Ok(())
    };
    let read = sheet::read(&mut source, COLUMNS, (&choices, &[]), &mut problems, each)?;
    Ok(ReadList {
        sheets: read.reports,
        rows: read.rows,
        listed,
        problems,
    })
}

/// Puts what cells hold beside their values into the remark.
fn keep_notes(layouts: &Layouts<PairRow>, row: &mut RosterRow<PairRow>, problems: &mut Problems) {
    let record = &mut row.record;
    let notes = record.notes.iter().map(String::as_str);
    let left = remark::add_notes(&mut record.remark, notes);
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
