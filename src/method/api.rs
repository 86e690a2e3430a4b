//! Reading the six points.

use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::model::{Point, PointStatus};
use super::service::{self, Wanted};
use super::view::HouseholdMethod;
use crate::access::Signed;
use crate::api::{Limit, Page, Tag};
use crate::app::App;
use crate::household::store::{AreaKey, Filter};
use crate::problem::{GetFault, ListFault};

/// Operations on the six points.
pub struct MethodApi(pub App);

#[OpenApi(tag = "Tag::Method")]
impl MethodApi {
    /// Get the six points of a household
    ///
    /// Each with its state, the records that show it, and the next step: what to do, by whom and
    /// by when. A helper sees only households for which they are responsible now or which they assist.
    #[oai(
        path = "/households/:id/method",
        method = "get",
        operation_id = "getHouseholdMethod"
    )]
    async fn get_household_method(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
    ) -> Result<Json<HouseholdMethod>, GetFault> {
        let found = service::of_household(&self.0, &caller.0, id.0).await?;
        Ok(Json(found))
    }

    /// List the six points of households
    ///
    /// By town and village. Narrowed by `point` and `state` together it lists the households for
    /// which this point stands so; by `state` alone, those for which any of the six does. A helper
    /// sees the households for which they are responsible now or which they assist.
    #[oai(path = "/method", method = "get", operation_id = "listMethodStates")]
    #[allow(clippy::too_many_arguments)] // one for each query parameter
    async fn list_method_states(
        &self,
        caller: Signed,
        /// Only of this town, by its whole name.
        #[oai(validator(max_length = 100))]
        town: Query<Option<String>>,
        /// Only of this village, by its whole name.
        #[oai(validator(max_length = 100))]
        village: Query<Option<String>>,
        /// Only those for which this person is responsible.
        staff_id: Query<Option<Uuid>>,
        /// Only those for which this point is in the `state`.
        point: Query<Option<Point>>,
        /// Only those for which the `point`, or any if none is given, stands so.
        state: Query<Option<PointStatus>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<HouseholdMethod>>, ListFault> {
        if !caller.0.sight().may_find_names(&[&town.0, &village.0]) {
            return Ok(Page::json([], None));
        }
        let filter = Filter {
            town: town.0.unwrap_or_default(),
            village: village.0.unwrap_or_default(),
            helper: staff_id.0,
            ..Filter::default()
        };
        let wanted = Wanted {
            point: point.0,
            state: state.0,
        };
        let cursors = self.0.cursors("listMethodStates");
        let after: Option<AreaKey> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let (found, next) = service::list(&self.0, &caller.0, filter, wanted, after, limit).await?;
        Ok(Page::json(found, cursors.next(next)?))
    }
}
