//! Pairing over HTTP: runs that propose, confirming and dropping them, pairings by hand, history.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{Load, PairingError, Reason, RunStatus, Scope, Shortage};
use super::run::{self, NewPairing};
use super::store::{self, AreaKey, Filter, Run};
use crate::access::{Caller, Permission, Signed};
use crate::api::{Created, ETag, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::db::page;
use crate::problem::{CreateFault, GetFault, ListFault, Problem};

/// Operations on pairings.
pub struct PairingApi(pub App);

/// A computed proposal of who should help whom, with its numbers.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct PairingRun {
    /// Its id.
    id: Uuid,
    /// What became of it.
    status: RunStatus,
    /// Which households it is for.
    scope: Scope,
    /// Households of the scope that had no helper.
    households: i64,
    /// Those for whom one is proposed.
    placed: i64,
    /// Those for whom there is nobody.
    unplaced: i64,
    /// Active staff with a place left before the run.
    helpers: i64,
    /// The places that they had.
    places: i64,
    /// Sum of the costs of all pairs: the least that is possible with so many placed.
    cost: i64,
    /// What is short, the largest shortage first; left out in lists.
    shortages: Option<Vec<Shortage>>,
    /// Digest (SHA-256) of the households, staff, pairings and rules that it was computed from. It
    /// can be confirmed as long as they are the same.
    basis: String,
    /// When it was computed.
    created_at: DateTime<Utc>,
    /// By which account.
    created_by: String,
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
    pub(super) fn new(run: Run, proposals: Vec<store::Proposal>) -> Self {
        Self {
            run: run_view(run),
            proposals: proposals.into_iter().map(proposal_view).collect(),
        }
    }
}

/// The first day of the pairings to be confirmed.
#[derive(Object)]
struct PairingConfirmation {
    /// Today if left out. It may lie in the past, for records kept late, but not before the end of an
    /// earlier pairing of one of the households.
    from_date: Option<NaiveDate>,
}

/// A pairing to be made by hand.
#[derive(Object)]
struct PairingRequest {
    /// The household; it must have no current helper.
    household_id: Uuid,
    /// The person; active, and with a place left.
    staff_id: Uuid,
    /// First day; today if left out, never in the future.
    from_date: Option<NaiveDate>,
    /// Why this person.
    #[oai(validator(min_length = 1, max_length = 500, custom = "crate::api::NotBlank"))]
    reason: String,
}

/// The end of a pairing.
#[derive(Object)]
struct PairingEnd {
    /// The day on which it ends; today if left out, never in the future. From that day on another
    /// helper may be responsible.
    date: Option<NaiveDate>,
    /// Why it ends.
    #[oai(validator(min_length = 1, max_length = 500, custom = "crate::api::NotBlank"))]
    reason: String,
}

/// One helper responsible for one household, from a day on.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct Pairing {
    /// Its id.
    id: Uuid,
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
    /// The helper.
    staff_id: Uuid,
    /// 姓名 of the helper.
    helper: String,
    /// 单位 of the helper.
    unit: String,
    /// The run that made it; absent if made by hand.
    run_id: Option<Uuid>,
    /// First day.
    from_date: NaiveDate,
    /// The day on which it ended; absent while it holds.
    to_date: Option<NaiveDate>,
    /// Why it was made.
    reason: String,
    /// When it was written down.
    started_at: DateTime<Utc>,
    /// By which account.
    started_by: String,
    /// Why it ended.
    end_reason: Option<String>,
    /// When the end was written down.
    ended_at: Option<DateTime<Utc>>,
    /// By which account the end was written down.
    ended_by: Option<String>,
}

