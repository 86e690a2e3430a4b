//! Importing pairs over HTTP.

use std::path::Path;

use poem_openapi::param::{Header, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::multipart;
use poem_openapi::{Multipart, Object, OpenApi};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::model::{Outcome, PairList};
use super::service;
use crate::access::Signed;
use crate::api::Tag;
use crate::app::App;
use crate::problem::CreateFault;
use crate::roster::RosterProblem;
use crate::roster::problem_group::ProblemGroup;
use crate::roster::upload;
use crate::text::storable;
use crate::workbook::format;

/// Operations on lists of pairs.
pub struct PairingImportApi(pub App);

/// A list of pairs to take in.
#[derive(Multipart)]
struct PairingListForm {
    /// The workbook, .xlsx, .xlsm, .xls, .xlsb, .ods or .csv.
    file: multipart::Upload,
}

/// What came of a list of pairs.
#[derive(Object)]
pub(super) struct PairingImport {
    /// Whether pairs were written: all of the list or none.
    written: bool,
    /// Rows with content.
    rows: i64,
    /// Pairs that are new.
    new: i64,
    /// Pairs that hold already; they stay as they are.
    unchanged: i64,
    /// How many errors there are.
    errors: i64,
    /// How many warnings there are.
    warnings: i64,
    /// The problems by kind and column, for people to read: one line each instead of one a cell. The
    /// gravest first, then those of the most cells.
    #[oai(validator(max_items = 1000))]
    groups: Vec<ProblemGroup>,
    /// The first thousand of all problems, errors before others.
    #[oai(validator(max_items = 1000))]
    problems: Vec<RosterProblem>,
}

#[OpenApi(tag = "Tag::Pairing")]
impl PairingImportApi {
    /// Import pairs
    ///
    /// A workbook of pairs that people have made by hand: which household (户编号, 户主证件号码 or
    /// 户主姓名 with 镇 and 村), which helper (工号, 责任人证件号码 or 责任人姓名 with 单位), 结对日期
    /// (today if left out) and 备注. 户编号 and 工号 alone are enough. Every row is checked against the register: unknown or ambiguous
    /// households and people, people who are inactive, on leave or have no place left, pairs that the
    /// office forbids or that are relatives, households that are pinned to or have another helper or
    /// stand twice with different words. All pairs are made or none; with `dry_run` none is.
    #[oai(
        path = "/pairing-imports",
        method = "post",
        operation_id = "importPairings"
    )]
    async fn import_pairings(
        &self,
        caller: Signed,
        /// The same key and file gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        /// Whether only to check the file; no if not said.
        dry_run: Query<Option<bool>>,
        /// The sheet to read; those that look like a list of pairs if not said.
        #[oai(validator(max_length = 100))]
        sheet: Query<Option<String>>,
        form: PairingListForm,
    ) -> Result<Json<PairingImport>, CreateFault> {
        let name = form.file.file_name().unwrap_or("pairings.xlsx");
        let name = storable(name.into()).into_owned();
        let mut upload = form.file.into_file();
        let (sha256, size) = upload::digest(&mut upload)
            .await
            .map_err(|error| upload::not_whole(&error))?;
        let spooled = spool(&mut upload)
            .await
            .map_err(|error| upload::unwritten(&error))?;
        let head = head(spooled.path())
            .await
            .map_err(|error| upload::not_whole(&error))?;
        let size = u64::try_from(size).unwrap_or_default();
        format::refuse_at_once(&head, size).map_err(|error| upload::unreadable(&error))?;
        let list = PairList {
            path: spooled.path().to_owned(),
            name,
            sha256,
            sheets: sheet.0.into_iter().collect(),
            dry_run: dry_run.0.unwrap_or_default(),
        };
        let key = idempotency_key.0.as_deref();
        let outcome = service::import(&self.0, &caller.0, key, &list).await?;
        Ok(Json(view(outcome)))
    }
}

/// The first bytes of a file, which tell its format.
async fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = tokio::fs::File::open(path).await?;
    let mut head = Vec::new();
    let mut limited = file.take(format::FIRST_BYTES as u64);
    limited.read_to_end(&mut head).await?;
    Ok(head)
}

/// The file where another process can read it. It may be too large for memory.
async fn spool(upload: &mut tokio::fs::File) -> std::io::Result<NamedTempFile> {
    let spooled = NamedTempFile::new()?;
    upload.rewind().await?;
    let mut copy = tokio::fs::File::from_std(spooled.reopen()?);
    tokio::io::copy(upload, &mut copy).await?;
    copy.flush().await?;
    Ok(spooled)
}

/// The outcome as it is shown.
pub(super) fn view(outcome: Outcome) -> PairingImport {
    PairingImport {
        written: outcome.written,
        rows: outcome.rows,
        new: outcome.new,
        unchanged: outcome.unchanged,
        errors: outcome.errors,
        warnings: outcome.warnings,
        groups: outcome.groups,
        problems: outcome.problems,
    }
}
