//! Runs, step by step: what the API and the command line both do.
//!
//! A run is computed from a snapshot and kept with a digest of it. Confirming reads the same again
//! in the transaction that writes: if the digest is another, the proposal no longer holds.

use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::basis::Basis;
use super::input::read_input;
use super::model::{AreaKey, Explained, Proposal, Run, RunStatus, Scope, Summary};
use super::store;
use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::api::ETag;
use crate::app::App;
use crate::db::{Tx, page};
use crate::pairing::blocking::{Clock, run_blocking};
use crate::pairing::cost::best_pairs::BestPairs;
use crate::pairing::cost::load::Load;
use crate::pairing::cost::next_best;
use crate::pairing::cost::solver;
use crate::pairing::cost::tenure_changes::TenureChanges;
use crate::pairing::error::PairingError;
use crate::pairing::{day, eligibility, tenure};
use crate::problem::Problem;
use crate::serving;
use crate::serving::store::{Filter, Start};
use crate::serving::tenure::Part;
use crate::staff;

/// What the pairings of a confirmed run give as their reason.
const RUN_REASON: &str = "结对方案确认";

/// Proposals read at once.
const AT_ONCE: i64 = 500;

/// Computes the best pairing for the households of a scope and keeps it, proposed or as a draft.
pub async fn propose(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    scope: &Scope,
    draft: bool,
) -> Result<Run, Problem> {
    let request = ("createPairingRun", scope, draft);
    let mut clock = Clock::start();
    let mut tx = app.db.read().await?;
    if let Ticket::Answered(run) = idempotency::take(&mut tx, caller, key, &request).await? {
        return Ok(run);
    }
    if let Some(id) = scope.unit_id
        && staff::unit::find(&mut tx, id).await?.is_none()
    {
        return Err(PairingError::NoSuchUnit.into());
    }
    let input = read_input(&mut tx, scope, app.today()).await?;
    drop(tx);
    if input.households.is_empty() {
        return Err(PairingError::NothingToPair.into());
    }
    let read = clock.lap();
    let input = Arc::new(input);
    let kept = Arc::clone(&input);
    let (basis, best) = tokio::try_join!(
        run_blocking(move || Basis::of(&kept)),
        run_blocking(move || solver::solve(&input)),
    )?;
    let solved = clock.lap();
    let run = computed(app, caller, scope, draft, basis.digest, &best);
    let mut tx = caller.write(&app.db).await?;
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(run) => return Ok(run),
        Ticket::Open(ticket) => ticket,
    };
    store::add_run(&mut tx, &run, &basis.packed, &best).await?;
    if store::names_who_is_gone(&mut tx, run.id).await? {
        return Err(PairingError::BasisChanged.into());
    }
    ticket.answer(&mut tx, run.created_at, &run).await?;
    tx.commit().await?;
    tracing::info!(
        run = %run.id,
        households = run.summary.households,
        read_seconds = read,
        solve_seconds = solved,
        store_seconds = clock.lap(),
        "a pairing run was computed"
    );
    Ok(run)
}

fn computed(
    app: &App,
    caller: &Caller,
    scope: &Scope,
    draft: bool,
    basis: String,
    best: &BestPairs,
) -> Run {
    let now = app.now();
    Run {
        id: Uuid::now_v7(),
        status: if draft {
            RunStatus::Draft
        } else {
            RunStatus::Proposed
        },
        scope: scope.clone(),
        basis,
        summary: Summary::of(best),
        version: 1,
        created_at: now,
        created_by: caller.username.clone(),
        proposed_at: (!draft).then_some(now),
        proposed_by: (!draft).then(|| caller.username.clone()),
        decided_at: None,
        decided_by: None,
    }
}

