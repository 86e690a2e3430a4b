//! Lifts over HTTP: proposing, going on step by step, rejecting, marking a relapse, reading.

use chrono::NaiveDate;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::input::{LiftProposal, LiftRejection, LiftRelapse, LiftStepReport};
use super::model::State;
use super::service;
use super::store::Filter;
use super::view::{LiftSummary, LiftView};
use crate::access::Signed;
use crate::api::{Created, ETag, Limit, Page, Tag, Tagged, Year};
use crate::app::App;
use crate::problem::{CreateFault, GetFault, ListFault};

/// Operations on lifts.
pub struct LiftApi(pub App);

#[allow(
    clippy::too_many_arguments,
    reason = "the parameters of an operation are those of its document"
)]
#[OpenApi(tag = "Tag::Lifts")]
impl LiftApi {
    /// Propose a lift
    ///
    /// The first step. The office may do it for any household, a helper for those for which they are
    /// responsible. A household has
    /// one lift under way at most; one that is lifted can be proposed again only after a relapse.
    #[oai(
        path = "/households/:id/lifts",
        method = "post",
        operation_id = "proposeLift"
    )]
    async fn propose_lift(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<LiftProposal>,
    ) -> Result<Created<LiftView>, CreateFault> {
        let key = idempotency_key.0.as_deref();
        let lift = service::propose(&self.0, &caller.0, key, id.0, body.0).await?;
        let (id, tag) = (lift.id, ETag(lift.version));
        Ok(Created::new(lift, "/lifts", id, tag))
    }

    /// Record a step of a lift
    ///
    /// The step that is due, and no other: `village_review`, `verified`, `accepted`, `publicised`,
    /// `approved`. `verified` and `approved` need all conditions to be met; `approved` needs the
    /// publicity to have lasted its days.
    #[oai(
        path = "/lifts/:id/steps",
        method = "post",
        operation_id = "recordLiftStep"
    )]
    async fn record_lift_step(
        &self,
        caller: Signed,
        /// The lift's id.
        id: Path<Uuid>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<LiftStepReport>,
    ) -> Result<Tagged<LiftView>, CreateFault> {
        let key = idempotency_key.0.as_deref();
        let lift = service::record_step(&self.0, &caller.0, key, id.0, body.0).await?;
        Ok(tagged(lift))
    }

    /// Reject a lift
    ///
    /// Ends a lift under way, at whatever step is due, with the reason. A new one may begin later.
    #[oai(
        path = "/lifts/:id/rejection",
        method = "post",
        operation_id = "rejectLift"
    )]
    async fn reject_lift(
        &self,
        caller: Signed,
        /// The lift's id.
        id: Path<Uuid>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<LiftRejection>,
    ) -> Result<Tagged<LiftView>, CreateFault> {
        let key = idempotency_key.0.as_deref();
        let lift = service::reject(&self.0, &caller.0, key, id.0, body.0).await?;
        Ok(tagged(lift))
    }

    /// Record a relapse
    ///
    /// Marks an approved lift of this register as fallen back, from a day not before its approval. A
    /// household that only the roster calls lifted relapses by the roster.
    #[oai(
        path = "/lifts/:id/relapse",
        method = "post",
        operation_id = "recordRelapse"
    )]
    async fn record_relapse(
        &self,
        caller: Signed,
        /// The lift's id.
        id: Path<Uuid>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<LiftRelapse>,
    ) -> Result<Tagged<LiftView>, CreateFault> {
        let key = idempotency_key.0.as_deref();
        let lift = service::relapse(&self.0, &caller.0, key, id.0, body.0).await?;
        Ok(tagged(lift))
    }

    /// Get a lift
    ///
    /// With its steps, what each rested on, the step that is due, and the conditions as they are
    /// today. A helper sees those of their own households; a unit's contact those of the households of their
    /// unit's people, and those that were approved while one of these was responsible.
    #[oai(path = "/lifts/:id", method = "get", operation_id = "getLift")]
    async fn get_lift(
        &self,
        caller: Signed,
        /// The lift's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<LiftView>, GetFault> {
        Ok(tagged(service::find(&self.0, &caller.0, id.0).await?))
    }

    /// List lifts
    ///
    /// The latest first. A helper sees those of their own households; a unit's contact those that `getLift`
    /// shows them.
    #[oai(path = "/lifts", method = "get", operation_id = "listLifts")]
    async fn list_lifts(
        &self,
        caller: Signed,
        /// Only those that stand here.
        state: Query<Option<State>>,
        /// Only those of this household.
        household_id: Query<Option<Uuid>>,
        /// Only households of this town (镇), by its whole name.
        #[oai(validator(max_length = 100))]
        town: Query<Option<String>>,
        /// Only those approved in this year.
        year: Query<Option<Year>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<LiftSummary>>, ListFault> {
        if !caller.0.sight().may_find_names(&[&town.0]) {
            return Ok(Page::json([], None));
        }
        let cursors = self.0.cursors("listLifts");
        let after: Option<Uuid> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let filter = Filter {
            state: state.0,
            household_id: household_id.0,
            town: town.0.unwrap_or_default(),
            approved: year.0.and_then(|year| days_of(year.0)),
            ..Filter::default()
        };
        let (lifts, next) = service::list(&self.0, &caller.0, filter, after, limit).await?;
        Ok(Page::json(
            lifts.iter().map(Into::into),
            cursors.next(next)?,
        ))
    }
}

fn tagged(lift: LiftView) -> Tagged<LiftView> {
    let tag = ETag(lift.version);
    Tagged::new(lift, tag)
}

/// First and last day of a year.
fn days_of(year: i64) -> Option<(NaiveDate, NaiveDate)> {
    let year = i32::try_from(year).ok()?;
    Some((
        NaiveDate::from_ymd_opt(year, 1, 1)?,
        NaiveDate::from_ymd_opt(year, 12, 31)?,
    ))
}