#[allow(
    clippy::too_many_arguments,
    reason = "the parameters of an operation are those of its document"
)]
#[OpenApi(tag = "Tag::Pairing")]
impl PairingApi {
    /// Compute a pairing run
    ///
    /// Proposes one helper for each household of the scope that has none: as many as can be placed,
    /// at the least cost that is possible, and says why, what could not be placed and what is short.
    /// Nothing is current until the run is confirmed.
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
        body: Json<Scope>,
    ) -> Result<Created<PairingRun>, CreateFault> {
        caller.0.require(Permission::ManagePairings)?;
        let key = idempotency_key.0.as_deref();
        let run = run::propose(&self.0, &caller.0, key, &body.0).await?;
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
        #[oai(validator(max_length = 500))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<PairingRun>>, ListFault> {
        may_read(&caller.0)?;
        let after: Option<Uuid> = crate::api::after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        let runs = store::list_runs(&mut tx, status.0, after, limit).await?;
        let (runs, next) = page::cut(runs, limit, |run| run.id);
        let in_list = |run| PairingRun {
            shortages: None,
            ..run_view(run)
        };
        Ok(Page::json(runs.into_iter().map(in_list), next))
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
        #[oai(validator(max_length = 500))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<PairingProposal>>, GetFault> {
        may_read(&caller.0)?;
        let after: Option<AreaKey> = crate::api::after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        run::find(&mut tx, id.0).await?;
        let proposals =
            store::list_proposals(&mut tx, id.0, placed.0, staff_id.0, after, limit).await?;
        let (proposals, next) = page::cut(proposals, limit, |proposal| {
            let area = (proposal.town.clone(), proposal.village.clone());
            (area.0, area.1, proposal.household_id)
        });
        Ok(Page::json(proposals.into_iter().map(proposal_view), next))
    }

    /// List the loads of a run
    ///
    /// Every active person by unit: capacity, households before the run, households it adds.
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
        #[oai(validator(max_length = 500))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Load>>, GetFault> {
        may_read(&caller.0)?;
        let start: usize = crate::api::after(cursor.0.as_deref())?.unwrap_or_default();
        let limit = usize::try_from(crate::api::limit(limit.0)).unwrap_or_default();
        let mut tx = self.0.db.read().await?;
        let loads = store::loads(&mut tx, id.0)
            .await?
            .ok_or_else(run_not_found)?;
        // A run's loads never change, so a place in the list is as good as a key.
        let end = start.saturating_add(limit);
        let next = (end < loads.len()).then(|| page::encode(&end));
        Ok(Page::json(loads.into_iter().skip(start).take(limit), next))
    }

    /// Confirm a pairing run
    ///
    /// Makes its pairs current, all or none. Refused with `basis_changed` if households, staff,
    /// pairings or rules are no longer those that it was computed from.
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
        body: Json<PairingConfirmation>,
    ) -> Result<Tagged<PairingRun>, CreateFault> {
        caller.0.require(Permission::ManagePairings)?;
        let from_date = body.0.from_date.unwrap_or(self.0.today());
        let run = run::confirm(&self.0, &caller.0, id.0, from_date).await?;
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

    /// List pairings
    ///
    /// Current and ended ones, those that began last first. A helper sees only their own.
    #[oai(path = "/pairings", method = "get", operation_id = "listPairings")]
    async fn list_pairings(
        &self,
        caller: Signed,
        /// Only of this household.
        household_id: Query<Option<Uuid>>,
        /// Only of this person.
        staff_id: Query<Option<Uuid>>,
        /// Only those that hold (`true`) or have ended (`false`).
        current: Query<Option<bool>>,
        /// Only those that held on this day: who was responsible then. On the day of a hand-over it is
        /// the new helper.
        on: Query<Option<NaiveDate>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 500))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Pairing>>, ListFault> {
        let own = if may_read(&caller.0).is_ok() {
            None
        } else {
            // An account without a person has no pairings to see.
            Some(caller.0.staff_id.unwrap_or_default())
        };
        if own.is_some() && staff_id.0.is_some_and(|asked| own != Some(asked)) {
            may_read(&caller.0)?;
        }
        let filter = Filter {
            household_id: household_id.0,
            staff_id: own.or(staff_id.0),
            current: current.0,
            on: on.0,
        };
        let after: Option<(NaiveDate, Uuid)> = crate::api::after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        let pairings = store::list(&mut tx, &filter, after, limit).await?;
        let (pairings, next) =
            page::cut(pairings, limit, |pairing| (pairing.from_date, pairing.id));
        Ok(Page::json(pairings.into_iter().map(pairing_view), next))
    }

    /// Pair by hand
    ///
    /// Makes an active person with a place left responsible for a household that has no helper.
    /// Areas do not bind here.
    #[oai(path = "/pairings", method = "post", operation_id = "createPairing")]
    async fn create_pairing(
        &self,
        caller: Signed,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<PairingRequest>,
    ) -> Result<Created<Pairing>, CreateFault> {
        caller.0.require(Permission::ManagePairings)?;
        let new = NewPairing {
            household_id: body.0.household_id,
            staff_id: body.0.staff_id,
            from_date: body.0.from_date,
            reason: body.0.reason.trim().to_owned(),
        };
        let key = idempotency_key.0.as_deref();
        let pairing = run::pair_by_hand(&self.0, &caller.0, key, &new).await?;
        Ok(Created::new(pairing_view(pairing)))
    }

    /// End a pairing
    ///
    /// On a day from its first one to today. It stays on the register, and the household is again
    /// without a helper.
    #[oai(
        path = "/pairings/:id/end",
        method = "post",
        operation_id = "endPairing"
    )]
    async fn end_pairing(
        &self,
        caller: Signed,
        /// The pairing's id.
        id: Path<Uuid>,
        body: Json<PairingEnd>,
    ) -> Result<Json<Pairing>, CreateFault> {
        caller.0.require(Permission::ManagePairings)?;
        let PairingEnd { date, reason } = body.0;
        let ended = run::end_pairing(&self.0, &caller.0, id.0, date, reason.trim()).await?;
        Ok(Json(pairing_view(ended)))
    }
}

