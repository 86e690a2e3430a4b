//! What the headings of a sheet mean.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::model::{Layout, Placed, Reading, Repeated, Role, Sort};
use super::owner::owner;
use crate::roster::choices::{Choices, ColumnChoice};
use crate::roster::column::{Column, Headings, Record};
use crate::roster::heading;
use crate::roster::heading::{Block, Meaning, Path};
use crate::roster::profile::Profile;
use crate::roster::report::{Certainty, ColumnReport};
use crate::value::Unit;
use crate::workbook::column_letters;
use crate::workbook::reader::MAX_COLUMNS;
use crate::workbook::source::Sheet;

/// A row with so many known headings is taken for a heading, if only to say what is missing in it.
const LEAST_HEADINGS: usize = 3;
/// With fewer of them it must name all that a row has to name.
const FEWEST_HEADINGS: usize = 2;

/// What headings mean: those of the table, those that people chose, those of profiles.
pub struct Lexicon<'a, R: Record> {
    pub(super) headings: Headings<R>,
    pub(super) choices: HashMap<&'a str, Option<&'a str>>,
    pub(super) profiles: Vec<(&'a Profile, HashMap<&'a str, Option<&'a str>>)>,
    /// The profile that was named.
    pub(super) named: Option<Uuid>,
}

fn mapping(columns: &[ColumnChoice]) -> HashMap<&str, Option<&str>> {
    columns
        .iter()
        .map(|choice| (choice.heading.as_str(), choice.field.as_deref()))
        .collect()
}

impl<'a, R: Record> Lexicon<'a, R> {
    /// Of a table of columns, with what people say of a file's headings.
    pub fn new(table: &'static [Column<R>], choices: &'a Choices, profiles: &'a [Profile]) -> Self {
        Self {
            headings: Headings::of(table),
            choices: mapping(&choices.columns),
            profiles: profiles
                .iter()
                .map(|profile| (profile, mapping(&profile.columns.0)))
                .collect(),
            named: choices.profile_id,
        }
    }

    /// The profile that counts for a heading: one that was named, else one with just its columns.
    fn profile(&self, block: &Block) -> Option<&HashMap<&'a str, Option<&'a str>>> {
        let names: HashSet<String> = block.paths.iter().map(Path::name).collect();
        // Profiles that were saved before repeated headings were numbered have each heading once.
        let words: HashSet<String> = block.paths.iter().map(Path::words).collect();
        let fits = |columns: &HashMap<&str, Option<&str>>| {
            let has = |names: &HashSet<String>| {
                columns.len() == names.len() && columns.keys().all(|name| names.contains(*name))
            };
            has(&names) || has(&words)
        };
        self.profiles
            .iter()
            .find(|(profile, _)| self.named == Some(profile.id))
            .or_else(|| self.profiles.iter().find(|(_, columns)| fits(columns)))
            .map(|(_, columns)| columns)
    }

    pub(super) fn read(
        &self,
        path: &Path,
        profile: Option<&HashMap<&'a str, Option<&'a str>>>,
    ) -> Reading<R> {
        let (name, words) = (path.name(), path.words());
        let meaning = self.headings.meaning(&path.parts);
        let of_field = |field: &str| match &meaning {
            // Several columns may fill a field, each in its own way: 危房户 says the opposite of 住房安全.
            Meaning::Certain(own) | Meaning::Doubtful(own) if own.key == field => Some(*own),
            _ => self.headings.field(field),
        };
        let as_said = |field: Option<&str>, certainty| Reading {
            column: field.and_then(of_field),
            certainty,
        };
        let said = |columns: &HashMap<&'a str, Option<&'a str>>| {
            let said = columns.get(name.as_str()).or(columns.get(words.as_str()));
            said.copied()
        };
        if let Some(field) = said(&self.choices) {
            return as_said(field, Certainty::Chosen);
        }
        if let Some(field) = profile.and_then(said) {
            return as_said(field, Certainty::Profile);
        }
        match meaning {
            Meaning::Certain(column) => Reading {
                column: Some(column),
                certainty: Certainty::Exact,
            },
            Meaning::Doubtful(column) => Reading {
                column: Some(column),
                certainty: Certainty::Proposed,
            },
            Meaning::Unknown => Reading {
                column: None,
                certainty: Certainty::Unknown,
            },
        }
    }

