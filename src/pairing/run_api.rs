//! Runs over HTTP: computing them, what they propose and why, confirming and dropping them.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::draft_edit::NextBest;
use super::model::{Reason, RunStatus, Scope};
use super::plan::{Load, Share, Shortage};
use super::run;
use super::run_store::{self, AreaKey, Run};
use super::scope::may_read;
use crate::access::{Permission, Signed};
use crate::api::{Created, ETag, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::db::page;
use crate::problem::{ChangeFault, CreateFault, GetFault, ListFault, Problem};

/// Operations on pairing runs.
pub struct PairingRunApi(pub App);

/// A computed proposal of who should help whom, with its numbers.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct PairingRun {
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
    created_at: DateTime<Utc>,
    /// By which account.
    created_by: String,
    /// When it was laid before those who confirm runs; absent while it is a draft.
    proposed_at: Option<DateTime<Utc>>,
    /// By which account.
    proposed_by: Option<String>,
    /// When it was confirmed or dropped.
    decided_at: Option<DateTime<Utc>>,
    /// By which account.
    decided_by: Option<String>,
    /// Counts its changes; the `ETag`.
    version: i64,
}

/// One household of a run: who should take it, or why nobody can.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct PairingProposal {
    /// The household.
    household_id: Uuid,
    /// 户编号.
    household_number: Option<String>,
    /// 户主姓名.
    head_name: String,
    /// 镇(乡、街道).
    town: String,
    /// 村(居).
    village: String,
    /// The person proposed; absent if there is nobody.
    staff_id: Option<Uuid>,
    /// 姓名 of that person.
    helper: Option<String>,
    /// 单位 of that person.
    unit: Option<String>,
    /// Sum of the terms in `reasons`; less is better.
    cost: i64,
    /// The terms of the cost in words, or why there is nobody.
    reasons: Vec<Reason>,
}

/// A run with all its proposals, as the command line gives it.
#[derive(Object)]
pub(super) struct Report {
    /// The run.
    run: PairingRun,
    /// Its proposals.
    proposals: Vec<PairingProposal>,
}

impl Report {
    /// The report of a run.
    pub(super) fn new(run: Run, proposals: Vec<run_store::Proposal>) -> Self {
        Self {
            run: run_view(run),
            proposals: proposals.into_iter().map(proposal_view).collect(),
        }
    }
}

/// A proposal, and who would be the next best helper.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct PairingProposalDetail {
    /// The proposal.
    proposal: PairingProposal,
    /// Whether the run can still be confirmed: it is not decided, and what it was computed from is
    /// still so. Only then is there a next best helper to tell.
    stands: bool,
    /// The cheapest other helper; absent if nobody else may take the household.
    next_best: Option<NextBestHelper>,
}

/// The helper other than the proposed one who could take a household at the least cost to the whole
/// run, everything else staying as it is: one with a place left, or one who gives one of his
/// households of the run to the proposed helper in exchange.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct NextBestHelper {
    /// The person.
    staff_id: Uuid,
    /// 姓名.
    helper: String,
    /// 单位.
    unit: String,
    /// What this pair would cost: the sum of the terms in `reasons`.
    cost: i64,
    /// By how much the cost of the whole run would change, exactly as the edit by hand would say. Never
    /// below 0 in a run without edits.
    difference: i64,
    /// The terms of the cost in words, the load as of his last household.
    reasons: Vec<Reason>,
    /// The household that he would give in exchange; absent if he has a place left.
    exchange_household_id: Option<Uuid>,
}

/// What a helper has and would have, beside the average.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct PairingLoad {
    /// The helper.
    staff_id: Uuid,
    /// 姓名.
    name: String,
    /// 单位.
    unit: String,
    /// Households that he may have.
    capacity: i64,
    /// Households that he had before the run and keeps.
    held: i64,
    /// Households that the run gives him anew.
    added: i64,
    /// Why he is given none for the time being, in words: he is on leave, or leaving.
    away: Option<String>,
    /// Both in percent of his capacity, rounded; absent if he may have none.
    load_percent: Option<i64>,
    /// The same of the active staff of his unit together.
    unit_percent: Option<i64>,
    /// The same of all active staff together.
    average_percent: Option<i64>,
}

/// The first day of the pairings to be confirmed.
#[derive(Object)]
struct PairingConfirmation {
    /// Today if left out. It may lie in the past, for records kept late, but not before the end of an
    /// earlier pairing of one of the households.
    from_date: Option<NaiveDate>,
}

