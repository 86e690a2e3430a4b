//! Names of places that may be spellings of one place: 双喜 in the file, 双喜村 on the register.

use std::collections::{BTreeSet, HashMap};

use super::reformed::Reformed;
use super::tally::{MOST_PLACES, Reading, Tallies, Tally};
use super::words::cut_key;
use crate::code_list::CodeList;
use crate::import::report::{Conflict, ConflictKind, PossibleAnswer};
use crate::problem::{Text, words};
use crate::renaming::alike::alike_or_same;
use crate::renaming::spelling::{Level, group_of};
use crate::renaming::{Change, Links, Locality, Planned};
use crate::roster::choices::{Choices, Decided, ImportAnswer};
use crate::staff::unit::town_in;
use crate::text::squeezed;

const ANSWERS: [ImportAnswer; 2] = [ImportAnswer::SamePlace, ImportAnswer::DifferentPlaces];

/// A village as a file writes it; a town alone has an empty village, and the other way round.
#[derive(Clone, Debug)]
pub struct FileArea {
    pub town: String,
    pub village: String,
    /// Households, or people of the staff, that say so.
    pub count: usize,
    /// Cells where it stands.
    pub cells: Vec<String>,
}

/// What is known of places beside the file.
#[derive(Clone, Copy, Debug)]
pub struct KnownPlaces<'a> {
    /// Towns and villages of the register, with their open households.
    pub areas: &'a [(String, String, usize)],
    /// What units and helpers are linked to.
    pub links: &'a Links,
    /// What a file counts: 户 or 人.
    pub unit: &'static str,
}

/// What is asked of the names of a file, and how they are read by what was answered.
#[derive(Debug, Default)]
pub struct Spellings {
    pub conflicts: Vec<Conflict>,
    /// What is to be called otherwise when the import is taken in.
    pub renamings: Vec<Planned>,
    /// Places that are not one, though their names are alike, or of which that is asked.
    apart: Vec<(Locality, Locality)>,
    /// By the name that the file writes; names that are read as they are written have no entry.
    towns: HashMap<String, Reading>,
    /// By the town as it is read.
    villages: HashMap<String, HashMap<String, Reading>>,
    units: HashMap<String, Reading>,
}

/// A unit as a file writes it.
#[derive(Clone, Debug)]
pub struct FileUnit {
    pub name: String,
    pub people: usize,
    /// Cells where it stands.
    pub cells: Vec<String>,
}

impl Spellings {
    /// Finds names that may be one place, and asks.
    pub fn of(file: &[FileArea], known: KnownPlaces<'_>, choices: &Choices) -> Self {
        let mut spellings = Self::default();
        let towns = Self::tally_towns(file, known);
        for group in groups(Level::Town, &towns) {
            let asked = Asked::of(Level::Town, &group, known.unit, choices);
            spellings.take(asked, |readings, spellings| {
                spellings.towns.extend(readings);
            });
        }
        for town in spellings.towns_as_read(file) {
            let villages = spellings.tally_villages(&town, file, known);
            let level = Level::VillageOf(&town);
            for group in groups(level, &villages) {
                let asked = Asked::of(level, &group, known.unit, choices);
                spellings.take(asked, |readings, spellings| {
                    let of_town = spellings.villages.entry(town.clone()).or_default();
                    of_town.extend(readings);
                });
            }
        }
        spellings
    }

    /// Finds names that may be one unit, and asks. The units of the register come with their active people and
    /// the number of their villages.
    pub fn of_units<'k>(
        file: Vec<FileUnit>,
        known: impl Iterator<Item = (&'k str, usize, usize)>,
        links: &Links,
        choices: &Choices,
    ) -> Self {
        let mut tallies = Tallies::default();
        for unit in file {
            tallies.in_file(&unit.name, unit.people, &unit.cells);
        }
        let mut villages = HashMap::new();
        for (name, people, linked) in known {
            tallies.on_register(name, people);
            villages.insert(name, linked);
        }
        for (old, since) in &links.former.units {
            tallies.formerly(old, &since.now, since.on);
        }
        let tallies = tallies.linked(|name| (villages.get(name).copied().unwrap_or(0), 0));
        let mut spellings = Self::default();
        for group in groups(Level::Unit, &tallies) {
            let asked = Asked::of(Level::Unit, &group, "人", choices);
            spellings.take(asked, |readings, spellings| {
                spellings.units.extend(readings);
            });
        }
        spellings
    }

