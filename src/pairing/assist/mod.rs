//! The second helper of a household (协助帮扶人), who assists the responsible one.
//!
//! An assistant sees the household and visits it like its responsible helper, and such a visit counts
//! for the household: by our words a visit is a contact of a helper, and he is one. It counts as his,
//! not as one of the responsible helper's. All else of a household (its plan, its lift, hand-over) stays
//! with the responsible helper. An assistance takes none of a person's places, and no run proposes or
//! moves one: whoever becomes responsible for a household assists it no more.

pub mod api;

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use super::eligibility::{self, Eligibility};
use super::ending;
use super::model::check_day;
use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::app::App;
use crate::db::Tx;
use crate::problem::Problem;
use crate::serving::store::{self, Start};
use crate::serving::tenure::{Part, Tenure};

/// What keeps an assistance from being made or ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssistError {
    /// The household has an assistant.
    #[error("该户已有协助帮扶人，请先结束原协助，再新增")]
    AlreadyAssisted,
    /// The household had an assistant on or after the first day.
    #[error("该户在 {0} 之前仍有原协助帮扶人，开始日期最早可为这一天")]
    AssistedUntil(NaiveDate),
    /// The person is or was responsible for the household on or after the first day.
    #[error("此人在这段时间是该户的帮扶责任人，不能同时协助帮扶，请另选他人或核对开始日期")]
    Responsible,
    /// The assistance has ended already.
    #[error("此项协助已于 {0} 结束")]
    AlreadyEnded(NaiveDate),
}

/// An assistance to be written down.
#[derive(Clone, Debug, Serialize)]
pub struct NewAssistance {
    /// The household.
    pub household_id: Uuid,
    /// The person who assists.
    pub staff_id: Uuid,
    /// First day; today if not said.
    pub from_date: Option<NaiveDate>,
    /// Why.
    pub reason: String,
}

/// Makes a person the assistant of a household. Places do not bind here.
pub async fn begin(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    new: &NewAssistance,
) -> Result<Tenure, Problem> {
    let (now, today) = (app.now(), app.today());
    let from_date = new.from_date.unwrap_or(today);
    check_day(from_date, today)?;
    let mut tx = caller.write(&app.db).await?;
    let ticket = match idempotency::take(&mut tx, caller, key, &("createAssistance", new)).await? {
        Ticket::Answered(assistance) => return Ok(assistance),
        Ticket::Open(ticket) => ticket,
    };
    let (household, person) = (new.household_id, new.staff_id);
    let helper = eligibility::must_be_there(&mut tx, household, person).await?;
    let eligibility = Eligibility::of_pair(&mut tx, household, person).await?;
    eligibility.check_person(household, &helper, from_date, today)?;
    must_be_free(&mut tx, household, person, from_date).await?;
    let start = Start {
        run_id: None,
        from_date,
        reason: &new.reason,
        at: now,
        by: &caller.username,
    };
    let id = store::make_assistant(&mut tx, start, (household, person)).await?;
    let assistance = find(&mut tx, id).await?;
    ticket.answer(&mut tx, now, &assistance).await?;
    tx.commit().await?;
    Ok(assistance)
}

/// Ends an assistance on a day. It stays on the register.
pub async fn end(
    app: &App,
    caller: &Caller,
    id: Uuid,
    date: Option<NaiveDate>,
    reason: &str,
) -> Result<Tenure, Problem> {
    let date = date.unwrap_or(app.today());
    check_day(date, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let before = find(&mut tx, id).await?;
    if let Some(ended) = before.to_date {
        return Err(AssistError::AlreadyEnded(ended).into());
    }
    let ending = [(before, reason.to_owned())];
    ending::end_all(&mut tx, caller.at(app.now()), &ending, date).await?;
    let after = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(after)
}

/// Refuses a second assistant of a household, and one who is its responsible helper.
async fn must_be_free(
    tx: &mut Tx,
    household_id: Uuid,
    staff_id: Uuid,
    from: NaiveDate,
) -> Result<(), Problem> {
    if store::is_responsible_after(tx, household_id, staff_id, from).await? {
        return Err(AssistError::Responsible.into());
    }
    let ends = store::ends_after(tx, Part::Assisting, household_id, None, from).await?;
    if ends.contains(&None) {
        return Err(AssistError::AlreadyAssisted.into());
    }
    match ends.into_iter().flatten().max() {
        Some(earliest) => Err(AssistError::AssistedUntil(earliest).into()),
        None => Ok(()),
    }
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Tenure, Problem> {
    store::find(tx, Part::Assisting, id)
        .await?
        .ok_or_else(|| Problem::not_found("协助帮扶", "assistance"))
}
