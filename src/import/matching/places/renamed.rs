//! Places that a roster calls otherwise than the register, while units and helpers are linked to the old name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::names::PlaceNames;
use super::spelling::Spellings;
use super::words::{cut_key, links_words};
use crate::code_list::CodeList;
use crate::import::matching::record_match::Known;
use crate::import::report::{Conflict, ConflictKind, PossibleAnswer};
use crate::renaming::{Change, Links, Locality, Planned};
use crate::roster::choices::{Choices, Decided, ImportAnswer};
use crate::roster::grouping::HouseholdRoster;

/// Most cells and households that a question lists.
const MOST_PLACES: usize = 200;
const ANSWERS: [ImportAnswer; 2] = [ImportAnswer::Renamed, ImportAnswer::Moved];

/// What is asked of places that the file calls otherwise.
#[derive(Debug, Default)]
pub struct PlacesRenamed {
    pub conflicts: Vec<Conflict>,
    pub renamings: Vec<Planned>,
    /// Households of the file, each with the question that is not answered.
    pub undecided: Vec<(usize, String)>,
    /// Households of the file that are left out.
    pub left_out: Vec<usize>,
}

/// A village of the register whose households the file has under another name.
#[derive(Debug, Default)]
struct Gone {
    /// Open households on the register.
    open: usize,
    /// Those of them that the file has, by their place in it, under each name.
    moved: BTreeMap<(String, String), Vec<usize>>,
}

impl Gone {
    /// The one name under which the file has them, if it has at least half of all of them and under no other.
    fn name(&self) -> Option<(&(String, String), &Vec<usize>)> {
        let mut names = self.moved.iter();
        let found = names
            .next()
            .filter(|(_, found)| found.len() * 2 >= self.open)?;
        names.next().is_none().then_some(found)
    }
}

/// A place that may be called otherwise.
struct Suspect {
    from: Locality,
    to: Locality,
    open: usize,
    indexes: Vec<usize>,
    /// Whether the register has the new name.
    merges: bool,
}

/// Finds places of the register that the file does not name and whose households it has under one other name,
/// while units or helpers are linked to the old one; and asks.
pub fn places_renamed(
    known: Known<'_>,
    roster: &HouseholdRoster,
    (names, spellings): (&PlaceNames, &Spellings),
    links: &Links,
    choices: &Choices,
) -> PlacesRenamed {
    let mut found = PlacesRenamed::default();
    for suspect in suspects(known, names, spellings, links) {
        found.ask(known, roster, links, choices, &suspect);
    }
    found
}

fn suspects(
    known: Known<'_>,
    names: &PlaceNames,
    spellings: &Spellings,
    links: &Links,
) -> Vec<Suspect> {
    let register = known.register;
    let mut gone: BTreeMap<u32, Gone> = BTreeMap::new();
    for (index, outline) in known.outlines.households.iter().enumerate() {
        let (Some(own), Some(area)) = (known.matches.household_of(index), outline.area()) else {
            continue;
        };
        let before = register.area_of(own);
        if register.is_closed(own) || known.outlines.areas[before as usize] {
            continue;
        }
        let read = names.get(area);
        let name = (read.town.clone(), read.village.clone());
        let moved = &mut gone.entry(before).or_default().moved;
        moved.entry(name).or_default().push(index);
    }
    if gone.is_empty() {
        return Vec::new();
    }
    let open = register.open_by_area();
    for (area, gone) in &mut gone {
        gone.open = open[*area as usize];
    }
    gone.retain(|area, gone| {
        let (town, village) = register.area_name(*area);
        gone.name().is_some_and(|((new_town, new_village), _)| {
            !spellings.renames((town, village), (new_town, new_village))
        })
    });
    let towns_in_file: BTreeSet<&str> = (0..)
        .zip(&known.outlines.areas)
        .filter(|(_, is_in_file)| **is_in_file)
        .map(|(area, _)| register.area_name(area).0)
        .collect();
    let mut suspects = whole_towns(known, &mut gone, &towns_in_file, &open);
    for (area, gone) in &gone {
        let (town, village) = register.area_name(*area);
        if let Some(((new_town, new_village), indexes)) = gone.name() {
            suspects.push(Suspect {
                from: Locality::village(town, village),
                to: Locality::village(new_town, new_village),
                open: gone.open,
                indexes: indexes.clone(),
                merges: register.find_area(new_town, new_village).is_some(),
            });
        }
    }
    suspects.retain(|it| {
        let village = it.from.village.as_deref();
        links.units_of(&it.from.town, village) + links.helpers_of(&it.from.town, village) > 0
    });
    suspects
}

