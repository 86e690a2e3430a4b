//! Persons who may stand in the roster twice.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use chrono::NaiveDate;

use super::broken::broken;
use crate::household::model::{HouseholdFacts, Member};
use crate::household::rule;
use crate::problem::words;
use crate::roster::household::HouseholdRow;
use crate::roster::layout::Layouts;
use crate::roster::report::{Place, Problems};

/// Persons who may stand in the roster twice, of whom one has no identity number: of the same name,
/// birth date and village.
#[derive(Default)]
pub(super) struct Twins {
    hasher: RandomState,
    /// Names and birth dates of those without an identity number, as hashes.
    numberless: HashSet<u64>,
    /// All who have such a name and birth date: by name, birth date and village.
    alike: BTreeMap<(String, NaiveDate, String), Vec<(Place, bool)>>,
}

impl Twins {
    fn hash(&self, member: &Member) -> Option<u64> {
        let born = member.birth_date?;
        (!member.name.is_empty()).then(|| self.hasher.hash_one((&member.name, born)))
    }

    pub(super) fn notice(&mut self, member: &Member) {
        if member.identity_number.is_none()
            && let Some(hash) = self.hash(member)
        {
            self.numberless.insert(hash);
        }
    }

    pub(super) fn compare(&mut self, facts: &HouseholdFacts, places: &[Place]) {
        if self.numberless.is_empty() {
            return;
        }
        for (member, place) in facts.members.iter().zip(places) {
            let hash = self.hash(member);
            if let (Some(born), Some(hash)) = (member.birth_date, hash)
                && self.numberless.contains(&hash)
            {
                let village = format!("{}{}", facts.town, facts.village);
                self.alike
                    .entry((member.name.clone(), born, village))
                    .or_default()
                    .push((*place, member.identity_number.is_some()));
            }
        }
    }

    pub(super) fn report(&self, layouts: &Layouts<HouseholdRow>, problems: &mut Problems) {
        for ((name, born, village), persons) in &self.alike {
            // Those with a number first: who has none is to be compared with them.
            let mut persons = persons.clone();
            persons.sort_by_key(|(place, has_number)| (!has_number, *place));
            let Some(((first, _), others)) = persons.split_first() else {
                continue;
            };
            for (place, _) in others.iter().filter(|(_, has_number)| !has_number) {
                let first = layouts.address(*first, "name", place.sheet);
                problems.push(broken(
                    layouts,
                    *place,
                    "name",
                    &rule::SUSPECTED_DUPLICATE,
                    words!("与单元格 {first} 的“{name}”同名、同出生日期（{born}）、同村（{village}）", "same name, birth date ({born}) and village (“{village}”) as “{name}” in cell {first}"
                    ),
                ));
            }
        }
    }
}
