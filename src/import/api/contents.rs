//! What is in an import, over HTTP: its problems, its changes, its file; and the templates.

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use crate::access::{Caller, Signed};
use crate::api::{Limit, Page, Tag, Workbook};
use crate::app::App;
use crate::codes::Action;
use crate::household::rule::Severity;
use crate::import::service;
use crate::import::store::{ProblemKey, Wanted};
use crate::import::view::{ImportChange, change_view};
use crate::problem::{Fault, GetFault, bits};
use crate::roster::report::{RosterKind, RosterProblem};
use crate::roster::template;
use crate::roster::upload;

/// Operations on what is in an import.
pub struct ContentApi(pub App);

/// A workbook that is made of the file, which may be one that cannot be read.
type MarkedFault =
    Fault<{ bits::SIGNED | bits::NOT_FOUND | bits::CONFLICT | bits::MEDIA_TYPE | bits::INVALID }>;

#[expect(
    clippy::too_many_arguments,
    reason = "the parameters of an operation are those of its document"
)]
#[OpenApi(tag = "Tag::Rosters")]
impl ContentApi {
    /// List the problems of an import
    ///
    /// Errors first, then warnings, then what was read otherwise than it stands; of each at most 20,000.
    /// `groups` of the import's report tells them in fewer words; `severity`, `code` and `column` of a
    /// group list what belongs to it.
    #[oai(
        path = "/imports/:id/problems",
        method = "get",
        operation_id = "listImportProblems"
    )]
    async fn list_import_problems(
        &self,
        _caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
        /// Only of this severity.
        severity: Query<Option<Severity>>,
        /// Only of this kind.
        #[oai(validator(max_length = 100))]
        code: Query<Option<String>>,
        /// Only at the column with this heading, as `column` of a group says it; empty for those of groups
        /// that have no column.
        #[oai(validator(max_length = 200))]
        column: Query<Option<String>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<RosterProblem>>, GetFault> {
        let cursors = self.0.cursors("listImportProblems");
        let after: Option<ProblemKey> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let wanted = Wanted {
            severity: severity.0,
            code: code.0.as_deref(),
            column: column.0.as_deref(),
        };
        let (problems, next) = service::problems(&self.0, id.0, wanted, after, limit).await?;
        Ok(Page::json(problems, cursors.next(next)?))
    }

    /// List what an import changes
    ///
    /// Each record that it adds or changes, in the order of the file, with its fields old and new. Of a list of
    /// pairs: the households that get a helper, with the helper and the first day.
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
    /// as they are. Of a list of pairs, none: it says nothing of other households.
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
        _caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
        /// The `ETag` of the file that the client has.
        #[oai(name = "If-None-Match", validator(max_length = 1000))]
        if_none_match: Header<Option<String>>,
    ) -> Result<Workbook, GetFault> {
        let (import, file) = service::file(&self.0, id.0).await?;
        let ascii = format!("import-{}.xlsx", import.id);
        let if_none_match = if_none_match.0.as_deref();
        Ok(Workbook::new(
            file,
            &import.file_name,
            &ascii,
            if_none_match,
        ))
    }

    /// Download the file of an import with its problems marked
    ///
    /// Cells with errors, warnings and repairs are coloured and noted, and a sheet lists them all. An
    /// .xlsx stays the file that it was: formats, formulas, filters, other sheets and all else in it are
    /// kept (macros are not). An .xls, .xlsb, .ods or .csv comes as an .xlsx with what was read of it,
    /// without its formats and formulas; the list says so. Put right and sent again, it needs nothing
    /// else: the list is known again, and marks of cells that are right now go away.
    #[oai(
        path = "/imports/:id/marked-file",
        method = "get",
        operation_id = "downloadMarkedImportFile"
    )]
    async fn download_marked_import_file(
        &self,
        _caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
        /// The `ETag` of the file that the client has.
        #[oai(name = "If-None-Match", validator(max_length = 1000))]
        if_none_match: Header<Option<String>>,
    ) -> Result<Workbook, MarkedFault> {
        let (import, file) = service::marked_file(&self.0, id.0).await?;
        let name = import
            .file_name
            .rsplit_once('.')
            .map_or("", |(stem, _)| stem);
        let name = format!("{name}（标注）.xlsx");
        let ascii = format!("import-{}-marked.xlsx", import.id);
        let if_none_match = if_none_match.0.as_deref();
        Ok(Workbook::new(file, &name, &ascii, if_none_match))
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

impl ContentApi {
    async fn changes(
        &self,
        caller: &Caller,
        id: Uuid,
        action: Option<Action>,
        limit: i64,
        cursor: Option<&str>,
    ) -> Result<Json<Page<ImportChange>>, GetFault> {
        let cursors = self.0.cursors("listImportChanges");
        let after: Option<i64> = cursors.after(cursor)?;
        let (changes, next) = service::changes(&self.0, id, action, after, limit).await?;
        Ok(Page::json(
            changes
                .into_iter()
                .map(|change| change_view(change, caller)),
            cursors.next(next)?,
        ))
    }
}
