//! Leaving, coming back and going to another unit over HTTP.

use chrono::NaiveDate;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{ComingBack, Departure, DepartureKind, Outlook, PairingsChoice, Transfer};
use super::service::{self, Held};
use crate::access::Signed;
use crate::api::{ETag, Tag, Tagged};
use crate::app::App;
use crate::order;
use crate::pairing::assign::api::{Pairing, pairing_view};
use crate::pairing::assist::api::{AssistanceView, view as assistance_view};
use crate::pairing::cost::shortage::Shortage;
use crate::pairing::cost::terms::Reason;
use crate::problem::{ChangeFault, GetFault};

/// Operations on what becomes of a helper's households.
pub struct DepartureApi(pub App);

/// A household that needs another helper, and who could take it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HouseholdToHandOver {
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
    /// The person who could take it at the least cost for all; absent if there is nobody.
    staff_id: Option<Uuid>,
    /// Staff number (工号) of that person.
    staff_number: Option<String>,
    /// Name (姓名) of that person.
    helper_name: Option<String>,
    /// Unit (单位) of that person.
    unit: Option<String>,
    /// Sum of the terms in `reasons`; less is better.
    cost: i64,
    /// The terms of the cost in words, or why there is nobody.
    #[oai(validator(max_items = 100))]
    reasons: Vec<Reason>,
}

/// The households of a person who leaves or has left, as they could be handed over.
#[derive(Object)]
struct DepartureOutlook {
    /// The person.
    staff_id: Uuid,
    /// Staff number (工号).
    staff_number: Option<String>,
    /// Name (姓名).
    name: String,
    /// Unit (单位).
    unit: String,
    /// Whether households may still be given to this person.
    active: bool,
    /// The record's version; its `ETag`.
    version: i64,
    /// Households that need another helper.
    households: i64,
    /// Those that somebody could take.
    placed: i64,
    /// Those that nobody could take as things are.
    unplaced: i64,
    /// Sum of the costs of all pairs: the least that is possible with so many placed.
    cost: i64,
    /// What is short, the largest shortage first.
    shortages: Vec<Shortage>,
    /// Each household that needs another helper, by household number (户编号).
    to_hand_over: Vec<HouseholdToHandOver>,
    /// The households that the person assists; these end without anybody following.
    assistances: Vec<AssistanceView>,
}

/// A person's leaving.
#[derive(Object)]
struct DepartureInput {
    /// Why.
    kind: DepartureKind,
    /// The day on which the pairings and assistances end; today if left out, never in the future.
    date: Option<NaiveDate>,
    /// More words on it.
    #[oai(validator(max_length = 400))]
    remark: Option<String>,
}

/// A person's coming back.
#[derive(Object)]
struct ReturnInput {
    /// First day of pairings that are taken up again; today if left out, never in the future.
    date: Option<NaiveDate>,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 400, custom = "crate::api::NotBlank"))]
    reason: String,
    /// Whether the person takes up again the households that had this person last and have nobody.
    take_up: bool,
}

/// A person's going to another unit.
#[derive(Object)]
struct TransferInput {
    /// The new unit.
    unit_id: Uuid,
    /// The day on which pairings end or begin; today if left out, never in the future.
    date: Option<NaiveDate>,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 400, custom = "crate::api::NotBlank"))]
    reason: String,
    /// What becomes of the person's pairings.
    pairings: PairingsChoice,
}

/// The pairings of a person that hold after a change.
#[derive(Object)]
struct PairingsHeld {
    /// The person.
    staff_id: Uuid,
    /// The pairings that hold.
    pairings: Vec<Pairing>,
}

