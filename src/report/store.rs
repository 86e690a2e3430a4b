//! What a report is made from, gathered from the rooms that keep it.

use super::model::{Occasion, Sources};
use crate::db::Tx;
use crate::progress::store::{first_day, work};
use crate::{household, visit};

/// Reads all that the report needs, in a fixed number of queries, within the reach of whom it is made for.
pub async fn sources(tx: &mut Tx, occasion: &Occasion) -> Result<Sources, sqlx::Error> {
    let (year, as_of) = (occasion.year, occasion.as_of);
    let mut sources = Sources {
        work: work(tx, (year, as_of), occasion.reach, true).await?,
        households: household::store::ledger(tx, as_of).await?,
        visits: visit::store::totals::by_household(tx, first_day(year, as_of), as_of).await?,
    };
    let basis = &sources.work.basis;
    sources.households.retain(|entry| basis.tells_of(entry.id));
    Ok(sources)
}
