//! Where a helper may serve: the villages of their own, of their town and of their unit.

use std::collections::BTreeSet;

use super::model::{AreaFit, AreaRule, Helper, Input};
use crate::staff::unit::{Area, town_in};

/// Villages that a helper reaches in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach<'a> {
    /// Every village.
    Anywhere,
    /// All villages of this town.
    Town(&'a str),
    /// Those of this name in any town.
    Name(&'a str),
    /// The one of this town and name.
    Village(&'a str, &'a str),
}

impl<'a> Reach<'a> {
    /// All that hold a village.
    pub fn of(area: &'a Area) -> [Self; 4] {
        [
            Self::Anywhere,
            Self::Town(&area.town),
            Self::Name(&area.village),
            Self::Village(&area.town, &area.village),
        ]
    }

    /// The villages in Chinese, for messages.
    pub fn words(self) -> String {
        match self {
            Self::Anywhere => "任何村".to_owned(),
            Self::Town(town) => format!("{town}各村"),
            Self::Name(village) => format!("各镇{village}"),
            Self::Village(town, village) => format!("{town}{village}"),
        }
    }
}

impl Input {
    /// Where a helper may serve, each with what it is to them.
    ///
    /// A helper serves the villages that they are responsible for (负责村; in the towns of 负责镇, if
    /// those are given, or in the one that stands before the name), the towns that they are responsible for as a whole (负责镇 without 负责村), and
    /// the villages that their unit is linked to. One without any of these serves anywhere. If areas are
    /// only preferred, everyone serves everywhere, at a price; if they are free, they do not matter.
    pub fn reaches<'a>(&'a self, helper: &'a Helper) -> Vec<(Reach<'a>, AreaFit)> {
        let rule = self.rules.area_rule;
        if rule == AreaRule::Free {
            return vec![(Reach::Anywhere, AreaFit::AnyArea)];
        }
        let linked = self.villages_of_unit(helper);
        let towns = || helper.towns.iter().map(String::as_str);
        let mut reaches = Vec::new();
        for village in &helper.villages {
            if helper.towns.is_empty() {
                reaches.push((Reach::Name(village), AreaFit::OwnVillage));
            }
            reaches
                .extend(towns().map(|town| (Reach::Village(town, village), AreaFit::OwnVillage)));
            if let Some((town, name)) = town_in(village) {
                reaches.push((Reach::Village(town, name), AreaFit::OwnVillage));
            }
        }
        reaches.extend(linked.iter().map(|area| {
            let village = Reach::Village(&area.town, &area.village);
            (village, AreaFit::UnitVillage)
        }));
        if helper.villages.is_empty() {
            reaches.extend(towns().map(|town| (Reach::Town(town), AreaFit::OwnTown)));
        }
        if reaches.is_empty() {
            return vec![(Reach::Anywhere, AreaFit::NoArea)];
        }
        if rule == AreaRule::Preferred {
            let near: BTreeSet<&str> = towns()
                .chain(linked.iter().map(|area| area.town.as_str()))
                .collect();
            reaches.extend(
                near.into_iter()
                    .map(|town| (Reach::Town(town), AreaFit::SameTown)),
            );
            reaches.push((Reach::Anywhere, AreaFit::Elsewhere));
        }
        reaches
    }

    /// How a village lies to a helper and what that costs; nothing where they may not serve it. Where
    /// more than one relation holds, the cheapest counts.
    pub fn area(&self, helper: &Helper, area: &Area) -> Option<(AreaFit, i64)> {
        let at = Reach::of(area);
        self.reaches(helper)
            .into_iter()
            .filter(|(reach, _)| at.contains(reach))
            .map(|(_, fit)| (fit, self.rules.area_cost(fit)))
            .min_by_key(|(fit, cost)| (*cost, *fit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pairing::cost::model::PairingRules;
    use crate::staff::unit::names_in;
    use uuid::Uuid;

    fn area(town: &str, village: &str) -> Area {
        Area {
            town: town.to_owned(),
            village: village.to_owned(),
        }
    }

    fn helper(town: Option<&str>, village: Option<&str>, unit: &str) -> Helper {
        Helper {
            id: Uuid::from_u128(1),
            number: None,
            name: "张老师".to_owned(),
            unit: unit.to_owned(),
            towns: names_in(town),
            villages: names_in(village),
            skills: Vec::new(),
            capacity: 3,
            held: 1,
            active: true,
            away: None,
        }
    }

    fn input(area_rule: AreaRule) -> Input {
        Input {
            rules: PairingRules {
                area_rule,
                ..PairingRules::default()
            },
            unit_villages: [("东校".to_owned(), vec![area("甲镇", "东村")])].into(),
            ..Input::default()
        }
    }

    #[test]
    fn areas_bind_as_the_rule_says() {
        use AreaRule::{Free, Preferred, Required};
        let (east, west, far) = (
            area("甲镇", "东村"),
            area("甲镇", "西村"),
            area("乙镇", "南村"),
        );
        let linked = helper(None, None, "东校");
        let own = helper(Some("甲镇"), Some("西村、北村"), "某局");
        let town = helper(Some("甲镇"), None, "某局");
        let anywhere = helper(None, None, "某局");
        let fits =
            |rule, helper: &Helper, area: &Area| input(rule).area(helper, area).map(|(fit, _)| fit);
        for rule in [Required, Preferred] {
            assert_eq!(fits(rule, &linked, &east), Some(AreaFit::UnitVillage));
            assert_eq!(fits(rule, &own, &west), Some(AreaFit::OwnVillage));
            assert_eq!(fits(rule, &town, &west), Some(AreaFit::OwnTown));
            assert_eq!(fits(rule, &anywhere, &far), Some(AreaFit::NoArea));
        }
        assert_eq!(fits(Required, &linked, &west), None);
        assert_eq!(fits(Required, &own, &east), None);
        assert_eq!(fits(Required, &town, &far), None);
        assert_eq!(fits(Preferred, &linked, &west), Some(AreaFit::SameTown));
        assert_eq!(fits(Preferred, &own, &east), Some(AreaFit::SameTown));
        assert_eq!(fits(Preferred, &town, &far), Some(AreaFit::Elsewhere));
        assert_eq!(fits(Free, &town, &far), Some(AreaFit::AnyArea));
        // One of another town says its town, and means no other village of that name.
        let both = helper(Some("甲镇"), Some("东村、城南镇南村"), "某局");
        assert_eq!(
            fits(Required, &both, &area("城南镇", "南村")),
            Some(AreaFit::OwnVillage)
        );
        assert_eq!(fits(Required, &both, &area("城南镇", "东村")), None);
        assert_eq!(fits(Required, &both, &area("甲镇", "南村")), None);
        // 负责村 of another town of the same village name does not count.
        let other = helper(Some("乙镇"), Some("东村"), "某局");
        assert_eq!(fits(Required, &other, &east), None);
    }

    #[test]
    fn a_cell_may_name_several_villages() {
        assert_eq!(names_in(Some(" 东村、西 村,")), ["东村", "西村"]);
        assert!(names_in(None).is_empty());
    }
}
