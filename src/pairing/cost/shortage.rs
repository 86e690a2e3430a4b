//! What is short when households remain without a helper.
//!
//! The final pairing proves it. From each village with a household left over, go to every helper who
//! may serve it (all are taken), from them to the villages of the households that they have, and so on:
//! the villages reached compete for exactly the places reached, and nobody else may help them. In
//! the words of flows it is the minimum cut nearest to the households (Network Flows, theorem 6.10);
//! in those of Hall, a set of households with too few helpers. It falls into groups that share no
//! helper, and each is told with its villages, its units and the number of places that are missing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::fixed_pairs::FixedPairs;
use super::model::{Helper, Household, Input};
use super::reach::Reach;
use crate::order;
use crate::problem::{Text, counted, words};
use crate::staff::unit::Area;

/// Villages that lack places, and who might give more: a group that cannot be helped from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
pub struct Shortage {
    /// The villages of the group.
    #[oai(validator(max_items = 100_000))]
    pub areas: Vec<ShortArea>,
    /// The units whose staff may serve there, all of them fully taken; none if nobody may.
    #[oai(validator(max_items = 100_000))]
    pub units: Vec<ShortUnit>,
    /// Households of these villages that compete for the places.
    pub households: i64,
    /// Places that there are for them.
    pub places: i64,
    /// Places that are missing.
    pub short: i64,
    /// The same in words, with what to do, in the language of the answer.
    #[oai(validator(max_length = 2000))]
    pub words: Text,
}

/// A village of a [`Shortage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
pub struct ShortArea {
    /// Town (镇、乡、街道).
    #[oai(validator(max_length = 100))]
    pub town: String,
    /// Village (村、居).
    #[oai(validator(max_length = 100))]
    pub village: String,
    /// Households in this run.
    pub households: i64,
    /// Those of them without a helper in this proposal.
    pub unplaced: i64,
}

/// A unit of a [`Shortage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
pub struct ShortUnit {
    /// Unit (单位).
    #[oai(validator(max_length = 200))]
    pub unit: String,
    /// Its staff who may serve these villages and had a place left before this run.
    pub helpers: i64,
    /// The places that they had.
    pub places: i64,
}

/// The shortages of a pairing.
#[derive(Debug, Default)]
pub struct Short<'a> {
    /// The groups, the largest shortage first.
    pub shortages: Vec<Shortage>,
    /// Those needs of the groups that someone on duty may serve, though they have no place.
    served: BTreeSet<Need<'a>>,
}

impl Short<'_> {
    /// Whether someone on duty may serve a household that is left over.
    pub fn is_served(&self, household: &Household) -> bool {
        self.served.contains(&Need::of(household))
    }
}

/// Households of a village that never have certain helpers: all of them may be served by the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Need<'a> {
    area: &'a Area,
    barred: Vec<Uuid>,
}

impl<'a> Need<'a> {
    fn of(household: &'a Household) -> Self {
        Self {
            area: &household.area,
            barred: household.barred().collect(),
        }
    }

    fn bars(&self, helper: &Helper) -> bool {
        self.barred.binary_search(&helper.id).is_ok()
    }
}

/// Villages or units that a sentence names before it only counts.
const NAMED: usize = 6;

/// Finds what is short. `households` are those that were weighed, each with whom it has; the places
/// are those that the `fixed` pairs leave.
pub fn find<'a>(
    input: &'a Input,
    households: &[(&'a Household, Option<&'a Helper>)],
    fixed: &FixedPairs<'_>,
) -> Short<'a> {
    if households.iter().all(|(_, helper)| helper.is_some()) {
        return Short::default();
    }
    let mut needs: BTreeMap<Need, Count> = BTreeMap::new();
    for (household, helper) in households {
        let count = needs.entry(Need::of(household)).or_default();
        count.households += 1;
        count.unplaced += i64::from(helper.is_none());
    }
    let index = index(input);
    let reached = reached(&index, &needs, households);
    let mut short = Short::default();
    for group in groups(&index, &reached, fixed) {
        short
            .shortages
            .push(shortage(&index, &needs, &group, fixed));
        let is_served = |need: &&Need| serving(&index, need).next().is_some();
        short
            .served
            .extend(group.into_iter().filter(|need| is_served(need)).cloned());
    }
    short.shortages.sort_by_cached_key(|shortage| {
        let first = &shortage.areas[0];
        let area = (order::key(&first.town), order::key(&first.village));
        (Reverse(shortage.short), area)
    });
    short
}

