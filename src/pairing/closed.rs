//! What becomes of the pairings and the assistances of households that an import closes.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::assist;
use super::gate::Gate;
use super::store::{Filter, find, list};
use super::term::{self, Hand, Record};
use crate::access::history;
use crate::app::china_date;
use crate::db::Tx;
use crate::{staff, visit};

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
    let hand = Hand {
        actor,
        now,
        import_id: Some(import_id),
    };
    for household in households {
        let filter = Filter {
            household_id: Some(*household),
            current: Some(true),
            ..Filter::default()
        };
        for pairing in list(tx, &filter, None, 1).await? {
            end_for_closing(tx, hand, &pairing).await?;
        }
        let filter = assist::store::Filter {
            household_id: Some(*household),
            current: Some(true),
            ..assist::store::Filter::default()
        };
        for assistance in assist::store::list(tx, &filter, None, 1).await? {
            end_for_closing(tx, hand, &assistance).await?;
        }
    }
    Ok(())
}

/// Ends a term today, or on the later day on which it began or on which the helper went there.
async fn end_for_closing<T: Record>(
    tx: &mut Tx,
    hand: Hand<'_>,
    before: &T,
) -> Result<(), sqlx::Error> {
    let term = before.term();
    let visited = visit::store::last_day(tx, term.household_id, term.staff_id).await?;
    let begun = term.from_date;
    let day = china_date(hand.now)
        .max(begun)
        .max(visited.unwrap_or(begun));
    term::end(tx, hand, before, day, CLOSED_REASON).await
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
    let hand = Hand {
        actor,
        now,
        import_id: Some(import_id),
    };
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
            term::reopen(tx, hand, &before).await?;
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
            term::reopen(tx, hand, &before).await?;
        }
    }
    Ok(())
}
