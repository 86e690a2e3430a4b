//! What is linked to places by name: units that serve villages, and the areas of helpers.

use std::collections::{BTreeMap, BTreeSet};

use super::former::FormerNames;
use super::model::Locality;
use super::store;
use crate::db::Tx;
use crate::staff;
use crate::staff::unit::{self, Area, names_in, town_in};

/// Units and helpers by the places that they name, and the names that no longer hold.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Each village that units are linked to, with how many units.
    pub units: BTreeMap<Area, usize>,
    /// Towns and villages that helpers name together, each with how many active helpers.
    pub helpers: BTreeMap<(Vec<String>, Vec<String>), usize>,
    /// What places and units were called before.
    pub former: FormerNames,
}

/// The links that hold now.
pub async fn links(tx: &mut Tx) -> Result<Links, sqlx::Error> {
    let mut links = Links {
        former: FormerNames::of(&store::standing(tx).await?),
        ..Links::default()
    };
    for villages in unit::all_villages(tx).await?.into_values() {
        for village in villages {
            *links.units.entry(village).or_default() += 1;
        }
    }
    for person in staff::store::all(tx).await? {
        let named = (
            names_in(person.town.as_deref()),
            names_in(person.village.as_deref()),
        );
        if person.active && (!named.0.is_empty() || !named.1.is_empty()) {
            *links.helpers.entry(named).or_default() += 1;
        }
    }
    Ok(links)
}

impl Links {
    /// How many units are linked to a village, or to any of a town.
    pub fn units_of(&self, town: &str, village: Option<&str>) -> usize {
        let of_place = self.units.iter().filter(|(area, _)| {
            area.town == town && village.is_none_or(|village| area.village == village)
        });
        of_place.map(|(_, count)| count).sum()
    }

    /// How many helpers name a town, or a village that may be the one of this town.
    pub fn helpers_of(&self, town: &str, village: Option<&str>) -> usize {
        let contains = |names: &[String], name: &str| names.iter().any(|it| it == name);
        let of_place = self.helpers.iter().filter(|((towns, villages), _)| {
            let in_town = contains(towns, town);
            let is_named = match village {
                None => in_town,
                Some(village) => contains(villages, village) && (in_town || towns.is_empty()),
            };
            is_named || says_town(villages, town, village)
        });
        of_place.map(|(_, count)| count).sum()
    }

    /// Whether a helper names a place and means that one. `others` are the other towns that have a village of
    /// its name.
    pub fn is_named_by_helpers(&self, place: &Locality, others: &BTreeSet<String>) -> bool {
        self.helpers.keys().any(|(towns, villages)| {
            if says_town(villages, &place.town, place.village.as_deref()) {
                return true;
            }
            let Some(village) = &place.village else {
                return towns.contains(&place.town);
            };
            let means_other = if towns.is_empty() {
                !others.is_empty()
            } else {
                towns.iter().any(|town| others.contains(town))
            };
            let in_town = towns.is_empty() || towns.contains(&place.town);
            villages.contains(village) && in_town && !means_other
        })
    }
}

/// Whether villages are named with this town before their name, and one of them is this one.
fn says_town(villages: &[String], town: &str, village: Option<&str>) -> bool {
    let mut said = villages.iter().filter_map(|it| town_in(it));
    said.any(|(of, name)| of == town && village.is_none_or(|village| village == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_counted_by_the_place_that_is_meant() {
        let mut links = Links::default();
        let names =
            |names: &[&str]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
        links.units.insert(Area::of("甲镇", "东村"), 2);
        links.units.insert(Area::of("乙镇", "东村"), 1);
        links
            .helpers
            .insert((names(&["甲镇"]), names(&["东村"])), 3);
        links.helpers.insert((names(&[]), names(&["东村"])), 1);
        links.helpers.insert((names(&["甲镇"]), names(&[])), 5);
        assert_eq!(links.units_of("甲镇", Some("东村")), 2);
        assert_eq!(links.units_of("甲镇", None), 2);
        assert_eq!(links.helpers_of("甲镇", Some("东村")), 4);
        assert_eq!(links.helpers_of("甲镇", None), 8);
        assert_eq!(links.helpers_of("乙镇", Some("东村")), 1);
        assert_eq!(links.helpers_of("丙镇", None), 0);
        let both = names(&["西村", "城南镇南村"]);
        links.helpers.insert((names(&["甲镇"]), both), 1);
        assert_eq!(links.helpers_of("城南镇", Some("南村")), 1);
        assert_eq!(links.helpers_of("城南镇", None), 1);
        assert_eq!(links.helpers_of("城南镇", Some("西村")), 0);
        let south = Locality::village("城南镇", "南村");
        assert!(links.is_named_by_helpers(&south, &BTreeSet::new()));
    }

    #[test]
    fn a_helper_names_a_place_where_no_other_can_be_meant() {
        let names =
            |names: &[&str]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
        let east = Locality::village("甲镇", "东村");
        for (towns, others, expected) in [
            (&["甲镇"][..], &[][..], true),
            (&["甲镇"], &["乙镇"], true),
            (&[], &[], true),
            (&[], &["乙镇"], false),
            (&["甲镇", "乙镇"], &["乙镇"], false),
            (&["甲镇", "乙镇"], &["丙镇"], true),
            (&["乙镇"], &["乙镇"], false),
        ] {
            let mut links = Links::default();
            links.helpers.insert((names(towns), names(&["东村"])), 1);
            let others = names(others).into_iter().collect();
            assert_eq!(
                links.is_named_by_helpers(&east, &others),
                expected,
                "{towns:?} {others:?}"
            );
        }
    }
}
