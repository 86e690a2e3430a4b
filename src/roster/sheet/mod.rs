//! From the sheets of a workbook to the rows of a roster.

mod above;
mod aside;
mod cell;
mod corrections;

use std::borrow::Cow;
use std::collections::BTreeMap;

use above::Above;
use aside::aside;
use cell::CellAt;
use corrections::Corrections;

use super::choices::{Choices, Correction};
use super::column::{Column, Record};
use super::layout::{self, Layout, Layouts, of_sheet};
use super::profile::Profile;
use super::report::{Certainty, ColumnReport, Place, Problems, RosterProblem, SheetReport};
use super::value::{self, Refusal};
use crate::household::rule::Severity;
use crate::workbook::column_letters;
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

/// Reads the roster in a workbook, row by row: finds its sheets and their headings, and gives each row
/// with content to `each`, until it refuses one. Where there is no roster no row is given, and the
/// problems say why.
pub fn read<R: Record>(
    source: &mut dyn Source,
    table: &'static [Column<R>],
    (choices, profiles): (&Choices, &[Profile]),
    problems: &mut Problems,
    mut each: impl FnMut(&Layouts<R>, RosterRow<R>, &mut Problems) -> Result<(), ReadError>,
) -> Result<ReadSheets<R>, ReadError> {
    let layouts = layout::find(source.sheets(), table, choices, profiles, problems);
    let mut corrections = Corrections::new(choices);
    let mut reports = layouts.reports();
    for layout in layouts.iter() {
        let mut reader = Reader {
            layout,
            corrections: &mut corrections,
            report: &mut reports[usize::from(layout.index)],
            strays: BTreeMap::new(),
            above: Above::default(),
        };
        source.rows(usize::from(layout.index), &mut |row| {
            if row.number <= layout.header_row {
                return Ok(());
            }
            match reader.read(row, problems) {
                Some(read) => each(&layouts, read, problems),
                None => Ok(()),
            }
        })?;
        reader.finish(problems);
    }
    corrections.report_unused(problems);
    problems.tell_columns();
    let rows = reports.iter().map(|sheet| sheet.rows).sum();
    Ok(ReadSheets {
        layouts,
        reports,
        rows,
    })
}

/// Reads the rows of one sheet.
struct Reader<'a, 'c, R: Record> {
    layout: &'a Layout<R>,
    corrections: &'a mut Corrections<'c>,
    report: &'a mut SheetReport,
    /// Columns that have content but no heading, with the first row that has content.
    strays: BTreeMap<u32, u32>,
    above: Above,
}

impl<R: Record> Reader<'_, '_, R> {
    /// Reads a row below the heading; nothing for one that holds nothing of the roster.
    fn read(&mut self, row: &Row<'_>, problems: &mut Problems) -> Option<RosterRow<R>> {
        let corrections = self.corrections.take(self.layout, row.number);
        let corrected = if corrections.is_empty() {
            None
        } else {
            Some(self.correct(row, &corrections, problems))
        };
        let row = corrected.as_ref().unwrap_or(row);
        if let Some((code, what)) = aside(self.layout, row) {
            self.report.total_rows += 1;
            problems.push(self.layout.problem(
                Severity::Warning,
                row.number,
                "",
                Refusal::new(
                    code,
                    format!("这一行是{what}，没有作为人员导入"),
                    "如果确是一名人员，请补填证件号码和与户主关系；不是则不必处理",
                ),
            ));
            return None;
        }
        let read = self.cells(row, problems)?;
        self.report.rows += 1;
        self.report.hidden_rows += i64::from(row.hidden);
        Some(read)
    }

