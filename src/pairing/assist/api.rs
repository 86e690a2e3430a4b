//! Second helpers over HTTP.

use chrono::NaiveDate;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::service;
use crate::access::Signed;
use crate::api::{Created, Instant, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::pairing::tenure::{self, NewTenure};
use crate::problem::{CreateFault, GetFault, ListFault};
use crate::serving::store::Filter;
use crate::serving::tenure::{Part, Tenure};

/// Operations on second helpers.
pub struct AssistApi(pub App);

/// One person who assists the responsible helper of one household (协助帮扶人), from a day on.
#[derive(Object)]
#[oai(rename = "Assistance", skip_serializing_if_is_none)]
pub(in crate::pairing) struct AssistanceView {
    /// Its id.
    id: Uuid,
    /// The household.
    household_id: Uuid,
    /// Household number (户编号).
    household_number: Option<String>,
    /// Name of the head (户主姓名).
    head_name: String,
    /// Town (镇、乡、街道).
    town: String,
    /// Village (村、居).
    village: String,
    /// The person who assists.
    staff_id: Uuid,
    /// Staff number (工号) of that person.
    staff_number: Option<String>,
    /// Name (姓名) of that person.
    helper_name: String,
    /// Unit (单位) of that person.
    unit: String,
    /// First day.
    from_date: NaiveDate,
    /// The day on which it ended; absent while it holds.
    to_date: Option<NaiveDate>,
    /// Why it was made.
    reason: String,
    /// When it was written down.
    recorded_at: Instant,
    /// By which account.
    recorded_by: String,
    /// Why it ended.
    end_reason: Option<String>,
    /// When the end was written down.
    ended_at: Option<Instant>,
    /// By which account the end was written down.
    ended_by: Option<String>,
}

/// A second helper to be given to a household.
#[derive(Object)]
struct AssistanceInput {
    /// The household; it must have no current assistant.
    household_id: Uuid,
    /// The person; active, and not responsible for the household.
    staff_id: Uuid,
    /// First day; today if left out, never in the future.
    from_date: Option<NaiveDate>,
    /// Why this person.
    #[oai(validator(min_length = 1, max_length = 500, custom = "crate::api::NotBlank"))]
    reason: String,
}

/// The end of an assistance.
#[derive(Object)]
struct AssistanceEnd {
    /// The day on which it ends; today if left out, never in the future.
    date: Option<NaiveDate>,
    /// Why it ends.
    #[oai(validator(min_length = 1, max_length = 500, custom = "crate::api::NotBlank"))]
    reason: String,
}

#[allow(
    clippy::too_many_arguments,
    reason = "the parameters of an operation are those of its document"
)]
#[OpenApi(tag = "Tag::Pairing")]
impl AssistApi {
    /// List second helpers
    ///
    /// Current and ended assistances, those that began last first. A helper sees only their own that hold,
    /// and those whose visits may still be handed in; a unit's contact likewise those of
    /// the people of their unit.
    #[oai(
        path = "/assistances",
        method = "get",
        operation_id = "listAssistances"
    )]
    async fn list_assistances(
        &self,
        caller: Signed,
        /// Only of this household.
        household_id: Query<Option<Uuid>>,
        /// Only of this person.
        staff_id: Query<Option<Uuid>>,
        /// Only those that hold (`true`) or have ended (`false`).
        current: Query<Option<bool>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<AssistanceView>>, ListFault> {
        let filter = Filter {
            household_id: household_id.0,
            staff_id: staff_id.0,
            current: current.0,
            ..Filter::default()
        };
        let part = Part::Assisting;
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (assistances, next) =
            tenure::list(&self.0, &caller.0, part, filter, cursor, limit).await?;
        Ok(Page::json(assistances.into_iter().map(view), next))
    }

    /// Get an assistance
    ///
    /// One of those that `listAssistances` lists for the caller.
    #[oai(
        path = "/assistances/:id",
        method = "get",
        operation_id = "getAssistance"
    )]
    async fn get_assistance(
        &self,
        caller: Signed,
        /// The assistance's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<AssistanceView>, GetFault> {
        let assistance = tenure::get(&self.0, &caller.0, Part::Assisting, id.0).await?;
        let tag = assistance.tag();
        Ok(Tagged::new(view(assistance), tag))
    }

    /// Give a household a second helper
    ///
    /// Who assists sees the household and logs visits to it as its responsible helper does; the visits
    /// count for the household, as the assistant's own. It takes none of the person's places. Whoever
    /// must not have the household, or is on leave, cannot assist it either. It ends when the person
    /// becomes responsible for the household, leaves, or when an import closes the household.
    #[oai(
        path = "/assistances",
        method = "post",
        operation_id = "createAssistance"
    )]
    async fn create_assistance(
        &self,
        caller: Signed,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<AssistanceInput>,
    ) -> Result<Created<AssistanceView>, CreateFault> {
        let new = NewTenure {
            household_id: body.0.household_id,
            staff_id: body.0.staff_id,
            from_date: body.0.from_date,
            reason: body.0.reason.trim().to_owned(),
        };
        let key = idempotency_key.0.as_deref();
        let assistance = service::begin(&self.0, &caller.0, key, &new).await?;
        let (id, tag) = (assistance.id, assistance.tag());
        Ok(Created::new(view(assistance), "/assistances", id, tag))
    }

    /// End an assistance
    ///
    /// On a day from its first one, and from the assistant's last visit, to today. It stays on the
    /// register.
    #[oai(
        path = "/assistances/:id/end",
        method = "post",
        operation_id = "endAssistance"
    )]
    async fn end_assistance(
        &self,
        caller: Signed,
        /// The assistance's id.
        id: Path<Uuid>,
        body: Json<AssistanceEnd>,
    ) -> Result<Tagged<AssistanceView>, CreateFault> {
        let AssistanceEnd { date, reason } = body.0;
        let (part, reason) = (Part::Assisting, reason.trim());
        let ended = tenure::end(&self.0, &caller.0, part, id.0, date, reason).await?;
        let tag = ended.tag();
        Ok(Tagged::new(view(ended), tag))
    }
}

/// An assistance as it is sent.
pub(in crate::pairing) fn view(assistance: Tenure) -> AssistanceView {
    AssistanceView {
        id: assistance.id,
        household_id: assistance.household_id,
        household_number: assistance.household_number,
        head_name: assistance.head_name,
        town: assistance.town,
        village: assistance.village,
        staff_id: assistance.staff_id,
        staff_number: assistance.staff_number,
        helper_name: assistance.name,
        unit: assistance.unit,
        from_date: assistance.from_date,
        to_date: assistance.to_date,
        reason: assistance.reason,
        recorded_at: assistance.started_at.into(),
        recorded_by: assistance.started_by,
        end_reason: assistance.end_reason,
        ended_at: assistance.ended_at.map(Instant),
        ended_by: assistance.ended_by,
    }
}
