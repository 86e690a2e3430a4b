//! Importing rosters over HTTP, and the templates for them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use poem::http::StatusCode;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::multipart;
use poem_openapi::{ApiResponse, Multipart, Object, OpenApi};
use uuid::Uuid;

use super::import::{self, ImportError, Upload};
use super::report::{Counts, ImportReport, MAX_PROBLEMS, RosterKind, RosterProblem, Severity};
use super::store::{self, Import};
use super::template;
use crate::access::{Caller, Permission, Signed};
use crate::api::{Limit, Page, Tag, Workbook};
use crate::app::App;
use crate::code_list::CodeList;
use crate::db::{Json as JsonColumn, page};
use crate::problem::{Fault, FieldProblem, GetFault, ListFault, Problem, bits};
use crate::workbook::reader::ReadError;

/// Operations on rosters.
pub struct RosterApi(pub App);

/// A roster to take in.
#[derive(Multipart)]
struct RosterForm {
    /// The workbook, .xlsx, .xlsm, .xls, .xlsb, .ods or .csv: our template filled in, or the national system's export.
    file: multipart::Upload,
}

/// What came of a roster that was sent.
#[derive(ApiResponse)]
enum ImportAnswer {
    /// Nothing was written: only a check was asked for, or the file would change nothing.
    #[oai(status = 200)]
    Checked(Json<ImportReport>),
    /// The roster was taken in.
    #[oai(status = 201)]
    Committed(Json<ImportReport>),
}

/// An import that was done.
#[derive(Object)]
#[oai(rename = "Import", skip_serializing_if_is_none)]
struct ImportView {
    /// Its id.
    id: Uuid,
    /// Which roster.
    kind: RosterKind,
    /// Name of the file.
    file_name: String,
    /// SHA-256 of the file, hexadecimal.
    file_sha256: String,
    /// When.
    at: DateTime<Utc>,
    /// By which account.
    actor: String,
    /// The sheet that was read.
    sheet: Option<String>,
    /// Rows with content below the header.
    rows: i64,
    /// Households, for a roster of households.
    households: Option<Counts>,
    /// Persons in the households, for a roster of households.
    persons: Option<Counts>,
    /// Staff, for a roster of staff.
    staff: Option<Counts>,
    /// How many warnings there were.
    warning_count: i64,
}

/// An import that was done, with its warnings.
#[derive(Object)]
struct ImportDetails {
    /// The import.
    import: ImportView,
    /// Its warnings, at most 1,000 of them.
    #[oai(validator(max_items = 1000))]
    warnings: Vec<RosterProblem>,
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        let JsonColumn(counts) = import.counts;
        Self {
            id: import.id,
            kind: import.kind,
            file_name: import.file_name,
            file_sha256: import.file_sha256,
            at: import.at,
            actor: import.actor,
            sheet: counts.sheet,
            rows: counts.rows,
            households: counts.households,
            persons: counts.persons,
            staff: counts.staff,
            warning_count: counts.warning_count,
        }
    }
}

type ImportFault = Fault<{ bits::SIGNED | bits::BODY }>;

