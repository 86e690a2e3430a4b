//! The check of an import: its file is read, compared with the register as it is now, and what would
//! become of each record is staged. Nothing of it is in the register.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::Datelike;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::file::{self, SpoolError};
use super::matching::staff::Around;
use super::matching::{self, DepartedIndex, HouseholdPlan, OnRegister, PlanError};
use super::model::{Import, WorkDone};
use super::profile;
use super::reading::{Reading, Roster, StopOnDrop, Watch};
use super::state::ImportState;
use super::store::{self, PROBLEMS_AT_ONCE};
use crate::app::App;
use crate::codes::Action;
use crate::db::{Db, Inserts, Json, Tx};
use crate::household::staging::{self, Planned as PlannedHousehold};
use crate::import::report::{Counts, ImportReport, MAX_CONFLICTS};
use crate::renaming::Planned;
use crate::roster::grouping::{self, Context, HouseholdRoster};
use crate::roster::report::Problems;
use crate::roster::staffing::StaffRoster;
use crate::workbook::error::ReadError;
use crate::{household, renaming, settings, staff};

/// Rows that are staged in one transaction: few enough that other writers wait only milliseconds.
const ROWS_AT_ONCE: usize = 10_000;
/// Pieces that are ready before they are written: what is planned in one go.
const PIECES_AHEAD: usize = 2;
/// How often the worker writes its heartbeat and its progress.
const BEAT: Duration = Duration::from_secs(1);

/// Why a check came to no end.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// It was cancelled, or taken up by another worker: nothing is to be written any more.
    #[error("the import is no longer this worker's")]
    Lost,
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// The register changed while the file was compared with it.
    #[error("the register has changed meanwhile")]
    RegisterChanged,
    /// The database failed, or refused what was staged.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<PlanError> for Stop {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Damaged(error) => Self::Unreadable(grouping::unpackable(error)),
            PlanError::RegisterChanged(_) => Self::RegisterChanged,
        }
    }
}

impl From<SpoolError> for Stop {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::Database(error) => Self::Database(error),
            SpoolError::File(error) => {
                tracing::error!(%error, "an upload could not be put into a temporary file");
                Self::Unreadable(ReadError::Internal)
            }
        }
    }
}

/// A check under way.
struct Check<'a> {
    app: &'a App,
    import: &'a Import,
    lease: Uuid,
    state: ImportState,
    done: i64,
    total: Option<i64>,
    /// What is to be called otherwise when the import is taken in.
    renamings: Vec<Planned>,
}

/// Checks an import on which the caller has this lease.
pub async fn run(app: &App, import: &Import, lease: Uuid) -> Result<(), Stop> {
    let mut check = Check {
        app,
        import,
        lease,
        state: ImportState::Reading,
        done: 0,
        total: None,
        renamings: Vec::new(),
    };
    check.clear().await?;
    let (roster, mut problems) = check.read().await?;
    check.state = ImportState::Checking;
    (check.done, check.total) = (0, None);
    let mut report = ImportReport::default();
    match roster {
        Roster::Households(roster) => {
            report.rows = roster.rows;
            report.sheets.clone_from(&roster.sheets);
            check
                .stage_households(roster, &mut report, &mut problems)
                .await?;
        }
        Roster::Staff(roster) => {
            report.rows = roster.rows;
            report.sheets.clone_from(&roster.sheets);
            check
                .stage_staff(roster, &mut report, &mut problems)
                .await?;
        }
    }
    report.count(&problems);
    check.finish(report, problems).await
}