    /// Where the heading of a sheet is, if it has one at all.
    pub(super) fn find(&self, index: u16, sheet: &Sheet) -> Option<Layout<R>> {
        let certain = |block: &Block| {
            let profile = self.profile(block);
            let read = block.paths.iter().map(|path| self.read(path, profile));
            let known: Vec<_> = read
                .filter(|read| read.certainty != Certainty::Proposed)
                .filter_map(|read| read.column)
                .collect();
            // A list of two columns is whole if they name all that there is to name.
            let has = |keys: &[&str]| known.iter().any(|column| keys.contains(&column.key));
            let is_whole = !R::ONE_OF.is_empty() && R::ONE_OF.iter().all(|keys| has(keys));
            match known.len() {
                FEWEST_HEADINGS if is_whole => LEAST_HEADINGS,
                count => count,
            }
        };
        let likely = |block: &Block| {
            let known = |path: &&Path| {
                self.headings
                    .propose(&path.parts, &[], Unit::Yuan)
                    .is_some()
                    || !matches!(self.headings.meaning(&path.parts), Meaning::Unknown)
            };
            block.paths.iter().filter(known).count()
        };
        let block = best(heading::blocks(sheet), certain).or_else(|| {
            // Headings nearly all of which must be asked back stand in one row, as a rule.
            let lone = heading::blocks(sheet).filter(|block| block.top == block.bottom);
            best(lone, likely)
        })?;
        let first = self.first_table(sheet, &block).unwrap_or(block);
        let block = heading::widened(first, sheet);
        Some(self.layout(index, sheet, &block))
    }

    /// The heading of a sheet that has too few known columns for [`Self::find`]: a row of words, of which several
    /// are known, or one names what a row is about. It is good to say what is missing in it.
    pub(super) fn find_short(&self, index: u16, sheet: &Sheet) -> Option<Layout<R>> {
        let is_word = |text: &String| !text.contains(|sign: char| sign.is_ascii_digit());
        let known = |block: &Block| {
            let read = block.paths.iter().map(|path| self.read(path, None));
            let columns = read.filter_map(|read| read.column);
            let keys: Vec<_> = columns
                .map(|column| column.key)
                .filter(|key| !key.is_empty())
                .collect();
            let names = R::ONE_OF.iter().flat_map(|one_of| one_of.iter());
            let is_named = names.into_iter().any(|key| keys.contains(key));
            (keys.len() >= FEWEST_HEADINGS || is_named).then_some(keys.len())
        };
        let best = heading::blocks(sheet)
            .filter(|block| block.top == block.bottom)
            .filter(|block| block.paths.iter().flat_map(|path| &path.parts).all(is_word))
            .filter_map(|block| Some((known(&block)?, block)))
            .max_by_key(|(count, block)| (*count, u32::MAX - block.top))?;
        Some(self.layout(index, sheet, &best.1))
    }

    /// The heading of a table that has all that a roster must have and stands above the one with the most columns:
    /// that begins a further table.
    fn first_table(&self, sheet: &Sheet, best: &Block) -> Option<Block> {
        let is_whole = |block: &Block| {
            let profile = self.profile(block);
            let read = block.paths.iter().map(|path| self.read(path, profile));
            let known: HashSet<&str> = read
                .filter(|read| read.certainty == Certainty::Exact)
                .filter_map(|read| Some(read.column?.key))
                .collect();
            let table = self.headings.table().iter();
            let mut required = table
                .filter(|column| column.required && !R::ASKED.contains(&column.key))
                .peekable();
            required.peek().is_some() && required.all(|column| known.contains(column.key))
        };
        let single = heading::blocks(sheet).filter(|it| it.top == it.bottom);
        let mut above = single.filter(|it| it.bottom + 1 < best.top);
        above.find(is_whole)
    }

