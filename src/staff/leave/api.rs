//! Leaves of the staff over HTTP.

use chrono::NaiveDate;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{Leave, LeaveFacts};
use super::service;
use crate::access::{Caller, Signed};
use crate::api::{Created, ETag, Limit, NoContent, Page, Tag, Tagged};
use crate::app::App;
use crate::problem::{ChangeFault, CreateFault, GetFault};

/// Operations on leaves.
pub struct LeaveApi(pub App);

/// Days on which a person keeps the households that they have and is given no other.
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
#[oai(rename = "StaffLeaveInput")]
struct LeaveInput {
    /// First day, in the past or to come.
    from_date: NaiveDate,
    /// Last day; left out for one who is leaving for good.
    to_date: Option<NaiveDate>,
    /// Why, such as “产假” (maternity leave) or “退休” (retirement).
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
        let limit = crate::api::limit(limit.0);
        let cursor = cursor.0.as_deref();
        let (leaves, next) = service::list(&self.0, &caller.0, id.0, cursor, limit).await?;
        Ok(Page::json(
            leaves.into_iter().map(|leave| view(&leave, &caller.0)),
            next,
        ))
    }

    /// Write down a leave
    ///
    /// From its first to its last day the person keeps the households that they have, and is given none
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
        body: Json<LeaveInput>,
    ) -> Result<Created<LeaveView>, CreateFault> {
        let key = idempotency_key.0.as_deref();
        let leave = service::create(&self.0, &caller.0, key, id.0, body.0.facts()).await?;
        let (id, tag) = (leave.id, ETag(leave.version));
        Ok(Created::new(
            view(&leave, &caller.0),
            "/staff-leaves",
            id,
            tag,
        ))
    }

    /// Get a leave
    ///
    /// With the `ETag` that changing or removing it needs. A helper sees only their own.
    #[oai(
        path = "/staff-leaves/:id",
        method = "get",
        operation_id = "getStaffLeave"
    )]
    async fn get_staff_leave(
        &self,
        caller: Signed,
        /// The leave's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<LeaveView>, GetFault> {
        let leave = service::get(&self.0, &caller.0, id.0).await?;
        Ok(tagged(&leave, &caller.0))
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
        body: Json<LeaveInput>,
    ) -> Result<Tagged<LeaveView>, ChangeFault> {
        let if_match = if_match.0.as_deref();
        let after = service::change(&self.0, &caller.0, id.0, if_match, body.0.facts()).await?;
        Ok(tagged(&after, &caller.0))
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
        service::remove(&self.0, &caller.0, id.0, if_match.0.as_deref()).await?;
        Ok(NoContent::Done)
    }
}

impl LeaveInput {
    fn facts(self) -> LeaveFacts {
        LeaveFacts {
            from_date: self.from_date,
            to_date: self.to_date,
            reason: self.reason.trim().to_owned(),
        }
    }
}

fn tagged(leave: &Leave, caller: &Caller) -> Tagged<LeaveView> {
    Tagged::new(view(leave, caller), ETag(leave.version))
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
