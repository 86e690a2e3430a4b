//! What each pair costs, term by term.
//!
//! A cost is a number without a unit; less is better. The cost of a pair is the sum of four terms,
//! each with a code and words that tell the office why: area, fit of skills, change of helper, and
//! load. The load term grows with each further household of one helper, so that loads are even
//! relative to capacity. What each weighs stands in [`rules`](crate::settings::pairing_rules).

use std::collections::HashMap;

use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{AreaFit, Helper, Household, Input};
use crate::code_list;
use crate::code_list::CodeList;
use crate::household::Cause;
use crate::problem::{Text, words};
use crate::settings::skill::{Fit, Skill};
use crate::staff::unit::Area;

code_list! {
    /// What a term of a pair's cost, or a reason for having no helper, is about.
    pub enum ReasonCode = "pairing_reason_code", "结对理由" {
        Area = "area", "区域", [];
        Skill = "skill", "专长", [];
        Former = "former", "延续", [];
        Kept = "kept", "现有结对", [];
        Pinned = "pinned", "指定结对", [];
        Load = "load", "负担", [];
        ByHand = "by_hand", "人工", [];
        NobodyServes = "nobody_serves", "无人可帮", [];
        AllFull = "all_full", "名额已满", [];
    }
}

/// One term of a pair's cost, or the reason why there is no pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "PairingReason")]
pub struct Reason {
    /// What it is about.
    pub code: ReasonCode,
    /// In words, in the language of the answer.
    #[oai(validator(max_length = 500))]
    pub words: Text,
    /// What it adds to the cost; less is better.
    pub cost: i64,
}

impl Reason {
    /// `words` are shown to the office; `cost` is 0 for a reason that weighs nothing.
    pub fn new(code: ReasonCode, words: Text, cost: i64) -> Self {
        Self { code, words, cost }
    }
}

impl Input {
    /// The former helper of a household, if they have a place and may serve it: then another one costs a
    /// change. `by_id` holds the helpers.
    pub fn former<'a>(
        &self,
        household: &Household,
        by_id: &HashMap<Uuid, &'a Helper>,
    ) -> Option<&'a Helper> {
        let former = by_id.get(&household.former?).copied()?;
        let may_return = former.places() > 0
            && !household.bars(former)
            && self.area(former, &household.area).is_some();
        may_return.then_some(former)
    }

    /// What an area relation is and costs for a pair that the office made, wherever it lies.
    pub fn area_at_will(&self, helper: &Helper, area: &Area) -> (AreaFit, i64) {
        let elsewhere = || (AreaFit::Elsewhere, self.rules.elsewhere);
        self.area(helper, area).unwrap_or_else(elsewhere)
    }

    /// The terms of a pair that stands before anything is weighed, but for its load and for why.
    pub fn terms_at_will(&self, household: &Household, helper: &Helper) -> [Reason; 2] {
        let (area, cost) = self.area_at_will(helper, &household.area);
        [
            Reason::new(ReasonCode::Area, area.text(), cost),
            self.skill_reason(household.cause, &helper.skills),
        ]
    }

    /// The terms of a pair but for its load; nothing where the helper may not serve the household.
    ///
    /// `former` is the household's former helper, if they could be given it again.
    pub fn reasons(
        &self,
        household: &Household,
        helper: &Helper,
        former: Option<&Helper>,
    ) -> Option<Vec<Reason>> {
        if household.bars(helper) {
            return None;
        }
        let (area, area_cost) = self.area(helper, &household.area)?;
        let mut reasons = vec![
            Reason::new(ReasonCode::Area, area.text(), area_cost),
            self.skill_reason(household.cause, &helper.skills),
        ];
        match former {
            Some(former) if former.id == helper.id => {
                reasons.push(Reason::new(
                    ReasonCode::Former,
                    words!(
                        "曾帮扶该户，由原责任人继续",
                        "served the household before and goes on"
                    ),
                    0,
                ));
            }
            Some(former) => reasons.push(Reason::new(
                ReasonCode::Former,
                words!(
                    "更换责任人（原责任人{}）",
                    "another helper (“{}” before)",
                    former.name
                ),
                self.rules.change,
            )),
            None => {}
        }
        Some(reasons)
    }

    fn skill_reason(&self, cause: Option<Cause>, skills: &[Skill]) -> Reason {
        let (fit, cost) = self.rules.fit(&self.rules.wanted(cause), skills);
        let cause = cause.map_or_else(|| words!("未填写", "not stated"), CodeList::text);
        let skills: Vec<_> = skills.iter().map(|skill| skill.text()).collect();
        let words = match (fit, skills.is_empty()) {
            (Fit::Any, _) => words!(
                "主要致贫原因“{cause}”对专长无特别要求",
                "the main cause “{cause}” calls for no special skill";
                cause
            ),
            (_, true) => words!(
                "主要致贫原因“{cause}”，责任人未登记相关专长",
                "the main cause is “{cause}”, and no skill for it is registered of the helper";
                cause
            ),
            (fit, false) => {
                let (skills, fit) = (Text::joined(&skills), fit.text());
                words!(
                    "主要致贫原因“{cause}”与专长“{skills}”{fit}",
                    "the main cause “{cause}” and the skills “{skills}”: fit: {fit}";
                    cause, skills, fit
                )
            }
        };
        Reason::new(ReasonCode::Skill, words, cost)
    }

    /// The term for a helper's load when they are given household number `number`, counted from 1.
    pub fn load_reason(&self, helper: &Helper, number: i64) -> Reason {
        Reason::new(
            ReasonCode::Load,
            words!(
                "责任人的第 {number} 户，可帮扶 {} 户",
                "household {number} of the helper, who may have {}",
                helper.capacity
            ),
            self.rules.load_cost(number, helper.capacity),
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::pairing::cost::model::PairingRules;

    #[test]
    fn the_load_term_never_falls_and_is_even_in_proportion() {
        let rules = PairingRules::default();
        for capacity in 1..=20 {
            for number in 1..capacity {
                assert!(rules.load_cost(number, capacity) <= rules.load_cost(number + 1, capacity));
            }
        }
        // Half of five and the one of one weigh the same.
        assert_eq!(rules.load_cost(3, 5), rules.load_cost(1, 1));
    }
}
