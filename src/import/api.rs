//! Importing rosters over HTTP, and the templates for them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::{EventStream, Json};
use poem_openapi::types::{MaybeUndefined, multipart};
use poem_openapi::{ApiResponse, Multipart, Object, OpenApi};
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use super::household_history::{FieldChangeView, field_change};
use super::job::{self, Upload};
use super::preview::{self, Change};
use super::report::ImportReport;
use super::state::ImportState;
use super::store::{self, Import, ProblemKey};
use super::undo::{self, DependentKind, Outlook};
use super::{commit, file};
use crate::access::{Caller, Permission, Signed};
use crate::api::{API_ROOT, ETag, Limit, Page, Tag, Tagged, Workbook};
use crate::app::App;
use crate::codes::Action;
use crate::db::page;
use crate::household::rule::Severity;
use crate::problem::{ChangeFault, Fault, GetFault, ListFault, bits};
use crate::roster::choices::{Choices, ColumnChoice, Correction, Decision};
use crate::roster::report::{RosterKind, RosterProblem};
use crate::roster::template;
use crate::roster::upload;
use crate::workbook::format;

/// How often a stream of events looks for news.
const LOOK: Duration = Duration::from_millis(250);

/// Operations on rosters.
pub struct RosterApi(pub App);

/// A roster to take in.
#[derive(Multipart)]
struct RosterForm {
    /// The workbook, .xlsx, .xlsm, .xls, .xlsb, .ods or .csv: our template filled in, or the national system's export.
    file: multipart::Upload,
}

/// An import.
#[derive(Object)]
#[oai(rename = "Import", skip_serializing_if_is_none)]
pub struct ImportView {
    /// Its id.
    id: Uuid,
    /// Which roster.
    kind: RosterKind,
    /// Name of the file.
    file_name: String,
    /// SHA-256 of the file, hexadecimal.
    file_sha256: String,
    /// Size of the file in bytes.
    file_bytes: i64,
    /// When it was sent.
    at: DateTime<Utc>,
    /// By which account.
    actor: String,
    /// How far it is.
    state: ImportState,
    /// Counts what people did to it and what became of it; the `ETag`.
    version: i64,
    /// How it stands, in one Chinese sentence.
    message: String,
    /// How much of the present work is done: rows read, or households checked.
    done: i64,
    /// Of how much, where that is known.
    total: Option<i64>,
    /// Why the file cannot be read.
    failure: Option<RosterProblem>,
    /// What it would do, or did. Not in lists.
    report: Option<ImportReport>,
    /// What was chosen for it. Not in lists.
    choices: Option<Choices>,
    /// Whether rows with errors and open questions were left out on purpose.
    good_rows_only: bool,
    /// When the preview was made; it can be committed for seven days.
    checked_at: Option<DateTime<Utc>>,
    /// When it was taken into the register.
    committed_at: Option<DateTime<Utc>>,
    /// By which account.
    committed_by: Option<String>,
    /// When it was undone.
    undone_at: Option<DateTime<Utc>>,
    /// By which account.
    undone_by: Option<String>,
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        Self {
            message: import.words(),
            id: import.id,
            kind: import.kind,
            file_name: import.file_name,
            file_sha256: import.file_sha256,
            file_bytes: import.file_bytes,
            at: import.at,
            actor: import.actor,
            state: import.state,
            version: import.version,
            done: import.done,
            total: import.total,
            failure: import.failure.map(|failure| failure.0),
            report: import.report.map(|report| report.0),
            choices: Some(import.choices.0),
            good_rows_only: import.good_rows_only,
            checked_at: import.checked_at,
            committed_at: import.committed_at,
            committed_by: import.committed_by,
            undone_at: import.undone_at,
            undone_by: import.undone_by,
        }
    }
}

impl ImportView {
    /// As a list shows it.
    fn in_list(import: Import) -> Self {
        Self {
            report: None,
            choices: None,
            ..import.into()
        }
    }
}

/// An import that is to be checked.
#[derive(ApiResponse)]
enum Accepted {
    /// The import waits to be checked.
    #[oai(status = 202)]
    Queued(
        Json<ImportView>,
        /// Where it can be asked for.
        #[oai(header = "Location")]
        String,
        /// Its version; send it as `If-Match` to change its choices.
        #[oai(header = "ETag")]
        String,
    ),
}

