//! Reading and changing settings and year plans.

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;

use super::model::{Settings, YearPlan, YearPlanValues};
use super::service;
use crate::access::Signed;
use crate::api::{ETag, Limit, Page, Tag, Tagged, Year};
use crate::app::App;
use crate::problem::{ChangeFault, GetFault, ListFault};

/// Operations on settings and year plans.
pub struct SettingsApi(pub App);

#[OpenApi(tag = "Tag::Settings")]
impl SettingsApi {
    /// Get the settings
    ///
    /// Those in force: the defaults until the office changes them.
    #[oai(path = "/settings", method = "get", operation_id = "getSettings")]
    async fn get_settings(&self, _caller: Signed) -> Result<Tagged<Settings>, ListFault> {
        let (settings, version) = service::get(&self.0).await?;
        Ok(Tagged::new(settings, ETag(version)))
    }

    /// Change the settings
    ///
    /// Replaces them all. Those that were are kept.
    #[oai(path = "/settings", method = "put", operation_id = "updateSettings")]
    async fn update_settings(
        &self,
        caller: Signed,
        /// The `ETag` of the settings as they were read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<Settings>,
    ) -> Result<Tagged<Settings>, ChangeFault> {
        let version = service::change(&self.0, &caller.0, if_match.0.as_deref(), &body.0).await?;
        Ok(Tagged::new(body.0, ETag(version)))
    }

    /// List year plans
    ///
    /// Those that were set, by year; any other year has a target of 20 households and a line of 6000 yuan.
    #[oai(path = "/year-plans", method = "get", operation_id = "listYearPlans")]
    async fn list_year_plans(
        &self,
        _caller: Signed,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<YearPlan>>, ListFault> {
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (plans, next) = service::year_plans(&self.0, cursor, limit).await?;
        Ok(Page::json(plans, next))
    }

    /// Get the plan of a year
    ///
    /// Its target and income line, as set or by default (`version` 0).
    #[oai(
        path = "/year-plans/:year",
        method = "get",
        operation_id = "getYearPlan"
    )]
    async fn get_year_plan(
        &self,
        _caller: Signed,
        /// The year.
        year: Path<Year>,
    ) -> Result<Tagged<YearPlan>, GetFault> {
        let plan = service::year_plan(&self.0, year.0.0).await?;
        let tag = ETag(plan.version);
        Ok(Tagged::new(plan, tag))
    }

    /// Set the plan of a year
    ///
    /// Its target and income line. Those that were are kept.
    #[oai(
        path = "/year-plans/:year",
        method = "put",
        operation_id = "setYearPlan"
    )]
    async fn set_year_plan(
        &self,
        caller: Signed,
        /// The year.
        year: Path<Year>,
        /// The `ETag` of the plan as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<YearPlanValues>,
    ) -> Result<Tagged<YearPlan>, ChangeFault> {
        let if_match = if_match.0.as_deref();
        let after = service::set_year_plan(&self.0, &caller.0, year.0.0, if_match, &body.0).await?;
        let tag = ETag(after.version);
        Ok(Tagged::new(after, tag))
    }
}
