//! Importing rosters over HTTP.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::{EventStream, Json};
use poem_openapi::types::multipart;
use poem_openapi::{ApiResponse, Multipart, Object, OpenApi};
use uuid::Uuid;

use super::patch::ImportPatch;
use crate::access::Signed;
use crate::api::{API_ROOT, ETag, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::import::model::Import;
use crate::import::service::{self, Upload};
use crate::import::view::{ImportProgress, ImportUndo, ImportView};
use crate::problem::{ChangeFault, Fault, GetFault, ListFault, bits};
use crate::roster::choices::Choices;
use crate::roster::report::RosterKind;

/// Operations on rosters.
pub struct RosterApi(pub App);

/// A roster to take in.
#[derive(Multipart)]
struct RosterForm {
    /// The workbook, .xlsx, .xlsm, .xls, .xlsb, .ods or .csv: our template filled in, or the national system's export.
    file: multipart::Upload,
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

/// What is to be taken into the register.
#[derive(Object)]
struct ImportCommit {
    /// Leave rows with errors and open questions out; otherwise there may be none.
    #[oai(default)]
    good_rows_only: bool,
}

type UploadFault = Fault<{ bits::SIGNED | bits::BODY }>;
/// Doing something to one import, by a POST without a body.
type ActFault = Fault<{ bits::SIGNED | bits::NOT_FOUND | bits::CONFLICT }>;
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
        let upload = upload(RosterKind::Households, profile_id.0, form);
        let import = service::start(&self.0, &caller.0, upload, key.0.as_deref()).await?;
        Ok(import.into())
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
        let upload = upload(RosterKind::Staff, profile_id.0, form);
        let import = service::start(&self.0, &caller.0, upload, key.0.as_deref()).await?;
        Ok(import.into())
    }

    /// Import pairs
    ///
    /// As `importHouseholds`, of a workbook of pairs that people have made by hand: which household (户编号,
    /// 户主证件号码 or 户主姓名 with 镇 and 村), which helper (工号, 责任人证件号码 or 责任人姓名 with 单位), 结对日期
    /// (the day of the check if left out) and 备注. 户编号 and 工号 alone are enough. Every row is checked against
    /// the register: unknown or ambiguous households and people, people who are inactive, on leave or have no
    /// place left, pairs that the office forbids or that are relatives, households that are pinned to or have
    /// another helper or stand twice with different words. `commitImport` makes all pairs or none, after each was
    /// checked once more. Pairs that hold already stay as they are. There are no questions to decide and no
    /// fields to clear; an import of pairs is not undone as a whole (409 `import_not_undoable`): end
    /// pairings that are wrong one by one (`endPairing`).
    #[oai(
        path = "/imports/pairings",
        method = "post",
        operation_id = "importPairings"
    )]
    async fn import_pairings(
        &self,
        caller: Signed,
        /// A name for this request, so that it is done once even if it is sent again.
        #[oai(name = "Idempotency-Key", validator(max_length = 200))]
        key: Header<Option<String>>,
        /// The profile by which headings are read.
        profile_id: Query<Option<Uuid>>,
        form: RosterForm,
    ) -> Result<Accepted, UploadFault> {
        let upload = upload(RosterKind::Pairings, profile_id.0, form);
        let import = service::start(&self.0, &caller.0, upload, key.0.as_deref()).await?;
        Ok(import.into())
    }

    /// List imports
    ///
    /// The latest first.
    #[oai(path = "/imports", method = "get", operation_id = "listImports")]
    async fn list_imports(
        &self,
        _caller: Signed,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ImportView>>, ListFault> {
        let cursors = self.0.cursors("listImports");
        let before: Option<Uuid> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let (imports, next) = service::list(&self.0, before, limit).await?;
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
        _caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<ImportView>, GetFault> {
        Ok(tagged(service::get(&self.0, id.0).await?))
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
        let tag = |version| ETag(version).must_match(if_match.0.as_deref());
        let (app, caller) = (&self.0, &caller.0);
        let choose = |choices: &mut Choices| body.0.apply(choices);
        let import = service::choose(app, caller, id.0, tag, choose).await?;
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
        let (app, caller) = (&self.0, &caller.0);
        let import = service::check_again(app, caller, id.0, |_| Ok(()), |_| {}).await?;
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
        let good_rows_only = body.0.good_rows_only;
        let if_match = if_match.0.as_deref();
        let import = service::commit(&self.0, &caller.0, id.0, good_rows_only, if_match).await?;
        Ok(tagged(import))
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
        Ok(tagged(service::cancel(&self.0, &caller.0, id.0).await?))
    }

    /// Look at what undoing an import would do
    ///
    /// How many records become again what they were and how many go, and what stands in the way: later
    /// changes of those records, and pairings, visits, plans and lifts of records that would go. 409
    /// `import_not_undoable` for an import of pairs.
    #[oai(
        path = "/imports/:id/undo",
        method = "get",
        operation_id = "previewImportUndo"
    )]
    async fn preview_import_undo(
        &self,
        _caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
    ) -> Result<Json<ImportUndo>, ActFault> {
        let outlook = service::outlook(&self.0, id.0).await?;
        Ok(Json(ImportUndo {
            possible: outlook.dependents.is_empty(),
            restored: outlook.restored,
            removed: outlook.removed,
            dependents: outlook.dependents.into_iter().map(Into::into).collect(),
        }))
    }

    /// Undo an import
    ///
    /// Changed records become again what they were, as a new version; new ones are removed. The history
    /// of both is kept. Refused, with the exact list, while something that came later depends on it. An import
    /// of pairs is not undone as a whole: end its pairings one by one (`endPairing`).
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
        Ok(tagged(service::undo(&self.0, &caller.0, id.0).await?))
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
        let events = service::follow(&self.0, caller.0, id.0).await?.boxed();
        Ok(EventStream::new(events).keep_alive(Duration::from_secs(15)))
    }
}

fn upload(kind: RosterKind, profile_id: Option<Uuid>, form: RosterForm) -> Upload<tokio::fs::File> {
    Upload {
        kind,
        name: form.file.file_name().unwrap_or("roster.xlsx").to_owned(),
        size: form.file.size() as u64,
        file: form.file.into_file(),
        choices: Choices {
            profile_id,
            ..Choices::default()
        },
    }
}

fn tagged(import: Import) -> Tagged<ImportView> {
    let tag = ETag(import.version);
    Tagged::new(import.into(), tag)
}
