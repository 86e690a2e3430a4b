//! Whose pairings and assistances a caller may list: the service asks [`seen_of`] first, before it reads the
//! cursor or looks for anything, so that a refusal tells nothing else.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::access::{Caller, Reach};
use crate::app::App;
use crate::db::Tx;
use crate::problem::Problem;
use crate::serving::tenure::earliest_open_end;
use crate::settings;

/// Whose records of serving a household the caller may list: those of the person asked for, or of everyone
/// within reach; a helper's own.
pub(super) fn seen_of(caller: &Caller, asked: Option<Uuid>) -> Result<Option<Uuid>, Problem> {
    match caller.reach() {
        Reach::All | Reach::Unit(_) => Ok(asked),
        Reach::Person(own) if asked.is_none_or(|asked| asked == own) => Ok(Some(own)),
        Reach::Person(_) => Err(caller.forbidden()),
    }
}

/// The day to which the records that the caller may list must last: to a helper and to a unit's contact
/// ended ones are there only while visits of that time may be handed in.
pub(super) async fn own_since(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
) -> Result<Option<NaiveDate>, sqlx::Error> {
    if caller.reach() == Reach::All {
        return Ok(None);
    }
    let days = settings::store::load(tx).await?.hand_in_days;
    Ok(Some(earliest_open_end(app.today(), days)))
}
