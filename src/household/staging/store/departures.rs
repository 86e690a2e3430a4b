//! Why members leave their households by an import: kept with the record of it.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::db::{Engine, Ids, Inserts, Tx};
use crate::household::staging::model::{Departure, Planned};
use crate::{inserts, on};

/// The departures from some households, ready to be written.
pub fn inserts(
    engine: Engine,
    import_id: Uuid,
    planned: &[Planned],
) -> Result<Inserts, sqlx::Error> {
    let of_household = |planned: &'_ Planned| {
        let id = planned.household_id;
        let departures = planned.departures.clone();
        departures.into_iter().map(move |it| (id, it))
    };
    let departures: Vec<_> = planned.iter().flat_map(of_household).collect();
    inserts!(engine, "member_departure", departures, |row| {
        import_id: import_id,
        household_id: row.0,
        position: row.1.position,
        reason: row.1.reason,
    })
}

/// Why members of some households left by an import, or would.
pub async fn departures(
    tx: &mut Tx,
    import_id: Uuid,
    households: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Departure>>, sqlx::Error> {
    #[derive(FromRow)]
    struct Row {
        household_id: Uuid,
        #[sqlx(flatten)]
        departure: Departure,
    }
    if households.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT household_id, position, reason FROM member_departure
         WHERE import_id = $1 AND {}",
        Ids::These(households).clause("household_id", 2)
    );
    let rows: Vec<Row> = on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(import_id);
        for id in households {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })?;
    let mut departures: HashMap<Uuid, Vec<Departure>> = HashMap::new();
    for row in rows {
        departures
            .entry(row.household_id)
            .or_default()
            .push(row.departure);
    }
    Ok(departures)
}

/// Forgets them, with the record of the import.
pub async fn clear(tx: &mut Tx, import_id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM member_departure WHERE import_id = $1")
        .bind(import_id).execute(connection).await.map(|_| ()))
}