    /// How a unit is read; nothing where it is read as it is written.
    pub fn unit(&self, name: &str) -> Option<&Reading> {
        self.units.get(name)
    }

    fn take(&mut self, asked: Option<Asked>, put: impl FnOnce(Vec<(String, Reading)>, &mut Self)) {
        if let Some(asked) = asked {
            self.conflicts.extend(asked.conflict);
            self.renamings.extend(asked.renamings);
            self.apart.extend(asked.apart);
            put(asked.readings, self);
        }
    }

    fn tally_towns(file: &[FileArea], known: KnownPlaces<'_>) -> Vec<Tally> {
        let mut tallies = Tallies::default();
        for area in file.iter().filter(|area| !area.town.is_empty()) {
            tallies.in_file(&area.town, area.count, &area.cells);
        }
        for (town, _, households) in known.areas {
            tallies.on_register(town, *households);
        }
        for area in known.links.units.keys() {
            tallies.get(&area.town);
        }
        for (towns, _) in known.links.helpers.keys() {
            for town in towns {
                tallies.get(town);
            }
        }
        for (from, since) in &known.links.former.places {
            if from.village.is_none() {
                tallies.formerly(&from.town, &since.now.town, since.on);
            }
        }
        tallies.linked(|name| {
            let links = known.links;
            (links.units_of(name, None), links.helpers_of(name, None))
        })
    }

    /// The towns of the file as they are read, in order; an empty one stands for villages without a town.
    fn towns_as_read(&self, file: &[FileArea]) -> BTreeSet<String> {
        let towns = file.iter().filter(|area| !area.village.is_empty());
        towns
            .map(|area| self.town(&area.town).map_or(&area.town, |read| &read.name))
            .cloned()
            .collect()
    }

    fn tally_villages(&self, town: &str, file: &[FileArea], known: KnownPlaces<'_>) -> Vec<Tally> {
        let mut tallies = Tallies::default();
        // A town as it is read: of those that are called otherwise than the register calls them, too.
        let is_here = |name: &str| {
            let read = self.town(name).map_or(name, |read| &read.name);
            town.is_empty() || read == town
        };
        for area in file.iter().filter(|area| !area.village.is_empty()) {
            let read = self.town(&area.town).map_or(&area.town, |read| &read.name);
            if read == town {
                tallies.in_file(&area.village, area.count, &area.cells);
            }
        }
        for (_, village, households) in known.areas.iter().filter(|(name, ..)| is_here(name)) {
            tallies.on_register(village, *households);
        }
        for area in known.links.units.keys().filter(|area| is_here(&area.town)) {
            tallies.get(&area.village);
        }
        for (towns, villages) in known.links.helpers.keys() {
            if towns.is_empty() || towns.iter().any(|name| is_here(name)) {
                for village in villages {
                    // One that says its town is of no other.
                    let (said, name) = town_in(village).unwrap_or((town, village.as_str()));
                    if said == town {
                        tallies.get(name);
                    }
                }
            }
        }
        for (from, since) in &known.links.former.places {
            if let (Some(old), Some(now)) = (&from.village, &since.now.village)
                && (town.is_empty() || since.now.town == town)
            {
                tallies.formerly(old, now, since.on);
            }
        }
        tallies.linked(|name| {
            let links = known.links;
            if town.is_empty() {
                let units = links.units.iter().filter(|(area, _)| area.village == name);
                let helpers = links.helpers.iter();
                let helpers =
                    helpers.filter(|((_, villages), _)| villages.iter().any(|it| it == name));
                return (
                    units.map(|(_, count)| count).sum(),
                    helpers.map(|(_, count)| count).sum(),
                );
            }
            (
                links.units_of(town, Some(name)),
                links.helpers_of(town, Some(name)),
            )
        })
    }

