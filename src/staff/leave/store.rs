//! Leaves in the database.

use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::model::Leave;
use crate::access::history::Actor;
use crate::db::{Ids, Mention, Tx, mentions};
use crate::{insert, on};

const LEAVE: &str = "SELECT id, staff_id, from_date, to_date, reason, version FROM staff_leave";

/// `None` if there is no leave with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Leave>, sqlx::Error> {
    let sql = format!("{LEAVE} WHERE id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// A page of one person's leaves, the one written down last first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    staff_id: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Leave>, sqlx::Error> {
    let sql = format!("{LEAVE} WHERE staff_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(staff_id).bind(after.unwrap_or(Uuid::max())).bind(limit + 1)
        .fetch_all(connection).await)
}

/// Leaves of these people, those that last longest last.
pub async fn all(tx: &mut Tx, of: &Ids<'_>) -> Result<Vec<Leave>, sqlx::Error> {
    let sql = format!(
        "{LEAVE} WHERE {}
         ORDER BY CASE WHEN to_date IS NULL THEN 1 ELSE 0 END, to_date, from_date, id",
        of.clause("staff_id", 1)
    );
    on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in of.parameters() {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })
}

/// Who is on leave on a day, by person; of several leaves the one that lasts longest.
pub async fn on(tx: &mut Tx, day: NaiveDate) -> Result<HashMap<Uuid, Leave>, sqlx::Error> {
    let leaves = all(tx, &Ids::All).await?.into_iter();
    let leaves = leaves.filter(|leave| leave.is_on(day));
    Ok(leaves.map(|leave| (leave.staff_id, leave)).collect())
}

/// Writes a leave down.
pub async fn add(tx: &mut Tx, leave: &Leave) -> Result<(), sqlx::Error> {
    insert!(tx, "staff_leave", std::slice::from_ref(leave), |leave| {
        id: leave.id,
        staff_id: leave.staff_id,
        from_date: leave.from_date,
        to_date: leave.to_date,
        reason: leave.reason.as_str(),
        version: leave.version,
    })
}

fn as_kept(leave: &Leave) -> (&'static str, Uuid, i64) {
    ("staff_leave", leave.id, leave.version)
}

/// Replaces a leave, and keeps what it was.
pub async fn change(
    tx: &mut Tx,
    actor: Actor<'_>,
    before: &Leave,
    after: &Leave,
) -> Result<(), sqlx::Error> {
    actor.keep(tx, "update", as_kept(before), before).await?;
    on!(tx, connection => sqlx::query(
        "UPDATE staff_leave SET from_date = $2, to_date = $3, reason = $4, version = $5
         WHERE id = $1",
    )
    .bind(before.id)
    .bind(after.from_date)
    .bind(after.to_date)
    .bind(&after.reason)
    .bind(after.version)
    .execute(connection)
    .await
    .map(|_| ()))
}

/// Removes a leave that does not take place; the history keeps it.
pub async fn remove(tx: &mut Tx, actor: Actor<'_>, before: &Leave) -> Result<(), sqlx::Error> {
    actor.keep(tx, "remove", as_kept(before), before).await?;
    on!(tx, connection => sqlx::query("DELETE FROM staff_leave WHERE id = $1")
        .bind(before.id).execute(connection).await.map(|_| ()))
}

/// Leaves of these people.
pub async fn naming(tx: &mut Tx, ids: &Ids<'_>) -> Result<Vec<Mention>, sqlx::Error> {
    mentions(tx, "staff_leave", ("id", "staff_id", "from_date"), ids).await
}
