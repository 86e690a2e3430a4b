//! What a change of names says, and what it makes of the areas of helpers.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::code_list;
use crate::problem::{Text, words};
use crate::staff::unit::{names_in, town_in};

code_list! {
    /// What gets another name.
    pub enum RenamingKind = "renaming_kind", "更名的对象" {
        Town = "town", "镇(乡、街道)", [];
        Village = "village", "村(居)", [];
        Unit = "unit", "单位", [];
    }
}

/// A town, or a village of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Locality {
    /// 镇(乡、街道).
    pub town: String,
    /// 村(居); nothing for the town as a whole.
    pub village: Option<String>,
}

impl Locality {
    /// A town as a whole.
    pub fn town(town: impl Into<String>) -> Self {
        Self {
            town: town.into(),
            village: None,
        }
    }

    /// A village.
    pub fn village(town: impl Into<String>, village: impl Into<String>) -> Self {
        Self {
            town: town.into(),
            village: Some(village.into()),
        }
    }

    /// How people name it.
    pub fn words(&self) -> String {
        format!(
            "{}{}",
            self.town,
            self.village.as_deref().unwrap_or_default()
        )
    }

    /// Whether a place is this one or a village of this town.
    pub fn contains(&self, place: &Self) -> bool {
        self.town == place.town && (self.village.is_none() || self.village == place.village)
    }

    fn touches(&self, place: &Self) -> bool {
        self.contains(place) || place.contains(self)
    }

    /// What one of this town and village is when this place is called `to`; nothing for one elsewhere.
    pub fn renamed<'n>(
        &self,
        to: &'n Self,
        (town, village): (&'n str, &'n str),
    ) -> Option<(&'n str, &'n str)> {
        if self.town != town {
            return None;
        }
        match (&self.village, &to.village) {
            (None, _) => Some((&to.town, village)),
            (Some(old), Some(new)) if old == village => Some((&to.town, new)),
            _ => None,
        }
    }
}

/// What is called otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// A town, or a village; both of the same kind.
    Place {
        /// What it was called.
        from: Locality,
        /// What it is called.
        to: Locality,
    },
    /// A unit.
    Unit {
        /// Its id.
        unit_id: Uuid,
        /// What it was called.
        from: String,
        /// What it is called.
        to: String,
    },
}

impl Change {
    /// What gets another name.
    pub fn kind(&self) -> RenamingKind {
        match self {
            Self::Unit { .. } => RenamingKind::Unit,
            Self::Place { from, .. } if from.village.is_none() => RenamingKind::Town,
            Self::Place { .. } => RenamingKind::Village,
        }
    }

    /// Both names, as people say them.
    pub fn words(&self) -> (String, String) {
        match self {
            Self::Place { from, to } => (from.words(), to.words()),
            Self::Unit { from, to, .. } => (from.clone(), to.clone()),
        }
    }
}

/// A change that an import is to make when it is taken into the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// What is called otherwise.
    pub change: Change,
    /// Whether it becomes part of another that the register had before the import.
    pub merges: bool,
    /// Why, in Chinese.
    pub reason: String,
}

/// What is said of a change beside the names.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// Whether the new name is that of another, of which this becomes part.
    pub merge: bool,
    /// Whether an import has found that out already and has itself put records under the new name.
    pub by_import: bool,
    /// From which day.
    pub effective_on: NaiveDate,
    /// Why.
    pub reason: String,
}

/// A change of names, as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Renaming {
    pub(crate) id: Uuid,
    pub(crate) kind: RenamingKind,
    pub(crate) old_town: String,
    pub(crate) old_village: String,
    pub(crate) new_town: String,
    pub(crate) new_village: String,
    /// The unit that got the name, or became part of another.
    pub(crate) unit_id: Option<Uuid>,
    pub(crate) old_name: String,
    pub(crate) new_name: String,
    /// The unit that it became part of.
    pub(crate) into_unit_id: Option<Uuid>,
    pub(crate) merges: bool,
    pub(crate) effective_on: NaiveDate,
    pub(crate) reason: String,
    /// How many of each followed.
    pub(crate) households: i64,
    pub(crate) units: i64,
    pub(crate) helpers: i64,
    pub(crate) import_id: Option<Uuid>,
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) recorded_by: String,
    pub(crate) undone_at: Option<DateTime<Utc>>,
    pub(crate) undone_by: Option<String>,
}

impl Renaming {
    /// What is called otherwise.
    pub fn change(&self) -> Change {
        let place = |town: &str, village: &str| match self.kind {
            RenamingKind::Village => Locality::village(town, village),
            _ => Locality::town(town),
        };
        match self.unit_id {
            Some(unit_id) => Change::Unit {
                unit_id,
                from: self.old_name.clone(),
                to: self.new_name.clone(),
            },
            None => Change::Place {
                from: place(&self.old_town, &self.old_village),
                to: place(&self.new_town, &self.new_village),
            },
        }
    }
}

