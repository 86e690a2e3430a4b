//! Operations on units.

use uuid::Uuid;

use super::model::{Area, Unit};
use super::store;
use crate::access::{Caller, Permission};
use crate::api::ETag;
use crate::app::App;
use crate::db::{Tx, page};
use crate::problem::Problem;

/// A page of units by name, and the cursor of the next one.
pub async fn list(
    app: &App,
    caller: &Caller,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Unit>, Option<String>), Problem> {
    caller.require(Permission::SeeAllHouseholds)?;
    let cursors = app.cursors("listUnits");
    let after: Option<String> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let units = store::list(&mut tx, after.as_deref(), limit).await?;
    let (units, next) = page::cut(units, limit, |unit| unit.name.clone());
    Ok((units, cursors.next(next)?))
}

/// A unit with its villages.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<(Unit, Vec<Area>), Problem> {
    caller.require(Permission::SeeAllHouseholds)?;
    let mut tx = app.db.read().await?;
    whole(&mut tx, id).await
}

/// Links a unit to these villages and no others.
pub async fn set_villages(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
    villages: &[Area],
) -> Result<(Unit, Vec<Area>), Problem> {
    caller.require(Permission::KeepRegister)?;
    let mut tx = caller.write(&app.db).await?;
    let found = store::find(&mut tx, id).await?.ok_or_else(not_found)?;
    ETag(found.version).must_match(if_match)?;
    let villages = villages.iter();
    let villages = villages
        .map(|area| Area::of(&area.town, &area.village))
        .collect();
    store::set_villages(&mut tx, caller.at(app.now()), &found, &villages).await?;
    let after = whole(&mut tx, id).await?;
    tx.commit().await?;
    Ok(after)
}

async fn whole(tx: &mut Tx, id: Uuid) -> Result<(Unit, Vec<Area>), Problem> {
    let unit = store::find(tx, id).await?.ok_or_else(not_found)?;
    let villages = store::villages(tx, id).await?;
    Ok((unit, villages))
}

fn not_found() -> Problem {
    Problem::not_found("单位", "unit")
}
