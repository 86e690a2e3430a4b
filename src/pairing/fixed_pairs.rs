//! What is decided before anything is weighed: pairs that hold and stay, and pairs that the office set.
//!
//! An existing pair is kept unless it may not be: its helper is inactive, a barrier stands between the
//! two, he has more households than he may have, or the household is pinned to another. A household
//! goes to the helper to whom it is pinned if he is on duty, no barrier stands between them and he has
//! a place. What cannot be is said, and the household is weighed like any other.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::model::{Helper, Household, Input, Reason, ReasonCode};

/// A pair that stands before anything is weighed.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    /// The helper.
    pub helper: &'a Helper,
    /// Which of his households this is, counted from 1.
    pub number: i64,
    /// Whether the helper has the household already.
    pub is_kept: bool,
    /// Why it stands.
    pub reason: Reason,
}

/// What is decided of a household.
#[derive(Clone, Debug, Default)]
pub struct Decided<'a> {
    /// Its pair, if it is settled.
    pub pair: Option<Pair<'a>>,
    /// What could not be, and why.
    pub said: Vec<Reason>,
}

/// What is decided of each household, and how many each helper has by it.
#[derive(Clone, Debug, Default)]
pub struct Settled<'a> {
    /// By the place of the household.
    pub decided: Vec<Decided<'a>>,
    taken: HashMap<Uuid, (i64, i64)>,
}

impl<'a> Settled<'a> {
    /// Settles what can be settled for these households, which stand in their order.
    pub fn of(input: &'a Input, households: &[&'a Household]) -> Self {
        let mut settled = Self {
            decided: vec![Decided::default(); households.len()],
            taken: HashMap::new(),
        };
        let mut rows = households.iter();
        if rows.any(|row| row.current.is_some() || row.pin.is_some()) {
            let helpers = input.helpers.iter().map(|helper| (helper.id, helper));
            let helpers = helpers.collect();
            settled.keep(input, &helpers, households);
            settled.pin(&helpers, households);
            settled.stay(&helpers, households);
            settled.count();
        }
        settled
    }

    /// How many households a helper has by what is settled.
    pub fn taken(&self, helper: &Helper) -> i64 {
        self.taken.get(&helper.id).map_or(0, |(taken, _)| *taken)
    }

    /// How many of them he had before.
    pub fn kept(&self, helper: &Helper) -> i64 {
        self.taken.get(&helper.id).map_or(0, |(_, kept)| *kept)
    }

    /// How many more households a helper may be given.
    pub fn places(&self, helper: &Helper) -> i64 {
        if helper.on_duty() {
            self.room(helper)
        } else {
            0
        }
    }

    fn room(&self, helper: &Helper) -> i64 {
        (helper.capacity - helper.held - self.taken(helper)).max(0)
    }

    /// Each helper keeps the households that he has, but for those pinned to another; of more than he
    /// may have, those that fit him best.
    fn keep(
        &mut self,
        input: &Input,
        helpers: &HashMap<Uuid, &'a Helper>,
        households: &[&'a Household],
    ) {
        let mut candidates: Vec<(bool, i64, usize)> = Vec::new();
        for (at, household) in households.iter().enumerate() {
            let Some(helper) = current(helpers, household) else {
                continue;
            };
            if let Some(reason) = may_not_stay(household, helper) {
                self.say(at, ReasonCode::Former, reason);
            } else if !is_pinned_to_another(household, helper) {
                let terms = input.terms_at_will(household, helper);
                let cost = terms.iter().map(|term| term.cost).sum();
                candidates.push((household.pin.is_none(), cost, at));
            }
        }
        candidates.sort_unstable();
        for (_, _, at) in candidates {
            let household = households[at];
            let Some(helper) = current(helpers, household) else {
                continue;
            };
            self.keep_if_room(at, household, helper);
        }
    }

    fn keep_if_room(&mut self, at: usize, household: &Household, helper: &'a Helper) {
        if self.room(helper) > 0 {
            self.give(at, helper, true, kept_reason(household));
        } else {
            let words = format!(
                "现责任人{}的户数超过可帮扶的 {} 户，须更换",
                helper.name, helper.capacity
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
                let words = format!("未能按指定由{}帮扶：{why}", helper.name);
                self.say(at, ReasonCode::Pinned, words);
            } else {
                let words = format!("指定由{}帮扶（{}）", helper.name, pin.reason);
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
            if is_pinned_to_another(household, helper) && may_not_stay(household, helper).is_none()
            {
                self.keep_if_room(at, household, helper);
            }
        }
    }

    /// Counts the households of each helper in their order.
    fn count(&mut self) {
        let mut numbers: HashMap<Uuid, i64> = HashMap::new();
        for pair in self.decided.iter_mut().filter_map(|one| one.pair.as_mut()) {
            let number = numbers.entry(pair.helper.id).or_insert(pair.helper.held);
            *number += 1;
            pair.number = *number;
        }
    }

    /// Why a household cannot go to the helper to whom it is pinned.
    fn why_not(&self, household: &Household, helper: &Helper) -> Option<String> {
        if let Some(absence) = helper.absence() {
            Some(absence.to_owned())
        } else if let Some(barrier) = household.barriers.get(&helper.id) {
            Some(barrier.words())
        } else if self.room(helper) == 0 {
            Some(format!("可帮扶的 {} 户名额已满", helper.capacity))
        } else {
            None
        }
    }

    fn is_open(&self, at: usize) -> bool {
        self.decided[at].pair.is_none()
    }

    fn give(&mut self, at: usize, helper: &'a Helper, is_kept: bool, reason: Reason) {
        let (taken, kept) = self.taken.entry(helper.id).or_default();
        *taken += 1;
        *kept += i64::from(is_kept);
        self.decided[at].pair = Some(Pair {
            helper,
            number: 0,
            is_kept,
            reason,
        });
    }

    fn say(&mut self, at: usize, code: ReasonCode, words: String) {
        self.decided[at].said.push(Reason::new(code, words, 0));
    }
}

fn current<'a>(helpers: &HashMap<Uuid, &'a Helper>, household: &Household) -> Option<&'a Helper> {
    helpers.get(&household.current?).copied()
}

