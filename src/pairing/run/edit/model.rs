//! An edit of a run by hand, and what it makes of the run.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::code_list;
use crate::db::Json;
use crate::pairing::cost::input_index::InputIndex;
use crate::pairing::cost::network::register_order;
use crate::pairing::cost::terms::{Reason, ReasonCode};
use crate::pairing::error::PairingError;
use crate::pairing::run::model::{Choice, Run, RunStatus};

code_list! {
    /// How a run is changed by hand.
    pub enum EditKind = "pairing_run_edit_kind", "方案调整方式" {
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
        /// One of the run.
        household: Uuid,
        /// The helper whom it gets.
        to: Uuid,
    },
    /// Two households change their helpers; one of them may have none.
    Swap {
        /// The household named first.
        household: Uuid,
        /// The household that gets its helper.
        with: Uuid,
    },
    /// A household gets nobody in this run.
    Clear {
        /// One of the run.
        household: Uuid,
    },
}

/// An edit that has been asked for, not yet applied.
#[derive(Clone, Debug, Serialize)]
pub struct NewEdit {
    pub(crate) edit: Edit,
    pub(crate) reason: String,
}

/// An edit as it is asked for: which of the ids are needed depends on its kind.
#[derive(Clone, Debug)]
pub struct EditRequest {
    pub(crate) kind: EditKind,
    pub(crate) household_id: Uuid,
    /// The helper to whom the household is moved.
    pub staff_id: Option<Uuid>,
    /// The household with which it is swapped.
    pub other_household_id: Option<Uuid>,
    pub(crate) reason: String,
}

