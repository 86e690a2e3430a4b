//! What becomes of the pairings and the assistances of households that an import closes.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::assist;
use super::gate::Gate;
use super::run::Term;
use super::store::{Filter, end_by, find, list};
use crate::access::history;
use crate::app::china_date;
use crate::db::Tx;
use crate::{on, staff, visit};

/// Why the pairing of a household ends that an import closes.
const CLOSED_REASON: &str = "导入名册时并户，原户销户";

/// Ends the pairings and assistances of households that an import closes, today, or on the last day on
/// which the helper served the household or went there.
pub async fn end_closed(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    import_id: Uuid,
    households: &[Uuid],
) -> Result<(), sqlx::Error> {
    let by = Some(import_id);
    for household in households {
        let filter = Filter {
            household_id: Some(*household),
            current: Some(true),
            ..Filter::default()
        };
        for pairing in list(tx, &filter, None, 1).await? {
            let day = last_day(tx, now, pairing.term()).await?;
            end_by(tx, actor, now, by, &pairing, day, CLOSED_REASON).await?;
        }
        let filter = assist::store::Filter {
            household_id: Some(*household),
            current: Some(true),
            ..assist::store::Filter::default()
        };
        for assistance in assist::store::list(tx, &filter, None, 1).await? {
            let day = last_day(tx, now, assistance.term()).await?;
            assist::store::end(tx, actor, now, by, &assistance, day, CLOSED_REASON).await?;
        }
    }
    Ok(())
}

/// Today, or the later day on which a term began or on which the helper went there.
async fn last_day(tx: &mut Tx, now: DateTime<Utc>, term: Term) -> Result<NaiveDate, sqlx::Error> {
    let visited = visit::store::last_day(tx, term.household_id, term.staff_id).await?;
    let begun = term.from_date;
    Ok(china_date(now).max(begun).max(visited.unwrap_or(begun)))
}

/// Takes back what [`end_closed`] did for an import. A helper who may not be given the household today
/// does not get it back: it needs another one.
pub async fn resume(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    import_id: Uuid,
) -> Result<(), sqlx::Error> {
    let today = china_date(now);
    let undo = (actor, now, import_id);
    for id in history::by_import(tx, "pairing", "end", import_id).await? {
        let Some(before) = find(tx, id).await? else {
            continue;
        };
        let household = before.household_id;
        let Some(helper) = staff::store::find(tx, before.staff_id).await? else {
            continue;
        };
        let gate = Gate::of_pair(tx, household, helper.id).await?;
        if gate.check(household, &helper, today, today).is_ok() {
            reopen(tx, undo, ("pairing", id), &before).await?;
        }
    }
    for id in history::by_import(tx, "assistance", "end", import_id).await? {
        let Some(before) = assist::store::find(tx, id).await? else {
            continue;
        };
        let household = before.household_id;
        let Some(helper) = staff::store::find(tx, before.staff_id).await? else {
            continue;
        };
        let gate = Gate::of_pair(tx, household, helper.id).await?;
        let may = gate.check_person(household, &helper, today, today);
        if may.is_ok() {
            reopen(tx, undo, ("assistance", id), &before).await?;
        }
    }
    Ok(())
}

/// Lets a record of a table hold again.
async fn reopen<T: Serialize + Sync>(
    tx: &mut Tx,
    (actor, now, import_id): (&str, DateTime<Utc>, Uuid),
    (table, id): (&'static str, Uuid),
    before: &T,
) -> Result<(), sqlx::Error> {
    let kept = history::Change {
        subject: table,
        subject_id: id.to_string(),
        version: 2,
        action: "undo",
        import_id: Some(import_id),
        before,
    };
    history::record(tx, actor, now, &[kept]).await?;
    let sql = format!(
        "UPDATE {table} SET to_date = NULL, end_reason = NULL, ended_at = NULL, ended_by = NULL
         WHERE id = $1"
    );
    on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(id).execute(connection).await.map(|_| ()))
}
