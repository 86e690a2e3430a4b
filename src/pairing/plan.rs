//! What a run proposes, and the same in numbers.

use std::collections::HashMap;

use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{Reason, ReasonCode};

/// What a run proposes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Who should take whom, by the household's number and id.
    pub pairs: Vec<Pair>,
    /// Households for which there is nobody, in the same order.
    pub unplaced: Vec<Unplaced>,
    /// What is short, by area.
    pub shortages: Vec<Shortage>,
    /// Every active helper's load, by unit, number and id.
    pub loads: Vec<Load>,
    /// Sum of the costs of all pairs.
    pub cost: i64,
}

/// A pair that is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The household.
    pub household: Uuid,
    /// The helper.
    pub helper: Uuid,
    /// Sum of the terms.
    pub cost: i64,
    /// The terms.
    pub reasons: Vec<Reason>,
}

impl Pair {
    /// Whether the household has this helper already.
    fn is_kept(&self) -> bool {
        let mut reasons = self.reasons.iter();
        reasons.any(|reason| reason.code == ReasonCode::Kept)
    }
}

/// A household for which there is nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// The household.
    pub household: Uuid,
    /// Why, and what else is to be said.
    pub reasons: Vec<Reason>,
}

/// Villages that lack places, and who might give more: a group that cannot be helped from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
pub struct Shortage {
    /// The villages of the group.
    #[oai(validator(max_items = 100_000))]
    pub areas: Vec<ShortArea>,
    /// The units whose staff may serve there, all of them fully taken; none if nobody may.
    #[oai(validator(max_items = 100_000))]
    pub units: Vec<ShortUnit>,
    /// Households of these villages that compete for the places.
    pub households: i64,
    /// Places that there are for them.
    pub places: i64,
    /// Places that are missing.
    pub short: i64,
    /// The same in words, with what to do.
    #[oai(validator(max_length = 2000))]
    pub words: String,
}

/// A village of a [`Shortage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
pub struct ShortArea {
    /// 镇(乡、街道).
    #[oai(validator(max_length = 100))]
    pub town: String,
    /// 村(居).
    #[oai(validator(max_length = 100))]
    pub village: String,
    /// Households in this run.
    pub households: i64,
    /// Those of them without a helper in this proposal.
    pub unplaced: i64,
}

/// A unit of a [`Shortage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
pub struct ShortUnit {
    /// 单位.
    #[oai(validator(max_length = 200))]
    pub unit: String,
    /// Its staff who may serve these villages and had a place left before this run.
    pub helpers: i64,
    /// The places that they had.
    pub places: i64,
}

/// What a helper has and would have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The helper.
    pub staff_id: Uuid,
    /// 姓名.
    pub name: String,
    /// 单位.
    pub unit: String,
    /// Households that he may have.
    pub capacity: i64,
    /// Households that he had before the run and keeps.
    pub held: i64,
    /// Households that the run gives him anew.
    pub added: i64,
    /// Why he is given none for the time being, in words: he is on leave, or leaving.
    #[serde(default)]
    pub away: Option<String>,
}

/// Households that some helpers have and would have, beside those that they may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    households: i64,
    capacity: i64,
}

impl Share {
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
    /// The least.
    pub lowest: i64,
    /// That of all together.
    pub average: i64,
    /// The largest.
    pub highest: i64,
}

impl Spread {
    /// The spread of these; nothing if nobody may have any household.
    pub fn of(loads: &[Load]) -> Option<Self> {
        let each = || loads.iter().filter_map(|load| Share::of(load).percent());
        Some(Self {
            lowest: each().min()?,
            average: Share::averages(loads).0.percent()?,
            highest: each().max()?,
        })
    }
}

/// A run in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Households of the scope.
    pub households: i64,
    /// Those for whom a helper is proposed.
    pub placed: i64,
    /// Those of them that keep the helper whom they have.
    #[serde(default)]
    pub kept: i64,
    /// Those for whom there is nobody.
    pub unplaced: i64,
    /// Active staff with a place left before the run.
    pub helpers: i64,
    /// The places that they had.
    pub places: i64,
    /// Sum of the costs of all pairs; without edits the least that is possible with so many placed.
    pub cost: i64,
    /// What is short, the largest shortage first. No edit changes it: it is what there is nobody for
    /// however households are handed out.
    pub shortages: Vec<Shortage>,
    /// What was computed, if the run was edited since.
    #[serde(default)]
    pub computed: Option<Computed>,
}

/// A run as it was computed, before any edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computed {
    /// Households for whom a helper was proposed.
    pub placed: i64,
    /// Sum of the costs of all pairs: the least that is possible with so many placed.
    pub cost: i64,
}

impl Summary {
    /// The numbers of a plan.
    pub fn of(plan: &Plan) -> Self {
        let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
        let places = || {
            let on_duty = plan.loads.iter().filter(|load| load.away.is_none());
            on_duty.map(|load| (load.capacity - load.held).max(0))
        };
        Self {
            households: count(plan.pairs.len() + plan.unplaced.len()),
            placed: count(plan.pairs.len()),
            kept: count(plan.pairs.iter().filter(|pair| pair.is_kept()).count()),
            unplaced: count(plan.unplaced.len()),
            helpers: count(places().filter(|places| *places > 0).count()),
            places: places().sum(),
            cost: plan.cost,
            shortages: plan.shortages.clone(),
            computed: None,
        }
    }

    /// What was computed, whatever was edited since.
    pub fn computed(&self) -> Computed {
        self.computed.unwrap_or(Computed {
            placed: self.placed,
            cost: self.cost,
        })
    }

    /// Takes on the numbers after an edit.
    pub fn edit(&mut self, placed: i64, cost: i64) {
        self.computed = Some(self.computed());
        self.placed = placed;
        self.unplaced = self.households - placed;
        self.cost = cost;
    }
}
