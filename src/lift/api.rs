//! Lifts over HTTP: proposing, going on step by step, rejecting, marking a relapse, reading.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{
    self, Attested, ConditionState, Evidence, Lift, LiftError, State, Step, StepRecord,
};
use super::store::{self, Filter, NamedLift};
use crate::access::idempotency::{self, Ticket};
use crate::access::{Caller, Permission, Signed};
use crate::api::Year;
use crate::api::{Created, ETag, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::code_list::CodeList;
use crate::db::{self, Tx, page};
use crate::household::store::Household;
use crate::problem::{CreateFault, FieldProblem, GetFault, ListFault, Problem};
use crate::serving;
use crate::serving::rights;
use crate::{household, settings};

/// Operations on lifts.
pub struct LiftApi(pub App);

/// A lift to be proposed.
#[derive(Object, Serialize)]
struct LiftProposal {
    /// The day on which it was proposed.
    date: NaiveDate,
    /// Who proposed it.
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    person: String,
    /// What there is to say about it.
    #[oai(validator(max_length = 1000))]
    note: Option<String>,
}

/// A step that was done.
#[derive(Object, Serialize)]
struct LiftStepReport {
    /// Which step: the one that is due.
    step: Step,
    /// The day on which it was done.
    date: NaiveDate,
    /// Who did it.
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    person: String,
    /// What there is to say about it.
    #[oai(validator(max_length = 1000))]
    note: Option<String>,
    /// With `verified` only: whether those who verified found the household without worry about food.
    no_worry_food: Option<bool>,
    /// With `verified` only: whether they found it without worry about clothing.
    no_worry_clothing: Option<bool>,
}

/// The end of a lift that does not go on.
#[derive(Object, Serialize)]
struct LiftRejection {
    /// The day on which it was rejected.
    date: NaiveDate,
    /// Who rejected it.
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    person: String,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 1000, custom = "crate::api::NotBlank"))]
    reason: String,
}

/// A household that fell back.
#[derive(Object, Serialize)]
struct LiftRelapse {
    /// The day on which it fell back, not before the approval.
    date: NaiveDate,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 1000, custom = "crate::api::NotBlank"))]
    reason: String,
}

/// The household of a lift.
#[derive(Clone, Serialize, Deserialize, Object)]
#[oai(skip_serializing_if_is_none)]
struct LiftHousehold {
    /// Its id.
    id: Uuid,
    /// 户编号.
    number: Option<String>,
    /// 户主姓名.
    head_name: String,
    /// 镇.
    town: String,
    /// 村.
    village: String,
}

/// One step of a lift.
#[derive(Clone, Serialize, Deserialize, Object)]
#[oai(rename = "LiftStep", skip_serializing_if_is_none)]
struct LiftStepView {
    /// Which step; of a rejection, the one that was due.
    step: Step,
    /// The day on which it was done.
    date: NaiveDate,
    /// Who did it.
    person: String,
    /// What there is to say about it; of a rejection, the reason.
    note: Option<String>,
    /// Whether the lift was rejected here.
    rejected: bool,
    /// The income line, in fen, that the conditions were held against.
    line_fen: Option<i64>,
    /// The conditions as they were found for this step.
    conditions: Option<Vec<ConditionState>>,
    /// When it was written down.
    recorded_at: DateTime<Utc>,
    /// By which account.
    recorded_by: String,
}

/// A lift with its steps.
#[derive(Clone, Serialize, Deserialize, Object)]
#[oai(rename = "Lift", skip_serializing_if_is_none)]
struct LiftView {
    /// Its id.
    id: Uuid,
    /// The household.
    household: LiftHousehold,
    /// Where it stands.
    state: State,
    /// Whether the household had been lifted before: then it counts as lifted again, never as newly
    /// lifted.
    again: bool,
    /// The steps so far, in order.
    steps: Vec<LiftStepView>,
    /// The step that is due; absent once the lift has ended.
    due_step: Option<Step>,
    /// The first day on which that step may be done.
    due_from: Option<NaiveDate>,
    /// The conditions as they are today, while the lift is under way.
    conditions: Option<Vec<ConditionState>>,
    /// The day of approval; the lift counts to its year.
    approved_on: Option<NaiveDate>,
    /// The helper who was responsible on that day.
    helper_id: Option<Uuid>,
    /// That helper's name.
    helper_name: Option<String>,
    /// The day on which the household fell back.
    relapsed_on: Option<NaiveDate>,
    /// Why it did.
    relapse_reason: Option<String>,
    /// Which account wrote that down.
    relapse_by: Option<String>,
    /// When it was first written down.
    started_at: DateTime<Utc>,
    /// By which account.
    started_by: String,
    /// Counts its changes; the `ETag` of the lift.
    version: i64,
}

