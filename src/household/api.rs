//! Reading households: the list, and one household whole.

use chrono::{Datelike, NaiveDate};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::field::{household_fields, member_fields};
use super::model::Member;
use super::rule::Finding;
use super::service::{self, FullHousehold};
use super::store::{AreaKey, Filter, Household};
use super::{
    Category, Cause, Education, Health, HousingGrade, Labour, Measure, PovertyStatus, Relation,
    Schooling, Sex, Workplace,
};
use crate::access::search::Search;
use crate::access::{Caller, Reach, Sight, Signed};
use crate::api::{ETag, Instant, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::problem::{GetFault, ListFault};
use crate::serving::rights;
use crate::staff::model::Staff;

/// Operations on households.
pub struct HouseholdApi(pub App);

/// The person responsible for a household.
#[derive(Clone, Object)]
pub struct Helper {
    /// The person's id on the staff roster.
    pub staff_id: Uuid,
    /// 姓名.
    pub name: String,
    /// 单位.
    pub unit: String,
}

/// A household as a list shows it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HouseholdSummary {
    /// Its id.
    id: Uuid,
    /// 户编号.
    number: Option<String>,
    /// 镇(乡、街道).
    town: String,
    /// 村(居).
    village: String,
    /// 组.
    group_name: Option<String>,
    /// 户主姓名.
    head_name: String,
    /// 家庭人口.
    size: i64,
    /// 贫困户属性.
    category: Option<Category>,
    /// 脱贫属性.
    status: PovertyStatus,
    /// 主要致贫原因.
    main_cause: Option<Cause>,
    /// 年人均纯收入, fen.
    income_per_head_fen: Option<i64>,
}

/// The type of a field in the API.
macro_rules! view_type {
    ($type:ty) => {
        $type
    };
    ($_type:ty, $view:ty) => {
        $view
    };
}

/// What one of this sight sees of a field.
macro_rules! seen {
    ($sight:ident, $value:expr) => {
        $value
    };
    ($sight:ident, $value:expr, Telephone) => {
        $value.map(|number| $sight.telephone(&number))
    };
    ($sight:ident, $value:expr, Identity) => {
        $value.map(|number| $sight.identity_number(&number))
    };
    ($sight:ident, $value:expr, BirthDate) => {
        BirthView::of($value, $sight)
    };
    ($sight:ident, $value:expr, Health) => {
        $sight.health($value)
    };
}

