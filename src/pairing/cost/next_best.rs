//! Who else could take a household.

use std::collections::HashMap;

use uuid::Uuid;

use super::input_index::InputIndex;
use super::model::{Helper, Household, Input};
use super::terms::Reason;

/// Another helper for a household, at the least cost to the whole run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextBest {
    pub(crate) helper: Uuid,
    pub(crate) number: Option<String>,
    pub(crate) name: String,
    pub(crate) unit: String,
    /// The terms of the pair, the load as of their last household.
    pub reasons: Vec<Reason>,
    /// By how much the cost of the whole run would change.
    pub difference: i64,
    /// The household that they would give to the helper proposed; none if they have a place left.
    pub exchange: Option<Uuid>,
}

/// The helper other than the proposed one who could take a household at the least cost to the whole
/// run, everything else staying as it is.
///
/// One who has a place left under the proposal takes the household as one more. One who has none takes
/// it for one of their households of the run that the proposed helper may serve. Among equals, a place
/// left comes before an exchange, and then the order of the helpers' ids decides. `pairs` are all
/// pairs of the run, `(household, helper)`.
pub fn next_best(input: &Input, pairs: &[(Uuid, Uuid)], household: Uuid) -> Option<NextBest> {
    let index = InputIndex::of(input);
    let mut given: HashMap<Uuid, Vec<&Household>> = HashMap::new();
    let mut proposed = None;
    for (paired, helper) in pairs {
        given
            .entry(*helper)
            .or_default()
            .push(index.household(*paired)?);
        if *paired == household {
            proposed = Some(index.helper(*helper)?);
        }
    }
    let household = index.household(household)?;
    let given_to = |helper: &Helper| given.get(&helper.id).map_or(&[][..], Vec::as_slice);
    let load = |helper: &Helper, more: usize| {
        let given = i64::try_from(given_to(helper).len() + more).unwrap_or(i64::MAX);
        input.load_reason(helper, helper.held + given)
    };
    let has_place =
        |helper: &Helper| i64::try_from(given_to(helper).len()).is_ok_and(|n| n < helper.places());
    let now = match proposed {
        Some(proposed) => index.cost(household, proposed)?,
        None => 0,
    };
    // (difference, whether by exchange, helper, household in exchange)
    let mut best: Option<(i64, bool, Uuid, Option<Uuid>)> = None;
    for helper in &input.helpers {
        if proposed.is_some_and(|proposed| proposed.id == helper.id) || helper.places() == 0 {
            continue;
        }
        let Some(cost) = index.cost(household, helper) else {
            continue;
        };
        let found = if has_place(helper) {
            let freed = proposed.map_or(0, |proposed| load(proposed, 0).cost);
            let difference = cost + load(helper, 1).cost - now - freed;
            Some((difference, false, helper.id, None))
        } else {
            let exchange = |other: &&Household| {
                if other.is_bound_to(helper) {
                    return None;
                }
                let back = index.cost(other, proposed?)?;
                Some((back - index.cost(other, helper)?, other.id))
            };
            let cheapest = given_to(helper).iter().filter_map(exchange).min();
            cheapest.map(|(more, other)| (cost + more - now, true, helper.id, Some(other)))
        };
        best = best.into_iter().chain(found).min();
    }
    let (difference, by_exchange, helper, exchange) = best?;
    let helper = index.helper(helper)?;
    let mut reasons = index.terms(household, helper)?;
    reasons.push(load(helper, usize::from(!by_exchange)));
    Some(NextBest {
        helper: helper.id,
        number: helper.number.clone(),
        name: helper.name.clone(),
        unit: helper.unit.clone(),
        reasons,
        difference,
        exchange,
    })
}
