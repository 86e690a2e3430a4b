//! How tenures end, of responsible helpers and of assistants: on a day that fits their visits.

use chrono::NaiveDate;

use super::error::PairingError;
use crate::access::history::Actor;
use crate::db::Tx;
use crate::problem::Problem;
use crate::serving;
use crate::serving::tenure::Tenure;
use crate::visit;

/// Ends tenures that hold, each with why, on a day on which all of them may end.
pub(super) async fn end_all(
    tx: &mut Tx,
    actor: Actor<'_>,
    ending: &[(Tenure, String)],
    date: NaiveDate,
) -> Result<(), Problem> {
    must_end_on(tx, ending, date).await?;
    for (tenure, reason) in ending {
        serving::store::end(tx, actor, tenure, date, reason).await?;
    }
    Ok(())
}

/// Refuses a day on which not all of these tenures can end, and says from when they can.
async fn must_end_on(
    tx: &mut Tx,
    ending: &[(Tenure, String)],
    date: NaiveDate,
) -> Result<(), Problem> {
    let begun = ending.iter().map(|(tenure, _)| tenure.from_date).max();
    if let Some(begun) = begun.filter(|begun| date < *begun) {
        return Err(PairingError::EndsBeforeStart(begun).into());
    }
    // A visit without the helper whose it is would be a figure without evidence.
    let mut visited = None;
    for (tenure, _) in ending {
        let last = visit::store::last_day(tx, tenure.household_id, tenure.staff_id).await?;
        visited = visited.max(last);
    }
    match visited {
        Some(visited) if visited > date => Err(PairingError::EndsBeforeVisit(visited).into()),
        _ => Ok(()),
    }
}
