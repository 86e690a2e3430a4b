//! A unit, and a village that it is linked to.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::text::{parts, squeezed};

/// A village, by the names of its town and itself.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromRow,
    Serialize,
    Deserialize,
    Object,
)]
pub struct Area {
    /// Town (镇、乡、街道).
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    pub town: String,
    /// Village (村、居).
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    pub village: String,
}

impl Area {
    /// The village of these names, in the form in which names are compared.
    pub fn of(town: &str, village: &str) -> Self {
        Self {
            town: squeezed(town),
            village: squeezed(village),
        }
    }
}

/// The names in a cell of the roster that may hold several, such as 东村、西村.
pub fn names_in(cell: Option<&str>) -> Vec<String> {
    let is_between = |character: char| "、，,;；/／|｜".contains(character);
    parts(cell.unwrap_or_default(), is_between)
        .into_iter()
        .map(squeezed)
        .filter(|name| !name.is_empty())
        .collect()
}

/// The town that a village says before its name, where the form of the whole leaves no doubt, and the village:
/// 大桥镇新河村, and not 古镇村 or 镇南村. So a helper names one village of another town than theirs.
pub fn town_in(name: &str) -> Option<(&str, &str)> {
    const TOWNS: [&str; 4] = ["镇", "乡", "街道", "苏木"];
    const VILLAGES: [&str; 3] = ["村", "社区", "嘎查"];
    let split = TOWNS
        .iter()
        .filter_map(|end| name.split_at_checked(name.find(end)? + end.len()));
    let is_village = |name: &str| {
        let mut ends = VILLAGES.iter();
        ends.any(|end| name.strip_suffix(end).is_some_and(|rest| !rest.is_empty()))
    };
    split
        .filter(|(town, village)| town.chars().count() > 2 && is_village(village))
        .min_by_key(|(town, _)| town.len())
}

/// A unit, as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Unit {
    /// Names the unit in all records.
    pub id: Uuid,
    /// Unit (单位), by name.
    pub name: String,
    /// Counts the changes of its villages, from 1.
    pub version: i64,
    /// Its people who may be given households.
    pub active_staff: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_names_several_villages_and_brackets_hold_none() {
        for (cell, names) in [
            ("东村、西村，北村", &["东村", "西村", "北村"][..]),
            ("东村|西村／北村", &["东村", "西村", "北村"]),
            ("东村（1组、2组）、西村", &["东村(1组、2组)", "西村"]),
            ("东村（1组、西村", &["东村(1组", "西村"]),
            ("、东村、", &["东村"]),
        ] {
            assert_eq!(names_in(Some(cell)), names, "{cell}");
        }
    }

    #[test]
    fn a_town_before_a_village_is_told_by_its_form() {
        for (name, split) in [
            ("大桥镇新河村", Some(("大桥镇", "新河村"))),
            ("城东街道幸福社区", Some(("城东街道", "幸福社区"))),
            ("古镇村", None),
            ("镇南村", None),
            ("双喜村", None),
            ("大桥镇", None),
            ("大桥镇村", None),
        ] {
            assert_eq!(town_in(name), split, "{name}");
        }
    }
}
