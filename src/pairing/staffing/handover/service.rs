//! Writing hand-over notes, and reading them.

use uuid::Uuid;

use super::model::{NewNote, Note};
use super::store::{self, Filter};
use crate::access::idempotency::{self, Ticket};
use crate::access::{Caller, Permission};
use crate::app::App;
use crate::db::Tx;
use crate::pairing::day;
use crate::pairing::error::PairingError;
use crate::problem::Problem;
use crate::serving;
use crate::serving::tenure::{Part, Tenure};

/// Writes a note on a pairing: whoever manages pairings may, and the helper of that pairing, to the day
/// on which it ends.
pub async fn write(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    new: &NewNote,
) -> Result<Note, Problem> {
    let written_on = new.written_on.unwrap_or(app.today());
    day::check_at("/date", written_on, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let pairing = serving::store::find(&mut tx, Part::Responsible, new.pairing_id).await?;
    let is_open = |pairing: &Tenure| pairing.to_date.is_none_or(|end| app.today() <= end);
    let own = pairing.filter(|pairing| {
        caller.may(Permission::ManagePairings)
            || caller.staff_id == Some(pairing.staff_id) && is_open(pairing)
    });
    // To others it is not there.
    own.ok_or_else(|| Problem::not_found("结对", "pairing"))?;
    let request = ("createHandoverNote", new);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(note) => return Ok(note),
        Ticket::Open(ticket) => ticket,
    };
    let now = app.now();
    let id = store::add(&mut tx, &caller.username, now, new, written_on).await?;
    let note = find(&mut tx, id).await?;
    ticket.answer(&mut tx, now, &note).await?;
    tx.commit().await?;
    Ok(note)
}

/// A page of notes, the latest first, at most `limit` and one more.
pub async fn list(
    app: &App,
    filter: &Filter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Note>, Problem> {
    let mut tx = app.db.read().await?;
    Ok(store::list(&mut tx, filter, after, limit).await?)
}

/// One note, of a household for which someone within the caller's reach is responsible now.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Note, Problem> {
    let mut tx = app.db.read().await?;
    let note = find(&mut tx, id).await?;
    let (reach, household) = (caller.reach(), note.household_id);
    let is_within =
        serving::store::reaches(&mut tx, reach, &[Part::Responsible], household).await?;
    is_within.then_some(note).ok_or_else(not_found)
}

/// Writes down that the helper who is responsible now has read a note; the first reading counts. To
/// another helper the note is not there.
pub async fn read(app: &App, caller: &Caller, id: Uuid) -> Result<Note, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let before = find(&mut tx, id).await?;
    let present = serving::store::current_helper(&mut tx, before.household_id).await?;
    let is_present_helper = present.is_some() && present == caller.staff_id;
    if !is_present_helper && !caller.may(Permission::SeeOffice) {
        return Err(not_found());
    }
    if !is_present_helper || present == Some(before.staff_id) {
        return Err(PairingError::NotTheNewHelper.into());
    }
    if before.read_at.is_some() {
        return Ok(before);
    }
    store::mark_read(&mut tx, caller.at(app.now()), &before).await?;
    let after = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(after)
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Note, Problem> {
    store::find(tx, id).await?.ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::not_found("交接说明", "hand-over note")
}
