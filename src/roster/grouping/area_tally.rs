//! The towns and villages that a roster names, and how often.

use std::collections::HashMap;

use crate::household::model::HouseholdFacts;
use crate::roster::report::Place;

/// Most rows that are remembered of a village, to show where it stands.
const MOST_PLACES: usize = 200;

/// A village as the roster writes it.
#[derive(Clone, Debug)]
pub struct NamedArea {
    /// 镇(乡、街道).
    pub town: String,
    /// 村(居).
    pub village: String,
    /// Households that say so.
    pub households: usize,
    /// Their rows.
    pub rows: usize,
    /// The first rows of some of these households.
    pub places: Vec<Place>,
}

/// Counts villages while households are put together.
#[derive(Debug, Default)]
pub struct AreaTally {
    areas: Vec<NamedArea>,
    by_name: HashMap<String, HashMap<String, usize>>,
}

impl AreaTally {
    /// Counts a household of so many rows, if they say where it is.
    pub fn add(&mut self, facts: &HouseholdFacts, rows: usize, place: Place) {
        if facts.town.is_empty() || facts.village.is_empty() {
            return;
        }
        let known = self.by_name.get(&facts.town);
        let known = known.and_then(|villages| villages.get(&facts.village));
        let at = known.copied().unwrap_or_else(|| {
            let villages = self.by_name.entry(facts.town.clone()).or_default();
            villages.insert(facts.village.clone(), self.areas.len());
            self.areas.push(NamedArea {
                town: facts.town.clone(),
                village: facts.village.clone(),
                households: 0,
                rows: 0,
                places: Vec::new(),
            });
            self.areas.len() - 1
        });
        let area = &mut self.areas[at];
        area.households += 1;
        area.rows += rows;
        if area.places.len() < MOST_PLACES {
            area.places.push(place);
        }
    }

    /// The villages, in the order in which the roster names them first.
    pub fn into_areas(self) -> Vec<NamedArea> {
        self.areas
    }
}
