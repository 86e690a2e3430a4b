//! A run: which households it is for, what became of it, what it proposes, and the same in numbers.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::basis;
use crate::code_list;
use crate::db::Json;
use crate::pairing::cost::best_pairs::BestPairs;
use crate::pairing::cost::model::Input;
use crate::pairing::cost::next_best::NextBest;
use crate::pairing::cost::shortage::Shortage;
use crate::pairing::cost::terms::Reason;
use crate::pairing::error::PairingError;

code_list! {
    /// What became of a pairing run.
    pub enum RunStatus = "pairing_run_status", "结对方案状态" {
        Draft = "draft", "草稿", [];
        Proposed = "proposed", "待确认", [];
        Confirmed = "confirmed", "已确认", [];
        Dropped = "dropped", "已放弃", [];
    }
}

/// Which households a run is for: those without a helper or all, everywhere or of one town, one village,
/// one unit; or those of one who leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Object)]
#[serde(default)]
#[oai(rename = "PairingScope", skip_serializing_if_is_none)]
pub struct Scope {
    /// Only of this town (镇), by its whole name.
    #[oai(validator(min_length = 1, max_length = 100))]
    pub town: Option<String>,
    /// Only of this village (村), by its whole name.
    #[oai(validator(min_length = 1, max_length = 100))]
    pub village: Option<String>,
    /// Only by the staff of this unit: the households that they have, those that one of them had last,
    /// and those without a helper in the villages that the unit is linked to.
    pub unit_id: Option<Uuid>,
    /// Also those that have a helper. A household keeps its helper unless they may not be a pair any
    /// more: the helper is inactive or has too many households, a barrier stands between the two, or
    /// the household is pinned to another. Only those without a helper if left out.
    #[oai(default)]
    pub paired: bool,
    /// Only households of this person, as if the person had left: those that the person is responsible
    /// for, which confirming hands over where somebody follows, and those that had the person last and
    /// have nobody.
    pub leaving: Option<Uuid>,
}

impl Scope {
    /// Whether households are in it that have a helper.
    pub fn has_paired(&self) -> bool {
        self.paired || self.leaving.is_some()
    }
}

/// A run as stored, without its proposals and loads.
#[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
pub struct Run {
    pub(crate) id: Uuid,
    pub(crate) status: RunStatus,
    #[sqlx(try_from = "Json<Scope>")]
    pub(crate) scope: Scope,
    /// Digest of what it stands on.
    pub basis: String,
    #[sqlx(try_from = "Json<Summary>")]
    pub(crate) summary: Summary,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was computed.
    pub created_at: DateTime<Utc>,
    pub(crate) created_by: String,
    /// When it was laid before those who confirm it; none while it is a draft.
    pub proposed_at: Option<DateTime<Utc>>,
    pub(crate) proposed_by: Option<String>,
    /// When it was confirmed or dropped.
    pub decided_at: Option<DateTime<Utc>>,
    pub(crate) decided_by: Option<String>,
}

impl Run {
    /// Refuses a run that is confirmed or dropped.
    pub(crate) fn must_be_undecided(&self) -> Result<(), PairingError> {
        match self.status {
            RunStatus::Draft | RunStatus::Proposed => Ok(()),
            RunStatus::Confirmed => Err(PairingError::RunConfirmed),
            RunStatus::Dropped => Err(PairingError::RunDropped),
        }
    }

    /// Refuses a run that was computed from something else.
    pub(crate) fn must_stand_on(&self, input: &Input) -> Result<(), PairingError> {
        if basis::digest(input) == self.basis {
            Ok(())
        } else {
            Err(PairingError::BasisChanged)
        }
    }
}

impl From<Json<Scope>> for Scope {
    fn from(json: Json<Self>) -> Self {
        json.0
    }
}

impl From<Json<Summary>> for Summary {
    fn from(json: Json<Self>) -> Self {
        json.0
    }
}

