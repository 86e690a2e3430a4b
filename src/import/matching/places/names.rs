//! How the households of a file say where they live, and how that is read.

use std::collections::HashMap;

use super::spelling::{FileArea, Spellings};
use crate::household::HouseholdFacts;
use crate::roster::grouping::{HouseholdRoster, NamedArea};

/// A village of the file as it is read.
#[derive(Clone, Debug)]
pub struct AreaRead {
    pub town: String,
    pub village: String,
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
        Some(at)
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
    AreaRead {
        town: name.clone(),
        village: village.map_or(&area.village, |read| &read.name).clone(),
        undecided: readings()
            .filter_map(|read| read.undecided.clone())
            .collect(),
        left_out: readings().any(|read| read.left_out),
    }
}
