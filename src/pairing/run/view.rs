//! Runs and what they propose, as they are sent.

use poem_openapi::Object;
use uuid::Uuid;

use super::model::{Explained, Proposal, Run, RunStatus, Scope};
use crate::api::{ETag, Instant, Tagged};
use crate::pairing::cost::load::{Load, LoadShare};
use crate::pairing::cost::next_best::NextBest;
use crate::pairing::cost::shortage::Shortage;
use crate::pairing::cost::terms::Reason;
use crate::problem::Text;

/// A computed proposal of who should help whom, with its numbers.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::pairing) struct PairingRun {
    /// Its id.
    id: Uuid,
    /// What became of it.
    status: RunStatus,
    /// Which households it is for.
    scope: Scope,
    /// Households of the scope.
    households: i64,
    /// Those for whom a helper is proposed.
    placed: i64,
    /// Those of them that keep the helper whom they have.
    kept: i64,
    /// Those for whom there is nobody.
    unplaced: i64,
    /// Active staff with a place left before the run.
    helpers: i64,
    /// The places that they had.
    places: i64,
    /// Sum of the costs of all pairs.
    cost: i64,
    /// Those for whom a helper was proposed as the run was computed, before any edit.
    computed_placed: i64,
    /// The cost as the run was computed, before any edit: the least that is possible with so many placed.
    computed_cost: i64,
    /// What is short, the largest shortage first; left out in lists.
    shortages: Option<Vec<Shortage>>,
    /// Digest (SHA-256) of the households, staff, pairings and rules that it was computed from. It
    /// can be confirmed as long as they are the same.
    basis: String,
    /// When it was computed.
    created_at: Instant,
    /// By which account.
    created_by: String,
    /// When it was laid before those who confirm runs; absent while it is a draft.
    proposed_at: Option<Instant>,
    /// By which account.
    proposed_by: Option<String>,
    /// When it was confirmed or dropped.
    decided_at: Option<Instant>,
    /// By which account.
    decided_by: Option<String>,
    /// Counts its changes; the `ETag`.
    version: i64,
}

/// One household of a run: who should take it, or why nobody can.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct PairingProposal {
    /// The household.
    household_id: Uuid,
    /// Household number (户编号).
    household_number: Option<String>,
    /// Name of the head (户主姓名).
    head_name: String,
    /// Town (镇、乡、街道).
    town: String,
    /// Village (村、居).
    village: String,
    /// The person proposed; absent if there is nobody.
    staff_id: Option<Uuid>,
    /// Staff number (工号) of that person.
    staff_number: Option<String>,
    /// Name (姓名) of that person.
    helper_name: Option<String>,
    /// Unit (单位) of that person.
    unit: Option<String>,
    /// Sum of the terms in `reasons`; less is better.
    cost: i64,
    /// The terms of the cost in words, or why there is nobody.
    #[oai(validator(max_items = 100))]
    reasons: Vec<Reason>,
}

/// A run with all its proposals, as the command line gives it.
#[derive(Object)]
pub(super) struct RunWithProposals {
    /// The run.
    run: PairingRun,
    /// Its proposals.
    proposals: Vec<PairingProposal>,
}

impl RunWithProposals {
    pub(super) fn new(run: Run, proposals: Vec<Proposal>) -> Self {
        Self {
            run: run_view(run),
            proposals: proposals.into_iter().map(proposal_view).collect(),
        }
    }
}

/// A proposal, and who would be the next best helper.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct PairingProposalDetail {
    /// The proposal.
    proposal: PairingProposal,
    /// Whether the run can still be confirmed: it is not decided, and what it was computed from is
    /// still so. Only then is there a next best helper to tell.
    stands: bool,
    /// The cheapest other helper; absent if nobody else may take the household.
    next_best: Option<NextBestHelper>,
}

