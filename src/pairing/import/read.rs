//! The rows of a list, from its workbook.

use std::path::Path;

use super::columns::{COLUMNS, PairRow};
use super::model::ListedRow;
use crate::roster::choices::Choices;
use crate::roster::report::{Problems, SheetReport};
use crate::roster::sheet;
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
    let each = |_: &_, row: sheet::RosterRow<PairRow>, _: &mut Problems| {
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
