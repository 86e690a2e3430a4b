//! Where the columns of a roster are.

use std::collections::BTreeSet;

use crate::household::rule::Severity;
use crate::roster::column::{Column, HOUSEHOLD_SERIAL, Kind, Record, SERIAL};
use crate::roster::report::{Certainty, ColumnReport, Place, RosterProblem, SheetReport};
use crate::value::{Refusal, Unit};
use crate::workbook::address;

/// A column of the table at its place in the sheet.
pub struct Placed<R: Record> {
    /// Column of the sheet, from 0.
    pub position: u32,
    /// Its row of the table.
    pub column: &'static Column<R>,
    /// Unit of money in its heading.
    pub unit: Unit,
    /// What a cell of it says of whose the row is.
    pub role: Role,
}

/// What a cell says of whose its row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The name of a person.
    Name,
    /// Their identity number.
    Identity,
    /// Their relation to the head.
    Relation,
    /// The number of a household or of a person.
    Number,
    /// Nothing.
    Other,
}

impl Role {
    pub(super) fn of<R: Record>(column: &Column<R>) -> Self {
        match &column.kind {
            Kind::Name(_) => Self::Name,
            Kind::Identity(_) => Self::Identity,
            Kind::Number(_) if column.key.ends_with("number") => Self::Number,
            _ if column.key == "name" => Self::Name,
            _ if column.key == "relation" => Self::Relation,
            _ => Self::Other,
        }
    }
}

/// Where the columns are in one sheet.
pub struct Layout<R: Record> {
    /// Which sheet, from 0.
    pub index: u16,
    /// The sheet's name on its tab.
    pub sheet: String,
    /// Last row of the heading, from 1.
    pub header_row: u32,
    /// What sort of table it is.
    pub sort: Sort,
    /// The columns that are read.
    pub columns: Vec<Placed<R>>,
    /// All columns that have a heading.
    pub(in crate::roster) reports: Vec<ColumnReport>,
    /// For each of `reports`, the column of the sheet and the parts of its heading.
    pub(super) headings: Vec<(u32, Vec<String>)>,
    /// Columns that may mean a field, in the order of `reports`.
    pub(super) proposals: Vec<(usize, &'static Column<R>)>,
    /// Fields that several columns would fill.
    pub(super) repeated: Vec<Repeated<R>>,
    /// Columns that may be about the person whom a column to the left names, with that column; both by
    /// their place among `reports`.
    pub(super) owners: Vec<(usize, usize)>,
    /// For each column of the sheet, which of `columns` it is.
    pub(super) by_position: Vec<Option<usize>>,
}

/// What sort of table stands under a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A roster, which is read.
    Roster,
    /// A roster that lacks columns: neither its rows nor what stands below them is read.
    Lacking,
    /// A list of another kind, which is not read. Below it the table above may go on.
    Foreign {
        /// The row, from 1, at which the table above goes on.
        ends: Option<u32>,
    },
}

/// What one heading was taken for.
pub(super) struct Reading<R: Record> {
    pub(super) column: Option<&'static Column<R>>,
    pub(super) certainty: Certainty,
}

/// A field that several columns would fill.
pub(super) struct Repeated<R: Record> {
    pub(super) column: &'static Column<R>,
    /// Which of the columns that have a heading, from the left.
    pub(super) reports: Vec<usize>,
    /// The one of them that people said is it.
    pub(super) chosen: Option<usize>,
}

impl<R: Record> Repeated<R> {
    /// Those of them that are not read.
    pub(super) fn unread(&self) -> impl Iterator<Item = usize> {
        let unread = |at: &usize| Some(*at) != self.chosen;
        self.reports.iter().copied().filter(unread)
    }
}

/// The fields of which a file has columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spoken(BTreeSet<&'static str>);

impl Spoken {
    /// Whether the file says anything of a field.
    pub fn has(&self, key: &str) -> bool {
        self.0.contains(key)
    }
}

impl FromIterator<&'static str> for Spoken {
    fn from_iter<I: IntoIterator<Item = &'static str>>(keys: I) -> Self {
        Self(keys.into_iter().filter(|key| !key.is_empty()).collect())
    }
}

