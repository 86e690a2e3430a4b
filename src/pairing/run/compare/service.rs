//! Holding two runs against each other.

use uuid::Uuid;

use super::model::{Comparison, Totals};
use super::store;
use crate::app::App;
use crate::db::Tx;
use crate::pairing::cost::load::Spread;
use crate::pairing::run;
use crate::pairing::run::model::AreaKey;
use crate::problem::Problem;

/// Holds two runs against each other.
pub async fn compare(
    app: &App,
    ids: (Uuid, Uuid),
    after: Option<AreaKey>,
    limit: i64,
) -> Result<Comparison, Problem> {
    let mut tx = app.db.read().await?;
    Ok(Comparison {
        one: totals(&mut tx, ids.0).await?,
        other: totals(&mut tx, ids.1).await?,
        differing: store::count_differences(&mut tx, ids).await?,
        differences: store::differences(&mut tx, ids, after, limit).await?,
    })
}

async fn totals(tx: &mut Tx, id: Uuid) -> Result<Totals, Problem> {
    let run = run::service::find(tx, id).await?;
    Ok(Totals {
        changes: store::count_changes_of_helper(tx, &run).await?,
        spread: Spread::of(&run::store::loads(tx, id).await?.unwrap_or_default()),
        run,
    })
}
