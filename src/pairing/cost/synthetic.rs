//! A county of any size, the same on every machine: what tests and measurements are run on.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::model::{AreaRule, Helper, Household, Input, PairingRules};
use crate::code_list::CodeList;
use crate::household::Cause;
use crate::settings::skill::Skill;
use crate::staff::unit::Area;

/// Households of a town, about.
const TOWN: usize = 700;
/// Villages of a town.
const VILLAGES: usize = 8;
/// Staff of a unit, about.
const UNIT: usize = 20;
/// Villages that a unit is linked to.
const LINKED: usize = 3;

/// So many households and helpers: towns of villages, units linked to a few of them, helpers of all
/// skills. There are places for nearly all, one household in ten had a helper before, and one helper
/// in fifty has left.
pub fn county(households: usize, helpers: usize, area_rule: AreaRule) -> Input {
    let mut draw = Draw(42);
    let towns = (households / TOWN).max(2);
    let units = (helpers / UNIT).max(3);
    let unit_villages: BTreeMap<_, _> = (0..units)
        .map(|unit| {
            let town = draw.below(towns);
            let linked = (0..LINKED).map(|_| village(town, draw.below(VILLAGES)));
            (format!("单位{unit}"), linked.collect())
        })
        .collect();
    Input {
        rules: PairingRules {
            area_rule,
            ..PairingRules::default()
        },
        households: (0..households)
            .map(|at| household(at, towns, helpers, &mut draw))
            .collect(),
        helpers: (0..helpers)
            .map(|at| helper(at, units, households / helpers, &mut draw))
            .collect(),
        unit_villages,
    }
}

fn household(at: usize, towns: usize, helpers: usize, draw: &mut Draw) -> Household {
    let causes = Cause::ENTRIES;
    Household {
        id: Uuid::from_u128(0x1000_0000 + at as u128),
        number: Some(format!("{at:08}")),
        area: village(draw.below(towns), draw.below(VILLAGES)),
        cause: Some(causes[draw.below(causes.len())].value),
        former: (draw.below(10) == 0).then(|| helper_id(draw.below(helpers))),
        ..Household::default()
    }
}

fn helper(at: usize, units: usize, capacity: usize, draw: &mut Draw) -> Helper {
    let skills = Skill::ENTRIES;
    let number = |count: usize| i64::try_from(count).unwrap_or_default();
    Helper {
        id: helper_id(at),
        number: Some(format!("{at:06}")),
        name: format!("责任人{at}"),
        unit: format!("单位{}", draw.below(units)),
        towns: Vec::new(),
        villages: Vec::new(),
        skills: vec![skills[draw.below(skills.len())].value],
        capacity: number(capacity + draw.below(3)),
        held: number(draw.below(2)),
        active: draw.below(50) != 0,
        away: None,
    }
}

fn helper_id(at: usize) -> Uuid {
    Uuid::from_u128(0x2000_0000 + at as u128)
}

fn village(town: usize, number: usize) -> Area {
    Area {
        town: format!("镇{town}"),
        village: format!("村{number}"),
    }
}

/// Knuth's linear congruential generator (MMIX): numbers enough for a county, and always the same.
pub struct Draw(pub u64);

impl Draw {
    /// A number below this.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound
    }
}
