//! How many households each helper has and would have, beside the average.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a helper has and would have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    pub(crate) staff_id: Uuid,
    /// 工号; left out by earlier versions.
    #[serde(default)]
    pub(crate) number: Option<String>,
    pub(crate) name: String,
    pub(crate) unit: String,
    /// Households that they may have.
    pub capacity: i64,
    /// Households that they had before the run and keep.
    pub held: i64,
    /// Households that the run gives them anew.
    pub added: i64,
    /// Why they are given none for the time being, in words: on leave, or leaving.
    #[serde(default)]
    pub away: Option<Text>,
}

/// Households that some helpers have and would have, beside those that they may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadShare {
    households: i64,
    capacity: i64,
}

impl LoadShare {
    /// The share of one helper.
    pub fn of(load: &Load) -> Self {
        Self {
            households: load.held + load.added,
            capacity: load.capacity,
        }
    }

    /// The average of all these helpers, and that of each unit, in proportion to capacity.
    pub fn averages(loads: &[Load]) -> (Self, HashMap<&str, Self>) {
        let (mut all, mut units) = (Self::default(), HashMap::new());
        for load in loads {
            all.add(load);
            units
                .entry(load.unit.as_str())
                .or_insert_with(Self::default)
                .add(load);
        }
        (all, units)
    }

    fn add(&mut self, load: &Load) {
        let more = Self::of(load);
        self.households += more.households;
        self.capacity += more.capacity;
    }

    /// In percent of what they may have, rounded; nothing if they may have none.
    pub fn percent(self) -> Option<i64> {
        (self.capacity > 0).then(|| (200 * self.households + self.capacity) / (2 * self.capacity))
    }
}

/// How far the loads of the helpers lie apart, in percent of their capacities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Load of the helper with the least.
    pub lowest: i64,
    /// Load of all helpers together.
    pub average: i64,
    /// Load of the helper with the largest.
    pub highest: i64,
}

impl Spread {
    /// The spread of these; nothing if nobody may have any household.
    pub fn of(loads: &[Load]) -> Option<Self> {
        let each = || {
            loads
                .iter()
                .filter_map(|load| LoadShare::of(load).percent())
        };
        Some(Self {
            lowest: each().min()?,
            average: LoadShare::averages(loads).0.percent()?,
            highest: each().max()?,
        })
    }
}
use crate::problem::Text;
