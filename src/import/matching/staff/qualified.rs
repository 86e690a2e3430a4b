//! Villages of another town in 负责村, which say their town before their name: 双喜村、大桥镇新河村.

use std::collections::BTreeSet;

use super::known::Around;
use crate::household::rule::Severity;
use crate::problem::{Text, words};
use crate::renaming::spelling::{Level, after_town};
use crate::roster::report::Problems;
use crate::roster::staffing::{ReadPerson, StaffRoster};
use crate::staff::unit::{names_in, town_in};
use crate::value::Refusal;

/// Writes the towns of such villages to 负责镇, and the villages without them, where all together mean no other
/// village; else each says its town before its name.
pub fn split_towns(roster: &mut StaffRoster, around: &Around, problems: &mut Problems) {
    let places = Places::of(roster, around);
    for person in &mut roster.people {
        let names = names_in(person.facts.village.as_deref());
        let names: Vec<_> = names.iter().map(|name| joined(name)).collect();
        let Some(split) = places.split(person, &names) else {
            continue;
        };
        if split.villages == names {
            continue;
        }
        let place = person.place;
        let refusal = split.refusal();
        problems.push(place.problem(&roster.sheets, Severity::Repair, "village", refusal));
        person.facts.town = Some(split.towns.join("、")).filter(|towns| !towns.is_empty());
        person.facts.village = Some(split.villages.join("、"));
    }
}

/// A name without what joins a town to its village: 草庙镇：双喜村, 草庙镇的双喜村.
fn joined(name: &str) -> String {
    const TOWNS: [&str; 4] = ["镇", "乡", "街道", "苏木"];
    const JOINTS: [char; 7] = [':', '：', '—', '-', '·', '•', '的'];
    let mut joined = name.to_owned();
    for town in TOWNS {
        for joint in JOINTS {
            joined = joined.replace(&format!("{town}{joint}"), town);
        }
    }
    joined
}

/// Towns and villages by all that names them.
struct Places {
    towns: BTreeSet<String>,
    villages: BTreeSet<(String, String)>,
    /// Whether no household is on the register that could say which towns there are.
    is_new: bool,
}

/// 负责镇 and 负责村 as they are kept.
#[derive(Default)]
struct Split {
    towns: Vec<String>,
    villages: Vec<String>,
    /// The towns that were written before villages, each with its village.
    found: Vec<(String, String)>,
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

    fn split(&self, person: &ReadPerson, names: &[String]) -> Option<Split> {
        let own = names_in(person.facts.town.as_deref());
        let said: Vec<_> = names
            .iter()
            .map(|name| self.town_before(&own, name).ok_or_else(|| name.clone()))
            .collect();
        let found: Vec<_> = said.iter().filter_map(|it| it.clone().ok()).collect();
        if found.is_empty() {
            return None;
        }
        let mut split = self.together(&own, &said).unwrap_or_else(|| {
            let mut apart = Split::default();
            for said in &said {
                apart.name(match said {
                    Ok((town, village)) => format!("{town}{village}"),
                    Err(name) => name.clone(),
                });
            }
            apart.towns.clone_from(&own);
            apart
        });
        split.found = found;
        Some(split)
    }

    /// All towns and all villages, if they mean none but those that were named.
    fn together(&self, own: &[String], said: &[Result<(String, String), String>]) -> Option<Split> {
        let mut split = Split::default();
        let mut meant = BTreeSet::new();
        split.towns.extend_from_slice(own);
        for said in said {
            match said {
                Ok((town, village)) => {
                    split.town(town);
                    split.name(village.clone());
                    meant.insert((town.clone(), village.clone()));
                }
                Err(name) if own.is_empty() => {
                    // Where the others have a town, this one needs its own.
                    let towns: Vec<_> = self.towns_with(name).collect();
                    let [town] = towns[..] else {
                        return None;
                    };
                    split.town(town);
                    split.name(name.clone());
                    meant.insert((town.clone(), name.clone()));
                }
                Err(name) => {
                    split.name(name.clone());
                    meant.extend(own.iter().map(|town| (town.clone(), name.clone())));
                }
            }
        }
        let of_town = |town| split.villages.iter().map(move |village| (town, village));
        let mut all = split.towns.iter().flat_map(of_town);
        let is_other = |(town, village): (&String, &String)| {
            let place = (town.clone(), village.clone());
            self.villages.contains(&place) && !meant.contains(&place)
        };
        (!all.any(is_other)).then_some(split)
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
            let (town, village) = town_in(name).filter(|_| self.is_new)?;
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
    fn town(&mut self, town: &str) {
        if !self.towns.iter().any(|it| it == town) {
            self.towns.push(town.to_owned());
        }
    }

    fn name(&mut self, village: String) {
        if !self.villages.contains(&village) {
            self.villages.push(village);
        }
    }

    fn refusal(&self) -> Refusal {
        let found = self.found.iter();
        let found: Vec<_> = found
            .map(|(town, village)| format!("{town}的{village}"))
            .collect();
        let (found, towns, villages) = (
            Text::quoted(&found),
            Text::quoted(&self.towns),
            Text::quoted(&self.villages),
        );
        let reason = words!(
            "负责村写有其他镇的村（{found}），负责镇读作“{towns}”，负责村读作“{villages}”",
            "“负责村” names villages of other towns ({found}): “负责镇” was read as {towns}, “负责村” as {villages}";
            found, towns, villages
        );
        Refusal::new(
            "village_of_other_town",
            reason,
            words!(
                "如不对，请在文件中改正",
                "if that is wrong, correct it in the file"
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_village_is_joined_to_its_town_by_any_sign() {
        for name in [
            "草庙镇：双喜村",
            "草庙镇:双喜村",
            "草庙镇的双喜村",
            "草庙镇—双喜村",
            "草庙镇双喜村",
        ] {
            assert_eq!(joined(name), "草庙镇双喜村");
        }
        assert_eq!(joined("东的村"), "东的村");
    }
}