/// A lift in a list.
#[derive(Clone, Object)]
#[oai(skip_serializing_if_is_none)]
struct LiftSummary {
    /// Its id.
    id: Uuid,
    /// The household.
    household: LiftHousehold,
    /// Where it stands.
    state: State,
    /// Whether the household had been lifted before.
    again: bool,
    /// The step that is due; absent once the lift has ended.
    due_step: Option<Step>,
    /// The day of approval; the lift counts to its year.
    approved_on: Option<NaiveDate>,
    /// The helper who was responsible on that day.
    helper_id: Option<Uuid>,
    /// That helper's name.
    helper_name: Option<String>,
    /// The day on which the household fell back.
    relapsed_on: Option<NaiveDate>,
    /// When it was first written down.
    started_at: DateTime<Utc>,
    /// Counts its changes.
    version: i64,
}

impl From<&NamedLift> for LiftHousehold {
    fn from(named: &NamedLift) -> Self {
        Self {
            id: named.lift.household_id,
            number: named.household_number.clone(),
            head_name: named.head_name.clone(),
            town: named.town.clone(),
            village: named.village.clone(),
        }
    }
}

impl From<&StepRecord> for LiftStepView {
    fn from(record: &StepRecord) -> Self {
        let evidence = record.evidence.as_ref().map(|evidence| &evidence.0);
        Self {
            step: record.step,
            date: record.on_date,
            person: record.person.clone(),
            note: record.note.clone(),
            rejected: record.rejected,
            line_fen: evidence.map(|evidence| evidence.line_fen),
            conditions: evidence.map(|evidence| evidence.conditions.clone()),
            recorded_at: record.recorded_at,
            recorded_by: record.recorded_by.clone(),
        }
    }
}

impl From<&NamedLift> for LiftSummary {
    fn from(named: &NamedLift) -> Self {
        let lift = &named.lift;
        Self {
            id: lift.id,
            household: named.into(),
            state: lift.state,
            again: lift.again,
            due_step: lift.state.due(),
            approved_on: lift.approved_on,
            helper_id: lift.helper_id,
            helper_name: named.helper_name.clone(),
            relapsed_on: lift.relapsed_on,
            started_at: lift.started_at,
            version: lift.version,
        }
    }
}

