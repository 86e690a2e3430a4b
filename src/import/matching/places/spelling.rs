//! Names of places that may be spellings of one place: 双喜 in the file, 双喜村 on the register.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::words::{cut_key, links_words};
use crate::code_list::CodeList;
use crate::import::report::{Conflict, ConflictKind, PossibleAnswer};
use crate::renaming::spelling::{Level, alike};
use crate::renaming::{Change, Links, Locality, Planned};
use crate::roster::choices::{Choices, Decided, ImportAnswer};

/// Most cells that a question lists.
const MOST_PLACES: usize = 200;
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

/// How a name is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The name that stands.
    pub name: String,
    /// Key of the question that is not answered yet.
    pub undecided: Option<String>,
    /// Whether what is under this name is left out.
    pub left_out: bool,
}

/// What is asked of the names of a file, and how they are read by what was answered.
#[derive(Debug, Default)]
pub struct Spellings {
    pub conflicts: Vec<Conflict>,
    /// What is to be called otherwise when the import is taken in.
    pub renamings: Vec<Planned>,
    /// By the name that the file writes; names that are read as they are written have no entry.
    towns: HashMap<String, Reading>,
    /// By the town as it is read.
    villages: HashMap<String, HashMap<String, Reading>>,
}

/// A name, and how often it stands where.
#[derive(Clone, Debug, Default)]
struct Tally {
    name: String,
    in_file: usize,
    cells: Vec<String>,
    households: usize,
    units: usize,
    helpers: usize,
}

impl Tally {
    /// Whether it is a place of the register: what it is was settled before.
    fn is_settled(&self) -> bool {
        self.households > 0
    }

    fn words(&self, unit: &str) -> String {
        let mut parts = Vec::new();
        if self.in_file > 0 {
            parts.push(format!("名册 {} {unit}", self.in_file));
        }
        if self.households > 0 {
            parts.push(format!("登记 {} 户", self.households));
        }
        parts.extend(links_words(self.units, self.helpers));
        format!("“{}”（{}）", self.name, parts.join("，"))
    }
}

impl Spellings {
    /// Finds names that may be one place, and asks.
    pub fn of(file: &[FileArea], known: KnownPlaces<'_>, choices: &Choices) -> Self {
        let mut spellings = Self::default();
        let towns = Self::tally_towns(file, known);
        for group in groups(Level::Town, &towns) {
            let asked = Asked::of(Level::Town, &group, known, choices);
            spellings.take(asked, |readings, spellings| {
                spellings.towns.extend(readings);
            });
        }
        for town in spellings.towns_as_read(file) {
            let villages = spellings.tally_villages(&town, file, known);
            let level = Level::VillageOf(&town);
            for group in groups(level, &villages) {
                let asked = Asked::of(level, &group, known, choices);
                spellings.take(asked, |readings, spellings| {
                    let of_town = spellings.villages.entry(town.clone()).or_default();
                    of_town.extend(readings);
                });
            }
        }
        spellings
    }

    fn take(&mut self, asked: Option<Asked>, put: impl FnOnce(Vec<(String, Reading)>, &mut Self)) {
        if let Some(asked) = asked {
            self.conflicts.push(asked.conflict);
            self.renamings.extend(asked.renamings);
            put(asked.readings, self);
        }
    }

