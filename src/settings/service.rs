//! Changing settings and year plans.

use super::model::{Settings, YearPlan};
use super::store;
use crate::access::{Caller, Permission};
use crate::app::App;
use crate::problem::Problem;

/// Puts settings in force, if `is_read` takes the version of those before for the one that the caller has
/// read; gives the new version.
pub async fn change(
    app: &App,
    caller: &Caller,
    is_read: impl Fn(i64) -> Result<(), Problem>,
    after: &Settings,
) -> Result<i64, Problem> {
    caller.require(Permission::KeepRegister)?;
    after.pairing.check()?;
    let mut tx = caller.write(&app.db).await?;
    let (_, version) = store::load_versioned(&mut tx).await?;
    is_read(version)?;
    store::save(&mut tx, caller.at(app.now()), after).await?;
    tx.commit().await?;
    Ok(version + 1)
}

/// Sets the plan of a year, if `is_read` takes the former version for the one that the caller has read.
pub async fn set_year_plan(
    app: &App,
    caller: &Caller,
    year: i64,
    is_read: impl Fn(i64) -> Result<(), Problem>,
    set: impl FnOnce(YearPlan) -> YearPlan,
) -> Result<YearPlan, Problem> {
    caller.require(Permission::KeepRegister)?;
    let mut tx = caller.write(&app.db).await?;
    let before = store::year_plan(&mut tx, year).await?;
    is_read(before.version)?;
    let actor = caller.at(app.now());
    let after = store::save_year_plan(&mut tx, actor, &set(before)).await?;
    tx.commit().await?;
    Ok(after)
}
