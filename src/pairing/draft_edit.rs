//! A proposal on the desk of the office: what an edit by hand makes of it, and who would be the next
//! best helper of a household.

use std::collections::{BTreeMap, HashMap};

use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::PairingError;
use super::model::{Helper, Household, Input, Reason, ReasonCode};
use super::solver::key;
use crate::code_list;

code_list! {
    /// How a run is changed by hand.
    pub enum EditKind = "run_edit_kind", "方案调整方式" {
        Move = "move", "改派责任人", [];
        Swap = "swap", "互换责任人", [];
        Clear = "clear", "取消安排", [];
    }
}

/// A change of a run by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Edit {
    /// A household gets this helper.
    Move {
        /// The household.
        household: Uuid,
        /// The helper.
        to: Uuid,
    },
    /// Two households change their helpers; one of them may have none.
    Swap {
        /// One.
        household: Uuid,
        /// The other.
        with: Uuid,
    },
    /// A household gets nobody in this run.
    Clear {
        /// The household.
        household: Uuid,
    },
}

/// An edit to be made.
#[derive(Clone, Debug, Serialize)]
pub struct NewEdit {
    /// What is to be changed.
    pub edit: Edit,
    /// Why.
    pub reason: String,
}

impl Edit {
    /// How it changes the run.
    pub fn kind(self) -> EditKind {
        match self {
            Self::Move { .. } => EditKind::Move,
            Self::Swap { .. } => EditKind::Swap,
            Self::Clear { .. } => EditKind::Clear,
        }
    }

    /// The household; the other one of a swap.
    pub fn households(self) -> (Uuid, Option<Uuid>) {
        match self {
            Self::Move { household, .. } | Self::Clear { household } => (household, None),
            Self::Swap { household, with } => (household, Some(with)),
        }
    }

    /// The helper to whom a household is moved.
    pub fn to(self) -> Option<Uuid> {
        match self {
            Self::Move { to, .. } => Some(to),
            Self::Swap { .. } | Self::Clear { .. } => None,
        }
    }

    /// Whom each household is to have.
    fn wanted(self, places: &[Place]) -> Result<Vec<(Uuid, Option<Uuid>)>, PairingError> {
        let helper_of = |household: Uuid| {
            let place = places.iter().find(|place| place.household == household);
            place
                .map(|place| place.helper)
                .ok_or(PairingError::NotInRun)
        };
        let wanted = match self {
            Self::Move { household, to } => vec![(household, Some(to))],
            Self::Swap { household, with } => {
                vec![(household, helper_of(with)?), (with, helper_of(household)?)]
            }
            Self::Clear { household } => vec![(household, None)],
        };
        let mut changes = false;
        for (household, helper) in &wanted {
            changes |= helper_of(*household)? != *helper;
        }
        changes
            .then_some(wanted)
            .ok_or(PairingError::NothingChanged)
    }
}

/// What a run proposes for a household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The household.
    pub household: Uuid,
    /// The helper, if there is one.
    pub helper: Option<Uuid>,
    /// The terms of the cost, or why there is nobody.
    pub reasons: Vec<Reason>,
}

impl Place {
    /// Sum of the terms.
    pub fn cost(&self) -> i64 {
        self.reasons.iter().map(|reason| reason.cost).sum()
    }
}

/// What an edit makes of the places that it touches: those of its households, and all those of the
/// helpers whom these have before and after.
///
/// The rules of a run bind the hand as well. The households of each helper are numbered anew in the
/// order of the register, so that the costs are those of the same pairs in a computed run; only the
/// households of the edit get new reasons beside that, with `why` among them.
pub fn apply(
    input: &Input,
    places: &[Place],
    edit: Edit,
    why: &str,
) -> Result<Vec<Place>, PairingError> {
    let draft = Draft::of(input);
    let mut after = places.to_vec();
    for (household, helper) in edit.wanted(places)? {
        let reasons = draft.by_hand(household, helper, why)?;
        for place in after
            .iter_mut()
            .filter(|place| place.household == household)
        {
            place.helper = helper;
            place.reasons.clone_from(&reasons);
        }
    }
    draft.number(&mut after)?;
    Ok(after)
}

/// What an edit did to one household.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "PairingRunEditChange", skip_serializing_if_is_none)]
pub struct Change {
    /// The household.
    pub household_id: Uuid,
    /// 户编号.
    #[oai(validator(max_length = 100))]
    pub household_number: Option<String>,
    /// 户主姓名.
    #[oai(validator(max_length = 100))]
    pub head_name: String,
    /// What was proposed before.
    pub before: Choice,
    /// What is proposed since.
    pub after: Choice,
}

