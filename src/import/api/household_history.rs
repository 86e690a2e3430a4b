//! What imports changed of a household, over HTTP.

use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use crate::access::Signed;
use crate::api::{Limit, Page, Tag};
use crate::app::App;
use crate::import::service;
use crate::import::view::HouseholdChange;
use crate::problem::GetFault;

/// The operation on the history of a household.
pub struct HouseholdHistoryApi(pub App);

#[OpenApi(tag = "Tag::Households")]
impl HouseholdHistoryApi {
    /// List a household's changes
    ///
    /// What each import changed, old and new, and what was undone of it; the latest first.
    #[oai(
        path = "/households/:id/history",
        method = "get",
        operation_id = "listHouseholdHistory"
    )]
    async fn list_household_history(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<HouseholdChange>>, GetFault> {
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (changes, next) =
            service::household_history(&self.0, &caller.0, id.0, cursor, limit).await?;
        Ok(Page::json(changes, next))
    }
}
