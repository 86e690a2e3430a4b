//! What becomes of the pairings of households that an import closes.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::gate::Gate;
use super::store::{Filter, end_by, find, list};
use crate::access::history;
use crate::app::china_date;
use crate::db::Tx;
use crate::{on, staff, visit};

/// Why the pairing of a household ends that an import closes.
const CLOSED_REASON: &str = "导入名册时并户，原户销户";

/// Ends the pairings of households that an import closes, today, or on the last day on which the
/// helper was responsible or went there.
pub async fn end_closed(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    import_id: Uuid,
    households: &[Uuid],
) -> Result<(), sqlx::Error> {
    for household in households {
        let filter = Filter {
            household_id: Some(*household),
            current: Some(true),
            ..Filter::default()
        };
        for pairing in list(tx, &filter, None, 1).await? {
            let visited = visit::store::last_day(tx, *household, pairing.staff_id).await?;
            let day = china_date(now)
                .max(pairing.from_date)
                .max(visited.unwrap_or(pairing.from_date));
            end_by(
                tx,
                actor,
                now,
                Some(import_id),
                &pairing,
                day,
                CLOSED_REASON,
            )
            .await?;
        }
    }
    Ok(())
}

/// Takes back what [`end_closed`] did for an import. A helper who may not be given the household today
/// does not get it back: it needs another one.
pub async fn resume(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    import_id: Uuid,
) -> Result<(), sqlx::Error> {
    for id in history::by_import(tx, "pairing", "end", import_id).await? {
        let Some(before) = find(tx, id).await? else {
            continue;
        };
        let Some(helper) = staff::store::find(tx, before.staff_id).await? else {
            continue;
        };
        let (gate, today) = (
            Gate::of_pair(tx, before.household_id, helper.id).await?,
            china_date(now),
        );
        if gate
            .check(before.household_id, &helper, today, today)
            .is_err()
        {
            continue;
        }
        let kept = history::Change {
            subject: "pairing",
            subject_id: id.to_string(),
            version: 2,
            action: "undo",
            import_id: Some(import_id),
            before: &before,
        };
        history::record(tx, actor, now, &[kept]).await?;
        on!(&mut *tx, connection => sqlx::query(
            "UPDATE pairing SET to_date = NULL, end_reason = NULL, ended_at = NULL, ended_by = NULL
             WHERE id = $1",
        )
        .bind(id)
        .execute(connection)
        .await
        .map(|_| ()))?;
    }
    Ok(())
}