    /// How a town is read; nothing where it is read as it is written.
    pub fn town(&self, town: &str) -> Option<&Reading> {
        self.towns.get(town)
    }

    /// How a village of a town, as the town is read, is read.
    pub fn village(&self, town: &str, village: &str) -> Option<&Reading> {
        self.villages.get(town)?.get(village)
    }

    /// Whether a place that the register calls `from` is called `to` by what was answered here.
    pub fn renames(&self, from: (&str, &str), to: (&str, &str)) -> bool {
        self.renamings.iter().any(|planned| match &planned.change {
            Change::Place { from: old, to: new } => old.renamed(new, from) == Some(to),
            Change::Unit { .. } => false,
        })
    }

    /// Whether it was said or asked here that a place that the register calls `from` is not the one called `to`.
    pub fn keeps_apart(&self, from: (&str, &str), to: (&str, &str)) -> bool {
        let mut apart = self.apart.iter();
        apart.any(|(old, new)| old.renamed(new, from) == Some(to))
    }
}

fn groups<'t>(level: Level<'_>, tallies: &'t [Tally]) -> Vec<Vec<&'t Tally>> {
    let names = tallies.iter().map(|tally| tally.name.as_str());
    let positions: HashMap<_, _> = names.clone().zip(0..).collect();
    let same = tallies.iter().enumerate().filter_map(|(at, tally)| {
        let now = tally.former.as_ref()?.now.as_str();
        Some((at, *positions.get(now)?))
    });
    let same: Vec<_> = same.collect();
    let groups = alike_or_same(level, names, &same).into_iter();
    groups
        .map(|group| group.into_iter().map(|at| &tallies[at]).collect())
        .collect()
}

/// What is asked of names that are alike, and what follows from the answer.
struct Asked {
    /// None where the names are one but for the width of their signs.
    conflict: Option<Conflict>,
    readings: Vec<(String, Reading)>,
    renamings: Vec<Planned>,
    apart: Vec<(Locality, Locality)>,
}

impl Asked {
    /// Nothing where the file names none of them, or the register has all of them as places of their own.
    fn of(level: Level<'_>, group: &[&Tally], unit: &str, choices: &Choices) -> Option<Self> {
        // A former name that the file does not say only leads others to the present one.
        let told_apart = group
            .iter()
            .filter(|it| it.former.is_none() || it.in_file > 0);
        let is_asked = told_apart.count() > 1
            && group.iter().any(|it| it.in_file > 0)
            && group.iter().any(|it| it.is_open());
        if !is_asked {
            return None;
        }
        // Who are responsible for a place are no proof that it is called otherwise; its households are.
        if let Some(reformed) = Reformed::of(level, group).filter(|_| unit == "户") {
            let asked = reformed.ask(choices);
            return Some(Self {
                conflict: Some(asked.conflict),
                readings: asked.readings,
                renamings: asked.renaming.into_iter().collect(),
                apart: asked.apart.into_iter().collect(),
            });
        }
        let names = names_that_may_stand(level, group);
        let kind = kind_of(level);
        let key = key_of(level, group);
        let form = squeezed(&group.first()?.name);
        let is_one_form = group.iter().all(|it| squeezed(&it.name) == form);
        let decided = match choices.decided(&key, kind.code(), &ANSWERS) {
            // A name that is none of them answers nothing.
            Decided::Given(_, Some(name)) if !names.contains(&name) => Decided::Open,
            _ if is_one_form => Decided::Given(ImportAnswer::SamePlace, None),
            decided => decided,
        };
        let chosen = match &decided {
            Decided::Given(_, Some(name)) => Some(name.clone()),
            _ => None,
        };
        let standing = chosen.or_else(|| names.first().cloned())?;
        let stands = group.iter().find(|it| it.name == standing)?;
        let mut asked = Self {
            conflict: (!is_one_form)
                .then(|| conflict(level, group, &names, &decided, key.clone(), unit)),
            readings: Vec::new(),
            renamings: Vec::new(),
            apart: Vec::new(),
        };
        if decided.is(ImportAnswer::DifferentPlaces) {
            asked.apart = pairs_of(level, group);
        }
        for other in group.iter().filter(|it| it.name != standing) {
            // A name that the register has gives way to one that it has not, or stays a place of its own.
            let gives_way = !other.is_settled() || !stands.is_settled();
            if !gives_way {
                continue;
            }
            let read = reading(other, &standing, &decided, &key);
            asked
                .readings
                .extend(read.or_else(|| in_one_form(other, &standing, group, &decided)));
            let is_linked = other.units + other.helpers > 0;
            if decided.is(ImportAnswer::SamePlace) && (other.is_settled() || is_linked) {
                // Where the register has a unit, its name stands.
                let places = place_of(level, &other.name).zip(place_of(level, &standing));
                if let Some((from, to)) = places {
                    asked.renamings.push(Planned {
                        change: Change::Place { from, to },
                        merges: stands.is_settled(),
                        reason: "导入名册时确认是同一地方的两种写法".to_owned(),
                    });
                }
            }
        }
        Some(asked)
    }
}

