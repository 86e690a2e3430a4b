//! Runs as drafts over HTTP: editing them by hand, and laying them before those who confirm them.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{Change, EditKind, EditRecord, EditRequest};
use super::service;
use crate::access::Signed;
use crate::api::{ETag, Instant, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::pairing::run;
use crate::pairing::run::view::{PairingRun, tagged};
use crate::problem::{ChangeFault, GetFault};

/// Operations on runs that are not decided.
pub struct PairingDraftApi(pub App);

/// A change of a run by hand.
#[derive(Object)]
struct PairingRunEditInput {
    /// `move`: the household gets the helper `staff_id`; `swap`: it and `other_household_id` change
    /// their helpers, of whom one may be nobody; `clear`: it gets nobody in this run.
    kind: EditKind,
    /// The household; one of the run.
    household_id: Uuid,
    /// For `move`: the helper. Active, with a place left, and by the rules of areas one who may serve
    /// the household.
    staff_id: Option<Uuid>,
    /// For `swap`: another household of the run.
    other_household_id: Option<Uuid>,
    /// Why; it stands among the reasons of the proposal.
    #[oai(validator(min_length = 1, max_length = 400, custom = "crate::api::NotBlank"))]
    reason: String,
}

impl From<PairingRunEditInput> for EditRequest {
    fn from(request: PairingRunEditInput) -> Self {
        Self {
            kind: request.kind,
            household_id: request.household_id,
            staff_id: request.staff_id,
            other_household_id: request.other_household_id,
            reason: request.reason.trim().to_owned(),
        }
    }
}

/// A change of a run by hand, with what it costs.
#[derive(Object)]
struct PairingRunEdit {
    /// Its id.
    id: Uuid,
    /// The version of the run that it made; the `ETag` of the run.
    version: i64,
    /// How the run was changed.
    kind: EditKind,
    /// Why.
    reason: String,
    /// When.
    edited_at: Instant,
    /// By which account.
    edited_by: String,
    /// Households of the run with a helper before.
    placed_before: i64,
    /// Households of the run with a helper since.
    placed_after: i64,
    /// The cost of the whole run before.
    cost_before: i64,
    /// The cost of the whole run since.
    cost_after: i64,
    /// The households whose helper or cost changed: those of the edit, and those that stand after them
    /// in the load of their helpers.
    changes: Vec<Change>,
}

#[allow(
    clippy::too_many_arguments,
    reason = "the parameters of an operation are those of its document"
)]
#[OpenApi(tag = "Tag::Pairing")]
impl PairingDraftApi {
    /// Edit a pairing run by hand
    ///
    /// Moves a household to another helper, swaps the helpers of two, or takes a household's helper
    /// away, and says what that costs. The rules of a run bind; the edit is kept for good with its
    /// reason. A run that was proposed becomes a draft again, to be proposed anew. Refused with
    /// `basis_changed` if the run can no longer be confirmed.
    #[oai(
        path = "/pairing-runs/:id/edits",
        method = "post",
        operation_id = "editPairingRun"
    )]
    async fn edit_pairing_run(
        &self,
        caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        /// Only say what the edit would do and cost.
        dry_run: Query<Option<bool>>,
        /// The run's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<PairingRunEditInput>,
    ) -> Result<Tagged<PairingRunEdit>, ChangeFault> {
        let headers = (idempotency_key.0.as_deref(), if_match.0.as_deref());
        let dry_run = dry_run.0.unwrap_or_default();
        let edited =
            service::edit(&self.0, &caller.0, id.0, headers, body.0.into(), dry_run).await?;
        let version = edited.version - i64::from(dry_run);
        Ok(Tagged::new(edit_view(edited), ETag(version)))
    }

    /// List the edits of a pairing run
    ///
    /// Who changed what by hand, when and why, and what it cost, the latest first.
    #[oai(
        path = "/pairing-runs/:id/edits",
        method = "get",
        operation_id = "listPairingRunEdits"
    )]
    async fn list_pairing_run_edits(
        &self,
        _caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<PairingRunEdit>>, GetFault> {
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (edits, next) = service::list(&self.0, id.0, cursor, limit).await?;
        Ok(Page::json(edits.into_iter().map(edit_view), next))
    }

    /// Propose a draft
    ///
    /// Lays a run that is a draft before those who confirm runs. What was computed without `draft` and
    /// never edited is proposed from the beginning.
    #[oai(
        path = "/pairing-runs/:id/propose",
        method = "post",
        operation_id = "proposePairingRun"
    )]
    async fn propose_pairing_run(
        &self,
        caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        /// The run's `ETag` as it was read; refused if it has changed since. Left out, whatever it is
        /// now is proposed.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
    ) -> Result<Tagged<PairingRun>, ChangeFault> {
        let run = run::service::submit(&self.0, &caller.0, id.0, if_match.0.as_deref()).await?;
        Ok(tagged(run))
    }
}

fn edit_view(edited: EditRecord) -> PairingRunEdit {
    PairingRunEdit {
        id: edited.id,
        version: edited.version,
        kind: edited.kind,
        reason: edited.reason,
        edited_at: edited.edited_at.into(),
        edited_by: edited.edited_by,
        placed_before: edited.placed_before,
        placed_after: edited.placed_after,
        cost_before: edited.cost_before,
        cost_after: edited.cost_after,
        changes: edited.changes,
    }
}