#[allow(
    clippy::too_many_arguments,
    reason = "the parameters of an operation are those of its document"
)]
#[OpenApi(tag = "Tag::Lifts")]
impl LiftApi {
    /// Propose a lift
    ///
    /// The first step. The office may do it for any household, a helper for those for which he is
    /// responsible. A household has
    /// one lift under way at most; one that is lifted can be proposed again only after a relapse.
    #[oai(
        path = "/households/:id/lifts",
        method = "post",
        operation_id = "proposeLift"
    )]
    async fn propose_lift(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<LiftProposal>,
    ) -> Result<Created<LiftView>, CreateFault> {
        let caller = caller.0;
        let is_helper = !caller.may(Permission::RecordLifts);
        if is_helper {
            caller.require(Permission::ServeHouseholds)?;
        }
        let mut tx = caller.write(&self.0.db).await?;
        if is_helper {
            rights::must_be_responsible(&mut tx, &caller, id.0).await?;
        }
        let household = household::store::find(&mut tx, id.0).await?;
        let household = household
            .filter(|household| household.facts.closed_on.is_none())
            .ok_or_else(rights::no_such_household)?;
        let request = ("proposeLift", id.0, &body.0);
        let key = idempotency_key.0.as_deref();
        let ticket = match idempotency::take(&mut tx, &caller, key, &request).await? {
            Ticket::Answered(answer) => return Ok(Created::new(answer)),
            Ticket::Open(ticket) => ticket,
        };
        let lift_id = propose(&self.0, &mut tx, &caller, &household, body.0).await?;
        let lift = view(&self.0, &mut tx, lift_id).await?;
        ticket.answer(&mut tx, self.0.now(), &lift).await?;
        tx.commit().await?;
        Ok(Created::new(lift))
    }

    /// Record a step of a lift
    ///
    /// The step that is due, and no other: `village_review`, `verified`, `accepted`, `publicised`,
    /// `approved`. `verified` and `approved` need all conditions to be met; `approved` needs the
    /// publicity to have lasted its days.
    #[oai(
        path = "/lifts/:id/steps",
        method = "post",
        operation_id = "recordLiftStep"
    )]
    async fn record_lift_step(
        &self,
        caller: Signed,
        /// The lift's id.
        id: Path<Uuid>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<LiftStepReport>,
    ) -> Result<Tagged<LiftView>, CreateFault> {
        caller.0.require(Permission::RecordLifts)?;
        let mut tx = caller.0.write(&self.0.db).await?;
        let request = ("recordLiftStep", id.0, &body.0);
        let key = idempotency_key.0.as_deref();
        let ticket = match idempotency::take(&mut tx, &caller.0, key, &request).await? {
            Ticket::Answered(answer) => return Ok(tagged(answer)),
            Ticket::Open(ticket) => ticket,
        };
        let lift = find(&mut tx, id.0).await?.lift;
        record_step(&self.0, &mut tx, &caller.0, &lift, body.0).await?;
        let lift = view(&self.0, &mut tx, id.0).await?;
        ticket.answer(&mut tx, self.0.now(), &lift).await?;
        tx.commit().await?;
        Ok(tagged(lift))
    }

    /// Reject a lift
    ///
    /// Ends a lift under way, at whatever step is due, with the reason. A new one may begin later.
    #[oai(
        path = "/lifts/:id/rejection",
        method = "post",
        operation_id = "rejectLift"
    )]
    async fn reject_lift(
        &self,
        caller: Signed,
        /// The lift's id.
        id: Path<Uuid>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<LiftRejection>,
    ) -> Result<Tagged<LiftView>, CreateFault> {
        caller.0.require(Permission::RecordLifts)?;
        let mut tx = caller.0.write(&self.0.db).await?;
        let request = ("rejectLift", id.0, &body.0);
        let key = idempotency_key.0.as_deref();
        let ticket = match idempotency::take(&mut tx, &caller.0, key, &request).await? {
            Ticket::Answered(answer) => return Ok(tagged(answer)),
            Ticket::Open(ticket) => ticket,
        };
        let lift = find(&mut tx, id.0).await?.lift;
        reject(&self.0, &mut tx, &caller.0, &lift, body.0).await?;
        let lift = view(&self.0, &mut tx, id.0).await?;
        ticket.answer(&mut tx, self.0.now(), &lift).await?;
        tx.commit().await?;
        Ok(tagged(lift))
    }

    /// Record a relapse
    ///
    /// Marks an approved lift of this register as fallen back, from a day not before its approval. A
    /// household that only the roster calls lifted relapses by the roster.
    #[oai(
        path = "/lifts/:id/relapse",
        method = "post",
        operation_id = "recordRelapse"
    )]
    async fn record_relapse(
        &self,
        caller: Signed,
        /// The lift's id.
        id: Path<Uuid>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<LiftRelapse>,
    ) -> Result<Tagged<LiftView>, CreateFault> {
        caller.0.require(Permission::RecordLifts)?;
        let mut tx = caller.0.write(&self.0.db).await?;
        let request = ("recordRelapse", id.0, &body.0);
        let key = idempotency_key.0.as_deref();
        let ticket = match idempotency::take(&mut tx, &caller.0, key, &request).await? {
            Ticket::Answered(answer) => return Ok(tagged(answer)),
            Ticket::Open(ticket) => ticket,
        };
        let before = find(&mut tx, id.0).await?.lift;
        model::relapse(&before, body.0.date, self.0.today())?;
        let after = Lift {
            state: State::Relapsed,
            relapsed_on: Some(body.0.date),
            relapse_reason: Some(body.0.reason),
            relapse_by: Some(caller.0.username.clone()),
            ..before.clone()
        };
        let (_actor, now) = (&caller.0.username, self.0.now());
        store::change(&mut tx, caller.0.at(now), "relapse", &before, &after).await?;
        let lift = view(&self.0, &mut tx, id.0).await?;
        ticket.answer(&mut tx, now, &lift).await?;
        tx.commit().await?;
        Ok(tagged(lift))
    }

    /// Get a lift
    ///
    /// With its steps, what each rested on, the step that is due, and the conditions as they are
    /// today. A helper sees those of his own households.
    #[oai(path = "/lifts/:id", method = "get", operation_id = "getLift")]
    async fn get_lift(
        &self,
        caller: Signed,
        /// The lift's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<LiftView>, GetFault> {
        let mut tx = self.0.db.read().await?;
        let household_id = find(&mut tx, id.0).await?.lift.household_id;
        let sees = caller.0.may(Permission::SeeAllHouseholds)
            || rights::periods_of(&mut tx, &caller.0, household_id)
                .await?
                .is_responsible_now();
        if !sees {
            return Err(not_found().into());
        }
        Ok(tagged(view(&self.0, &mut tx, id.0).await?))
    }

    /// List lifts
    ///
    /// The latest first. A helper sees those of his own households.
    #[oai(path = "/lifts", method = "get", operation_id = "listLifts")]
    async fn list_lifts(
        &self,
        caller: Signed,
        /// Only those that stand here.
        state: Query<Option<State>>,
        /// Only those of this household.
        household_id: Query<Option<Uuid>>,
        /// Only households of this town (镇), by its whole name.
        #[oai(validator(max_length = 100))]
        town: Query<Option<String>>,
        /// Only those approved in this year.
        year: Query<Option<Year>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<LiftSummary>>, ListFault> {
        if !caller.0.sight().may_find_names(&[&town.0]) {
            return Ok(Page::json([], None));
        }
        let cursors = self.0.cursors("listLifts");
        let after: Option<Uuid> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let sees_all = caller.0.may(Permission::SeeAllHouseholds);
        let helper = (!sees_all).then(|| caller.0.staff_id.unwrap_or_default());
        let filter = Filter {
            state: state.0,
            household_id: household_id.0,
            town: town.0.unwrap_or_default(),
            approved: year.0.and_then(|year| days_of(year.0)),
            helper,
        };
        let mut tx = self.0.db.read().await?;
        let lifts = store::list(&mut tx, &filter, after, limit).await?;
        let (lifts, next) = page::cut(lifts, limit, |named| named.lift.id);
        Ok(Page::json(
            lifts.iter().map(Into::into),
            cursors.next(next)?,
        ))
    }
}

