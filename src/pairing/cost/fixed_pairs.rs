//! What is decided before anything is weighed: pairs that hold and stay, and pairs that the office set.
//!
//! An existing pair is kept unless it may not be: its helper is inactive, a barrier stands between the
//! two, the helper has more households than they may have, or the household is pinned to another. A
//! household goes to the helper to whom it is pinned if that helper is eligible. What cannot be is said,
//! and the household is weighed like any other.

use std::collections::HashMap;

use uuid::Uuid;

use super::model::{Helper, Household, Input};
use super::terms::{Reason, ReasonCode};
use crate::pairing::eligibility::{Candidate, Ineligible};
use crate::problem::{Text, words};
use crate::serving::tenure::Part;

/// A pair that stands before anything is weighed.
#[derive(Clone, Debug)]
pub struct FixedPair<'a> {
    pub(crate) helper: &'a Helper,
    /// Which of the helper's households this is, counted from 1.
    pub number: i64,
    /// Whether the helper has the household already.
    pub is_kept: bool,
    /// Why it stands.
    pub reason: Reason,
}

/// What is decided of one household.
#[derive(Clone, Debug, Default)]
pub struct Beforehand<'a> {
    /// Its pair, if that is fixed.
    pub pair: Option<FixedPair<'a>>,
    /// What could not be, and why.
    pub said: Vec<Reason>,
}

/// What is decided of each household, and how many each helper has by it.
#[derive(Clone, Debug, Default)]
pub struct FixedPairs<'a> {
    /// In the order of the households.
    pub of_households: Vec<Beforehand<'a>>,
    /// By helper: how many households are fixed, and how many of them the helper had before.
    taken: HashMap<Uuid, (i64, i64)>,
}

