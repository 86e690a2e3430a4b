//! What is done with lifts: proposed, led on step by step, ended, read.

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::condition::{self, Attested, Evidence};
use super::input::{LiftProposal, LiftRejection, LiftRelapse, LiftStepReport};
use super::model::{Lift, State, Step, StepRecord};
use super::procedure;
use super::store::{self, Filter, NamedLift};
use super::view::LiftView;
use crate::access::idempotency::{self, Open, Ticket};
use crate::access::{Caller, Permission};
use crate::app::App;
use crate::code_list::CodeList;
use crate::db::{Json, Tx, page};
use crate::household::store::Household;
use crate::problem::Problem;
use crate::serving::rights;
use crate::value::{Refused, sent_line};
use crate::{household, serving, settings};

/// Proposes a lift. As of all that is done here: the same `key` and input give the first answer again.
pub async fn propose(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    household_id: Uuid,
    proposal: LiftProposal,
) -> Result<LiftView, Problem> {
    let is_helper = !caller.may(Permission::RecordLifts);
    let mut tx = caller.write(&app.db).await?;
    if is_helper {
        rights::must_be_responsible(&mut tx, caller, household_id).await?;
    }
    let household = household::store::find(&mut tx, household_id).await?;
    let household = household
        .filter(|household| household.facts.closed_on.is_none())
        .ok_or_else(rights::no_such_household)?;
    let request = ("proposeLift", household_id, &proposal);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(first) => return Ok(first),
        Ticket::Open(ticket) => ticket,
    };
    let earlier = store::of_household(&mut tx, household_id).await?;
    procedure::propose(&household.facts, &earlier, proposal.date, app.today())?;
    let actor = caller.at(app.now());
    let lift = Lift {
        id: Uuid::now_v7(),
        household_id,
        state: State::Proposed,
        again: procedure::is_again(&household.facts, &earlier, proposal.date.year()),
        version: 1,
        started_at: actor.at,
        started_by: actor.account.to_owned(),
        approved_on: None,
        helper_id: None,
        relapsed_on: None,
        relapse_reason: None,
        relapse_by: None,
        steps: Vec::new(),
    };
    let first = StepRecord {
        note: proposal.note,
        ..lift.next_record(
            Step::Proposed,
            proposal.date,
            named(&proposal.person)?,
            actor,
        )
    };
    store::add(&mut tx, &lift, &first).await?;
    answer(app, tx, ticket, lift.id).await
}

/// Who did a step, in one line: it is printed in lists to sign.
fn named(person: &str) -> Result<String, Problem> {
    let mut refused = Refused::default();
    let named = refused.or("/person", sent_line(person)).flatten();
    refused.none()?;
    named.ok_or_else(|| {
        Problem::invalid("name_missing", "请填写办理人", "say who did it").at("/person")
    })
}

/// Records the step that is due.
pub async fn record_step(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    id: Uuid,
    report: LiftStepReport,
) -> Result<LiftView, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let request = ("recordLiftStep", id, &report);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(first) => return Ok(first),
        Ticket::Open(ticket) => ticket,
    };
    let before = find_named(&mut tx, id).await?.lift;
    let (step, date) = (report.step, report.date);
    let given = Attested {
        food: report.no_worry_food,
        clothing: report.no_worry_clothing,
    };
    let attested = procedure::attested(&before, step, given)?;
    let publicity_days = settings::store::load(&mut tx).await?.publicity_days;
    let state = procedure::next(&before, step, date, app.today(), publicity_days)?;
    let household = household_of(&mut tx, &before).await?;
    let evidence = if step.needs_conditions() {
        Some(Json(evidence(&mut tx, &household, attested, date).await?))
    } else {
        None
    };
    let mut after = Lift {
        state,
        ..before.clone()
    };
    if step == Step::Approved {
        approve(&mut tx, &household, date, &mut after).await?;
    }
    let actor = caller.at(app.now());
    let record = StepRecord {
        note: report.note,
        evidence,
        ..before.next_record(step, date, named(&report.person)?, actor)
    };
    store::add_step(&mut tx, &record).await?;
    store::change(&mut tx, actor, step.code(), &before, &after).await?;
    answer(app, tx, ticket, id).await
}

/// Ends a lift under way that does not go on.
pub async fn reject(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    id: Uuid,
    rejection: LiftRejection,
) -> Result<LiftView, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let request = ("rejectLift", id, &rejection);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(first) => return Ok(first),
        Ticket::Open(ticket) => ticket,
    };
    let before = find_named(&mut tx, id).await?.lift;
    let step = procedure::reject(&before, rejection.date, app.today())?;
    let actor = caller.at(app.now());
    let record = StepRecord {
        note: Some(rejection.reason),
        rejected: true,
        ..before.next_record(step, rejection.date, named(&rejection.person)?, actor)
    };
    let after = Lift {
        state: State::Rejected,
        ..before.clone()
    };
    store::add_step(&mut tx, &record).await?;
    store::change(&mut tx, actor, "reject", &before, &after).await?;
    answer(app, tx, ticket, id).await
}