/// Takes out the villages of towns that the file does not name at all and whose villages it has, by the same
/// names, in one other town.
fn whole_towns(
    known: Known<'_>,
    gone: &mut BTreeMap<u32, Gone>,
    towns_in_file: &BTreeSet<&str>,
    open_by_area: &[usize],
) -> Vec<Suspect> {
    let register = known.register;
    let mut by_town: HashMap<&str, Vec<u32>> = HashMap::new();
    for area in gone.keys() {
        by_town
            .entry(register.area_name(*area).0)
            .or_default()
            .push(*area);
    }
    let mut suspects = Vec::new();
    let mut towns: Vec<_> = by_town.into_iter().collect();
    towns.sort_unstable();
    for (town, areas) in towns {
        let mut targets = BTreeSet::new();
        let mut same_villages = true;
        let (mut open, mut indexes) = (0, Vec::new());
        for area in &areas {
            let Some(((new_town, new_village), found)) = gone.get(area).and_then(Gone::name) else {
                continue;
            };
            same_villages &= register.area_name(*area).1 == new_village;
            targets.insert(new_town.clone());
            indexes.extend(found.iter().copied());
        }
        for (area, count) in (0..).zip(open_by_area) {
            if register.area_name(area).0 == town {
                open += count;
            }
        }
        let target = targets.pop_first().filter(|_| targets.is_empty());
        let Some(target) = target.filter(|target| *target != town) else {
            continue;
        };
        if !same_villages || towns_in_file.contains(town) || indexes.len() * 2 < open {
            continue;
        }
        let mut all = (0..).zip(open_by_area);
        let merges = all.any(|(area, _)| register.area_name(area).0 == target);
        for area in &areas {
            gone.remove(area);
        }
        suspects.push(Suspect {
            from: Locality::town(town),
            to: Locality::town(target),
            open,
            indexes,
            merges,
        });
    }
    suspects
}

impl PlacesRenamed {
    fn ask(
        &mut self,
        known: Known<'_>,
        roster: &HouseholdRoster,
        links: &Links,
        choices: &Choices,
        suspect: &Suspect,
    ) {
        let kind = ConflictKind::PlaceRenamed;
        let (old, new) = (suspect.from.words(), suspect.to.words());
        let key = format!("{}:{}", kind.code(), cut_key(&old));
        let decided = choices.decided(&key, kind.code(), &ANSWERS);
        match &decided {
            Decided::Open => {
                let keys = suspect.indexes.iter().map(|index| (*index, key.clone()));
                self.undecided.extend(keys);
            }
            Decided::Refused => self.left_out.extend(&suspect.indexes),
            Decided::Given(ImportAnswer::Renamed, _) => self.renamings.push(Planned {
                change: Change::Place {
                    from: suspect.from.clone(),
                    to: suspect.to.clone(),
                },
                merges: suspect.merges,
                reason: "导入名册时确认更名或合并".to_owned(),
            }),
            Decided::Given(..) => {}
        }
        let village = suspect.from.village.as_deref();
        let town = &suspect.from.town;
        let linked = links_words(
            links.units_of(town, village),
            links.helpers_of(town, village),
        );
        let (count, open) = (suspect.indexes.len(), suspect.open);
        let rest = open.saturating_sub(count);
        let rest = if rest > 0 {
            format!("，名册以外的 {rest} 户也改为新名")
        } else {
            String::new()
        };
        let what = if suspect.merges {
            "并入"
        } else {
            "更名为"
        };
        let answer = |answer, words: String| PossibleAnswer { answer, words };
        self.conflicts.push(Conflict {
            key,
            kind,
            places: cells(roster, known, &suspect.indexes),
            household_ids: ids(known, &suspect.indexes),
            question: format!(
                "登记在{old}的 {open} 户中有 {count} 户，名册都写作{new}；{old}仍有{}。是{what}{new}，还是住户搬迁？",
                linked.unwrap_or_default()
            ),
            proposal: format!("{old}{what}{new}：单位和负责人的联系随之改为新名"),
            accepted: decided.accepted(),
            answers: vec![
                answer(
                    ImportAnswer::Renamed,
                    format!("{what}新名：单位和负责人的联系随之改为新名{rest}"),
                ),
                answer(
                    ImportAnswer::Moved,
                    "住户搬迁：单位和负责人的联系不变".to_owned(),
                ),
            ],
            answer: decided.answer(),
            names: Vec::new(),
        });
    }
}

fn cells(roster: &HouseholdRoster, known: Known<'_>, indexes: &[usize]) -> Vec<String> {
    let mut areas: Vec<_> = indexes
        .iter()
        .filter_map(|index| known.outlines.households[*index].area())
        .collect();
    areas.sort_unstable();
    areas.dedup();
    let places = areas
        .into_iter()
        .flat_map(|area| &roster.areas[area].places);
    let cells = places.map(|place| place.cell(&roster.sheets, "village"));
    cells.take(MOST_PLACES).collect()
}

fn ids(known: Known<'_>, indexes: &[usize]) -> Vec<uuid::Uuid> {
    let own = indexes
        .iter()
        .filter_map(|index| known.matches.household_of(*index));
    own.take(MOST_PLACES)
        .map(|household| known.register.id(household))
        .collect()
}