impl<'a> FixedPairs<'a> {
    /// Fixes what can be fixed for these households, which stand in their order.
    pub fn of(input: &'a Input, households: &[&'a Household]) -> Self {
        let mut fixed = Self {
            of_households: vec![Beforehand::default(); households.len()],
            taken: HashMap::new(),
        };
        let mut rows = households.iter();
        if rows.any(|row| row.current.is_some() || row.pin.is_some()) {
            let helpers = input.helpers.iter().map(|helper| (helper.id, helper));
            let helpers = helpers.collect();
            fixed.keep(input, &helpers, households);
            fixed.pin(&helpers, households);
            fixed.stay(&helpers, households);
            fixed.count();
        }
        fixed
    }

    /// How many households a helper has by what is fixed.
    pub fn taken(&self, helper: &Helper) -> i64 {
        self.taken.get(&helper.id).map_or(0, |(taken, _)| *taken)
    }

    /// How many of them they had before.
    pub fn kept(&self, helper: &Helper) -> i64 {
        self.taken.get(&helper.id).map_or(0, |(_, kept)| *kept)
    }

    /// How many more households a helper may be given.
    pub fn places(&self, helper: &Helper) -> i64 {
        helper.places_beside(self.taken(helper))
    }

    /// Each helper keeps the households that they have, but for those pinned to another; of more than
    /// they may have, those that fit them best.
    fn keep(
        &mut self,
        input: &Input,
        helpers: &HashMap<Uuid, &'a Helper>,
        households: &[&'a Household],
    ) {
        let mut staying: Vec<(bool, i64, usize)> = Vec::new();
        for (at, household) in households.iter().enumerate() {
            let Some(helper) = current(helpers, household) else {
                continue;
            };
            if let Some(reason) = may_not_stay(household, helper) {
                self.say(at, ReasonCode::Former, reason);
            } else if household.candidate(helper).check_pin().is_ok() {
                let terms = input.terms_at_will(household, helper);
                let cost = terms.iter().map(|term| term.cost).sum();
                staying.push((household.pin.is_none(), cost, at));
            }
        }
        staying.sort_unstable();
        for (_, _, at) in staying {
            let household = households[at];
            let Some(helper) = current(helpers, household) else {
                continue;
            };
            self.keep_if_room(at, household, helper);
        }
    }

    fn keep_if_room(&mut self, at: usize, household: &Household, helper: &'a Helper) {
        if helper.room_beside(self.taken(helper)) > 0 {
            self.give(at, helper, true, kept_reason(household));
        } else {
            let words = words!(
                "现责任人{}的户数超过可帮扶户数（{}），须更换",
                "“{}” has more households than they may have ({}): another one is needed",
                helper.name,
                helper.capacity
            );
            self.say(at, ReasonCode::Former, words);
        }
    }

    /// Households go to the helpers to whom they are pinned.
    fn pin(&mut self, helpers: &HashMap<Uuid, &'a Helper>, households: &[&'a Household]) {
        for (at, household) in households.iter().enumerate() {
            let Some(pin) = household.pin.as_ref().filter(|_| self.is_open(at)) else {
                continue;
            };
            let Some(helper) = helpers.get(&pin.helper) else {
                continue;
            };
            if let Some(why) = self.why_not(household, helper) {
                let name = &helper.name;
                let words = words!("未能按指定由{name}帮扶：{why}", "not pinned to “{name}” as wanted: {why}"; why);
                self.say(at, ReasonCode::Pinned, words);
            } else {
                let words = words!(
                    "指定由{}帮扶（{}）",
                    "pinned to “{}” (“{}”)",
                    helper.name,
                    pin.reason
                );
                let reason = Reason::new(ReasonCode::Pinned, words, 0);
                self.give(at, helper, false, reason);
            }
        }
    }

    /// A household that cannot go to the helper to whom it is pinned stays with the one it has.
    fn stay(&mut self, helpers: &HashMap<Uuid, &'a Helper>, households: &[&'a Household]) {
        for (at, household) in households.iter().enumerate() {
            let Some(helper) = current(helpers, household).filter(|_| self.is_open(at)) else {
                continue;
            };
            let pinned_elsewhere = household.candidate(helper).check_pin().is_err();
            if pinned_elsewhere && may_not_stay(household, helper).is_none() {
                self.keep_if_room(at, household, helper);
            }
        }
    }

    /// Counts the households of each helper in their order.
    fn count(&mut self) {
        let mut numbers: HashMap<Uuid, i64> = HashMap::new();
        for pair in self
            .of_households
            .iter_mut()
            .filter_map(|one| one.pair.as_mut())
        {
            let number = numbers.entry(pair.helper.id).or_insert(pair.helper.held);
            *number += 1;
            pair.number = *number;
        }
    }

    /// Why a household cannot go to the helper to whom it is pinned.
    fn why_not(&self, household: &Household, helper: &Helper) -> Option<Text> {
        let candidate = household.candidate(helper);
        let candidate = Candidate {
            held: helper.held + self.taken(helper),
            ..candidate
        };
        match candidate.check(Part::Responsible).err()? {
            Ineligible::Inactive | Ineligible::Away(_) => helper.absence(),
            Ineligible::Barred(barrier) => Some(barrier.words()),
            Ineligible::Full { capacity, .. } => Some(words!(
                "没有空余名额（可帮扶户数为 {capacity}）",
                "no place is free (capacity {capacity})"
            )),
            Ineligible::PinnedToAnother(_) => None,
        }
    }

    fn is_open(&self, at: usize) -> bool {
        self.of_households[at].pair.is_none()
    }

    fn give(&mut self, at: usize, helper: &'a Helper, is_kept: bool, reason: Reason) {
        let (taken, kept) = self.taken.entry(helper.id).or_default();
        *taken += 1;
        *kept += i64::from(is_kept);
        self.of_households[at].pair = Some(FixedPair {
            helper,
            number: 0,
            is_kept,
            reason,
        });
    }

    fn say(&mut self, at: usize, code: ReasonCode, words: Text) {
        self.of_households[at]
            .said
            .push(Reason::new(code, words, 0));
    }
}

/// The helper whom a household has now, if they are on the roster.
pub(super) fn current<'a>(
    helpers: &HashMap<Uuid, &'a Helper>,
    household: &Household,
) -> Option<&'a Helper> {
    helpers.get(&household.current?).copied()
}

fn kept_reason(household: &Household) -> Reason {
    let words = match &household.pin {
        Some(pin) if Some(pin.helper) == household.current => {
            words!(
                "现有结对保持不变，且为指定结对（{}）",
                "the pairing stays, and is pinned (“{}”)",
                pin.reason
            )
        }
        _ => words!("现有结对保持不变", "the pairing stays"),
    };
    Reason::new(ReasonCode::Kept, words, 0)
}

/// Why a helper may not keep a household that they have, whatever becomes of it. A helper who is only away
/// for a time keeps it.
pub(super) fn may_not_stay(household: &Household, helper: &Helper) -> Option<Text> {
    let candidate = Candidate {
        away: None,
        ..household.candidate(helper)
    };
    let name = &helper.name;
    let refused = candidate.check_person().err()?;
    Some(if let Ineligible::Barred(barrier) = refused {
        let why = barrier.words();
        words!("现责任人{name}须更换：{why}", "“{name}” cannot go on: {why}"; why)
    } else {
        let why = helper.absence().unwrap_or_default();
        words!("现责任人{name}{why}，须更换", "“{name}” {why}: another one is needed"; why)
    })
}