impl<R: Record> Layout<R> {
    /// Whether a row may belong to it.
    fn holds(&self, place: Place) -> bool {
        self.index == place.sheet
            && self.header_row < place.row
            && self.ends().is_none_or(|ends| place.row < ends)
    }

    /// Whether its rows are read.
    pub fn is_read(&self) -> bool {
        self.sort == Sort::Roster
    }

    /// The row, from 1, at which the table above goes on.
    pub fn ends(&self) -> Option<u32> {
        match self.sort {
            Sort::Foreign { ends } => ends,
            Sort::Roster | Sort::Lacking => None,
        }
    }

    /// The first of the columns that fill the field `key`.
    pub fn place_of(&self, key: &str) -> Option<&Placed<R>> {
        self.columns.iter().find(|placed| placed.column.key == key)
    }

    /// Whether the sheet says anything of the field `key`.
    pub fn has(&self, key: &str) -> bool {
        self.place_of(key).is_some()
    }

    /// A problem at the cell of field `key` in a row; where the sheet has no such column, at the
    /// name of the person or household.
    pub fn problem(
        &self,
        severity: Severity,
        row: u32,
        key: &str,
        refusal: Refusal,
    ) -> RosterProblem {
        let problem = RosterProblem::of_file(severity, refusal);
        let named = || {
            let mut keys = R::OF_PART.iter().chain(R::OF_WHOLE);
            keys.find_map(|key| self.place_of(key))
        };
        match self.place_of(key).or_else(named) {
            Some(placed) => self.at(problem, row, placed),
            None => problem,
        }
    }

    /// Puts a problem at a cell.
    pub fn at(&self, problem: RosterProblem, row: u32, placed: &Placed<R>) -> RosterProblem {
        problem.at(&self.sheet, row, placed.position, placed.column.heading)
    }

    /// Which of `columns` stands at a column of the sheet.
    pub fn at_position(&self, position: u32) -> Option<usize> {
        *self.by_position.get(position as usize)?
    }

    /// What is read from a column of the sheet.
    pub fn placed(&self, position: u32) -> Option<&Placed<R>> {
        self.columns.get(self.at_position(position)?)
    }

    /// Whether a column counts the households, or, where none does for certain, the rows.
    pub fn counts(&self, index: usize) -> bool {
        let is = |heading: &str, placed: &Placed<R>| {
            placed.column.key.is_empty() && placed.column.heading == heading
        };
        is(HOUSEHOLD_SERIAL, &self.columns[index])
            || (is(SERIAL, &self.columns[index])
                && !self.columns.iter().any(|it| is(HOUSEHOLD_SERIAL, it)))
    }

    /// Whether it has one row for each part; else it has one for each whole.
    pub fn lists_parts(&self) -> bool {
        R::OF_PART.iter().any(|key| self.has(key))
    }

    /// Whether a column of the sheet has a heading.
    pub fn has_heading(&self, position: u32) -> bool {
        self.headings.iter().any(|(at, _)| *at == position)
    }

    /// The heading of a column of the sheet, as reports name it.
    pub(super) fn heading_at(&self, position: u32) -> &str {
        let mut headings = self.headings.iter().zip(&self.reports);
        let found = headings.find(|((at, _), _)| *at == position);
        found.map_or("", |(_, report)| report.heading.as_str())
    }

    /// Whether a text is what the heading of a column says, or a row of it.
    pub fn is_heading(&self, position: u32, text: &str) -> bool {
        self.headings
            .iter()
            .any(|(at, parts)| *at == position && parts.iter().any(|part| part == text))
    }

    /// Whether several columns would fill a field, and none does.
    pub(super) fn repeats(&self, key: &str) -> bool {
        self.repeated
            .iter()
            .any(|it| it.column.key == key && it.chosen.is_none())
    }

    /// Whether a column that is not read may mean a field.
    pub(super) fn may_have(&self, key: &str) -> bool {
        self.repeats(key) || self.proposals.iter().any(|(_, column)| column.key == key)
    }

    pub(super) fn keys(&self) -> BTreeSet<&'static str> {
        self.columns
            .iter()
            .filter(|placed| !placed.column.key.is_empty())
            .map(|placed| placed.column.heading)
            .collect()
    }

    /// The heading of the column whose person a column may be about, and is not read for that.
    pub(super) fn owner(&self, report: usize) -> Option<&str> {
        let mut owners = self.owners.iter();
        let (_, owner) = owners.find(|(at, _)| *at == report)?;
        Some(&self.reports.get(*owner)?.heading)
    }

    pub(super) fn unknown(&self) -> impl Iterator<Item = &ColumnReport> {
        self.reports
            .iter()
            .filter(|column| column.certainty == Certainty::Unknown)
    }
}

