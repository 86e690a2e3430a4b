//! Reading households as a caller may see them.

use chrono::Datelike;
use uuid::Uuid;

use super::rule::{self, Finding};
use super::store::{self, AreaKey, Filter, Household};
use crate::access::{Caller, Sight};
use crate::app::App;
use crate::db::{Tx, page};
use crate::problem::Problem;
use crate::staff::model::Staff;
use crate::{serving, settings, staff};

/// A household with all that its page shows.
pub struct Whole {
    /// With its members.
    pub household: Household,
    /// The responsible helper now.
    pub helper: Option<Staff>,
    /// The rules that it breaks today.
    pub checks: Vec<Finding>,
}

/// A page of open households by area, at least one more than `limit` if there are so many.
pub async fn list(
    app: &App,
    sight: Sight,
    filter: &Filter,
    mut after: Option<AreaKey>,
    limit: i64,
) -> Result<Vec<Household>, Problem> {
    let mut tx = app.db.read().await?;
    let mut found = Vec::new();
    // Until the page is full: a gap would reveal a household that the caller may not see.
    loop {
        let households = store::list(&mut tx, filter, after, limit + 1).await?;
        let (households, next) = page::cut(households, limit + 1, store::area_key);
        after = households.last().map(store::area_key);
        found.extend(households.into_iter().filter(|household| {
            sight.may_tell(
                &filter.text,
                household.facts.number.as_deref(),
                &household.head_name,
            )
        }));
        if next.is_none() || found.len() > page::size(limit) {
            return Ok(found);
        }
    }
}

/// One household, if the caller may see it.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Whole, Problem> {
    let mut tx = app.db.read().await?;
    let household = visible(&mut tx, caller, id).await?;
    let helper = match serving::store::current_helper(&mut tx, id).await? {
        Some(helper) => staff::store::find(&mut tx, helper).await?,
        None => None,
    };
    let today = app.today();
    let plan = settings::store::year_plan(&mut tx, today.year().into()).await?;
    let checks = rule::check(&household.facts, today, plan.line_fen);
    Ok(Whole {
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
