//! What a report is made from, gathered from the rooms that keep it.

use chrono::NaiveDate;

use super::model::{Occasion, Sources};
use crate::db::Tx;
use crate::{household, method, progress, settings, visit};

/// Reads all that the report needs, in a fixed number of queries, within the reach of whom it is made for.
pub async fn sources(tx: &mut Tx, occasion: &Occasion) -> Result<Sources, sqlx::Error> {
    let (year, as_of) = (occasion.year, occasion.as_of);
    let from = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(as_of);
    let settings = settings::store::load(tx).await?;
    let whole = Sources {
        basis: progress::store::basis(tx, year, as_of, occasion.reach).await?,
        households: household::store::ledger(tx).await?,
        visits: visit::store::totals::by_household(tx, from, as_of).await?,
        visits_by_helper: visit::store::totals::by_helper(tx, from, as_of).await?,
        marks: method::evaluate_all(tx, &settings, as_of)
            .await?
            .into_iter()
            .map(|(household, points)| (household, points.map(|point| point.state)))
            .collect(),
    };
    Ok(whole.within_basis())
}
