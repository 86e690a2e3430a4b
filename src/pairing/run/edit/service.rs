//! Editing a run by hand.

use uuid::Uuid;

use super::model::{self, Change, Edit, EditRecord, EditRequest, NewEdit, Proposed};
use super::store;
use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::api::ETag;
use crate::app::App;
use crate::db::{Tx, page};
use crate::pairing::cost::input_index::InputIndex;
use crate::pairing::cost::load::Load;
use crate::pairing::cost::model::Input;
use crate::pairing::error::PairingError;
use crate::pairing::run::input::read_input;
use crate::pairing::run::model::{Choice, Proposal};
use crate::pairing::{eligibility, run};
use crate::problem::Problem;

/// Changes a run that is not decided by hand, and keeps what was changed. A run that was proposed is a
/// draft again: nobody confirms what they have not seen.
///
/// `dry_run` only says what the edit would do.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: Uuid,
    (key, if_match): (Option<&str>, Option<&str>),
    request: EditRequest,
    dry_run: bool,
) -> Result<EditRecord, Problem> {
    let new = &request.edit()?;
    let mut tx = caller.write(&app.db).await?;
    let request = ("editPairingRun", id, new);
    let key = key.filter(|_| !dry_run);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(edited) => return Ok(edited),
        Ticket::Open(ticket) => ticket,
    };
    let before = run::service::undecided(&mut tx, id).await?;
    ETag(before.version).must_match(if_match)?;
    let proposals = store::touched(&mut tx, id, new.edit).await?;
    if !before.scope.has_paired() {
        must_be_unpaired(&mut tx, &proposals, new.edit).await?;
    }
    let input = read_input(&mut tx, &before.scope, app.today()).await?;
    let changes = changes(&input, &proposals, new)?;
    before.must_stand_on(&input)?;
    let edited = EditRecord::new(app.now(), &caller.username, &before, new, changes);
    if dry_run {
        return Ok(edited);
    }
    let after = edited.apply(&before);
    let mut loads = run::store::loads(&mut tx, id).await?.unwrap_or_default();
    shift(&mut loads, &edited.changes);
    let actor = caller.at(edited.edited_at);
    run::store::replace_run(&mut tx, actor, "edit", &before, &after).await?;
    store::write(&mut tx, &edited, &loads).await?;
    ticket.answer(&mut tx, edited.edited_at, &edited).await?;
    tx.commit().await?;
    Ok(edited)
}

/// Refuses an edit for a household that has got a helper otherwise.
async fn must_be_unpaired(tx: &mut Tx, proposals: &[Proposal], edit: Edit) -> Result<(), Problem> {
    let (household, other) = edit.households();
    for id in std::iter::once(household).chain(other) {
        let is_in_run = proposals.iter().any(|proposal| proposal.household_id == id);
        if is_in_run {
            eligibility::must_be_unpaired(tx, id).await?;
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
    let proposed = |proposal: &Proposal| Proposed {
        household: proposal.household_id,
        helper: proposal.staff_id,
        reasons: proposal.reasons.clone(),
    };
    let before: Vec<_> = proposals.iter().map(proposed).collect();
    let index = InputIndex::of(input);
    let after = model::apply(&index, &before, new.edit, &new.reason)?;
    let changed = proposals.iter().zip(before.iter().zip(after));
    let changed = changed.filter(|(_, (before, after))| *before != after);
    let change = |(proposal, (_, after)): (&Proposal, (_, Proposed))| Change {
        household_id: proposal.household_id,
        household_number: proposal.household_number.clone(),
        head_name: proposal.head_name.clone(),
        before: chosen(proposal),
        after: choice(after, &index),
    };
    Ok(changed.map(change).collect())
}

fn chosen(proposal: &Proposal) -> Choice {
    Choice {
        staff_id: proposal.staff_id,
        staff_number: proposal.staff_number.clone(),
        helper: proposal.helper.clone(),
        unit: proposal.unit.clone(),
        cost: proposal.cost,
        reasons: proposal.reasons.clone(),
    }
}

fn choice(proposed: Proposed, index: &InputIndex<'_>) -> Choice {
    let helper = proposed.helper.and_then(|id| index.helper(id));
    Choice {
        staff_id: proposed.helper,
        staff_number: helper.and_then(|helper| helper.number.clone()),
        helper: helper.map(|helper| helper.name.clone()),
        unit: helper.map(|helper| helper.unit.clone()),
        cost: proposed.cost(),
        reasons: proposed.reasons,
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

/// A page of a run's edits, the latest first, and the cursor of the next.
pub async fn list(
    app: &App,
    run_id: Uuid,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<EditRecord>, Option<String>), Problem> {
    let cursors = app.cursors("listPairingRunEdits");
    let before: Option<i64> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    run::service::find(&mut tx, run_id).await?;
    let edits = store::list(&mut tx, run_id, before, limit).await?;
    let (edits, next) = page::cut(edits, limit, |edit| edit.version);
    Ok((edits, cursors.next(next)?))
}
