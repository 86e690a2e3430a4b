//! Runs and pairings step by step: what the API and the command line both do.
//!
//! A run is computed from a snapshot and kept with a digest of it. Confirming reads the same again
//! in the transaction that writes: if the digest is another, the proposal no longer holds.

use std::sync::Arc;
use std::time::Instant;

use chrono::NaiveDate;
use poem::http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use super::basis::{self, Basis};
use super::draft_edit::{self, NextBest};
use super::ending;
use super::error::PairingError;
use super::fixed_pairs::Changes;
use super::input_store;
use super::model::{Input, RunStatus, Scope, check_day};
use super::plan::{Plan, Summary};
use super::run_store::{self, Of, Proposal, Run};
use super::{eligibility, solver};
use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::api::ETag;
use crate::app::App;
use crate::db::Tx;
use crate::problem::Problem;
use crate::serving::store::{self, Filter, Start};
use crate::serving::tenure::{Part, Tenure};
use crate::staff::leave;

/// What the pairings of a confirmed run give as their reason.
const RUN_REASON: &str = "结对方案确认";

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
    let input = input_store::input(&mut tx, scope, app.today()).await?;
    drop(tx);
    if input.households.is_empty() {
        return Err(PairingError::NothingToPair.into());
    }
    let read = clock.lap();
    let input = Arc::new(input);
    let kept = Arc::clone(&input);
    let (basis, plan) = tokio::try_join!(
        run_blocking(move || Basis::of(&kept)),
        run_blocking(move || solver::solve(&input)),
    )?;
    let solved = clock.lap();
    let now = app.now();
    let run = Run {
        id: Uuid::now_v7(),
        status: if draft {
            RunStatus::Draft
        } else {
            RunStatus::Proposed
        },
        scope: scope.clone(),
        basis: basis.digest,
        summary: Summary::of(&plan),
        version: 1,
        created_at: now,
        created_by: caller.username.clone(),
        proposed_at: (!draft).then_some(now),
        proposed_by: (!draft).then(|| caller.username.clone()),
        decided_at: None,
        decided_by: None,
    };
    let mut tx = caller.write(&app.db).await?;
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(run) => return Ok(run),
        Ticket::Open(ticket) => ticket,
    };
    run_store::add_run(&mut tx, &run, &basis.packed, &plan).await?;
    if run_store::names_who_is_gone(&mut tx, run.id).await? {
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

/// Computes something where it keeps no request waiting.
pub(super) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a computation for a pairing run broke off");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "结对计算中断，已记录；本次操作没有写入任何内容，请重试",
            "the computation broke off, which has been logged; nothing was written, try again",
        )
    })
}

/// The best pairing for an input.
pub(super) async fn best(input: Input) -> Result<Plan, Problem> {
    run_blocking(move || solver::solve(&input)).await
}

/// Tells the steps of a long work apart.
struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the last lap.
    fn lap(&mut self) -> f64 {
        let begun = std::mem::replace(&mut self.0, Instant::now());
        begun.elapsed().as_secs_f64()
    }
}

/// Makes the pairs of a proposal current, from a day that may lie in the past. Pairings that give way
/// end on the same day.
pub async fn confirm(
    app: &App,
    caller: &Caller,
    id: Uuid,
    from_date: NaiveDate,
    if_match: Option<&str>,
) -> Result<Run, Problem> {
    check_day(from_date, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let run = undecided(&mut tx, id).await?;
    if run.status == RunStatus::Draft {
        return Err(PairingError::RunDraft.into());
    }
    must_be_seen(&run, if_match)?;
    let input = must_stand(&mut tx, app, &run).await?;
    let pairs = run_store::proposed_pairs(&mut tx, id).await?;
    let mut changes = Changes::of(&input, &pairs);
    if run.scope.leaving.is_some() {
        changes.keep_where_nobody_follows();
    }
    must_not_overlap(&mut tx, Of::Run(id), from_date).await?;
    must_be_on_duty(&mut tx, &changes.begin, from_date).await?;
    let mut ending = Vec::new();
    for (household_id, reason) in changes.end {
        let current = Filter::current_of(household_id);
        let pairings = store::list(&mut tx, Part::Responsible, &current, None, 1).await?;
        ending.extend(
            pairings
                .into_iter()
                .map(|pairing| (pairing, reason.clone())),
        );
    }
    ending::end_all(&mut tx, caller.at(app.now()), &ending, from_date).await?;
    let start = Start {
        run_id: Some(id),
        from_date,
        reason: RUN_REASON,
        at: app.now(),
        by: &caller.username,
    };
    store::make_responsible(&mut tx, start, &changes.begin).await?;
    decide(app, caller, tx, &run, RunStatus::Confirmed).await
}

/// Gives up a run.
pub async fn drop_run(app: &App, caller: &Caller, id: Uuid) -> Result<Run, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let run = undecided(&mut tx, id).await?;
    decide(app, caller, tx, &run, RunStatus::Dropped).await
}

/// The run with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Run, Problem> {
    run_store::find_run(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("结对方案", "pairing run"))
}

/// What a run proposes for a household, and what else could be.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The proposal.
    pub proposal: Proposal,
    /// Whether the run can still be confirmed.
    pub stands: bool,
    /// The next best helper, if the run stands and there is one.
    pub next_best: Option<NextBest>,
}

