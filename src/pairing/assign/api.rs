//! Pairings over HTTP: who helps whom, by hand too, and who did.

use chrono::NaiveDate;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::service;
use crate::access::Signed;
use crate::api::{Created, Instant, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::pairing::assist::api::{AssistanceView, view as assistance_view};
use crate::pairing::tenure::{self, NewTenure};
use crate::problem::{CreateFault, GetFault, ListFault};
use crate::serving::store::Filter;
use crate::serving::tenure::{Part, Tenure};

/// Operations on pairings.
pub struct PairingApi(pub App);

/// A pairing to be made by hand.
#[derive(Object)]
struct PairingInput {
    /// The household; it must have no current helper.
    household_id: Uuid,
    /// The person; active, and with a place left.
    staff_id: Uuid,
    /// First day; today if left out, never in the future.
    from_date: Option<NaiveDate>,
    /// Why this person.
    #[oai(validator(min_length = 1, max_length = 500, custom = "crate::api::NotBlank"))]
    reason: String,
}

/// The end of a pairing.
#[derive(Object)]
struct PairingEnd {
    /// The day on which it ends; today if left out, never in the future. From that day on another
    /// helper may be responsible.
    date: Option<NaiveDate>,
    /// Why it ends.
    #[oai(validator(min_length = 1, max_length = 500, custom = "crate::api::NotBlank"))]
    reason: String,
}

/// One helper responsible for one household, from a day on.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::pairing) struct Pairing {
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
    /// The helper.
    staff_id: Uuid,
    /// Staff number (工号) of the helper.
    staff_number: Option<String>,
    /// Name (姓名) of the helper.
    helper_name: String,
    /// Unit (单位) of the helper.
    unit: String,
    /// The run that made it; absent if made by hand.
    run_id: Option<Uuid>,
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

/// Who was responsible for a household on a day, and who assisted.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HouseholdHelper {
    /// The household.
    household_id: Uuid,
    /// The day.
    on: NaiveDate,
    /// The pairing that held; absent if nobody was responsible.
    pairing: Option<Pairing>,
    /// The assistance that held; absent if there was no second helper.
    assistance: Option<AssistanceView>,
}