    fn tally_towns(file: &[FileArea], known: KnownPlaces<'_>) -> Vec<Tally> {
        let mut tallies = Tallies::default();
        for area in file.iter().filter(|area| !area.town.is_empty()) {
            tallies.of_file(&area.town, area);
        }
        for (town, _, households) in known.areas {
            tallies.get(town).households += households;
        }
        for area in known.links.units.keys() {
            tallies.get(&area.town);
        }
        for (towns, _) in known.links.helpers.keys() {
            for town in towns {
                tallies.get(town);
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
                tallies.of_file(&area.village, area);
            }
        }
        for (_, village, households) in known.areas.iter().filter(|(name, ..)| is_here(name)) {
            tallies.get(village).households += households;
        }
        for area in known.links.units.keys().filter(|area| is_here(&area.town)) {
            tallies.get(&area.village);
        }
        for (towns, villages) in known.links.helpers.keys() {
            if towns.is_empty() || towns.iter().any(|name| is_here(name)) {
                for village in villages {
                    tallies.get(village);
                }
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
}

/// Names with their counts, each once.
#[derive(Default)]
struct Tallies(BTreeMap<String, Tally>);

impl Tallies {
    fn get(&mut self, name: &str) -> &mut Tally {
        self.0.entry(name.to_owned()).or_insert_with(|| Tally {
            name: name.to_owned(),
            ..Tally::default()
        })
    }

    fn of_file(&mut self, name: &str, area: &FileArea) {
        let tally = self.get(name);
        tally.in_file += area.count;
        let room = MOST_PLACES - tally.cells.len().min(MOST_PLACES);
        tally.cells.extend(area.cells.iter().take(room).cloned());
    }

    /// With the units and helpers that are linked to each.
    fn linked(self, links: impl Fn(&str) -> (usize, usize)) -> Vec<Tally> {
        let mut tallies: Vec<_> = self.0.into_values().collect();
        for tally in &mut tallies {
            (tally.units, tally.helpers) = links(&tally.name);
        }
        tallies
    }
}

fn groups<'t>(level: Level<'_>, tallies: &'t [Tally]) -> Vec<Vec<&'t Tally>> {
    let names = tallies.iter().map(|tally| tally.name.as_str());
    let groups = alike(level, names).into_iter();
    groups
        .map(|group| group.into_iter().map(|at| &tallies[at]).collect())
        .collect()
}

/// What is asked of names that are alike, and what follows from the answer.
struct Asked {
    conflict: Conflict,
    readings: Vec<(String, Reading)>,
    renamings: Vec<Planned>,
}

impl Asked {
    /// Nothing where the file names none of them, or the register has all of them as places of their own.
    fn of(
        level: Level<'_>,
        group: &[&Tally],
        known: KnownPlaces<'_>,
        choices: &Choices,
    ) -> Option<Self> {
        let is_asked =
            group.iter().any(|it| it.in_file > 0) && group.iter().any(|it| !it.is_settled());
        if !is_asked {
            return None;
        }
        let names = names_that_may_stand(level, group);
        let kind = ConflictKind::PlaceSpelling;
        let key = key_of(level, group);
        let decided = match choices.decided(&key, kind.code(), &ANSWERS) {
            // A name that is none of them answers nothing.
            Decided::Given(_, Some(name)) if !names.contains(&name) => Decided::Open,
            decided => decided,
        };
        let chosen = match &decided {
            Decided::Given(_, Some(name)) => Some(name.clone()),
            _ => None,
        };
        let standing = chosen.or_else(|| names.first().cloned())?;
        let stands = group.iter().find(|it| it.name == standing)?;
        let mut asked = Self {
            conflict: conflict(level, group, &names, &decided, key.clone(), known.unit),
            readings: Vec::new(),
            renamings: Vec::new(),
        };
        for other in group.iter().filter(|it| it.name != standing) {
            // A name that the register has gives way to one that it has not, or stays a place of its own.
            let gives_way = !other.is_settled() || !stands.is_settled();
            if !gives_way {
                continue;
            }
            asked
                .readings
                .extend(reading(other, &standing, &decided, &key));
            let is_linked = other.units + other.helpers > 0;
            if decided.is(ImportAnswer::SamePlace) && (other.is_settled() || is_linked) {
                let place = |name: &str| match level {
                    Level::Town => Locality::town(name),
                    Level::VillageOf(town) => Locality::village(town, name),
                };
                // Villages without a town are of helpers alone, who say them as the file does.
                if level != Level::VillageOf("") {
                    asked.renamings.push(Planned {
                        change: Change::Place {
                            from: place(&other.name),
                            to: place(&standing),
                        },
                        merges: stands.is_settled(),
                        reason: "导入名册时确认是同一地方的两种写法".to_owned(),
                    });
                }
            }
        }
        Some(asked)
    }
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
/// Where the register has several of them as places of their own, another name would make them one unseen.
fn names_that_may_stand(level: Level<'_>, group: &[&Tally]) -> Vec<String> {
    let settled = group.iter().filter(|it| it.is_settled()).count();
    let mut names: Vec<_> = group
        .iter()
        .filter(|it| settled < 2 || it.is_settled())
        .collect();
    names.sort_by_key(|it| {
        std::cmp::Reverse((
            it.households,
            it.units + it.helpers > 0,
            level.is_official(&it.name),
            it.in_file,
        ))
    });
    names.into_iter().map(|it| it.name.clone()).collect()
}

/// The same each time that the file is checked, whatever was answered.
fn key_of(level: Level<'_>, group: &[&Tally]) -> String {
    let shortest = group
        .iter()
        .map(|it| it.name.as_str())
        .min_by_key(|name| (name.chars().count(), *name));
    let name = cut_key(shortest.unwrap_or_default());
    let kind = ConflictKind::PlaceSpelling.code();
    match level {
        Level::Town => format!("{kind}:{name}"),
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
    let spelled: Vec<_> = group.iter().map(|it| it.words(unit)).collect();
    let (above, what) = match level {
        Level::Town => ("", "镇"),
        Level::VillageOf(town) => (town, "村"),
    };
    let proposed = names.first().map_or("", String::as_str);
    let unsettled = group.iter().filter(|it| !it.is_settled());
    let cells = unsettled.flat_map(|it| it.cells.iter().cloned());
    let answer = |answer, words: String| PossibleAnswer { answer, words };
    Conflict {
        key,
        kind: ConflictKind::PlaceSpelling,
        places: cells.take(MOST_PLACES).collect(),
        household_ids: Vec::new(),
        question: format!("{above}{}写法相近。是同一个{what}吗？", spelled.join("、")),
        proposal: format!("都读作“{proposed}”；也可选用其他写法"),
        accepted: decided.accepted(),
        answers: vec![
            answer(
                ImportAnswer::SamePlace,
                format!(
                    "同一个{what}：统一写作“{proposed}”（或另选的写法），单位和负责人的联系随之统一"
                ),
            ),
            answer(
                ImportAnswer::DifferentPlaces,
                format!("不同的{what}：各按名册所写"),
            ),
        ],
        answer: decided.answer(),
        names: names.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::choices::Decision;
    use crate::staff::unit::Area;

    fn file(areas: &[(&str, &str, usize)]) -> Vec<FileArea> {
        let area = |(town, village, count): &(&str, &str, usize)| FileArea {
            town: (*town).to_owned(),
            village: (*village).to_owned(),
            count: *count,
            cells: vec![format!("名册!{village}")],
        };
        areas.iter().map(area).collect()
    }

    fn asked(
        areas: &[(&str, &str, usize)],
        register: &[(&str, &str, usize)],
        links: &Links,
        decisions: &[(&str, bool, Option<ImportAnswer>, Option<&str>)],
    ) -> Spellings {
        let register: Vec<_> = register
            .iter()
            .map(|(town, village, count)| ((*town).to_owned(), (*village).to_owned(), *count))
            .collect();
        let known = KnownPlaces {
            areas: &register,
            links,
            unit: "户",
        };
        let decisions = decisions
            .iter()
            .map(|(conflict, accept, answer, name)| Decision {
                conflict: (*conflict).to_owned(),
                accept: *accept,
                answer: *answer,
                name: name.map(ToOwned::to_owned),
            });
        let choices = Choices {
            decisions: decisions.collect(),
            ..Choices::default()
        };
        Spellings::of(&file(areas), known, &choices)
    }

    fn read(spellings: &Spellings, town: &str, village: &str) -> (String, String) {
        let town = spellings.town(town).map_or(town, |read| &read.name);
        let village = spellings
            .village(town, village)
            .map_or(village, |read| &read.name);
        (town.to_owned(), village.to_owned())
    }

    fn both(town: &str, village: &str) -> (String, String) {
        (town.to_owned(), village.to_owned())
    }

    const FILE: [(&str, &str, usize); 4] = [
        ("草庙镇", "双喜村", 30),
        ("草庙镇", "双喜", 3),
        ("草庙", "双喜村委会", 2),
        ("草庙镇", "前进村", 9),
    ];

    #[test]
    fn spellings_within_a_file_are_one_question_each_with_counts() {
        let found = asked(&FILE, &[], &Links::default(), &[]);
        let questions: Vec<_> = found.conflicts.iter().map(|it| &it.question).collect();
        assert_eq!(
            questions,
            [
                "“草庙”（名册 2 户）、“草庙镇”（名册 42 户）写法相近。是同一个镇吗？",
                "草庙镇“双喜”（名册 3 户）、“双喜村”（名册 30 户）、“双喜村委会”（名册 2 户）写法相近。是同一个村吗？",
            ]
        );
        assert_eq!(found.conflicts[1].names[0], "双喜村");
        assert_eq!(found.conflicts[1].key, "place_spelling:草庙镇:双喜");
        // Undecided, they are shown as proposed, and only those that would change are undecided.
        assert_eq!(read(&found, "草庙", "双喜村委会"), both("草庙镇", "双喜村"));
        assert!(found.village("草庙镇", "双喜").unwrap().undecided.is_some());
        assert!(found.village("草庙镇", "双喜村").is_none());
        assert!(found.village("草庙镇", "前进村").is_none());
    }

    #[test]
    fn the_answer_says_which_spelling_stands_or_that_they_are_different() {
        let links = Links::default();
        let one = asked(&FILE, &[], &links, &[("place_spelling", true, None, None)]);
        assert!(one.conflicts.iter().all(|it| it.accepted == Some(true)));
        assert_eq!(read(&one, "草庙", "双喜村委会"), both("草庙镇", "双喜村"));
        assert!(one.village("草庙镇", "双喜").unwrap().undecided.is_none());
        assert!(one.renamings.is_empty(), "nothing on the register says it");
        let key = "place_spelling:草庙镇:双喜";
        let other = asked(&FILE, &[], &links, &[(key, true, None, Some("双喜"))]);
        assert_eq!(read(&other, "草庙镇", "双喜村"), both("草庙镇", "双喜"));
        let different = Some(ImportAnswer::DifferentPlaces);
        let none = asked(
            &FILE,
            &[],
            &links,
            &[("place_spelling", true, different, None)],
        );
        assert_eq!(
            read(&none, "草庙", "双喜村委会"),
            both("草庙", "双喜村委会")
        );
        let refused = asked(&FILE, &[], &links, &[("place_spelling", false, None, None)]);
        assert!(refused.village("草庙镇", "双喜").unwrap().left_out);
        // A name that is none of them, or an answer of another question, answers nothing.
        let unknown = asked(&FILE, &[], &links, &[(key, true, None, Some("三喜村"))]);
        assert_eq!(unknown.conflicts[1].accepted, None);
        let strange = Some(ImportAnswer::Returns);
        let unknown = asked(&FILE, &[], &links, &[(key, true, strange, None)]);
        assert_eq!(unknown.conflicts[1].accepted, None);
    }

    #[test]
    fn the_register_and_the_links_of_units_and_helpers_count() {
        let mut links = Links::default();
        links.units.insert(Area::of("草庙镇", "前进"), 2);
        let names = |name: &str| vec![name.to_owned()];
        links
            .helpers
            .insert((names("草庙镇"), names("双喜村委会")), 1);
        let register = [("草庙镇", "双喜", 12), ("草庙镇", "红旗村", 5)];
        let of = [("草庙镇", "双喜村", 30), ("草庙镇", "前进村", 9)];
        let found = asked(
            &of,
            &register,
            &links,
            &[("place_spelling", true, None, None)],
        );
        // The register's name is proposed, else the one that units are linked to.
        assert_eq!(read(&found, "草庙镇", "双喜村"), both("草庙镇", "双喜"));
        assert_eq!(read(&found, "草庙镇", "前进村"), both("草庙镇", "前进"));
        let words: Vec<_> = found.renamings.iter().map(|it| it.change.words()).collect();
        assert_eq!(words, [both("草庙镇双喜村委会", "草庙镇双喜")]);
        // The official name may be chosen: the register follows, and the helper.
        let key = "place_spelling:草庙镇:双喜";
        let found = asked(&of, &register, &links, &[(key, true, None, Some("双喜村"))]);
        let words: Vec<_> = found.renamings.iter().map(|it| it.change.words()).collect();
        assert_eq!(
            words,
            [
                both("草庙镇双喜", "草庙镇双喜村"),
                both("草庙镇双喜村委会", "草庙镇双喜村")
            ]
        );
        assert!(found.renames(("草庙镇", "双喜"), ("草庙镇", "双喜村")));
        let question = &found.conflicts.last().unwrap().question;
        assert!(question.contains("“双喜”（登记 12 户）"), "{question}");
        assert!(
            question.contains("“双喜村委会”（负责人 1 人）"),
            "{question}"
        );
    }

    #[test]
    fn places_of_their_own_are_not_asked_about_again() {
        let links = Links::default();
        let register = [("草庙镇", "前进村", 3), ("草庙镇", "前进社区", 4)];
        let of = [("草庙镇", "前进村", 3), ("草庙镇", "前进社区", 4)];
        assert!(asked(&of, &register, &links, &[]).conflicts.is_empty());
        // A third spelling may be either, and makes them one under no circumstances.
        let of = [("草庙镇", "前进", 3)];
        let found = asked(&of, &register, &links, &[]);
        assert_eq!(found.conflicts[0].names, ["前进社区", "前进村"]);
        let key = found.conflicts[0].key.clone();
        let found = asked(
            &of,
            &register,
            &links,
            &[(&key, true, None, Some("前进村"))],
        );
        assert_eq!(read(&found, "草庙镇", "前进"), both("草庙镇", "前进村"));
        assert!(found.renamings.is_empty());
        // The same name in two towns is no spelling of one place.
        let of = [("草庙镇", "前进村", 3), ("大中镇", "前进社区", 4)];
        assert!(asked(&of, &[], &links, &[]).conflicts.is_empty());
    }
}
