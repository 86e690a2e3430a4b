//! Leaves of the staff over HTTP.

use chrono::NaiveDate;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::leave::{self, Leave, LeaveError};
use super::store;
use crate::access::idempotency::{self, Ticket};
use crate::access::{Caller, Permission, Signed};
use crate::api::{Created, ETag, Limit, NoContent, Page, Tag, Tagged};
use crate::app::App;
use crate::db::{Tx, page};
use crate::problem::{ChangeFault, CreateFault, GetFault, Problem};

/// Operations on leaves.
pub struct LeaveApi(pub App);

/// Days on which a person keeps the households that he has and is given no other.
#[derive(Object)]
#[oai(rename = "StaffLeave", skip_serializing_if_is_none)]
struct LeaveView {
    /// Its id.
    id: Uuid,
    /// The person.
    staff_id: Uuid,
    /// First day.
    from_date: NaiveDate,
    /// Last day; absent for one who is leaving for good.
    to_date: Option<NaiveDate>,
    /// Why.
    reason: String,
    /// Counts its changes; the `ETag`.
    version: i64,
}

/// Days on which a person is given no household.
#[derive(Object)]
#[oai(rename = "StaffLeaveRequest")]
struct LeaveRequest {
    /// First day, in the past or to come.
    from_date: NaiveDate,
    /// Last day; left out for one who is leaving for good.
    to_date: Option<NaiveDate>,
    /// Why, such as 产假 or 退休.
    #[oai(validator(min_length = 1, max_length = 200, custom = "crate::api::NotBlank"))]
    reason: String,
}

#[OpenApi(tag = "Tag::Staff")]
impl LeaveApi {
    /// List the leaves of a person
    ///
    /// The one that was written down last first. A helper sees only their own.
    #[oai(
        path = "/staff/:id/leaves",
        method = "get",
        operation_id = "listStaffLeaves"
    )]
    async fn list_staff_leaves(
        &self,
        caller: Signed,
        /// The person's id.
        id: Path<Uuid>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<LeaveView>>, GetFault> {
        if caller.0.staff_id != Some(id.0) {
            caller.0.require(Permission::SeeAllHouseholds)?;
        }
        let cursors = self.0.cursors("listStaffLeaves");
        let after: Option<Uuid> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        must_be_there(&mut tx, id.0).await?;
        let leaves = leave::list(&mut tx, id.0, after, limit).await?;
        let (leaves, next) = page::cut(leaves, limit, |leave| leave.id);
        Ok(Page::json(
            leaves.into_iter().map(|leave| view(&leave, &caller.0)),
            cursors.next(next)?,
        ))
    }

    /// Write down a leave
    ///
    /// From its first to its last day the person keeps the households that he has, and is given none
    /// by any way in.
    #[oai(
        path = "/staff/:id/leaves",
        method = "post",
        operation_id = "createStaffLeave"
    )]
    async fn create_staff_leave(
        &self,
        caller: Signed,
        /// The person's id.
        id: Path<Uuid>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<LeaveRequest>,
    ) -> Result<Created<LeaveView>, CreateFault> {
        caller.0.require(Permission::KeepRegister)?;
        let leave = body.0.leave(Uuid::now_v7(), id.0, 1);
        leave.check()?;
        let key = idempotency_key.0.as_deref();
        let mut tx = caller.0.write(&self.0.db).await?;
        let request = (
            "createStaffLeave",
            (id.0, leave.from_date, leave.to_date, &leave.reason),
        );
        let ticket = match idempotency::take(&mut tx, &caller.0, key, &request).await? {
            Ticket::Answered(leave) => return Ok(Created::new(view(&leave, &caller.0))),
            Ticket::Open(ticket) => ticket,
        };
        must_be_there(&mut tx, id.0).await?;
        leave::add(&mut tx, &leave).await?;
        ticket.answer(&mut tx, self.0.now(), &leave).await?;
        tx.commit().await?;
        Ok(Created::new(view(&leave, &caller.0)))
    }

    /// Change a leave
    ///
    /// Such as its last day, when the person comes back earlier. What was there is kept.
    #[oai(
        path = "/staff-leaves/:id",
        method = "put",
        operation_id = "updateStaffLeave"
    )]
    async fn update_staff_leave(
        &self,
        caller: Signed,
        /// The leave's id.
        id: Path<Uuid>,
        /// The leave's `ETag` as it was read: its `version` in quotes.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<LeaveRequest>,
    ) -> Result<Tagged<LeaveView>, ChangeFault> {
        caller.0.require(Permission::KeepRegister)?;
        let mut tx = caller.0.write(&self.0.db).await?;
        let before = find(&mut tx, id.0).await?;
        ETag(before.version).must_match(if_match.0.as_deref())?;
        let after = body.0.leave(id.0, before.staff_id, before.version + 1);
        after.check()?;
        leave::change(&mut tx, caller.0.at(self.0.now()), &before, &after).await?;
        tx.commit().await?;
        let tag = ETag(after.version);
        Ok(Tagged::new(view(&after, &caller.0), tag))
    }

    /// Remove a leave
    ///
    /// That was written down by mistake. What it was is kept in the history.
    #[oai(
        path = "/staff-leaves/:id",
        method = "delete",
        operation_id = "deleteStaffLeave"
    )]
    async fn delete_staff_leave(
        &self,
        caller: Signed,
        /// The leave's id.
        id: Path<Uuid>,
        /// The leave's `ETag` as it was read: its `version` in quotes.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
    ) -> Result<NoContent, ChangeFault> {
        caller.0.require(Permission::KeepRegister)?;
        let mut tx = caller.0.write(&self.0.db).await?;
        let before = find(&mut tx, id.0).await?;
        ETag(before.version).must_match(if_match.0.as_deref())?;
        leave::remove(&mut tx, caller.0.at(self.0.now()), &before).await?;
        tx.commit().await?;
        Ok(NoContent::Done)
    }
}

impl LeaveRequest {
    fn leave(self, id: Uuid, staff_id: Uuid, version: i64) -> Leave {
        Leave {
            id,
            staff_id,
            from_date: self.from_date,
            to_date: self.to_date,
            reason: self.reason.trim().to_owned(),
            version,
        }
    }
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Leave, Problem> {
    leave::find(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("请假记录", "leave"))
}

async fn must_be_there(tx: &mut Tx, id: Uuid) -> Result<(), Problem> {
    match store::find(tx, id).await? {
        Some(_) => Ok(()),
        None => Err(Problem::not_found("人员", "person of the staff")),
    }
}

fn view(leave: &Leave, caller: &Caller) -> LeaveView {
    let sight = caller.sight().elsewhere();
    LeaveView {
        id: leave.id,
        staff_id: leave.staff_id,
        from_date: leave.from_date,
        to_date: leave.to_date,
        reason: sight.text(&leave.reason).into_owned(),
        version: leave.version,
    }
}

impl From<LeaveError> for Problem {
    fn from(error: LeaveError) -> Self {
        let zh = error.to_string();
        match error {
            LeaveError::EndsBeforeStart(day) => Self::invalid(
                "end_before_start",
                zh,
                format!("a leave cannot end before its first day, {day}"),
            )
            .at("/to_date"),
            LeaveError::Year(day) => Self::invalid(
                "year_out_of_range",
                zh,
                format!("the year of {day} cannot be; check it"),
            ),
        }
    }
}
