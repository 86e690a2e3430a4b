//! What follows a change of names: all that says a place or a unit by name, or belongs to a unit.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::model::{Locality, renamed_cells};
use super::store::{Record, subject};
use crate::access::history::Actor;
use crate::db::Tx;
use crate::household::area::{self, Named};
use crate::problem::Problem;
use crate::staff;
use crate::staff::model::Staff;
use crate::staff::unit::{self, Area, Unit};

/// A unit; 404 if there is none with this id.
pub async fn find_unit(tx: &mut Tx, id: Uuid) -> Result<Unit, Problem> {
    unit::find(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("单位", "unit"))
}

/// Whether a household lives in a place or a unit is linked to it.
pub async fn is_known(tx: &mut Tx, place: &Locality) -> Result<bool, sqlx::Error> {
    let households = area::count(tx, &place.town, place.village.as_deref()).await?;
    Ok(households > 0 || is_linked(tx, place).await?)
}

/// Whether a unit is linked to a place.
pub async fn is_linked(tx: &mut Tx, place: &Locality) -> Result<bool, sqlx::Error> {
    let links = super::links(tx).await?;
    Ok(links.units_of(&place.town, place.village.as_deref()) > 0)
}

/// Whether a place is known, or a helper names it and can mean no village of that name of another town.
pub async fn is_named(tx: &mut Tx, place: &Locality) -> Result<bool, sqlx::Error> {
    if is_known(tx, place).await? {
        return Ok(true);
    }
    let others = other_towns(tx, place).await?;
    Ok(super::links(tx).await?.is_named_by_helpers(place, &others))
}

/// The other towns in which there is a village of the name of this one.
async fn other_towns(tx: &mut Tx, place: &Locality) -> Result<BTreeSet<String>, sqlx::Error> {
    match &place.village {
        Some(village) => towns_with(tx, village, &place.town).await,
        None => Ok(BTreeSet::new()),
    }
}

/// What becomes of helpers who say a village without its town, where another town has one of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ambiguous {
    /// They say both names: either may be meant.
    SayBoth,
    /// They stay as they are.
    Stay,
}

/// Writes the new name of a place to all that says the old one; gives what followed.
pub async fn rename_place(
    tx: &mut Tx,
    actor: Actor<'_>,
    (from, to): (&Locality, &Locality),
    ambiguous: Ambiguous,
) -> Result<Vec<Record>, Problem> {
    // Which other towns have a village of that name: asked before it has another one.
    let others = other_towns(tx, from).await?;
    let mut records = rename_households(tx, actor, from, to).await?;
    records.extend(rename_links(tx, actor, from, to).await?);
    let stays = |person: &Staff| {
        ambiguous == Ambiguous::Stay && person.town.is_none() && !others.is_empty()
    };
    for person in staff::store::all(tx).await? {
        let cells = (person.town.as_deref(), person.village.as_deref());
        if stays(&person) {
            continue;
        }
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
pub async fn write_names(
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
pub async fn join_unit(
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
