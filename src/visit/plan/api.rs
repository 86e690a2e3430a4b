//! Setting and reading help plans.

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::model::{HelpPlan, PlanFacts};
use super::service;
use crate::access::Signed;
use crate::api::{Created, ETag, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::problem::{CreateFault, GetFault};

/// The version of any help plan.
const NEVER_CHANGED: ETag = ETag(1);

/// Operations on help plans.
pub struct PlanApi(pub App);

#[OpenApi(tag = "Tag::Method")]
impl PlanApi {
    /// Set the help plan of a household
    ///
    /// The approach and the measures that were decided. Former plans are kept; the one with the
    /// latest day is in force. By the helper who is responsible now, or by the office.
    #[oai(
        path = "/households/:id/plans",
        method = "post",
        operation_id = "setHelpPlan"
    )]
    async fn set_help_plan(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
        /// A text of the client's choice, new for each plan; sent again, the plan is set once.
        #[oai(name = "Idempotency-Key", validator(max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<PlanFacts>,
    ) -> Result<Created<HelpPlan>, CreateFault> {
        let (key, id) = (idempotency_key.0.as_deref(), id.0);
        let plan = service::set(&self.0, &caller.0, key, id, body.0).await?;
        let id = plan.id;
        Ok(Created::new(plan, "/help-plans", id, NEVER_CHANGED))
    }

    /// Get a help plan
    ///
    /// The one in force or a former one, of a household that the caller may see.
    #[oai(path = "/help-plans/:id", method = "get", operation_id = "getHelpPlan")]
    async fn get_help_plan(
        &self,
        caller: Signed,
        /// The plan's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<HelpPlan>, GetFault> {
        let plan = service::get(&self.0, &caller.0, id.0).await?;
        Ok(Tagged::new(plan, NEVER_CHANGED))
    }

    /// List the help plans of a household
    ///
    /// The one in force first, then the former ones.
    #[oai(
        path = "/households/:id/plans",
        method = "get",
        operation_id = "listHelpPlans"
    )]
    async fn list_help_plans(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
        /// How many items a page has at most.
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<HelpPlan>>, GetFault> {
        let limit = crate::api::limit(limit.0);
        let cursor = cursor.0.as_deref();
        let (plans, next) = service::list(&self.0, &caller.0, id.0, cursor, limit).await?;
        Ok(Page::json(plans, next))
    }
}