#[OpenApi(tag = "Tag::Pairing")]
impl DepartureApi {
    /// Preview a departure
    ///
    /// What would become of each household of a person who left now: who could take it, at what cost,
    /// and what is short. Everybody else keeps their households. Nothing is written. For a person who
    /// has left: the households that had this person last and still have nobody. What the person assists
    /// is listed too, and needs nobody. To a unit's contact only people of their unit are proposed.
    #[oai(
        path = "/staff/:id/departure",
        method = "get",
        operation_id = "previewDeparture"
    )]
    async fn preview_departure(
        &self,
        caller: Signed,
        /// The person's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<DepartureOutlook>, GetFault> {
        Ok(tagged(service::outlook(&self.0, &caller.0, id.0).await?))
    }

    /// Record a departure
    ///
    /// Makes the person inactive, so that nobody can give households to the person, ends all pairings
    /// and assistances of the person, and closes the person's accounts with their sessions; all or
    /// nothing. Visits that the person has not handed in are logged by the office. Gives the households that now need another helper. To
    /// hand them over without a day between, confirm a run with `leaving` first. For one who only is
    /// away for a time and keeps the households, write down a leave instead. A unit's contact records it for
    /// the people of their unit; that somebody follows is the office's to decide.
    #[oai(
        path = "/staff/:id/departure",
        method = "post",
        operation_id = "recordDeparture"
    )]
    async fn record_departure(
        &self,
        caller: Signed,
        /// The person's id.
        id: Path<Uuid>,
        /// The person's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<DepartureInput>,
    ) -> Result<Tagged<DepartureOutlook>, ChangeFault> {
        let DepartureInput { kind, date, remark } = body.0;
        let leaving = Departure {
            kind,
            date,
            remark: remark.map(|remark| remark.trim().to_owned()),
        };
        service::depart(&self.0, &caller.0, id.0, if_match.0.as_deref(), &leaving).await?;
        Ok(tagged(service::outlook(&self.0, &caller.0, id.0).await?))
    }

    /// Record a return
    ///
    /// Makes a person active again who had left, and with `take_up` responsible again for the
    /// households that are still without a helper: all of them or, if one may not be given to the
    /// person, none, and the person does not come back. Leaves stay as they are: one that still lasts
    /// is to be ended first. What the person assisted stays ended, and the person's accounts stay closed
    /// until an administrator opens them. Gives the person's pairings.
    #[oai(
        path = "/staff/:id/return",
        method = "post",
        operation_id = "recordReturn"
    )]
    async fn record_return(
        &self,
        caller: Signed,
        /// The person's id.
        id: Path<Uuid>,
        /// The person's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<ReturnInput>,
    ) -> Result<Tagged<PairingsHeld>, ChangeFault> {
        let coming = ComingBack {
            date: body.0.date,
            reason: body.0.reason.trim().to_owned(),
            take_up: body.0.take_up,
        };
        let if_match = if_match.0.as_deref();
        let held = service::come_back(&self.0, &caller.0, id.0, if_match, &coming).await?;
        Ok(held_view(id.0, held))
    }

    /// Record a transfer
    ///
    /// Moves a person to another unit. The person's pairings are kept, end and begin anew on the day,
    /// or end, as chosen; they begin anew only if the person may be given every one of the households
    /// then. What the person assists stays. Gives the pairings that hold then; those that ended are listed by
    /// `previewDeparture` until somebody has them.
    #[oai(
        path = "/staff/:id/transfer",
        method = "post",
        operation_id = "recordTransfer"
    )]
    async fn record_transfer(
        &self,
        caller: Signed,
        /// The person's id.
        id: Path<Uuid>,
        /// The person's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<TransferInput>,
    ) -> Result<Tagged<PairingsHeld>, ChangeFault> {
        let transfer = Transfer {
            unit_id: body.0.unit_id,
            date: body.0.date,
            reason: body.0.reason.trim().to_owned(),
            pairings: body.0.pairings,
        };
        let if_match = if_match.0.as_deref();
        let held = service::transfer(&self.0, &caller.0, id.0, if_match, &transfer).await?;
        Ok(held_view(id.0, held))
    }
}

/// With the tag of the person's record.
fn held_view(staff_id: Uuid, held: Held) -> Tagged<PairingsHeld> {
    let view = PairingsHeld {
        staff_id,
        pairings: held.pairings.into_iter().map(pairing_view).collect(),
    };
    Tagged::new(view, ETag(held.version))
}

/// With the tag of the person's record.
fn tagged(outlook: Outlook) -> Tagged<DepartureOutlook> {
    let tag = ETag(outlook.person.version);
    Tagged::new(view(outlook), tag)
}

fn view(outlook: Outlook) -> DepartureOutlook {
    let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
    let (placed, unplaced) = (outlook.best.pairs.len(), outlook.best.unplaced.len());
    DepartureOutlook {
        to_hand_over: to_hand_over(&outlook),
        staff_id: outlook.person.id,
        staff_number: outlook.person.number,
        name: outlook.person.name,
        unit: outlook.person.unit,
        active: outlook.person.active,
        version: outlook.person.version,
        households: count(placed + unplaced),
        placed: count(placed),
        unplaced: count(unplaced),
        cost: outlook.best.cost,
        assistances: outlook
            .assistances
            .into_iter()
            .map(assistance_view)
            .collect(),
        shortages: outlook.best.shortages,
    }
}

fn to_hand_over(outlook: &Outlook) -> Vec<HouseholdToHandOver> {
    let taken = outlook.best.pairs.iter().map(|pair| {
        let helper = outlook.staff.get(&pair.helper);
        (pair.household, helper, pair.cost, pair.reasons.clone())
    });
    let left = outlook.best.unplaced.iter();
    let left = left.map(|one| (one.household, None, 0, one.reasons.clone()));
    let mut items: Vec<_> = taken
        .chain(left)
        .filter_map(|(id, helper, cost, reasons)| {
            let household = outlook.households.get(&id)?;
            Some(HouseholdToHandOver {
                household_id: id,
                household_number: household.facts.number.clone(),
                head_name: household.head_name.clone(),
                town: household.facts.town.clone(),
                village: household.facts.village.clone(),
                staff_id: helper.map(|person| person.id),
                staff_number: helper.and_then(|person| person.number.clone()),
                helper_name: helper.map(|person| person.name.clone()),
                unit: helper.map(|person| person.unit.clone()),
                cost,
                reasons,
            })
        })
        .collect();
    items.sort_by_cached_key(|item| {
        let number = order::key_or_last(item.household_number.as_deref());
        (number, item.household_id)
    });
    items
}