impl Renaming {
    /// What became of what, in words.
    pub fn words(&self) -> Text {
        let (old, new) = self.change().words();
        if self.merges {
            words!("“{old}”并入“{new}”", "“{old}” became part of “{new}”")
        } else {
            words!("“{old}”更名为“{new}”", "“{old}” is now called “{new}”")
        }
    }

    /// Whether an earlier change cannot be taken back before this one is: this one gave the name away that the
    /// earlier one brought or would bring back, or put others under it who would be taken along.
    pub fn rests_on(&self, earlier: &Self) -> bool {
        match (self.change(), earlier.change()) {
            (Change::Place { from, to }, Change::Place { from: old, to: new }) => {
                from.touches(&new) || from.touches(&old) || (!earlier.merges && new.contains(&to))
            }
            (Change::Unit { unit_id, .. }, Change::Unit { unit_id: first, .. }) => {
                // Records name a unit by its id: another name of the one that took it in is in nobody's way.
                let now = earlier.into_unit_id.unwrap_or(first);
                unit_id == now && (self.merges || !earlier.merges)
            }
            _ => false,
        }
    }
}

/// 负责镇 and 负责村 of a helper.
pub type Cells = (Option<String>, Option<String>);

/// What 负责镇 and 负责村 of a helper say when a place is called otherwise, as `renamed_own` has it; villages that
/// say their town before their name are called otherwise with it.
pub fn renamed_cells(
    names: (&Locality, &Locality),
    (town, village): (Option<&str>, Option<&str>),
    others: &BTreeSet<String>,
) -> Option<Cells> {
    let (from, to) = names;
    let mut is_said = false;
    let mut villages = names_in(village);
    for name in &mut villages {
        let said = town_in(name);
        let new = said.and_then(|said| from.renamed(to, said));
        if let Some((town, village)) = new {
            *name = format!("{town}{village}");
            is_said = true;
        }
    }
    if !is_said {
        return renamed_own(names, (town, village), others);
    }
    let village = joined(&villages);
    let own = renamed_own(names, (town, village.as_deref()), others);
    own.or_else(|| Some((town.map(ToOwned::to_owned), village)))
}

/// What 负责镇 and 负责村 of a helper say when a place is called otherwise; nothing where they do not name it.
/// `others` are the other towns that have a village of the old name, which the helper may mean as well.
fn renamed_own(
    (from, to): (&Locality, &Locality),
    (town, village): (Option<&str>, Option<&str>),
    others: &BTreeSet<String>,
) -> Option<Cells> {
    let (mut towns, mut villages) = (names_in(town), names_in(village));
    let (Some(old), Some(new)) = (&from.village, &to.village) else {
        if !towns.contains(&from.town) {
            return None;
        }
        replace(&mut towns, &from.town, &to.town);
        return Some((joined(&towns), village.map(ToOwned::to_owned)));
    };
    let is_meant = towns.is_empty() || towns.contains(&from.town);
    if !villages.contains(old) || !is_meant {
        return None;
    }
    let stays = if towns.is_empty() {
        !others.is_empty()
    } else {
        towns
            .iter()
            .any(|town| *town != from.town && others.contains(town))
    };
    if stays {
        if !villages.contains(new) {
            villages.push(new.clone());
        }
    } else {
        replace(&mut villages, old, new);
    }
    if from.town != to.town && !towns.is_empty() && !towns.contains(&to.town) {
        if villages.len() == 1 && towns.len() == 1 {
            towns.clear();
        }
        towns.push(to.town.clone());
    }
    Some((joined(&towns), joined(&villages)))
}

/// Puts a name in the place of another, once.
fn replace(names: &mut Vec<String>, old: &str, new: &str) {
    let mut seen = BTreeSet::new();
    for name in names.iter_mut().filter(|name| *name == old) {
        new.clone_into(name);
    }
    names.retain(|name| seen.insert(name.clone()));
}

fn joined(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.join("、"))
}