fn is_pinned_to_another(household: &Household, helper: &Helper) -> bool {
    let pin = household.pin.as_ref();
    pin.is_some_and(|pin| pin.helper != helper.id)
}

fn kept_reason(household: &Household) -> Reason {
    let words = match &household.pin {
        Some(pin) if Some(pin.helper) == household.current => {
            format!("现有结对保持不变，且为指定结对（{}）", pin.reason)
        }
        _ => "现有结对保持不变".to_owned(),
    };
    Reason::new(ReasonCode::Kept, words, 0)
}

/// What of the pairs that hold changes by a proposal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Households whose pairing ends, each with why.
    pub end: Vec<(Uuid, String)>,
    /// Pairs that begin, `(household, helper)`.
    pub begin: Vec<(Uuid, Uuid)>,
}

impl Changes {
    /// The changes by which these pairs, `(household, helper)`, become those that hold.
    ///
    /// Where nobody is proposed, a pairing ends only if it may not be.
    pub fn of(input: &Input, pairs: &[(Uuid, Uuid)]) -> Self {
        let proposed: HashMap<_, _> = pairs.iter().copied().collect();
        let helpers = input.helpers.iter().map(|helper| (helper.id, helper));
        let helpers: HashMap<_, _> = helpers.collect();
        let mut changes = Self::default();
        for household in &input.households {
            let proposed = proposed.get(&household.id).copied();
            if proposed == household.current {
                continue;
            }
            if let Some(helper) = current(&helpers, household) {
                let must = may_not_stay(household, helper);
                let end = must.or(proposed.map(|_| CHANGED.to_owned()));
                changes.end.extend(end.map(|why| (household.id, why)));
            }
            let begin = proposed.map(|helper| (household.id, helper));
            changes.begin.extend(begin);
        }
        changes
    }

    /// Leaves households with the helper whom they have where nobody follows.
    pub fn keep_where_nobody_follows(&mut self) {
        let followed: HashSet<_> = self.begin.iter().map(|(household, _)| *household).collect();
        self.end
            .retain(|(household, _)| followed.contains(household));
    }
}

/// Why a pairing ends that gives way to another, where nothing else is to be said.
const CHANGED: &str = "结对方案确认，更换责任人";

/// Why a helper may not keep a household that he has, whatever becomes of it.
fn may_not_stay(household: &Household, helper: &Helper) -> Option<String> {
    if !helper.active {
        let absence = helper.absence().unwrap_or_default();
        return Some(format!("现责任人{}{absence}，须更换", helper.name));
    }
    let barrier = household.barriers.get(&helper.id)?;
    Some(format!(
        "现责任人{}须更换：{}",
        helper.name,
        barrier.words()
    ))
}
