//! Making a person responsible for a household by hand, and asking who was on a day.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::app::App;
use crate::db::Tx;
use crate::household;
use crate::pairing::tenure::NewTenure;
use crate::pairing::{day, eligibility, tenure};
use crate::problem::Problem;
use crate::serving::store::{self, Filter, Start};
use crate::serving::tenure::{Part, Tenure};

/// Makes a person responsible for a household by hand. Areas do not bind here: the office decides.
pub async fn begin(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    new: &NewTenure,
) -> Result<Tenure, Problem> {
    let from_date = new.from_date.unwrap_or(app.today());
    day::check_at("/from_date", from_date, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let ticket = match idempotency::take(&mut tx, caller, key, &("createPairing", new)).await? {
        Ticket::Answered(pairing) => return Ok(pairing),
        Ticket::Open(ticket) => ticket,
    };
    let (household_id, staff_id) = (new.household_id, new.staff_id);
    eligibility::must_be_allowed(&mut tx, household_id, staff_id, from_date, app.today()).await?;
    eligibility::must_be_unpaired(&mut tx, household_id).await?;
    must_be_free(&mut tx, household_id, from_date).await?;
    let start = Start {
        run_id: None,
        from_date,
        reason: &new.reason,
        at: app.now(),
        by: &caller.username,
    };
    let ids = store::make_responsible(&mut tx, start, &[(household_id, staff_id)]).await?;
    let id = ids.into_iter().next().unwrap_or_default();
    let pairing = tenure::find(&mut tx, Part::Responsible, id).await?;
    ticket.answer(&mut tx, start.at, &pairing).await?;
    tx.commit().await?;
    Ok(pairing)
}

/// Refuses a first day on which a household still had its former helper.
pub(in crate::pairing) async fn must_be_free(
    tx: &mut Tx,
    household_id: Uuid,
    from: NaiveDate,
) -> Result<(), Problem> {
    let ends = store::ends_after(tx, Part::Responsible, household_id, None, from).await?;
    // One household, however many of its pairings lasted longer.
    let last: Vec<_> = ends.into_iter().flatten().max().into_iter().collect();
    Ok(day::must_be_free(&last, from)?)
}

/// Who was responsible for a household on a day, and who assisted.
pub async fn helpers_on(
    app: &App,
    caller: &Caller,
    household_id: Uuid,
    on: NaiveDate,
) -> Result<(Option<Tenure>, Option<Tenure>), Problem> {
    let mut tx = app.db.read().await?;
    household::service::visible(&mut tx, caller, household_id).await?;
    let filter = Filter {
        household_id: Some(household_id),
        on: Some(on),
        ..Filter::default()
    };
    let responsible = store::list(&mut tx, Part::Responsible, &filter, None, 1).await?;
    let assisting = store::list(&mut tx, Part::Assisting, &filter, None, 1).await?;
    Ok((responsible.into_iter().next(), assisting.into_iter().next()))
}
