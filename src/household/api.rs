//! Reading one household whole; their list is of the room `directory`.

use chrono::{Datelike, NaiveDate};
use poem_openapi::param::Path;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::field::{household_fields, member_fields};
use super::model::Member;
use super::rule::Finding;
use super::service::{self, FullHousehold};
use super::{
    Category, Cause, Education, Health, HousingGrade, Labour, Measure, PovertyStatus, Relation,
    Schooling, Sex, Workplace,
};
use crate::access::{Caller, Sight, Signed};
use crate::api::{ETag, Instant, Tag, Tagged};
use crate::app::App;
use crate::household::model::HouseholdFacts;
use crate::problem::{GetFault, Language, Text};
use crate::staff::model::Staff;

/// Operations on households.
pub struct HouseholdApi(pub App);

/// The person responsible for a household.
#[derive(Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Helper {
    /// The person's id on the staff roster.
    pub staff_id: Uuid,
    /// Staff number (工号).
    pub staff_number: Option<String>,
    /// Name (姓名).
    pub name: String,
    /// Unit (单位).
    pub unit: String,
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
            /// Members (家庭成员), the head among them.
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
            let mut facts = household.facts;
            facts.closed_reason = closed_reason(&facts);
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

/// Why a household was closed, in the language of the answer: the register keeps it in Chinese.
fn closed_reason(facts: &HouseholdFacts) -> Option<String> {
    let reason = facts.closed_reason.as_ref()?;
    let is_merged = facts.merged_into.is_some() && Language::speak() == Language::English;
    Some(if is_merged {
        "all its members went to the household `merged_into`".to_owned()
    } else {
        reason.clone()
    })
}

/// A rule that the facts of a household break.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HouseholdCheck {
    /// The rule, for programs.
    code: String,
    /// What it looks at, in the language of the answer.
    title: Text,
    /// The member it is about, by place in `members`; absent if it is about the household.
    member: Option<u32>,
    /// The field to look at first.
    field: String,
    /// What is wrong, in the language of the answer.
    reason: Text,
    /// What to do, in the language of the answer.
    #[oai(rename = "cure")]
    remedy: Text,
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
            /// The person's id: it stays the same whatever imports change of them, in whichever household
            /// they live, and when an import is undone.
            id: Uuid,
            $(
                $(#[$doc])*
                $($(#[$attribute])*)?
                $field: view_type!($type $(, $view)?),
            )*
        }

        fn member_view(member: Member, sight: Sight) -> MemberView {
            MemberView {
                id: member.id.unwrap_or_default(),
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
    /// Birth date (出生日期), for the office; with the birth date an identity number could be rebuilt.
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
    /// Get a household
    ///
    /// With its members and the responsible helper. A helper sees only households for which they
    /// are responsible now, or which they assist. Identity numbers and birth dates are whole for the
    /// office alone; telephone numbers, health and ability to work are for the office and the
    /// household's helpers, and the telephone numbers for the contact of their unit. Numbers in texts are masked
    /// likewise.
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

/// A helper as a household names them.
pub fn helper_view(person: Staff) -> Helper {
    Helper {
        staff_id: person.id,
        staff_number: person.number,
        name: person.name,
        unit: person.unit,
    }
}

fn check_view(finding: Finding) -> HouseholdCheck {
    HouseholdCheck {
        code: finding.rule.code.to_owned(),
        title: finding.rule.title(),
        member: finding.member.and_then(|member| u32::try_from(member).ok()),
        field: finding.field.to_owned(),
        reason: finding.reason,
        remedy: finding.rule.remedy(),
    }
}
