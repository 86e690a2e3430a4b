//! The towns and villages for which a roster of staff makes people responsible.

use std::collections::{BTreeMap, HashMap};

use super::asked::Question;
use super::known::Around;
use crate::import::matching::places::{FileArea, KnownPlaces, Spellings};
use crate::renaming::Planned;
use crate::roster::choices::Choices;
use crate::roster::staffing::{ReadPerson, StaffRoster};
use crate::staff::unit::names_in;

/// Asks about names that may be spellings of one place, and reads them by what was answered: writes them into
/// the people's facts. Gives what is to be called otherwise, too.
pub fn places(
    roster: &mut StaffRoster,
    around: &Around,
    choices: &Choices,
) -> (Vec<Question>, Vec<Planned>) {
    let known = KnownPlaces {
        areas: &around.areas,
        links: &around.links,
        unit: "人",
    };
    let spellings = Spellings::of(&in_file(roster), known, choices);
    let mut about: HashMap<String, Vec<usize>> = HashMap::new();
    let mut left_out = Vec::new();
    for (index, person) in roster.people.iter_mut().enumerate() {
        let (undecided, is_left_out) = read(person, &spellings);
        for key in undecided {
            let people = about.entry(key).or_default();
            if people.last() != Some(&index) {
                people.push(index);
            }
        }
        if is_left_out {
            left_out.push(index);
        }
    }
    let refused = |accepted| accepted == Some(false);
    let questions = spellings.conflicts.into_iter().map(|conflict| {
        let people = match conflict.accepted {
            accepted if refused(accepted) => left_out.clone(),
            _ => about.remove(&conflict.key).unwrap_or_default(),
        };
        Question { conflict, people }
    });
    (questions.collect(), spellings.renamings)
}

/// The places that people name, each with how many people do: towns, and villages of each of their towns.
fn in_file(roster: &StaffRoster) -> Vec<FileArea> {
    let mut areas: BTreeMap<(String, String), FileArea> = BTreeMap::new();
    for person in &roster.people {
        let towns = names_in(person.facts.town.as_deref());
        let villages = names_in(person.facts.village.as_deref());
        let or_nothing = |names: Vec<String>| {
            if names.is_empty() {
                vec![String::new()]
            } else {
                names
            }
        };
        let field = if villages.is_empty() {
            "town"
        } else {
            "village"
        };
        let (towns, villages) = (or_nothing(towns), or_nothing(villages));
        for town in &towns {
            for village in &villages {
                if town.is_empty() && village.is_empty() {
                    continue;
                }
                let area = areas.entry((town.clone(), village.clone()));
                let area = area.or_insert_with(|| FileArea {
                    town: town.clone(),
                    village: village.clone(),
                    count: 0,
                    cells: Vec::new(),
                });
                area.count += 1;
                area.cells.push(person.place.cell(&roster.sheets, field));
            }
        }
    }
    areas.into_values().collect()
}

/// Reads the places of a person; gives the questions that are open about them, and whether they are left out.
fn read(person: &mut ReadPerson, spellings: &Spellings) -> (Vec<String>, bool) {
    let towns = names_in(person.facts.town.as_deref());
    let villages = names_in(person.facts.village.as_deref());
    let (mut undecided, mut left_out) = (Vec::new(), false);
    let mut take = |reading: Option<&crate::import::matching::places::Reading>, name: &str| {
        let Some(reading) = reading else {
            return name.to_owned();
        };
        undecided.extend(reading.undecided.clone());
        left_out |= reading.left_out;
        reading.name.clone()
    };
    let towns_read: Vec<_> = towns
        .iter()
        .map(|town| take(spellings.town(town), town))
        .collect();
    let nowhere = [String::new()];
    let among = if towns_read.is_empty() {
        &nowhere[..]
    } else {
        &towns_read[..]
    };
    let villages_read: Vec<_> = villages
        .iter()
        .map(|village| {
            let mut readings = among
                .iter()
                .filter_map(|town| spellings.village(town, village));
            take(readings.next(), village)
        })
        .collect();
    write(&mut person.facts.town, &towns, &towns_read);
    write(&mut person.facts.village, &villages, &villages_read);
    (undecided, left_out)
}

/// Writes names into a cell if they are read otherwise than they are written, each once.
fn write(cell: &mut Option<String>, before: &[String], after: &[String]) {
    if before != after {
        let mut names: Vec<&str> = Vec::new();
        for name in after {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        *cell = Some(names.join("、"));
    }
}