/// A run in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Households of the scope.
    pub households: i64,
    /// Those for whom a helper is proposed.
    pub placed: i64,
    /// Those of them that keep the helper whom they have.
    #[serde(default)]
    pub kept: i64,
    /// Those for whom there is nobody.
    pub unplaced: i64,
    /// Active staff with a place left before the run.
    pub helpers: i64,
    /// The places that they had.
    pub places: i64,
    /// Sum of the costs of all pairs; without edits the least that is possible with so many placed.
    pub cost: i64,
    /// What is short, the largest shortage first. No edit changes it: it is what there is nobody for
    /// however households are handed out.
    pub shortages: Vec<Shortage>,
    /// What was computed, if the run was edited since.
    #[serde(default)]
    pub computed: Option<Computed>,
}

/// A run as it was computed, before any edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computed {
    /// Households for whom a helper was proposed.
    pub placed: i64,
    /// Sum of the costs of all pairs: the least that is possible with so many placed.
    pub cost: i64,
}

impl Summary {
    /// The numbers of the best pairs.
    pub fn of(best: &BestPairs) -> Self {
        let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
        let places = || {
            let on_duty = best.loads.iter().filter(|load| load.away.is_none());
            on_duty.map(|load| (load.capacity - load.held).max(0))
        };
        Self {
            households: count(best.pairs.len() + best.unplaced.len()),
            placed: count(best.pairs.len()),
            kept: count(best.pairs.iter().filter(|pair| pair.is_kept()).count()),
            unplaced: count(best.unplaced.len()),
            helpers: count(places().filter(|places| *places > 0).count()),
            places: places().sum(),
            cost: best.cost,
            shortages: best.shortages.clone(),
            computed: None,
        }
    }

    /// What was computed, whatever was edited since.
    pub fn computed(&self) -> Computed {
        self.computed.unwrap_or(Computed {
            placed: self.placed,
            cost: self.cost,
        })
    }

    /// Takes on the numbers after an edit.
    pub fn edit(&mut self, placed: i64, cost: i64) {
        self.computed = Some(self.computed());
        self.placed = placed;
        self.unplaced = self.households - placed;
        self.cost = cost;
    }
}

/// A proposal with the names that belong to its ids.
#[derive(Clone, Debug, FromRow)]
pub struct Proposal {
    pub(crate) household_id: Uuid,
    pub(crate) household_number: Option<String>,
    pub(crate) head_name: String,
    pub(crate) town: String,
    pub(crate) village: String,
    /// Where its place stands among others.
    pub(crate) area_key: String,
    /// The helper; none if there is nobody.
    pub staff_id: Option<Uuid>,
    pub(crate) staff_number: Option<String>,
    pub(crate) helper: Option<String>,
    pub(crate) unit: Option<String>,
    /// Sum of the terms.
    pub cost: i64,
    /// The terms, or why there is nobody.
    #[sqlx(try_from = "Json<Vec<Reason>>")]
    pub reasons: Vec<Reason>,
}

impl Proposal {
    /// Where the next page begins after it.
    pub(crate) fn area_key(&self) -> AreaKey {
        (self.area_key.clone(), self.household_id)
    }
}

/// What a run proposes for a household, and what else could be.
#[derive(Clone, Debug)]
pub struct Explained {
    pub(crate) proposal: Proposal,
    /// Whether the run can still be confirmed.
    pub stands: bool,
    /// The next best helper, if the run stands and there is one.
    pub next_best: Option<NextBest>,
}

/// A helper whom a run proposes for a household, or why there is nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "PairingChoice", skip_serializing_if_is_none)]
pub struct Choice {
    /// The person; absent if there is nobody.
    pub staff_id: Option<Uuid>,
    /// Staff number (工号) of that person.
    #[oai(validator(max_length = 100))]
    pub staff_number: Option<String>,
    /// Name (姓名) of that person.
    #[oai(rename = "helper_name", validator(max_length = 100))]
    pub helper: Option<String>,
    /// Unit (单位) of that person.
    #[oai(validator(max_length = 200))]
    pub unit: Option<String>,
    /// Sum of the terms in `reasons`.
    pub cost: i64,
    /// The terms of the cost in words, or why there is nobody.
    #[oai(validator(max_items = 100))]
    pub reasons: Vec<Reason>,
}

/// Where a page of proposals begins: place and household of the last one before.
pub type AreaKey = (String, Uuid);
