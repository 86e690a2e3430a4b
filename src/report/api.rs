//! The workbooks over HTTP.

use std::future::Future;

use chrono::NaiveDate;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Query};
use uuid::Uuid;

use super::model::{self, Occasion};
use super::pairings::{self, Roll};
use super::{sheets, store};
use crate::access::{Permission, Signed};
use crate::api::{Tag, Workbook, Year};
use crate::app::App;
use crate::db::{self, outcome};
use crate::pairing::roll::store as roll;
use crate::problem::{Fault, Problem, bits};
use crate::progress::api::{ProgressFault, check_as_of, period};
use crate::staff::unit;

/// A roll can be asked for with a day that is against the rules, or of a unit that is not there.
type RollFault = Fault<{ bits::SIGNED | bits::NOT_FOUND | bits::INVALID }>;

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

    /// Download the roll of pairings
    ///
    /// 结对花名册, an .xlsx to print and sign: units in sum, all pairs, and a sheet for each unit; or
    /// the sheet of one unit. Who was responsible is as of the day, units and names are those of today.
    /// It holds no identity numbers.
    #[oai(
        path = "/reports/pairings",
        method = "get",
        operation_id = "downloadPairingRoll"
    )]
    async fn download_pairing_roll(
        &self,
        caller: Signed,
        /// The day; today if not said.
        as_of: Query<Option<NaiveDate>>,
        /// Only of this unit.
        unit_id: Query<Option<Uuid>>,
        /// The `ETag` of a workbook that you have.
        #[oai(name = "If-None-Match", validator(max_length = 500))]
        if_none_match: Header<Option<String>>,
    ) -> Result<Workbook, RollFault> {
        caller.0.require(Permission::SeeProgress)?;
        let as_of = as_of.0.unwrap_or(self.0.today());
        let (name, bytes) = pairing_roll(&self.0, as_of, unit_id.0, caller.0.username).await?;
        let ascii_name = format!("pairings-as-of-{as_of}.xlsx");
        let if_none_match = if_none_match.0.as_deref();
        Ok(Workbook::new(bytes, &name, &ascii_name, if_none_match))
    }
}

/// Makes the roll of pairings, and the name to file it under.
pub async fn pairing_roll(
    app: &App,
    as_of: NaiveDate,
    unit_id: Option<Uuid>,
    made_by: String,
) -> Result<(String, Vec<u8>), Problem> {
    let made_on = app.today();
    check_as_of(as_of, made_on)?;
    let db = app.db.clone();
    made(app, async move || {
        let mut tx = db.read().await?;
        let unit = match unit_id {
            None => None,
            Some(id) => {
                let unit = unit::find(&mut tx, id).await?;
                let unit = unit.ok_or_else(|| Problem::not_found("单位", "unit"))?;
                Some((id, unit.name))
            }
        };
        let entries = roll::on_day(&mut tx, as_of, unit_id).await?;
        drop(tx);
        let of = unit.as_ref().map_or("", |(_, name)| name.as_str());
        let of = sheets::READER.text(of);
        let name = format!("{of}结对花名册-截至{as_of}.xlsx");
        let occasion = pairings::Occasion {
            as_of,
            unit,
            made_on,
            made_by,
        };
        let roll = Roll::new(entries, occasion);
        let bytes = sheets::pairings::workbook(&roll).map_err(|error| cannot_write(&error))?;
        Ok((name, bytes))
    })
    .await
}

/// The name under which the office files the workbook.
pub fn file_name(occasion: &Occasion) -> String {
    format!("帮扶进度-{}年-截至{}.xlsx", occasion.year, occasion.as_of)
}

/// Makes the workbook.
pub async fn workbook(app: &App, occasion: Occasion) -> Result<Vec<u8>, Problem> {
    let db = app.db.clone();
    made(app, async move || {
        let mut tx = db.read().await?;
        let sources = store::sources(&mut tx, &occasion).await?;
        drop(tx);
        let report = model::report(sources, occasion);
        sheets::workbook(&report).map_err(|error| cannot_write(&error))
    })
    .await
}

/// Reads for a workbook and makes it, in its turn, where it keeps no request waiting.
async fn made<T, F>(app: &App, make: impl FnOnce() -> F + Send + 'static) -> Result<T, Problem>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Problem>>,
{
    let turn = app.workbooks.turn().await?;
    turn.run_async(|| outcome::of_one_request(make()))
        .await
        .unwrap_or_else(|error| Err(cannot_write(&error)))
}

/// Also of a panic: the library that writes workbooks knows no other way to say that a temporary file cannot be
/// written.
fn cannot_write(error: &dyn std::error::Error) -> Problem {
    if db::tells_of_full_disk(&error.to_string()) {
        return db::storage_full();
    }
    tracing::error!(%error, "a workbook cannot be made");
    Problem::new(
        poem::http::StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "生成报表时出错，已记录；请稍后重试",
        "the workbook could not be made; the fault has been logged, try again",
    )
}
