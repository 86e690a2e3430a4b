//! Progress over HTTP.

use chrono::NaiveDate;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;

use super::service;
use super::view::ProgressView;
use crate::access::Signed;
use crate::api::{Tag, Year};
use crate::app::App;
use crate::code_list;
use crate::problem::{Fault, bits};

/// Operations on progress.
pub struct ProgressApi(pub App);

code_list! {
    /// What progress tells on demand.
    pub enum ProgressDetail = "progress_detail", "进度附加内容" {
        Points = "points", "六项要点", [];
    }
}

/// Progress can be asked for with a day that is against the rules.
pub type ProgressFault = Fault<{ bits::SIGNED | bits::INVALID }>;

#[OpenApi(tag = "Tag::Progress")]
impl ProgressApi {
    /// Get progress
    ///
    /// What the year's work comes to, as of a day: lifts by month, town, unit and helper; households, visits and
    /// benefits by unit and helper; the same figures as in the progress workbook. Towns, units and helpers are in
    /// the order of pinyin and numbers by their value. A lift counts to
    /// the year of its approval; one that falls back within that year no longer counts; a household
    /// lifted before is lifted again, never newly. Nothing dated after the day is seen. A unit's contact gets
    /// the lifts of their unit's people alone, the same that the whole says of the unit, without a target.
    #[oai(path = "/progress", method = "get", operation_id = "getProgress")]
    async fn get_progress(
        &self,
        caller: Signed,
        /// The year; that of `as_of` if not said.
        year: Query<Option<Year>>,
        /// The day up to which to look; today if not said.
        as_of: Query<Option<NaiveDate>>,
        /// What to tell besides; the parameter may stand several times. `points` looks through every
        /// household, which takes a while for a large county.
        #[oai(validator(max_items = 1))]
        include: Query<Option<Vec<ProgressDetail>>>,
    ) -> Result<Json<ProgressView>, ProgressFault> {
        let with_points = include.0.is_some_and(|include| !include.is_empty());
        let view = service::of_year(&self.0, &caller.0, year.0, as_of.0, with_points).await?;
        Ok(Json(view))
    }
}
