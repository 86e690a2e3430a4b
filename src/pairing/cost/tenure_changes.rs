//! What of the pairs that hold would change by a proposal.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::fixed_pairs::{current, may_not_stay};
use super::model::Input;

/// What of the pairs that hold changes by a proposal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenureChanges {
    /// Households whose pairing ends, each with why.
    pub end: Vec<(Uuid, String)>,
    /// Pairs that begin, `(household, helper)`.
    pub begin: Vec<(Uuid, Uuid)>,
}

impl TenureChanges {
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
                let must = may_not_stay(household, helper).map(|why| why.zh);
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
