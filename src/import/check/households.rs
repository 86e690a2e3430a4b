//! What would become of each household of a roster.

use tokio::sync::mpsc;
use uuid::Uuid;

use super::work::{Check, ROWS_AT_ONCE, Stop};
use crate::codes::Action;
use crate::db::{Db, Inserts};
use crate::household::staging::{self, Planned as PlannedHousehold};
use crate::import::matching::{DepartedIndex, HouseholdPlan, OnRegister};
use crate::import::report::{Counts, ImportReport, MAX_CONFLICTS};
use crate::import::store;
use crate::roster::grouping::HouseholdRoster;
use crate::roster::report::Problems;
use crate::workbook::error::ReadError;
use crate::{household, renaming};

/// Pieces that are ready before they are written: what is planned in one go.
const PIECES_AHEAD: usize = 2;

/// Compares a roster with the register and stages it.
pub(super) async fn stage(
    check: &mut Check<'_>,
    roster: HouseholdRoster,
    (report, problems): (&mut ImportReport, &mut Problems),
) -> Result<(), Stop> {
    report.rows = roster.rows;
    report.sheets.clone_from(&roster.sheets);
    let (roster, plan) = compare(check, roster, std::mem::take(problems)).await?;
    let mut tx = check.app.db.read().await?;
    let asked = plan.asked_about(MAX_CONFLICTS);
    let records = household::store::some(&mut tx, &asked).await?;
    drop(tx);
    report.conflicts = plan.conflicts(&roster, &records, MAX_CONFLICTS)?;
    (report.conflict_count, report.undecided_count) = plan.question_counts();
    let (conflicts, renamings) = plan.shared_questions();
    report.ask_first(conflicts.to_vec());
    check.renamings = renamings.to_vec();
    report.ask_of_file(roster.questions.clone());
    check.total = i64::try_from(plan.total()).ok();
    // While the database writes one piece, the next ones are planned and made ready.
    let (give, mut pieces) = mpsc::channel(PIECES_AHEAD);
    let planning = Planning {
        db: check.app.db.clone(),
        import_id: check.import.id,
        give,
    };
    let planning = tokio::spawn(planning.run(roster, plan));
    while let Some((households, inserts)) = pieces.recv().await {
        let mut tx = check.step().await?;
        for inserts in inserts {
            inserts.run(&mut tx).await?;
        }
        tx.commit().await?;
        check.done += households;
    }
    let plan = planning.await.map_err(|error| {
        tracing::error!(%error, "planning an import ended in a panic");
        ReadError::Internal
    })??;
    let (households, persons) = plan.counts();
    (report.households, report.persons) = (Some(households), Some(persons));
    *problems = plan.into_problems(&report.sheets);
    let mut tx = check.step().await?;
    staging::settle(&mut tx, check.import.id).await?;
    let all = staging::counts(&mut tx, check.import.id, false).await?;
    let good = staging::counts(&mut tx, check.import.id, true).await?;
    tx.commit().await?;
    report.left_out = all.values().sum::<i64>() - good.values().sum::<i64>();
    let of = |action| good.get(&action).copied().unwrap_or(0);
    report.good = Counts {
        new: of(Action::New),
        changed: of(Action::Changed) + of(Action::Closed),
        unchanged: of(Action::Unchanged),
        ..Counts::default()
    };
    Ok(())
}

/// Compares a roster with the register, on a thread of its own.
async fn compare(
    check: &Check<'_>,
    mut roster: HouseholdRoster,
    problems: Problems,
) -> Result<(HouseholdRoster, HouseholdPlan), Stop> {
    let mut tx = check.app.db.read().await?;
    let context = check.context(&mut tx).await?;
    let undone = store::undone(&mut tx).await?;
    let departed = staging::departed(&mut tx, &undone).await?;
    let known = OnRegister {
        register: household::store::register(&mut tx).await?,
        departed: DepartedIndex::of(departed),
        links: renaming::links(&mut tx).await?,
    };
    drop(tx);
    let choices = check.import.choices.0.clone();
    let work = move || {
        let plan = HouseholdPlan::of(&mut roster, known, &choices, context, problems);
        plan.map(|plan| (roster, plan))
    };
    let planned = tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "comparing a roster ended in a panic");
        ReadError::Internal
    })?;
    Ok(planned?)
}

/// Plans the households of a roster and prepares their inserts, while another task stages them.
struct Planning {
    db: Db,
    import_id: Uuid,
    /// Takes pieces: how many households, and what to insert for them.
    give: mpsc::Sender<(i64, [Inserts; 4])>,
}

impl Planning {
    /// Goes on until all is planned or the receiver is dropped.
    async fn run(
        self,
        roster: HouseholdRoster,
        mut plan: HouseholdPlan,
    ) -> Result<HouseholdPlan, Stop> {
        let mut first = 0;
        while !plan.is_done() {
            let mut tx = self.db.read().await?;
            let records = household::store::some(&mut tx, &plan.needed()).await?;
            drop(tx);
            let chunk = plan.next_chunk(&roster, &records)?;
            let mut rest = &chunk[..];
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(piece_of(rest));
                let inserts = staging::inserts(self.db.engine(), self.import_id, first, piece)?;
                let households = i64::try_from(piece.len()).unwrap_or(i64::MAX);
                if self.give.send((households, inserts)).await.is_err() {
                    return Ok(plan);
                }
                first += households;
                rest = after;
            }
        }
        Ok(plan)
    }
}

/// How many of some households are staged in one transaction.
fn piece_of(planned: &[PlannedHousehold]) -> usize {
    let mut rows = 0;
    let within = planned.iter().take_while(|planned| {
        rows += 2 + planned.facts.members.len();
        rows <= ROWS_AT_ONCE
    });
    within.count().max(1)
}
