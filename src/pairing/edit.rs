//! Runs on the desk of the office, step by step: editing them by hand, laying them before those who
//! confirm them, comparing them.

use std::collections::HashMap;

use uuid::Uuid;

use super::draft_edit::{self, Change, Choice, Edit, NewEdit, Place};
use super::edit_store::{self, Difference, Edited};
use super::error::PairingError;
use super::input_store;
use super::model::{Helper, Input, RunStatus};
use super::plan::{Load, Spread};
use super::run;
use super::run_store::{self, AreaKey, Proposal, Run};
use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::api::ETag;
use crate::app::App;
use crate::db::Tx;
use crate::problem::Problem;
use crate::serving::store;

/// Changes a run that is not decided by hand, and keeps what was changed. A run that was proposed is a
/// draft again: nobody confirms what they have not seen.
///
/// `dry_run` only says what the edit would do.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: Uuid,
    (key, if_match): (Option<&str>, Option<&str>),
    new: &NewEdit,
    dry_run: bool,
) -> Result<Edited, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let request = ("editPairingRun", id, new);
    let key = key.filter(|_| !dry_run);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(edited) => return Ok(edited),
        Ticket::Open(ticket) => ticket,
    };
    let before = run::undecided(&mut tx, id).await?;
    ETag(before.version).must_match(if_match)?;
    let proposals = edit_store::touched(&mut tx, id, new.edit).await?;
    if !before.scope.has_paired() {
        must_be_unpaired(&mut tx, &proposals, new.edit).await?;
    }
    let input = input_store::input(&mut tx, &before.scope, app.today()).await?;
    let changes = changes(&input, &proposals, new)?;
    run::must_match(&input, &before)?;
    let edited = Edited::new(app.now(), &caller.username, &before, new, changes);
    if dry_run {
        return Ok(edited);
    }
    let after = edited.apply(&before);
    let mut loads = run_store::loads(&mut tx, id).await?.unwrap_or_default();
    shift(&mut loads, &edited.changes);
    let actor = caller.at(edited.edited_at);
    run_store::replace_run(&mut tx, actor, "edit", &before, &after).await?;
    edit_store::write(&mut tx, &edited, &loads).await?;
    ticket.answer(&mut tx, edited.edited_at, &edited).await?;
    tx.commit().await?;
    Ok(edited)
}

/// Lays a draft before those who confirm runs.
pub async fn submit(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
) -> Result<Run, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let before = run::undecided(&mut tx, id).await?;
    if before.status != RunStatus::Draft {
        return Err(PairingError::RunProposed.into());
    }
    run::must_be_seen(&before, if_match)?;
    let now = app.now();
    let after = Run {
        status: RunStatus::Proposed,
        version: before.version + 1,
        proposed_at: Some(now),
        proposed_by: Some(caller.username.clone()),
        ..before.clone()
    };
    run_store::replace_run(&mut tx, caller.at(now), "propose", &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Refuses an edit for a household that has got a helper otherwise.
async fn must_be_unpaired(tx: &mut Tx, proposals: &[Proposal], edit: Edit) -> Result<(), Problem> {
    let (household, other) = edit.households();
    for id in std::iter::once(household).chain(other) {
        let is_in_run = proposals.iter().any(|proposal| proposal.household_id == id);
        if is_in_run && store::current_helper(tx, id).await?.is_some() {
            return Err(PairingError::AlreadyPaired.into());
        }
    }
    Ok(())
}

/// The households whose helper or cost an edit changes.
fn changes(
    input: &Input,
    proposals: &[Proposal],
    new: &NewEdit,
) -> Result<Vec<Change>, PairingError> {
    let place = |proposal: &Proposal| Place {
        household: proposal.household_id,
        helper: proposal.staff_id,
        reasons: proposal.reasons.clone(),
    };
    let before: Vec<_> = proposals.iter().map(place).collect();
    let after = draft_edit::apply(input, &before, new.edit, &new.reason)?;
    let helpers: HashMap<_, _> = input.helpers.iter().map(|row| (row.id, row)).collect();
    let changed = proposals.iter().zip(before.iter().zip(after));
    let changed = changed.filter(|(_, (before, after))| *before != after);
    let change = |(proposal, (_, after)): (&Proposal, (_, Place))| Change {
        household_id: proposal.household_id,
        household_number: proposal.household_number.clone(),
        head_name: proposal.head_name.clone(),
        before: chosen(proposal),
        after: choice(after, &helpers),
    };
    Ok(changed.map(change).collect())
}

fn chosen(proposal: &Proposal) -> Choice {
    Choice {
        staff_id: proposal.staff_id,
        helper: proposal.helper.clone(),
        unit: proposal.unit.clone(),
        cost: proposal.cost,
        reasons: proposal.reasons.clone(),
    }
}

fn choice(place: Place, helpers: &HashMap<Uuid, &Helper>) -> Choice {
    let helper = place.helper.and_then(|id| helpers.get(&id));
    Choice {
        staff_id: place.helper,
        helper: helper.map(|helper| helper.name.clone()),
        unit: helper.map(|helper| helper.unit.clone()),
        cost: place.cost(),
        reasons: place.reasons,
    }
}

/// Counts the households of each helper as they are after an edit.
fn shift(loads: &mut [Load], changes: &[Change]) {
    for load in loads {
        let count = |choice: &Choice| i64::from(choice.staff_id == Some(load.staff_id));
        let more = changes
            .iter()
            .map(|change| count(&change.after) - count(&change.before));
        load.added += more.sum::<i64>();
    }
}

/// A run in numbers, to be held against another one.
#[derive(Clone, Debug)]
pub struct Totals {
    /// The run.
    pub run: Run,
    /// Households that get another helper than the last one that they had before the run.
    pub changes: i64,
    /// The loads of its helpers.
    pub spread: Option<Spread>,
}

/// Two runs beside each other.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The one.
    pub one: Totals,
    /// The other.
    pub other: Totals,
    /// Households whose helper differs.
    pub differing: i64,
    /// A page of them, and one more if there are more.
    pub differences: Vec<Difference>,
}

/// Holds two runs against each other.
pub async fn compare(
    app: &App,
    ids: (Uuid, Uuid),
    after: Option<AreaKey>,
    limit: i64,
) -> Result<Comparison, Problem> {
    let mut tx = app.db.read().await?;
    Ok(Comparison {
        one: totals(&mut tx, ids.0).await?,
        other: totals(&mut tx, ids.1).await?,
        differing: edit_store::count_differences(&mut tx, ids).await?,
        differences: edit_store::differences(&mut tx, ids, after, limit).await?,
    })
}

async fn totals(tx: &mut Tx, id: Uuid) -> Result<Totals, Problem> {
    let run = run::find(tx, id).await?;
    Ok(Totals {
        changes: edit_store::count_changes_of_helper(tx, &run).await?,
        spread: Spread::of(&run_store::loads(tx, id).await?.unwrap_or_default()),
        run,
    })
}
