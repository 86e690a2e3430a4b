//! Places of the register whose households a roster has under another name.

use std::collections::{BTreeMap, BTreeSet};

use super::names::PlaceNames;
use super::spelling::Spellings;
use crate::household::register::Register;
use crate::import::matching::gone::{Gone, Verdict};
use crate::import::matching::record_match::Known;
use crate::renaming::{Links, Locality, RenamingError};

/// A place that may be called otherwise.
#[derive(Debug)]
pub struct Suspect {
    pub from: Locality,
    pub to: Locality,
    /// Households of the file that are under the new name, by their place in it.
    pub indexes: Vec<usize>,
    pub gone: Gone<Locality>,
    pub verdict: Verdict,
    /// Why it cannot be called otherwise by the import, even if it is so.
    pub obstacle: Option<Obstacle>,
}

/// Why a place cannot be called otherwise by an import.
#[derive(Debug)]
pub enum Obstacle {
    /// Another place comes under the old name, or its new one goes to a third: which of the changes is made first
    /// decides what becomes of the links.
    InChain,
    /// What a change of names by itself would be refused for.
    Refused(RenamingError),
}

/// A place that many households have left, and not to one other name.
#[derive(Debug)]
pub struct Scattered {
    pub place: Locality,
    pub gone: Gone<Locality>,
}

/// The places that units or helpers are linked to and whose households are elsewhere in the file: those that
/// may be called otherwise, and the others.
pub fn suspects(
    known: Known<'_>,
    (names, spellings): (&PlaceNames, &Spellings),
    links: &Links,
) -> (Vec<Suspect>, Vec<Scattered>) {
    let mut gone = gone_by_area(known, names);
    let register = known.register;
    let place_of = |area: u32| {
        let (town, village) = register.area_name(area);
        Locality::village(town, village)
    };
    gone.retain(|area, gone| {
        let is_respelled = |to: &Locality| {
            let village = to.village.as_deref().unwrap_or_default();
            let (from, to) = (register.area_name(*area), (to.town.as_str(), village));
            spellings.renames(from, to) || spellings.keeps_apart(from, to)
        };
        gone.left() > 0 && !gone.most().is_some_and(|(to, _)| is_respelled(to))
    });
    if gone.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let open = register.open_by_area();
    let mut suspects = whole_towns(known, &mut gone, &open);
    let mut scattered = Vec::new();
    for (area, gone) in gone {
        let from = place_of(area);
        let is_known = |to: &Locality| {
            let village = to.village.as_deref().unwrap_or_default();
            let area = register.find_area(&to.town, village);
            area.is_some_and(|area| open[area as usize] > 0)
        };
        let verdict = gone.verdict(is_known, known.outlines.areas[area as usize]);
        let most = gone.most().map(|(to, found)| (to.clone(), found.to_vec()));
        match most {
            Some((to, indexes)) if verdict != Verdict::Usual => suspects.push(Suspect {
                from,
                to,
                indexes,
                gone,
                verdict,
                obstacle: None,
            }),
            _ if verdict == Verdict::Left => scattered.push(Scattered { place: from, gone }),
            _ => {}
        }
    }
    find_chains(&mut suspects);
    find_collisions(&mut suspects, register);
    let is_linked = |place: &Locality| {
        let village = place.village.as_deref();
        links.units_of(&place.town, village) + links.helpers_of(&place.town, village) > 0
    };
    suspects.retain(|it| is_linked(&it.from));
    scattered.retain(|it| is_linked(&it.place));
    let (asked, told): (Vec<_>, Vec<_>) = suspects
        .into_iter()
        .partition(|it| it.obstacle.is_some() || it.verdict.is_asked());
    scattered.extend(told.into_iter().map(|it| Scattered {
        place: it.from,
        gone: it.gone,
    }));
    (asked, scattered)
}

/// Where the open households of each village of the register are in the file.
fn gone_by_area(known: Known<'_>, names: &PlaceNames) -> BTreeMap<u32, Gone<Locality>> {
    let register = known.register;
    let open = register.open_by_area();
    let mut gone: BTreeMap<u32, Gone<Locality>> = BTreeMap::new();
    for (index, outline) in known.outlines.households.iter().enumerate() {
        let (Some(own), Some(area)) = (known.matches.household_of(index), outline.area()) else {
            continue;
        };
        if register.is_closed(own) {
            continue;
        }
        let before = register.area_of(own);
        let of_area = gone.entry(before).or_default();
        let read = names.get(area);
        if register.area_name(before) == (&read.town, &read.village) {
            of_area.stayed += 1;
        } else {
            of_area.add(Locality::village(&read.town, &read.village), index);
        }
    }
    for (area, gone) in &mut gone {
        gone.open = open[*area as usize];
    }
    gone
}

