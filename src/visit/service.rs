//! What is done with visits: logged, corrected, read.

use serde::Deserialize;
use uuid::Uuid;

use super::batch::BatchedVisit;
use super::correction::VisitCorrection;
use super::model::{Corrected, FormerVisit, Logger, Visit, VisitError, VisitFacts, visitor};
use super::store::{self, Filter, VisitKey};
use crate::access::history::{self, EntryKey};
use crate::access::idempotency::{self, Ticket};
use crate::access::{Caller, Permission, Reach};
use crate::api::ETag;
use crate::app::App;
use crate::db::{Tx, page};
use crate::problem::Problem;
use crate::serving::rights;
use crate::serving::tenure::Periods;
use crate::staff::model::Staff;
use crate::{household, serving, settings, staff};

/// Logs a visit. The same `key` with the same facts gives the first answer again.
pub async fn log(
    app: &App,
    caller: &Caller,
    key: &str,
    household_id: Uuid,
    facts: VisitFacts,
) -> Result<Visit, Problem> {
    let logger = logger(caller);
    let mut tx = caller.write(&app.db).await?;
    let visit = log_one(&mut tx, app, caller, logger, key, household_id, facts).await?;
    tx.commit().await?;
    Ok(visit)
}

/// Logs visits of which each is taken or refused by itself; those that could not be read are refused
/// already.
pub async fn log_batch(
    app: &App,
    caller: &Caller,
    sent: Vec<Result<BatchedVisit, Problem>>,
) -> Result<Vec<Result<Visit, Problem>>, Problem> {
    let logger = logger(caller);
    let mut results = Vec::with_capacity(sent.len());
    // One transaction: what stops a visit is found before anything of it is written, and a
    // fault of the database stops all, to be sent again with the same keys.
    let mut tx = caller.write(&app.db).await?;
    for (position, sent) in sent.into_iter().enumerate() {
        let result = match sent {
            Ok(sent) => {
                let (key, id) = (&sent.idempotency_key, sent.household_id);
                let logged = log_one(&mut tx, app, caller, logger, key, id, sent.visit).await;
                // Places are those of the visit; whoever reads them sent the batch.
                logged.map_err(|problem| {
                    let item = format!("/visits/{position}");
                    let problem = problem.below(&format!("{item}/visit"));
                    problem.with_parameter_at(&format!("{item}/idempotency_key"))
                })
            }
            Err(problem) => Err(problem),
        };
        match result {
            Err(problem) if problem.status_code().is_server_error() => return Err(problem),
            result => results.push(result),
        }
    }
    tx.commit().await?;
    Ok(results)
}

/// A page of the visits that the caller may see, the latest first, and where the next page begins.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: Filter,
    after: Option<VisitKey>,
    limit: i64,
) -> Result<(Vec<Visit>, Option<page::Last<VisitKey>>), Problem> {
    let filter = Filter {
        reach: caller.reach(),
        ..filter
    };
    let mut tx = app.db.read().await?;
    let visits = store::list(&mut tx, &filter, after, limit).await?;
    Ok(page::cut(visits, limit, |visit| {
        (visit.facts.visited_on, visit.id)
    }))
}

/// The visit with this id, if the caller may see it.
pub async fn find(app: &App, caller: &Caller, id: Uuid) -> Result<Visit, Problem> {
    let mut tx = app.db.read().await?;
    find_seen(&mut tx, caller, id).await
}