    pub(super) fn layout(&self, index: u16, sheet: &Sheet, block: &Block) -> Layout<R> {
        let mut layout = Layout {
            index,
            sheet: sheet.name.clone(),
            header_row: block.bottom,
            sort: Sort::Roster,
            columns: Vec::new(),
            reports: Vec::new(),
            headings: Vec::new(),
            proposals: Vec::new(),
            repeated: Vec::new(),
            owners: Vec::new(),
            by_position: vec![None; MAX_COLUMNS as usize],
        };
        let profile = self.profile(block);
        let mut readings: Vec<Reading<R>> = block
            .paths
            .iter()
            .map(|path| self.read(path, profile))
            .collect();
        layout.owners = (0..readings.len())
            .filter_map(|at| Some((at, owner(&block.paths, &readings, at)?)))
            .collect();
        layout.repeated = repeated(&readings);
        for (at, _) in &layout.owners {
            // Of several columns none is read until one is chosen; so it is with one alone.
            readings[*at].certainty = Certainty::Proposed;
        }
        for repeated in &layout.repeated {
            for at in repeated.unread() {
                // It is known what it would be, but not whose.
                readings[at].certainty = Certainty::Proposed;
            }
        }
        let unread: HashSet<usize> = layout.repeated.iter().flat_map(Repeated::unread).collect();
        let mut taken: HashSet<&str> = (0..)
            .zip(&readings)
            .filter(|(at, read)| read.certainty != Certainty::Proposed || unread.contains(at))
            .filter_map(|(_, read)| Some(read.column?.key))
            .collect();
        for (at, (path, mut read)) in block.paths.iter().zip(readings).enumerate() {
            if unread.contains(&at) {
                layout.report(path, &read, sheet);
                continue;
            }
            if read.certainty == Certainty::Unknown {
                let samples = heading::samples(sheet, block.bottom, path.position);
                read.column = self.headings.propose(&path.parts, &samples, path.unit());
                read.certainty = Certainty::Proposed;
            }
            if read.certainty == Certainty::Proposed
                && !read.column.is_some_and(|column| taken.insert(column.key))
            {
                read = Reading {
                    column: None,
                    certainty: Certainty::Unknown,
                };
            }
            layout.place(path, &read, sheet);
        }
        layout
    }
}

/// Fields that more than one column of the same meaning would fill. Where people, or a profile, say of
/// one alone that it does, it is read; else none of them is: one may be the helper's.
fn repeated<R: Record>(readings: &[Reading<R>]) -> Vec<Repeated<R>> {
    let mut found: Vec<Repeated<R>> = Vec::new();
    for (at, read) in readings.iter().enumerate() {
        let Some(column) = read.column.filter(|column| !column.key.is_empty()) else {
            continue;
        };
        if matches!(read.certainty, Certainty::Proposed | Certainty::Unknown) {
            continue;
        }
        match found.iter_mut().find(|it| std::ptr::eq(it.column, column)) {
            Some(known) => known.reports.push(at),
            None => found.push(Repeated {
                column,
                reports: vec![at],
                chosen: None,
            }),
        }
    }
    found.retain(|it| it.reports.len() > 1);
    for it in &mut found {
        let is_said = |at: &&usize| readings[**at].certainty != Certainty::Exact;
        let mut said = it.reports.iter().filter(is_said);
        it.chosen = said.next().copied().filter(|_| said.next().is_none());
    }
    found
}

/// The block with the most known headings; of several the first, which is the smallest.
fn best(blocks: impl Iterator<Item = Block>, known: impl Fn(&Block) -> usize) -> Option<Block> {
    let mut best: Option<(usize, Block)> = None;
    for block in blocks {
        let count = known(&block);
        if count >= LEAST_HEADINGS && best.as_ref().is_none_or(|(most, _)| *most < count) {
            best = Some((count, block));
        }
    }
    best.map(|(_, block)| block)
}

impl<R: Record> Layout<R> {
    fn place(&mut self, path: &Path, read: &Reading<R>, sheet: &Sheet) {
        let column = read.column;
        match (column, read.certainty) {
            (Some(column), Certainty::Proposed) => {
                self.proposals.push((self.reports.len(), column));
            }
            (Some(column), _) => {
                self.by_position[path.position as usize] = Some(self.columns.len());
                self.columns.push(Placed {
                    position: path.position,
                    column,
                    unit: path.unit(),
                    role: Role::of(column),
                });
            }
            (None, _) => {}
        }
        self.report(path, read, sheet);
    }

    /// Says how a heading was understood.
    fn report(&mut self, path: &Path, read: &Reading<R>, sheet: &Sheet) {
        let column = read.column;
        self.reports.push(ColumnReport {
            letters: column_letters(path.position),
            heading: path.name(),
            field: column
                .map(|column| column.key.to_owned())
                .filter(|key| !key.is_empty()),
            label: column.map(Column::label),
            certainty: read.certainty,
            hidden: sheet.hidden_columns.contains(&path.position),
        });
        self.headings.push((path.position, path.parts.clone()));
    }
}
