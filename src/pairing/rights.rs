//! Whose runs, pairings and assistances a caller may read: each service asks
//! [`may_read`] or [`seen_of`] first, before it reads the cursor or looks for anything, so that a refusal
//! tells nothing else.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::access::{Caller, Permission};
use crate::app::App;
use crate::db::Tx;
use crate::problem::Problem;
use crate::serving::rights::person_of;
use crate::serving::tenure::earliest_open_end;
use crate::settings;

/// Refuses a caller who may neither see all households nor manage pairings.
pub(super) fn may_read(caller: &Caller) -> Result<(), Problem> {
    if caller.may(Permission::ManagePairings) {
        return Ok(());
    }
    caller.require(Permission::SeeAllHouseholds)
}

/// Whose records of serving a household the caller may list: everybody's, or of those the ones asked
/// for; a helper's own.
pub(super) fn seen_of(caller: &Caller, asked: Option<Uuid>) -> Result<Option<Uuid>, Problem> {
    let own = person_of(caller);
    match may_read(caller) {
        Ok(()) => Ok(asked),
        Err(_) if asked.is_none_or(|asked| asked == own) => Ok(Some(own)),
        Err(forbidden) => Err(forbidden),
    }
}

/// The day to which the records that the caller may list must last: a helper's own ended ones are
/// there only while they may hand in visits of that time.
pub(super) async fn own_since(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
) -> Result<Option<NaiveDate>, sqlx::Error> {
    if may_read(caller).is_ok() {
        return Ok(None);
    }
    let days = settings::store::load(tx).await?.hand_in_days;
    Ok(Some(earliest_open_end(app.today(), days)))
}
