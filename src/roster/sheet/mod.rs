//! From the sheets of a workbook to the rows of a roster.

mod above;
mod aside;
mod cell;
mod corrections;
mod former;
mod marks;
mod names;
mod section;
mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use above::Above;
use aside::{
    Aside, aside, fits, is_alone, is_identified, is_of_names, is_related, person_or_aside,
    says_further,
};
use cell::CellAt;
use corrections::Corrections;
use former::Former;
use section::Turn;
pub use section::{Said, Section};
use words::{is_over_names, is_page};

use super::choices::{Choices, Correction};
use super::column::{Column, Record};
use super::layout::{self, Layout, Layouts, Lexicon, Sort, of_sheet};
use super::profile::Profile;
use super::report::{
    Certainty, ColumnReport, FurtherTable, Place, Problems, RosterProblem, SheetReport, Spot,
};
use crate::household::rule::Severity;
use crate::problem::words;
use crate::text::has_invisible;
use crate::value::{self, Refusal};
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
    /// Whether it goes on with nothing that stands above, and why.
    pub begins: Begins,
    /// Whether nothing in it says whose it is, and it says little: it joins no other row.
    pub alone: bool,
    /// What section rows above it say of it; its own cells say more.
    pub section: Option<Rc<Section>>,
    /// 序号, which counts the rows or the households.
    pub serial: Option<String>,
}

/// Whether a row goes on with those above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// It may.
    No,
    /// It is the first of its table.
    Table,
    /// A line that parts the rows, or an empty row, stands above it.
    Parted,
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
    let lexicon = Lexicon::new(table, choices, profiles);
    let mut layouts = layout::find(source.sheets(), &lexicon, choices, problems);
    let mut corrections = Corrections::new(choices);
    let mut reports = layouts.reports();
    for index in layouts.order() {
        let sheet = usize::from(index);
        let mut reader = Reader {
            lexicon: &lexicon,
            hidden_columns: source.sheets()[sheet].hidden_columns.clone(),
            corrections: &mut corrections,
            report: &mut reports[sheet],
            strays: BTreeMap::new(),
            begins: Begins::Table,
            last: None,
            section: None,
            above: Above::default(),
            foreign: None,
            former: Vec::new(),
            in_former: false,
            over_names: false,
        };
        if let Some(layout) = layouts.get(index) {
            reader
                .former
                .extend(Former::over(&source.sheets()[sheet], layout.header_row));
            reader.in_former = !reader.former.is_empty();
        }
        source.rows(sheet, &mut |row| {
            let place = Place {
                sheet: index,
                row: row.number,
            };
            if goes_on(&layouts, place, row) {
                layouts.end(place);
                reader.go_on();
            }
            let Some(layout) = layouts.at(place) else {
                return Ok(());
            };
            if row.number <= layout.header_row {
                return Ok(());
            }
            match reader.read(layout, row, problems) {
                Line::Row(read) => each(&layouts, read, problems),
                Line::Table(table) => {
                    layouts.add(table);
                    Ok(())
                }
                Line::Nothing => Ok(()),
            }
        })?;
        if let Some(layout) = layouts.get(index) {
            reader.finish(layout, problems);
        }
    }
    for table in layouts.further() {
        reports[usize::from(table.index)]
            .further
            .push(FurtherTable {
                header_row: table.header_row,
                ends: table.ends(),
                columns: table.reports.clone(),
            });
    }
    corrections.report_unused(problems);
    let rows = reports.iter().map(|sheet| sheet.rows).sum();
    Ok(ReadSheets {
        layouts,
        reports,
        rows,
    })
}

/// Whether a cell has characters that nobody sees: pasted from a web page, never meant, and not kept.
fn hides_characters(cell: &Cell<'_>) -> bool {
    matches!(cell, Cell::Text(text) if has_invisible(text))
}

/// Whether the roster above a table that is passed over goes on with a row: below a list of other people, too,
/// nobody of the roster is lost.
fn goes_on<R: Record>(layouts: &Layouts<R>, place: Place, row: &Row<'_>) -> bool {
    let is_foreign = |layout: &Layout<R>| {
        matches!(layout.sort, Sort::Foreign { .. }) && layout.header_row < place.row
    };
    layouts.at(place).is_some_and(is_foreign)
        && layouts
            .above(place)
            .is_some_and(|above| above.is_read() && fits(above, row))
}

