//! How the households of a file say where they live, and how that is read.

use std::collections::HashMap;

use super::spelling::{FileArea, Spellings};
use crate::household::HouseholdFacts;
use crate::renaming::Change;
use crate::renaming::spelling::group_of;
use crate::roster::grouping::{HouseholdRoster, NamedArea};

/// A village of the file as it is read.
#[derive(Clone, Debug)]
pub struct AreaRead {
    pub town: String,
    pub village: String,
    /// The group that the file writes behind the village, where it is read without.
    group: Option<String>,
    /// Keys of questions about its names that are not answered yet.
    pub undecided: Vec<String>,
    /// Whether its households are left out.
    pub left_out: bool,
}

/// The villages of a file, in the order in which it names them first.
#[derive(Debug, Default)]
pub struct PlaceNames {
    areas: Vec<AreaRead>,
    by_name: HashMap<String, HashMap<String, u32>>,
}

impl PlaceNames {
    /// The villages of a file, by what was answered about their names.
    pub fn of(areas: &[NamedArea], spellings: &Spellings) -> Self {
        let mut names = Self::default();
        for (at, area) in (0..).zip(areas) {
            let villages = names.by_name.entry(area.town.clone()).or_default();
            villages.insert(area.village.clone(), at);
            names.areas.push(read(area, spellings));
        }
        names
    }

    /// The villages of a file, with the cells where they stand.
    pub fn in_file(roster: &HouseholdRoster) -> Vec<FileArea> {
        let areas = roster.areas.iter();
        areas
            .map(|area| {
                let cell =
                    |place: &crate::roster::report::Place| place.cell(&roster.sheets, "village");
                FileArea {
                    town: area.town.clone(),
                    village: area.village.clone(),
                    count: area.households,
                    cells: area.places.iter().map(cell).collect(),
                }
            })
            .collect()
    }

    /// Reads where a household lives, and writes it into its facts; gives which village of the file it is.
    pub fn read(&self, facts: &mut HouseholdFacts) -> Option<usize> {
        let villages = self.by_name.get(&facts.town)?;
        let at = *villages.get(&facts.village)? as usize;
        let area = &self.areas[at];
        if facts.town != area.town {
            facts.town.clone_from(&area.town);
        }
        if facts.village != area.village {
            facts.village.clone_from(&area.village);
        }
        if facts.group_name.is_none() {
            facts.group_name.clone_from(&area.group);
        }
        Some(at)
    }

    /// Reads what still says the old name as the new one.
    pub fn follow(&mut self, change: &Change) {
        let Change::Place { from, to } = change else {
            return;
        };
        for area in &mut self.areas {
            let read = from.renamed(to, (&area.town, &area.village));
            if let Some((town, village)) =
                read.map(|(town, village)| (town.to_owned(), village.to_owned()))
            {
                (area.town, area.village) = (town, village);
            }
        }
    }

    /// A village of the file.
    pub fn get(&self, at: usize) -> &AreaRead {
        &self.areas[at]
    }
}

fn read(area: &NamedArea, spellings: &Spellings) -> AreaRead {
    let town = spellings.town(&area.town);
    let name = town.map_or(&area.town, |read| &read.name);
    let village = spellings.village(name, &area.village);
    let readings = || town.into_iter().chain(village);
    let group = village.and_then(|read| {
        let (_, group) = group_of(&area.village)?;
        group_of(&read.name).is_none().then(|| group.to_owned())
    });
    AreaRead {
        group,
        town: name.clone(),
        village: village.map_or(&area.village, |read| &read.name).clone(),
        undecided: readings()
            .filter_map(|read| read.undecided.clone())
            .collect(),
        left_out: readings().any(|read| read.left_out),
    }
}
