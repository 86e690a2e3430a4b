//! What a run stands on, found by ids, and what a pair costs that the office decides on.

use std::collections::HashMap;

use uuid::Uuid;

use super::model::{Helper, Household, Input};
use super::terms::{Reason, ReasonCode};
use crate::pairing::error::PairingError;
use crate::problem::words;

/// What a run stands on, by ids.
pub(crate) struct InputIndex<'a> {
    input: &'a Input,
    households: HashMap<Uuid, &'a Household>,
    helpers: HashMap<Uuid, &'a Helper>,
}

impl<'a> InputIndex<'a> {
    pub(crate) fn of(input: &'a Input) -> Self {
        let households = input.households.iter();
        let helpers = input.helpers.iter();
        Self {
            input,
            households: households.map(|row| (row.id, row)).collect(),
            helpers: helpers.map(|row| (row.id, row)).collect(),
        }
    }

    pub(crate) fn helper(&self, id: Uuid) -> Option<&'a Helper> {
        self.helpers.get(&id).copied()
    }

    pub(crate) fn household(&self, id: Uuid) -> Option<&'a Household> {
        self.households.get(&id).copied()
    }

    /// What a pair costs but for its load that the office decides on.
    pub(crate) fn cost_by_hand(&self, household: Uuid, helper: Uuid) -> Result<i64, PairingError> {
        let reasons = self.by_hand(household, Some(helper), "")?;
        Ok(reasons.iter().map(|reason| reason.cost).sum())
    }

    /// The terms of a pair but for its load; nothing where the helper may not serve the household.
    pub(super) fn terms(&self, household: &Household, helper: &Helper) -> Option<Vec<Reason>> {
        let former = self.input.former(household, &self.helpers);
        self.input.reasons(household, helper, former)
    }

    /// The sum of [`terms`](Self::terms), so without the load.
    pub(super) fn cost(&self, household: &Household, helper: &Helper) -> Option<i64> {
        let terms = self.terms(household, helper)?;
        Some(terms.iter().map(|term| term.cost).sum())
    }

    /// The term for a helper's load when they are given household number `number`.
    pub(crate) fn load_reason(&self, helper: &Helper, number: i64) -> Reason {
        self.input.load_reason(helper, number)
    }

    /// The reasons of a household's helper, or of having none, that the office decides on.
    pub(crate) fn by_hand(
        &self,
        household: Uuid,
        helper: Option<Uuid>,
        why: &str,
    ) -> Result<Vec<Reason>, PairingError> {
        let Some(helper) = helper else {
            let words = words!("人工取消安排：{why}", "taken away by hand: “{why}”");
            return Ok(vec![Reason::new(ReasonCode::ByHand, words, 0)]);
        };
        // Each household of a run is among those that it stands on.
        let household = self.household(household);
        let household = household.ok_or(PairingError::BasisChanged)?;
        let helper = self.helper(helper).ok_or(PairingError::NoSuchHelper)?;
        // Whether there is a place left is seen when all households of the helper are numbered.
        let candidate = household.candidate(helper);
        candidate.check_person()?;
        candidate.check_pin()?;
        let may_not_serve = || PairingError::MayNotServe {
            helper: helper.name.clone(),
            village: format!("{}{}", household.area.town, household.area.village),
        };
        let mut reasons = self.terms(household, helper).ok_or_else(may_not_serve)?;
        let words = words!("人工调整：{why}", "changed by hand: “{why}”");
        reasons.push(Reason::new(ReasonCode::ByHand, words, 0));
        Ok(reasons)
    }
}