/// Takes out the villages of towns of which the file has most, all of them for the most part by the same names
/// in one other town. Where it has fewer of them, these villages alone may have come to the other town.
fn whole_towns(
    known: Known<'_>,
    gone: &mut BTreeMap<u32, Gone<Locality>>,
    open: &[usize],
) -> Vec<Suspect> {
    let register = known.register;
    let mut villages: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (area, count) in (0..).zip(open) {
        if *count > 0 {
            villages
                .entry(register.area_name(area).0)
                .or_default()
                .push(area);
        }
    }
    let mut suspects = Vec::new();
    for (town, areas) in &villages {
        let in_file = areas.iter().filter(|area| {
            let gone = gone.get(area);
            known.outlines.areas[**area as usize] || gone.is_some_and(|gone| gone.named() > 0)
        });
        let in_file: Vec<_> = in_file.copied().collect();
        let target = |area: &u32| {
            let (to, _) = gone.get(area)?.most()?;
            let same_village = to.village.as_deref() == Some(register.area_name(*area).1);
            (same_village && to.town != *town).then(|| to.town.clone())
        };
        let targets: BTreeSet<_> = in_file.iter().map(target).collect();
        let mut targets = targets.into_iter();
        let (Some(Some(to)), None) = (targets.next(), targets.next()) else {
            continue;
        };
        if in_file.len() * 2 <= areas.len() {
            continue;
        }
        let mut whole = Gone::default();
        for of_village in in_file.iter().filter_map(|area| gone.get(area)) {
            whole.stayed += of_village.stayed;
            whole.take(of_village.clone(), |name| {
                if name.town == to {
                    Locality::town(&to)
                } else {
                    name
                }
            });
        }
        whole.open = areas.iter().map(|area| open[*area as usize]).sum();
        let stands = in_file
            .iter()
            .any(|area| known.outlines.areas[*area as usize]);
        let verdict = whole.verdict(|it| villages.contains_key(it.town.as_str()), stands);
        let most = whole.most().filter(|(name, _)| name.village.is_none());
        let Some((_, indexes)) = most.filter(|_| verdict.is_asked()) else {
            continue;
        };
        suspects.push(Suspect {
            from: Locality::town(*town),
            to: Locality::town(&to),
            indexes: indexes.to_vec(),
            gone: whole,
            verdict,
            obstacle: None,
        });
        for area in &in_file {
            gone.remove(area);
        }
    }
    suspects
}

fn find_chains(suspects: &mut [Suspect]) {
    let sources: BTreeSet<_> = suspects.iter().map(|it| it.from.clone()).collect();
    let targets: BTreeSet<_> = suspects.iter().map(|it| it.to.clone()).collect();
    for suspect in suspects {
        if targets.contains(&suspect.from) || sources.contains(&suspect.to) {
            suspect.obstacle = Some(Obstacle::InChain);
        }
    }
}

/// Finds towns that would become one with others, those of the file that come under the same name among them, while
/// villages of both have the same names.
fn find_collisions(suspects: &mut [Suspect], register: &Register) {
    let is_town = |it: &&mut Suspect| it.from.village.is_none();
    let names = suspects.iter().filter(|it| it.from.village.is_none());
    let towns: Vec<_> = names
        .map(|it| (it.from.town.clone(), it.to.town.clone()))
        .collect();
    if towns.is_empty() {
        return;
    }
    let mut villages: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for area in (0..).take(register.area_count()) {
        let (town, village) = register.area_name(area);
        let of_town = villages.entry(town).or_default();
        of_town.insert(village.to_owned());
    }
    for suspect in suspects.iter_mut().filter(is_town) {
        let (from, to) = (suspect.from.town.as_str(), suspect.to.town.as_str());
        let joining = towns
            .iter()
            .filter(|(other, name)| name == to && other != from);
        let others = joining.map(|(other, _)| other.as_str()).chain([to]);
        let others = others.filter_map(|town| villages.get(town)).flatten();
        let others: BTreeSet<_> = others.cloned().collect();
        let own = villages.get(from);
        let refused = own.and_then(|own| RenamingError::of_villages(own, &others));
        let refused = refused.map(Obstacle::Refused);
        suspect.obstacle = suspect.obstacle.take().or(refused);
    }
}
