//! What the headings of a sheet mean.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::model::{Layout, Placed};
use crate::roster::choices::{Choices, ColumnChoice};
use crate::roster::column::{Column, Headings, Record};
use crate::roster::heading;
use crate::roster::heading::{Block, Meaning, Path};
use crate::roster::profile::Profile;
use crate::roster::report::{Certainty, ColumnReport};
use crate::roster::value::Unit;
use crate::workbook::column_letters;
use crate::workbook::reader::MAX_COLUMNS;
use crate::workbook::source::Sheet;

/// A row with so many known headings is taken for a heading, if only to say what is missing in it.
const LEAST_HEADINGS: usize = 3;

/// What headings mean: those of the table, those that people chose, those of profiles.
pub(super) struct Lexicon<'a, R: Record> {
    pub(super) headings: Headings<R>,
    pub(super) choices: HashMap<&'a str, Option<&'a str>>,
    pub(super) profiles: Vec<(&'a Profile, HashMap<&'a str, Option<&'a str>>)>,
    /// The profile that was named.
    pub(super) named: Option<Uuid>,
}

/// What one heading was taken for.
pub(super) struct Reading<R: Record> {
    column: Option<&'static Column<R>>,
    certainty: Certainty,
}

fn mapping(columns: &[ColumnChoice]) -> HashMap<&str, Option<&str>> {
    columns
        .iter()
        .map(|choice| (choice.heading.as_str(), choice.field.as_deref()))
        .collect()
}

impl<'a, R: Record> Lexicon<'a, R> {
    pub(super) fn new(
        table: &'static [Column<R>],
        choices: &'a Choices,
        profiles: &'a [Profile],
    ) -> Self {
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
        let fits = |columns: &HashMap<&str, Option<&str>>| {
            columns.len() == names.len() && columns.keys().all(|name| names.contains(*name))
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
        let name = path.name();
        let as_said = |field: Option<&str>, certainty| Reading {
            column: field.and_then(|field| self.headings.field(field)),
            certainty,
        };
        if let Some(field) = self.choices.get(name.as_str()) {
            return as_said(*field, Certainty::Chosen);
        }
        if let Some(field) = profile.and_then(|columns| columns.get(name.as_str())) {
            return as_said(*field, Certainty::Profile);
        }
        match self.headings.meaning(&path.parts) {
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
            block
                .paths
                .iter()
                .map(|path| self.read(path, profile))
                .filter(|read| read.column.is_some() && read.certainty != Certainty::Proposed)
                .count()
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
        let block = heading::widened(block, sheet);
        Some(self.layout(index, sheet, &block))
    }

    fn layout(&self, index: u16, sheet: &Sheet, block: &Block) -> Layout<R> {
        let mut layout = Layout {
            index,
            sheet: sheet.name.clone(),
            header_row: block.bottom,
            columns: Vec::new(),
            reports: Vec::new(),
            headings: Vec::new(),
            proposals: Vec::new(),
            by_position: vec![None; MAX_COLUMNS as usize],
        };
        let profile = self.profile(block);
        let readings: Vec<Reading<R>> = block
            .paths
            .iter()
            .map(|path| self.read(path, profile))
            .collect();
        let mut taken: HashSet<&str> = readings
            .iter()
            .filter(|read| read.certainty != Certainty::Proposed)
            .filter_map(|read| Some(read.column?.key))
            .collect();
        for (path, mut read) in block.paths.iter().zip(readings) {
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
                });
            }
            (None, _) => {}
        }
        self.reports.push(ColumnReport {
            letters: column_letters(path.position),
            heading: path.name(),
            field: column
                .map(|column| column.key.to_owned())
                .filter(|key| !key.is_empty()),
            label: column.map(|column| column.heading.to_owned()),
            certainty: read.certainty,
            hidden: sheet.hidden_columns.contains(&path.position),
        });
        let own = path.parts.last().cloned().unwrap_or_default();
        self.headings.push((path.position, own));
    }
}
