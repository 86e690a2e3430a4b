//! What becomes of the pairings and the assistances of households that an import closes.

use uuid::Uuid;

use crate::access::history::{self, Actor};
use crate::app::china_date;
use crate::db::Tx;
use crate::pairing::eligibility::Eligibility;
use crate::serving::store::{self, Filter};
use crate::serving::tenure::{Part, Tenure};
use crate::{staff, visit};

/// Why the pairing of a household ends that an import closes.
const CLOSED_REASON: &str = "导入名册时并户，原户销户";

/// Ends the pairings and assistances of households that an import closes, today, or on the last day on
/// which the helper served the household or went there.
pub async fn end_closed(
    tx: &mut Tx,
    actor: Actor<'_>,
    households: &[Uuid],
) -> Result<(), sqlx::Error> {
    for household in households {
        let current = Filter::current_of(*household);
        for part in [Part::Responsible, Part::Assisting] {
            for tenure in store::list(tx, part, &current, None, 1).await? {
                end_for_closing(tx, actor, &tenure).await?;
            }
        }
    }
    Ok(())
}

/// Ends a tenure today, or on the later day on which it began or on which the helper went there.
async fn end_for_closing(
    tx: &mut Tx,
    actor: Actor<'_>,
    before: &Tenure,
) -> Result<(), sqlx::Error> {
    let visited = visit::store::last_day(tx, before.household_id, before.staff_id).await?;
    let begun = before.from_date;
    let day = china_date(actor.at)
        .max(begun)
        .max(visited.unwrap_or(begun));
    store::end(tx, actor, before, day, CLOSED_REASON).await
}

/// Takes back what [`end_closed`] did for the import of the actor. A helper who may not be given the
/// household today does not get it back: it needs another one.
pub async fn resume(tx: &mut Tx, actor: Actor<'_>) -> Result<(), sqlx::Error> {
    let import_id = actor.import()?;
    let today = china_date(actor.at);
    for part in [Part::Responsible, Part::Assisting] {
        for id in history::by_import(tx, part.table(), "end", import_id).await? {
            let Some(before) = store::find(tx, part, id).await? else {
                continue;
            };
            let household = before.household_id;
            let Some(helper) = staff::store::find(tx, before.staff_id).await? else {
                continue;
            };
            let eligibility = Eligibility::of_pair(tx, household, helper.id).await?;
            let may = eligibility.check(part, household, &helper, today, today);
            if may.is_ok() {
                store::reopen(tx, actor, &before).await?;
            }
        }
    }
    Ok(())
}
