//! Pairings over HTTP: who helps whom, by hand too, and who did; and what may go wrong.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::assist::{self, api::AssistanceView};
use super::error::PairingError;
use super::run::{self, NewPairing};
use super::scope::{own_since, seen_of};
use crate::access::{Permission, Signed};
use crate::api::{Created, Limit, Page, Tag};
use crate::app::App;
use crate::db::page;
use crate::household;
use crate::problem::{CreateFault, GetFault, ListFault, Problem};
use crate::serving::store::{self, Filter};
use crate::serving::tenure::{Part, Tenure};

/// Operations on pairings.
pub struct PairingApi(pub App);

/// A pairing to be made by hand.
#[derive(Object)]
struct PairingRequest {
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
pub(super) struct Pairing {
    /// Its id.
    id: Uuid,
    /// The household.
    household_id: Uuid,
    /// 户编号.
    household_number: Option<String>,
    /// 户主姓名.
    head_name: String,
    /// 镇(乡、街道).
    town: String,
    /// 村(居).
    village: String,
    /// The helper.
    staff_id: Uuid,
    /// 姓名 of the helper.
    helper: String,
    /// 单位 of the helper.
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
    started_at: DateTime<Utc>,
    /// By which account.
    started_by: String,
    /// Why it ended.
    end_reason: Option<String>,
    /// When the end was written down.
    ended_at: Option<DateTime<Utc>>,
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
    /// those whose visits may still be handed in.
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
        let staff_id = seen_of(&caller.0, staff_id.0)?;
        if !caller.0.sight().may_find_names(&[&town.0, &village.0]) {
            return Ok(Page::json([], None));
        }
        let cursors = self.0.cursors("listPairings");
        let after: Option<(NaiveDate, Uuid)> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        let filter = Filter {
            household_id: household_id.0,
            staff_id,
            current: current.0,
            lasting_to: own_since(&mut tx, &self.0, &caller.0).await?,
            on: on.0,
            unit_id: unit_id.0,
            town: town.0.unwrap_or_default(),
            village: village.0.unwrap_or_default(),
        };
        let pairings = store::list(&mut tx, Part::Responsible, &filter, after, limit).await?;
        let (pairings, next) =
            page::cut(pairings, limit, |pairing| (pairing.from_date, pairing.id));
        let sight = caller.0.sight();
        let seen = pairings.into_iter().map(|one| one.of_ones_own(sight));
        Ok(Page::json(seen.map(pairing_view), cursors.next(next)?))
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
        let mut tx = self.0.db.read().await?;
        household::service::visible(&mut tx, &caller.0, id.0).await?;
        let filter = Filter {
            household_id: Some(id.0),
            on: Some(on),
            ..Filter::default()
        };
        let pairing = store::list(&mut tx, Part::Responsible, &filter, None, 1)
            .await?
            .into_iter();
        let assistance = store::list(&mut tx, Part::Assisting, &filter, None, 1).await?;
        Ok(Json(HouseholdHelper {
            household_id: id.0,
            on,
            pairing: pairing.map(pairing_view).next(),
            assistance: assistance.into_iter().map(assist::api::view).next(),
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
        body: Json<PairingRequest>,
    ) -> Result<Created<Pairing>, CreateFault> {
        caller.0.require(Permission::ManagePairings)?;
        let new = NewPairing {
            household_id: body.0.household_id,
            staff_id: body.0.staff_id,
            from_date: body.0.from_date,
            reason: body.0.reason.trim().to_owned(),
        };
        let key = idempotency_key.0.as_deref();
        let pairing = run::pair_by_hand(&self.0, &caller.0, key, &new).await?;
        Ok(Created::new(pairing_view(pairing)))
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
    ) -> Result<Json<Pairing>, CreateFault> {
        caller.0.require(Permission::ManagePairings)?;
        let PairingEnd { date, reason } = body.0;
        let ended = run::end_pairing(&self.0, &caller.0, id.0, date, reason.trim()).await?;
        Ok(Json(pairing_view(ended)))
    }
}

/// A pairing as it is sent.
pub(super) fn pairing_view(pairing: Tenure) -> Pairing {
    Pairing {
        id: pairing.id,
        household_id: pairing.household_id,
        household_number: pairing.household_number,
        head_name: pairing.head_name,
        town: pairing.town,
        village: pairing.village,
        staff_id: pairing.staff_id,
        helper: pairing.name,
        unit: pairing.unit,
        run_id: pairing.run_id,
        from_date: pairing.from_date,
        to_date: pairing.to_date,
        reason: pairing.reason,
        started_at: pairing.started_at,
        started_by: pairing.started_by,
        end_reason: pairing.end_reason,
        ended_at: pairing.ended_at,
        ended_by: pairing.ended_by,
    }
}

impl From<PairingError> for Problem {
    fn from(error: PairingError) -> Self {
        use PairingError as E;
        let zh = error.to_string();
        match error {
            E::NothingToPair => Self::invalid(
                "nothing_to_pair",
                zh,
                "no household of this scope is without a helper; check the names of town and village",
            ),
            E::BasisChanged => Self::conflict(
                "basis_changed",
                zh,
                "households, staff, pairings or rules have changed since this run was computed; compute a new one",
            ),
            E::BasisNotKept => Self::conflict(
                "basis_not_kept",
                zh,
                "this run was computed by an earlier version, which did not keep what it stands on; compute a new one",
            ),
            E::BasisDamaged => Self::conflict(
                "basis_damaged",
                zh,
                "what is kept as the basis of this run is damaged or was changed: it is not what the run's digest is of",
            ),
            E::RunConfirmed => Self::conflict(
                "run_already_confirmed",
                zh,
                "this run is confirmed and can be neither confirmed nor dropped again",
            ),
            E::RunDropped => Self::conflict(
                "run_already_dropped",
                zh,
                "this run was dropped; compute a new one",
            ),
            E::RunDraft => Self::conflict(
                "run_is_draft",
                zh,
                "this run is a draft; propose it before it is confirmed",
            ),
            E::RunProposed => Self::conflict(
                "run_already_proposed",
                zh,
                "this run is proposed already",
            ),
            E::NotInRun => Self::invalid(
                "household_not_in_run",
                zh,
                "the run is not for this household; check the id",
            ),
            E::NothingChanged => Self::invalid(
                "nothing_changed",
                zh,
                "the run proposes exactly that already",
            ),
            E::MayNotServe { helper, village } => Self::conflict(
                "helper_may_not_serve",
                zh,
                format!("by the rules of pairing {helper} may not serve this household of {village}; choose another, or change the areas or the rules"),
            ),
            E::PlacesTaken {
                helper,
                held,
                added,
                capacity,
            } => Self::conflict(
                "helper_full",
                zh,
                format!("{helper} has {held} households and {added} by this run, of {capacity}; choose another, or swap with one of them"),
            ),
            E::InFuture(day) => Self::invalid(
                "date_in_future",
                zh,
                format!("{day} is after today; give today or an earlier day"),
            ),
            E::TooEarly(day) => Self::invalid(
                "date_too_early",
                zh,
                format!("{day} is too early; check the year"),
            ),
            E::Overlaps {
                from,
                earliest,
                count,
            } => Self::conflict(
                "overlaps_earlier_pairing",
                zh,
                format!("{count} households still had their former helper after {from}; the first day can be {earliest}"),
            ),
            E::AlreadyPaired => Self::conflict(
                "household_already_paired",
                zh,
                "the household has a helper; end that pairing first",
            ),
            E::HelperInactive => Self::conflict(
                "helper_inactive",
                zh,
                "this person has left or is inactive; choose another",
            )
            .at("/staff_id"),
            E::HelperAway(words) => Self::conflict(
                "helper_away",
                zh,
                format!("this person is on leave or leaving ({words}); choose another"),
            )
            .at("/staff_id"),
            E::Barred(barrier) => Self::conflict(
                "pair_barred",
                zh,
                format!("these two cannot be a pair: {}", barrier.english()),
            )
            .at("/staff_id"),
            E::PinnedToAnother { helper, reason } => Self::conflict(
                "pinned_to_another",
                zh,
                format!("this household is pinned to {helper} ({reason}); remove that first"),
            )
            .at("/household_id"),
            E::ConstraintThere(_) => Self::conflict(
                "constraint_there",
                zh,
                "these two are pinned or forbidden already, or the household is pinned to another; remove that first",
            ),
            E::HelperFull { held, capacity } => Self::conflict(
                "helper_full",
                zh,
                format!("this person has {held} of {capacity} households; choose another or change the capacity"),
            )
            .at("/staff_id"),
            E::NoSuchHousehold => Self::invalid(
                "no_such_household",
                zh,
                "no such open household; check `household_id`",
            )
            .at("/household_id"),
            E::NoSuchHelper => Self::invalid(
                "no_such_person",
                zh,
                "no such person on the staff roster; check `staff_id`",
            )
            .at("/staff_id"),
            E::AlreadyEnded(day) => Self::conflict(
                "pairing_already_ended",
                zh,
                format!("this pairing ended on {day}"),
            ),
            E::EndsBeforeStart(day) => Self::invalid(
                "end_before_start",
                zh,
                format!("the end cannot be before the first day, {day}"),
            )
            .at("/date"),
            E::EndsBeforeVisit(day) => Self::conflict(
                "end_before_visit",
                zh,
                format!("the helper visited the household on {day}; end it on that day or later, or correct the visit"),
            )
            .at("/date"),
            E::AlreadyInactive => Self::conflict(
                "already_inactive",
                zh,
                "this person is inactive and cannot leave again",
            ),
            E::AlreadyActive => Self::conflict(
                "already_active",
                zh,
                "this person is active and cannot come back",
            ),
            E::SameUnit => Self::conflict(
                "same_unit",
                zh,
                "this person belongs to that unit already; check `unit_id`",
            )
            .at("/unit_id"),
            E::NoSuchUnit => {
                Self::invalid("no_such_unit", zh, "no such unit; check `unit_id`").at("/unit_id")
            }
            E::NotTheNewHelper => Self::forbidden(
                "not_the_new_helper",
                zh,
                "only the helper who is responsible for the household now can mark the note as read",
            ),
        }
    }
}
