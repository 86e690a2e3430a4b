//! Operations on the names of places and units.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::day::check_day;
use super::error::RenamingError;
use super::follow::{Ambiguous, find_unit, is_known, is_linked, is_named, join_unit, rename_place};
use super::model::{Change, Locality, Planned, Renaming, RenamingKind, Said};
use super::name::{checked, checked_place};
use super::store::{self, subject};
use super::taking_back;
use crate::access::Caller;
use crate::access::history::Actor;
use crate::access::idempotency::{self, Ticket};
use crate::app::App;
use crate::db::{Tx, page};
use crate::household::area;
use crate::problem::{Problem, Text};
use crate::staff::unit;

/// Gives a place or a unit another name, or makes it part of another.
pub async fn rename(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    wanted: Wanted,
    said: Said,
) -> Result<Renaming, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let request = ("rename", &wanted, &said);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(renaming) => return Ok(renaming),
        Ticket::Open(ticket) => ticket,
    };
    check_day(said.effective_on, app.today())?;
    let change = match wanted {
        Wanted::Place { from, to } => Change::Place {
            to: checked_place(&from, to)?,
            from,
        },
        Wanted::Unit { unit_id, name } => Change::Unit {
            unit_id,
            from: find_unit(&mut tx, unit_id).await?.name,
            to: checked(&name, "/new_name")?,
        },
    };
    let renaming = apply(&mut tx, caller.at(app.now()), &change, &said).await?;
    ticket.answer(&mut tx, app.now(), &renaming).await?;
    tx.commit().await?;
    Ok(renaming)
}

/// What somebody asks to be called otherwise.
#[derive(Clone, Debug, serde::Serialize)]
pub enum Wanted {
    /// A town, or a village.
    Place {
        /// What it is called now.
        from: Locality,
        /// What it is to be called.
        to: Locality,
    },
    /// A unit.
    Unit {
        /// Its id.
        unit_id: Uuid,
        /// What it is to be called.
        name: String,
    },
}

/// A page of changes of names, the latest first, and the cursor of the next.
pub async fn list(
    app: &App,
    kind: Option<RenamingKind>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Renaming>, Option<String>), Problem> {
    let cursors = app.cursors("listRenamings");
    let after: Option<Uuid> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let found = store::list(&mut tx, kind, after, limit).await?;
    let (found, next) = page::cut(found, limit, |renaming| renaming.id);
    Ok((found, cursors.next(next)?))
}

/// One change of names.
pub async fn get(app: &App, id: Uuid) -> Result<Renaming, Problem> {
    let mut tx = app.db.read().await?;
    find(&mut tx, id).await
}

/// Takes a change of names back.
pub async fn undo(app: &App, caller: &Caller, id: Uuid) -> Result<Renaming, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let renaming = find(&mut tx, id).await?;
    if renaming.undone_at.is_some() {
        return Err(RenamingError::AlreadyUndone.into());
    }
    if let Some(obstacle) = taking_back::obstacle(&mut tx, &renaming).await? {
        return Err(obstacle.into());
    }
    taking_back::take_back(&mut tx, caller.at(app.now()), &renaming).await?;
    let after = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(after)
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Renaming, Problem> {
    store::find(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("更名记录", "renaming"))
}

/// Makes a change: writes the new name to all that says the old one, and keeps what it was.
pub async fn apply(
    tx: &mut Tx,
    actor: Actor<'_>,
    change: &Change,
    said: &Said,
) -> Result<Renaming, Problem> {
    let (old, new) = change.words();
    if old == new {
        return Err(Problem::from(RenamingError::SameName).at(new_name(change)));
    }
    let mut renaming = Renaming {
        id: Uuid::now_v7(),
        kind: change.kind(),
        old_town: String::new(),
        old_village: String::new(),
        new_town: String::new(),
        new_village: String::new(),
        unit_id: None,
        old_name: String::new(),
        new_name: String::new(),
        into_unit_id: None,
        merges: false,
        effective_on: said.effective_on,
        reason: said.reason.clone(),
        households: 0,
        units: 0,
        helpers: 0,
        import_id: actor.import_id,
        recorded_at: actor.at,
        recorded_by: actor.account.to_owned(),
        undone_at: None,
        undone_by: None,
    };
    let records = match change {
        Change::Place { from, to } => {
            check_place(tx, (from, to), said, new_name(change)).await?;
            // A roster has put households there already: whether it had any before, the import has found out.
            renaming.merges = said.merge || is_linked(tx, to).await?;
            let village = |place: &Locality| place.village.clone().unwrap_or_default();
            (renaming.old_town, renaming.old_village) = (from.town.clone(), village(from));
            (renaming.new_town, renaming.new_village) = (to.town.clone(), village(to));
            rename_place(tx, actor, (from, to), Ambiguous::SayBoth).await?
        }
        Change::Unit { unit_id, from, to } => {
            let found = find_unit(tx, *unit_id).await?;
            let into = unit::find_named(tx, to).await?;
            check_merge(said, into.is_some(), to, new_name(change))?;
            renaming.merges = into.is_some();
            (renaming.old_name, renaming.new_name) = (from.clone(), to.clone());
            (renaming.unit_id, renaming.into_unit_id) =
                (Some(found.id), into.as_ref().map(|into| into.id));
            if let Some(into) = into {
                join_unit(tx, actor, &found, &into).await?
            } else {
                unit::rename(tx, actor, &found, to).await?;
                Vec::new()
            }
        }
    };
    let count = |subjects: &[&str]| {
        let of = records.iter();
        let ids: BTreeSet<_> = of
            .filter(|record| subjects.contains(&record.subject.as_str()))
            .map(|record| record.subject_id)
            .collect();
        i64::try_from(ids.len()).unwrap_or(i64::MAX)
    };
    renaming.households = count(&[subject::HOUSEHOLD]);
    renaming.helpers = count(&[subject::HELPER, subject::STAFF_OF_UNIT]);
    renaming.units = match renaming.kind {
        RenamingKind::Unit => 1,
        _ => count(&[subject::UNIT_VILLAGE]),
    };
    store::add(tx, &renaming, &records).await?;
    Ok(renaming)
}