fn tagged(lift: LiftView) -> Tagged<LiftView> {
    let tag = ETag(lift.version);
    Tagged::new(lift, tag)
}

fn not_found() -> Problem {
    Problem::not_found("脱贫记录", "lift")
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<NamedLift, Problem> {
    store::find(tx, id).await?.ok_or_else(not_found)
}

/// First and last day of a year.
fn days_of(year: i64) -> Option<(NaiveDate, NaiveDate)> {
    let year = i32::try_from(year).ok()?;
    Some((
        NaiveDate::from_ymd_opt(year, 1, 1)?,
        NaiveDate::from_ymd_opt(year, 12, 31)?,
    ))
}

async fn line_fen(tx: &mut Tx, day: NaiveDate) -> Result<i64, Problem> {
    let plan = settings::store::year_plan(tx, i64::from(day.year())).await?;
    Ok(plan.line_fen)
}

/// The household of a lift, which the schema keeps there.
async fn household_of(tx: &mut Tx, lift: &Lift) -> Result<Household, Problem> {
    let found = household::store::find(tx, lift.household_id).await?;
    found.ok_or_else(|| Problem::not_found("户", "household"))
}

async fn propose(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    household: &Household,
    proposal: LiftProposal,
) -> Result<Uuid, Problem> {
    let now = app.now();
    let earlier = store::of_household(tx, household.id).await?;
    model::propose(&household.facts, &earlier, proposal.date, app.today())?;
    let lift = Lift {
        id: Uuid::now_v7(),
        household_id: household.id,
        state: State::Proposed,
        again: model::is_again(&household.facts, &earlier, proposal.date.year()),
        version: 1,
        started_at: now,
        started_by: caller.username.clone(),
        approved_on: None,
        helper_id: None,
        relapsed_on: None,
        relapse_reason: None,
        relapse_by: None,
        steps: Vec::new(),
    };
    let first = StepRecord {
        lift_id: lift.id,
        position: 1,
        step: Step::Proposed,
        on_date: proposal.date,
        person: proposal.person,
        note: proposal.note,
        evidence: None,
        rejected: false,
        recorded_at: now,
        recorded_by: caller.username.clone(),
    };
    store::add(tx, &lift, &first).await?;
    Ok(lift.id)
}

async fn record_step(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    before: &Lift,
    report: LiftStepReport,
) -> Result<(), Problem> {
    let attested = attested(before, &report)?;
    let publicity_days = settings::store::load(tx).await?.publicity_days;
    let (step, date) = (report.step, report.date);
    let state = model::next(before, step, date, app.today(), publicity_days)?;
    let household = household_of(tx, before).await?;
    let evidence = if step.needs_conditions() {
        let line_fen = line_fen(tx, date).await?;
        let conditions = model::conditions(&household.facts, line_fen, attested, date);
        model::require_all(&conditions)?;
        Some(db::Json(Evidence {
            line_fen,
            attested,
            conditions,
        }))
    } else {
        None
    };
    let mut after = Lift {
        state,
        ..before.clone()
    };
    if step == Step::Approved {
        let mut earlier = store::of_household(tx, household.id).await?;
        earlier.retain(|lift| lift.id != before.id);
        after.again = model::is_again(&household.facts, &earlier, date.year());
        after.approved_on = Some(date);
        after.helper_id = serving::store::helper_on(tx, household.id, date).await?;
    }
    let record = StepRecord {
        step,
        on_date: date,
        person: report.person,
        note: report.note,
        evidence,
        ..next_record(app, caller, before)
    };
    store::add_step(tx, &record).await?;
    let now = record.recorded_at;
    store::change(tx, caller.at(now), step.code(), before, &after).await?;
    Ok(())
}

/// What is attested for the step: by the verification itself, or for the approval by the one before.
fn attested(lift: &Lift, report: &LiftStepReport) -> Result<Attested, Problem> {
    let attested = Attested {
        food: report.no_worry_food,
        clothing: report.no_worry_clothing,
    };
    if report.step == Step::Verified {
        return Ok(attested);
    }
    if attested != Attested::default() {
        return Err(Problem::invalid(
            "attested_at_verification_only",
            "不愁吃、不愁穿只在“核实”一步中确认，请从本步内容中去掉",
            "food and clothing are attested with the step `verified` only; leave them out here",
        ));
    }
    Ok(lift.attested())
}

/// The record after those of the lift, without what it tells.
fn next_record(app: &App, caller: &Caller, lift: &Lift) -> StepRecord {
    StepRecord {
        lift_id: lift.id,
        position: lift.steps.last().map_or(0, |last| last.position) + 1,
        step: Step::Proposed,
        on_date: app.today(),
        person: String::new(),
        note: None,
        evidence: None,
        rejected: false,
        recorded_at: app.now(),
        recorded_by: caller.username.clone(),
    }
}

async fn reject(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    before: &Lift,
    rejection: LiftRejection,
) -> Result<(), Problem> {
    let record = StepRecord {
        step: model::reject(before, rejection.date, app.today())?,
        on_date: rejection.date,
        person: rejection.person,
        note: Some(rejection.reason),
        rejected: true,
        ..next_record(app, caller, before)
    };
    let after = Lift {
        state: State::Rejected,
        ..before.clone()
    };
    store::add_step(tx, &record).await?;
    let now = record.recorded_at;
    store::change(tx, caller.at(now), "reject", before, &after).await?;
    Ok(())
}

/// A lift as it is now, with what is due and the conditions of today.
async fn view(app: &App, tx: &mut Tx, id: Uuid) -> Result<LiftView, Problem> {
    let named = find(tx, id).await?;
    let lift = &named.lift;
    let due_step = lift.state.due();
    let publicity_days = settings::store::load(tx).await?.publicity_days;
    let conditions = if due_step.is_some() {
        let today = app.today();
        let line_fen = line_fen(tx, today).await?;
        let household = household_of(tx, lift).await?;
        let attested = lift.attested();
        Some(model::conditions(
            &household.facts,
            line_fen,
            attested,
            today,
        ))
    } else {
        None
    };
    Ok(LiftView {
        id: lift.id,
        household: (&named).into(),
        state: lift.state,
        again: lift.again,
        steps: lift.steps.iter().map(Into::into).collect(),
        due_step,
        due_from: lift.earliest_next(publicity_days),
        conditions,
        approved_on: lift.approved_on,
        helper_id: lift.helper_id,
        helper_name: named.helper_name.clone(),
        relapsed_on: lift.relapsed_on,
        relapse_reason: lift.relapse_reason.clone(),
        relapse_by: lift.relapse_by.clone(),
        started_at: lift.started_at,
        started_by: lift.started_by.clone(),
        version: lift.version,
    })
}

impl From<LiftError> for Problem {
    fn from(error: LiftError) -> Self {
        let zh = error.to_string();
        match error {
            LiftError::OutOfOrder { due, asked } => Self::conflict(
                "lift_step_out_of_order",
                zh,
                format!("`{due}` is due, not `{asked}`; record the steps in their order"),
            )
            .at("/step"),
            LiftError::Ended(state) => Self::conflict(
                "lift_ended",
                zh,
                format!("this lift has ended (`{state}`); propose a new one if need be"),
            ),
            LiftError::AlreadyLifted => Self::conflict(
                "already_lifted",
                zh,
                "the household is lifted and has not relapsed; record the relapse first, if there was one",
            ),
            LiftError::UnderWay(id) => Self::conflict(
                "lift_under_way",
                zh,
                format!("lift {id} of this household is under way; go on with that one"),
            ),
            LiftError::InFuture { date, today } => Self::invalid(
                "date_in_future",
                zh,
                format!("{date} is after today ({today}); give the day on which it was done"),
            )
            .at("/date"),
            LiftError::BeforeLast { date, before } => Self::invalid(
                "date_before_last_step",
                zh,
                format!("{date} is before {before}, the day of what came before; give a day not before it"),
            )
            .at("/date"),
            LiftError::PublicityTooShort {
                days,
                first_possible,
                ..
            } => Self::conflict(
                "publicity_too_short",
                zh,
                format!("the list must hang for {days} days; the first possible day is {first_possible}"),
            )
            .at("/date"),
            LiftError::ConditionsNotMet(open) => Self::invalid(
                "conditions_not_met",
                zh,
                format!("not all conditions are met: {}; `errors` says what to do", codes(&open)),
            )
            .with_errors(open.into_iter().map(field_problem).collect()),
            LiftError::NotApproved(state) => Self::conflict(
                "lift_not_approved",
                zh,
                format!("only an approved lift can relapse; this one is `{state}`"),
            ),
            LiftError::RelapseBeforeApproval { date, approved_on } => Self::invalid(
                "date_before_approval",
                zh,
                format!("{date} is before the approval ({approved_on})"),
            )
            .at("/date"),
        }
    }
}

fn codes(conditions: &[ConditionState]) -> String {
    let codes: Vec<_> = conditions.iter().map(|state| state.code.code()).collect();
    codes.join(", ")
}

/// A condition that is open: what is attested stands in the body, all else in the register.
fn field_problem(state: ConditionState) -> FieldProblem {
    let pointer = match state.code {
        model::Condition::Food => "/no_worry_food",
        model::Condition::Clothing => "/no_worry_clothing",
        _ => "/step",
    };
    FieldProblem {
        pointer: pointer.to_owned(),
        detail: format!("{}：{}", state.code.label(), state.met.label()),
        value: Some(state.found),
        remedy: state.remedy,
        ..FieldProblem::default()
    }
}
