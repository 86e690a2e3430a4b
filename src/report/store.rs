//! What a report is made from, gathered from the rooms that keep it.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::model::{Occasion, Sources};
use crate::db::Tx;
use crate::{household, progress, visit};

/// Reads all that the report needs, in a fixed number of queries.
pub async fn sources(tx: &mut Tx, occasion: &Occasion) -> Result<Sources, sqlx::Error> {
    let (year, as_of) = (occasion.year, occasion.as_of);
    let from = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(as_of);
    Ok(Sources {
        basis: progress::store::basis(tx, year, as_of).await?,
        households: household::store::ledger(tx).await?,
        visits: visit::totals::by_household(tx, from, as_of).await?,
        visits_by_helper: visit::totals::by_helper(tx, from, as_of).await?,
        marks: HashMap::new(),
    })
}
