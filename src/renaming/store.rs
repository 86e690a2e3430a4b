//! Changes of names in the database.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::model::{Renaming, RenamingKind};
use crate::access::history::Actor;
use crate::db::{Tx, Where};
use crate::{insert, on};

const RENAMING: &str =
    "SELECT id, kind, old_town, old_village, new_town, new_village, unit_id, old_name,
    new_name, into_unit_id, merges, effective_on, reason, households, units, helpers, import_id,
    recorded_at, recorded_by, undone_at, undone_by FROM renaming";

/// Keeps a change, and the records that followed.
pub async fn add(tx: &mut Tx, renaming: &Renaming, records: &[Record]) -> Result<(), sqlx::Error> {
    insert!(&mut *tx, "renaming", [renaming], |it| {
        id: it.id,
        kind: it.kind,
        old_town: it.old_town.as_str(),
        old_village: it.old_village.as_str(),
        new_town: it.new_town.as_str(),
        new_village: it.new_village.as_str(),
        unit_id: it.unit_id,
        old_name: it.old_name.as_str(),
        new_name: it.new_name.as_str(),
        into_unit_id: it.into_unit_id,
        merges: it.merges,
        effective_on: it.effective_on,
        reason: it.reason.as_str(),
        households: it.households,
        units: it.units,
        helpers: it.helpers,
        import_id: it.import_id,
        recorded_at: it.recorded_at,
        recorded_by: it.recorded_by.as_str(),
    })?;
    let records: Vec<_> = (0_i64..).zip(records).collect();
    insert!(tx, "renamed_record", records, |row| {
        renaming_id: renaming.id,
        position: row.0,
        subject: row.1.subject.as_str(),
        subject_id: row.1.subject_id,
        town: row.1.town.as_deref(),
        village: row.1.village.as_deref(),
        new_town: row.1.new_town.as_deref(),
        new_village: row.1.new_village.as_deref(),
        had_new: row.1.had_new,
    })
}

/// A record that followed a change of names, with what it said before and since.
#[derive(Clone, Debug, FromRow)]
pub struct Record {
    /// One of [`subject`].
    pub subject: String,
    pub subject_id: Uuid,
    pub town: Option<String>,
    pub village: Option<String>,
    pub new_town: Option<String>,
    pub new_village: Option<String>,
    /// Of a unit: whether it was linked to the new village as well.
    pub had_new: bool,
}

/// What records follow a change of names.
pub mod subject {
    /// A household of the place.
    pub const HOUSEHOLD: &str = "household";
    /// A helper who is responsible for the place.
    pub const HELPER: &str = "staff";
    /// A village that a unit is linked to.
    pub const UNIT_VILLAGE: &str = "unit";
    /// A person of a unit that became part of another.
    pub const STAFF_OF_UNIT: &str = "staff_of_unit";
}

/// `None` if there is no change with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Renaming>, sqlx::Error> {
    let sql = format!("{RENAMING} WHERE id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// A page of changes, the latest first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    kind: Option<RenamingKind>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Renaming>, sqlx::Error> {
    let mut wanted = Where::new()
        .and_if(kind.map(|kind| kind.to_string()), "kind = ?")
        .and_if(after, "id < ?");
    let limit = wanted.bind(limit + 1);
    let sql = format!("{RENAMING} {wanted} ORDER BY id DESC LIMIT {limit}");
    wanted.fetch_all(tx, sql).await
}

/// The changes of an import that hold, the latest first.
pub async fn of_import(tx: &mut Tx, import_id: Uuid) -> Result<Vec<Renaming>, sqlx::Error> {
    let sql = format!("{RENAMING} WHERE import_id = $1 AND undone_at IS NULL ORDER BY id DESC");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).fetch_all(connection).await)
}

/// All changes that hold, the oldest first.
pub async fn standing(tx: &mut Tx) -> Result<Vec<Renaming>, sqlx::Error> {
    let sql = format!("{RENAMING} WHERE undone_at IS NULL ORDER BY id");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).fetch_all(connection).await)
}

/// The changes that were recorded after the one with this id and that hold, in their order.
pub async fn holding_after(tx: &mut Tx, id: Uuid) -> Result<Vec<Renaming>, sqlx::Error> {
    let sql = format!("{RENAMING} WHERE id > $1 AND undone_at IS NULL ORDER BY id");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_all(connection).await)
}

/// The changes that were recorded or taken back after a time, in their order.
pub async fn since(tx: &mut Tx, time: DateTime<Utc>) -> Result<Vec<Renaming>, sqlx::Error> {
    let sql = format!("{RENAMING} WHERE recorded_at > $1 OR undone_at > $1 ORDER BY id");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(time).fetch_all(connection).await)
}

/// The records that followed a change.
pub async fn records(tx: &mut Tx, id: Uuid) -> Result<Vec<Record>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT subject, subject_id, town, village, new_town, new_village, had_new FROM renamed_record
         WHERE renaming_id = $1 ORDER BY position",
    )
    .bind(id)
    .fetch_all(connection)
    .await)
}

/// Says that a change was taken back.
pub async fn undone(tx: &mut Tx, actor: Actor<'_>, id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("UPDATE renaming SET undone_at = $2, undone_by = $3 WHERE id = $1")
        .bind(id).bind(actor.at).bind(actor.account).execute(connection).await.map(|_| ()))
}

/// Whether a change was recorded or taken back after a time.
pub async fn changed_since(tx: &mut Tx, time: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM renaming WHERE recorded_at > $1 OR undone_at > $1)",
    )
    .bind(time)
    .fetch_one(connection)
    .await)
}