/// A place of this name; nothing for a unit, nor for villages without a town, which are of helpers alone, who say
/// them as the file does.
fn place_of(level: Level<'_>, name: &str) -> Option<Locality> {
    match level {
        Level::Town => Some(Locality::town(name)),
        Level::VillageOf("") | Level::Unit => None,
        Level::VillageOf(town) => Some(Locality::village(town, name)),
    }
}

/// Each place of the register with each other one of the file.
fn pairs_of(level: Level<'_>, group: &[&Tally]) -> Vec<(Locality, Locality)> {
    let old = group.iter().filter(|it| it.is_settled());
    let pairs = old.flat_map(|old| {
        let others = group
            .iter()
            .filter(|it| it.name != old.name && it.in_file > 0);
        others.filter_map(|new| place_of(level, &old.name).zip(place_of(level, &new.name)))
    });
    pairs.collect()
}

/// How a name is read that is another place but not another name: 双喜村（东片） is 双喜村(东片), whichever of them
/// the register has or is the first.
fn in_one_form(
    other: &Tally,
    standing: &str,
    group: &[&Tally],
    decided: &Decided,
) -> Option<(String, Reading)> {
    if other.is_settled() || !decided.is(ImportAnswer::DifferentPlaces) {
        return None;
    }
    let form = squeezed(&other.name);
    let twins = group.iter().filter(|it| squeezed(&it.name) == form);
    let twin = twins.min_by_key(|it| (!it.is_settled(), it.name != standing, &it.name))?;
    let name = twin.name.clone();
    (name != other.name).then(|| {
        let reading = Reading {
            name,
            ..Reading::default()
        };
        (other.name.clone(), reading)
    })
}

fn reading(
    other: &Tally,
    standing: &str,
    decided: &Decided,
    key: &str,
) -> Option<(String, Reading)> {
    let reading = match decided {
        Decided::Open | Decided::Refused if other.is_settled() => return None,
        Decided::Open => Reading {
            name: standing.to_owned(),
            undecided: Some(key.to_owned()),
            left_out: false,
        },
        Decided::Refused => Reading {
            name: other.name.clone(),
            undecided: None,
            left_out: true,
        },
        Decided::Given(ImportAnswer::SamePlace, _) => Reading {
            name: standing.to_owned(),
            ..Reading::default()
        },
        Decided::Given(..) => return None,
    };
    Some((other.name.clone(), reading))
}

/// The names of which one may stand, the one that is proposed first: one of the register, else one that units
/// and helpers are linked to, else one that ends as official names do, else the one that stands most often.
/// Where the register has several of them as places of their own, another name would make them one unseen; and a
/// unit that it has is called otherwise by an answer of its own only.
fn names_that_may_stand(level: Level<'_>, group: &[&Tally]) -> Vec<String> {
    let settled = group.iter().filter(|it| it.is_settled()).count();
    let most = if level == Level::Unit { 1 } else { 2 };
    let mut names: Vec<_> = group
        .iter()
        .filter(|it| settled < most || it.is_settled())
        .filter(|it| !it.is_only_former())
        .collect();
    names.sort_by_key(|it| {
        std::cmp::Reverse((
            it.former.is_none(),
            it.is_settled(),
            it.on_register,
            it.units + it.helpers > 0,
            level.is_official(&it.name),
            it.in_file,
        ))
    });
    names.into_iter().map(|it| it.name.clone()).collect()
}

