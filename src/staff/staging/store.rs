//! What an import would make of staff, in the database.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::model::{Entry, Planned};
use crate::codes::Action;
use crate::db::{Ids, Json, Tx};
use crate::{insert, on, staging};

/// Rows without errors and without open questions, as [`Action::is_good`] says in Rust. Whether they are taken
/// into the register depends on their `action`, too: whoever asks names the actions.
macro_rules! good {
    () => {
        "NOT has_errors AND conflicts = '[]'"
    };
}

const ENTRY: &str =
    "position, staff_id, action, base_version, place, has_errors, conflicts, returns, before,
    facts";

/// Writes what is to become of some people, of whom the first has this position.
pub async fn add(
    tx: &mut Tx,
    import_id: Uuid,
    first: i64,
    planned: &[Planned],
) -> Result<(), sqlx::Error> {
    let planned: Vec<_> = (first..).zip(planned).collect();
    insert!(tx, "import_staff", planned, |row| {
        import_id: import_id,
        position: row.0,
        staff_id: row.1.staff_id,
        action: row.1.action,
        base_version: row.1.before.as_ref().map_or(0, |before| before.version),
        place: row.1.place.as_str(),
        has_errors: row.1.has_errors,
        conflicts: Json(&row.1.conflicts),
        returns: row.1.returns,
        before: row.1.before.as_ref().map(Json),
        facts: Json(&row.1.facts),
    })
}

/// Forgets what was to become of the staff of an import.
pub async fn clear(tx: &mut Tx, import_id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM import_staff WHERE import_id = $1")
        .bind(import_id).execute(connection).await.map(|_| ()))
}

/// What an import does to people, in the order of the file, after a position, at most `limit` and one
/// more: one action, or all that do something.
pub async fn list(
    tx: &mut Tx,
    import_id: Uuid,
    action: Option<Action>,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    let mut wanted = staging::wanted(import_id, action, after);
    let limit = wanted.bind(limit + 1);
    let sql = format!("SELECT {ENTRY} FROM import_staff {wanted} ORDER BY position LIMIT {limit}");
    wanted.fetch_all(tx, sql).await
}

/// Those of the people of an import who are, or were, taken into the register.
pub async fn taken(tx: &mut Tx, import_id: Uuid) -> Result<Vec<Entry>, sqlx::Error> {
    let sql = format!(
        "SELECT {ENTRY} FROM import_staff
         WHERE import_id = $1 AND {} AND action IN ('new', 'changed', 'unchanged')
         ORDER BY position",
        good!()
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).fetch_all(connection).await)
}

/// Clears the numbers of these people before new ones are written: two of them may exchange theirs, and
/// the database checks row by row that numbers are unique.
pub async fn free_numbers(tx: &mut Tx, ids: impl Iterator<Item = Uuid>) -> Result<(), sqlx::Error> {
    for id in ids {
        on!(&mut *tx, connection => sqlx::query(
            "UPDATE staff SET number = NULL, identity_number = NULL WHERE id = $1",
        )
        .bind(id)
        .execute(connection)
        .await
        .map(|_| ()))?;
    }
    Ok(())
}

/// The people whom a committed import added.
pub fn added_by(import_id: Uuid) -> Ids<'static> {
    const ADDED_STAFF: &str = concat!(
        "SELECT staff_id FROM import_staff WHERE import_id = {} AND ",
        good!(),
        " AND action = 'new'"
    );
    Ids::Given(ADDED_STAFF, import_id)
}
