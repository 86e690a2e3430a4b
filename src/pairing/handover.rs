//! Hand-over notes: what a helper tells the next one of a household.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::error::PairingError;
use super::model::check_day;
use crate::access::idempotency::{self, Ticket};
use crate::access::{Caller, Permission};
use crate::app::App;
use crate::db::{Tx, Where};
use crate::problem::Problem;
use crate::serving::names::{helper_names, household_names, join_names};
use crate::serving::store;
use crate::serving::tenure::{Part, Tenure};
use crate::{insert, on};

/// A note, with the names that belong to its pairing.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Note {
    /// Its id.
    pub id: Uuid,
    /// The pairing of the one who hands over.
    pub pairing_id: Uuid,
    /// The household.
    pub household_id: Uuid,
    /// 户编号.
    pub household_number: Option<String>,
    /// 户主姓名.
    pub head_name: String,
    /// Who hands over.
    pub staff_id: Uuid,
    /// 姓名 of that person.
    pub helper: String,
    /// What is said.
    pub words: String,
    /// The day of the note.
    pub written_on: NaiveDate,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// By which account.
    pub recorded_by: String,
    /// When the next helper read it.
    pub read_at: Option<DateTime<Utc>>,
    /// By which account it was read.
    pub read_by: Option<String>,
}

/// What a list of notes may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this household.
    pub household_id: Option<Uuid>,
    /// Only read ones, or only those that are not.
    pub read: Option<bool>,
    /// Only of households that this person is responsible for now.
    pub helper: Option<Uuid>,
}

impl Filter {
    fn conditions(&self) -> Where {
        let served = store::served_as(Part::Responsible, "?");
        Where::new()
            .and_if(self.household_id, "pairing.household_id = ?")
            .and_either(self.read, "read_at IS NOT NULL", "read_at IS NULL")
            .and_if(self.helper, &format!("pairing.household_id IN ({served})"))
    }
}

const NOTE: &str = concat!(
    "SELECT handover_note.id AS id, pairing_id, pairing.household_id AS household_id,
        pairing.staff_id AS staff_id, words, written_on, recorded_at, recorded_by, read_at, read_by, ",
    household_names!(),
    ", ",
    helper_names!(),
    " FROM handover_note JOIN pairing ON pairing.id = pairing_id",
    join_names!("pairing.household_id", "pairing.staff_id"),
);

async fn find(tx: &mut Tx, id: Uuid) -> Result<Note, Problem> {
    let sql = format!("{NOTE} WHERE handover_note.id = $1");
    let found: Option<Note> = on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(id).fetch_optional(connection).await)?;
    found.ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::not_found("交接说明", "hand-over note")
}

/// A page of notes, the latest first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Note>, sqlx::Error> {
    // An id begins with the time at which it was made.
    let mut wanted = filter
        .conditions()
        .beyond(after.map(|id| [id.into()]), "handover_note.id <");
    let limit = wanted.bind(limit + 1);
    let sql = format!("{NOTE} {wanted} ORDER BY handover_note.id DESC LIMIT {limit}");
    wanted.fetch_all(tx, sql).await
}

/// A note to be written.
#[derive(Clone, Debug, Serialize)]
pub struct NewNote {
    /// The pairing that ends or has ended.
    pub pairing_id: Uuid,
    /// What is said.
    pub words: String,
    /// The day of the note; today if not said.
    pub written_on: Option<NaiveDate>,
}

/// Writes a note on a pairing: whoever manages pairings may, and the helper of that pairing, to the day
/// on which it ends.
pub async fn write(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    new: &NewNote,
) -> Result<Note, Problem> {
    caller.require(Permission::ServeHouseholds)?;
    let written_on = new.written_on.unwrap_or(app.today());
    check_day(written_on, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let pairing = store::find(&mut tx, Part::Responsible, new.pairing_id).await?;
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
    let (id, now) = (Uuid::now_v7(), app.now());
    insert!(&mut tx, "handover_note", [new], |new| {
        id: id,
        pairing_id: new.pairing_id,
        words: new.words.as_str(),
        written_on: written_on,
        recorded_at: now,
        recorded_by: caller.username.as_str(),
    })?;
    let note = find(&mut tx, id).await?;
    ticket.answer(&mut tx, now, &note).await?;
    tx.commit().await?;
    Ok(note)
}

/// Writes down that the helper who is responsible now has read a note; the first reading counts. To
/// another helper the note is not there.
pub async fn read(app: &App, caller: &Caller, id: Uuid) -> Result<Note, Problem> {
    caller.require(Permission::ServeHouseholds)?;
    let mut tx = caller.write(&app.db).await?;
    let before = find(&mut tx, id).await?;
    let present = store::current_helper(&mut tx, before.household_id).await?;
    let is_present_helper = present.is_some() && present == caller.staff_id;
    if !is_present_helper && !caller.may(Permission::SeeAllHouseholds) {
        return Err(not_found());
    }
    if !is_present_helper || present == Some(before.staff_id) {
        return Err(PairingError::NotTheNewHelper.into());
    }
    if before.read_at.is_some() {
        return Ok(before);
    }
    let now = app.now();
    let version = ("handover_note", id, 1);
    caller
        .at(now)
        .keep(&mut tx, "read", version, &before)
        .await?;
    on!(&mut tx, connection => sqlx::query(
        "UPDATE handover_note SET read_at = $2, read_by = $3 WHERE id = $1",
    )
    .bind(id)
    .bind(now)
    .bind(&caller.username)
    .execute(connection)
    .await
    .map(|_| ()))?;
    let after = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(after)
}