    /// The row with contents that people have put right.
    fn correct<'b>(
        &self,
        row: &Row<'b>,
        corrections: &BTreeMap<u32, &Correction>,
        problems: &mut Problems,
    ) -> Row<'b> {
        let mut corrected = row.clone();
        for (position, correction) in corrections {
            let Some(index) = self.layout.at_position(*position) else {
                continue;
            };
            let placed = &self.layout.columns[index];
            let at = corrected.cells.iter().position(|(at, _)| at == position);
            let before = at.map(|at| corrected.cells.remove(at).1);
            // A correction that repeats a masked proposal confirms it.
            let guess = before
                .as_ref()
                .filter(|_| placed.column.is_identity())
                .and_then(|cell| value::confirmed(cell, &correction.value));
            let text = guess.map_or_else(
                || correction.value.clone(),
                |guess| guess.whole().to_owned(),
            );
            let refusal = Refusal::new(
                "corrected",
                format!("按更正读作“{}”", value::mask(&text)),
                "如不对，请修改或删除这项更正",
            );
            let problem = RosterProblem::of_file(Severity::Repair, refusal);
            let before = before.as_ref().map(value::shown).unwrap_or_default();
            problems.push(
                self.layout
                    .at(problem, row.number, placed)
                    .with_value(before),
            );
            if !text.trim().is_empty() {
                corrected
                    .cells
                    .push((*position, Cell::Text(Cow::Owned(text))));
            }
        }
        corrected.cells.sort_by_key(|(position, _)| *position);
        corrected
    }

    /// Reads the cells of a row. Nothing for a row without any content that we keep.
    fn cells(&mut self, row: &Row<'_>, problems: &mut Problems) -> Option<RosterRow<R>> {
        let layout = self.layout;
        let mut read = RosterRow {
            place: Place {
                sheet: layout.index,
                row: row.number,
            },
            record: R::default(),
            filled: Vec::with_capacity(row.cells.len()),
            refused: Vec::new(),
        };
        self.above.next_row();
        let mut refusals = Vec::new();
        let mut strays = Vec::new();
        for (position, cell) in &row.cells {
            let Some(index) = layout.at_position(*position) else {
                if !layout.has_heading(*position) {
                    strays.push(*position);
                }
                continue;
            };
            let at = CellAt {
                layout,
                row: row.number,
                index,
                cell,
            };
            match at.read(&mut read.record, &mut self.above, problems) {
                Ok(true) => read.filled.push(index),
                Ok(false) => {}
                Err(refusal) => refusals.push((at, refusal)),
            }
        }
        for (at, refusal) in refusals {
            let key = layout.columns[at.index].column.key;
            read.filled.push(at.index);
            if !read.record.forgives(key) {
                read.refused.push(key);
                at.refuse(refusal, problems);
            }
        }
        if read.filled.is_empty() {
            return None;
        }
        for position in strays {
            self.strays.entry(position).or_insert(row.number);
        }
        Some(read)
    }

    /// What there is to say of the sheet as a whole.
    fn finish(self, problems: &mut Problems) {
        let sheet = &self.layout.sheet;
        if self.report.rows == 0 {
            problems.push(of_sheet(
                sheet,
                Severity::Error,
                Refusal::new(
                    "empty_sheet",
                    "表头下面没有任何内容",
                    "请在表头下面逐行填写后再导入",
                ),
            ));
        }
        if self.report.hidden_rows > 0 {
            problems.push(of_sheet(
                sheet,
                Severity::Warning,
                Refusal::new(
                    "hidden_rows",
                    format!(
                        "有 {} 行是隐藏的（或被筛选掉），也已读取",
                        self.report.hidden_rows
                    ),
                    "请确认这些行也要导入；不需要的请删除后再导入",
                ),
            ));
        }
        for (position, row) in self.strays {
            let letters = column_letters(position);
            let refusal = Refusal::new(
                "column_without_heading",
                format!("{letters} 列没有列名，内容没有读取"),
                "如需导入，请补上列名；不需要则不必处理",
            );
            let problem = of_sheet(sheet, Severity::Warning, refusal);
            problems.push(problem.at(sheet, row, position, ""));
            self.report.columns.push(ColumnReport {
                letters,
                heading: String::new(),
                field: None,
                label: None,
                certainty: Certainty::Unknown,
                hidden: false,
            });
        }
    }
}
