//! An import, and how far it is.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::report::ImportReport;
use super::state::ImportState;
use crate::code_list::CodeList;
use crate::db::Json;
use crate::problem::{Language, say};
use crate::renaming::Planned;
use crate::roster::choices::Choices;
use crate::roster::report::{RosterKind, RosterProblem};

/// A lease is over when there was no heartbeat for so long. A worker writes one every second; a writer
/// waits at most half as long for another writer.
pub const LEASE_TIMEOUT: TimeDelta = TimeDelta::seconds(60);

/// An import, without its file and its problems.
#[derive(Clone, Debug, FromRow)]
pub struct Import {
    /// Its id; ids are in the order of time.
    pub id: Uuid,
    /// Which roster it is.
    pub kind: RosterKind,
    /// As uploaded, at most 255 characters, without a path.
    pub file_name: String,
    /// SHA-256 of the file.
    pub file_sha256: String,
    /// In bytes.
    pub file_bytes: i64,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// By which account.
    pub actor: String,
    /// How far it is.
    pub state: ImportState,
    /// Counts what people did to it and what became of it.
    pub version: i64,
    /// What people chose.
    pub choices: Json<Choices>,
    /// How much of the present work is done: rows read, or households checked.
    pub done: i64,
    /// Of how much, if that is known.
    pub total: Option<i64>,
    /// Name of who works on it, or did last.
    pub worker: Option<String>,
    /// The present lease: who holds it works on the import.
    #[sqlx(rename = "claim")]
    pub lease: Option<Uuid>,
    /// The last heartbeat of the worker.
    pub heartbeat: Option<DateTime<Utc>>,
    /// How often its check was begun since someone asked for it.
    pub attempts: i64,
    /// Whether there may be staged rows of it.
    pub staged: bool,
    /// When it was last checked.
    pub checked_at: Option<DateTime<Utc>>,
    /// What the last check found.
    pub report: Option<Json<ImportReport>>,
    /// What it is to call otherwise when it is taken into the register.
    #[sqlx(default)]
    pub renamings: Json<Vec<Planned>>,
    /// Why it failed.
    pub failure: Option<Json<RosterProblem>>,
    /// Whether the rows with errors were left out on purpose.
    pub good_rows_only: bool,
    /// When it was taken into the register.
    pub committed_at: Option<DateTime<Utc>>,
    /// By which account.
    pub committed_by: Option<String>,
    /// When it was undone.
    pub undone_at: Option<DateTime<Utc>>,
    /// By which account.
    pub undone_by: Option<String>,
}

impl Import {
    /// Whether someone works on it: holds a lease that is not over at `now`.
    pub fn is_leased(&self, now: DateTime<Utc>) -> bool {
        let lives = |beat| beat > now - LEASE_TIMEOUT;
        self.lease.is_some() && self.heartbeat.is_some_and(lives)
    }

    /// How it stands, in one sentence.
    pub fn words(&self, language: Language) -> String {
        let report = self.report.as_ref().map(|report| &report.0);
        match (self.state, report) {
            (ImportState::Ready, Some(report)) => report.outlook(language),
            (ImportState::Committed, Some(report)) if self.good_rows_only => {
                let numbers = report.good_numbers(language);
                let left = match report.left_out {
                    0 => String::new(),
                    left_out => {
                        let told = report.told(left_out, language);
                        say!(language, "；{told}未导入", "; {told} left out")
                    }
                };
                say!(
                    language,
                    "导入完成（只导入没有问题的行）：{numbers}{left}",
                    "taken into the register, the good rows alone: {numbers}{left}"
                )
            }
            (ImportState::Committed, Some(report)) => {
                let (numbers, warned) = (report.numbers(language), report.warned(language));
                say!(
                    language,
                    "导入完成：{numbers}{warned}",
                    "taken into the register: {numbers}{warned}"
                )
            }
            (ImportState::Failed, _) => {
                let failure = self.failure.as_ref().map(|failure| &failure.0);
                let why = failure.map_or_else(String::new, |failure| {
                    let reason = failure.reason.spoken(language);
                    let remedy = failure.remedy.spoken(language);
                    say!(language, "：{reason}。{remedy}", ": {reason}; {remedy}")
                });
                say!(language, "核对失败{why}", "the check failed{why}")
            }
            (state, _) => state.label_in(language).into_owned(),
        }
    }
}

/// How far the work on an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkDone {
    /// The stage that `done` and `total` count.
    pub state: ImportState,
    /// How much is done.
    pub done: i64,
    /// Of how much.
    pub total: Option<i64>,
}
