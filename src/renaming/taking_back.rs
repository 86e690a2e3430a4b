//! Taking a change of names back.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::error::RenamingError;
use super::follow::{Ambiguous, find_unit, is_known, rename_place, write_names};
use super::model::{Change, Locality, Renaming};
use super::store::{self, Record, subject};
use crate::access::history::Actor;
use crate::db::Tx;
use crate::household::area::{self, Named};
use crate::problem::Problem;
use crate::staff;
use crate::staff::model::Staff;
use crate::staff::unit::{self, Area};

/// Why a change cannot be taken back now: one that came later rests on it, or its old name is another's by now.
pub async fn obstacle(
    tx: &mut Tx,
    renaming: &Renaming,
) -> Result<Option<RenamingError>, sqlx::Error> {
    let later = store::holding_after(tx, renaming.id).await?;
    let mut later = later.iter().filter(|later| {
        // What one import changes, it takes back as a whole.
        let together = later.import_id.is_some() && later.import_id == renaming.import_id;
        !together && later.rests_on(renaming)
    });
    if let Some(latest) = later.next_back() {
        let (_, name) = renaming.change().words();
        let later = latest.words();
        return Ok(Some(RenamingError::RenamedSince { name, later }));
    }
    let (is_taken, name) = match renaming.change() {
        Change::Place { from, .. } => (is_known(tx, &from).await?, from.words()),
        Change::Unit { from, .. } => (unit::find_named(tx, &from).await?.is_some(), from),
    };
    Ok(is_taken.then_some(RenamingError::NameTaken(name)))
}

/// Takes a change back, for which there is no [`obstacle`]: what followed it and still says the new name says
/// the old one again. Where the new name was no other's before, what came under it since follows, too: it is of
/// the same place. A place that became part of another keeps what came later.
pub async fn take_back(tx: &mut Tx, actor: Actor<'_>, renaming: &Renaming) -> Result<(), Problem> {
    let records = store::records(tx, renaming.id).await?;
    match renaming.change() {
        Change::Place { from, to } => {
            place_back(tx, actor, &to, &records).await?;
            if !renaming.merges {
                rename_place(tx, actor, (&to, &from), Ambiguous::Stay).await?;
            }
        }
        Change::Unit { unit_id, from, .. } => {
            if let Some(into) = renaming.into_unit_id {
                unit_out_of(tx, actor, (unit_id, &from), into, &records).await?;
            } else {
                let found = find_unit(tx, unit_id).await?;
                unit::rename(tx, actor, &found, &from).await?;
            }
        }
    }
    store::undone(tx, actor, renaming.id).await?;
    Ok(())
}

async fn place_back(
    tx: &mut Tx,
    actor: Actor<'_>,
    to: &Locality,
    records: &[Record],
) -> Result<(), Problem> {
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

/// Makes a unit that became part of another one of its own again.
async fn unit_out_of(
    tx: &mut Tx,
    actor: Actor<'_>,
    (unit_id, name): (Uuid, &str),
    into: Uuid,
    records: &[Record],
) -> Result<(), Problem> {
    let into = find_unit(tx, into).await?;
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
