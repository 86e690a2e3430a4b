//! Operations on the names of places and units.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::day::check_day;
use super::error::RenamingError;
use super::model::{Change, Locality, Planned, Renaming, RenamingKind, Said, renamed_cells};
use super::store::{self, Record, subject};
use crate::access::history::Actor;
use crate::access::idempotency::{self, Ticket};
use crate::access::{Caller, Permission};
use crate::app::App;
use crate::db::{Tx, page};
use crate::household::area::{self, Named};
use crate::problem::Problem;
use crate::staff;
use crate::staff::model::Staff;
use crate::staff::unit::{self, Area, Unit};

/// Gives a place or a unit another name, or makes it part of another.
pub async fn rename(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    wanted: Wanted,
    said: Said,
) -> Result<Renaming, Problem> {
    caller.require(Permission::KeepRegister)?;
    let mut tx = caller.write(&app.db).await?;
    let request = ("rename", &wanted, &said);
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(renaming) => return Ok(renaming),
        Ticket::Open(ticket) => ticket,
    };
    check_day(said.effective_on, app.today())?;
    let change = match wanted {
        Wanted::Place { from, to } => Change::Place { from, to },
        Wanted::Unit { unit_id, name } => Change::Unit {
            unit_id,
            from: find_unit(&mut tx, unit_id).await?.name,
            to: name,
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
    caller: &Caller,
    kind: Option<RenamingKind>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Renaming>, Option<String>), Problem> {
    caller.require(Permission::SeeAllHouseholds)?;
    let cursors = app.cursors("listRenamings");
    let after: Option<Uuid> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let found = store::list(&mut tx, kind, after, limit).await?;
    let (found, next) = page::cut(found, limit, |renaming| renaming.id);
    Ok((found, cursors.next(next)?))
}

/// Takes a change of names back: all that followed it and still says the new name says the old one again.
pub async fn undo(app: &App, caller: &Caller, id: Uuid) -> Result<Renaming, Problem> {
    caller.require(Permission::KeepRegister)?;
    let mut tx = caller.write(&app.db).await?;
    let renaming = find(&mut tx, id).await?;
    if renaming.undone_at.is_some() {
        return Err(RenamingError::AlreadyUndone.into());
    }
    take_back(&mut tx, caller.at(app.now()), &renaming).await?;
    let after = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(after)
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Renaming, Problem> {
    store::find(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("更名记录", "renaming"))
}

async fn find_unit(tx: &mut Tx, id: Uuid) -> Result<Unit, Problem> {
    unit::find(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("单位", "unit"))
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
        return Err(RenamingError::SameName.into());
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
            check_place(tx, (from, to), said).await?;
            renaming.merges = said.merge;
            let village = |place: &Locality| place.village.clone().unwrap_or_default();
            (renaming.old_town, renaming.old_village) = (from.town.clone(), village(from));
            (renaming.new_town, renaming.new_village) = (to.town.clone(), village(to));
            rename_place(tx, actor, from, to).await?
        }
        Change::Unit { unit_id, from, to } => {
            let found = find_unit(tx, *unit_id).await?;
            let into = unit::find_named(tx, to).await?;
            check_merge(said, into.is_some(), to)?;
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
fn check_merge(said: &Said, is_taken: bool, name: &str) -> Result<(), RenamingError> {
    match (said.merge, is_taken) {
        _ if said.by_import => Ok(()),
        (false, true) => Err(RenamingError::NameTaken(name.to_owned())),
        (true, false) => Err(RenamingError::NothingToJoin(name.to_owned())),
        _ => Ok(()),
    }
}

/// Refuses a change that cannot be made. What an import makes of places it has found to be one: their villages
/// of the same name are one, too.
async fn check_place(
    tx: &mut Tx,
    (from, to): (&Locality, &Locality),
    said: &Said,
) -> Result<(), Problem> {
    if from.village.is_some() != to.village.is_some() {
        return Err(RenamingError::KindsDiffer.into());
    }
    if said.by_import {
        return Ok(());
    }
    if !is_known(tx, from, true).await? {
        return Err(RenamingError::NoSuchPlace(from.clone()).into());
    }
    check_merge(said, is_known(tx, to, false).await?, &to.words())?;
    if from.village.is_none() {
        let shared = area::shared_villages(tx, &from.town, &to.town).await?;
        if !shared.is_empty() {
            return Err(RenamingError::VillagesCollide(shared).into());
        }
    }
    Ok(())
}

/// Whether a household lives in a place or a unit is linked to it; `by_helpers`, or a helper names it.
async fn is_known(tx: &mut Tx, place: &Locality, by_helpers: bool) -> Result<bool, sqlx::Error> {
    let village = place.village.as_deref();
    if area::count(tx, &place.town, village).await? > 0 {
        return Ok(true);
    }
    let links = super::links(tx).await?;
    let helpers = by_helpers && links.helpers_of(&place.town, village) > 0;
    Ok(helpers || links.units_of(&place.town, village) > 0)
}

async fn rename_place(
    tx: &mut Tx,
    actor: Actor<'_>,
    from: &Locality,
    to: &Locality,
) -> Result<Vec<Record>, Problem> {
    // Which other towns have a village of that name: asked before it has another one.
    let others = match &from.village {
        Some(village) => towns_with(tx, village, &from.town).await?,
        None => BTreeSet::new(),
    };
    let mut records = rename_households(tx, actor, from, to).await?;
    records.extend(rename_links(tx, actor, from, to).await?);
    for person in staff::store::all(tx).await? {
        let cells = (person.town.as_deref(), person.village.as_deref());
        let Some((town, village)) = renamed_cells((from, to), cells, &others) else {
            continue;
        };
        records.push(Record {
            subject: subject::HELPER.to_owned(),
            subject_id: person.id,
            town: person.town.clone(),
            village: person.village.clone(),
            new_town: town.clone(),
            new_village: village.clone(),
            had_new: false,
        });
        let after = Staff {
            town,
            village,
            ..person.clone()
        };
        staff::store::change(tx, actor, "rename", &person, &after).await?;
    }
    Ok(records)
}

/// The towns but this one in which there is a village of this name.
async fn towns_with(
    tx: &mut Tx,
    village: &str,
    but: &str,
) -> Result<BTreeSet<String>, sqlx::Error> {
    let mut towns: BTreeSet<_> = area::towns_with(tx, village).await?.into_iter().collect();
    let linked = unit::all_villages(tx).await?.into_values().flatten();
    towns.extend(
        linked
            .filter(|area| area.village == village)
            .map(|area| area.town),
    );
    towns.remove(but);
    Ok(towns)
}

async fn rename_households(
    tx: &mut Tx,
    actor: Actor<'_>,
    from: &Locality,
    to: &Locality,
) -> Result<Vec<Record>, sqlx::Error> {
    let before = area::of_place(tx, &from.town, from.village.as_deref()).await?;
    let mut after = Vec::with_capacity(before.len());
    let mut records = Vec::with_capacity(before.len());
    for household in &before {
        let place = (household.town.as_str(), household.village.as_str());
        let Some((town, village)) = from.renamed(to, place) else {
            continue;
        };
        let named = Named {
            id: household.id,
            town: town.to_owned(),
            village: village.to_owned(),
        };
        records.push(Record {
            subject: subject::HOUSEHOLD.to_owned(),
            subject_id: household.id,
            town: Some(household.town.clone()),
            village: Some(household.village.clone()),
            new_town: Some(named.town.clone()),
            new_village: Some(named.village.clone()),
            had_new: false,
        });
        after.push(named);
    }
    write_names(tx, actor, after).await?;
    Ok(records)
}

/// Writes names to households, those of one village together.
async fn write_names(
    tx: &mut Tx,
    actor: Actor<'_>,
    mut households: Vec<Named>,
) -> Result<(), sqlx::Error> {
    households.sort_by(|one, other| (&one.town, &one.village).cmp(&(&other.town, &other.village)));
    area::rename(tx, actor, &households).await
}

/// Links units to the new name of a village in place of the old one.
async fn rename_links(
    tx: &mut Tx,
    actor: Actor<'_>,
    from: &Locality,
    to: &Locality,
) -> Result<Vec<Record>, Problem> {
    let mut records = Vec::new();
    for (name, villages) in unit::all_villages(tx).await? {
        let mut after: BTreeSet<Area> = villages.iter().cloned().collect();
        let first = records.len();
        for old in &villages {
            let place = (old.town.as_str(), old.village.as_str());
            let Some((town, village)) = from.renamed(to, place) else {
                continue;
            };
            let new = Area::of(town, village);
            after.remove(old);
            let had_new = !after.insert(new.clone());
            records.push(Record {
                subject: subject::UNIT_VILLAGE.to_owned(),
                subject_id: Uuid::nil(),
                town: Some(old.town.clone()),
                village: Some(old.village.clone()),
                new_town: Some(new.town),
                new_village: Some(new.village),
                had_new,
            });
        }
        if records.len() == first {
            continue;
        }
        let Some(found) = unit::find_named(tx, &name).await? else {
            continue;
        };
        for record in &mut records[first..] {
            record.subject_id = found.id;
        }
        unit::set_villages(tx, actor, &found, &after).await?;
    }
    Ok(records)
}

/// Makes a unit part of another: its people and its villages go over, and it is on the register no longer.
async fn join_unit(
    tx: &mut Tx,
    actor: Actor<'_>,
    found: &Unit,
    into: &Unit,
) -> Result<Vec<Record>, Problem> {
    let mut records = Vec::new();
    let people = staff::store::all(tx).await?.into_iter();
    for person in people.filter(|person| person.unit_id == found.id) {
        records.push(Record {
            subject: subject::STAFF_OF_UNIT.to_owned(),
            subject_id: person.id,
            town: None,
            village: None,
            new_town: None,
            new_village: None,
            had_new: false,
        });
        let after = Staff {
            unit_id: into.id,
            unit: into.name.clone(),
            ..person.clone()
        };
        staff::store::change(tx, actor, "merge_units", &person, &after).await?;
    }
    let mut villages: BTreeSet<_> = unit::villages(tx, into.id).await?.into_iter().collect();
    let before = villages.len();
    for village in unit::villages(tx, found.id).await? {
        records.push(Record {
            subject: subject::UNIT_VILLAGE.to_owned(),
            subject_id: found.id,
            town: Some(village.town.clone()),
            village: Some(village.village.clone()),
            new_town: None,
            new_village: None,
            had_new: !villages.insert(village),
        });
    }
    if villages.len() > before {
        unit::set_villages(tx, actor, into, &villages).await?;
    }
    unit::remove(tx, actor, found).await?;
    Ok(records)
}

// Taking back -----------------------------------------------------------------------------------

async fn take_back(tx: &mut Tx, actor: Actor<'_>, renaming: &Renaming) -> Result<(), Problem> {
    let records = store::records(tx, renaming.id).await?;
    match renaming.change() {
        Change::Place { from, to } => place_back(tx, actor, (&from, &to), &records).await?,
        Change::Unit { unit_id, from, to } => match renaming.into_unit_id {
            Some(into) => unit_out_of(tx, actor, (unit_id, &from), into, &records).await?,
            None => unit_back(tx, actor, unit_id, (&from, &to)).await?,
        },
    }
    store::undone(tx, actor, renaming.id).await?;
    Ok(())
}

async fn place_back(
    tx: &mut Tx,
    actor: Actor<'_>,
    (from, to): (&Locality, &Locality),
    records: &[Record],
) -> Result<(), Problem> {
    // Another place may have got the old name since: both would become one.
    if is_known(tx, from, false).await? {
        return Err(RenamingError::NameTaken(from.words()).into());
    }
    if !records.is_empty() && !is_known(tx, to, true).await? {
        return Err(RenamingError::RenamedSince(to.words()).into());
    }
    let standing: HashMap<_, _> = area::of_place(tx, &to.town, to.village.as_deref())
        .await?
        .into_iter()
        .map(|household| (household.id, (household.town, household.village)))
        .collect();
    let of = |wanted: &'static str| records.iter().filter(move |it| it.subject == wanted);
    let still = |record: &&Record| {
        let now = standing.get(&record.subject_id);
        now.is_some_and(|(town, village)| {
            Some(town) == record.new_town.as_ref() && Some(village) == record.new_village.as_ref()
        })
    };
    let named = |record: &Record| {
        Some(Named {
            id: record.subject_id,
            town: record.town.clone()?,
            village: record.village.clone()?,
        })
    };
    let households = of(subject::HOUSEHOLD).filter(still).filter_map(named);
    write_names(tx, actor, households.collect()).await?;
    links_back(tx, actor, of(subject::UNIT_VILLAGE)).await?;
    for record in of(subject::HELPER) {
        let Some(person) = staff::store::find(tx, record.subject_id).await? else {
            continue;
        };
        let now = (&person.town, &person.village);
        if now != (&record.new_town, &record.new_village) {
            continue;
        }
        let after = Staff {
            town: record.town.clone(),
            village: record.village.clone(),
            ..person.clone()
        };
        staff::store::change(tx, actor, "rename", &person, &after).await?;
    }
    Ok(())
}

async fn links_back<'r>(
    tx: &mut Tx,
    actor: Actor<'_>,
    records: impl Iterator<Item = &'r Record>,
) -> Result<(), sqlx::Error> {
    let records: Vec<_> = records.collect();
    for of_unit in records.chunk_by(|one, next| one.subject_id == next.subject_id) {
        let Some(first) = of_unit.first() else {
            continue;
        };
        let Some(found) = unit::find(tx, first.subject_id).await? else {
            continue;
        };
        let mut villages: BTreeSet<_> = unit::villages(tx, found.id).await?.into_iter().collect();
        for record in of_unit {
            let area = |town: &Option<String>, village: &Option<String>| Area {
                town: town.clone().unwrap_or_default(),
                village: village.clone().unwrap_or_default(),
            };
            let new = area(&record.new_town, &record.new_village);
            // A link that was taken away since is not made again.
            if villages.contains(&new) {
                villages.insert(area(&record.town, &record.village));
                if !record.had_new {
                    villages.remove(&new);
                }
            }
        }
        unit::set_villages(tx, actor, &found, &villages).await?;
    }
    Ok(())
}

async fn unit_back(
    tx: &mut Tx,
    actor: Actor<'_>,
    unit_id: Uuid,
    (from, to): (&str, &str),
) -> Result<(), Problem> {
    let found = unit::find(tx, unit_id)
        .await?
        .filter(|unit| unit.name == to);
    let Some(found) = found else {
        return Err(RenamingError::RenamedSince(to.to_owned()).into());
    };
    if unit::find_named(tx, from).await?.is_some() {
        return Err(RenamingError::NameTaken(from.to_owned()).into());
    }
    unit::rename(tx, actor, &found, from).await?;
    Ok(())
}

/// Makes a unit that became part of another one of its own again.
async fn unit_out_of(
    tx: &mut Tx,
    actor: Actor<'_>,
    (unit_id, name): (Uuid, &str),
    into: Uuid,
    records: &[Record],
) -> Result<(), Problem> {
    if unit::find_named(tx, name).await?.is_some() {
        return Err(RenamingError::NameTaken(name.to_owned()).into());
    }
    let Some(into) = unit::find(tx, into).await? else {
        return Err(RenamingError::RenamedSince(name.to_owned()).into());
    };
    unit::put_back(tx, unit_id, name).await?;
    let again = find_unit(tx, unit_id).await?;
    let of = |wanted: &'static str| records.iter().filter(move |it| it.subject == wanted);
    let joined = unit::villages(tx, into.id).await?;
    let mut rest: BTreeSet<_> = joined.iter().cloned().collect();
    let mut own = BTreeSet::new();
    for record in of(subject::UNIT_VILLAGE) {
        let village = Area {
            town: record.town.clone().unwrap_or_default(),
            village: record.village.clone().unwrap_or_default(),
        };
        if !record.had_new {
            rest.remove(&village);
        }
        own.insert(village);
    }
    if rest.len() < joined.len() {
        unit::set_villages(tx, actor, &into, &rest).await?;
    }
    if !own.is_empty() {
        unit::set_villages(tx, actor, &again, &own).await?;
    }
    for record in of(subject::STAFF_OF_UNIT) {
        let person = staff::store::find(tx, record.subject_id).await?;
        let Some(person) = person.filter(|person| person.unit_id == into.id) else {
            continue;
        };
        let after = Staff {
            unit_id,
            unit: name.to_owned(),
            ..person.clone()
        };
        staff::store::change(tx, actor, "merge_units", &person, &after).await?;
    }
    Ok(())
}

// For imports -----------------------------------------------------------------------------------

/// Makes the changes that an import has planned, from a day.
pub async fn apply_planned<'p>(
    tx: &mut Tx,
    actor: Actor<'_>,
    planned: impl Iterator<Item = &'p Planned>,
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

/// Takes back those changes of the actor's import of which this holds, the latest first.
pub async fn take_back_planned(
    tx: &mut Tx,
    actor: Actor<'_>,
    which: impl Fn(&Renaming) -> bool,
) -> Result<(), Problem> {
    for renaming in store::of_import(tx, actor.import()?).await? {
        if which(&renaming) {
            take_back(tx, actor, &renaming).await?;
        }
    }
    Ok(())
}
