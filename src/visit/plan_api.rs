//! Setting and reading help plans.

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::api::logger;
use super::model::{Logger, VisitError};
use super::plan::{self, HelpPlan, PlanFacts, PlanKey};
use crate::access::Signed;
use crate::access::idempotency::{self, Ticket};
use crate::api::{Created, Limit, Page, Tag};
use crate::app::App;
use crate::db::page;
use crate::household;
use crate::problem::{CreateFault, GetFault};
use crate::serving::rights;

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
        let logger = logger(&caller.0)?;
        let (now, today) = (self.0.now(), self.0.today());
        let mut tx = caller.0.write(&self.0.db).await?;
        if let Logger::Helper(_) = logger {
            rights::must_be_responsible(&mut tx, &caller.0, id.0).await?;
        }
        let request = ("setHelpPlan", id.0, &body.0);
        let key = idempotency_key.0.as_deref();
        let ticket = match idempotency::take(&mut tx, &caller.0, key, &request).await? {
            Ticket::Answered(plan) => return Ok(Created::new(plan)),
            Ticket::Open(ticket) => ticket,
        };
        let mut facts = body.0.checked(today)?;
        household::store::find(&mut tx, id.0)
            .await?
            .ok_or_else(rights::no_such_household)?;
        if let Some(former) = plan::list(&mut tx, id.0, None, 1).await?.first() {
            // Who goes on from the former plan means the numbers in it that he read masked.
            let sight = caller.0.sight();
            let approach = sight.unmasked(facts.approach, &former.facts.approach);
            facts.approach = approach.map_err(|_moved| VisitError::MaskMoved {
                pointer: "/approach",
            })?;
        }
        let plan = HelpPlan {
            id: Uuid::now_v7(),
            household_id: id.0,
            facts,
            decided_at: now,
            decided_by: caller.0.username,
        };
        plan::add(&mut tx, &plan).await?;
        ticket.answer(&mut tx, now, &plan).await?;
        tx.commit().await?;
        Ok(Created::new(plan))
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
        let cursors = self.0.cursors("listHelpPlans");
        let after: Option<PlanKey> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        household::service::visible(&mut tx, &caller.0, id.0).await?;
        let plans = plan::list(&mut tx, id.0, after, limit).await?;
        let (plans, next) = page::cut(plans, limit, |plan| (plan.facts.decided_on, plan.id));
        Ok(Page::json(plans, cursors.next(next)?))
    }
}
