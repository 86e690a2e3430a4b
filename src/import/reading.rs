//! Reading the file of an import, on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use tempfile::NamedTempFile;

use crate::roster::choices::Choices;
use crate::roster::grouping::{self, Context, HouseholdRoster};
use crate::roster::pair_list::{self, PairList};
use crate::roster::profile::Profile;
use crate::roster::report::{Problems, RosterKind};
use crate::roster::staffing::{self, StaffRoster};
use crate::workbook::error::ReadError;
use crate::workbook::reader_process::{Child, Program};
use crate::workbook::source::{Row, Sheet, Source};

/// A roster of any kind, read.
pub enum Roster {
    Households(HouseholdRoster),
    Staff(StaffRoster),
    Pairings(PairList),
}

/// What a thread that reads shares with the task that waits for it.
#[derive(Debug, Default)]
pub struct Watch {
    pub rows: AtomicI64,
    stopped: AtomicBool,
}

/// Stops the thread when the task that waits for it is dropped.
pub struct StopOnDrop(pub Arc<Watch>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }
}

/// All that reading needs.
pub struct Reading {
    pub program: Program,
    pub file: NamedTempFile,
    pub kind: RosterKind,
    pub choices: Choices,
    pub profiles: Vec<Profile>,
    pub context: Context,
    pub watch: Arc<Watch>,
}

impl Reading {
    /// Gives the roster with the problems found in it.
    pub fn read(self) -> Result<(Roster, Problems), ReadError> {
        let mut problems = Problems::default();
        let mut source = Watched {
            source: Child::open(&self.program, self.file.path())?,
            watch: self.watch,
        };
        let (source, found, go_on) = (&mut source, &mut problems, &mut |_| Ok(()));
        let roster = match self.kind {
            RosterKind::Households => Roster::Households(grouping::read(
                source,
                &self.choices,
                &self.profiles,
                &self.context,
                found,
                go_on,
            )?),
            RosterKind::Staff => Roster::Staff(staffing::read(
                source,
                &self.choices,
                &self.profiles,
                found,
                go_on,
            )?),
            RosterKind::Pairings => Roster::Pairings(pair_list::read(
                source,
                &self.choices,
                &self.profiles,
                found,
            )?),
        };
        Ok((roster, problems))
    }
}

/// A source whose rows are counted, and which ends when no task waits for it any more.
struct Watched {
    source: Child,
    watch: Arc<Watch>,
}

impl Source for Watched {
    fn sheets(&self) -> &[Sheet] {
        self.source.sheets()
    }

    fn rows(
        &mut self,
        sheet: usize,
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let watch = &self.watch;
        self.source.rows(sheet, &mut |row| {
            if watch.stopped.load(Ordering::Relaxed) {
                return Err(ReadError::Stopped);
            }
            watch.rows.fetch_add(1, Ordering::Relaxed);
            each(row)
        })
    }
}
