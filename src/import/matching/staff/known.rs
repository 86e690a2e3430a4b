//! The staff on the register, and who of them a person of the file is.

use std::collections::{BTreeMap, HashMap};

use crate::renaming::Links;
use crate::staff::StaffFacts;
use crate::staff::model::Staff;
use crate::staff::unit::Area;

/// What is known beside the staff.
#[derive(Debug, Default)]
pub struct Around {
    /// Towns and villages of the register, with their open households.
    pub areas: Vec<(String, String, usize)>,
    /// What units and helpers are linked to.
    pub links: Links,
    /// The villages that units are linked to, by the unit's name.
    pub unit_villages: BTreeMap<String, Vec<Area>>,
}

impl Around {
    /// Whether a household lives in a village, or a unit is linked to it.
    pub fn has(&self, (town, village): (&str, &str)) -> bool {
        let mut areas = self.areas.iter();
        areas.any(|(of, name, _)| of == town && name == village)
            || self.links.units.contains_key(&Area::of(town, village))
    }
}

/// The staff on the register, by all that a roster may name them by.
pub struct Known<'k> {
    pub people: &'k [Staff],
    by_number: HashMap<&'k str, usize>,
    by_identity: HashMap<&'k str, usize>,
}

/// Who a person of the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// By 工号.
    pub mine: Option<usize>,
    /// By identity number.
    pub other: Option<usize>,
}

impl<'k> Known<'k> {
    pub fn of(people: &'k [Staff]) -> Self {
        let mut known = Self {
            people,
            by_number: HashMap::new(),
            by_identity: HashMap::new(),
        };
        for (index, person) in people.iter().enumerate() {
            if let Some(number) = &person.number {
                known.by_number.insert(number, index);
            }
            if let Some(identity) = &person.identity_number {
                known.by_identity.insert(identity.whole(), index);
            }
        }
        known
    }

    pub fn find(&self, facts: &StaffFacts) -> Match {
        let number = facts.number.as_deref();
        let identity = facts.identity_number.as_ref();
        Match {
            mine: number.and_then(|number| self.by_number.get(number).copied()),
            other: identity.and_then(|it| self.by_identity.get(it.whole()).copied()),
        }
    }
}

impl Match {
    /// A person with another number is the same person.
    pub fn found(self) -> Option<usize> {
        self.mine.or(self.other)
    }

    /// The two whom the number and the identity number speak of, if they are two.
    pub fn two(self) -> Option<(usize, usize)> {
        self.mine
            .zip(self.other)
            .filter(|(mine, other)| mine != other)
    }
}