impl EditRequest {
    /// The edit, unless an id is missing.
    pub(super) fn edit(self) -> Result<NewEdit, PairingError> {
        let household = self.household_id;
        let needed = |id: Option<Uuid>, field| id.ok_or(PairingError::EditIncomplete(field));
        let edit = match self.kind {
            EditKind::Move => Edit::Move {
                household,
                to: needed(self.staff_id, "staff_id")?,
            },
            EditKind::Swap => Edit::Swap {
                household,
                with: needed(self.other_household_id, "other_household_id")?,
            },
            EditKind::Clear => Edit::Clear { household },
        };
        Ok(NewEdit {
            edit,
            reason: self.reason,
        })
    }
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
    fn wanted(self, proposed: &[Proposed]) -> Result<Vec<(Uuid, Option<Uuid>)>, PairingError> {
        let helper_of = |wanted: Uuid| {
            let found = proposed.iter().find(|one| one.household == wanted);
            let pointer = if wanted == self.households().0 {
                "/household_id"
            } else {
                "/other_household_id"
            };
            found
                .map(|one| one.helper)
                .ok_or(PairingError::NotInRun { pointer })
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
pub struct Proposed {
    pub(crate) household: Uuid,
    /// Nobody, if there is none.
    pub helper: Option<Uuid>,
    /// The terms of the cost, or why there is nobody.
    pub reasons: Vec<Reason>,
}

impl Proposed {
    /// Sum of the terms.
    pub fn cost(&self) -> i64 {
        self.reasons.iter().map(|reason| reason.cost).sum()
    }
}

/// What an edit makes of what is proposed for the households that it touches: its own, and all those of
/// the helpers whom these have before and after.
///
/// The rules of a run bind here as well. The households of each helper are numbered anew in the
/// order of the register, so that the costs are those of the same pairs in a computed run; only the
/// households of the edit get new reasons beside that, with `why` among them.
pub(crate) fn apply(
    index: &InputIndex<'_>,
    proposed: &[Proposed],
    edit: Edit,
    why: &str,
) -> Result<Vec<Proposed>, PairingError> {
    let mut after = proposed.to_vec();
    for (household, helper) in edit.wanted(proposed)? {
        let reasons = index.by_hand(household, helper, why)?;
        for one in after.iter_mut().filter(|one| one.household == household) {
            one.helper = helper;
            one.reasons.clone_from(&reasons);
        }
    }
    number(index, &mut after)?;
    Ok(after)
}

/// Gives the households of each helper their numbers, in the order of the register; refuses more
/// than they may have.
fn number(index: &InputIndex<'_>, proposed: &mut [Proposed]) -> Result<(), PairingError> {
    let mut given: BTreeMap<Uuid, Vec<&mut Proposed>> = BTreeMap::new();
    for one in proposed {
        if let Some(helper) = one.helper {
            given.entry(helper).or_default().push(one);
        }
    }
    let order = |one: &Proposed| {
        let household = index.household(one.household)?;
        Some(register_order(household.number.as_ref(), &household.id))
    };
    for (helper, mut households) in given {
        let helper = index.helper(helper).ok_or(PairingError::NoSuchHelper)?;
        let added = i64::try_from(households.len()).unwrap_or(i64::MAX);
        if added > helper.places() {
            return Err(PairingError::PlacesTaken {
                helper: helper.name.clone(),
                held: helper.held,
                added: added - 1,
                capacity: helper.capacity,
            });
        }
        households.sort_by(|one, other| order(one).cmp(&order(other)));
        for (number, one) in (helper.held + 1..).zip(households) {
            let is_load = |reason: &Reason| reason.code == ReasonCode::Load;
            one.reasons.retain(|reason| !is_load(reason));
            one.reasons.push(index.load_reason(helper, number));
        }
    }
    Ok(())
}

/// What an edit did to one household.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "PairingRunEditChange", skip_serializing_if_is_none)]
pub struct Change {
    /// The household.
    pub household_id: Uuid,
    /// Household number (户编号).
    #[oai(validator(max_length = 100))]
    pub household_number: Option<String>,
    /// Name of the head (户主姓名).
    #[oai(validator(max_length = 100))]
    pub head_name: String,
    /// What was proposed before.
    pub before: Choice,
    /// What is proposed since.
    pub after: Choice,
}

/// A change of a run by hand, as it was made.
#[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
pub struct EditRecord {
    pub(crate) id: Uuid,
    pub(crate) run_id: Uuid,
    /// The version of the run that it made.
    pub version: i64,
    pub(crate) kind: EditKind,
    pub(crate) reason: String,
    pub(crate) edited_at: DateTime<Utc>,
    pub(crate) edited_by: String,
    /// Households with a helper before.
    pub placed_before: i64,
    /// Households with a helper since.
    pub placed_after: i64,
    /// The cost of the run before.
    pub cost_before: i64,
    /// The cost of the run since.
    pub cost_after: i64,
    /// The households whose helper or cost changed.
    #[sqlx(try_from = "Json<Vec<Change>>")]
    pub changes: Vec<Change>,
}

impl EditRecord {
    /// An edit of the run `before` with what it changes.
    pub fn new(
        now: DateTime<Utc>,
        actor: &str,
        before: &Run,
        new: &NewEdit,
        changes: Vec<Change>,
    ) -> Self {
        let cost = |change: &Change| change.after.cost - change.before.cost;
        let placed = |change: &Change| {
            i64::from(change.after.staff_id.is_some()) - i64::from(change.before.staff_id.is_some())
        };
        Self {
            id: Uuid::now_v7(),
            run_id: before.id,
            version: before.version + 1,
            kind: new.edit.kind(),
            reason: new.reason.clone(),
            edited_at: now,
            edited_by: actor.to_owned(),
            placed_before: before.summary.placed,
            placed_after: before.summary.placed + changes.iter().map(placed).sum::<i64>(),
            cost_before: before.summary.cost,
            cost_after: before.summary.cost + changes.iter().map(cost).sum::<i64>(),
            changes,
        }
    }

    /// The run after the edit: a draft, with its numbers counted again.
    pub fn apply(&self, before: &Run) -> Run {
        let mut after = Run {
            status: RunStatus::Draft,
            version: self.version,
            proposed_at: None,
            proposed_by: None,
            ..before.clone()
        };
        after.summary.edit(self.placed_after, self.cost_after);
        after
    }
}