fn kind_of(level: Level<'_>) -> ConflictKind {
    match level {
        Level::Unit => ConflictKind::UnitSpelling,
        _ => ConflictKind::PlaceSpelling,
    }
}

/// The same each time that the file is checked, whatever was answered.
fn key_of(level: Level<'_>, group: &[&Tally]) -> String {
    let shortest = group
        .iter()
        .map(|it| it.name.as_str())
        .min_by_key(|name| (name.chars().count(), *name));
    let name = cut_key(shortest.unwrap_or_default());
    let kind = kind_of(level).code();
    match level {
        Level::Town | Level::Unit => format!("{kind}:{name}"),
        Level::VillageOf(town) => format!("{kind}:{}:{name}", cut_key(town)),
    }
}

fn conflict(
    level: Level<'_>,
    group: &[&Tally],
    names: &[String],
    decided: &Decided,
    key: String,
    unit: &str,
) -> Conflict {
    let spelled: Vec<_> = group.iter().map(|it| it.words(level, unit)).collect();
    let spelled = Text::joined(&spelled);
    let (above, what) = match level {
        Level::Town => (Text::default(), words!("镇", "town")),
        Level::VillageOf("") => (Text::default(), words!("村", "village")),
        Level::VillageOf(town) => (words!("{town}", "in “{town}” "), words!("村", "village")),
        Level::Unit => (Text::default(), words!("单位", "unit")),
    };
    let is_former = group.iter().any(|it| it.former.is_some());
    let alike = if is_former {
        words!(
            "写法相近或曾是旧名",
            "are alike, or one was the former name of another"
        )
    } else {
        words!("写法相近", "are alike")
    };
    let has_group = group.iter().any(|it| group_of(&it.name).is_some());
    let follows = match level {
        Level::Unit => words!("人员都归入这个单位", "all its people belong to this unit"),
        Level::VillageOf(_) if has_group => words!(
            "单位的定点帮扶村和责任人的负责区域随之统一；村名后的组记入“组”",
            "villages of units and areas of helpers follow; a group behind the name of a village is kept as its group"
        ),
        _ => words!(
            "单位的定点帮扶村和责任人的负责区域随之统一",
            "villages of units and areas of helpers follow"
        ),
    };
    let proposed = names.first().map_or("", String::as_str);
    let unsettled = group.iter().filter(|it| !it.is_settled());
    let cells = unsettled.flat_map(|it| it.cells.iter().cloned());
    let answer = |answer, words| PossibleAnswer { answer, words };
    Conflict {
        key,
        kind: kind_of(level),
        places: cells.take(MOST_PLACES).collect(),
        household_ids: Vec::new(),
        question: words!("{above}{spelled}{alike}。是同一个{what}吗？", "{above}{spelled} {alike}. Are they one {what}?"; above, spelled, alike, what),
        proposal: words!(
            "都读作“{proposed}”；也可选用其他写法",
            "all are read as “{proposed}”; another spelling can be chosen"
        ),
        accepted: decided.accepted(),
        answers: vec![
            answer(
                ImportAnswer::SamePlace,
                words!("同一个{what}：统一写作“{proposed}”（或另选的写法），{follows}", "one {what}: written “{proposed}” (or as chosen) everywhere; {follows}"; what, follows),
            ),
            answer(
                ImportAnswer::DifferentPlaces,
                words!("不同的{what}：各按名册所写", "different ones ({what}): each as the roster has it"; what),
            ),
        ],
        answer: decided.answer(),
        names: names.to_vec(),
    }
}

#[cfg(test)]
mod tests;