/// The sheets that are read, by their place in the file.
pub struct Layouts<R: Record> {
    /// By the number of the sheet; `None` for sheets that are not read.
    pub(super) sheets: Vec<Option<Layout<R>>>,
    /// In which order they are read: sheets with one row a whole go first.
    pub(super) order: Vec<u16>,
    pub(super) reports: Vec<SheetReport>,
    /// Tables that begin further down in a sheet under a heading of their own, in the order of reading.
    pub(super) further: Vec<Layout<R>>,
}

impl<R: Record> Layouts<R> {
    /// The sheets that are read, in the order in which that is to be done.
    pub fn iter(&self) -> impl Iterator<Item = &Layout<R>> {
        self.order.iter().filter_map(|sheet| self.get(*sheet))
    }

    /// Whether any sheet has one row for each part.
    pub fn list_parts(&self) -> bool {
        self.iter().any(Layout::lists_parts)
    }

    /// In which order sheets are read.
    pub fn order(&self) -> Vec<u16> {
        self.order.clone()
    }

    /// The tables further down in the sheets.
    pub fn further(&self) -> &[Layout<R>] {
        &self.further
    }

    /// Adds a table further down in a sheet.
    pub fn add(&mut self, table: Layout<R>) {
        self.further.push(table);
    }

    /// The table that a row belongs to: the one whose heading is the nearest above it.
    pub fn at(&self, place: Place) -> Option<&Layout<R>> {
        let further = self.further.iter().rev().find(|table| table.holds(place));
        further.or_else(|| self.get(place.sheet))
    }

    /// The table of the roster above one that is passed over.
    pub fn above(&self, place: Place) -> Option<&Layout<R>> {
        let mut tables = self.further.iter().rev();
        let further = tables.find(|table| table.is_read() && table.holds(place));
        further.or_else(|| self.get(place.sheet))
    }

    /// Ends the table that is passed over at a row, which belongs to the table above it.
    pub fn end(&mut self, place: Place) {
        let mut tables = self.further.iter_mut().rev();
        if let Some(table) = tables.find(|table| !table.is_read() && table.holds(place)) {
            table.sort = Sort::Foreign {
                ends: Some(place.row),
            };
        }
    }

    /// The first table of a sheet that is read.
    pub fn get(&self, sheet: u16) -> Option<&Layout<R>> {
        self.sheets.get(usize::from(sheet))?.as_ref()
    }

    /// The fields of which there are columns.
    pub fn spoken(&self) -> Spoken {
        self.iter()
            .chain(&self.further)
            .flat_map(|layout| &layout.columns)
            .map(|placed| placed.column.key)
            .collect()
    }

    /// A problem at the cell of field `key`, as [`Layout::problem`].
    pub fn problem(
        &self,
        severity: Severity,
        place: Place,
        key: &str,
        refusal: Refusal,
    ) -> RosterProblem {
        match self.at(place) {
            Some(layout) => layout.problem(severity, place.row, key, refusal),
            None => RosterProblem::of_file(severity, refusal),
        }
    }

    /// Address of the cell of field `key`, with the sheet where it is another than `from`.
    pub fn address(&self, place: Place, key: &str, from: u16) -> String {
        let Some(layout) = self.at(place) else {
            return String::new();
        };
        let position = layout.place_of(key).map_or(0, |placed| placed.position);
        let cell = address(place.row, position);
        if place.sheet == from {
            cell
        } else {
            format!("{}!{cell}", layout.sheet)
        }
    }

    /// What the report says of the sheets, to which reading adds its counts.
    pub fn reports(&self) -> Vec<SheetReport> {
        self.reports.clone()
    }
}

/// A problem of a sheet as a whole.
pub fn of_sheet(sheet: &str, severity: Severity, refusal: Refusal) -> RosterProblem {
    RosterProblem {
        sheet: Some(sheet.to_owned()),
        ..RosterProblem::of_file(severity, refusal)
    }
}