/// The proposal of a run for a household with the next best helper.
pub async fn explain(app: &App, id: Uuid, household_id: Uuid) -> Result<Explained, Problem> {
    let mut tx = app.db.read().await?;
    let run = find(&mut tx, id).await?;
    let proposal = run_store::find_proposal(&mut tx, id, household_id)
        .await?
        .ok_or_else(|| Problem::not_found("方案中的户", "household in this run"))?;
    let mut explained = Explained {
        proposal,
        stands: false,
        next_best: None,
    };
    if [RunStatus::Draft, RunStatus::Proposed].contains(&run.status) {
        let input = input_store::input(&mut tx, &run.scope, app.today()).await?;
        explained.stands = must_match(&input, &run).is_ok();
        if explained.stands {
            let pairs = run_store::proposed_pairs(&mut tx, id).await?;
            explained.next_best = draft_edit::next_best(&input, &pairs, household_id);
        }
    }
    Ok(explained)
}

/// A pairing to be made by hand.
#[derive(Clone, Debug, Serialize)]
pub struct NewPairing {
    /// The household.
    pub household_id: Uuid,
    /// The helper.
    pub staff_id: Uuid,
    /// First day; today if not said.
    pub from_date: Option<NaiveDate>,
    /// Why.
    pub reason: String,
}

/// Makes a person responsible for a household by hand. Areas do not bind here: the office decides.
pub async fn pair_by_hand(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    new: &NewPairing,
) -> Result<Tenure, Problem> {
    let from_date = new.from_date.unwrap_or(app.today());
    check_day(from_date, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let ticket = match idempotency::take(&mut tx, caller, key, &("createPairing", new)).await? {
        Ticket::Answered(pairing) => return Ok(pairing),
        Ticket::Open(ticket) => ticket,
    };
    let (household_id, staff_id) = (new.household_id, new.staff_id);
    eligibility::must_be_allowed(&mut tx, household_id, staff_id, from_date, app.today()).await?;
    if store::current_helper(&mut tx, new.household_id)
        .await?
        .is_some()
    {
        return Err(PairingError::AlreadyPaired.into());
    }
    must_not_overlap(&mut tx, Of::Household(new.household_id), from_date).await?;
    let start = Start {
        run_id: None,
        from_date,
        reason: &new.reason,
        at: app.now(),
        by: &caller.username,
    };
    let ids = store::make_responsible(&mut tx, start, &[(new.household_id, new.staff_id)]).await?;
    let pairing = find_pairing(&mut tx, ids[0]).await?;
    ticket.answer(&mut tx, start.at, &pairing).await?;
    tx.commit().await?;
    Ok(pairing)
}

/// Ends a pairing on a day. It stays on the register.
pub async fn end_pairing(
    app: &App,
    caller: &Caller,
    id: Uuid,
    date: Option<NaiveDate>,
    reason: &str,
) -> Result<Tenure, Problem> {
    let date = date.unwrap_or(app.today());
    check_day(date, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let before = find_pairing(&mut tx, id).await?;
    if let Some(ended) = before.to_date {
        return Err(PairingError::AlreadyEnded(ended).into());
    }
    let ending = [(before, reason.to_owned())];
    ending::end_all(&mut tx, caller.at(app.now()), &ending, date).await?;
    let after = find_pairing(&mut tx, id).await?;
    tx.commit().await?;
    Ok(after)
}

/// Refuses pairs, `(household, helper)`, of which a helper is on leave on their first day.
async fn must_be_on_duty(
    tx: &mut Tx,
    pairs: &[(Uuid, Uuid)],
    from: NaiveDate,
) -> Result<(), Problem> {
    let leaves = leave::on(tx, from).await?;
    let mut away = pairs.iter().filter_map(|(_, helper)| leaves.get(helper));
    match away.next() {
        Some(leave) => Err(PairingError::HelperAway(leave.words()).into()),
        None => Ok(()),
    }
}

async fn find_pairing(tx: &mut Tx, id: Uuid) -> Result<Tenure, Problem> {
    store::find(tx, Part::Responsible, id)
        .await?
        .ok_or_else(|| Problem::not_found("结对", "pairing"))
}

/// The run, if it is still to be decided on.
pub(super) async fn undecided(tx: &mut Tx, id: Uuid) -> Result<Run, Problem> {
    let run = find(tx, id).await?;
    match run.status {
        RunStatus::Draft | RunStatus::Proposed => Ok(run),
        RunStatus::Confirmed => Err(PairingError::RunConfirmed.into()),
        RunStatus::Dropped => Err(PairingError::RunDropped.into()),
    }
}

/// Refuses who sends the tag of another version than the run's latest; the tag may be left out.
pub(super) fn must_be_seen(run: &Run, if_match: Option<&str>) -> Result<(), Problem> {
    if_match.map_or(Ok(()), |tag| ETag(run.version).must_match(Some(tag)))
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
    run_store::replace_run(&mut tx, caller.at(now), action, before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Refuses a run if what it was computed from is no longer so; gives what it is.
async fn must_stand(tx: &mut Tx, app: &App, run: &Run) -> Result<Input, Problem> {
    let input = input_store::input(tx, &run.scope, app.today()).await?;
    must_match(&input, run)?;
    Ok(input)
}

/// Refuses a run that was computed from something else.
pub(super) fn must_match(input: &Input, run: &Run) -> Result<(), PairingError> {
    if basis::digest(input) == run.basis {
        Ok(())
    } else {
        Err(PairingError::BasisChanged)
    }
}

/// Refuses a first day on which a household still had its former helper. The day on which that
/// pairing ended is free: it belongs to the new one.
pub(super) async fn must_not_overlap(tx: &mut Tx, of: Of, from: NaiveDate) -> Result<(), Problem> {
    let ended = run_store::ended_after(tx, of, from).await?;
    match ended.iter().max() {
        None => Ok(()),
        Some(earliest) => Err(PairingError::Overlaps {
            from,
            earliest: *earliest,
            count: ended.len(),
        }
        .into()),
    }
}