#[allow(
    clippy::too_many_arguments,
    reason = "the parameters of an operation are those of its document"
)]
#[OpenApi(tag = "Tag::Pairing")]
impl PairingApi {
    /// List pairings
    ///
    /// Current and ended ones, those that began last first. A helper sees only their own that hold, and
    /// those whose visits may still be handed in; a unit's contact likewise those of
    /// the people of their unit.
    #[oai(path = "/pairings", method = "get", operation_id = "listPairings")]
    async fn list_pairings(
        &self,
        caller: Signed,
        /// Only of this household.
        household_id: Query<Option<Uuid>>,
        /// Only of this person.
        staff_id: Query<Option<Uuid>>,
        /// Only those that hold (`true`) or have ended (`false`).
        current: Query<Option<bool>>,
        /// Only those that held on this day: who was responsible then. On the day of a hand-over it is
        /// the new helper.
        on: Query<Option<NaiveDate>>,
        /// Only of people of this unit.
        unit_id: Query<Option<Uuid>>,
        /// Only of households of this town (镇), by its whole name.
        #[oai(validator(max_length = 100))]
        town: Query<Option<String>>,
        /// Only of households of this village (村), by its whole name.
        #[oai(validator(max_length = 100))]
        village: Query<Option<String>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Pairing>>, ListFault> {
        let filter = Filter {
            household_id: household_id.0,
            staff_id: staff_id.0,
            current: current.0,
            on: on.0,
            unit_id: unit_id.0,
            town: town.0,
            village: village.0,
            ..Filter::default()
        };
        let part = Part::Responsible;
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (pairings, next) =
            tenure::list(&self.0, &caller.0, part, filter, cursor, limit).await?;
        Ok(Page::json(pairings.into_iter().map(pairing_view), next))
    }

    /// Get a pairing
    ///
    /// One of those that `listPairings` lists for the caller.
    #[oai(path = "/pairings/:id", method = "get", operation_id = "getPairing")]
    async fn get_pairing(
        &self,
        caller: Signed,
        /// The pairing's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<Pairing>, GetFault> {
        let pairing = tenure::get(&self.0, &caller.0, Part::Responsible, id.0).await?;
        let tag = pairing.tag();
        Ok(Tagged::new(pairing_view(pairing), tag))
    }

    /// Get the helper of a household on a day
    ///
    /// Who was responsible then and who assisted, since when, why and by whose decision. On the day of
    /// a hand-over it is the new helper. All pairings that a household has had are given by
    /// `listPairings`, all assistances by `listAssistances`.
    #[oai(
        path = "/households/:id/helper",
        method = "get",
        operation_id = "getHouseholdHelper"
    )]
    async fn get_household_helper(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
        /// The day; today if left out.
        on: Query<Option<NaiveDate>>,
    ) -> Result<Json<HouseholdHelper>, GetFault> {
        let on = on.0.unwrap_or(self.0.today());
        let (responsible, assisting) = service::helpers_on(&self.0, &caller.0, id.0, on).await?;
        Ok(Json(HouseholdHelper {
            household_id: id.0,
            on,
            pairing: responsible.map(pairing_view),
            assistance: assisting.map(assistance_view),
        }))
    }

    /// Pair by hand
    ///
    /// Makes an active person with a place left responsible for a household that has no helper.
    /// Areas do not bind here.
    #[oai(path = "/pairings", method = "post", operation_id = "createPairing")]
    async fn create_pairing(
        &self,
        caller: Signed,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<PairingInput>,
    ) -> Result<Created<Pairing>, CreateFault> {
        let new = NewTenure {
            household_id: body.0.household_id,
            staff_id: body.0.staff_id,
            from_date: body.0.from_date,
            reason: body.0.reason.trim().to_owned(),
        };
        let key = idempotency_key.0.as_deref();
        let pairing = service::begin(&self.0, &caller.0, key, &new).await?;
        let (id, tag) = (pairing.id, pairing.tag());
        Ok(Created::new(pairing_view(pairing), "/pairings", id, tag))
    }

    /// End a pairing
    ///
    /// On a day from its first one to today. It stays on the register, and the household is again
    /// without a helper.
    #[oai(
        path = "/pairings/:id/end",
        method = "post",
        operation_id = "endPairing"
    )]
    async fn end_pairing(
        &self,
        caller: Signed,
        /// The pairing's id.
        id: Path<Uuid>,
        body: Json<PairingEnd>,
    ) -> Result<Tagged<Pairing>, CreateFault> {
        let PairingEnd { date, reason } = body.0;
        let (part, reason) = (Part::Responsible, reason.trim());
        let ended = tenure::end(&self.0, &caller.0, part, id.0, date, reason).await?;
        let tag = ended.tag();
        Ok(Tagged::new(pairing_view(ended), tag))
    }
}

/// A pairing as it is sent.
pub(in crate::pairing) fn pairing_view(pairing: Tenure) -> Pairing {
    Pairing {
        id: pairing.id,
        household_id: pairing.household_id,
        household_number: pairing.household_number,
        head_name: pairing.head_name,
        town: pairing.town,
        village: pairing.village,
        staff_id: pairing.staff_id,
        staff_number: pairing.staff_number,
        helper_name: pairing.name,
        unit: pairing.unit,
        run_id: pairing.run_id,
        from_date: pairing.from_date,
        to_date: pairing.to_date,
        reason: pairing.reason,
        recorded_at: pairing.started_at.into(),
        recorded_by: pairing.started_by,
        end_reason: pairing.end_reason,
        ended_at: pairing.ended_at.map(Instant),
        ended_by: pairing.ended_by,
    }
}