#[OpenApi(tag = "Tag::Rosters")]
impl RosterApi {
    /// Import a roster of households
    ///
    /// All or nothing: with any error nothing is written, and all errors and warnings are reported at
    /// once with sheet, cell, value, reason and cure. Households are recognised by their 户编号, else
    /// by the identity number of the head: new ones are added, changed ones replaced with their
    /// history kept, equal ones and those that are not in the file left alone. The same file again
    /// changes nothing. With `dry_run=true` nothing is written and the report is the answer even if
    /// the roster has errors.
    #[oai(
        path = "/imports/households",
        method = "post",
        operation_id = "importHouseholds"
    )]
    async fn import_households(
        &self,
        caller: Signed,
        /// Only check the file.
        dry_run: Query<Option<bool>>,
        /// A name for this request, so that it is done once even if it is sent again.
        #[oai(name = "Idempotency-Key", validator(max_length = 200))]
        key: Header<Option<String>>,
        form: RosterForm,
    ) -> Result<ImportAnswer, ImportFault> {
        self.import(&caller.0, RosterKind::Households, dry_run.0, key.0, form)
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
        /// Only check the file.
        dry_run: Query<Option<bool>>,
        /// A name for this request, so that it is done once even if it is sent again.
        #[oai(name = "Idempotency-Key", validator(max_length = 200))]
        key: Header<Option<String>>,
        form: RosterForm,
    ) -> Result<ImportAnswer, ImportFault> {
        self.import(&caller.0, RosterKind::Staff, dry_run.0, key.0, form)
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
        #[oai(validator(max_length = 500))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ImportView>>, ListFault> {
        caller.0.require(Permission::KeepRegister)?;
        let before: Option<Uuid> = crate::api::after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        let imports = store::list(&mut tx, before, limit).await?;
        let (imports, next) = page::cut(imports, limit, |import| import.id);
        Ok(Page::json(imports.into_iter().map(Into::into), next))
    }

    /// Get an import
    ///
    /// What it did, and its warnings.
    #[oai(path = "/imports/:id", method = "get", operation_id = "getImport")]
    async fn get_import(
        &self,
        caller: Signed,
        /// The import's id.
        id: Path<Uuid>,
    ) -> Result<Json<ImportDetails>, GetFault> {
        caller.0.require(Permission::KeepRegister)?;
        let mut tx = self.0.db.read().await?;
        let import = store::find(&mut tx, id.0).await?.ok_or_else(no_import)?;
        Ok(Json(ImportDetails {
            import: import.into(),
            warnings: store::warnings(&mut tx, id.0).await?,
        }))
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
        let import = store::find(&mut tx, id.0).await?.ok_or_else(no_import)?;
        let file = store::file(&mut tx, id.0).await?.ok_or_else(no_import)?;
        let ascii = format!("import-{}.xlsx", import.id);
        Ok(Workbook::new(
            file,
            &import.file_name,
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
            .map_err(|error| unwritten(&error))?
            .map_err(|error| unwritten(&error))?;
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
        dry_run: Option<bool>,
        key: Option<String>,
        form: RosterForm,
    ) -> Result<ImportAnswer, ImportFault> {
        caller.require(Permission::KeepRegister)?;
        let name = form.file.file_name().unwrap_or("roster.xlsx").to_owned();
        let bytes = form.file.into_vec().await.map_err(|error| {
            Problem::bad_request(
                format!("上传的文件没有收全，请重新上传：{error}"),
                format!("the upload did not arrive whole, send it again: {error}"),
            )
        })?;
        let upload = Upload {
            kind,
            name,
            bytes: Arc::new(bytes),
            dry_run: dry_run.unwrap_or(false),
        };
        let watcher: import::Watcher = Arc::new(|_| {});
        let report = import::run(&self.0, caller, upload, key.as_deref(), &watcher).await?;
        if report.committed {
            Ok(ImportAnswer::Committed(Json(report)))
        } else if report.dry_run || report.error_count == 0 {
            Ok(ImportAnswer::Checked(Json(report)))
        } else {
            Err(roster_has_errors(&report).into())
        }
    }
}

fn unwritten(error: &impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a template could not be written");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "系统内部错误，已记录",
        "an internal error, which has been logged",
    )
}

fn no_import() -> Problem {
    Problem::not_found("次导入", "import")
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Problem(problem) => problem,
            ImportError::Unreadable(error) => unreadable(&error),
        }
    }
}

/// A file that is no workbook, or a broken one; or a reader that is broken.
fn unreadable(error: &ReadError) -> Problem {
    let (status, code, en) = if *error == ReadError::Internal {
        (
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "an internal error, which has been logged",
        )
    } else if matches!(error, ReadError::TooLarge(_)) {
        (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "the workbook is too large; split it by town or village",
        )
    } else if error.is_wrong_type() {
        (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "wrong_file_type",
            "the file is not a workbook that can be imported; open it in Excel or WPS and save it as .xlsx",
        )
    } else {
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            "unreadable_file",
            "the workbook cannot be read; open it in Excel or WPS and save it as .xlsx again",
        )
    };
    Problem::new(status, code, format!("{error}。{}", error.cure()), en)
        .with_errors(vec![field_problem(&RosterProblem::of_reading(error))])
}

/// A roster with errors: all of them, so that all can be put right before it is sent again.
fn roster_has_errors(report: &ImportReport) -> Problem {
    let errors: Vec<_> = report
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .map(field_problem)
        .collect();
    let cut = if report.error_count > i64::try_from(errors.len()).unwrap_or(i64::MAX) {
        format!("（以下只列出前 {MAX_PROBLEMS} 处）")
    } else {
        String::new()
    };
    Problem::invalid(
        "roster_has_errors",
        format!(
            "{}中有 {} 处错误，未写入任何内容；请逐条改正后重新导入{cut}",
            report.kind.label(),
            report.error_count
        ),
        format!(
            "the roster has {} errors and nothing was written; put them right and import it again",
            report.error_count
        ),
    )
    .with_errors(errors)
}

fn field_problem(problem: &RosterProblem) -> FieldProblem {
    FieldProblem {
        pointer: "/file".to_owned(),
        detail: problem.reason.clone(),
        sheet: problem.sheet.clone(),
        cell: problem.cell.clone(),
        value: problem.value.clone(),
        cure: Some(problem.cure.clone()),
    }
}