/// What a row of a sheet came to.
enum Line<R: Record> {
    /// A row of the roster.
    Row(RosterRow<R>),
    /// The heading of another table.
    Table(Layout<R>),
    /// Nothing that is read.
    Nothing,
}

/// Reads the rows of one sheet.
struct Reader<'a, 'c, R: Record> {
    lexicon: &'a Lexicon<'a, R>,
    hidden_columns: Vec<u32>,
    corrections: &'a mut Corrections<'c>,
    report: &'a mut SheetReport,
    /// Columns that have content but no heading, with the first row that has content.
    strays: BTreeMap<u32, u32>,
    /// Whether the next row goes on with those above it.
    begins: Begins,
    /// The last row with content below the heading.
    last: Option<u32>,
    /// What the section rows say of the next row.
    section: Option<Rc<Section>>,
    above: Above,
    /// The columns of a small table of another kind that stands here among the rows.
    foreign: Option<Vec<u32>>,
    /// Lists of people who are gone.
    former: Vec<Former>,
    /// Whether the rows stand in the last of them.
    in_former: bool,
    /// Whether the rows stand below a line under which people sign.
    over_names: bool,
}

impl<R: Record> Reader<'_, '_, R> {
    /// Reads a row below the heading.
    fn read(&mut self, layout: &Layout<R>, row: &Row<'_>, problems: &mut Problems) -> Line<R> {
        let corrections = self.corrections.take(layout, row.number);
        let corrected = if corrections.is_empty() {
            None
        } else {
            Some(Self::correct(layout, row, &corrections, problems))
        };
        let row = corrected.as_ref().unwrap_or(row);
        let last = self.last.replace(row.number);
        if last.is_some_and(|last| last + 1 < row.number) {
            self.part();
        }
        if let Some(list) = Former::begin(row) {
            self.report.total_rows += 1;
            self.part();
            self.end_section();
            self.former.push(list);
            self.in_former = true;
            return Line::Nothing;
        }
        let mut aside = aside(layout, row);
        if self.is_former(layout, row, aside) {
            self.report.total_rows += 1;
            return Line::Nothing;
        }
        if matches!(aside, Some(Aside::Heading | Aside::Table)) {
            let hidden = &self.hidden_columns;
            if let Some(table) = layout::further(self.lexicon, layout, row, hidden, problems) {
                self.report.total_rows += 1;
                self.begins = Begins::Table;
                self.end_section();
                self.foreign = None;
                return Line::Table(table);
            }
            self.foreign = None;
        }
        if !layout.is_read() {
            return Line::Nothing;
        }
        if self.is_foreign(layout, row, aside, problems) {
            self.report.total_rows += 1;
            return Line::Nothing;
        }
        if aside == Some(Aside::Table) {
            aside = person_or_aside(layout, row);
        }
        if aside.is_none() && self.over_names && is_of_names(layout, row) {
            aside = Some(Aside::Note);
        }
        if let Some(aside) = aside {
            self.report.total_rows += 1;
            self.pass(layout, row, aside);
            tell(layout, row, aside, problems);
            return Line::Nothing;
        }
        let Some(read) = self.cells(layout, row, problems) else {
            return Line::Nothing;
        };
        // A text alone in its row may be a person, and as well a section that nobody knows.
        if read.alone && row.cells.len() == 1 {
            self.end_section();
        }
        // Of whom nearly all is missing may be a head.
        self.begins = if read.alone && !says_further(layout, row) {
            Begins::Parted
        } else {
            Begins::No
        };
        self.over_names = false;
        self.report.rows += 1;
        self.report.hidden_rows += i64::from(row.hidden);
        Line::Row(read)
    }

    /// Whether a row stands in a list of people who are gone: it goes on until another title, whatever
    /// headings it has.
    fn is_former(&mut self, layout: &Layout<R>, row: &Row<'_>, aside: Option<Aside>) -> bool {
        let Some(list) = self.former.last_mut().filter(|_| self.in_former) else {
            return false;
        };
        match aside {
            Some(Aside::Total | Aside::Note) => {
                self.in_former = !self.pass(layout, row, Aside::Note);
                return self.in_former;
            }
            Some(_) => {}
            None => list.add(row),
        }
        true
    }

