//! Villages of another town in 负责村, which say their town before their name: 双喜村、大桥镇新河村.

use std::collections::BTreeSet;

use super::known::Around;
use crate::household::rule::Severity;
use crate::renaming::spelling::{Level, after_town, leading_town};
use crate::roster::report::Problems;
use crate::roster::staffing::{ReadPerson, StaffRoster};
use crate::staff::unit::names_in;
use crate::value::Refusal;

/// Writes the towns of such villages to 负责镇, and the villages without them, as links and pairings name them.
pub fn split_towns(roster: &mut StaffRoster, around: &Around, problems: &mut Problems) {
    let places = Places::of(roster, around);
    for person in &mut roster.people {
        let Some(split) = places.split(person) else {
            continue;
        };
        let problem = split.refusal(&places);
        let severity = split.severity(&places);
        problems.push(
            person
                .place
                .problem(&roster.sheets, severity, "village", problem),
        );
        person.facts.town = Some(split.towns.join("、"));
        person.facts.village = Some(split.villages.join("、"));
    }
}

/// Towns and villages by all that names them.
struct Places {
    towns: BTreeSet<String>,
    villages: BTreeSet<(String, String)>,
    /// Whether no household is on the register that could say which towns there are.
    is_new: bool,
}

/// 负责镇 and 负责村 with the towns apart.
struct Split {
    towns: Vec<String>,
    villages: Vec<String>,
    /// The towns that were written before villages, each with its village.
    found: Vec<(String, String)>,
    /// Which villages of which towns the helper means.
    meant: BTreeSet<(String, String)>,
}

impl Places {
    fn of(roster: &StaffRoster, around: &Around) -> Self {
        let areas = around.areas.iter();
        let mut villages: BTreeSet<_> = areas
            .map(|(town, village, _)| (town.clone(), village.clone()))
            .collect();
        let linked = around.links.units.keys();
        villages.extend(linked.map(|area| (area.town.clone(), area.village.clone())));
        let former = around.links.former.places.keys();
        villages.extend(former.filter_map(|it| Some((it.town.clone(), it.village.clone()?))));
        let mut towns: BTreeSet<_> = villages.iter().map(|(town, _)| town.clone()).collect();
        for person in &roster.people {
            towns.extend(names_in(person.facts.town.as_deref()));
        }
        for (named, _) in around.links.helpers.keys() {
            towns.extend(named.iter().cloned());
        }
        Self {
            towns,
            villages,
            is_new: around.areas.is_empty(),
        }
    }

    fn has(&self, town: &str, village: &str) -> bool {
        self.villages
            .contains(&(town.to_owned(), village.to_owned()))
    }

    fn towns_with<'p>(&'p self, village: &'p str) -> impl Iterator<Item = &'p String> {
        let with = self.villages.iter().filter(move |(_, it)| it == village);
        with.map(|(town, _)| town)
    }

    fn split(&self, person: &ReadPerson) -> Option<Split> {
        let own = names_in(person.facts.town.as_deref());
        let mut split = Split {
            towns: own.clone(),
            villages: Vec::new(),
            found: Vec::new(),
            meant: BTreeSet::new(),
        };
        let mut of_own_towns = Vec::new();
        for name in names_in(person.facts.village.as_deref()) {
            let village = match self.town_before(&own, &name) {
                Some((town, village)) => {
                    split.meant.insert((town.clone(), village.clone()));
                    split.found.push((town, village.clone()));
                    village
                }
                None => {
                    of_own_towns.push(name.clone());
                    name
                }
            };
            if !split.villages.contains(&village) {
                split.villages.push(village);
            }
        }
        if split.found.is_empty() {
            return None;
        }
        for village in of_own_towns {
            if own.is_empty() {
                // Where the others have a town, this one needs its own.
                let towns: Vec<_> = self.towns_with(&village).collect();
                let [town] = towns[..] else {
                    return None;
                };
                split.add(town);
                split.meant.insert((town.clone(), village));
            } else {
                let meant = own.iter().map(|town| (town.clone(), village.clone()));
                split.meant.extend(meant);
            }
        }
        for (town, _) in split.found.clone() {
            split.add(&town);
        }
        Some(split)
    }

    /// The town that a name says before a village, if it is none of these, and the village.
    fn town_before(&self, own: &[String], name: &str) -> Option<(String, String)> {
        let is_here = own.iter().any(|town| self.has(town, name))
            || (own.is_empty() && self.towns_with(name).next().is_some());
        if is_here {
            return None;
        }
        let others = || self.towns.iter().filter(|town| !own.contains(town));
        let of_town = |town: &String| {
            let village = after_town(town, name);
            (village != name && self.has(town, village)).then(|| (town.clone(), village.to_owned()))
        };
        let named = |town: &String| {
            let village = name.strip_prefix(town.as_str())?;
            (Level::Town.is_official(town) && Level::VillageOf(town).is_official(village))
                .then(|| (town.clone(), village.to_owned()))
        };
        let by_form = || {
            let (town, village) = leading_town(name).filter(|_| self.is_new)?;
            let is_own = own.iter().any(|it| it == town);
            (!is_own).then(|| (town.to_owned(), village.to_owned()))
        };
        others()
            .find_map(of_town)
            .or_else(|| others().find_map(named))
            .or_else(by_form)
    }
}

impl Split {
    fn add(&mut self, town: &str) {
        if !self.towns.iter().any(|it| it == town) {
            self.towns.push(town.to_owned());
        }
    }

    /// A village that is named with the towns as well, though it is not meant.
    fn beside(&self, places: &Places) -> Option<(&String, &String)> {
        let of_town = |town| self.villages.iter().map(move |village| (town, village));
        let mut all = self.towns.iter().flat_map(of_town);
        all.find(|(town, village)| {
            let pair = ((*town).clone(), (*village).clone());
            places.villages.contains(&pair) && !self.meant.contains(&pair)
        })
    }

    fn severity(&self, places: &Places) -> Severity {
        match self.beside(places) {
            Some(_) => Severity::Warning,
            None => Severity::Repair,
        }
    }

    fn refusal(&self, places: &Places) -> Refusal {
        let found = self.found.iter();
        let found: Vec<_> = found
            .map(|(town, village)| format!("{town}的{village}"))
            .collect();
        let read = format!(
            "负责村写有其他镇的村，读作{}，负责镇读作“{}”",
            found.join("、"),
            self.towns.join("、")
        );
        let code = "village_of_other_town";
        match self.beside(places) {
            Some((town, village)) => Refusal::new(
                code,
                format!("{read}；{town}也有{village}，结对时两处都算"),
                "请核对；如不对，请在文件中改正",
            ),
            None => Refusal::new(code, read, "如不对，请在文件中改正"),
        }
    }
}