/// Households of a need.
#[derive(Clone, Copy, Default)]
struct Count {
    households: i64,
    unplaced: i64,
}

/// Helpers on duty by where they serve.
type Index<'a> = HashMap<Reach<'a>, Vec<&'a Helper>>;

fn index(input: &Input) -> Index<'_> {
    let mut index: Index = HashMap::new();
    for helper in input.helpers.iter().filter(|helper| helper.on_duty()) {
        for (reach, _) in input.reaches(helper) {
            index.entry(reach).or_default().push(helper);
        }
    }
    index
}

fn serving<'i>(index: &'i Index<'_>, need: &'i Need<'_>) -> impl Iterator<Item = &'i Helper> {
    let reached = Reach::of(need.area).into_iter();
    let helpers = reached.filter_map(|reach| index.get(&reach)).flatten();
    helpers.copied().filter(|helper| !need.bars(helper))
}

/// The needs that compete, directly or not, with one that has households left over.
fn reached<'a>(
    index: &Index<'a>,
    needs: &BTreeMap<Need<'a>, Count>,
    households: &[(&'a Household, Option<&'a Helper>)],
) -> BTreeSet<Need<'a>> {
    let mut served_by: HashMap<_, BTreeSet<Need>> = HashMap::new();
    for (household, helper) in households {
        if let Some(helper) = helper {
            let served = served_by.entry(helper.id).or_default();
            served.insert(Need::of(household));
        }
    }
    let left_over = needs.iter().filter(|(_, count)| count.unplaced > 0);
    let mut open: Vec<Need> = left_over.map(|(need, _)| need.clone()).collect();
    let mut reached: BTreeSet<Need> = open.iter().cloned().collect();
    let mut passed: HashSet<Reach> = HashSet::new();
    while let Some(need) = open.pop() {
        for reach in Reach::of(need.area) {
            if passed.contains(&reach) {
                continue;
            }
            // A helper who is barred here may still be reached by way of another household.
            if need.barred.is_empty() {
                passed.insert(reach);
            }
            let helpers = index.get(&reach).into_iter().flatten();
            for helper in helpers.filter(|helper| !need.bars(helper)) {
                let next = served_by.remove(&helper.id).into_iter().flatten();
                open.extend(next.filter(|need| reached.insert(need.clone())));
            }
        }
    }
    reached
}