impl From<Import> for Accepted {
    fn from(import: Import) -> Self {
        let (id, tag) = (import.id, ETag(import.version));
        Self::Queued(
            Json(import.into()),
            format!("{API_ROOT}/imports/{id}"),
            tag.to_string(),
        )
    }
}

/// Changes of an import (RFC 7396): what is absent stays, `null` clears.
#[derive(Object)]
struct ImportPatch {
    /// What is chosen for it.
    choices: MaybeUndefined<ChoicesPatch>,
}

/// Changes of what is chosen for an import; a list replaces the one that was there.
#[derive(Object)]
#[oai(rename = "ImportChoicesPatch")]
struct ChoicesPatch {
    /// The profile by which headings are read.
    profile_id: MaybeUndefined<Uuid>,
    /// Sheets to read; empty for those that the program takes for the roster.
    #[oai(validator(max_items = 100, max_length = 100))]
    sheets: MaybeUndefined<Vec<String>>,
    /// What columns mean whose headings are not known for certain.
    #[oai(validator(max_items = 1000))]
    columns: MaybeUndefined<Vec<ColumnChoice>>,
    /// Contents of cells to read in place of what stands in the file.
    #[oai(validator(max_items = 10000))]
    corrections: MaybeUndefined<Vec<Correction>>,
    /// Answers to the questions that the preview asks.
    #[oai(validator(max_items = 10000))]
    decisions: MaybeUndefined<Vec<Decision>>,
}

impl ImportPatch {
    fn apply(self, choices: &mut Choices) {
        fn merge<T>(into: &mut Vec<T>, sent: MaybeUndefined<Vec<T>>) {
            match sent {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => into.clear(),
                MaybeUndefined::Value(value) => *into = value,
            }
        }
        match self.choices {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => *choices = Choices::default(),
            MaybeUndefined::Value(sent) => {
                choices.profile_id = crate::api::merged(sent.profile_id, choices.profile_id);
                merge(&mut choices.sheets, sent.sheets);
                merge(&mut choices.columns, sent.columns);
                merge(&mut choices.corrections, sent.corrections);
                merge(&mut choices.decisions, sent.decisions);
            }
        }
    }
}

/// What is to be taken into the register.
#[derive(Object)]
struct ImportCommit {
    /// Leave rows with errors and open questions out; otherwise there may be none.
    #[oai(default)]
    good_rows_only: bool,
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
struct ImportProgress {
    /// Its state.
    state: ImportState,
    /// How much of the present work is done.
    done: i64,
    /// Of how much, where that is known.
    total: Option<i64>,
    /// Its version.
    version: i64,
}

/// What an import does to one record.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ImportChange {
    /// The household, or the person of the staff. A new one has this id once it is committed.
    id: Uuid,
    /// What is done to it.
    action: Action,
    /// Where it stands in the file, such as `名册!12`.
    place: Option<String>,
    /// 户编号 or 工号.
    number: Option<String>,
    /// 户主姓名 or 姓名.
    name: String,
    /// 镇、村 or 单位.
    area: String,
    /// Whether there is an error at it.
    has_errors: bool,
    /// Whether it would be taken in by the import of the good rows alone.
    good: bool,
    /// Keys of the undecided questions that it is part of.
    conflicts: Vec<String>,
    /// Each field that changes; of a new record, none.
    changes: Vec<FieldChangeView>,
}

/// What undoing an import would do.
#[derive(Object)]
struct ImportUndo {
    /// Whether it can be undone: nothing that came later depends on it.
    possible: bool,
    /// Records that become again what they were.
    restored: i64,
    /// Records that go.
    removed: i64,
    /// What depends on it; of each kind at most 1,000.
    dependents: Vec<ImportDependent>,
}

/// A record that came later and needs what an import brought.
#[derive(Object)]
struct ImportDependent {
    /// What it is.
    kind: DependentKind,
    /// The record: the later import, the pairing, the visit …
    id: Uuid,
    /// The household, or the person of the staff, that it is about.
    subject_id: Uuid,
    /// Both in Chinese.
    words: String,
}