/// Planned changes to one new name: the first brings it, and what comes after becomes part of that.
pub fn one_by_one(planned: &[Planned]) -> Vec<Planned> {
    let mut brought = BTreeSet::new();
    let planned = planned.iter().map(|planned| {
        let (place, unit) = match &planned.change {
            Change::Place { to, .. } => (Some(to), None),
            Change::Unit { to, .. } => (None, Some(to)),
        };
        let is_first = brought.insert((place, unit));
        Planned {
            merges: planned.merges || !is_first,
            ..planned.clone()
        }
    });
    planned.collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A place that got another name, as stored.
    pub fn renaming(from: Locality, to: Locality, merges: bool) -> Renaming {
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let kind = match from.village {
            Some(_) => RenamingKind::Village,
            None => RenamingKind::Town,
        };
        Renaming {
            id: Uuid::nil(),
            kind,
            old_town: from.town,
            old_village: from.village.unwrap_or_default(),
            new_town: to.town,
            new_village: to.village.unwrap_or_default(),
            unit_id: None,
            old_name: String::new(),
            new_name: String::new(),
            into_unit_id: None,
            merges,
            effective_on: at.date_naive(),
            reason: String::new(),
            households: 0,
            units: 0,
            helpers: 0,
            import_id: None,
            recorded_at: at,
            recorded_by: "office".to_owned(),
            undone_at: None,
            undone_by: None,
        }
    }

    /// A unit that got another name, or became part of another.
    pub fn unit_renaming(unit_id: Uuid, into: Option<Uuid>) -> Renaming {
        Renaming {
            kind: RenamingKind::Unit,
            unit_id: Some(unit_id),
            into_unit_id: into,
            ..renaming(Locality::town(""), Locality::town(""), into.is_some())
        }
    }

    fn village(words: &str) -> Locality {
        match words.split_once(' ') {
            Some((town, village)) => Locality::village(town, village),
            None => Locality::town(words),
        }
    }

    #[test]
    fn a_later_change_rests_on_the_one_whose_names_it_changes() {
        // What came first, whether it is a merge; what came later, whether it is; whether that rests on it.
        for (first, merges, later, joins, expected) in [
            (
                ("甲镇", "乙镇"),
                false,
                ("乙镇 东村", "乙镇 新村"),
                false,
                true,
            ),
            (("甲镇", "乙镇"), false, ("乙镇", "丙镇"), false, true),
            (("甲镇", "乙镇"), true, ("乙镇", "丙镇"), false, true),
            (
                ("甲镇", "乙镇"),
                false,
                ("丁镇 东村", "乙镇 东村"),
                false,
                true,
            ),
            (
                ("甲镇", "乙镇"),
                true,
                ("丁镇 东村", "乙镇 东村"),
                true,
                false,
            ),
            (("甲镇", "乙镇"), true, ("丁镇", "乙镇"), true, false),
            (("甲镇", "乙镇"), false, ("丁镇", "丙镇"), false, false),
            (
                ("甲镇 东村", "甲镇 新村"),
                false,
                ("甲镇", "乙镇"),
                false,
                true,
            ),
            (
                ("甲镇 东村", "甲镇 新村"),
                false,
                ("甲镇 新村", "甲镇 西村"),
                true,
                true,
            ),
            (
                ("甲镇 东村", "甲镇 新村"),
                false,
                ("甲镇 西村", "甲镇 新村"),
                true,
                true,
            ),
            (
                ("甲镇 东村", "甲镇 新村"),
                true,
                ("甲镇 西村", "甲镇 新村"),
                true,
                false,
            ),
            (
                ("甲镇 东村", "甲镇 新村"),
                false,
                ("甲镇 西村", "甲镇 南村"),
                false,
                false,
            ),
            // The town to which it would come back is called otherwise.
            (
                ("甲镇 东村", "乙镇 东村"),
                false,
                ("甲镇", "丙镇"),
                false,
                true,
            ),
            (
                ("甲镇 东村", "甲镇 新村"),
                false,
                ("乙镇", "甲镇"),
                true,
                false,
            ),
        ] {
            let of =
                |(from, to): (&str, &str), merges| renaming(village(from), village(to), merges);
            let rests = of(later, joins).rests_on(&of(first, merges));
            assert_eq!(rests, expected, "{first:?} {later:?}");
        }
        let [one, other, third] = [1, 2, 3].map(Uuid::from_u128);
        for (first, later, expected) in [
            ((one, None), (one, None), true),
            ((one, None), (one, Some(other)), true),
            ((one, None), (other, Some(one)), false),
            ((one, Some(other)), (other, Some(third)), true),
            ((one, Some(other)), (other, None), false),
            ((one, Some(other)), (third, Some(other)), false),
        ] {
            let rests = unit_renaming(later.0, later.1).rests_on(&unit_renaming(first.0, first.1));
            assert_eq!(rests, expected, "{first:?} {later:?}");
        }
    }

    #[test]
    fn the_first_of_those_that_get_one_name_brings_it_and_the_others_join() {
        let planned = |change: Change, merges| Planned {
            change,
            merges,
            reason: String::new(),
        };
        let place = |from: &str, to: &str| Change::Place {
            from: village(from),
            to: village(to),
        };
        let unit = |id, to: &str| Change::Unit {
            unit_id: Uuid::from_u128(id),
            from: String::new(),
            to: to.to_owned(),
        };
        let made = one_by_one(&[
            planned(place("甲镇 东村", "甲镇 新村"), false),
            planned(place("甲镇 西村", "甲镇 新村"), false),
            planned(place("甲镇 南村", "乙镇 新村"), false),
            planned(place("丙镇", "丁镇"), true),
            planned(unit(1, "新校"), false),
            planned(unit(2, "新校"), false),
            planned(unit(3, "新村"), false),
        ]);
        let merges: Vec<_> = made.iter().map(|it| it.merges).collect();
        assert_eq!(merges, [false, true, false, true, false, true, false]);
    }

    fn cells(
        (from, to): (Locality, Locality),
        (town, village): (&str, &str),
        others: &[&str],
    ) -> Option<(String, String)> {
        fn cell(text: &str) -> Option<&str> {
            Some(text).filter(|text| !text.is_empty())
        }
        let others = others.iter().map(ToString::to_string).collect();
        let found = renamed_cells((&from, &to), (cell(town), cell(village)), &others);
        found.map(|(town, village)| (town.unwrap_or_default(), village.unwrap_or_default()))
    }

    fn both(town: &str, village: &str) -> (String, String) {
        (town.to_owned(), village.to_owned())
    }

    #[test]
    fn a_town_is_replaced_in_the_list_of_towns() {
        let change = || (Locality::town("甲镇"), Locality::town("丁镇"));
        assert_eq!(cells(change(), ("甲镇", ""), &[]), Some(both("丁镇", "")));
        assert_eq!(
            cells(change(), ("乙镇、甲镇", "东村"), &[]),
            Some(both("乙镇、丁镇", "东村"))
        );
        assert_eq!(
            cells(change(), ("丁镇，甲镇", ""), &[]),
            Some(both("丁镇", ""))
        );
        assert_eq!(cells(change(), ("乙镇", "东村"), &[]), None);
        assert_eq!(cells(change(), ("", "东村"), &[]), None);
    }

    #[test]
    fn a_village_is_replaced_where_it_is_meant() {
        let change = || {
            (
                Locality::village("甲镇", "东村"),
                Locality::village("甲镇", "新村"),
            )
        };
        assert_eq!(
            cells(change(), ("甲镇", "东村"), &[]),
            Some(both("甲镇", "新村"))
        );
        assert_eq!(
            cells(change(), ("", "西村、东村"), &[]),
            Some(both("", "西村、新村"))
        );
        // The village of that name of another town.
        assert_eq!(cells(change(), ("乙镇", "东村"), &["乙镇"]), None);
        // Both: who names no town means the other one as well.
        assert_eq!(
            cells(change(), ("", "东村"), &["乙镇"]),
            Some(both("", "东村、新村"))
        );
        assert_eq!(
            cells(change(), ("甲镇、乙镇", "东村"), &["乙镇"]),
            Some(both("甲镇、乙镇", "东村、新村"))
        );
        assert_eq!(
            cells(change(), ("甲镇、丙镇", "东村"), &["乙镇"]),
            Some(both("甲镇、丙镇", "新村"))
        );
        // The whole town, and villages that are not named.
        assert_eq!(cells(change(), ("甲镇", ""), &[]), None);
    }

    #[test]
    fn a_village_that_comes_to_another_town_takes_its_helpers_along() {
        let change = || {
            (
                Locality::village("甲镇", "东村"),
                Locality::village("乙镇", "东村"),
            )
        };
        assert_eq!(
            cells(change(), ("甲镇", "东村"), &[]),
            Some(both("乙镇", "东村"))
        );
        assert_eq!(
            cells(change(), ("甲镇", "东村、西村"), &[]),
            Some(both("甲镇、乙镇", "东村、西村"))
        );
        assert_eq!(cells(change(), ("", "东村"), &[]), Some(both("", "东村")));
    }

    #[test]
    fn a_place_says_which_villages_are_its_own() {
        let (town, other) = (Locality::town("甲镇"), Locality::town("乙镇"));
        assert_eq!(
            town.renamed(&other, ("甲镇", "东村")),
            Some(("乙镇", "东村"))
        );
        assert_eq!(town.renamed(&other, ("丙镇", "东村")), None);
        let (east, new) = (
            Locality::village("甲镇", "东村"),
            Locality::village("乙镇", "新村"),
        );
        assert_eq!(east.renamed(&new, ("甲镇", "东村")), Some(("乙镇", "新村")));
        assert_eq!(east.renamed(&new, ("甲镇", "西村")), None);
    }
}
