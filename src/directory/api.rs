//! The list of households.

use chrono::NaiveDate;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{Details, HouseholdDetail, HouseholdSort, ListedHousehold};
use super::service::Listing;
use crate::access::search::Search;
use crate::access::{Reach, Sight, Signed};
use crate::api::{Limit, Page, Tag};
use crate::app::App;
use crate::db::Where;
use crate::household::api::{Helper, helper_view};
use crate::household::store::Filter;
use crate::household::{Category, Cause, PovertyStatus};
use crate::method::PointState;
use crate::problem::ListFault;
use crate::serving::rights;
use crate::visit;

/// Operations on the list of households.
pub struct DirectoryApi(pub App);

/// A household as a list shows it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HouseholdSummary {
    /// Its id.
    id: Uuid,
    /// Household number (户编号).
    number: Option<String>,
    /// Town (镇、乡、街道).
    town: String,
    /// Village (村、居).
    village: String,
    /// Group in the village (组).
    group_name: Option<String>,
    /// Name of the head (户主姓名).
    head_name: String,
    /// Number of members (家庭人口).
    size: i64,
    /// Kind of household (贫困户属性).
    category: Option<Category>,
    /// Poverty status (脱贫属性).
    status: PovertyStatus,
    /// Main cause (主要致贫原因).
    main_cause: Option<Cause>,
    /// Income per head (年人均纯收入), fen.
    income_per_head_fen: Option<i64>,
    /// With `include=contact`: telephone (联系电话) of the household or, if there is none, of its head; whole for
    /// the office, the household's helpers and the contact of their unit, else its first three and last two digits.
    phone: Option<String>,
    /// With `include=contact`: address (家庭住址).
    address: Option<String>,
    /// With `include=helper`: the responsible helper now.
    helper: Option<Helper>,
    /// With `include=last_visit`: the day of the last visit by anyone, of whatever kind; absent if there
    /// was none.
    last_visit_on: Option<NaiveDate>,
    /// With `include=next_due`: until when the next visit is due. It comes from those of the six points that
    /// visits keep fresh (situation, causes, wishes, measures): the first day on which one of them is stale if
    /// nothing is done; if one is stale already, since when; if one is missing, today. A day that is not after
    /// today is overdue.
    next_due_on: Option<NaiveDate>,
    /// With `include=points`: the six points, always all and in their order, as `getHouseholdMethod` gives
    /// them.
    points: Option<Vec<PointState>>,
}

#[OpenApi(tag = "Tag::Households")]
impl DirectoryApi {
    /// List households
    ///
    /// By town and village, in the order of pinyin and numbers by their value, unless `sort` says otherwise;
    /// closed households are not listed. A helper sees the households for which they are responsible now, and
    /// those that they assist; a unit's contact those that people of their unit serve. `include` tells more of each in the same call.
    #[oai(path = "/households", method = "get", operation_id = "listHouseholds")]
    #[allow(clippy::too_many_arguments)] // one for each query parameter
    async fn list_households(
        &self,
        caller: Signed,
        /// Only of this town, by its whole name.
        #[oai(validator(max_length = 100))]
        town: Query<Option<String>>,
        /// Only of this village, by its whole name.
        #[oai(validator(max_length = 100))]
        village: Query<Option<String>>,
        /// Only with this poverty status (脱贫属性).
        status: Query<Option<PovertyStatus>>,
        /// Only with this main cause.
        main_cause: Query<Option<Cause>>,
        /// The household number (户编号), part of any member's name, four digits or more of a telephone of the
        /// household or a member that the caller sees; for who may see identity numbers also four characters or
        /// more of the household number, and the last four or more of a member's identity number. Spaces, dots, full-width and
        /// capital letters make no difference. A caller who may not see identity numbers finds no name by digits in
        /// it, and nothing by what is masked for them.
        #[oai(validator(max_length = 50))]
        search: Query<Option<String>>,
        /// Only those for which the caller is responsible, or which they assist.
        mine: Query<Option<bool>>,
        /// Only those for which this person is responsible.
        staff_id: Query<Option<Uuid>>,
        /// Only those with (`true`) or without (`false`) a responsible helper.
        paired: Query<Option<bool>>,
        /// Only those that nobody has visited on this day or after it.
        last_visit_before: Query<Option<NaiveDate>>,
        /// In which order; by `area` if left out. By `name` of the head and `number` in the order of pinyin
        /// and numbers by their value; by `last_visit`, those first that were never visited; by `next_due`,
        /// those first that are overdue the longest, of at most 2000 households.
        sort: Query<Option<HouseholdSort>>,
        /// What to tell of each household besides; the parameter may stand several times.
        #[oai(validator(max_items = 5))]
        include: Query<Option<Vec<HouseholdDetail>>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before, with the same `sort`.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<HouseholdSummary>>, ListFault> {
        let reach = if mine.0 == Some(true) {
            Reach::Person(rights::person_of(&caller.0))
        } else {
            caller.0.reach()
        };
        let sight = caller.0.sight();
        if !sight.may_find_names(&[&town.0, &village.0]) {
            return Ok(Page::json([], None));
        }
        let not_visited_since = visit::store::not_visited_since("household.id", "?");
        let code = |code: Option<String>| code.unwrap_or_default();
        let filter = Filter {
            town: town.0.unwrap_or_default(),
            village: village.0.unwrap_or_default(),
            status: code(status.0.map(|status| status.to_string())),
            main_cause: code(main_cause.0.map(|cause| cause.to_string())),
            search: Search::of(sight, search.0),
            helper: staff_id.0.filter(|_| !reach.is_of_a_person()),
            reach,
            paired: paired.0,
            further: Where::new().and_if(last_visit_before.0, &not_visited_since),
        };
        let listing = Listing {
            caller: &caller.0,
            filter,
            sort: sort.0.unwrap_or(HouseholdSort::Area),
            details: Details::of(include.0),
            cursor: cursor.0.as_deref(),
            limit: crate::api::limit(limit.0),
        };
        let (households, next) = listing.page(&self.0).await?;
        let with_contact = listing.details.has(HouseholdDetail::Contact);
        let summaries = households.into_iter();
        Ok(Page::json(
            summaries.map(|listed| summary(listed, sight, with_contact)),
            next,
        ))
    }
}

fn summary(listed: ListedHousehold, sight: Sight, with_contact: bool) -> HouseholdSummary {
    let household = listed.household;
    let facts = household.facts;
    let of_head = facts.head().and_then(|head| head.phone.as_deref());
    let phone = facts.phone.as_deref().or(of_head);
    let phone = phone.map(|number| sight.telephone(number));
    HouseholdSummary {
        phone: phone.filter(|_| with_contact),
        address: facts.address.filter(|_| with_contact),
        id: household.id,
        number: facts.number,
        town: facts.town,
        village: facts.village,
        group_name: facts.group_name,
        head_name: household.head_name,
        size: household.size,
        category: facts.category,
        status: facts.status,
        main_cause: facts.main_cause,
        income_per_head_fen: facts.income_per_head_fen,
        helper: listed.helper.map(helper_view),
        last_visit_on: listed.last_visit,
        next_due_on: listed.next_due,
        points: listed.points.map(Vec::from),
    }
}