/// Marks an approved lift as fallen back.
pub async fn relapse(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    id: Uuid,
    relapse: LiftRelapse,
) -> Result<LiftView, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let request = ("recordRelapse", id, &relapse);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(first) => return Ok(first),
        Ticket::Open(ticket) => ticket,
    };
    let before = find_named(&mut tx, id).await?.lift;
    procedure::relapse(&before, relapse.date, app.today())?;
    let after = Lift {
        state: State::Relapsed,
        relapsed_on: Some(relapse.date),
        relapse_reason: Some(relapse.reason),
        relapse_by: Some(caller.username.clone()),
        ..before.clone()
    };
    let actor = caller.at(app.now());
    store::change(&mut tx, actor, "relapse", &before, &after).await?;
    answer(app, tx, ticket, id).await
}

/// A lift that the caller may see.
pub async fn find(app: &App, caller: &Caller, id: Uuid) -> Result<LiftView, Problem> {
    let mut tx = app.db.read().await?;
    let named = find_named(&mut tx, id).await?;
    if !store::reaches(&mut tx, caller.reach(), id).await? {
        return Err(not_found());
    }
    view(app, &mut tx, &named).await
}

/// A page of the lifts that the caller may see, the latest first, and where the next page begins.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: Filter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<(Vec<NamedLift>, Option<page::Last<Uuid>>), Problem> {
    let filter = Filter {
        reach: caller.reach(),
        ..filter
    };
    let mut tx = app.db.read().await?;
    let lifts = store::list(&mut tx, &filter, after, limit).await?;
    Ok(page::cut(lifts, limit, |named| named.lift.id))
}

fn not_found() -> Problem {
    Problem::not_found("脱贫记录", "lift")
}

async fn find_named(tx: &mut Tx, id: Uuid) -> Result<NamedLift, Problem> {
    store::find(tx, id).await?.ok_or_else(not_found)
}

/// The household of a lift, which the schema keeps there.
async fn household_of(tx: &mut Tx, lift: &Lift) -> Result<Household, Problem> {
    let found = household::store::find(tx, lift.household_id).await?;
    found.ok_or_else(rights::no_such_household)
}

async fn line_fen(tx: &mut Tx, day: NaiveDate) -> Result<i64, Problem> {
    let plan = settings::store::year_plan(tx, i64::from(day.year())).await?;
    Ok(plan.line_fen)
}

/// What a step rests on that needs all conditions to be met.
async fn evidence(
    tx: &mut Tx,
    household: &Household,
    attested: Attested,
    day: NaiveDate,
) -> Result<Evidence, Problem> {
    let line_fen = line_fen(tx, day).await?;
    let conditions = condition::conditions(&household.facts, line_fen, attested, day);
    procedure::require_all(&conditions)?;
    Ok(Evidence {
        line_fen,
        attested,
        conditions,
    })
}

/// Sets the fields of a lift that are decided by its approval.
async fn approve(
    tx: &mut Tx,
    household: &Household,
    day: NaiveDate,
    lift: &mut Lift,
) -> Result<(), Problem> {
    let mut earlier = store::of_household(tx, household.id).await?;
    earlier.retain(|other| other.id != lift.id);
    lift.again = procedure::is_again(&household.facts, &earlier, day.year());
    lift.approved_on = Some(day);
    lift.helper_id = serving::store::helper_on(tx, household.id, day).await?;
    Ok(())
}

/// Ends a change: the lift as it is now is kept as the answer.
async fn answer(app: &App, mut tx: Tx, ticket: Open, id: Uuid) -> Result<LiftView, Problem> {
    let named = find_named(&mut tx, id).await?;
    let lift = view(app, &mut tx, &named).await?;
    ticket.answer(&mut tx, app.now(), &lift).await?;
    tx.commit().await?;
    Ok(lift)
}

/// A lift as it is now, with what is due and the conditions of today.
async fn view(app: &App, tx: &mut Tx, named: &NamedLift) -> Result<LiftView, Problem> {
    let lift = &named.lift;
    let publicity_days = settings::store::load(tx).await?.publicity_days;
    let conditions = if lift.state.due().is_some() {
        let today = app.today();
        let line_fen = line_fen(tx, today).await?;
        let household = household_of(tx, lift).await?;
        let attested = lift.attested();
        Some(condition::conditions(
            &household.facts,
            line_fen,
            attested,
            today,
        ))
    } else {
        None
    };
    Ok(LiftView::of(named, publicity_days, conditions))
}
