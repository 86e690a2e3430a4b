//! Units and their villages in the database.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::model::{Area, Unit};
use crate::access::history::{self, Actor};
use crate::db::{Tx, Where};
use crate::{insert, on, order};

const UNIT: &str = "SELECT unit.id AS id, unit.name AS name, villages_version AS version,
    (SELECT count(*) FROM staff WHERE staff.unit_id = unit.id AND active) AS active_staff
    FROM unit";

/// `None` if there is no unit with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Unit>, sqlx::Error> {
    let sql = format!("{UNIT} WHERE unit.id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// All units, by name; if it is said, `only` one.
pub async fn all(tx: &mut Tx, only: Option<Uuid>) -> Result<Vec<Unit>, sqlx::Error> {
    let wanted = Where::new().and_if(only, "unit.id = ?");
    let sql = format!("{UNIT} {wanted}");
    let mut units: Vec<Unit> = wanted.fetch_all(tx, sql).await?;
    units.sort_by_cached_key(|unit| order::key(&unit.name));
    Ok(units)
}

/// The villages of one unit, by town and village.
pub async fn villages(tx: &mut Tx, id: Uuid) -> Result<Vec<Area>, sqlx::Error> {
    let mut villages: Vec<Area> = on!(tx, connection => sqlx::query_as(
        "SELECT town, village FROM unit_village WHERE unit_id = $1",
    )
    .bind(id)
    .fetch_all(connection)
    .await)?;
    villages.sort_by_cached_key(|area| (order::key(&area.town), order::key(&area.village)));
    Ok(villages)
}

/// The villages of all units that have any, by the unit's name.
pub async fn all_villages(tx: &mut Tx) -> Result<BTreeMap<String, Vec<Area>>, sqlx::Error> {
    let mut rows: Vec<(String, String, String)> = on!(tx, connection => sqlx::query_as(
        "SELECT unit.name, town, village FROM unit_village JOIN unit ON unit.id = unit_id",
    )
    .fetch_all(connection)
    .await)?;
    rows.sort_by_cached_key(|(_, town, village)| (order::key(town), order::key(village)));
    let mut units: BTreeMap<String, Vec<Area>> = BTreeMap::new();
    for (unit, town, village) in rows {
        units.entry(unit).or_default().push(Area { town, village });
    }
    Ok(units)
}

/// Links a unit to these villages and no others, and keeps those that were.
pub async fn set_villages(
    tx: &mut Tx,
    actor: Actor<'_>,
    unit: &Unit,
    villages: &BTreeSet<Area>,
) -> Result<(), sqlx::Error> {
    let before = self::villages(tx, unit.id).await?;
    let version = ("unit", unit.id, unit.version);
    actor.keep(tx, "set_villages", version, &before).await?;
    on!(&mut *tx, connection => sqlx::query("DELETE FROM unit_village WHERE unit_id = $1")
        .bind(unit.id).execute(connection).await.map(|_| ()))?;
    let villages: Vec<_> = villages.iter().collect();
    insert!(&mut *tx, "unit_village", villages, |area| {
        unit_id: unit.id,
        town: area.town.as_str(),
        village: area.village.as_str(),
    })?;
    on!(tx, connection => sqlx::query("UPDATE unit SET villages_version = villages_version + 1 WHERE id = $1")
        .bind(unit.id).execute(connection).await.map(|_| ()))
}

/// The unit of this name.
pub async fn find_named(tx: &mut Tx, name: &str) -> Result<Option<Unit>, sqlx::Error> {
    let sql = format!("{UNIT} WHERE unit.name = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(name).fetch_optional(connection).await)
}

/// Gives a unit another name, which no other has, and keeps the one that it had.
pub async fn rename(
    tx: &mut Tx,
    actor: Actor<'_>,
    unit: &Unit,
    name: &str,
) -> Result<(), sqlx::Error> {
    keep_whole(tx, actor, "rename", unit).await?;
    on!(tx, connection => sqlx::query(
        "UPDATE unit SET name = $2, villages_version = villages_version + 1 WHERE id = $1",
    )
    .bind(unit.id)
    .bind(name)
    .execute(connection)
    .await
    .map(|_| ()))
}

/// Removes a unit to which nobody belongs, and keeps what it was.
pub async fn remove(tx: &mut Tx, actor: Actor<'_>, unit: &Unit) -> Result<(), sqlx::Error> {
    keep_whole(tx, actor, "merge", unit).await?;
    on!(&mut *tx, connection => sqlx::query("DELETE FROM unit_village WHERE unit_id = $1")
        .bind(unit.id).execute(connection).await.map(|_| ()))?;
    on!(tx, connection => sqlx::query("DELETE FROM unit WHERE id = $1")
        .bind(unit.id).execute(connection).await.map(|_| ()))
}

/// Puts a unit on the register again that was [removed](remove), with the version after the one that it had.
pub async fn put_back(tx: &mut Tx, id: Uuid, name: &str) -> Result<(), sqlx::Error> {
    let kept = history::of(tx, "unit", &id.to_string()).await?;
    let version = kept.first().map_or(0, |entry| entry.version) + 1;
    insert!(tx, "unit", [name], |name| {
        id: id,
        name: *name,
        villages_version: version,
    })
}

/// A unit with its villages, as its history keeps it when more than its villages change.
#[derive(Serialize)]
struct Whole<'u> {
    name: &'u str,
    villages: Vec<Area>,
}

async fn keep_whole(
    tx: &mut Tx,
    actor: Actor<'_>,
    action: &str,
    unit: &Unit,
) -> Result<(), sqlx::Error> {
    let before = Whole {
        name: &unit.name,
        villages: villages(tx, unit.id).await?,
    };
    let version = ("unit", unit.id, unit.version);
    actor.keep(tx, action, version, &before).await
}
