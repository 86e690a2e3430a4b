//! Operations on leaves.

use poem::http::StatusCode;
use uuid::Uuid;

use super::model::{Leave, LeaveFacts};
use super::store;
use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::api::ETag;
use crate::app::App;
use crate::db::{Tx, page};
use crate::problem::Problem;
use crate::staff;

/// A page of one person's leaves, the one written down last first, and the cursor of the next one.
pub async fn list(
    app: &App,
    caller: &Caller,
    staff_id: Uuid,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Leave>, Option<String>), Problem> {
    let mut tx = app.db.read().await?;
    staff::service::find_reached(&mut tx, caller, staff_id).await?;
    let cursors = app.cursors("listStaffLeaves");
    let after: Option<Uuid> = cursors.after(cursor)?;
    let leaves = store::list(&mut tx, staff_id, after, limit).await?;
    let (leaves, next) = page::cut(leaves, limit, |leave| leave.id);
    Ok((leaves, cursors.next(next)?))
}

/// One leave.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Leave, Problem> {
    let mut tx = app.db.read().await?;
    find(&mut tx, caller, id).await
}

/// Writes a leave down.
pub async fn create(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    staff_id: Uuid,
    facts: LeaveFacts,
) -> Result<Leave, Problem> {
    let leave = facts.of(Uuid::now_v7(), staff_id, 1);
    leave.check()?;
    let mut tx = caller.write(&app.db).await?;
    staff::service::find_reached(&mut tx, caller, staff_id).await?;
    let said = (staff_id, leave.from_date, leave.to_date, &leave.reason);
    let request = ("createStaffLeave", said);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(leave) => return Ok(leave),
        Ticket::Open(ticket) => ticket,
    };
    store::add(&mut tx, &leave).await?;
    ticket.answer(&mut tx, app.now(), &leave).await?;
    tx.commit().await?;
    Ok(leave)
}

/// Replaces what is said of a leave.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
    facts: LeaveFacts,
) -> Result<Leave, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let before = find(&mut tx, caller, id).await?;
    ETag(before.version).must_match(if_match)?;
    let after = facts.of(id, before.staff_id, before.version + 1);
    after.check()?;
    store::change(&mut tx, caller.at(app.now()), &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Removes a leave that does not take place.
pub async fn remove(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
) -> Result<(), Problem> {
    let mut tx = caller.write(&app.db).await?;
    let before = find(&mut tx, caller, id).await?;
    ETag(before.version).must_match(if_match)?;
    store::remove(&mut tx, caller.at(app.now()), &before).await?;
    tx.commit().await?;
    Ok(())
}

/// The leave with this id; to a caller who does not reach the person whose it is, it is not there.
async fn find(tx: &mut Tx, caller: &Caller, id: Uuid) -> Result<Leave, Problem> {
    let leave = store::find(tx, id).await?.ok_or_else(not_found)?;
    let person = staff::service::find_reached(tx, caller, leave.staff_id).await;
    person.map_err(|problem| match problem.status_code() {
        StatusCode::NOT_FOUND | StatusCode::FORBIDDEN => not_found(),
        _ => problem,
    })?;
    Ok(leave)
}

fn not_found() -> Problem {
    Problem::not_found("请假记录", "leave")
}
