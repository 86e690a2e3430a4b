//! Pinning and forbidding pairs.

use uuid::Uuid;

use super::model::ConstraintKind;
use super::store::{self, Constraint, Filter, NewConstraint};
use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::app::App;
use crate::db::{Tx, page};
use crate::pairing::error::PairingError;
use crate::pairing::registered;
use crate::problem::Problem;

/// Writes down what is decided of a household and a helper.
pub async fn add(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    new: &NewConstraint,
) -> Result<Constraint, Problem> {
    let now = app.now();
    let mut tx = caller.write(&app.db).await?;
    let request = ("createPairingConstraint", new);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(constraint) => return Ok(constraint),
        Ticket::Open(ticket) => ticket,
    };
    registered::must_be(&mut tx, new.household_id, new.staff_id).await?;
    must_not_be_constrained(&mut tx, new).await?;
    let id = store::add(&mut tx, &caller.username, now, new).await?;
    let constraint = store::find(&mut tx, id).await?.ok_or_else(not_found)?;
    ticket.answer(&mut tx, now, &constraint).await?;
    tx.commit().await?;
    Ok(constraint)
}

/// Refuses a second constraint of a pair, and a second pin of a household.
async fn must_not_be_constrained(tx: &mut Tx, new: &NewConstraint) -> Result<(), Problem> {
    let of_household = Filter {
        household_id: Some(new.household_id),
        current: Some(true),
        ..Filter::default()
    };
    let of_pair = Filter {
        staff_id: Some(new.staff_id),
        ..of_household.clone()
    };
    if !store::list(tx, &of_pair, None, 1).await?.is_empty() {
        return Err(PairingError::ConstraintThere(
            "该户与此人之间已有结对约束（指定、禁止或亲属回避）",
        )
        .into());
    }
    let pins = Filter {
        kind: Some(ConstraintKind::Pinned),
        ..of_household
    };
    if new.kind == ConstraintKind::Pinned && !store::list(tx, &pins, None, 1).await?.is_empty() {
        return Err(PairingError::ConstraintThere("该户已指定由他人帮扶").into());
    }
    Ok(())
}

/// A page of constraints, the latest first, and the cursor of the next.
pub async fn list(
    app: &App,
    filter: &Filter,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Constraint>, Option<String>), Problem> {
    let cursors = app.cursors("listPairingConstraints");
    let after: Option<Uuid> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let constraints = store::list(&mut tx, filter, after, limit).await?;
    let (constraints, next) = page::cut(constraints, limit, |constraint| constraint.id);
    Ok((constraints, cursors.next(next)?))
}

/// One constraint, in force or removed.
pub async fn get(app: &App, id: Uuid) -> Result<Constraint, Problem> {
    let mut tx = app.db.read().await?;
    store::find(&mut tx, id).await?.ok_or_else(not_found)
}

/// Lets a constraint bind no more.
pub async fn remove(app: &App, caller: &Caller, id: Uuid) -> Result<(), Problem> {
    let mut tx = caller.write(&app.db).await?;
    let before = store::find(&mut tx, id)
        .await?
        .filter(|constraint| constraint.removed_at.is_none())
        .ok_or_else(not_found)?;
    store::remove(&mut tx, caller.at(app.now()), &before).await?;
    tx.commit().await?;
    Ok(())
}

fn not_found() -> Problem {
    Problem::not_found("结对约束", "pairing constraint")
}
