//! Comparing two runs.

use uuid::Uuid;

use super::model::{Comparison, Difference, Totals};
use super::store;
use crate::app::App;
use crate::db::{Tx, page};
use crate::pairing::cost::load::Spread;
use crate::pairing::run;
use crate::pairing::run::model::AreaKey;
use crate::problem::Problem;

/// Compares two runs.
pub async fn compare(
    app: &App,
    ids: (Uuid, Uuid),
    cursor: Option<&str>,
    limit: i64,
) -> Result<Comparison, Problem> {
    let cursors = app.cursors("comparePairingRuns");
    let after: Option<AreaKey> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let one = totals(&mut tx, ids.0).await?;
    let other = totals(&mut tx, ids.1).await?;
    let differing = store::count_differences(&mut tx, ids).await?;
    let rows = store::differences(&mut tx, ids, after, limit).await?;
    let (differences, next) = page::cut(rows, limit, Difference::area_key);
    Ok(Comparison {
        one,
        other,
        differing,
        differences,
        next_cursor: cursors.next(next)?,
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
