//! A helper's time with a household, responsible or assisting. Both are written down alike, so both end
//! and hold again in one way.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::error::PairingError;
use crate::access::history;
use crate::db::Tx;
use crate::problem::Problem;
use crate::{on, visit};

/// Who serves which household since when.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// The household.
    pub household_id: Uuid,
    /// The helper.
    pub staff_id: Uuid,
    /// First day.
    pub from_date: NaiveDate,
}

/// A term as it is written down.
pub trait Record: Serialize + Sync {
    /// Its table, by which the history calls it, too.
    const TABLE: &'static str;

    /// Its id.
    fn id(&self) -> Uuid;

    /// Who serves which household since when.
    fn term(&self) -> Term;
}

/// Who writes something down, and when.
#[derive(Clone, Copy, Debug)]
pub struct Hand<'a> {
    /// The account.
    pub actor: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
    /// The import that does it, or is taken back.
    pub import_id: Option<Uuid>,
}

/// Ends a term that holds.
pub(super) async fn end<T: Record>(
    tx: &mut Tx,
    hand: Hand<'_>,
    before: &T,
    to_date: NaiveDate,
    reason: &str,
) -> Result<(), sqlx::Error> {
    keep(tx, hand, 1, "end", before).await?;
    let sql = format!(
        "UPDATE {} SET to_date = $2, end_reason = $3, ended_at = $4, ended_by = $5
         WHERE id = $1 AND to_date IS NULL",
        T::TABLE
    );
    on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(before.id())
        .bind(to_date)
        .bind(reason)
        .bind(hand.now)
        .bind(hand.actor)
        .execute(connection)
        .await
        .map(|_| ()))
}

/// Lets a term hold again that ended.
pub(super) async fn reopen<T: Record>(
    tx: &mut Tx,
    hand: Hand<'_>,
    before: &T,
) -> Result<(), sqlx::Error> {
    keep(tx, hand, 2, "undo", before).await?;
    let sql = format!(
        "UPDATE {} SET to_date = NULL, end_reason = NULL, ended_at = NULL, ended_by = NULL
         WHERE id = $1",
        T::TABLE
    );
    on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(before.id()).execute(connection).await.map(|_| ()))
}

async fn keep<T: Record>(
    tx: &mut Tx,
    hand: Hand<'_>,
    version: i64,
    action: &'static str,
    before: &T,
) -> Result<(), sqlx::Error> {
    let kept = history::Change {
        subject: T::TABLE,
        subject_id: before.id().to_string(),
        version,
        action,
        import_id: hand.import_id,
        before,
    };
    history::record(tx, hand.actor, hand.now, &[kept]).await
}

/// Refuses a day on which not all of these terms can end, and says from when they can.
pub(super) async fn must_end_on(
    tx: &mut Tx,
    ending: impl Iterator<Item = Term> + Clone,
    date: NaiveDate,
) -> Result<(), Problem> {
    if let Some(begun) = ending.clone().map(|term| term.from_date).max()
        && date < begun
    {
        return Err(PairingError::EndsBeforeStart(begun).into());
    }
    // A visit without the helper whose it is would be a figure without evidence.
    let mut visited = None;
    for term in ending {
        let last = visit::store::last_day(tx, term.household_id, term.staff_id).await?;
        visited = visited.max(last);
    }
    match visited {
        Some(visited) if visited > date => Err(PairingError::EndsBeforeVisit(visited).into()),
        _ => Ok(()),
    }
}
