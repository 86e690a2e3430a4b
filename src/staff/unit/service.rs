//! Operations on units.

use uuid::Uuid;

use super::model::{Area, Unit};
use super::store;
use crate::access::{Caller, Permission};
use crate::app::App;
use crate::db::Tx;
use crate::problem::Problem;

/// A unit with its villages.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<(Unit, Vec<Area>), Problem> {
    caller.require(Permission::SeeAllHouseholds)?;
    let mut tx = app.db.read().await?;
    whole(&mut tx, id).await
}

/// Links a unit to these villages and no others, if `is_read` takes its version for the one that the
/// caller has read.
pub async fn set_villages(
    app: &App,
    caller: &Caller,
    id: Uuid,
    is_read: impl Fn(i64) -> Result<(), Problem>,
    villages: &[Area],
) -> Result<(Unit, Vec<Area>), Problem> {
    caller.require(Permission::KeepRegister)?;
    let mut tx = caller.write(&app.db).await?;
    let found = store::find(&mut tx, id).await?.ok_or_else(not_found)?;
    is_read(found.version)?;
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
