//! What would become of each person of a roster of staff.

use super::work::{Check, ROWS_AT_ONCE, Stop};
use crate::import::matching;
use crate::import::matching::staff::Around;
use crate::import::report::{Counts, ImportReport};
use crate::roster::report::Problems;
use crate::roster::staffing::StaffRoster;
use crate::{household, renaming, staff};

/// Compares a roster with the register and stages it.
pub(super) async fn stage(
    check: &mut Check<'_>,
    roster: StaffRoster,
    (report, problems): (&mut ImportReport, &mut Problems),
) -> Result<(), Stop> {
    report.rows = roster.rows;
    report.sheets.clone_from(&roster.sheets);
    let mut tx = check.app.db.read().await?;
    let known = staff::store::all(&mut tx).await?;
    let around = Around {
        areas: household::area::open_by_name(&mut tx).await?,
        links: renaming::links(&mut tx).await?,
        unit_villages: staff::unit::all_villages(&mut tx).await?,
    };
    drop(tx);
    let questions = roster.questions.clone();
    let choices = &check.import.choices.0;
    let plan = matching::staff::plan(roster, (&known, &around), choices, problems);
    check.renamings = plan.renamings;
    report.staff = Some(plan.counts);
    report.ask(plan.conflicts);
    report.ask_of_file(questions);
    let planned = plan.planned;
    let mut good = Counts::default();
    for one in planned.iter().filter(|one| one.is_good()) {
        good.add(one.action, false);
    }
    let all = i64::try_from(planned.len()).unwrap_or(i64::MAX);
    report.left_out = all - good.new - good.changed - good.unchanged - good.absent;
    report.good = Counts { absent: 0, ..good };
    check.total = i64::try_from(planned.len()).ok();
    for chunk in planned.chunks(ROWS_AT_ONCE) {
        let mut tx = check.step().await?;
        staff::staging::add(&mut tx, check.import.id, check.done, chunk).await?;
        tx.commit().await?;
        check.done += i64::try_from(chunk.len()).unwrap_or(i64::MAX);
    }
    Ok(())
}
