//! Runs over HTTP: computing them, what they propose and why, confirming and dropping them.

use chrono::NaiveDate;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{RunStatus, Scope};
use super::service;
use super::view::{
    PairingLoad, PairingProposal, PairingProposalDetail, PairingRun, detail_view, load_view,
    proposal_view, run_in_list, run_view, tagged,
};
use crate::access::Signed;
use crate::api::{Created, ETag, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::pairing::cost::load::{Load, LoadShare};
use crate::problem::{ChangeFault, CreateFault, GetFault, ListFault};

/// Operations on pairing runs.
pub struct PairingRunApi(pub App);

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
    /// a helper is in it only with `paired`, and keeps that helper unless it may not.
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
        let key = idempotency_key.0.as_deref();
        let draft = draft.0.unwrap_or_default();
        let run = service::propose(&self.0, &caller.0, key, &body.0, draft).await?;
        let (id, tag) = (run.id, ETag(run.version));
        Ok(Created::new(run_view(run), "/pairing-runs", id, tag))
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
        _caller: Signed,
        /// Only those of which this became.
        status: Query<Option<RunStatus>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<PairingRun>>, ListFault> {
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (runs, next) = service::list(&self.0, status.0, cursor, limit).await?;
        Ok(Page::json(runs.into_iter().map(run_in_list), next))
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
        _caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<PairingRun>, GetFault> {
        Ok(tagged(service::get(&self.0, id.0).await?))
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
        _caller: Signed,
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
        let only = (placed.0, staff_id.0);
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (proposals, next) = service::proposals(&self.0, id.0, only, cursor, limit).await?;
        Ok(Page::json(proposals.into_iter().map(proposal_view), next))
    }

    /// Get a proposal
    ///
    /// With the next best helper and what they would cost more. It is worked out when asked for, from
    /// the whole run: ask for the households in question, not for all.
    #[oai(
        path = "/pairing-runs/:id/proposals/:household_id",
        method = "get",
        operation_id = "getProposal"
    )]
    async fn get_proposal(
        &self,
        _caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        /// The household's id.
        household_id: Path<Uuid>,
    ) -> Result<Json<PairingProposalDetail>, GetFault> {
        let explained = service::explain(&self.0, id.0, household_id.0).await?;
        Ok(Json(detail_view(explained)))
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
        _caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<PairingLoad>>, GetFault> {
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (loads, on_page, next) = service::loads(&self.0, id.0, cursor, limit).await?;
        let (all, units) = LoadShare::averages(&loads);
        let view = |load: &Load| load_view(load, units[load.unit.as_str()], all);
        Ok(Page::json(loads[on_page].iter().map(view), next))
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
        let (from_date, if_match) = (body.0.from_date, if_match.0.as_deref());
        let run = service::confirm(&self.0, &caller.0, id.0, from_date, if_match).await?;
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
        Ok(tagged(service::drop_run(&self.0, &caller.0, id.0).await?))
    }
}