    /// Whether a row belongs to a small table of another kind: it is its heading, or stands below one and
    /// under its columns alone. A person with an identity number or a relation belongs to the roster.
    fn is_foreign(
        &mut self,
        layout: &Layout<R>,
        row: &Row<'_>,
        aside: Option<Aside>,
        problems: &mut Problems,
    ) -> bool {
        if let Some(columns) = &self.foreign {
            let is_below = row.cells.iter().all(|(at, _)| columns.contains(at));
            if is_below && !is_identified(layout, row) && !is_related(layout, row) {
                return true;
            }
            self.foreign = None;
        }
        let is_known = matches!(aside, Some(Aside::Heading | Aside::Marks));
        if is_known || !layout::is_foreign_heading(self.lexicon, row) || is_related(layout, row) {
            return false;
        }
        self.foreign = Some(row.cells.iter().map(|(at, _)| *at).collect());
        self.part();
        self.end_section();
        let refusal = Refusal::new(
            "another_table",
            words!(
                "第 {} 行起是另一张表，列与名册不同，这张表没有读取",
                "another table begins in row {}, with other columns than the roster; it was not read",
                row.number
            ),
            words!(
                "如也是名册，请补齐必需的列，或放到单独的工作表中；不是则不必处理",
                "if it is a roster too, add the columns that are required, or put it into a sheet of its own; else nothing needs to be done"
            ),
        );
        problems.push(at_first_text(layout, row, refusal));
        true
    }

    /// Notes that the roster goes on below a table of another kind, with a new household.
    fn go_on(&mut self) {
        self.begins = Begins::Parted;
        self.end_section();
        self.foreign = None;
    }

    /// Notes that the next row goes on with nothing that stands above.
    fn part(&mut self) {
        if self.begins == Begins::No {
            self.begins = Begins::Parted;
        }
    }

    /// Ends what a section row, and the rows below it, say of the next row.
    fn end_section(&mut self) {
        self.section = None;
        self.above = Above::default();
    }