/// A helper for a household as a run proposes him, or why there is nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "PairingChoice", skip_serializing_if_is_none)]
pub struct Choice {
    /// The person; absent if there is nobody.
    pub staff_id: Option<Uuid>,
    /// 姓名 of that person.
    #[oai(validator(max_length = 100))]
    pub helper: Option<String>,
    /// 单位 of that person.
    #[oai(validator(max_length = 200))]
    pub unit: Option<String>,
    /// Sum of the terms in `reasons`.
    pub cost: i64,
    /// The terms of the cost in words, or why there is nobody.
    #[oai(validator(max_items = 100))]
    pub reasons: Vec<Reason>,
}

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
    let draft = Draft::of(input);
    let mut given: HashMap<Uuid, Vec<&Household>> = HashMap::new();
    let mut proposed = None;
    for (paired, helper) in pairs {
        given
            .entry(*helper)
            .or_default()
            .push(draft.households.get(paired)?);
        if *paired == household {
            proposed = Some(*draft.helpers.get(helper)?);
        }
    }
    let household = *draft.households.get(&household)?;
    let given_to = |helper: &Helper| given.get(&helper.id).map_or(&[][..], Vec::as_slice);
    let load = |helper: &Helper, more: usize| {
        let given = i64::try_from(given_to(helper).len() + more).unwrap_or(i64::MAX);
        input.load_reason(helper, helper.held + given)
    };
    let has_place =
        |helper: &Helper| i64::try_from(given_to(helper).len()).is_ok_and(|n| n < helper.places());
    let now = match proposed {
        Some(proposed) => draft.cost(household, proposed)?,
        None => 0,
    };
    // (difference, whether by exchange, helper, household in exchange)
    let mut best: Option<(i64, bool, Uuid, Option<Uuid>)> = None;
    for helper in &input.helpers {
        if proposed.is_some_and(|proposed| proposed.id == helper.id) || helper.places() == 0 {
            continue;
        }
        let Some(cost) = draft.cost(household, helper) else {
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
                let back = draft.cost(other, proposed?)?;
                Some((back - draft.cost(other, helper)?, other.id))
            };
            let cheapest = given_to(helper).iter().filter_map(exchange).min();
            cheapest.map(|(more, other)| (cost + more - now, true, helper.id, Some(other)))
        };
        best = best.into_iter().chain(found).min();
    }
    let (difference, by_exchange, helper, exchange) = best?;
    let helper = draft.helpers[&helper];
    let mut reasons = draft.terms(household, helper)?;
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
pub(super) struct Draft<'a> {
    input: &'a Input,
    households: HashMap<Uuid, &'a Household>,
    helpers: HashMap<Uuid, &'a Helper>,
}

impl<'a> Draft<'a> {
    pub(super) fn of(input: &'a Input) -> Self {
        let households = input.households.iter();
        let helpers = input.helpers.iter();
        Self {
            input,
            households: households.map(|row| (row.id, row)).collect(),
            helpers: helpers.map(|row| (row.id, row)).collect(),
        }
    }

    /// The helper with this id.
    pub(super) fn helper(&self, id: Uuid) -> Option<&'a Helper> {
        self.helpers.get(&id).copied()
    }

    /// What a pair costs but for its load that the office decides on.
    pub(super) fn cost_by_hand(&self, household: Uuid, helper: Uuid) -> Result<i64, PairingError> {
        let reasons = self.by_hand(household, Some(helper), "")?;
        Ok(reasons.iter().map(|reason| reason.cost).sum())
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

    /// The reasons of a household's helper, or of having none, that the office decides on.
    fn by_hand(
        &self,
        household: Uuid,
        helper: Option<Uuid>,
        why: &str,
    ) -> Result<Vec<Reason>, PairingError> {
        let Some(helper) = helper else {
            let words = format!("人工取消安排：{why}");
            return Ok(vec![Reason::new(ReasonCode::ByHand, words, 0)]);
        };
        // Each household of a run is among those that it stands on.
        let household = self.households.get(&household);
        let household = household.ok_or(PairingError::BasisChanged)?;
        let helper = self
            .helpers
            .get(&helper)
            .ok_or(PairingError::NoSuchHelper)?;
        must_be_allowed(household, helper)?;
        let may_not_serve = || PairingError::MayNotServe {
            helper: helper.name.clone(),
            village: format!("{}{}", household.area.town, household.area.village),
        };
        let mut reasons = self.terms(household, helper).ok_or_else(may_not_serve)?;
        let words = format!("人工调整：{why}");
        reasons.push(Reason::new(ReasonCode::ByHand, words, 0));
        Ok(reasons)
    }

    /// Gives the households of each helper their numbers, in the order of the register; refuses more
    /// than he may have.
    fn number(&self, places: &mut [Place]) -> Result<(), PairingError> {
        let mut given: BTreeMap<Uuid, Vec<&mut Place>> = BTreeMap::new();
        for place in places {
            if let Some(helper) = place.helper {
                given.entry(helper).or_default().push(place);
            }
        }
        let order = |place: &Place| {
            let household = self.households.get(&place.household)?;
            Some(key(household.number.as_ref(), &household.id))
        };
        for (helper, mut places) in given {
            let helper = self
                .helpers
                .get(&helper)
                .ok_or(PairingError::NoSuchHelper)?;
            let added = i64::try_from(places.len()).unwrap_or(i64::MAX);
            if added > helper.places() {
                return Err(PairingError::PlacesTaken {
                    helper: helper.name.clone(),
                    held: helper.held,
                    added: added - 1,
                    capacity: helper.capacity,
                });
            }
            places.sort_by(|one, other| order(one).cmp(&order(other)));
            for (number, place) in (helper.held + 1..).zip(places) {
                let is_load = |reason: &Reason| reason.code == ReasonCode::Load;
                place.reasons.retain(|reason| !is_load(reason));
                place.reasons.push(self.input.load_reason(helper, number));
            }
        }
        Ok(())
    }
}

/// Refuses a pair that may not be, wherever it lies.
fn must_be_allowed(household: &Household, helper: &Helper) -> Result<(), PairingError> {
    if !helper.active {
        return Err(PairingError::HelperInactive);
    }
    if let Some(away) = &helper.away {
        return Err(PairingError::HelperAway(away.clone()));
    }
    if let Some(barrier) = household.barriers.get(&helper.id) {
        return Err(PairingError::Barred(barrier.clone()));
    }
    match &household.pin {
        Some(pin) if pin.helper != helper.id => Err(PairingError::pinned_to_another(pin)),
        _ => Ok(()),
    }
}