impl From<Outlook> for ImportUndo {
    fn from(outlook: Outlook) -> Self {
        let dependents = outlook.dependents.into_iter();
        Self {
            possible: dependents.len() == 0,
            restored: outlook.restored,
            removed: outlook.removed,
            dependents: dependents
                .map(|dependent| ImportDependent {
                    kind: dependent.kind,
                    id: dependent.id,
                    subject_id: dependent.subject_id,
                    words: dependent.words,
                })
                .collect(),
        }
    }
}

fn change_view(change: Change, caller: &Caller) -> ImportChange {
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

type UploadFault = Fault<{ bits::SIGNED | bits::BODY }>;
/// Doing something to one import, by a POST without a body.
type ActFault = Fault<{ bits::SIGNED | bits::NOT_FOUND | bits::CONFLICT }>;
/// A workbook that is made of the file, which may be one that cannot be read.
type MarkedFault =
    Fault<{ bits::SIGNED | bits::NOT_FOUND | bits::CONFLICT | bits::MEDIA_TYPE | bits::INVALID }>;
type CommitFault =
    Fault<{ bits::SIGNED | bits::NOT_FOUND | bits::CONFLICT | bits::BODY | bits::PRECONDITION }>;

#[OpenApi(tag = "Tag::Rosters")]
impl RosterApi {
    /// Import a roster of households
    ///
    /// Keeps the file and answers at once; the import is then read and checked, every cell of it, and
    /// compared with the register. Nothing is written to the register until `commitImport`. Follow it
    /// by `getImport` or `streamImportEvents`. Households are recognised by their 户编号, else by the
    /// identity number of the head.
    #[oai(
        path = "/imports/households",
        method = "post",
        operation_id = "importHouseholds"
    )]
    async fn import_households(
        &self,
        caller: Signed,
        /// A name for this request, so that it is done once even if it is sent again.
        #[oai(name = "Idempotency-Key", validator(max_length = 200))]
        key: Header<Option<String>>,
        /// The profile by which headings are read.
        profile_id: Query<Option<Uuid>>,
        form: RosterForm,
    ) -> Result<Accepted, UploadFault> {
        let kind = RosterKind::Households;
        self.import(&caller.0, kind, key.0, profile_id.0, form)
            .await
    }

    /// Import a roster of staff
    ///
    /// As `importHouseholds`. People are recognised by their 工号, else by their identity number.
    /// Units that are new are added.
    #[oai(path = "/imports/staff", method = "post", operation_id = "importStaff")]
    async fn import_staff(
        &self,
        caller: Signed,
        /// A name for this request, so that it is done once even if it is sent again.
        #[oai(name = "Idempotency-Key", validator(max_length = 200))]
        key: Header<Option<String>>,
        /// The profile by which headings are read.
        profile_id: Query<Option<Uuid>>,
        form: RosterForm,
    ) -> Result<Accepted, UploadFault> {
        let kind = RosterKind::Staff;
        self.import(&caller.0, kind, key.0, profile_id.0, form)
            .await
    }

    /// List imports
    ///
    /// The latest first.
    #[oai(path = "/imports", method = "get", operation_id = "listImports")]
    async fn list_imports(
        &self,
        caller: Signed,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ImportView>>, ListFault> {
        caller.0.require(Permission::KeepRegister)?;
        let cursors = self.0.cursors("listImports");
        let before: Option<Uuid> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        let imports = store::list(&mut tx, before, limit).await?;
        let (imports, next) = page::cut(imports, limit, |import| import.id);
        Ok(Page::json(
            imports.into_iter().map(ImportView::in_list),
            cursors.next(next)?,
        ))
    }

    /// Get an import
    ///
    /// How far it is, and once it was checked what it would do, or did.
    #[oai(path = "/imports/:id", method = "get", operation_id = "getImport")]
    async fn get_import(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<ImportView>, GetFault> {
        caller.0.require(Permission::KeepRegister)?;
        let mut tx = self.0.db.read().await?;
        let import = job::find(&mut tx, id.0).await?;
        let tag = ETag(import.version);
        Ok(Tagged::new(import.into(), tag))
    }

    /// Change what is chosen for an import
    ///
    /// It is checked again with it, from the file and against the register as it is by then.
    #[oai(path = "/imports/:id", method = "patch", operation_id = "updateImport")]
    async fn update_import(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
        /// The import's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<ImportPatch>,
    ) -> Result<Accepted, ChangeFault> {
        caller.0.require(Permission::KeepRegister)?;
        let tag = |version| ETag(version).must_match(if_match.0.as_deref());
        let import = job::check_again(&self.0, &caller.0, id.0, tag, |choices| {
            body.0.apply(choices);
        })
        .await?;
        Ok(import.into())
    }

    /// Check an import again
    ///
    /// From the file, with the same choices, against the register as it is by then: after a commit was
    /// refused since the register had changed, or after seven days.
    #[oai(
        path = "/imports/:id/check",
        method = "post",
        operation_id = "checkImport"
    )]
    async fn check_import(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
    ) -> Result<Accepted, ActFault> {
        caller.0.require(Permission::KeepRegister)?;
        let import = job::check_again(&self.0, &caller.0, id.0, |_| Ok(()), |_| {}).await?;
        Ok(import.into())
    }

    /// Commit an import
    ///
    /// Takes into the register what was checked, in one transaction. With errors or undecided questions
    /// it is refused, unless `good_rows_only` leaves their records out, which is recorded. It is refused
    /// as well where the register has changed since the check in what the import is about; then check
    /// it again.
    #[oai(
        path = "/imports/:id/commit",
        method = "post",
        operation_id = "commitImport"
    )]
    async fn commit_import(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
        /// The import's `ETag` as it was looked at: it is refused if it was checked again meanwhile.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<ImportCommit>,
    ) -> Result<Tagged<ImportView>, CommitFault> {
        caller.0.require(Permission::KeepRegister)?;
        let good_rows_only = body.0.good_rows_only;
        let if_match = if_match.0.as_deref();
        let import = commit::commit(&self.0, &caller.0, id.0, good_rows_only, if_match).await?;
        let tag = ETag(import.version);
        Ok(Tagged::new(import.into(), tag))
    }

    /// Cancel an import
    ///
    /// Its check stops at the next step, and nothing of it is left but the record and the file.
    #[oai(
        path = "/imports/:id/cancel",
        method = "post",
        operation_id = "cancelImport"
    )]
    async fn cancel_import(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<ImportView>, ActFault> {
        caller.0.require(Permission::KeepRegister)?;
        let import = job::cancel(&self.0, &caller.0, id.0).await?;
        let tag = ETag(import.version);
        Ok(Tagged::new(import.into(), tag))
    }

    /// Look at what undoing an import would do
    ///
    /// How many records become again what they were and how many go, and what stands in the way: later
    /// changes of those records, and pairings, visits, plans and lifts of records that would go.
    #[oai(
        path = "/imports/:id/undo",
        method = "get",
        operation_id = "previewImportUndo"
    )]
    async fn preview_import_undo(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
    ) -> Result<Json<ImportUndo>, ActFault> {
        caller.0.require(Permission::KeepRegister)?;
        let mut tx = self.0.db.read().await?;
        let import = job::find(&mut tx, id.0).await?;
        Ok(Json(undo::outlook(&mut tx, &import).await?.into()))
    }

    /// Undo an import
    ///
    /// Changed records become again what they were, as a new version; new ones are removed. The history
    /// of both is kept. Refused, with the exact list, while something that came later depends on it.
    #[oai(
        path = "/imports/:id/undo",
        method = "post",
        operation_id = "undoImport"
    )]
    async fn undo_import(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<ImportView>, ActFault> {
        caller.0.require(Permission::KeepRegister)?;
        let import = undo::undo(&self.0, &caller.0, id.0).await?;
        let tag = ETag(import.version);
        Ok(Tagged::new(import.into(), tag))
    }

    /// Follow an import
    ///
    /// An event each time that it is further, until no more work is done on it.
    #[oai(
        path = "/imports/:id/events",
        method = "get",
        operation_id = "streamImportEvents"
    )]
    async fn stream_import_events(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
    ) -> Result<EventStream<BoxStream<'static, ImportProgress>>, GetFault> {
        caller.0.require(Permission::KeepRegister)?;
        let mut tx = self.0.db.read().await?;
        job::find(&mut tx, id.0).await?;
        let events = events(self.0.clone(), caller.0, id.0).boxed();
        Ok(EventStream::new(events).keep_alive(Duration::from_secs(15)))
    }

    /// List the problems of an import
    ///
    /// Errors first, then warnings, then what was read otherwise than it stands; of each at most 20,000.
    #[oai(
        path = "/imports/:id/problems",
        method = "get",
        operation_id = "listImportProblems"
    )]
    async fn list_import_problems(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
        /// Only of this severity.
        severity: Query<Option<Severity>>,
        /// Only of this kind.
        #[oai(validator(max_length = 100))]
        code: Query<Option<String>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<RosterProblem>>, GetFault> {
        caller.0.require(Permission::KeepRegister)?;
        let cursors = self.0.cursors("listImportProblems");
        let after: Option<ProblemKey> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        job::find(&mut tx, id.0).await?;
        let problems =
            store::problems(&mut tx, id.0, severity.0, code.0.as_deref(), after, limit).await?;
        let (problems, next) = page::cut(problems, limit, |(key, _)| *key);
        Ok(Page::json(
            problems.into_iter().map(|(_, problem)| problem),
            cursors.next(next)?,
        ))
    }

    /// List what an import changes
    ///
    /// Each record that it adds or changes, in the order of the file, with its fields old and new.
    #[oai(
        path = "/imports/:id/changes",
        method = "get",
        operation_id = "listImportChanges"
    )]
    async fn list_import_changes(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
        /// Only those to which this is done.
        action: Query<Option<Action>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ImportChange>>, GetFault> {
        let (limit, cursor) = (crate::api::limit(limit.0), cursor.0.as_deref());
        self.changes(&caller.0, id.0, action.0, limit, cursor).await
    }

    /// List what is not in the file of an import
    ///
    /// Records of the villages (for staff, the units) that the file names which are not in it. They stay
    /// as they are.
    #[oai(
        path = "/imports/:id/absent",
        method = "get",
        operation_id = "listImportAbsent"
    )]
    async fn list_import_absent(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ImportChange>>, GetFault> {
        let (limit, cursor) = (crate::api::limit(limit.0), cursor.0.as_deref());
        let absent = Some(Action::Absent);
        self.changes(&caller.0, id.0, absent, limit, cursor).await
    }

    /// Download the file of an import
    ///
    /// Just as it was sent.
    #[oai(
        path = "/imports/:id/file",
        method = "get",
        operation_id = "downloadImportFile"
    )]
    async fn download_import_file(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
        /// The `ETag` of the file that the client has.
        #[oai(name = "If-None-Match", validator(max_length = 1000))]
        if_none_match: Header<Option<String>>,
    ) -> Result<Workbook, GetFault> {
        caller.0.require(Permission::KeepRegister)?;
        let mut tx = self.0.db.read().await?;
        let import = job::find(&mut tx, id.0).await?;
        let file = file::whole(&mut tx, id.0).await?;
        let ascii = format!("import-{}.xlsx", import.id);
        Ok(Workbook::new(
            file,
            &import.file_name,
            &ascii,
            if_none_match.0.as_deref(),
        ))
    }

    /// Download the file of an import with its problems marked
    ///
    /// As an .xlsx workbook, whatever it was: cells with errors, warnings and repairs are coloured and
    /// noted, and a sheet lists them all. Put right and sent again, it needs nothing else.
    #[oai(
        path = "/imports/:id/marked-file",
        method = "get",
        operation_id = "downloadMarkedImportFile"
    )]
    async fn download_marked_import_file(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
        /// The `ETag` of the file that the client has.
        #[oai(name = "If-None-Match", validator(max_length = 1000))]
        if_none_match: Header<Option<String>>,
    ) -> Result<Workbook, MarkedFault> {
        caller.0.require(Permission::KeepRegister)?;
        let turn = self.0.workbooks.turn().await?;
        let mut tx = self.0.db.read().await?;
        let import = job::find(&mut tx, id.0).await?;
        if import.report.is_none() {
            return Err(job::not_checked(&import).into());
        }
        let problems = store::all_problems(&mut tx, id.0).await?;
        drop(tx);
        let file = file::marked(&self.0, turn, id.0, problems).await?;
        let name = import
            .file_name
            .rsplit_once('.')
            .map_or("", |(stem, _)| stem);
        let name = format!("{name}（标注）.xlsx");
        let ascii = format!("import-{}-marked.xlsx", import.id);
        Ok(Workbook::new(
            file,
            &name,
            &ascii,
            if_none_match.0.as_deref(),
        ))
    }

    /// Download a template
    ///
    /// The empty roster to fill in, with drop-down lists, notes and a sample.
    #[oai(
        path = "/templates/:kind",
        method = "get",
        operation_id = "downloadTemplate"
    )]
    async fn download_template(
        &self,
        _caller: Signed,
        /// Which roster.
        kind: Path<RosterKind>,
        /// The `ETag` of the template that the client has.
        #[oai(name = "If-None-Match", validator(max_length = 1000))]
        if_none_match: Header<Option<String>>,
    ) -> Result<Workbook, GetFault> {
        let written = tokio::task::spawn_blocking(move || template::workbook(kind.0)).await;
        let bytes = written
            .map_err(|error| upload::unwritten(&error))?
            .map_err(|error| upload::unwritten(&error))?;
        let (name, ascii) = template::names(kind.0);
        Ok(Workbook::new(
            bytes,
            &name,
            ascii,
            if_none_match.0.as_deref(),
        ))
    }
}