#[OpenApi(tag = "Tag::Pairing")]
impl PairingRunApi {
    /// Compute a pairing run
    ///
    /// Proposes one helper for each household of the scope: as many as can be placed, at the least cost
    /// that is possible, and says why, what could not be placed and what is short. A household that has
    /// a helper is in it only with `paired`, and keeps him unless it may not.
    /// Nothing is current until the run is confirmed.
    ///
    /// It is proposed at once: most offices confirm what was computed, and one step more would be one
    /// more to forget. As a `draft` it can be edited in peace and cannot be confirmed until it is
    /// proposed; an edit makes a draft of a proposed run, too.
    #[oai(
        path = "/pairing-runs",
        method = "post",
        operation_id = "createPairingRun"
    )]
    async fn create_pairing_run(
        &self,
        caller: Signed,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        /// Keep it as a draft.
        draft: Query<Option<bool>>,
        body: Json<Scope>,
    ) -> Result<Created<PairingRun>, CreateFault> {
        caller.0.require(Permission::ManagePairings)?;
        let key = idempotency_key.0.as_deref();
        let draft = draft.0.unwrap_or_default();
        let run = run::propose(&self.0, &caller.0, key, &body.0, draft).await?;
        Ok(Created::new(run_view(run)))
    }

    /// List pairing runs
    ///
    /// The latest first.
    #[oai(
        path = "/pairing-runs",
        method = "get",
        operation_id = "listPairingRuns"
    )]
    async fn list_pairing_runs(
        &self,
        caller: Signed,
        /// Only those of which this became.
        status: Query<Option<RunStatus>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<PairingRun>>, ListFault> {
        may_read(&caller.0)?;
        let cursors = self.0.cursors("listPairingRuns");
        let after: Option<Uuid> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        let runs = run_store::list_runs(&mut tx, status.0, after, limit).await?;
        let (runs, next) = page::cut(runs, limit, |run| run.id);
        let in_list = |run| PairingRun {
            shortages: None,
            ..run_view(run)
        };
        Ok(Page::json(
            runs.into_iter().map(in_list),
            cursors.next(next)?,
        ))
    }

    /// Get a pairing run
    ///
    /// Its numbers, and what is short in words. Its pairs are in `listProposals`, the loads in
    /// `listPairingLoads`.
    #[oai(
        path = "/pairing-runs/:id",
        method = "get",
        operation_id = "getPairingRun"
    )]
    async fn get_pairing_run(
        &self,
        caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<PairingRun>, GetFault> {
        may_read(&caller.0)?;
        let mut tx = self.0.db.read().await?;
        Ok(tagged(run::find(&mut tx, id.0).await?))
    }

    /// List the proposals of a run
    ///
    /// One for each household, by town and village, with the reasons.
    #[oai(
        path = "/pairing-runs/:id/proposals",
        method = "get",
        operation_id = "listProposals"
    )]
    async fn list_proposals(
        &self,
        caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        /// Only households for whom there is (`true`) or is not (`false`) a helper.
        placed: Query<Option<bool>>,
        /// Only households proposed for this person.
        staff_id: Query<Option<Uuid>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<PairingProposal>>, GetFault> {
        may_read(&caller.0)?;
        let cursors = self.0.cursors("listProposals");
        let after: Option<AreaKey> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        run::find(&mut tx, id.0).await?;
        let proposals =
            run_store::list_proposals(&mut tx, id.0, placed.0, staff_id.0, after, limit).await?;
        let (proposals, next) = page::cut(proposals, limit, |proposal| {
            let area = (proposal.town.clone(), proposal.village.clone());
            (area.0, area.1, proposal.household_id)
        });
        Ok(Page::json(
            proposals.into_iter().map(proposal_view),
            cursors.next(next)?,
        ))
    }

    /// Get a proposal
    ///
    /// With the next best helper and what he would cost more. It is worked out when asked for, from
    /// the whole run: ask for the households in question, not for all.
    #[oai(
        path = "/pairing-runs/:id/proposals/:household_id",
        method = "get",
        operation_id = "getProposal"
    )]
    async fn get_proposal(
        &self,
        caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        /// The household's id.
        household_id: Path<Uuid>,
    ) -> Result<Json<PairingProposalDetail>, GetFault> {
        may_read(&caller.0)?;
        let explained = run::explain(&self.0, id.0, household_id.0).await?;
        Ok(Json(PairingProposalDetail {
            proposal: proposal_view(explained.proposal),
            stands: explained.stands,
            next_best: explained.next_best.map(next_best_view),
        }))
    }

    /// List the loads of a run
    ///
    /// Every active person by unit: capacity, households before the run, households it adds, and the
    /// load beside the average of the unit and of all.
    #[oai(
        path = "/pairing-runs/:id/loads",
        method = "get",
        operation_id = "listPairingLoads"
    )]
    async fn list_pairing_loads(
        &self,
        caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<PairingLoad>>, GetFault> {
        may_read(&caller.0)?;
        let cursors = self.0.cursors("listPairingLoads");
        let start: usize = cursors.after(cursor.0.as_deref())?.unwrap_or_default();
        let limit = usize::try_from(crate::api::limit(limit.0)).unwrap_or_default();
        let mut tx = self.0.db.read().await?;
        let loads = run_store::loads(&mut tx, id.0)
            .await?
            .ok_or_else(run_not_found)?;
        // Whatever becomes of a run, its helpers stay, so a place in the list is as good as a key.
        let end = start.saturating_add(limit);
        let next = (end < loads.len()).then_some(page::Last(end));
        let (all, units) = Share::averages(&loads);
        let view = |load: &Load| load_view(load, units[load.unit.as_str()], all);
        Ok(Page::json(
            loads.iter().skip(start).take(limit).map(view),
            cursors.next(next)?,
        ))
    }

    /// Confirm a pairing run
    ///
    /// Makes its pairs current, all or none. Pairings that give way end on the same day, and so do those
    /// that may not be, even if nobody is proposed instead. Refused with `basis_changed` if households,
    /// staff, pairings or rules are no longer those that it was computed from, and with `run_is_draft`
    /// while it is being edited.
    #[oai(
        path = "/pairing-runs/:id/confirm",
        method = "post",
        operation_id = "confirmPairingRun"
    )]
    async fn confirm_pairing_run(
        &self,
        caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        /// The run's `ETag` as it was read; refused if it has changed since. Left out, whatever it is
        /// now is confirmed.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<PairingConfirmation>,
    ) -> Result<Tagged<PairingRun>, ChangeFault> {
        caller.0.require(Permission::ManagePairings)?;
        let from_date = body.0.from_date.unwrap_or(self.0.today());
        let if_match = if_match.0.as_deref();
        let run = run::confirm(&self.0, &caller.0, id.0, from_date, if_match).await?;
        Ok(tagged(run))
    }

    /// Drop a pairing run
    ///
    /// Gives the proposal up. It stays on the register.
    #[oai(
        path = "/pairing-runs/:id/drop",
        method = "post",
        operation_id = "dropPairingRun"
    )]
    async fn drop_pairing_run(
        &self,
        caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<PairingRun>, CreateFault> {
        caller.0.require(Permission::ManagePairings)?;
        Ok(tagged(run::drop_run(&self.0, &caller.0, id.0).await?))
    }
}