/// Lays a draft before those who confirm runs.
pub async fn submit(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
) -> Result<Run, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let before = undecided(&mut tx, id).await?;
    if before.status != RunStatus::Draft {
        return Err(PairingError::RunProposed.into());
    }
    must_be_seen(&before, if_match)?;
    let now = app.now();
    let after = Run {
        status: RunStatus::Proposed,
        version: before.version + 1,
        proposed_at: Some(now),
        proposed_by: Some(caller.username.clone()),
        ..before.clone()
    };
    store::replace_run(&mut tx, caller.at(now), "propose", &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Makes the pairs of a proposal current, from a day that may lie in the past; today if not said.
/// Pairings that give way end on the same day.
pub async fn confirm(
    app: &App,
    caller: &Caller,
    id: Uuid,
    from_date: Option<NaiveDate>,
    if_match: Option<&str>,
) -> Result<Run, Problem> {
    let from_date = from_date.unwrap_or(app.today());
    day::check_at("/from_date", from_date, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let run = undecided(&mut tx, id).await?;
    if run.status == RunStatus::Draft {
        return Err(PairingError::RunDraft.into());
    }
    must_be_seen(&run, if_match)?;
    let changes = changes(&mut tx, app, &run).await?;
    let ended = store::ended_after(&mut tx, id, from_date).await?;
    day::must_be_free(&ended, from_date)?;
    let beginning = changes.begin.iter().map(|(_, helper)| *helper);
    eligibility::must_not_be_on_leave(&mut tx, beginning, from_date).await?;
    let mut ending = Vec::new();
    for (household_id, reason) in changes.end {
        let current = Filter::current_of(household_id);
        let holding = serving::store::list(&mut tx, Part::Responsible, &current, None, 1).await?;
        ending.extend(holding.into_iter().map(|pairing| (pairing, reason.clone())));
    }
    tenure::end_all(&mut tx, caller.at(app.now()), &ending, from_date).await?;
    let start = Start {
        run_id: Some(id),
        from_date,
        reason: RUN_REASON,
        at: app.now(),
        by: &caller.username,
    };
    serving::store::make_responsible(&mut tx, start, &changes.begin).await?;
    decide(app, caller, tx, &run, RunStatus::Confirmed).await
}

/// What confirming a run changes; refused if what it was computed from is no longer so.
async fn changes(tx: &mut Tx, app: &App, run: &Run) -> Result<TenureChanges, Problem> {
    let input = read_input(tx, &run.scope, app.today()).await?;
    run.must_stand_on(&input)?;
    let pairs = store::proposed_pairs(tx, run.id).await?;
    let mut changes = TenureChanges::of(&input, &pairs);
    if run.scope.leaving.is_some() {
        changes.keep_where_nobody_follows();
    }
    Ok(changes)
}

/// Gives up a run.
pub async fn drop_run(app: &App, caller: &Caller, id: Uuid) -> Result<Run, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let run = undecided(&mut tx, id).await?;
    decide(app, caller, tx, &run, RunStatus::Dropped).await
}

async fn decide(
    app: &App,
    caller: &Caller,
    mut tx: Tx,
    before: &Run,
    status: RunStatus,
) -> Result<Run, Problem> {
    let now = app.now();
    let action = match status {
        RunStatus::Confirmed => "confirm",
        _ => "drop",
    };
    let after = Run {
        status,
        version: before.version + 1,
        decided_at: Some(now),
        decided_by: Some(caller.username.clone()),
        ..before.clone()
    };
    store::replace_run(&mut tx, caller.at(now), action, before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// A page of runs, the latest first, and the cursor of the next.
pub async fn list(
    app: &App,
    status: Option<RunStatus>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Run>, Option<String>), Problem> {
    let cursors = app.cursors("listPairingRuns");
    let after: Option<Uuid> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let runs = store::list_runs(&mut tx, status, after, limit).await?;
    let (runs, next) = page::cut(runs, limit, |run| run.id);
    Ok((runs, cursors.next(next)?))
}

/// A run without its proposals; 404 if there is none with this id.
pub async fn get(app: &App, id: Uuid) -> Result<Run, Problem> {
    let mut tx = app.db.read().await?;
    find(&mut tx, id).await
}

/// A page of what a run proposes, by area, and the cursor of the next; `placed`: only for households
/// with a helper or only for those without, `staff_id`: only for this helper.
pub async fn proposals(
    app: &App,
    id: Uuid,
    (placed, staff_id): (Option<bool>, Option<Uuid>),
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Proposal>, Option<String>), Problem> {
    let cursors = app.cursors("listProposals");
    let after: Option<AreaKey> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    find(&mut tx, id).await?;
    let rows = store::list_proposals(&mut tx, id, placed, staff_id, after, limit).await?;
    let (rows, next) = page::cut(rows, limit, Proposal::area_key);
    Ok((rows, cursors.next(next)?))
}

/// All that a run proposes, by area.
pub async fn all_proposals(app: &App, id: Uuid) -> Result<Vec<Proposal>, Problem> {
    let mut tx = app.db.read().await?;
    let mut all = Vec::new();
    loop {
        let after = all.last().map(Proposal::area_key);
        let rows = store::list_proposals(&mut tx, id, None, None, after, AT_ONCE).await?;
        let (rows, next) = page::cut(rows, AT_ONCE, Proposal::area_key);
        all.extend(rows);
        if next.is_none() {
            return Ok(all);
        }
    }
}

/// Every active helper's load under a run, for the averages; which of them are on the page that is asked
/// for; and the cursor of the next.
pub async fn loads(
    app: &App,
    id: Uuid,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Load>, Range<usize>, Option<String>), Problem> {
    let cursors = app.cursors("listPairingLoads");
    let start: usize = cursors.after(cursor)?.unwrap_or_default();
    let mut tx = app.db.read().await?;
    let loads = store::loads(&mut tx, id).await?.ok_or_else(not_found)?;
    // Whatever becomes of a run, its helpers stay, so a position in the list is as good as a key.
    let start = start.min(loads.len());
    let end = start.saturating_add(page::size(limit)).min(loads.len());
    let next = (end < loads.len()).then_some(page::Last(end));
    Ok((loads, start..end, cursors.next(next)?))
}

/// The proposal of a run for a household with the next best helper.
pub async fn explain(app: &App, id: Uuid, household_id: Uuid) -> Result<Explained, Problem> {
    let mut tx = app.db.read().await?;
    let run = find(&mut tx, id).await?;
    let proposal = store::find_proposal(&mut tx, id, household_id)
        .await?
        .ok_or_else(|| Problem::not_found("方案中的户", "household in this run"))?;
    let mut explained = Explained {
        proposal,
        stands: false,
        next_best: None,
    };
    if run.must_be_undecided().is_ok() {
        let input = read_input(&mut tx, &run.scope, app.today()).await?;
        explained.stands = run.must_stand_on(&input).is_ok();
        if explained.stands {
            let pairs = store::proposed_pairs(&mut tx, id).await?;
            explained.next_best = next_best::next_best(&input, &pairs, household_id);
        }
    }
    Ok(explained)
}

/// A run; 404 if there is none with this id.
pub(in crate::pairing) async fn find(tx: &mut Tx, id: Uuid) -> Result<Run, Problem> {
    store::find_run(tx, id).await?.ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::not_found("结对方案", "pairing run")
}

/// The run, if it is still to be decided on.
pub(super) async fn undecided(tx: &mut Tx, id: Uuid) -> Result<Run, Problem> {
    let run = find(tx, id).await?;
    run.must_be_undecided()?;
    Ok(run)
}

/// Refuses who sends the tag of another version than the run's latest; the tag may be left out.
fn must_be_seen(run: &Run, if_match: Option<&str>) -> Result<(), Problem> {
    if_match.map_or(Ok(()), |tag| ETag(run.version).must_match(Some(tag)))
}
