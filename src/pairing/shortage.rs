//! What is short when households remain without a helper.
//!
//! The final pairing proves it. From each village with a household left over, go to every helper who
//! may serve it (all are taken), from him to the villages of the households that he has, and so on:
//! the villages reached compete for exactly the places reached, and nobody else may help them. In
//! the words of flows it is the minimum cut nearest to the households (Network Flows, theorem 6.10);
//! in those of Hall, a set of households with too few helpers. It falls into groups that share no
//! helper, and each is told with its villages, its units and the number of places that are missing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::model::{Helper, Household, Input, Reach, ShortArea, ShortUnit, Shortage};
use crate::staff::unit::Area;

/// What was found.
#[derive(Debug, Default)]
pub struct Short<'a> {
    /// The groups, the largest shortage first.
    pub shortages: Vec<Shortage>,
    /// Those villages of the groups that some active helper may serve, though he has no place.
    pub served: BTreeSet<&'a Area>,
}

/// Villages or units that a sentence names before it only counts.
const NAMED: usize = 6;

/// Finds what is short. `helper_of` says whom each household has.
pub fn find<'a>(
    input: &'a Input,
    households: &[&'a Household],
    helper_of: &[Option<&'a Helper>],
) -> Short<'a> {
    let mut villages: BTreeMap<&Area, Village> = BTreeMap::new();
    for (household, helper) in households.iter().zip(helper_of) {
        let village = villages.entry(&household.area).or_default();
        village.households += 1;
        village.unplaced += i64::from(helper.is_none());
    }
    if villages.values().all(|village| village.unplaced == 0) {
        return Short::default();
    }
    let index = index(input);
    let reached = reached(&index, &villages, households, helper_of);
    let groups = groups(&index, &reached);
    let mut short = Short::default();
    for areas in groups {
        short.shortages.push(shortage(&index, &villages, &areas));
        let is_served = |area: &&Area| serving(&index, area).next().is_some();
        short.served.extend(areas.into_iter().filter(is_served));
    }
    short.shortages.sort_by(|one, other| {
        (other.short, &one.areas[0].town, &one.areas[0].village).cmp(&(
            one.short,
            &other.areas[0].town,
            &other.areas[0].village,
        ))
    });
    short
}

/// A village of the run.
#[derive(Default)]
struct Village {
    households: i64,
    unplaced: i64,
}

/// Active helpers by where they serve.
type Index<'a> = HashMap<Reach<'a>, Vec<&'a Helper>>;

fn index(input: &Input) -> Index<'_> {
    let mut index: Index = HashMap::new();
    for helper in input.helpers.iter().filter(|helper| helper.active) {
        for (reach, _) in input.reaches(helper) {
            index.entry(reach).or_default().push(helper);
        }
    }
    index
}

fn serving<'i>(index: &'i Index<'_>, area: &'i Area) -> impl Iterator<Item = &'i Helper> {
    Reach::of(area)
        .into_iter()
        .filter_map(|reach| index.get(&reach))
        .flatten()
        .copied()
}

/// The villages that compete, directly or not, with one that has households left over.
fn reached<'a>(
    index: &Index<'a>,
    villages: &BTreeMap<&'a Area, Village>,
    households: &[&'a Household],
    helper_of: &[Option<&'a Helper>],
) -> BTreeSet<&'a Area> {
    let mut served_by: HashMap<_, BTreeSet<&Area>> = HashMap::new();
    for (household, helper) in households.iter().zip(helper_of) {
        if let Some(helper) = helper {
            served_by
                .entry(helper.id)
                .or_default()
                .insert(&household.area);
        }
    }
    let left_over = villages.iter().filter(|(_, village)| village.unplaced > 0);
    let mut open: Vec<&Area> = left_over.map(|(area, _)| *area).collect();
    let mut reached: BTreeSet<&Area> = open.iter().copied().collect();
    let mut passed: HashSet<Reach> = HashSet::new();
    while let Some(area) = open.pop() {
        for reach in Reach::of(area) {
            if !passed.insert(reach) {
                continue;
            }
            for helper in index.get(&reach).into_iter().flatten() {
                let next = served_by.remove(&helper.id).into_iter().flatten();
                open.extend(next.filter(|area| reached.insert(area)));
            }
        }
    }
    reached
}