/// Refuses who may neither see all households nor manage pairings.
fn may_read(caller: &Caller) -> Result<(), Problem> {
    if caller.may(Permission::ManagePairings) {
        return Ok(());
    }
    caller.require(Permission::SeeAllHouseholds)
}

fn run_not_found() -> Problem {
    Problem::not_found("结对方案", "pairing run")
}

fn tagged(run: Run) -> Tagged<PairingRun> {
    let tag = ETag(run.version);
    Tagged::new(run_view(run), tag)
}

fn run_view(run: Run) -> PairingRun {
    PairingRun {
        id: run.id,
        status: run.status,
        scope: run.scope,
        households: run.summary.households,
        placed: run.summary.placed,
        unplaced: run.summary.unplaced,
        helpers: run.summary.helpers,
        places: run.summary.places,
        cost: run.summary.cost,
        shortages: Some(run.summary.shortages),
        basis: run.basis,
        created_at: run.created_at,
        created_by: run.created_by,
        decided_at: run.decided_at,
        decided_by: run.decided_by,
        version: run.version,
    }
}

fn proposal_view(proposal: store::Proposal) -> PairingProposal {
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

fn pairing_view(pairing: store::Pairing) -> Pairing {
    Pairing {
        id: pairing.id,
        household_id: pairing.household_id,
        household_number: pairing.household_number,
        head_name: pairing.head_name,
        town: pairing.town,
        village: pairing.village,
        staff_id: pairing.staff_id,
        helper: pairing.helper,
        unit: pairing.unit,
        run_id: pairing.run_id,
        from_date: pairing.from_date,
        to_date: pairing.to_date,
        reason: pairing.reason,
        started_at: pairing.started_at,
        started_by: pairing.started_by,
        end_reason: pairing.end_reason,
        ended_at: pairing.ended_at,
        ended_by: pairing.ended_by,
    }
}

impl From<PairingError> for Problem {
    fn from(error: PairingError) -> Self {
        use PairingError as E;
        let zh = error.to_string();
        match error {
            E::NothingToPair => Self::invalid(
                "nothing_to_pair",
                zh,
                "no household of this scope is without a helper; check the names of town and village",
            ),
            E::BasisChanged => Self::conflict(
                "basis_changed",
                zh,
                "households, staff, pairings or rules have changed since this run was computed; compute a new one",
            ),
            E::RunConfirmed => Self::conflict(
                "run_already_confirmed",
                zh,
                "this run is confirmed and can be neither confirmed nor dropped again",
            ),
            E::RunDropped => Self::conflict(
                "run_already_dropped",
                zh,
                "this run was dropped; compute a new one",
            ),
            E::InFuture(day) => Self::invalid(
                "date_in_future",
                zh,
                format!("{day} is after today; give today or an earlier day"),
            ),
            E::TooEarly(day) => Self::invalid(
                "date_too_early",
                zh,
                format!("{day} is too early; check the year"),
            ),
            E::Overlaps {
                from,
                earliest,
                count,
            } => Self::conflict(
                "overlaps_earlier_pairing",
                zh,
                format!("{count} households still had their former helper after {from}; the first day can be {earliest}"),
            ),
            E::AlreadyPaired => Self::conflict(
                "household_already_paired",
                zh,
                "the household has a helper; end that pairing first",
            ),
            E::HelperInactive => Self::conflict(
                "helper_inactive",
                zh,
                "this person has left or is inactive; choose another",
            )
            .at("/staff_id"),
            E::HelperFull { held, capacity } => Self::conflict(
                "helper_full",
                zh,
                format!("this person has {held} of {capacity} households; choose another or change the capacity"),
            )
            .at("/staff_id"),
            E::NoSuchHousehold => Self::invalid(
                "no_such_household",
                zh,
                "no such open household; check `household_id`",
            )
            .at("/household_id"),
            E::NoSuchHelper => Self::invalid(
                "no_such_person",
                zh,
                "no such person on the staff roster; check `staff_id`",
            )
            .at("/staff_id"),
            E::AlreadyEnded(day) => Self::conflict(
                "pairing_already_ended",
                zh,
                format!("this pairing ended on {day}"),
            ),
            E::EndsBeforeStart(day) => Self::invalid(
                "end_before_start",
                zh,
                format!("a pairing cannot end before its first day, {day}"),
            )
            .at("/date"),
            E::EndsBeforeVisit(day) => Self::conflict(
                "end_before_visit",
                zh,
                format!("the helper visited the household on {day}; end the pairing on that day or later, or correct the visit"),
            )
            .at("/date"),
        }
    }
}