/// Corrects a visit and keeps what it was. `if_match` names the version that was read.
pub async fn correct(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
    correction: VisitCorrection,
) -> Result<Visit, Problem> {
    let logger = logger(caller);
    let mut tx = caller.write(&app.db).await?;
    let before = find_seen(&mut tx, caller, id).await?;
    let unit_id = staff_of(&mut tx, before.staff_id).await?.unit_id;
    let may_correct = match logger {
        Logger::Office => true,
        Logger::Unit(own) => own == unit_id,
        Logger::Helper(me) => me == before.staff_id,
    };
    if !may_correct {
        return Err(VisitError::NotYourVisit.into());
    }
    ETag(before.version).must_match(if_match)?;
    let correction = correction.unmasked(&before.facts, caller.sight())?;
    let (reason, facts) = correction.apply(&before.facts)?;
    let after = Visit {
        facts: facts.checked(app.today())?,
        version: before.version + 1,
        ..before.clone()
    };
    if after.facts == before.facts {
        return Err(VisitError::NothingChanged.into());
    }
    let day = after.facts.visited_on;
    if day != before.facts.visited_on {
        let periods =
            serving::store::periods(&mut tx, before.household_id, before.staff_id).await?;
        if !periods.covers(day) {
            return Err(VisitError::OtherHelper { day }.into());
        }
    }
    store::correct(&mut tx, caller.at(app.now()), &reason, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// A page of what a visit was before each of its corrections, the latest first, and the cursor of the next.
pub async fn former(
    app: &App,
    caller: &Caller,
    id: Uuid,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<FormerVisit>, Option<String>), Problem> {
    let mut tx = app.db.read().await?;
    find_seen(&mut tx, caller, id).await?;
    let cursors = app.cursors("listVisitHistory");
    let after: Option<EntryKey> = cursors.after(cursor)?;
    let entries = history::page(&mut tx, (store::SUBJECT, id), after, limit).await?;
    let (entries, next) = page::cut(entries, limit, history::Entry::key);
    let former = entries.into_iter().map(former_visit);
    let former = former.collect::<Result<_, sqlx::Error>>()?;
    Ok((former, cursors.next(next)?))
}

fn former_visit(entry: history::Entry) -> Result<FormerVisit, sqlx::Error> {
    let Corrected { reason, visit } =
        Corrected::<Visit>::deserialize(entry.before.0).map_err(sqlx::Error::decode)?;
    Ok(FormerVisit {
        version: entry.version,
        corrected_at: entry.at.into(),
        corrected_by: entry.actor,
        reason,
        visit,
    })
}

/// As whom the caller logs visits and sets plans.
pub(super) fn logger(caller: &Caller) -> Logger {
    match caller.reach() {
        Reach::All if caller.may(Permission::LogForOthers) => Logger::Office,
        Reach::Unit(unit_id) if caller.may(Permission::LogForOthers) => Logger::Unit(unit_id),
        _ => Logger::Helper(rights::person_of(caller)),
    }
}

async fn staff_of(tx: &mut Tx, staff_id: Uuid) -> Result<Staff, Problem> {
    let found = staff::store::find(tx, staff_id).await?;
    found.ok_or_else(|| Problem::not_found("帮扶责任人", "helper"))
}

/// The visit with this id, if the caller may see it.
async fn find_seen(tx: &mut Tx, caller: &Caller, id: Uuid) -> Result<Visit, Problem> {
    let not_found = || Problem::not_found("走访记录", "visit");
    let visit = store::find(tx, id).await?.ok_or_else(not_found)?;
    if !rights::sees(tx, caller, visit.household_id).await? {
        return Err(not_found());
    }
    Ok(visit)
}

/// The times of a helper with a household for which they may log visits today. Refuses who has none: one
/// who never served the household is told that it is not there.
async fn open_periods(
    tx: &mut Tx,
    app: &App,
    household_id: Uuid,
    helper: Uuid,
) -> Result<Periods, Problem> {
    let periods = serving::store::periods(tx, household_id, helper).await?;
    let days = settings::store::load(tx).await?.hand_in_days;
    let open = periods.open_for_visits(app.today(), days);
    match periods.last_end() {
        _ if !open.0.is_empty() => Ok(open),
        Some(ended) => Err(VisitError::HandInOver { ended, days }.into()),
        None => Err(rights::no_such_household()),
    }
}

/// Logs a visit in a transaction, or gives the answer that the same key got before.
async fn log_one(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    logger: Logger,
    key: &str,
    household_id: Uuid,
    facts: VisitFacts,
) -> Result<Visit, Problem> {
    if key.trim().is_empty() {
        return Err(idempotency::missing());
    }
    // Before the key is looked up: who may no longer log is not given a former answer either.
    let own = match logger {
        Logger::Helper(me) => open_periods(tx, app, household_id, me).await?,
        Logger::Unit(_) => {
            rights::must_see(tx, caller, household_id).await?;
            Periods::default()
        }
        Logger::Office => Periods::default(),
    };
    let request = ("logVisit", household_id, &facts);
    let ticket = match idempotency::take(tx, caller, Some(key), &request).await? {
        Ticket::Answered(visit) => return Ok(visit),
        Ticket::Open(ticket) => ticket,
    };
    let facts = facts.checked(app.today())?;
    let household = household::store::find(tx, household_id)
        .await?
        .ok_or_else(rights::no_such_household)?;
    let day = facts.visited_on;
    let responsible = serving::store::helper_on(tx, household_id, day).await?;
    let staff_id = visitor(logger, &own, responsible, day)?;
    let staff = staff_of(tx, staff_id).await?;
    if let Logger::Unit(own) = logger
        && own != staff.unit_id
    {
        return Err(VisitError::OtherUnit { day }.into());
    }
    let now = app.now();
    let visit = Visit {
        id: Uuid::now_v7(),
        household_id,
        head_name: household
            .facts
            .head()
            .map_or_else(String::new, |head| head.name.clone()),
        staff_id,
        staff_number: staff.number,
        staff_name: staff.name,
        facts,
        version: 1,
        logged_at: now.into(),
        logged_by: caller.username.clone(),
    };
    store::add(tx, &visit).await?;
    ticket.answer(tx, now, &visit).await?;
    Ok(visit)
}
