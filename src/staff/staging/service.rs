//! Taking people over from an import, and taking that back.

use std::collections::HashMap;

use super::model::Entry;
use super::store as staging;
use crate::access::history::Actor;
use crate::codes::Action;
use crate::db::{Json, Tx};
use crate::staff::model::Staff;
use crate::staff::{store, unit};

/// Takes the people of an import into the register.
pub async fn take_over(
    tx: &mut Tx,
    actor: Actor<'_>,
    entries: &[Entry],
) -> Result<(), sqlx::Error> {
    let mut new = Vec::new();
    let mut changed = Vec::new();
    for entry in entries {
        let facts = entry.facts.0.clone();
        match (entry.action, &entry.before) {
            (Action::New, _) => new.push((entry.staff_id, facts)),
            (Action::Changed, Some(Json(before))) => {
                let active = before.active || entry.returns;
                changed.push((before.clone(), facts, active));
            }
            _ => {}
        }
    }
    let renumbered = changed.iter().filter(|(before, after, _)| {
        before.number != after.number || before.identity_number != after.identity_number
    });
    staging::free_numbers(tx, renumbered.map(|(before, ..)| before.id)).await?;
    store::replace_many(tx, actor, &changed).await?;
    store::add_many(tx, actor, &new).await
}

/// Takes back what [`take_over`] did. `known` are the people as they are now.
pub async fn take_back(
    tx: &mut Tx,
    actor: Actor<'_>,
    entries: &[Entry],
    known: &[Staff],
) -> Result<(), sqlx::Error> {
    let import_id = actor.import()?;
    let known: HashMap<_, _> = known.iter().map(|one| (one.id, one)).collect();
    let touched: Vec<_> = entries
        .iter()
        .filter(|entry| entry.action != Action::Unchanged)
        .filter_map(|entry| Some((entry, *known.get(&entry.staff_id)?)))
        .collect();
    staging::free_numbers(tx, touched.iter().map(|(entry, _)| entry.staff_id)).await?;
    for (entry, now) in touched {
        match &entry.before {
            Some(Json(before)) => {
                let before = in_a_unit(tx, before).await?;
                store::change(tx, actor, "undo", now, &before).await?;
            }
            None => store::remove(tx, actor, "undo", now).await?,
        }
    }
    store::remove_unused_units(tx, import_id).await
}

/// A person as before an import, in a unit that is on the register: the one that they were in may have gone with
/// the import that had brought it, when nobody else was in it.
async fn in_a_unit(tx: &mut Tx, before: &Staff) -> Result<Staff, sqlx::Error> {
    let mut before = before.clone();
    if unit::find(tx, before.unit_id).await?.is_none() {
        match unit::find_named(tx, &before.unit).await? {
            Some(named) => before.unit_id = named.id,
            None => unit::put_back(tx, before.unit_id, &before.unit).await?,
        }
    }
    Ok(before)
}
