//! The workbooks over HTTP.

use chrono::NaiveDate;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Query};
use uuid::Uuid;

use super::service::{self, MadeWorkbook};
use crate::access::Signed;
use crate::api::{Tag, Workbook, Year};
use crate::app::App;
use crate::problem::{Fault, bits};
use crate::progress::api::ProgressFault;

/// A roll can be asked for with a day that is against the rules, or of a unit that is not there.
type RollFault = Fault<{ bits::SIGNED | bits::NOT_FOUND | bits::INVALID }>;

/// Operations on reports.
pub struct ReportApi(pub App);

#[OpenApi(tag = "Tag::Progress")]
impl ReportApi {
    /// Download the progress workbook
    ///
    /// An .xlsx with the year's result and a chart by month, units, helpers, the ledger of households
    /// with their six points, and lifts. Identity numbers are masked. A unit's contact gets their unit's
    /// people, households and lifts alone, without a target.
    #[oai(
        path = "/reports/progress",
        method = "get",
        operation_id = "downloadProgressWorkbook"
    )]
    async fn download_progress_workbook(
        &self,
        caller: Signed,
        /// The year; that of `as_of` if not said.
        year: Query<Option<Year>>,
        /// The day up to which to look; today if not said.
        as_of: Query<Option<NaiveDate>>,
        /// The `ETag` of a workbook that you have.
        #[oai(name = "If-None-Match", validator(max_length = 500))]
        if_none_match: Header<Option<String>>,
    ) -> Result<Workbook, ProgressFault> {
        let made = service::progress_workbook(&self.0, &caller.0, year.0, as_of.0).await?;
        Ok(answer(made, if_none_match.0.as_deref()))
    }

    /// Download the roll of pairings
    ///
    /// The roll of pairings (结对花名册), an .xlsx to print and sign: units in sum, all pairs, and a sheet for each unit; or
    /// the sheet of one unit. Who was responsible is as of the day, units and names are those of today.
    /// It holds no identity numbers. A unit's contact gets the sheet of their unit.
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
        let made = service::pairing_roll(&self.0, &caller.0, as_of.0, unit_id.0).await?;
        Ok(answer(made, if_none_match.0.as_deref()))
    }
}

fn answer(made: MadeWorkbook, if_none_match: Option<&str>) -> Workbook {
    Workbook::new(made.bytes, &made.name, &made.ascii_name, if_none_match)
}
