//! Units and their villages in the database.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::model::{Area, Unit};
use crate::access::history::Actor;
use crate::db::Tx;
use crate::{insert, on};

const UNIT: &str = "SELECT unit.id AS id, unit.name AS name, villages_version AS version,
    (SELECT count(*) FROM staff WHERE staff.unit_id = unit.id AND active) AS active_staff
    FROM unit";

/// `None` if there is no unit with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Unit>, sqlx::Error> {
    let sql = format!("{UNIT} WHERE unit.id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// A page of units by name, after the name `after`, at most `limit` and one more.
pub async fn list(tx: &mut Tx, after: Option<&str>, limit: i64) -> Result<Vec<Unit>, sqlx::Error> {
    let sql = format!("{UNIT} WHERE unit.name > $1 ORDER BY unit.name LIMIT $2");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(after.unwrap_or_default()).bind(limit + 1).fetch_all(connection).await)
}

/// The villages of one unit, by town and village.
pub async fn villages(tx: &mut Tx, id: Uuid) -> Result<Vec<Area>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT town, village FROM unit_village WHERE unit_id = $1 ORDER BY town, village",
    )
    .bind(id)
    .fetch_all(connection)
    .await)
}

/// The villages of all units that have any, by the unit's name.
pub async fn all_villages(tx: &mut Tx) -> Result<BTreeMap<String, Vec<Area>>, sqlx::Error> {
    let rows: Vec<(String, String, String)> = on!(tx, connection => sqlx::query_as(
        "SELECT unit.name, town, village FROM unit_village JOIN unit ON unit.id = unit_id
         ORDER BY unit.name, town, village",
    )
    .fetch_all(connection)
    .await)?;
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
