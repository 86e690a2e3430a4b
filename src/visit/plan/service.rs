//! What is done with help plans: set, read.

use uuid::Uuid;

use super::model::{HelpPlan, PlanFacts};
use super::store::{self, PlanKey};
use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::app::App;
use crate::db::page;
use crate::household;
use crate::problem::Problem;
use crate::serving::rights;
use crate::visit::model::{Logger, VisitError};
use crate::visit::service::logger;

/// Sets the plan of a household; former ones are kept. The same `key` with the same facts gives the
/// first answer again.
pub async fn set(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    household_id: Uuid,
    facts: PlanFacts,
) -> Result<HelpPlan, Problem> {
    let logger = logger(caller);
    let (now, today) = (app.now(), app.today());
    let mut tx = caller.write(&app.db).await?;
    if let Logger::Helper(_) = logger {
        rights::must_be_responsible(&mut tx, caller, household_id).await?;
    }
    let request = ("setHelpPlan", household_id, &facts);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(plan) => return Ok(plan),
        Ticket::Open(ticket) => ticket,
    };
    let mut facts = facts.checked(today)?;
    household::store::find(&mut tx, household_id)
        .await?
        .ok_or_else(rights::no_such_household)?;
    if let Some(former) = store::list(&mut tx, household_id, None, 1).await?.first() {
        // Numbers that the caller read masked in the former plan and sent back masked are put back.
        let approach = caller
            .sight()
            .unmasked(facts.approach, &former.facts.approach);
        facts.approach = approach.map_err(|_moved| VisitError::MaskMoved {
            pointer: "/approach",
        })?;
    }
    let plan = HelpPlan {
        id: Uuid::now_v7(),
        household_id,
        facts,
        decided_at: now.into(),
        decided_by: caller.username.clone(),
    };
    store::add(&mut tx, &plan).await?;
    ticket.answer(&mut tx, now, &plan).await?;
    tx.commit().await?;
    Ok(plan)
}

/// One plan, of a household that the caller may see.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<HelpPlan, Problem> {
    let mut tx = app.db.read().await?;
    let not_found = || Problem::not_found("帮扶计划", "help plan");
    let plan = store::find(&mut tx, id).await?.ok_or_else(not_found)?;
    if rights::sees(&mut tx, caller, plan.household_id).await? {
        return Ok(plan);
    }
    Err(not_found())
}

/// A page of a household's plans, the one in force first, and the cursor of the next one.
pub async fn list(
    app: &App,
    caller: &Caller,
    household_id: Uuid,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<HelpPlan>, Option<String>), Problem> {
    let mut tx = app.db.read().await?;
    household::service::visible(&mut tx, caller, household_id).await?;
    let cursors = app.cursors("listHelpPlans");
    let after: Option<PlanKey> = cursors.after(cursor)?;
    let plans = store::list(&mut tx, household_id, after, limit).await?;
    let key = |plan: &HelpPlan| (plan.facts.decided_on, plan.id);
    let (plans, next) = page::cut(plans, limit, key);
    Ok((plans, cursors.next(next)?))
}
