//! Reading households as a caller may see them.

use chrono::Datelike;
use uuid::Uuid;

use super::rule::{self, Finding};
use super::store::{self, Household};
use crate::access::Caller;
use crate::app::App;
use crate::db::Tx;
use crate::problem::Problem;
use crate::staff::model::Staff;
use crate::{serving, settings, staff};

/// A household with all that its page shows.
pub struct FullHousehold {
    /// With its members.
    pub household: Household,
    /// The responsible helper now.
    pub helper: Option<Staff>,
    /// The rules that it breaks today.
    pub checks: Vec<Finding>,
}

/// One household, if the caller may see it.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<FullHousehold, Problem> {
    let mut tx = app.db.read().await?;
    let household = visible(&mut tx, caller, id).await?;
    let helper = match serving::store::current_helper(&mut tx, id).await? {
        Some(helper) => staff::store::find(&mut tx, helper).await?,
        None => None,
    };
    let today = app.today();
    let plan = settings::store::year_plan(&mut tx, today.year().into()).await?;
    let checks = rule::check(&household.facts, today, plan.line_fen);
    Ok(FullHousehold {
        household,
        helper,
        checks,
    })
}

/// The household with this id; 404 if there is none or the caller may not see it.
pub async fn visible(tx: &mut Tx, caller: &Caller, id: Uuid) -> Result<Household, Problem> {
    serving::rights::must_see(tx, caller, id).await?;
    let found = store::find(tx, id).await?;
    found.ok_or_else(serving::rights::no_such_household)
}
