//! Imports as they are shown.

use poem_openapi::Object;
use uuid::Uuid;

use super::change::ChangeKind;
use super::dependent::{Dependent, DependentKind};
use super::field_view::{FieldChangeView, field_change};
use super::model::Import;
use super::preview::Change;
use super::report::ImportReport;
use super::state::ImportState;
use crate::access::Caller;
use crate::api::Instant;
use crate::codes::Action;
use crate::problem::{Language, Text};
use crate::roster::choices::Choices;
use crate::roster::report::{RosterKind, RosterProblem};

/// An import.
#[derive(Object)]
#[oai(rename = "ImportJob", skip_serializing_if_is_none)]
pub struct ImportView {
    /// Its id.
    pub id: Uuid,
    /// Which roster.
    pub kind: RosterKind,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the file, hexadecimal.
    pub file_sha256: String,
    /// Size of the file in bytes.
    pub file_bytes: i64,
    /// When it was sent.
    pub recorded_at: Instant,
    /// By which account.
    pub recorded_by: String,
    /// How far it is.
    pub state: ImportState,
    /// Counts what people did to it and what became of it; the `ETag`.
    pub version: i64,
    /// How it stands, in one sentence in the language of the answer.
    pub message: String,
    /// How much of the present work is done: rows read, or records checked.
    pub done: i64,
    /// Of how much, where that is known.
    pub total: Option<i64>,
    /// Why the file cannot be read.
    pub failure: Option<RosterProblem>,
    /// What it would do, or did. Not in lists.
    pub report: Option<ImportReport>,
    /// What was chosen for it. Not in lists.
    pub choices: Option<Choices>,
    /// Whether rows with errors and open questions were left out on purpose.
    pub good_rows_only: bool,
    /// When the preview was made; it can be committed for seven days.
    pub checked_at: Option<Instant>,
    /// When it was taken into the register.
    pub committed_at: Option<Instant>,
    /// By which account.
    pub committed_by: Option<String>,
    /// When it was undone.
    pub undone_at: Option<Instant>,
    /// By which account.
    pub undone_by: Option<String>,
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        Self {
            message: import.words(Language::speak()),
            id: import.id,
            kind: import.kind,
            file_name: import.file_name,
            file_sha256: import.file_sha256,
            file_bytes: import.file_bytes,
            recorded_at: import.at.into(),
            recorded_by: import.actor,
            state: import.state,
            version: import.version,
            done: import.done,
            total: import.total,
            failure: import.failure.map(|failure| failure.0),
            report: import.report.map(|report| report.0),
            choices: Some(import.choices.0),
            good_rows_only: import.good_rows_only,
            checked_at: import.checked_at.map(Instant),
            committed_at: import.committed_at.map(Instant),
            committed_by: import.committed_by,
            undone_at: import.undone_at.map(Instant),
            undone_by: import.undone_by,
        }
    }
}

impl ImportView {
    /// Without `report` and `choices`, which may be long.
    pub fn in_list(import: Import) -> Self {
        Self {
            report: None,
            choices: None,
            ..import.into()
        }
    }
}

/// One change of a household.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct HouseholdChange {
    /// The version that it made.
    pub version: i64,
    /// What was done.
    pub kind: ChangeKind,
    /// When.
    pub recorded_at: Instant,
    /// By which account.
    pub recorded_by: String,
    /// The import that it came with, or that was undone.
    pub import_id: Option<Uuid>,
    /// Name of the import's file.
    pub file_name: Option<String>,
    /// Each field that changed.
    pub changes: Vec<FieldChangeView>,
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ImportProgress {
    /// Its state.
    pub state: ImportState,
    /// How much of the present work is done.
    pub done: i64,
    /// Of how much, where that is known.
    pub total: Option<i64>,
    /// Its version.
    pub version: i64,
}

/// What an import does to one record.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ImportChange {
    /// The household, or the person of the staff; of a list of pairs, the household. A new one has this id once
    /// it is committed.
    pub id: Uuid,
    /// What is done to it.
    pub action: Action,
    /// Where it stands in the file, such as `名册!12`.
    pub place: Option<String>,
    /// Household number (户编号), or staff number (工号).
    pub number: Option<String>,
    /// Name of the head (户主姓名), or of the person (姓名).
    pub name: String,
    /// Town and village (镇、村), or unit (单位).
    pub area: String,
    /// Whether there is an error at it.
    pub has_errors: bool,
    /// Whether it would be taken in by the import of the good rows alone.
    pub good: bool,
    /// Keys of the undecided questions that it is part of.
    pub conflicts: Vec<String>,
    /// Each field that changes; of a new household or person, none. Of a new pair, the helper and the first day.
    pub changes: Vec<FieldChangeView>,
}

/// What undoing an import would do.
#[derive(Object)]
pub struct ImportUndo {
    /// Whether it can be undone: nothing that came later depends on it.
    pub possible: bool,
    /// Records that become again what they were.
    pub restored: i64,
    /// Records that go.
    pub removed: i64,
    /// What depends on it; of each kind at most 1,000.
    pub dependents: Vec<ImportDependent>,
}

/// A record that came later and needs what an import brought.
#[derive(Object)]
pub struct ImportDependent {
    /// What it is.
    pub kind: DependentKind,
    /// The record: the later import, the pairing, the visit …
    pub id: Uuid,
    /// The household, or the person of the staff, that it is about; of a change of names the same as `id`.
    pub subject_id: Uuid,
    /// Both in words, in the language of the answer.
    pub words: Text,
}

impl From<Dependent> for ImportDependent {
    fn from(dependent: Dependent) -> Self {
        Self {
            kind: dependent.kind,
            id: dependent.id,
            subject_id: dependent.subject_id,
            words: dependent.words,
        }
    }
}

/// A change as this caller may see it.
pub fn change_view(change: Change, caller: &Caller) -> ImportChange {
    ImportChange {
        id: change.subject_id,
        action: change.action,
        place: Some(change.place).filter(|place| !place.is_empty()),
        number: change.number,
        name: change.name,
        area: change.area,
        has_errors: change.has_errors,
        good: change.good,
        conflicts: change.conflicts,
        changes: change
            .fields
            .into_iter()
            .map(|change| field_change(change, caller))
            .collect(),
    }
}
