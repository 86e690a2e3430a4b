//! Operations on leaves.

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::Leave;
use super::store;
use crate::access::idempotency::{self, Ticket};
use crate::access::{Caller, Permission};
use crate::app::App;
use crate::db::Tx;
use crate::problem::Problem;
use crate::staff;

/// What is said of a leave.
pub struct Days {
    pub(super) from_date: NaiveDate,
    pub(super) to_date: Option<NaiveDate>,
    pub(super) reason: String,
}

impl Days {
    fn of(self, id: Uuid, staff_id: Uuid, version: i64) -> Leave {
        Leave {
            id,
            staff_id,
            from_date: self.from_date,
            to_date: self.to_date,
            reason: self.reason,
            version,
        }
    }
}

/// A page of one person's leaves, as [`store::list`].
pub async fn list(
    app: &App,
    staff_id: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Leave>, Problem> {
    let mut tx = app.db.read().await?;
    staff::service::find(&mut tx, staff_id).await?;
    Ok(store::list(&mut tx, staff_id, after, limit).await?)
}

/// Writes a leave down.
pub async fn create(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    staff_id: Uuid,
    days: Days,
) -> Result<Leave, Problem> {
    caller.require(Permission::KeepRegister)?;
    let leave = days.of(Uuid::now_v7(), staff_id, 1);
    leave.check()?;
    let mut tx = caller.write(&app.db).await?;
    let said = (staff_id, leave.from_date, leave.to_date, &leave.reason);
    let request = ("createStaffLeave", said);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(leave) => return Ok(leave),
        Ticket::Open(ticket) => ticket,
    };
    staff::service::find(&mut tx, staff_id).await?;
    store::add(&mut tx, &leave).await?;
    ticket.answer(&mut tx, app.now(), &leave).await?;
    tx.commit().await?;
    Ok(leave)
}

/// Replaces what is said of a leave, if `is_read` takes its version for the one that the caller has read.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: Uuid,
    is_read: impl Fn(i64) -> Result<(), Problem>,
    days: Days,
) -> Result<Leave, Problem> {
    caller.require(Permission::KeepRegister)?;
    let mut tx = caller.write(&app.db).await?;
    let before = find(&mut tx, id).await?;
    is_read(before.version)?;
    let after = days.of(id, before.staff_id, before.version + 1);
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
    is_read: impl Fn(i64) -> Result<(), Problem>,
) -> Result<(), Problem> {
    caller.require(Permission::KeepRegister)?;
    let mut tx = caller.write(&app.db).await?;
    let before = find(&mut tx, id).await?;
    is_read(before.version)?;
    store::remove(&mut tx, caller.at(app.now()), &before).await?;
    tx.commit().await?;
    Ok(())
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Leave, Problem> {
    store::find(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("请假记录", "leave"))
}
