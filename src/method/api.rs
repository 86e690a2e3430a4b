//! Reading the six points.

use chrono::NaiveDate;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{Point, PointState, PointStatus, evaluate};
use super::store;
use crate::access::privacy::Sight;
use crate::access::{Permission, Signed};
use crate::api::{Limit, Page, Tag};
use crate::app::App;
use crate::db::{Ids, Tx, page};
use crate::household;
use crate::household::store::{AreaKey, Filter, Household};
use crate::problem::{GetFault, ListFault, Problem};
use crate::settings::{self, Settings};

/// Operations on the six points.
pub struct MethodApi(pub App);

/// How the six points stand for one household.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HouseholdMethod {
    /// The household.
    household_id: Uuid,
    /// 户编号.
    number: Option<String>,
    /// Name of the household's head.
    head_name: String,
    /// 镇(乡、街道).
    town: String,
    /// 村(居).
    village: String,
    /// Name of the helper who is responsible now.
    helper_name: Option<String>,
    /// The day for which this is worked out, in China.
    as_of: NaiveDate,
    /// How many of the six points are met.
    met: u32,
    /// The six points, always all and in their order.
    points: Vec<PointState>,
}

/// Households that are looked through at once when only some of them are wanted.
const CHUNK: i64 = 200;

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
        let mut tx = self.0.db.read().await?;
        let household = household::service::visible(&mut tx, &caller.0, id.0).await?;
        let settings = settings::store::load(&mut tx).await?;
        let today = self.0.today();
        let found = evaluated(&mut tx, vec![household], &settings, today, caller.0.sight())
            .await?
            .pop()
            .ok_or_else(|| Problem::not_found("户", "household"))?;
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
        #[oai(validator(max_length = 50))]
        town: Query<Option<String>>,
        /// Only of this village, by its whole name.
        #[oai(validator(max_length = 50))]
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
        let sees_all = caller.0.may(Permission::SeeAllHouseholds);
        if !caller.0.sight().may_find_names(&[&town.0, &village.0]) {
            return Ok(Page::json([], None));
        }
        let filter = Filter {
            town: town.0.unwrap_or_default(),
            village: village.0.unwrap_or_default(),
            helper: staff_id.0.filter(|_| sees_all),
            // An account that is nobody's has no households.
            served_by: (!sees_all).then(|| caller.0.staff_id.unwrap_or_default()),
            ..Filter::default()
        };
        let wanted = |points: &[PointState]| {
            state.0.is_none_or(|state| {
                points.iter().any(|found| {
                    found.state == state && point.0.is_none_or(|point| found.point == point)
                })
            })
        };
        let limit = crate::api::limit(limit.0);
        // One more than the page has, to see whether there is another.
        let chunk = if state.0.is_some() { CHUNK } else { limit + 1 };
        let today = self.0.today();
        let cursors = self.0.cursors("listMethodStates");
        let mut after: Option<AreaKey> = cursors.after(cursor.0.as_deref())?;
        let mut tx = self.0.db.read().await?;
        let settings = settings::store::load(&mut tx).await?;
        let mut found = Vec::new();
        loop {
            let households = household::store::list(&mut tx, &filter, after, chunk).await?;
            let (mut households, next) = page::cut(households, chunk, household::store::area_key);
            after = households.last().map(household::store::area_key);
            household::store::read_members(&mut tx, &mut households).await?;
            let households =
                evaluated(&mut tx, households, &settings, today, caller.0.sight()).await?;
            found.extend(
                households
                    .into_iter()
                    .filter(|household| wanted(&household.points)),
            );
            if next.is_none() || found.len() > page::size(limit) {
                break;
            }
        }
        let (found, next) = page::cut(found, limit, |household| {
            let HouseholdMethod {
                town,
                village,
                household_id,
                ..
            } = household;
            (town.clone(), village.clone(), *household_id)
        });
        Ok(Page::json(found, cursors.next(next)?))
    }
}

/// The six points of a page of households with their members.
async fn evaluated(
    tx: &mut Tx,
    households: Vec<Household>,
    settings: &Settings,
    today: NaiveDate,
    reader: Sight,
) -> Result<Vec<HouseholdMethod>, sqlx::Error> {
    let ids: Vec<_> = households.iter().map(|household| household.id).collect();
    let evidence = store::load(tx, &households, &Ids::These(&ids), settings, today).await?;
    Ok(households
        .into_iter()
        .zip(evidence)
        .map(|(household, evidence)| {
            let points = evaluate(&evidence, settings, today, reader);
            view(household, evidence.helper, points, today)
        })
        .collect())
}

fn view(
    household: Household,
    helper_name: Option<String>,
    points: [PointState; 6],
    as_of: NaiveDate,
) -> HouseholdMethod {
    let met = points
        .iter()
        .filter(|point| point.state == PointStatus::Met)
        .count();
    let head_name = household.facts.head().map(|head| head.name.clone());
    HouseholdMethod {
        household_id: household.id,
        head_name: head_name.unwrap_or_default(),
        number: household.facts.number,
        town: household.facts.town,
        village: household.facts.village,
        helper_name,
        as_of,
        met: u32::try_from(met).unwrap_or_default(),
        points: points.into(),
    }
}