    /// Notes that a line parts the rows, and what it says of those below it. Gives whether it may begin a
    /// section.
    fn pass(&mut self, layout: &Layout<R>, row: &Row<'_>, aside: Aside) -> bool {
        // The heading of the next page parts no household, nor does a page number.
        if aside == Aside::Example {
            self.part();
        }
        if !matches!(aside, Aside::Total | Aside::Note | Aside::Filled) {
            return false;
        }
        let text = |(_, cell): &'_ (u32, Cell<'_>)| match cell {
            Cell::Text(text) => Some(text.to_string()),
            _ => None,
        };
        let texts: Vec<String> = row.cells.iter().filter_map(text).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        self.over_names |= texts.iter().any(|text| is_over_names(text));
        if texts.first().is_some_and(|first| is_page(first)) {
            return false;
        }
        self.part();
        if aside == Aside::Filled {
            return false;
        }
        let place = Place {
            sheet: layout.index,
            row: row.number,
        };
        let before = self.section.as_deref().cloned().unwrap_or_default();
        match before.turn(&texts, aside == Aside::Total, place) {
            Turn::Begins(next) => {
                self.end_section();
                self.section = Some(Rc::new(next));
                true
            }
            Turn::Ends => {
                self.end_section();
                true
            }
            Turn::Stays => false,
        }
    }

    /// The row with contents that people have put right.
    fn correct<'b>(
        layout: &Layout<R>,
        row: &Row<'b>,
        corrections: &BTreeMap<u32, &Correction>,
        problems: &mut Problems,
    ) -> Row<'b> {
        let mut corrected = row.clone();
        for (position, correction) in corrections {
            let Some(index) = layout.at_position(*position) else {
                continue;
            };
            let placed = &layout.columns[index];
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
                words!(
                    "按更正读作“{}”",
                    "was read as “{}”, by a correction",
                    value::mask(&text)
                ),
                words!(
                    "如不对，请修改或删除这项更正",
                    "if that is wrong, change or delete this correction"
                ),
            );
            let problem = RosterProblem::of_file(Severity::Repair, refusal);
            let before = before.as_ref().map(value::shown).unwrap_or_default();
            problems.push(layout.at(problem, row.number, placed).with_value(before));
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
    fn cells(
        &mut self,
        layout: &Layout<R>,
        row: &Row<'_>,
        problems: &mut Problems,
    ) -> Option<RosterRow<R>> {
        let mut read = RosterRow {
            place: Place {
                sheet: layout.index,
                row: row.number,
            },
            record: R::default(),
            filled: Vec::with_capacity(row.cells.len()),
            refused: Vec::new(),
            begins: self.begins,
            alone: is_alone(layout, row),
            section: self.section.clone(),
            serial: None,
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
            if layout.counts(index) {
                read.serial = match cell {
                    Cell::Text(text) => Some(text.trim().to_owned()),
                    Cell::Number(number) => Some(number.to_string()),
                    _ => None,
                };
            }
            let at = CellAt {
                layout,
                row: row.number,
                index,
                cell,
            };
            match at.read(&mut read.record, &mut self.above, problems) {
                Ok(true) => {
                    if row.cleaned.contains(position) || hides_characters(cell) {
                        at.tell_cleaned(problems);
                    }
                    read.filled.push(index);
                }
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
    fn finish(self, layout: &Layout<R>, problems: &mut Problems) {
        let sheet = &layout.sheet;
        let is_empty = self.report.rows == 0;
        for list in &self.former {
            list.tell(layout, is_empty, problems);
        }
        if is_empty && self.former.is_empty() {
            problems.push(of_sheet(
                sheet,
                Severity::Error,
                Refusal::new(
                    "empty_sheet",
                    words!("表头下面没有任何内容", "nothing stands below the heading"),
                    words!(
                        "请在表头下面逐行填写后再导入",
                        "fill in the rows below the heading and import it again"
                    ),
                ),
            ));
        }
        if self.report.hidden_rows > 0 {
            problems.push(of_sheet(
                sheet,
                Severity::Warning,
                Refusal::new(
                    "hidden_rows",
                    words!("有 {} 行是隐藏的（或被筛选掉），也已读取", "hidden (or filtered) rows were read too: {}",
                        self.report.hidden_rows
                    ),
                    words!("请确认这些行也要导入；不需要的请删除后再导入", "see whether these rows are wanted; delete those that are not and import it again"),
                ),
            ));
        }
        for (position, row) in self.strays {
            let letters = column_letters(position);
            let refusal = Refusal::new(
                "column_without_heading",
                words!(
                    "{letters} 列没有列名，内容没有读取",
                    "column {letters} has no heading and was not read"
                ),
                words!(
                    "如需导入，请补上列名；不需要则不必处理",
                    "if it is wanted, give it a heading; else nothing needs to be done"
                ),
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

/// Says that a row was not read; of rows that were only filled down, once for all of them.
fn tell<R: Record>(layout: &Layout<R>, row: &Row<'_>, aside: Aside, problems: &mut Problems) {
    let say = || {
        Refusal::new(
            aside.code(),
            {
                let what = aside.words();
                words!("这一行是{what}，没有导入", "this row is {what} and was not imported"; what)
            },
            aside.remedy::<R>(),
        )
    };
    let first = first_text(row).filter(|_| aside == Aside::Filled);
    let Some((at, cell)) = first else {
        problems.push(at_first_text(layout, row, say()));
        return;
    };
    let content = value::shown(cell);
    let spot = Spot {
        sheet: &layout.sheet,
        row: row.number,
        column: *at,
        heading: heading_at(layout, *at),
        content: &content,
    };
    problems.gather(Severity::Warning, &spot, say, aside.code());
}

/// A warning of a row, at the first text that it holds.
fn at_first_text<R: Record>(layout: &Layout<R>, row: &Row<'_>, refusal: Refusal) -> RosterProblem {
    let problem = RosterProblem::of_file(Severity::Warning, refusal);
    let Some((at, cell)) = first_text(row) else {
        return problem;
    };
    // It is said of the row, whatever column its first text stands in.
    problem
        .at(&layout.sheet, row.number, *at, "")
        .with_value(value::shown(cell))
}

fn first_text<'r, 'b>(row: &'r Row<'b>) -> Option<&'r (u32, Cell<'b>)> {
    let is_text = |(_, cell): &&(u32, Cell<'_>)| matches!(cell, Cell::Text(_));
    row.cells.iter().find(is_text).or(row.cells.first())
}

fn heading_at<R: Record>(layout: &Layout<R>, position: u32) -> &'static str {
    let placed = layout.placed(position);
    placed.map_or("", |placed| placed.column.heading)
}
