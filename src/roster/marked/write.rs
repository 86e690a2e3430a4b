//! The file with its marks: changed where it is, or written anew.

use std::collections::HashMap;
use std::collections::btree_map::Entry;
use std::io::{Cursor, Read, Seek};

use super::error::MarkError;
use super::problem_list::{self, Told};
use super::rewritten::{self, Reason, Rewritten};
use crate::code_list::CodeList;
use crate::household::rule::Severity;
use crate::roster::report::RosterProblem;
use crate::workbook::in_place::{self, Cells, EditError, Mark, Marking, Shade};
use crate::workbook::place;
use crate::workbook::source::Source;

/// What the list says of a workbook whose macros are not in the marked one.
const WITHOUT_MACROS: (&str, &str) = (
    "上传的文件带有宏（.xlsm），这个工作簿是它的 .xlsx：格式、公式和数据都在，宏没有保留",
    "可以直接在这里改好后上传；需要宏时，请在原文件中改正",
);

/// The workbook with its problems marked, as an .xlsx whatever it was. `source` is the same as `file`,
/// and has been opened: the reader has looked whether it does harm. Memory does not grow with the
/// rows, but with the problems and the file.
pub fn write(
    source: &mut dyn Source,
    mut file: impl Read + Seek,
    told: Told<'_>,
) -> Result<Vec<u8>, MarkError> {
    if !in_place::is_xlsx(&mut file) {
        return write_anew(source, told, Reason::OtherFormat);
    }
    let remark = in_place::has_macros(&mut file).then_some(WITHOUT_MACROS);
    file.rewind().map_err(EditError::from)?;
    let marking = Marking {
        cells: cells(told.problems),
        list: problem_list::of(told, remark),
        replaces: problem_list::name_in(source.sheets()),
    };
    let mut output = Cursor::new(Vec::new());
    match in_place::mark(file, marking, &mut output) {
        Ok(()) => Ok(output.into_inner()),
        Err(error) => {
            tracing::warn!(%error, "a workbook cannot be marked where it is, and is written anew");
            write_anew(source, told, Reason::Unusual)
        }
    }
}

/// What was read of a workbook as an .xlsx, with its problems marked.
pub fn write_anew(
    source: &mut dyn Source,
    told: Told<'_>,
    reason: Reason,
) -> Result<Vec<u8>, MarkError> {
    let Rewritten { file, names } = rewritten::write(source)?;
    let mut list = problem_list::of(told, Some(reason.words()));
    for row in &mut list.rows {
        row.link = row.link.take().and_then(|(column, sheet, cell)| {
            let name = names.get(&sheet)?.clone();
            Some((column, name, cell))
        });
    }
    let cells = cells(told.problems).into_iter();
    let cells = cells.filter_map(|(sheet, cells)| Some((names.get(&sheet)?.clone(), cells)));
    let marking = Marking {
        cells: cells.collect(),
        list,
        replaces: None,
    };
    let mut output = Cursor::new(Vec::with_capacity(file.len() + (64 << 10)));
    in_place::mark(Cursor::new(file), marking, &mut output)?;
    Ok(output.into_inner())
}

/// The cells to be marked, each with all that is said of it.
fn cells(problems: &[RosterProblem]) -> HashMap<String, Cells> {
    let mut marked: HashMap<String, Cells> = HashMap::new();
    for problem in problems {
        let (Some(sheet), Some(cell)) = (&problem.sheet, &problem.cell) else {
            continue;
        };
        let Some((row @ 1.., column)) = place(cell) else {
            continue;
        };
        let mark = Mark {
            shade: match problem.severity {
                Severity::Repair => Shade::Repair,
                Severity::Warning => Shade::Warning,
                Severity::Error => Shade::Error,
            },
            note: words(problem),
        };
        let cells = marked.entry(sheet.clone()).or_default();
        match cells.entry(row).or_default().entry(column) {
            Entry::Vacant(first) => drop(first.insert(mark)),
            Entry::Occupied(mut first) => first.get_mut().add(&mark),
        }
    }
    marked
}

/// What is wrong and what to do, as a note says it.
fn words(problem: &RosterProblem) -> String {
    let proposal = problem
        .proposal
        .as_ref()
        .map_or_else(String::new, |proposal| format!("（建议：{proposal}）"));
    format!(
        "{}：{}。{}{proposal}",
        problem.severity.label(),
        problem.reason.zh,
        problem.remedy.zh
    )
}
