//! What imports changed of a household, over HTTP.

use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use crate::access::Signed;
use crate::api::Tag;
use crate::app::App;
use crate::import::service;
use crate::import::view::HouseholdChange;
use crate::problem::GetFault;

/// The operation on the history of a household.
pub struct HouseholdHistoryApi(pub App);

/// All changes of a household.
#[derive(Object)]
struct HouseholdHistory {
    /// The latest first.
    items: Vec<HouseholdChange>,
}

#[OpenApi(tag = "Tag::Households")]
impl HouseholdHistoryApi {
    /// List a household's changes
    ///
    /// What each import changed, old and new, and what was undone of it.
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
    ) -> Result<Json<HouseholdHistory>, GetFault> {
        let items = service::household_history(&self.0, &caller.0, id.0).await?;
        Ok(Json(HouseholdHistory { items }))
    }
}
