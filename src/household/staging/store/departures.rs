//! Why members leave their households by an import: kept with the record of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::access::history;
use crate::codes::LeaveAnswer;
use crate::db::{Engine, Ids, Inserts, Tx};
use crate::household::model::HouseholdFacts;
use crate::household::staging::model::{Departed, Departure, Planned};
use crate::{inserts, on};

/// Households whose history is read at once.
const HOUSEHOLDS_AT_ONCE: usize = 500;

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

/// Those who died or moved away by imports that hold, in the order of these: what was never taken into the register
/// has no history, and `undone` are the imports that were undone.
pub async fn departed<S: BuildHasher>(
    tx: &mut Tx,
    undone: &HashSet<Uuid, S>,
) -> Result<Vec<Departed>, sqlx::Error> {
    #[derive(FromRow)]
    struct Row {
        import_id: Uuid,
        household_id: Uuid,
        #[sqlx(flatten)]
        departure: Departure,
    }
    let rows: Vec<Row> = on!(&mut *tx, connection => sqlx::query_as(
        "SELECT import_id, household_id, position, reason FROM member_departure
         ORDER BY import_id, household_id, position",
    )
    .fetch_all(connection)
    .await)?;
    let mut by_import: BTreeMap<Uuid, Vec<Row>> = BTreeMap::new();
    let has_left = |row: &Row| {
        let reason = row.departure.reason;
        matches!(reason, LeaveAnswer::Died | LeaveAnswer::MovedAway)
    };
    for row in rows.into_iter().filter(has_left) {
        by_import.entry(row.import_id).or_default().push(row);
    }
    by_import.retain(|import_id, _| !undone.contains(import_id));
    let mut departed = Vec::new();
    for (import_id, rows) in by_import {
        for rows in rows.chunks(HOUSEHOLDS_AT_ONCE) {
            let mut ids: Vec<_> = rows.iter().map(|row| row.household_id).collect();
            ids.dedup();
            let before =
                history::before_import::<HouseholdFacts>(tx, "household", import_id, &ids).await?;
            departed.extend(rows.iter().filter_map(|row| {
                let facts = before.get(&row.household_id)?;
                let position = usize::try_from(row.departure.position).ok()?;
                Some(Departed {
                    household_id: row.household_id,
                    reason: row.departure.reason,
                    member: facts.members.get(position)?.clone(),
                })
            }));
        }
    }
    forget_present(tx, &mut departed).await?;
    Ok(departed)
}

/// Of those who are on the register again it forgets who they were: nobody is there twice.
async fn forget_present(tx: &mut Tx, departed: &mut [Departed]) -> Result<(), sqlx::Error> {
    for departed in departed.chunks_mut(HOUSEHOLDS_AT_ONCE) {
        let ids: Vec<_> = departed.iter().filter_map(|it| it.member.id).collect();
        let ids = Ids::These(&ids);
        let sql = format!("SELECT id FROM member WHERE {}", ids.clause("id", 1));
        let present: Vec<Uuid> = on!(&mut *tx, connection => {
            let mut query = sqlx::query_scalar(AssertSqlSafe(sql));
            for id in ids.parameters() {
                query = query.bind(*id);
            }
            query.fetch_all(connection).await
        })?;
        for it in departed {
            it.member.id = it.member.id.filter(|id| !present.contains(id));
        }
    }
    Ok(())
}

/// Forgets them, with the record of the import.
pub async fn clear(tx: &mut Tx, import_id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM member_departure WHERE import_id = $1")
        .bind(import_id).execute(connection).await.map(|_| ()))
}
