//! Checking a stored run against what it stands on.

use uuid::Uuid;

use super::store;
use crate::app::App;
use crate::db::Tx;
use crate::pairing::blocking::run_blocking;
use crate::pairing::cost::certificate::{self, Certificate, Stated, StatedEdit, Statement, Total};
use crate::pairing::error::PairingError;
use crate::pairing::run;
use crate::pairing::run::basis;
use crate::pairing::run::edit;
use crate::pairing::run::edit::model::Change;
use crate::pairing::run::model::{Choice, Run, RunStatus};
use crate::problem::Problem;

/// Households read at once.
const AT_ONCE: i64 = 10_000;

/// Checks a run, whatever became of it, against what it stands on.
pub async fn audit(app: &App, id: Uuid) -> Result<(Run, Certificate), Problem> {
    let mut tx = app.db.read().await?;
    let (run, packed) = kept(&mut tx, id).await?;
    let statement = statement(&mut tx, &run).await?;
    drop(tx);
    let digest = run.basis.clone();
    let certificate = run_blocking(move || {
        let input = basis::unpack(&packed, &digest)?;
        Ok::<_, PairingError>(certificate::certify(&input, &statement))
    })
    .await??;
    Ok((run, certificate))
}

/// A run and what is kept as its basis.
pub(super) async fn kept(tx: &mut Tx, id: Uuid) -> Result<(Run, Vec<u8>), Problem> {
    let run = run::service::find(tx, id).await?;
    let packed = run::store::basis(tx, id).await?;
    Ok((run, packed.ok_or(PairingError::BasisNotKept)?))
}

/// All that a run says.
async fn statement(tx: &mut Tx, run: &Run) -> Result<Statement, sqlx::Error> {
    let edits = edit::store::all(tx, run.id).await?.into_iter();
    let begun = match run.status {
        RunStatus::Confirmed => Some(store::begun(tx, run.id).await?),
        _ => None,
    };
    let computed = run.summary.computed();
    Ok(Statement {
        households: stated(tx, run.id).await?,
        edits: edits
            .map(|edit| StatedEdit {
                version: edit.version,
                changes: edit.changes.iter().map(stated_change).collect(),
            })
            .collect(),
        total: Total {
            placed: run.summary.placed,
            cost: run.summary.cost,
        },
        computed: Total {
            placed: computed.placed,
            cost: computed.cost,
        },
        begun: begun.map(|pairs| pairs.into_iter().collect()),
    })
}

async fn stated(tx: &mut Tx, run_id: Uuid) -> Result<Vec<Stated>, sqlx::Error> {
    let mut households = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let page = store::stated(tx, run_id, after, AT_ONCE).await?;
        let Some(last) = page.last() else {
            return Ok(households);
        };
        after = last.household;
        households.extend(page);
    }
}

/// What an edit says of one household: before and after.
fn stated_change(change: &Change) -> (Stated, Stated) {
    let stated = |choice: &Choice| {
        let Choice { staff_id, cost, .. } = *choice;
        Stated::new(change.household_id, staff_id, cost, &choice.reasons)
    };
    (stated(&change.before), stated(&change.after))
}
