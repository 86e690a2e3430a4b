//! What an import does to each record, field by field: before it is committed by what is staged,
//! afterwards by the history.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::model::Import;
use super::state::ImportState;
use crate::access::history;
use crate::code_list::CodeList;
use crate::codes::Action;
use crate::db::{Json, Tx, page};
use crate::household;
use crate::household::model::HouseholdFacts;
use crate::household::staging::{self, Entry};
use crate::household::store::Household;
use crate::import::change::{self, FieldChange};
use crate::import::report::ConflictKind;
use crate::roster::report::RosterKind;
use crate::{pairing, staff};

/// What an import does to one record.
#[derive(Clone, Debug)]
pub struct Change {
    /// The household, or the person of the staff.
    pub subject_id: Uuid,
    /// What is done to it.
    pub action: Action,
    /// Where it stands in the file.
    pub place: String,
    /// Whether there is an error at it.
    pub has_errors: bool,
    /// Keys of the undecided questions that it is part of.
    pub conflicts: Vec<String>,
    /// Whether it can be taken into the register.
    pub good: bool,
    /// 户编号 or 工号.
    pub number: Option<String>,
    /// 户主姓名 or 姓名.
    pub name: String,
    /// 镇、村 or 单位.
    pub area: String,
    /// The fields that change; of a household or person that is new, none.
    pub fields: Vec<FieldChange>,
}

/// A page of what an import does to records, and where the next one begins: one action, or all that do
/// something.
pub async fn changes(
    tx: &mut Tx,
    import: &Import,
    action: Option<Action>,
    after: Option<i64>,
    limit: i64,
) -> Result<(Vec<Change>, Option<page::Last<i64>>), sqlx::Error> {
    let after = after.unwrap_or(-1);
    match import.kind {
        RosterKind::Households => {
            let entries = staging::list(tx, import.id, action, after, limit).await?;
            let (entries, next) = page::cut(entries, limit, |entry| entry.position);
            Ok((of_households(tx, import, entries).await?, next))
        }
        RosterKind::Staff => {
            let entries = staff::staging::list(tx, import.id, action, after, limit).await?;
            let (entries, next) = page::cut(entries, limit, |entry| entry.position);
            Ok((entries.into_iter().map(of_person).collect(), next))
        }
        RosterKind::Pairings => {
            let entries = pairing::import::store::list(tx, import.id, action, after, limit).await?;
            let (entries, next) = page::cut(entries, limit, |entry| entry.position);
            Ok((entries.into_iter().map(of_pair).collect(), next))
        }
    }
}

async fn of_households(
    tx: &mut Tx,
    import: &Import,
    entries: Vec<Entry>,
) -> Result<Vec<Change>, sqlx::Error> {
    let is_done = matches!(import.state, ImportState::Committed | ImportState::Undone);
    let ids: Vec<_> = entries.iter().map(|entry| entry.household_id).collect();
    let register = household::store::some(tx, &ids).await?;
    let mut staged = if is_done {
        std::collections::HashMap::new()
    } else {
        let positions: Vec<_> = entries.iter().map(|entry| entry.position).collect();
        staging::staged(tx, import.id, &positions).await?
    };
    let departures = staging::departures(tx, import.id, &ids).await?;
    let mut changes = Vec::with_capacity(entries.len());
    for entry in entries {
        let now = register.get(&entry.household_id);
        let staged = staged.remove(&entry.position);
        let departed = departures.get(&entry.household_id);
        let departed = departed.map_or(&[][..], Vec::as_slice);
        let mut fields = match &staged {
            Some(staged) => staged.before.as_ref().map_or_else(Vec::new, |before| {
                let facts = json(&staged.facts);
                change::between_as_answered(import.kind, before, &facts, departed)
            }),
            None if is_done && entry.base_version > 0 => {
                of_history(tx, &entry, now, departed).await?
            }
            None => Vec::new(),
        };
        let is_left = |key: &String| key.starts_with(&format!("{}:", ConflictKind::Left.code()));
        let is_undecided = entry.has_errors || entry.conflicts.iter().any(is_left);
        change::add_reasons(&mut fields, departed, is_undecided);
        let facts = staged
            .as_ref()
            .map(|staged| &staged.facts)
            .or(now.map(|household| &household.facts));
        changes.push(named(entry, facts, now, fields));
    }
    Ok(changes)
}

fn named(
    entry: Entry,
    facts: Option<&HouseholdFacts>,
    now: Option<&Household>,
    fields: Vec<FieldChange>,
) -> Change {
    let head = facts.and_then(HouseholdFacts::head);
    let name = head.map(|head| &head.name);
    Change {
        subject_id: entry.household_id,
        action: entry.action,
        place: entry.place,
        has_errors: entry.has_errors,
        conflicts: entry.conflicts,
        good: entry.good,
        number: facts.and_then(|facts| facts.number.clone()),
        name: name
            .or(now.map(|household| &household.head_name))
            .cloned()
            .unwrap_or_default(),
        area: facts.map_or_else(String::new, |facts| {
            format!("{}{}", facts.town, facts.village)
        }),
        fields,
    }
}

/// What a committed import changed in a household: what it was, against what came after it.
async fn of_history(
    tx: &mut Tx,
    entry: &Entry,
    now: Option<&Household>,
    departed: &[staging::Departure],
) -> Result<Vec<FieldChange>, sqlx::Error> {
    if matches!(entry.action, Action::Unchanged | Action::Absent) {
        return Ok(Vec::new());
    }
    let history = history::of(tx, "household", &entry.household_id.to_string()).await?;
    let version = |version: i64| {
        let found = history.iter().find(|entry| entry.version == version);
        found.map(|entry| entry.before.0.clone())
    };
    let after = version(entry.base_version + 1).or_else(|| now.map(|now| json(&now.facts)));
    Ok(match (version(entry.base_version), after) {
        (Some(before), Some(after)) => {
            change::between_as_answered(RosterKind::Households, &before, &after, departed)
        }
        _ => Vec::new(),
    })
}

fn of_person(entry: staff::staging::Entry) -> Change {
    let Json(facts) = entry.facts;
    let fields = entry.before.map_or_else(Vec::new, |Json(before)| {
        change::between(RosterKind::Staff, &json(&before.facts()), &json(&facts))
    });
    Change {
        subject_id: entry.staff_id,
        action: entry.action,
        place: entry.place,
        has_errors: entry.has_errors,
        good: entry.action.is_good(entry.has_errors, &entry.conflicts),
        conflicts: entry.conflicts,
        number: facts.number,
        name: facts.name,
        area: facts.unit,
        fields,
    }
}

/// Who becomes responsible for a household, and from which day on.
fn of_pair(entry: pairing::import::model::Entry) -> Change {
    let becomes = |field: &str, new| FieldChange {
        kind: RosterKind::Pairings,
        pointer: format!("/{field}"),
        old: None,
        new,
        person: None,
    };
    let fields = match entry.pair.action {
        Action::New => vec![
            becomes("helper", entry.helper_name),
            becomes("from_date", Some(entry.pair.from_date.to_string())),
        ],
        _ => Vec::new(),
    };
    Change {
        subject_id: entry.pair.household_id,
        action: entry.pair.action,
        place: entry.place,
        has_errors: false,
        conflicts: Vec::new(),
        good: true,
        number: entry.number,
        name: entry.head_name.unwrap_or_default(),
        area: [entry.town, entry.village].into_iter().flatten().collect(),
        fields,
    }
}

fn json(facts: &impl Serialize) -> Value {
    serde_json::to_value(facts).unwrap_or_default()
}