/// The villages in groups that share no helper with a place.
fn groups<'a>(index: &Index<'a>, reached: &BTreeSet<&'a Area>) -> Vec<Vec<&'a Area>> {
    let mut sets = Sets::default();
    let mut place_of_reach: HashMap<Reach, usize> = HashMap::new();
    let mut place_of_helper: HashMap<_, usize> = HashMap::new();
    let mut villages = Vec::new();
    for area in reached {
        let village = sets.add();
        villages.push((*area, village));
        for reach in Reach::of(area) {
            if let Some(place) = place_of_reach.get(&reach) {
                sets.join(village, *place);
                continue;
            }
            let helpers = index.get(&reach).into_iter().flatten();
            for helper in helpers.filter(|helper| helper.places() > 0) {
                let place = *place_of_helper
                    .entry(helper.id)
                    .or_insert_with(|| sets.add());
                sets.join(village, place);
                place_of_reach.insert(reach, place);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<&Area>> = BTreeMap::new();
    for (area, village) in villages {
        groups.entry(sets.root(village)).or_default().push(area);
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

fn shortage(index: &Index<'_>, villages: &BTreeMap<&Area, Village>, areas: &[&Area]) -> Shortage {
    let mut seen = HashSet::new();
    let mut units: BTreeMap<&str, ShortUnit> = BTreeMap::new();
    for helper in areas.iter().flat_map(|area| serving(index, area)) {
        if seen.insert(helper.id) {
            let unit = units.entry(&helper.unit).or_insert_with(|| ShortUnit {
                unit: helper.unit.clone(),
                helpers: 0,
                places: 0,
            });
            unit.helpers += 1;
            unit.places += helper.places();
        }
    }
    let areas: Vec<_> = areas
        .iter()
        .map(|area| ShortArea {
            town: area.town.clone(),
            village: area.village.clone(),
            households: villages[area].households,
            unplaced: villages[area].unplaced,
        })
        .collect();
    let units: Vec<_> = units.into_values().collect();
    let mut shortage = Shortage {
        households: areas.iter().map(|area| area.households).sum(),
        places: units.iter().map(|unit| unit.places).sum(),
        short: areas.iter().map(|area| area.unplaced).sum(),
        areas,
        units,
        words: String::new(),
    };
    shortage.words = words(&shortage);
    shortage
}

fn words(shortage: &Shortage) -> String {
    let Shortage {
        households,
        places,
        short,
        areas,
        units,
        ..
    } = shortage;
    let villages = named(
        areas
            .iter()
            .map(|area| format!("{}{}", area.town, area.village)),
        "个村",
    );
    if units.is_empty() {
        return format!(
            "{villages}共 {households} 户，没有在岗责任人可以帮扶，还差 {short} 个名额；\
             请为这些村设置定点帮扶单位，或指定负责人"
        );
    }
    let helpers: i64 = units.iter().map(|unit| unit.helpers).sum();
    let units = named(units.iter().map(|unit| unit.unit.clone()), "个单位");
    format!(
        "{villages}共 {households} 户，可帮扶的是{units}的 {helpers} 人，只有 {places} 个空余名额，\
         还差 {short} 个；请在这些单位增派人员、提高可帮扶户数，或为这些村增加定点帮扶单位"
    )
}

/// The first few names, and how many there are if there are more.
fn named(names: impl ExactSizeIterator<Item = String>, counter: &str) -> String {
    let count = names.len();
    let first = names.take(NAMED).collect::<Vec<_>>().join("、");
    if count > NAMED {
        format!("{first}等 {count} {counter}")
    } else {
        first
    }
}
