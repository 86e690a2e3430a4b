//! What lists of pairs would make of households, in the database.

use uuid::Uuid;

use super::model::{Entry, StagedPair};
use crate::codes::Action;
use crate::db::Tx;
use crate::{insert, on, staging};

/// Writes what is to become of some households, of whom the first has this position.
pub async fn add(
    tx: &mut Tx,
    import_id: Uuid,
    first: i64,
    staged: &[StagedPair],
) -> Result<(), sqlx::Error> {
    let staged: Vec<_> = (first..).zip(staged).collect();
    insert!(tx, "import_pairing", staged, |row| {
        import_id: import_id,
        position: row.0,
        household_id: row.1.pair.household_id,
        staff_id: row.1.pair.staff_id,
        from_date: row.1.pair.from_date,
        action: row.1.pair.action,
        place: row.1.place.as_str(),
        said: &row.1.said,
    })
}

/// The rows of an import that has not been taken in yet.
pub async fn staged(tx: &mut Tx, import_id: Uuid) -> Result<Vec<StagedPair>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id, from_date, action, place, said FROM import_pairing
         WHERE import_id = $1 ORDER BY position",
    )
    .bind(import_id)
    .fetch_all(connection)
    .await)
}

/// What an import does to households, in the order of the file, after a position, at most `limit` and one more: one
/// action, or all that do something.
pub async fn list(
    tx: &mut Tx,
    import_id: Uuid,
    action: Option<Action>,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    let mut wanted = staging::wanted(import_id, action, after);
    let limit = wanted.bind(limit + 1);
    let sql = format!(
        "SELECT entry.position, entry.household_id, entry.staff_id, entry.from_date, entry.action,
             entry.place, household.number, household.head_name, household.town, household.village,
             staff.name AS helper_name
         FROM (SELECT * FROM import_pairing {wanted} ORDER BY position LIMIT {limit}) AS entry
         LEFT JOIN household ON household.id = entry.household_id
         LEFT JOIN staff ON staff.id = entry.staff_id
         ORDER BY entry.position"
    );
    wanted.fetch_all(tx, sql).await
}

/// Forgets what the rows of an import say, which is needed no more once they are taken in.
pub async fn forget_said(tx: &mut Tx, import_id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("UPDATE import_pairing SET said = NULL WHERE import_id = $1")
        .bind(import_id).execute(connection).await.map(|_| ()))
}

/// Forgets what was to become of the households of an import.
pub async fn clear(tx: &mut Tx, import_id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM import_pairing WHERE import_id = $1")
        .bind(import_id).execute(connection).await.map(|_| ()))
}
