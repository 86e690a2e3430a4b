//! A check under way: its steps, each a short transaction, from the file to what is ready to be looked at.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::Datelike;
use uuid::Uuid;

use crate::app::App;
use crate::db::{Json, Tx};
use crate::household::staging;
use crate::import::file::{self, SpoolError};
use crate::import::matching::PlanError;
use crate::import::model::{Import, WorkDone};
use crate::import::profile;
use crate::import::reading::{Reading, Roster, StopOnDrop, Watch};
use crate::import::report::ImportReport;
use crate::import::state::ImportState;
use crate::import::store::{self, PROBLEMS_AT_ONCE};
use crate::renaming::Planned;
use crate::roster::grouping::{self, Context};
use crate::roster::report::Problems;
use crate::workbook::error::ReadError;
use crate::{pairing, settings, staff};

/// Rows that are staged in one transaction: few enough that other writers wait only milliseconds.
pub(super) const ROWS_AT_ONCE: usize = 10_000;
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
pub(super) struct Check<'a> {
    pub(super) app: &'a App,
    pub(super) import: &'a Import,
    lease: Uuid,
    state: ImportState,
    pub(super) done: i64,
    pub(super) total: Option<i64>,
    /// What is to be called otherwise when the import is taken in.
    pub(super) renamings: Vec<Planned>,
}

impl<'a> Check<'a> {
    /// Of an import on which the caller has this lease.
    pub(super) fn new(app: &'a App, import: &'a Import, lease: Uuid) -> Self {
        Self {
            app,
            import,
            lease,
            state: ImportState::Reading,
            done: 0,
            total: None,
            renamings: Vec::new(),
        }
    }
}

impl Check<'_> {
    /// Begins a transaction that writes, and says how far the check is. Whoever does not commit it
    /// has written nothing.
    pub(super) async fn step(&self) -> Result<Tx, Stop> {
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
    pub(super) async fn clear(&self) -> Result<(), Stop> {
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

    /// What a roster of households is read by.
    pub(super) async fn context(&self, tx: &mut Tx) -> Result<Context, sqlx::Error> {
        let today = self.app.today();
        let year_plan = settings::store::year_plan(tx, today.year().into()).await?;
        let line_fen = year_plan.line_fen;
        Ok(Context { today, line_fen })
    }

    /// Reads the file, on a thread of its own that stops with this; then what it holds is to be checked.
    pub(super) async fn read(&mut self) -> Result<(Roster, Problems), Stop> {
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
                read = &mut work => {
                    let read = read.map_err(|error| {
                        tracing::error!(%error, "reading a roster ended in a panic");
                        ReadError::Internal
                    })??;
                    self.state = ImportState::Checking;
                    (self.done, self.total) = (0, None);
                    return Ok(read);
                }
                _ = beat.tick() => {
                    self.done = watch.0.rows.load(Ordering::Relaxed);
                    self.step().await?.commit().await?;
                }
            }
        }
    }

    /// The import is ready to be looked at.
    pub(super) async fn finish(
        &mut self,
        report: ImportReport,
        problems: Problems,
    ) -> Result<(), Stop> {
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

/// Deletes some staged rows of an import, and with `record` also what was to be done. Says whether
/// there may be more.
pub async fn clear_some(tx: &mut Tx, import_id: Uuid, record: bool) -> Result<bool, sqlx::Error> {
    if staging::clear(tx, import_id, record).await? {
        return Ok(true);
    }
    if record {
        staff::staging::clear(tx, import_id).await?;
        pairing::import::store::clear(tx, import_id).await?;
    } else {
        pairing::import::store::forget_said(tx, import_id).await?;
    }
    Ok(false)
}
