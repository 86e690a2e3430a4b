//! A proposal on the desk of the office: who would be the next best helper of a household.

use std::collections::HashMap;

use uuid::Uuid;

use super::model::{Helper, Household, Input, Reason};

/// Another helper for a household, at the least cost to the whole run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextBest {
    /// The helper.
    pub helper: Uuid,
    /// 姓名.
    pub name: String,
    /// 单位.
    pub unit: String,
    /// The terms of the pair, the load as of his last household.
    pub reasons: Vec<Reason>,
    /// By how much the cost of the whole run would change.
    pub difference: i64,
    /// The household that he would give to the helper proposed; none if he has a place left.
    pub exchange: Option<Uuid>,
}

/// The helper other than the proposed one who could take a household at the least cost to the whole
/// run, everything else staying as it is.
///
/// One who has a place left under the proposal takes the household as one more. One who has none takes
/// it for one of his households of the run that the proposed helper may serve. Among equals, a place
/// left comes before an exchange, and then the order of the helpers' ids decides. `pairs` are all
/// pairs of the run, `(household, helper)`.
pub fn next_best(input: &Input, pairs: &[(Uuid, Uuid)], household: Uuid) -> Option<NextBest> {
    let desk = Desk::of(input);
    let mut given: HashMap<Uuid, Vec<&Household>> = HashMap::new();
    let mut proposed = None;
    for (paired, helper) in pairs {
        given
            .entry(*helper)
            .or_default()
            .push(desk.households.get(paired)?);
        if *paired == household {
            proposed = Some(*desk.helpers.get(helper)?);
        }
    }
    let household = *desk.households.get(&household)?;
    let given_to = |helper: &Helper| given.get(&helper.id).map_or(&[][..], Vec::as_slice);
    let load = |helper: &Helper, more: usize| {
        let given = i64::try_from(given_to(helper).len() + more).unwrap_or(i64::MAX);
        input.load_reason(helper, helper.held + given)
    };
    let has_place =
        |helper: &Helper| i64::try_from(given_to(helper).len()).is_ok_and(|n| n < helper.places());
    let now = match proposed {
        Some(proposed) => desk.cost(household, proposed)?,
        None => 0,
    };
    // (difference, whether by exchange, helper, household in exchange)
    let mut best: Option<(i64, bool, Uuid, Option<Uuid>)> = None;
    for helper in &input.helpers {
        if proposed.is_some_and(|proposed| proposed.id == helper.id) || helper.places() == 0 {
            continue;
        }
        let Some(cost) = desk.cost(household, helper) else {
            continue;
        };
        let found = if has_place(helper) {
            let freed = proposed.map_or(0, |proposed| load(proposed, 0).cost);
            let difference = cost + load(helper, 1).cost - now - freed;
            Some((difference, false, helper.id, None))
        } else {
            let exchange = |other: &&Household| {
                let back = desk.cost(other, proposed?)?;
                Some((back - desk.cost(other, helper)?, other.id))
            };
            let cheapest = given_to(helper).iter().filter_map(exchange).min();
            cheapest.map(|(more, other)| (cost + more - now, true, helper.id, Some(other)))
        };
        best = best.into_iter().chain(found).min();
    }
    let (difference, by_exchange, helper, exchange) = best?;
    let helper = desk.helpers[&helper];
    let mut reasons = desk.terms(household, helper)?;
    reasons.push(load(helper, usize::from(!by_exchange)));
    Some(NextBest {
        helper: helper.id,
        name: helper.name.clone(),
        unit: helper.unit.clone(),
        reasons,
        difference,
        exchange,
    })
}

/// What a run stands on, by ids.
struct Desk<'a> {
    input: &'a Input,
    households: HashMap<Uuid, &'a Household>,
    helpers: HashMap<Uuid, &'a Helper>,
}

impl<'a> Desk<'a> {
    fn of(input: &'a Input) -> Self {
        let households = input.households.iter();
        let helpers = input.helpers.iter();
        Self {
            input,
            households: households.map(|row| (row.id, row)).collect(),
            helpers: helpers.map(|row| (row.id, row)).collect(),
        }
    }

    /// The terms of a pair but for its load; nothing where the helper may not serve the household.
    fn terms(&self, household: &Household, helper: &Helper) -> Option<Vec<Reason>> {
        let former = self.input.former(household, &self.helpers);
        self.input.reasons(household, helper, former)
    }

    /// Their sum.
    fn cost(&self, household: &Household, helper: &Helper) -> Option<i64> {
        let terms = self.terms(household, helper)?;
        Some(terms.iter().map(|term| term.cost).sum())
    }
}