impl RosterApi {
    async fn import(
        &self,
        caller: &Caller,
        kind: RosterKind,
        key: Option<String>,
        profile_id: Option<Uuid>,
        form: RosterForm,
    ) -> Result<Accepted, UploadFault> {
        caller.require(Permission::KeepRegister)?;
        let name = form.file.file_name().unwrap_or("roster.xlsx").to_owned();
        let size = form.file.size() as u64;
        let mut file = form.file.into_file();
        let mut head = Vec::new();
        (&mut file)
            .take(format::FIRST_BYTES as u64)
            .read_to_end(&mut head)
            .await
            .map_err(|error| upload::not_whole(&error))?;
        format::refuse_at_once(&head, size).map_err(|error| upload::unreadable(&error))?;
        let upload = Upload {
            kind,
            name,
            file,
            choices: Choices {
                profile_id,
                ..Choices::default()
            },
        };
        let id = job::start(&self.0, caller, upload, key.as_deref()).await?;
        let mut tx = self.0.db.read().await?;
        Ok(job::find(&mut tx, id).await?.into())
    }

    async fn changes(
        &self,
        caller: &Caller,
        id: Uuid,
        action: Option<Action>,
        limit: i64,
        cursor: Option<&str>,
    ) -> Result<Json<Page<ImportChange>>, GetFault> {
        caller.require(Permission::KeepRegister)?;
        let cursors = self.0.cursors("listImportChanges");
        let after: Option<i64> = cursors.after(cursor)?;
        let mut tx = self.0.db.read().await?;
        let import = job::find(&mut tx, id).await?;
        let (changes, next) = preview::changes(&mut tx, &import, action, after, limit).await?;
        Ok(Page::json(
            changes
                .into_iter()
                .map(|change| change_view(change, caller)),
            cursors.next(next)?,
        ))
    }
}

/// An event whenever an import is further, the last one when no work is done on it any more. Ends too
/// when the caller's account is closed or changed.
fn events(
    app: App,
    caller: Caller,
    id: Uuid,
) -> impl futures_util::Stream<Item = ImportProgress> + Send {
    let first = (app, caller, None::<ImportProgress>);
    stream::unfold(first, move |(app, caller, last)| async move {
        if last.as_ref().is_some_and(|last| !last.state.is_at_work()) {
            return None;
        }
        loop {
            // A database that is gone ends the stream: the client asks again.
            let mut tx = app.db.read().await.ok()?;
            caller.still(&mut tx).await.ok()?;
            let import = store::find(&mut tx, id).await.ok()??;
            drop(tx);
            let now = ImportProgress {
                state: import.state,
                done: import.done,
                total: import.total,
                version: import.version,
            };
            if last.as_ref() != Some(&now) {
                return Some((now.clone(), (app, caller, Some(now))));
            }
            tokio::time::sleep(LOOK).await;
        }
    })
}