/// The needs in groups that share no helper with a place.
fn groups<'r, 'a>(
    index: &Index<'a>,
    reached: &'r BTreeSet<Need<'a>>,
    fixed: &FixedPairs<'_>,
) -> Vec<Vec<&'r Need<'a>>> {
    let mut sets = Sets::default();
    let mut set_of_reach: HashMap<Reach, usize> = HashMap::new();
    let mut set_of_helper: HashMap<_, usize> = HashMap::new();
    let mut own_sets = Vec::new();
    for need in reached {
        let own = sets.add();
        own_sets.push((need, own));
        for reach in Reach::of(need.area) {
            let is_whole = need.barred.is_empty();
            if let Some(set) = set_of_reach.get(&reach).filter(|_| is_whole) {
                sets.join(own, *set);
                continue;
            }
            let helpers = index.get(&reach).into_iter().flatten();
            let has_place = |helper: &&&Helper| fixed.places(helper) > 0 && !need.bars(helper);
            for helper in helpers.filter(has_place) {
                let set = *set_of_helper.entry(helper.id).or_insert_with(|| sets.add());
                sets.join(own, set);
                if is_whole {
                    set_of_reach.insert(reach, set);
                }
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<&Need>> = BTreeMap::new();
    for (need, set) in own_sets {
        groups.entry(sets.root(set)).or_default().push(need);
    }
    groups.into_values().collect()
}

/// Disjoint sets of numbers that are joined one by one.
#[derive(Default)]
struct Sets(Vec<usize>);

impl Sets {
    fn add(&mut self) -> usize {
        self.0.push(self.0.len());
        self.0.len() - 1
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }
}

fn shortage(
    index: &Index<'_>,
    needs: &BTreeMap<Need<'_>, Count>,
    group: &[&Need<'_>],
    fixed: &FixedPairs<'_>,
) -> Shortage {
    let mut seen = HashSet::new();
    let mut units: BTreeMap<&str, ShortUnit> = BTreeMap::new();
    for helper in group.iter().flat_map(|need| serving(index, need)) {
        if seen.insert(helper.id) {
            let unit = units.entry(&helper.unit).or_insert_with(|| ShortUnit {
                unit: helper.unit.clone(),
                helpers: 0,
                places: 0,
            });
            unit.helpers += 1;
            unit.places += fixed.places(helper);
        }
    }
    let mut areas: BTreeMap<&Area, Count> = BTreeMap::new();
    for need in group {
        let count = areas.entry(need.area).or_default();
        count.households += needs[*need].households;
        count.unplaced += needs[*need].unplaced;
    }
    let mut areas: Vec<_> = areas
        .into_iter()
        .map(|(area, count)| ShortArea {
            town: area.town.clone(),
            village: area.village.clone(),
            households: count.households,
            unplaced: count.unplaced,
        })
        .collect();
    areas.sort_by_cached_key(|area| (order::key(&area.town), order::key(&area.village)));
    let units: Vec<_> = units.into_values().collect();
    let mut shortage = Shortage {
        households: areas.iter().map(|area| area.households).sum(),
        places: units.iter().map(|unit| unit.places).sum(),
        short: areas.iter().map(|area| area.unplaced).sum(),
        areas,
        units,
        words: Text::default(),
    };
    shortage.words = words(&shortage);
    shortage
}

fn words(shortage: &Shortage) -> Text {
    let Shortage {
        households,
        places,
        short,
        areas,
        units,
        ..
    } = shortage;
    let villages = areas.iter();
    let villages = named(
        villages.map(|area| format!("{}{}", area.town, area.village)),
        &words!("个村", "villages"),
    );
    let households = Text::new(
        format!("{households} 户"),
        counted(*households, "household"),
    );
    if units.is_empty() {
        return words!(
            "{villages}共 {households}，没有在岗责任人可以帮扶，还差 {short} 个名额；请为这些村设置定点帮扶单位，或把这些村列入责任人的负责村",
            "{villages}: {households}, which nobody on duty may serve; {short} short; link units to these villages, or give them to helpers as their area";
            villages, households
        );
    }
    let helpers: i64 = units.iter().map(|unit| unit.helpers).sum();
    let units = named(
        units.iter().map(|unit| unit.unit.clone()),
        &words!("个单位", "units"),
    );
    let room = match places {
        0 => words!("已没有空余名额", "no place is free"),
        places => words!("只有 {places} 个空余名额", "only {places} free"),
    };
    words!(
        "{villages}共 {households}，可帮扶的是{units}的 {helpers} 人，{room}，还差 {short} 个；请在这些单位增派人员、提高可帮扶户数，或为这些村增加定点帮扶单位",
        "{villages}: {households}, which those of {units} may serve ({helpers} on duty); {room}, {short} short; give these units more people or more places, or link further units to these villages";
        villages, households, units, room
    )
}

/// The first few names, and how many there are if there are more.
fn named(names: impl ExactSizeIterator<Item = String>, counter: &Text) -> Text {
    let count = names.len();
    let first = Text::quoted(&names.take(NAMED).collect::<Vec<_>>());
    if count > NAMED {
        words!("{first}等 {count} {counter}", "{first} and others, {count} {counter} in all"; first, counter)
    } else {
        first
    }
}