/// The helper other than the proposed one who could take a household at the least cost to the whole
/// run, everything else staying as it is: one with a place left, or one who gives one of their
/// households of the run to the proposed helper in exchange.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct NextBestHelper {
    /// The person.
    staff_id: Uuid,
    /// Staff number (工号).
    staff_number: Option<String>,
    /// Name (姓名).
    helper_name: String,
    /// Unit (单位).
    unit: String,
    /// What this pair would cost: the sum of the terms in `reasons`.
    cost: i64,
    /// By how much the cost of the whole run would change, exactly as the edit by hand would say. Never
    /// below 0 in a run without edits.
    difference: i64,
    /// The terms of the cost in words, the load as of the helper's last household.
    #[oai(validator(max_items = 100))]
    reasons: Vec<Reason>,
    /// The household that this helper would give in exchange; absent if they have a place left.
    exchange_household_id: Option<Uuid>,
}

/// What a helper has and would have, beside the average.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct PairingLoad {
    /// The helper.
    staff_id: Uuid,
    /// Staff number (工号).
    staff_number: Option<String>,
    /// Name (姓名).
    name: String,
    /// Unit (单位).
    unit: String,
    /// Households that the helper may have.
    capacity: i64,
    /// Households that the helper had before the run and keeps.
    held: i64,
    /// Households that the run adds.
    added: i64,
    /// Why the helper is given none for the time being, in words: they are on leave, or leaving.
    away: Option<Text>,
    /// Both in percent of the helper's capacity, rounded; absent if they may have none.
    load_percent: Option<i64>,
    /// The same of the active staff of the helper's unit together.
    unit_percent: Option<i64>,
    /// The same of all active staff together.
    average_percent: Option<i64>,
}

pub(in crate::pairing) fn tagged(run: Run) -> Tagged<PairingRun> {
    let tag = ETag(run.version);
    Tagged::new(run_view(run), tag)
}

pub(super) fn run_view(run: Run) -> PairingRun {
    let computed = run.summary.computed();
    PairingRun {
        id: run.id,
        status: run.status,
        scope: run.scope,
        households: run.summary.households,
        placed: run.summary.placed,
        kept: run.summary.kept,
        unplaced: run.summary.unplaced,
        helpers: run.summary.helpers,
        places: run.summary.places,
        cost: run.summary.cost,
        computed_placed: computed.placed,
        computed_cost: computed.cost,
        shortages: Some(run.summary.shortages),
        basis: run.basis,
        created_at: run.created_at.into(),
        created_by: run.created_by,
        proposed_at: run.proposed_at.map(Instant),
        proposed_by: run.proposed_by,
        decided_at: run.decided_at.map(Instant),
        decided_by: run.decided_by,
        version: run.version,
    }
}

/// A run as it is sent among others.
pub(super) fn run_in_list(run: Run) -> PairingRun {
    PairingRun {
        shortages: None,
        ..run_view(run)
    }
}

pub(super) fn proposal_view(proposal: Proposal) -> PairingProposal {
    PairingProposal {
        household_id: proposal.household_id,
        household_number: proposal.household_number,
        head_name: proposal.head_name,
        town: proposal.town,
        village: proposal.village,
        staff_id: proposal.staff_id,
        staff_number: proposal.staff_number,
        helper_name: proposal.helper,
        unit: proposal.unit,
        cost: proposal.cost,
        reasons: proposal.reasons,
    }
}

pub(super) fn detail_view(explained: Explained) -> PairingProposalDetail {
    PairingProposalDetail {
        proposal: proposal_view(explained.proposal),
        stands: explained.stands,
        next_best: explained.next_best.map(next_best_view),
    }
}

fn next_best_view(next: NextBest) -> NextBestHelper {
    NextBestHelper {
        staff_id: next.helper,
        staff_number: next.number,
        helper_name: next.name,
        unit: next.unit,
        cost: next.reasons.iter().map(|reason| reason.cost).sum(),
        difference: next.difference,
        reasons: next.reasons,
        exchange_household_id: next.exchange,
    }
}

pub(super) fn load_view(load: &Load, unit: LoadShare, all: LoadShare) -> PairingLoad {
    PairingLoad {
        staff_id: load.staff_id,
        staff_number: load.number.clone(),
        name: load.name.clone(),
        unit: load.unit.clone(),
        capacity: load.capacity,
        held: load.held,
        added: load.added,
        away: load.away.clone(),
        load_percent: LoadShare::of(load).percent(),
        unit_percent: unit.percent(),
        average_percent: all.percent(),
    }
}
