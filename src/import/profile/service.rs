//! What is done with profiles: saved, given out, removed.

use uuid::Uuid;

use super::view::{NewProfile, ProfileView, VERSION};
use super::{error, store};
use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::api::ETag;
use crate::app::App;
use crate::db::{Json, Tx, page};
use crate::problem::Problem;
use crate::roster::profile::{Profile, unknown_field};
use crate::roster::report::RosterKind;
use crate::value::{Refused, sent_line};

/// A page of the profiles for a kind of roster, the latest first, and the cursor of the next.
pub async fn list(
    app: &App,
    kind: RosterKind,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Profile>, Option<String>), Problem> {
    let cursors = app.cursors("listImportProfiles");
    let after: Option<Uuid> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let profiles = store::list(&mut tx, kind, after, limit).await?;
    let (profiles, next) = page::cut(profiles, limit, |profile| profile.id);
    Ok((profiles, cursors.next(next)?))
}

/// Saves a profile. The same `key` with the same profile gives the first answer again.
pub async fn create(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    new: NewProfile,
) -> Result<ProfileView, Problem> {
    let now = app.now();
    let mut tx = caller.write(&app.db).await?;
    let request = ("createImportProfile", &new);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(first) => return Ok(first),
        Ticket::Open(ticket) => ticket,
    };
    let name = check(&mut tx, &new).await?;
    let profile = Profile {
        id: Uuid::now_v7(),
        kind: new.kind,
        name,
        columns: Json(new.columns),
        created_at: now,
        created_by: caller.username.clone(),
    };
    store::add(&mut tx, &profile).await?;
    let view = ProfileView::from(profile);
    ticket.answer(&mut tx, now, &view).await?;
    tx.commit().await?;
    Ok(view)
}

/// A profile; 404 if there is none with this id.
pub async fn get(app: &App, id: Uuid) -> Result<Profile, Problem> {
    let mut tx = app.db.read().await?;
    find(&mut tx, id).await
}

/// Removes a profile.
pub async fn remove(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
) -> Result<(), Problem> {
    let mut tx = caller.write(&app.db).await?;
    find(&mut tx, id).await?;
    ETag(VERSION).must_match(if_match)?;
    store::remove(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Profile, Problem> {
    let profile = store::find(tx, id).await?;
    profile.ok_or_else(|| Problem::not_found("列名方案", "import profile"))
}

/// The name under which a profile can be saved.
async fn check(tx: &mut Tx, new: &NewProfile) -> Result<String, Problem> {
    let mut refused = Refused::default();
    let name = refused.or("/name", sent_line(&new.name)).flatten();
    refused.none()?;
    let name = name.ok_or_else(error::name_missing)?;
    if let Some(index) = unknown_field(new.kind, &new.columns) {
        return Err(error::no_such_field(index));
    }
    let known = store::all(tx, new.kind).await?;
    if known.iter().any(|profile| profile.name == name) {
        return Err(error::name_taken());
    }
    if i64::try_from(known.len()).is_ok_and(|count| count >= store::MAX_PROFILES) {
        return Err(error::too_many());
    }
    Ok(name)
}
