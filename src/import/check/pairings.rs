//! Who would become responsible for each household of a list of pairs.

use super::work::{Check, ROWS_AT_ONCE, Stop};
use crate::import::report::{Counts, ImportReport};
use crate::pairing::import::service::OnRegister;
use crate::pairing::import::store;
use crate::roster::pair_list::PairList;
use crate::roster::report::Problems;
use crate::workbook::error::ReadError;

/// Compares a list with the register and stages the rows that can be taken in.
pub(super) async fn stage(
    check: &mut Check<'_>,
    list: PairList,
    (report, problems): (&mut ImportReport, &mut Problems),
) -> Result<(), Stop> {
    report.rows = list.rows;
    report.sheets.clone_from(&list.sheets);
    let mut tx = check.app.db.read().await?;
    let known = OnRegister::load(&mut tx).await?;
    drop(tx);
    let (today, mut found) = (check.app.today(), std::mem::take(problems));
    let work = move || (known.compare(list, today, &mut found), found);
    let compared = tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "comparing a list of pairs ended in a panic");
        ReadError::Internal
    })?;
    let (compared, found) = compared;
    *problems = found;
    let mut counts = Counts::default();
    for one in &compared.staged {
        counts.add(one.pair.action, false);
    }
    (report.pairings, report.good) = (Some(counts), counts);
    report.left_out = compared.left_out;
    check.total = i64::try_from(compared.staged.len()).ok();
    for chunk in compared.staged.chunks(ROWS_AT_ONCE) {
        let mut tx = check.step().await?;
        store::add(&mut tx, check.import.id, check.done, chunk).await?;
        tx.commit().await?;
        check.done += i64::try_from(chunk.len()).unwrap_or(i64::MAX);
    }
    Ok(())
}
