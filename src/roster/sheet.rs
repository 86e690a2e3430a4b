//! From the sheets of a workbook to the rows of a roster.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::choices::{Choices, Correction};
use super::column::{Column, Record};
use super::heading;
use super::layout::{self, Layout, Layouts, Placed, of_sheet};
use super::profile::Profile;
use super::report::{Certainty, ColumnReport, Place, Problems, RosterProblem, SheetReport};
use super::value::repair::Repair;
use super::value::{self, Refusal};
use crate::household::rule::Severity;
use crate::text::squeezed;
use crate::workbook::reader::{Cell, ReadError, Row};
use crate::workbook::source::Source;
use crate::workbook::{column_letters, place};

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
    for correction in corrections.unused() {
        problems.push(no_such_cell(correction));
    }
    let rows = reports.iter().map(|sheet| sheet.rows).sum();
    Ok(ReadSheets {
        layouts,
        reports,
        rows,
    })
}

/// Contents of cells that people have put right, by sheet, row and column; each goes away as it is
/// used.
#[derive(Default)]
struct Corrections<'c> {
    sheets: HashMap<&'c str, HashMap<u32, BTreeMap<u32, &'c Correction>>>,
    nowhere: Vec<&'c Correction>,
}

impl<'c> Corrections<'c> {
    fn new(choices: &'c Choices) -> Self {
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
    fn take<R: Record>(&mut self, layout: &Layout<R>, row: u32) -> BTreeMap<u32, &'c Correction> {
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

    fn unused(&self) -> impl Iterator<Item = &'c Correction> {
        let rows = self.sheets.values().flat_map(HashMap::values);
        let left = rows.flat_map(BTreeMap::values).copied();
        self.nowhere.iter().copied().chain(left)
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
                "要更正的单元格不在已读取的行和列之内",
                "请删除这项更正，或核对工作表名和单元格地址",
            ),
        )
    }
}

/// Words of rows that sum up others.
const TOTALS: [&str; 6] = ["合计", "小计", "总计", "共计", "累计", "总和"];
/// How rows begin that say who made the list, or remark on it.
const NOTES: [&str; 22] = [
    "制表",
    "审核",
    "填表",
    "填报",
    "报送",
    "负责人",
    "单位负责人",
    "主要负责人",
    "分管领导",
    "经办人",
    "联系人",
    "签字",
    "签名",
    "盖章",
    "日期",
    "备注:",
    "备注：",
    "注:",
    "注：",
    "说明:",
    "说明：",
    "单位(盖章)",
];
/// So many cells that repeat their headings make a row the heading of another page.
const REPEATED_HEADINGS: usize = 3;
/// So many numbers in a row that only count columns.
const COUNTED_COLUMNS: usize = 4;

