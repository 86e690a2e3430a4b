//! Hand-over notes in the database.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::model::{NewNote, Note};
use crate::access::Reach;
use crate::access::history::Actor;
use crate::db::{Tx, Where};
use crate::serving::store;
use crate::serving::tenure::Part;
use crate::{insert, on};

/// What a list of notes may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this household.
    pub household_id: Option<Uuid>,
    /// Only read ones, or only those that are not.
    pub read: Option<bool>,
    /// Only of households for which someone within this reach is responsible now.
    pub reach: Reach,
}

impl Filter {
    fn conditions(&self) -> Where {
        let wanted = Where::new()
            .and_if(self.household_id, "pairing.household_id = ?")
            .and_either(self.read, "read_at IS NOT NULL", "read_at IS NULL");
        let parts = [Part::Responsible];
        store::within(wanted, self.reach, &parts, "pairing.household_id")
    }
}

/// A note needs no area and no unit, so it does without the joins of
/// [`names`](crate::serving::store::names).
const NOTE: &str =
    "SELECT handover_note.id AS id, pairing_id, pairing.household_id AS household_id,
    household.number AS household_number, household.head_name AS head_name,
    pairing.staff_id AS staff_id, staff.number AS staff_number, staff.name AS helper, words, written_on, recorded_at, recorded_by,
    read_at, read_by
    FROM handover_note
    JOIN pairing ON pairing.id = pairing_id
    JOIN household ON household.id = pairing.household_id
    JOIN staff ON staff.id = pairing.staff_id";

/// `None` if there is no note with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Note>, sqlx::Error> {
    let sql = format!("{NOTE} WHERE handover_note.id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// A page of notes, the latest first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Note>, sqlx::Error> {
    // An id begins with the time at which it was made.
    let mut wanted = filter
        .conditions()
        .beyond(after.map(|id| [id.into()]), "handover_note.id <");
    let limit = wanted.bind(limit + 1);
    let sql = format!("{NOTE} {wanted} ORDER BY handover_note.id DESC LIMIT {limit}");
    wanted.fetch_all(tx, sql).await
}

/// Adds a note of a day; gives its id.
pub async fn add(
    tx: &mut Tx,
    by: &str,
    now: DateTime<Utc>,
    new: &NewNote,
    written_on: NaiveDate,
) -> Result<Uuid, sqlx::Error> {
    let id = Uuid::now_v7();
    insert!(tx, "handover_note", [new], |new| {
        id: id,
        pairing_id: new.pairing_id,
        words: new.words.as_str(),
        written_on: written_on,
        recorded_at: now,
        recorded_by: by,
    })?;
    Ok(id)
}

/// Marks a note as read, and keeps what it was.
pub async fn mark_read(tx: &mut Tx, actor: Actor<'_>, before: &Note) -> Result<(), sqlx::Error> {
    let version = ("handover_note", before.id, 1);
    actor.keep(tx, "read", version, before).await?;
    on!(tx, connection => sqlx::query(
        "UPDATE handover_note SET read_at = $2, read_by = $3 WHERE id = $1",
    )
    .bind(before.id)
    .bind(actor.at)
    .bind(actor.account)
    .execute(connection)
    .await
    .map(|_| ()))
}
