//! Operations on units.

use std::collections::BTreeSet;

use poem::http::StatusCode;
use uuid::Uuid;

use super::model::{Area, Unit};
use super::store;
use crate::access::Caller;
use crate::api::ETag;
use crate::app::App;
use crate::db::{Tx, page};
use crate::problem::Problem;
use crate::value::{Refused, sent_place};
use crate::{order, staff};

/// A page of units by name, and the cursor of the next one.
pub async fn list(
    app: &App,
    caller: &Caller,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Unit>, Option<String>), Problem> {
    let cursors = app.cursors("listUnits");
    let after: Option<String> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let mut units = store::all(&mut tx, caller.reach().unit()).await?;
    if let Some(after) = after.as_deref().map(order::key) {
        units.retain(|unit| order::key(&unit.name) > after);
    }
    let (units, next) = page::cut(units, limit, |unit| unit.name.clone());
    Ok((units, cursors.next(next)?))
}

/// A unit with its villages, if the caller reaches its people.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<(Unit, Vec<Area>), Problem> {
    if caller.reach().unit().is_some_and(|own| own != id) {
        return Err(not_found());
    }
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
    let mut tx = caller.write(&app.db).await?;
    let found = store::find(&mut tx, id).await?.ok_or_else(not_found)?;
    ETag(found.version).must_match(if_match)?;
    let villages = read(villages)?;
    store::set_villages(&mut tx, caller.at(app.now()), &found, &villages).await?;
    let after = whole(&mut tx, id).await?;
    tx.commit().await?;
    Ok(after)
}

/// The villages by names as a roster would have them.
fn read(sent: &[Area]) -> Result<BTreeSet<Area>, Problem> {
    let mut refused = Refused::default();
    let mut villages = BTreeSet::new();
    for (at, area) in sent.iter().enumerate() {
        let at = format!("/villages/{at}");
        let town = refused.or(format!("{at}/town"), sent_place(&area.town));
        let village = refused.or(format!("{at}/village"), sent_place(&area.village));
        if let (Some(town), Some(village)) = (town, village) {
            villages.insert(Area { town, village });
        }
    }
    refused.none()?;
    Ok(villages)
}

async fn whole(tx: &mut Tx, id: Uuid) -> Result<(Unit, Vec<Area>), Problem> {
    let unit = store::find(tx, id).await?.ok_or_else(not_found)?;
    let villages = store::villages(tx, id).await?;
    Ok((unit, villages))
}

fn not_found() -> Problem {
    Problem::not_found("单位", "unit")
}

/// So many names are given that are like one that there is not.
const NEAR_NAMES: usize = 5;

/// The unit of this name, as a person types it who does not know its id.
pub async fn named(app: &App, name: &str) -> Result<Uuid, Problem> {
    let mut tx = app.db.read().await?;
    let units = staff::store::unit_ids(&mut tx).await?;
    if let Some(unit) = units.get(name) {
        return Ok(*unit);
    }
    let mut near: Vec<&str> = units
        .keys()
        .map(String::as_str)
        .filter(|unit| unit.contains(name) || name.contains(unit))
        .collect();
    near.sort_by_cached_key(|name| order::key(name));
    near.truncate(NEAR_NAMES);
    let (zh, en) = match (units.is_empty(), near.is_empty()) {
        (true, _) => (
            "还没有任何单位，请先导入帮扶责任人名册".to_owned(),
            "there are no units yet: import the staff roster first".to_owned(),
        ),
        (false, true) => (
            "请写单位全称（名册中“单位”一栏的写法）".to_owned(),
            "write the whole name, as the staff roster does".to_owned(),
        ),
        (false, false) => (
            format!("名称相近的有：{}", near.join("、")),
            format!("names like it: “{}”", near.join("”, “")),
        ),
    };
    Err(Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        format!("没有名为“{name}”的单位；{zh}"),
        format!("there is no unit “{name}”; {en}"),
    ))
}
