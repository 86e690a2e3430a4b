//! The rules that an office sets for its pairings: where helpers may serve, and what each term of a
//! pair weighs.

use std::collections::HashSet;

use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::skill::{self, CauseFit, Fit, Skill};
use crate::code_list;
use crate::code_list::CodeList;
use crate::codes::Cause;

code_list! {
    /// How strictly areas bind when households are given to helpers.
    pub enum AreaRule = "area_rule", "帮扶区域规则" {
        Required = "required", "只在负责区域内结对", [];
        Preferred = "preferred", "优先在负责区域内结对", [];
        Free = "free", "不分区域", [];
    }
}

code_list! {
    /// Where a household lives, seen from a helper.
    pub enum AreaFit = "area_fit", "区域关系" {
        OwnVillage = "own_village", "本人负责该村", [];
        UnitVillage = "unit_village", "所在单位定点帮扶该村", [];
        OwnTown = "own_town", "本人负责该镇", [];
        NoArea = "no_area", "未指定负责区域，可帮扶任何村", [];
        SameTown = "same_town", "与负责区域同镇", [];
        Elsewhere = "elsewhere", "在负责区域之外", [];
        AnyArea = "any_area", "结对不分区域", [];
    }
}

/// The rules that an office sets for its pairings. Costs are whole numbers from 0 to 1000, and only
/// their proportions matter; what a term costs where nothing is said here is nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[serde(default)]
pub struct PairingRules {
    /// Whether a helper must, should or need not live up to areas. Preferred unless changed: outside
    /// them a pair costs more, but no household goes without while anyone has a place.
    pub area_rule: AreaRule,
    /// The helper is responsible for the village (负责村); 0 unless changed.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000")))]
    pub own_village: i64,
    /// The helper's unit is linked to the village (定点帮扶); 10 unless changed.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000")))]
    pub unit_village: i64,
    /// The helper is responsible for the town as a whole (负责镇); 20 unless changed.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000")))]
    pub own_town: i64,
    /// Neither the helper nor their unit has an area; 30 unless changed.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000")))]
    pub no_area: i64,
    /// The helper or their unit has another village of the same town; 40 unless changed.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000")))]
    pub same_town: i64,
    /// Outside all areas of the helper; 100 unless changed.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000")))]
    pub elsewhere: i64,
    /// Which skills a main cause calls for, and what a helper costs who has one of them: of several
    /// the cheapest counts, and one skill more never costs more. A cause without a row calls for none.
    /// Unless changed, a row is 0 for a skill that fits best and 15 for one that is near:
    /// `illness`: `medicine` 0, `counselling` 15; `disability`: `disability` 0, `medicine` 0, `vocational` 15;
    /// `schooling`: `teaching` 0, `disability` 15, `counselling` 15; `disaster`: `engineering` 0, `finance` 15,
    /// `agriculture` 15; `marriage`: `law` 0, `counselling` 15; `lack_of_land`: `agriculture` 0, `vocational` 15;
    /// `lack_of_water`: `engineering` 0, `agriculture` 15; `lack_of_skill`: `agriculture` 0, `vocational` 0;
    /// `lack_of_labour`: `law` 0, `agriculture` 15; `lack_of_funds`: `finance` 0, `agriculture` 15;
    /// `poor_transport`: `engineering` 0; `lack_of_motivation`: `counselling` 0, `teaching` 15.
    #[oai(validator(max_items = 200))]
    pub fits: Vec<CauseFit>,
    /// The helper has no skill that the main cause calls for; 30 unless changed.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000")))]
    pub no_fit: i64,
    /// Another helper than the former one, who could take the household again; 50 unless changed.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000")))]
    pub change: i64,
    /// Weight of even loads: household number k of a helper with room for n costs
    /// this × (2k − 1) ÷ n; 60 unless changed.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000")))]
    pub load: i64,
}

/// The table of fits has two rows for one cause and skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("专长对口表中“{}”与“{}”出现了两次，请只保留一行", .0.label(), .1.label())]
pub struct FitTwice(pub Cause, pub Skill);

impl Default for PairingRules {
    fn default() -> Self {
        Self {
            area_rule: AreaRule::Preferred,
            own_village: 0,
            unit_village: 10,
            own_town: 20,
            no_area: 30,
            same_town: 40,
            elsewhere: 100,
            fits: skill::default_fits(),
            no_fit: 30,
            change: 50,
            load: 60,
        }
    }
}

impl PairingRules {
    /// What an area relation costs.
    pub fn area_cost(&self, area: AreaFit) -> i64 {
        match area {
            AreaFit::OwnVillage => self.own_village,
            AreaFit::UnitVillage => self.unit_village,
            AreaFit::OwnTown => self.own_town,
            AreaFit::NoArea => self.no_area,
            AreaFit::SameTown => self.same_town,
            AreaFit::Elsewhere => self.elsewhere,
            AreaFit::AnyArea => 0,
        }
    }

    /// The skills that a cause calls for, each with what a helper costs who has it; none where it
    /// calls for none.
    pub fn wanted(&self, cause: Option<Cause>) -> Vec<(Skill, i64)> {
        let rows = self.fits.iter().filter(|row| Some(row.cause) == cause);
        rows.map(|row| (row.skill, row.cost)).collect()
    }

    /// How well these skills fit what is [`wanted`](Self::wanted), and what that costs.
    pub fn fit(&self, wanted: &[(Skill, i64)], skills: &[Skill]) -> (Fit, i64) {
        let Some(least) = wanted.iter().map(|(_, cost)| *cost).min() else {
            return (Fit::Any, 0);
        };
        let had = wanted.iter().filter(|(skill, _)| skills.contains(skill));
        match had.map(|(_, cost)| *cost).min() {
            Some(cost) if cost == least => (Fit::Best, cost.min(self.no_fit)),
            Some(cost) => (Fit::Good, cost.min(self.no_fit)),
            None => (Fit::None, self.no_fit),
        }
    }

    /// Refuses a table of fits with two rows for one cause and skill.
    pub fn check(&self) -> Result<(), FitTwice> {
        let mut seen = HashSet::new();
        match self
            .fits
            .iter()
            .find(|row| !seen.insert((row.cause, row.skill)))
        {
            None => Ok(()),
            Some(row) => Err(FitTwice(row.cause, row.skill)),
        }
    }

    /// What it costs to give household number `number`, counted from 1, to a helper with this capacity.
    ///
    /// The difference of two squares: the sum over all helpers is the load² ÷ capacity of each, which
    /// is least when loads are in proportion to capacities. It never falls as `number` grows.
    pub fn load_cost(&self, number: i64, capacity: i64) -> i64 {
        self.load * (2 * number - 1) / capacity.max(1)
    }
}
