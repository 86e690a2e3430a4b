//! Giving a household a second helper.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::app::App;
use crate::db::Tx;
use crate::pairing::eligibility::Eligibility;
use crate::pairing::error::AssistError;
use crate::pairing::tenure::NewTenure;
use crate::pairing::{day, registered, tenure};
use crate::problem::Problem;
use crate::serving::store::{self, Start};
use crate::serving::tenure::{Part, Tenure};

/// Makes a person the assistant of a household. Places do not bind here.
pub async fn begin(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    new: &NewTenure,
) -> Result<Tenure, Problem> {
    let (now, today) = (app.now(), app.today());
    let from_date = new.from_date.unwrap_or(today);
    day::check_at("/from_date", from_date, today)?;
    let mut tx = caller.write(&app.db).await?;
    let ticket = match idempotency::take(&mut tx, caller, key, &("createAssistance", new)).await? {
        Ticket::Answered(assistance) => return Ok(assistance),
        Ticket::Open(ticket) => ticket,
    };
    let (household, person) = (new.household_id, new.staff_id);
    let helper = registered::must_be(&mut tx, household, person).await?;
    let eligibility = Eligibility::of_pair(&mut tx, household, person).await?;
    eligibility.check(Part::Assisting, household, &helper, from_date, today)?;
    must_be_free(&mut tx, household, person, from_date).await?;
    let start = Start {
        run_id: None,
        from_date,
        reason: &new.reason,
        at: now,
        by: &caller.username,
    };
    let id = store::make_assistant(&mut tx, start, (household, person)).await?;
    let assistance = tenure::find(&mut tx, Part::Assisting, id).await?;
    ticket.answer(&mut tx, now, &assistance).await?;
    tx.commit().await?;
    Ok(assistance)
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