impl Check<'_> {
    /// Begins a transaction that writes, and says how far the check is. Whoever does not commit it
    /// has written nothing.
    async fn step(&self) -> Result<Tx, Stop> {
        let mut tx = self.app.db.write_deferred().await?;
        let work = WorkDone {
            state: self.state,
            done: self.done,
            total: self.total,
        };
        let (id, now) = (self.import.id, self.app.now());
        if store::beat(&mut tx, id, self.lease, work, now).await? {
            Ok(tx)
        } else {
            Err(Stop::Lost)
        }
    }

    /// Deletes what an earlier check of this import has staged.
    async fn clear(&self) -> Result<(), Stop> {
        loop {
            let mut tx = self.step().await?;
            let more = clear_some(&mut tx, self.import.id, true).await?;
            if !more {
                store::clear_problems(&mut tx, self.import.id).await?;
            }
            tx.commit().await?;
            if !more {
                return Ok(());
            }
        }
    }

    async fn context(&self, tx: &mut Tx) -> Result<Context, sqlx::Error> {
        let today = self.app.today();
        let year_plan = settings::store::year_plan(tx, today.year().into()).await?;
        let line_fen = year_plan.line_fen;
        Ok(Context { today, line_fen })
    }

    /// Reads the file, on a thread of its own that stops with this.
    async fn read(&mut self) -> Result<(Roster, Problems), Stop> {
        let mut tx = self.app.db.read().await?;
        let context = self.context(&mut tx).await?;
        let profiles = profile::store::all(&mut tx, self.import.kind).await?;
        let file = file::spool(&mut tx, self.import.id).await?;
        drop(tx);
        let watch = StopOnDrop(Arc::new(Watch::default()));
        let reading = Reading {
            program: self.app.reader.clone(),
            file,
            kind: self.import.kind,
            choices: self.import.choices.0.clone(),
            profiles,
            context,
            watch: Arc::clone(&watch.0),
        };
        let mut work = tokio::task::spawn_blocking(move || reading.read());
        let mut beat = tokio::time::interval(BEAT);
        loop {
            tokio::select! {
                read = &mut work => return read.map_err(|error| {
                    tracing::error!(%error, "reading a roster ended in a panic");
                    ReadError::Internal
                })?.map_err(Into::into),
                _ = beat.tick() => {
                    self.done = watch.0.rows.load(Ordering::Relaxed);
                    self.step().await?.commit().await?;
                }
            }
        }
    }

    async fn stage_households(
        &mut self,
        roster: HouseholdRoster,
        report: &mut ImportReport,
        problems: &mut Problems,
    ) -> Result<(), Stop> {
        let (roster, plan) = self.plan(roster, std::mem::take(problems)).await?;
        let mut tx = self.app.db.read().await?;
        let asked = plan.asked_about(MAX_CONFLICTS);
        let records = household::store::some(&mut tx, &asked).await?;
        drop(tx);
        report.conflicts = plan.conflicts(&roster, &records, MAX_CONFLICTS)?;
        (report.conflict_count, report.undecided_count) = plan.question_counts();
        let (conflicts, renamings) = plan.shared_questions();
        report.ask_first(conflicts.to_vec());
        self.renamings = renamings.to_vec();
        report.ask_of_file(roster.questions.clone());
        self.total = i64::try_from(plan.total()).ok();
        // While the database writes one piece, the next ones are planned and made ready.
        let (give, mut pieces) = mpsc::channel(PIECES_AHEAD);
        let planning = Planning {
            db: self.app.db.clone(),
            import_id: self.import.id,
            give,
        };
        let planning = tokio::spawn(planning.run(roster, plan));
        while let Some((households, inserts)) = pieces.recv().await {
            let mut tx = self.step().await?;
            for inserts in inserts {
                inserts.run(&mut tx).await?;
            }
            tx.commit().await?;
            self.done += households;
        }
        let plan = planning.await.map_err(|error| {
            tracing::error!(%error, "planning an import ended in a panic");
            ReadError::Internal
        })??;
        let (households, persons) = plan.counts();
        (report.households, report.persons) = (Some(households), Some(persons));
        *problems = plan.into_problems(&report.sheets);
        let mut tx = self.step().await?;
        staging::settle(&mut tx, self.import.id).await?;
        let all = staging::counts(&mut tx, self.import.id, false).await?;
        let good = staging::counts(&mut tx, self.import.id, true).await?;
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
    async fn plan(
        &self,
        mut roster: HouseholdRoster,
        problems: Problems,
    ) -> Result<(HouseholdRoster, HouseholdPlan), Stop> {
        let mut tx = self.app.db.read().await?;
        let context = self.context(&mut tx).await?;
        let undone = store::undone(&mut tx).await?;
        let departed = staging::departed(&mut tx, &undone).await?;
        let known = OnRegister {
            register: household::store::register(&mut tx).await?,
            departed: DepartedIndex::of(departed),
            links: renaming::links(&mut tx).await?,
        };
        drop(tx);
        let choices = self.import.choices.0.clone();
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

    async fn stage_staff(
        &mut self,
        roster: StaffRoster,
        report: &mut ImportReport,
        problems: &mut Problems,
    ) -> Result<(), Stop> {
        let mut tx = self.app.db.read().await?;
        let known = staff::store::all(&mut tx).await?;
        let around = Around {
            areas: household::area::open_by_name(&mut tx).await?,
            links: renaming::links(&mut tx).await?,
            unit_villages: staff::unit::all_villages(&mut tx).await?,
        };
        drop(tx);
        let questions = roster.questions.clone();
        let choices = &self.import.choices.0;
        let plan = matching::staff::plan(roster, (&known, &around), choices, problems);
        self.renamings = plan.renamings;
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
        self.total = i64::try_from(planned.len()).ok();
        for chunk in planned.chunks(ROWS_AT_ONCE) {
            let mut tx = self.step().await?;
            staff::staging::add(&mut tx, self.import.id, self.done, chunk).await?;
            tx.commit().await?;
            self.done += i64::try_from(chunk.len()).unwrap_or(i64::MAX);
        }
        Ok(())
    }

    /// The import is ready to be looked at.
    async fn finish(&mut self, report: ImportReport, problems: Problems) -> Result<(), Stop> {
        let problems = problems.into_kept();
        let pieces: Vec<_> = problems.chunks(ROWS_AT_ONCE).collect();
        let pieces_at_once = ROWS_AT_ONCE / PROBLEMS_AT_ONCE;
        for (position, piece) in (0_i64..).step_by(pieces_at_once).zip(pieces) {
            let mut tx = self.step().await?;
            store::add_problems(&mut tx, self.import.id, position, piece).await?;
            tx.commit().await?;
        }
        let mut tx = self.step().await?;
        let Some(mut import) = store::find(&mut tx, self.import.id).await? else {
            return Err(Stop::Lost);
        };
        import.state = ImportState::Ready;
        import.version += 1;
        import.lease = None;
        import.checked_at = Some(self.app.now());
        import.report = Some(Json(report));
        import.renamings = Json(std::mem::take(&mut self.renamings));
        store::save(&mut tx, &import).await?;
        tx.commit().await?;
        Ok(())
    }
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

/// Deletes some staged rows of an import, and with `record` also what was to be done. Says whether
/// there may be more.
pub async fn clear_some(tx: &mut Tx, import_id: Uuid, record: bool) -> Result<bool, sqlx::Error> {
    if staging::clear(tx, import_id, record).await? {
        return Ok(true);
    }
    if record {
        staff::staging::clear(tx, import_id).await?;
    }
    Ok(false)
}
