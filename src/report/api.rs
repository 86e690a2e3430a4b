//! The progress workbook over HTTP.

use chrono::NaiveDate;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Query};

use super::model::{self, Occasion};
use super::{sheets, store};
use crate::access::{Permission, Signed};
use crate::api::{Tag, Workbook, Year};
use crate::app::App;
use crate::problem::Problem;
use crate::progress::api::{ProgressFault, period};

/// Operations on reports.
pub struct ReportApi(pub App);

#[OpenApi(tag = "Tag::Progress")]
impl ReportApi {
    /// Download the progress workbook
    ///
    /// An .xlsx with the year's result and a chart by month, units, helpers, the ledger of households
    /// with their six points, and lifts. Identity numbers are masked.
    #[oai(
        path = "/reports/progress",
        method = "get",
        operation_id = "downloadProgressWorkbook"
    )]
    async fn download_progress_workbook(
        &self,
        caller: Signed,
        /// The year; this year if not said.
        year: Query<Option<Year>>,
        /// The day up to which to look; today if not said.
        as_of: Query<Option<NaiveDate>>,
        /// The `ETag` of a workbook that you have.
        #[oai(name = "If-None-Match", validator(max_length = 500))]
        if_none_match: Header<Option<String>>,
    ) -> Result<Workbook, ProgressFault> {
        caller.0.require(Permission::SeeProgress)?;
        let (year, as_of) = period(&self.0, year.0, as_of.0)?;
        let occasion = Occasion {
            year,
            as_of,
            made_on: self.0.today(),
            made_by: caller.0.username,
        };
        let name = file_name(&occasion);
        let ascii_name = format!("progress-{year}-as-of-{as_of}.xlsx");
        let bytes = workbook(&self.0, occasion).await?;
        let if_none_match = if_none_match.0.as_deref();
        Ok(Workbook::new(bytes, &name, &ascii_name, if_none_match))
    }
}

/// The name under which the office files the workbook.
pub fn file_name(occasion: &Occasion) -> String {
    format!("帮扶进度-{}年-截至{}.xlsx", occasion.year, occasion.as_of)
}

/// Makes the workbook.
pub async fn workbook(app: &App, occasion: Occasion) -> Result<Vec<u8>, Problem> {
    let mut tx = app.db.read().await?;
    let sources = store::sources(&mut tx, &occasion).await?;
    drop(tx);
    let made =
        tokio::task::spawn_blocking(move || sheets::workbook(&model::report(sources, occasion)));
    match made.await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(cannot_write(&error)),
        Err(error) => Err(cannot_write(&error)),
    }
}

fn cannot_write(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "the progress workbook cannot be made");
    Problem::new(
        poem::http::StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "生成进度表时出错，已记录；请稍后重试",
        "the workbook could not be made; the fault has been logged, try again",
    )
}