fn run_not_found() -> Problem {
    Problem::not_found("结对方案", "pairing run")
}

pub(super) fn tagged(run: Run) -> Tagged<PairingRun> {
    let tag = ETag(run.version);
    Tagged::new(run_view(run), tag)
}

fn run_view(run: Run) -> PairingRun {
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
        created_at: run.created_at,
        created_by: run.created_by,
        proposed_at: run.proposed_at,
        proposed_by: run.proposed_by,
        decided_at: run.decided_at,
        decided_by: run.decided_by,
        version: run.version,
    }
}

fn proposal_view(proposal: run_store::Proposal) -> PairingProposal {
    PairingProposal {
        household_id: proposal.household_id,
        household_number: proposal.household_number,
        head_name: proposal.head_name,
        town: proposal.town,
        village: proposal.village,
        staff_id: proposal.staff_id,
        helper: proposal.helper,
        unit: proposal.unit,
        cost: proposal.cost,
        reasons: proposal.reasons,
    }
}

fn next_best_view(next: NextBest) -> NextBestHelper {
    NextBestHelper {
        staff_id: next.helper,
        helper: next.name,
        unit: next.unit,
        cost: next.reasons.iter().map(|reason| reason.cost).sum(),
        difference: next.difference,
        reasons: next.reasons,
        exchange_household_id: next.exchange,
    }
}

fn load_view(load: &Load, unit: Share, all: Share) -> PairingLoad {
    PairingLoad {
        staff_id: load.staff_id,
        name: load.name.clone(),
        unit: load.unit.clone(),
        capacity: load.capacity,
        held: load.held,
        added: load.added,
        away: load.away.clone(),
        load_percent: Share::of(load).percent(),
        unit_percent: unit.percent(),
        average_percent: all.percent(),
    }
}