macro_rules! household_view {
    ($(
        $(#[doc = $doc:literal])*
        $(#[sqlx($($_list:tt)*)])?
        $field:ident: $type:ty $(= $_empty:expr)? $(, $private:ident as $(#[$attribute:meta])* $view:ty)?;
    )*) => {
        /// A household, whole.
        #[derive(Object)]
        #[oai(rename = "Household", skip_serializing_if_is_none)]
        struct HouseholdView {
            /// Its id.
            id: Uuid,
            /// Counts its changes; the `ETag`.
            version: i64,
            /// The import that its facts come from.
            import_id: Option<Uuid>,
            /// When its facts last changed.
            updated_at: Instant,
            $(
                $(#[doc = $doc])*
                $($(#[$attribute])*)?
                $field: view_type!($type $(, $view)?),
            )*
            /// The responsible helper now.
            helper: Option<Helper>,
            /// 家庭成员, the head among them.
            members: Vec<MemberView>,
            /// What a data inspector would send back, by the rules that also check a roster; without those
            /// that would tell what the caller may not see.
            checks: Vec<HouseholdCheck>,
        }

        fn view(
            found: FullHousehold,
            caller: &Caller,
        ) -> HouseholdView {
            let sight = caller.sight();
            let FullHousehold { household, helper, checks } = found;
            let facts = household.facts;
            let members = facts.members.into_iter();
            let checks = checks
                .into_iter()
                .filter(|finding| finding.rule.tells.iter().all(|kind| sight.sees(*kind)));
            HouseholdView {
                id: household.id,
                version: household.version,
                import_id: household.import_id,
                updated_at: household.updated_at.into(),
                $($field: seen!(sight, facts.$field $(, $private)?),)*
                helper: helper.map(helper_view),
                members: members.map(|member| member_view(member, sight)).collect(),
                checks: checks.map(check_view).collect(),
            }
        }
    };
}
household_fields!(household_view);

/// A rule that the facts of a household break.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HouseholdCheck {
    /// The rule, for programs.
    code: String,
    /// What it looks at, in Chinese.
    title: String,
    /// The member it is about, by place in `members`; absent if it is about the household.
    member: Option<u32>,
    /// The field to look at first.
    field: String,
    /// What is wrong, in Chinese.
    reason: String,
    /// What to do, in Chinese.
    #[oai(rename = "cure")]
    remedy: String,
}

macro_rules! member_view {
    ($(
        $(#[$doc:meta])*
        $field:ident: $type:ty $(= $_empty:expr)? $(, $private:ident as $(#[$attribute:meta])* $view:ty)?;
    )*) => {
        /// A member of a household.
        #[derive(Object)]
        #[oai(rename = "Member", skip_serializing_if_is_none)]
        struct MemberView {
            $(
                $(#[$doc])*
                $($(#[$attribute])*)?
                $field: view_type!($type $(, $view)?),
            )*
        }

        fn member_view(member: Member, sight: Sight) -> MemberView {
            MemberView {
                $($field: seen!(sight, member.$field $(, $private)?),)*
            }
        }
    };
}
member_fields!(member_view);

/// When a person was born.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct BirthView {
    /// 出生日期, for the office; with the birth date an identity number could be rebuilt.
    birth_date: Option<NaiveDate>,
    /// The year of birth.
    birth_year: Option<i32>,
}

impl BirthView {
    fn of(born: Option<NaiveDate>, sight: Sight) -> Self {
        Self {
            birth_date: born.and_then(|born| sight.birth_date(born)),
            birth_year: born.map(|born| born.year()),
        }
    }
}

#[OpenApi(tag = "Tag::Households")]
impl HouseholdApi {
    /// List households
    ///
    /// By town and village; closed households are not listed. A helper sees the households for which
    /// they are responsible now, and those that they assist.
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
        /// Only with this 脱贫属性.
        status: Query<Option<PovertyStatus>>,
        /// Only with this main cause.
        main_cause: Query<Option<Cause>>,
        /// Part of the head's name, or the whole 户编号. A caller who may not see identity numbers finds
        /// no name by digits in it, and nothing by what is masked for them.
        #[oai(validator(max_length = 50))]
        search: Query<Option<String>>,
        /// Only those for which the caller is responsible, or which they assist.
        mine: Query<Option<bool>>,
        /// Only those for which this person is responsible.
        staff_id: Query<Option<Uuid>>,
        /// Only those with (`true`) or without (`false`) a responsible helper.
        paired: Query<Option<bool>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
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
        let filter = Filter {
            town: town.0.unwrap_or_default(),
            village: village.0.unwrap_or_default(),
            status: status
                .0
                .map_or_else(String::new, |status| status.to_string()),
            main_cause: main_cause
                .0
                .map_or_else(String::new, |cause| cause.to_string()),
            search: Search::of(sight, search.0),
            helper: staff_id.0.filter(|_| !reach.is_of_a_person()),
            reach,
            paired: paired.0,
        };
        let cursors = self.0.cursors("listHouseholds");
        let after: Option<AreaKey> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let (households, next) = service::list(&self.0, &filter, after, limit).await?;
        Ok(Page::json(
            households.into_iter().map(summary),
            cursors.next(next)?,
        ))
    }

    /// Get a household
    ///
    /// With its members and the responsible helper. A helper sees only households for which they
    /// are responsible now, or which they assist. Identity numbers and birth dates are whole for the
    /// office alone; telephone numbers, health and ability to work are for the office and the
    /// household's helpers, and the telephone numbers for the contact of their unit. Numbers in texts are masked likewise.
    #[oai(
        path = "/households/:id",
        method = "get",
        operation_id = "getHousehold"
    )]
    async fn get_household(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<HouseholdView>, GetFault> {
        let found = service::get(&self.0, &caller.0, id.0).await?;
        let tag = ETag(found.household.version);
        Ok(Tagged::new(view(found, &caller.0), tag))
    }
}

fn summary(household: Household) -> HouseholdSummary {
    let Household {
        id,
        facts,
        head_name,
        size,
        ..
    } = household;
    HouseholdSummary {
        id,
        number: facts.number,
        town: facts.town,
        village: facts.village,
        group_name: facts.group_name,
        head_name,
        size,
        category: facts.category,
        status: facts.status,
        main_cause: facts.main_cause,
        income_per_head_fen: facts.income_per_head_fen,
    }
}

fn helper_view(person: Staff) -> Helper {
    Helper {
        staff_id: person.id,
        name: person.name,
        unit: person.unit,
    }
}

fn check_view(finding: Finding) -> HouseholdCheck {
    HouseholdCheck {
        code: finding.rule.code.to_owned(),
        title: finding.rule.title.to_owned(),
        member: finding.member.and_then(|member| u32::try_from(member).ok()),
        field: finding.field.to_owned(),
        reason: finding.reason,
        remedy: finding.rule.remedy.to_owned(),
    }
}
