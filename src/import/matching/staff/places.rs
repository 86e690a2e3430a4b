//! The towns and villages for which a roster of staff makes people responsible, and their units, by name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::known::{Around, Known};
use super::question::Question;
use crate::household::rule::Severity;
use crate::import::matching::places::{FileArea, FileUnit, KnownPlaces, Spellings};
use crate::import::report::Conflict;
use crate::problem::words;
use crate::renaming::Planned;
use crate::roster::choices::Choices;
use crate::roster::report::{Place, Problems};
use crate::roster::staffing::{ReadPerson, StaffRoster};
use crate::staff::StaffFacts;
use crate::staff::unit::{names_in, town_in};
use crate::value::Refusal;

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
    let spellings = Spellings::of(&in_file(roster, around), known, choices);
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
    let asked = questions(spellings.conflicts, about, &left_out);
    (asked, spellings.renamings)
}

/// Asks about names that may be spellings of one unit, or that a unit had before, and reads them by what was
/// answered.
pub fn unit_spellings(
    roster: &mut StaffRoster,
    known: &Known<'_>,
    around: &Around,
    choices: &Choices,
) -> Vec<Question> {
    let mut named: BTreeMap<&str, FileUnit> = BTreeMap::new();
    for person in roster.people.iter().filter(|it| !it.facts.unit.is_empty()) {
        let unit = named.entry(&person.facts.unit).or_insert_with(|| FileUnit {
            name: person.facts.unit.clone(),
            people: 0,
            cells: Vec::new(),
        });
        unit.people += 1;
        unit.cells.push(person.place.cell(&roster.sheets, "unit"));
    }
    let mut people: BTreeMap<&str, usize> = BTreeMap::new();
    for person in known.people {
        *people.entry(&person.unit).or_default() += usize::from(person.active);
    }
    let villages = |name: &str| around.unit_villages.get(name).map_or(0, Vec::len);
    for name in around.unit_villages.keys() {
        people.entry(name).or_default();
    }
    let known = people
        .iter()
        .map(|(name, people)| (*name, *people, villages(name)));
    let named = named.into_values().collect();
    let spellings = Spellings::of_units(named, known, &around.links, choices);
    let mut about: HashMap<String, Vec<usize>> = HashMap::new();
    let mut left_out = Vec::new();
    for (index, person) in roster.people.iter_mut().enumerate() {
        let Some(reading) = spellings.unit(&person.facts.unit) else {
            continue;
        };
        if let Some(key) = &reading.undecided {
            about.entry(key.clone()).or_default().push(index);
        }
        if reading.left_out {
            left_out.push(index);
        }
        person.facts.unit.clone_from(&reading.name);
    }
    questions(spellings.conflicts, about, &left_out)
}

/// The questions with the people whom each is about.
fn questions(
    conflicts: Vec<Conflict>,
    mut about: HashMap<String, Vec<usize>>,
    left_out: &[usize],
) -> Vec<Question> {
    let questions = conflicts.into_iter().map(|conflict| {
        let people = match conflict.accepted {
            Some(false) => left_out.to_vec(),
            _ => about.remove(&conflict.key).unwrap_or_default(),
        };
        Question { conflict, people }
    });
    questions.collect()
}

/// Tells of villages that people are made responsible for and that nobody knows, once each with how many they
/// are; nothing where no household is on the register yet.
pub fn unknown_villages(roster: &StaffRoster, around: &Around, problems: &mut Problems) {
    if around.areas.is_empty() {
        return;
    }
    let is_known = |towns: &[String], village: &str| {
        let in_town = |town: &String| towns.is_empty() || towns.contains(town);
        let mut areas = around.areas.iter();
        let mut linked = around.links.units.keys();
        areas.any(|(town, name, _)| name == village && in_town(town))
            || linked.any(|area| area.village == village && in_town(&area.town))
            || town_in(village).is_some_and(|place| around.has(place))
    };
    let mut unknown: BTreeMap<String, (usize, Place)> = BTreeMap::new();
    for person in &roster.people {
        let towns = names_in(person.facts.town.as_deref());
        for village in names_in(person.facts.village.as_deref()) {
            if !is_known(&towns, &village) {
                let name = towns.join("、") + &village;
                unknown.entry(name).or_insert((0, person.place)).0 += 1;
            }
        }
    }
    for (name, (count, place)) in unknown {
        let reason = words!(
            "“{name}”：登记和单位的定点帮扶村中都没有这个村，名册中有 {count} 人负责",
            "“{name}”: neither the register nor the villages of units have it; people of the roster in charge of it: {count}"
        );
        let remedy = words!(
            "请核对负责镇和负责村的名称；如确是新的村，不必改",
            "check the names of town and village; if it is a new village, nothing needs to be done"
        );
        let refusal = Refusal::new("village_unknown", reason, remedy);
        let problem = place.problem(&roster.sheets, Severity::Warning, "village", refusal);
        problems.push_for(problem, count);
    }
}

/// The places that people name, each with how many people do: towns, and villages of each of their towns; one that
/// the register has in some of them is none of the others.
fn in_file(roster: &StaffRoster, around: &Around) -> Vec<FileArea> {
    let known: BTreeSet<_> = around
        .areas
        .iter()
        .map(|(town, village, _)| (town.as_str(), village.as_str()))
        .collect();
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
        for village in &villages {
            if town_in(village).is_some_and(|place| around.has(place)) {
                continue;
            }
            let has = |town: &String| known.contains(&(town.as_str(), village.as_str()));
            let is_somewhere = towns.iter().any(has);
            let is_town = |town: &str| known.iter().any(|(known, _)| *known == town);
            for town in &towns {
                let is_elsewhere = is_somewhere && !has(town) && is_town(town);
                if is_elsewhere || (town.is_empty() && village.is_empty()) {
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

/// The same names in another order are no change.
pub fn keep_order(facts: &mut StaffFacts, before: &StaffFacts) {
    let in_order = |cell: &Option<String>| {
        let mut names = names_in(cell.as_deref());
        names.sort_unstable();
        names.dedup();
        names
    };
    for (cell, before) in [
        (&mut facts.town, &before.town),
        (&mut facts.village, &before.village),
    ] {
        if cell != before && in_order(cell) == in_order(before) {
            cell.clone_from(before);
        }
    }
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