/// Reads the rows of one sheet.
struct Reader<'a, 'c, R: Record> {
    layout: &'a Layout<R>,
    corrections: &'a mut Corrections<'c>,
    report: &'a mut SheetReport,
    /// Columns that have content but no heading, with the first row that has content.
    strays: BTreeMap<u32, u32>,
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
        let mut refusals = Vec::new();
        let mut strays = Vec::new();
        for (position, cell) in &row.cells {
            let Some(index) = layout.at_position(*position) else {
                if !layout.has_heading(*position) {
                    strays.push(*position);
                }
                continue;
            };
            let placed = &layout.columns[index];
            match placed.column.read(&mut read.record, cell, placed.unit) {
                Ok(given) => {
                    if given.value {
                        read.filled.push(index);
                    }
                    if let Some(repair) = given.repair {
                        read.record.repaired(placed.column.key, repair.code);
                        problems.push(repaired(layout, row.number, placed, cell, &repair));
                    }
                }
                Err(refusal) => refusals.push((index, cell, refusal)),
            }
        }
        for (index, cell, refusal) in refusals {
            let placed = &layout.columns[index];
            read.filled.push(index);
            if !read.record.forgives(placed.column.key) {
                read.refused.push(placed.column.key);
                problems.push(refused(layout, row.number, placed, cell, refusal));
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

/// Whether a row is no part of the roster, though it stands among its rows: code and name of what it
/// is.
fn aside<R: Record>(layout: &Layout<R>, row: &Row<'_>) -> Option<(&'static str, &'static str)> {
    let text = |cell: &Cell<'_>| match cell {
        Cell::Text(text) => Some(squeezed(text)),
        _ => None,
    };
    let under = |key: &str| {
        let placed = layout.place_of(key)?;
        let cell = row.cells.iter().find(|(at, _)| *at == placed.position)?;
        Some((placed, &cell.1))
    };
    // What has something as long as an identity number is a person.
    let is_long = |cell: &Cell<'_>| match cell {
        Cell::Text(text) => text.len() >= 15,
        Cell::Number(number) => *number >= 1e14,
        _ => false,
    };
    let identified = ["identity_number", "head_identity"].into_iter().any(|key| {
        under(key)
            .is_some_and(|(_, cell)| is_long(cell) && text(cell).is_none_or(|text| text.is_ascii()))
    });
    if identified {
        return None;
    }
    let repeated = row
        .cells
        .iter()
        .filter(|(at, cell)| text(cell).is_some_and(|text| layout.is_heading(*at, &text)))
        .count();
    if repeated >= REPEATED_HEADINGS {
        return Some(("repeated_heading", "重复的表头"));
    }
    if row.number <= layout.header_row + 2 && counts_columns(row) {
        return Some(("repeated_heading", "列的编号"));
    }
    if let [(_, Cell::Text(alone))] = row.cells.as_slice()
        && heading::is_title(&squeezed(alone))
    {
        return Some(("note_row", "标题、签名、日期或说明"));
    }
    let related = under("relation").is_some_and(|(placed, cell)| {
        let read = placed.column.read(&mut R::default(), cell, placed.unit);
        read.is_ok_and(|given| given.value)
    });
    if related {
        return None;
    }
    for (_, cell) in row.cells.iter().take(3) {
        let Some(text) = text(cell) else {
            continue;
        };
        let bare = text.trim_matches(|character: char| "(（)）:：".contains(character));
        let sums = |word: &str| bare.starts_with(word) || bare.ends_with(word);
        if TOTALS.iter().any(|word| sums(word)) {
            return Some(("total_row", "合计"));
        }
        if NOTES.iter().any(|word| bare.starts_with(word)) {
            return Some(("note_row", "标题、签名、日期或说明"));
        }
    }
    None
}

/// Whether a row only numbers the columns: 1, 2, 3 … or 甲, 乙, 1, 2 …
fn counts_columns(row: &Row<'_>) -> bool {
    let numbers: Vec<i64> = row
        .cells
        .iter()
        .filter_map(|(_, cell)| match cell {
            Cell::Number(number) => number.to_string().parse().ok(),
            Cell::Text(text) => squeezed(text).parse().ok(),
            _ => None,
        })
        .collect();
    let named = row.cells.len() - numbers.len();
    let steps = numbers
        .windows(2)
        .all(|pair| pair[0].checked_add(1) == Some(pair[1]));
    let letters = row.cells.iter().filter(|(_, cell)| {
        matches!(cell, Cell::Text(text) if ["甲", "乙", "丙", "丁", "栏次"].contains(&text.trim()))
    });
    numbers.len() >= COUNTED_COLUMNS && steps && letters.count() == named
}

fn refused<R: Record>(
    layout: &Layout<R>,
    row: u32,
    placed: &Placed<R>,
    cell: &Cell<'_>,
    refusal: Refusal,
) -> RosterProblem {
    let problem = RosterProblem::of_file(Severity::Error, refusal);
    layout
        .at(problem, row, placed)
        .with_value(value::shown(cell))
}

fn repaired<R: Record>(
    layout: &Layout<R>,
    row: u32,
    placed: &Placed<R>,
    cell: &Cell<'_>,
    repair: &Repair,
) -> RosterProblem {
    let refusal = Refusal::new(
        repair.code,
        format!("读作“{}”", repair.read),
        "如不对，请在文件中改正，或在导入设置中填写更正",
    );
    let problem = RosterProblem::of_file(Severity::Repair, refusal);
    layout
        .at(problem, row, placed)
        .with_value(value::shown(cell))
}