/// Refuses a merge with nothing, and a name that another has where no merge was asked for.
fn check_merge(said: &Said, is_taken: bool, name: &str, pointer: &str) -> Result<(), Problem> {
    match (said.merge, is_taken) {
        _ if said.by_import => Ok(()),
        (false, true) => Err(Problem::from(RenamingError::NameTaken(name.to_owned())).at(pointer)),
        (true, false) => Err(RenamingError::NothingToJoin(name.to_owned()).into()),
        _ => Ok(()),
    }
}

/// Where the new name stands in the request for a change.
fn new_name(change: &Change) -> &'static str {
    match change {
        Change::Unit { .. } => "/new_name",
        Change::Place { to, .. } if to.village.is_some() => "/new_village",
        Change::Place { .. } => "/new_town",
    }
}

/// Refuses a change that cannot be made. What an import makes of places it has found to be one: their villages
/// of the same name are one, too.
async fn check_place(
    tx: &mut Tx,
    (from, to): (&Locality, &Locality),
    said: &Said,
    pointer: &str,
) -> Result<(), Problem> {
    if from.village.is_some() != to.village.is_some() {
        return Err(RenamingError::KindsDiffer.into());
    }
    if said.by_import {
        return Ok(());
    }
    if !is_named(tx, from).await? {
        return Err(RenamingError::NoSuchPlace(from.clone()).into());
    }
    check_merge(said, is_known(tx, to).await?, &to.words(), pointer)?;
    if from.village.is_none() {
        let old = area::villages_of(tx, &from.town).await?;
        let new = area::villages_of(tx, &to.town).await?;
        if let Some(collision) = RenamingError::of_villages(&old, &new) {
            return Err(collision.into());
        }
    }
    Ok(())
}

// For imports -----------------------------------------------------------------------------------

/// Makes changes that an import has planned, from a day.
pub async fn apply_planned(
    tx: &mut Tx,
    actor: Actor<'_>,
    planned: &[Planned],
    effective_on: NaiveDate,
) -> Result<(), Problem> {
    for planned in planned {
        let said = Said {
            merge: planned.merges,
            by_import: true,
            effective_on,
            reason: planned.reason.clone(),
        };
        apply(tx, actor, &planned.change, &said).await?;
    }
    Ok(())
}

/// Whether names were changed since a time, so that what was compared then may say old ones.
pub async fn changed_since(tx: &mut Tx, time: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    store::changed_since(tx, time).await
}

/// Why changes of an import cannot be taken back now, each with what it is about.
pub async fn obstacles(tx: &mut Tx, import_id: Uuid) -> Result<Vec<(Uuid, Text)>, sqlx::Error> {
    let mut found = Vec::new();
    for renaming in store::of_import(tx, import_id).await? {
        if let Some(obstacle) = taking_back::obstacle(tx, &renaming).await? {
            found.push((renaming.id, Problem::from(obstacle).detail().clone()));
        }
    }
    Ok(found)
}

/// Takes back those changes of the actor's import of which this holds, the latest first. There must be no
/// [obstacles].
pub async fn take_back_planned(
    tx: &mut Tx,
    actor: Actor<'_>,
    which: impl Fn(&Renaming) -> bool,
) -> Result<(), Problem> {
    for renaming in store::of_import(tx, actor.import()?).await? {
        if which(&renaming) {
            taking_back::take_back(tx, actor, &renaming).await?;
        }
    }
    Ok(())
}
