//! Reading and changing settings and year plans.

use super::model::{Settings, YearPlan, YearPlanValues};
use super::store;
use crate::access::Caller;
use crate::api::ETag;
use crate::app::App;
use crate::db::page;
use crate::problem::Problem;

/// The settings in force with their version; whoever is signed in may read them.
pub async fn get(app: &App) -> Result<(Settings, i64), Problem> {
    let mut tx = app.db.read().await?;
    Ok(store::load_versioned(&mut tx).await?)
}

/// Puts settings in force; gives their version. `if_match` is the tag of those that the caller has read.
pub async fn change(
    app: &App,
    caller: &Caller,
    if_match: Option<&str>,
    after: &Settings,
) -> Result<i64, Problem> {
    after.pairing.check()?;
    let mut tx = caller.write(&app.db).await?;
    let (_, version) = store::load_versioned(&mut tx).await?;
    ETag(version).must_match(if_match)?;
    store::save(&mut tx, caller.at(app.now()), after).await?;
    tx.commit().await?;
    Ok(version + 1)
}

/// A page of the year plans that were set, by year, and the cursor of the next; whoever is signed in may read
/// them.
pub async fn year_plans(
    app: &App,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<YearPlan>, Option<String>), Problem> {
    let cursors = app.cursors("listYearPlans");
    let after: Option<i64> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let plans = store::year_plans(&mut tx, after, limit).await?;
    let (plans, next) = page::cut(plans, limit, |plan| plan.year);
    Ok((plans, cursors.next(next)?))
}

/// The plan of a year, as set or by default; whoever is signed in may read it.
pub async fn year_plan(app: &App, year: i64) -> Result<YearPlan, Problem> {
    let mut tx = app.db.read().await?;
    Ok(store::year_plan(&mut tx, year).await?)
}

/// Sets the plan of a year. `if_match` is the tag of the plan that the caller has read.
pub async fn set_year_plan(
    app: &App,
    caller: &Caller,
    year: i64,
    if_match: Option<&str>,
    values: &YearPlanValues,
) -> Result<YearPlan, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let before = store::year_plan(&mut tx, year).await?;
    ETag(before.version).must_match(if_match)?;
    let plan = YearPlan {
        target: values.target,
        line_fen: values.line_fen,
        ..before
    };
    let after = store::save_year_plan(&mut tx, caller.at(app.now()), &plan).await?;
    tx.commit().await?;
    Ok(after)
}
