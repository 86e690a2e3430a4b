//! Logging, reading and correcting visits.

use chrono::NaiveDate;
use poem::http::StatusCode;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::batch::{BatchAnswer, BatchResult, VisitBatch};
use super::correction::VisitCorrection;
use super::model::{FormerVisit, Visit, VisitFacts};
use super::service;
use super::store::{Filter, VisitKey};
use crate::access::Signed;
use crate::api::{Created, ETag, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::openapi::ItemFaults;
use crate::problem::{ChangeFault, CreateFault, Fault, GetFault, ListFault, Problem, bits};

/// Operations on visits.
pub struct VisitApi(pub App);

/// A batch: what is wrong with one visit stands in its result.
type BatchFault = Fault<{ bits::SIGNED | bits::BODY }>;

#[OpenApi(tag = "Tag::Visits")]
impl VisitApi {
    /// Log a visit
    ///
    /// By the helper who was responsible for the household on that day or assisted it, as their own visit;
    /// or by the office, or the contact of that one's unit, for the responsible one. On the day of a hand-over both helpers may. A helper
    /// whose time with the household has ended may log visits of that time for as many days after as
    /// the settings say (`hand_in_days`); after that the office logs them.
    /// `Idempotency-Key` is needed: sent twice with the same body, the visit is logged once and the
    /// first answer is given again.
    #[oai(
        path = "/households/:id/visits",
        method = "post",
        operation_id = "logVisit"
    )]
    async fn log_visit(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
        /// A text of the client's choice, new for each visit; the same when it is sent again.
        #[oai(name = "Idempotency-Key", validator(max_length = 200))]
        idempotency_key: Header<String>,
        body: Json<VisitFacts>,
    ) -> Result<Created<Visit>, CreateFault> {
        let (key, id) = (&idempotency_key.0, id.0);
        let visit = service::log(&self.0, &caller.0, key, id, body.0).await?;
        let (id, tag) = (visit.id, ETag(visit.version));
        Ok(Created::new(visit, "/visits", id, tag))
    }

    /// Log visits from a telephone that was offline
    ///
    /// Up to 50 visits, each with its own key and its own result: one that cannot be taken does not
    /// stop the others. Sent again, none is logged twice.
    #[oai(path = "/visits/batch", method = "post", operation_id = "logVisits")]
    async fn log_visits(
        &self,
        request: &poem::Request,
        caller: Signed,
        body: Json<VisitBatch>,
    ) -> Result<Json<BatchAnswer>, BatchFault> {
        let item_faults = request.extensions().get::<ItemFaults>();
        let fault_of = |position| item_faults?.of(&format!("/visits/{position}"));
        let (mut keys, mut visits) = (Vec::new(), Vec::new());
        for (position, sent) in body.0.visits.into_iter().enumerate() {
            keys.push(sent.key.clone());
            visits.push(fault_of(position).map_or_else(|| sent.read(position), Err));
        }
        let results = service::log_batch(&self.0, &caller.0, visits).await?;
        let results = keys.into_iter().zip(results);
        Ok(Json(BatchAnswer {
            results: results
                .map(|(key, result)| batch_result(request, key, result))
                .collect(),
        }))
    }

    /// List visits
    ///
    /// Newest first. A helper sees those to the households for which they are responsible now, or which
    /// they assist, and no others, be they their own.
    #[allow(clippy::too_many_arguments)] // one for each query parameter
    #[oai(path = "/visits", method = "get", operation_id = "listVisits")]
    async fn list_visits(
        &self,
        caller: Signed,
        /// Only visits to this household.
        household_id: Query<Option<Uuid>>,
        /// Only visits of this helper.
        staff_id: Query<Option<Uuid>>,
        /// Only on or after this day.
        from: Query<Option<NaiveDate>>,
        /// Only on or before this day.
        to: Query<Option<NaiveDate>>,
        /// How many items a page has at most.
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Visit>>, ListFault> {
        let filter = Filter {
            household_id: household_id.0,
            staff_id: staff_id.0,
            from: from.0,
            to: to.0,
            ..Filter::default()
        };
        let cursors = self.0.cursors("listVisits");
        let after: Option<VisitKey> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let (visits, next) = service::list(&self.0, &caller.0, filter, after, limit).await?;
        Ok(Page::json(visits, cursors.next(next)?))
    }

    /// Get a visit
    ///
    /// With its `ETag`, which a correction needs.
    #[oai(path = "/visits/:id", method = "get", operation_id = "getVisit")]
    async fn get_visit(
        &self,
        caller: Signed,
        /// The visit's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<Visit>, GetFault> {
        Ok(tagged(service::find(&self.0, &caller.0, id.0).await?))
    }

    /// Correct a visit
    ///
    /// With a reason. What was said before is kept. Only by the helper whose visit it is, as long as they
    /// see the household, by the contact of that helper's unit, or by the office. A masked number that is sent back as it was read stays the
    /// number that is stored; moved, changed or in other words it is refused.
    #[oai(path = "/visits/:id", method = "patch", operation_id = "correctVisit")]
    async fn correct_visit(
        &self,
        caller: Signed,
        /// The visit's id.
        id: Path<Uuid>,
        /// The visit's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<VisitCorrection>,
    ) -> Result<Tagged<Visit>, ChangeFault> {
        let if_match = if_match.0.as_deref();
        let visit = service::correct(&self.0, &caller.0, id.0, if_match, body.0).await?;
        Ok(tagged(visit))
    }

    /// List the corrections of a visit
    ///
    /// What it was before each, who corrected it, when and why; the latest first.
    #[oai(
        path = "/visits/:id/history",
        method = "get",
        operation_id = "listVisitHistory"
    )]
    async fn list_visit_history(
        &self,
        caller: Signed,
        /// The visit's id.
        id: Path<Uuid>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<FormerVisit>>, GetFault> {
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (former, next) = service::former(&self.0, &caller.0, id.0, cursor, limit).await?;
        Ok(Page::json(former, next))
    }
}

fn tagged(visit: Visit) -> Tagged<Visit> {
    let tag = ETag(visit.version);
    Tagged::new(visit, tag)
}

fn batch_result(
    request: &poem::Request,
    key: Option<String>,
    result: Result<Visit, Problem>,
) -> BatchResult {
    // Below the API's root the framework's own path is cut short.
    let path = request.original_uri().path();
    let (status, visit, problem) = match result {
        Ok(visit) => (StatusCode::CREATED, Some(visit), None),
        Err(problem) => {
            let body = problem.body(request.headers(), path);
            (problem.status_code(), None, Some(body))
        }
    };
    BatchResult {
        idempotency_key: key,
        status: status.as_u16(),
        visit,
        problem,
    }
}
