//! What an import would make of staff, written beside the register until it is done; it stays as the
//! record of the import.

use std::collections::{HashMap, HashSet};

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::model::{Staff, StaffFacts};
use super::store;
use crate::access::history::Actor;
use crate::code_list::CodeList;
use crate::codes::Action;
use crate::db::{Ids, Json, Tx};
use crate::{insert, on};

/// What is to become of one person.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The person on the register, or the id that a new one will have.
    pub staff_id: Uuid,
    /// What is done.
    pub action: Action,
    /// The person as on the register.
    pub before: Option<Staff>,
    /// What the roster says.
    pub facts: StaffFacts,
    /// Where it stands in the file, such as `名册!12`.
    pub place: String,
    /// Whether there is an error at it.
    pub has_errors: bool,
    /// Keys of the undecided questions that it is part of.
    pub conflicts: Vec<String>,
}

impl Planned {
    /// Whether the person can be taken into the register.
    pub fn is_good(&self) -> bool {
        !self.has_errors && self.conflicts.is_empty() && self.action != Action::LeftOut
    }
}

/// What an import does, or did, to one person.
#[derive(Clone, Debug, FromRow)]
pub struct Entry {
    /// The person's place among those of the import, from 0.
    pub position: i64,
    /// The person.
    pub staff_id: Uuid,
    /// What is done.
    pub action: Action,
    /// The version that was compared with; 0 for a person who was not on the register.
    pub base_version: i64,
    /// Where it stands in the file.
    pub place: String,
    /// Whether there is an error at it.
    pub has_errors: bool,
    /// Keys of the undecided questions that it is part of.
    #[sqlx(try_from = "Json<Vec<String>>")]
    pub conflicts: Vec<String>,
    /// The person as on the register.
    pub before: Option<Json<Staff>>,
    /// What the roster says.
    pub facts: Json<StaffFacts>,
}

const ENTRY: &str =
    "position, staff_id, action, base_version, place, has_errors, conflicts, before,
    facts";

/// Writes what is to become of some people, of whom the first has this position.
pub async fn add(
    tx: &mut Tx,
    import_id: Uuid,
    first: i64,
    planned: &[Planned],
) -> Result<(), sqlx::Error> {
    let planned: Vec<_> = (first..).zip(planned).collect();
    insert!(tx, "import_staff", planned, |row| {
        import_id: import_id,
        position: row.0,
        staff_id: row.1.staff_id,
        action: row.1.action,
        base_version: row.1.before.as_ref().map_or(0, |before| before.version),
        place: row.1.place.as_str(),
        has_errors: row.1.has_errors,
        conflicts: Json(&row.1.conflicts),
        before: row.1.before.as_ref().map(Json),
        facts: Json(&row.1.facts),
    })
}

/// Forgets what was to become of the staff of an import.
pub async fn clear(tx: &mut Tx, import_id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM import_staff WHERE import_id = $1")
        .bind(import_id).execute(connection).await.map(|_| ()))
}

/// What an import does to people, in the order of the file, after a position, at most `limit` and one
/// more: one action, or all that do something.
pub async fn list(
    tx: &mut Tx,
    import_id: Uuid,
    action: Option<Action>,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    let sql = format!(
        "SELECT {ENTRY} FROM import_staff
         WHERE import_id = $1 AND position > $2
             AND (action = $4 OR NOT $3 AND action NOT IN ('unchanged', 'absent'))
         ORDER BY position LIMIT $5"
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).bind(after)
        .bind(action.is_some()).bind(action.map_or("", CodeList::code))
        .bind(limit + 1)
        .fetch_all(connection).await)
}

/// Those of the people of an import who are, or were, taken into the register.
pub async fn taken(tx: &mut Tx, import_id: Uuid) -> Result<Vec<Entry>, sqlx::Error> {
    let sql = format!(
        "SELECT {ENTRY} FROM import_staff
         WHERE import_id = $1 AND NOT has_errors AND conflicts = '[]' AND action IN ('new', 'changed', 'unchanged')
         ORDER BY position"
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).fetch_all(connection).await)
}

/// Those who are no longer as they were when the import was checked, or need a 工号 or an identity
/// number that someone else has got meanwhile.
pub fn outdated<'e>(entries: &'e [Entry], known: &[Staff]) -> Vec<&'e Entry> {
    let replaced: HashSet<_> = entries.iter().map(|entry| entry.staff_id).collect();
    let versions: HashMap<_, _> = known.iter().map(|one| (one.id, one.version)).collect();
    let others = || known.iter().filter(|one| !replaced.contains(&one.id));
    let numbers: HashSet<_> = others().filter_map(|one| one.number.as_ref()).collect();
    let identities: HashSet<_> = others()
        .filter_map(|one| one.identity_number.as_ref())
        .collect();
    let is_outdated = |entry: &&Entry| {
        let facts = &entry.facts.0;
        let version = versions.get(&entry.staff_id).copied().unwrap_or(0);
        let held = |number: &Option<String>| number.as_ref().is_some_and(|it| numbers.contains(it));
        version != entry.base_version
            || held(&facts.number)
            || facts
                .identity_number
                .as_ref()
                .is_some_and(|it| identities.contains(it))
    };
    entries.iter().filter(is_outdated).collect()
}

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
            (Action::Changed, Some(Json(before))) => changed.push((before.clone(), facts)),
            _ => {}
        }
    }
    let renumbered = changed.iter().filter(|(before, after)| {
        before.number != after.number || before.identity_number != after.identity_number
    });
    free_numbers(tx, renumbered.map(|(before, _)| before.id)).await?;
    store::replace_many(tx, actor, &changed).await?;
    store::add_many(tx, actor, &new).await
}

/// Two people may exchange their numbers, which are unique at every moment.
async fn free_numbers(tx: &mut Tx, ids: impl Iterator<Item = Uuid>) -> Result<(), sqlx::Error> {
    for id in ids {
        on!(&mut *tx, connection => sqlx::query(
            "UPDATE staff SET number = NULL, identity_number = NULL WHERE id = $1",
        )
        .bind(id)
        .execute(connection)
        .await
        .map(|_| ()))?;
    }
    Ok(())
}

/// The people whom a committed import added.
pub fn added_by(import_id: Uuid) -> Ids<'static> {
    const ADDED_STAFF: &str = "SELECT staff_id FROM import_staff
        WHERE import_id = {} AND NOT has_errors AND action = 'new'";
    Ids::Given(ADDED_STAFF, import_id)
}

/// Those of a committed import who are no longer as it left them.
pub fn changed_since<'e>(entries: &'e [Entry], known: &[Staff]) -> Vec<&'e Entry> {
    let versions: HashMap<_, _> = known.iter().map(|one| (one.id, one.version)).collect();
    entries
        .iter()
        .filter(|entry| entry.action != Action::Unchanged)
        .filter(|entry| versions.get(&entry.staff_id) != Some(&(entry.base_version + 1)))
        .collect()
}

/// People who have got a 工号 or an identity number that one of the entries had before.
pub fn holders<'k>(entries: &[Entry], known: &'k [Staff]) -> Vec<&'k Staff> {
    let ids: HashSet<_> = entries.iter().map(|entry| entry.staff_id).collect();
    let before = || {
        entries
            .iter()
            .filter_map(|entry| entry.before.as_ref().map(|Json(before)| before))
    };
    let numbers: HashSet<_> = before().filter_map(|one| one.number.as_ref()).collect();
    let identities: HashSet<_> = before()
        .filter_map(|one| one.identity_number.as_ref())
        .collect();
    known
        .iter()
        .filter(|one| !ids.contains(&one.id))
        .filter(|one| {
            one.number.as_ref().is_some_and(|it| numbers.contains(it))
                || one
                    .identity_number
                    .as_ref()
                    .is_some_and(|it| identities.contains(it))
        })
        .collect()
}

/// Takes back what [`take_over`] did. `known` are the people as they are now.
pub async fn take_back(
    tx: &mut Tx,
    actor: Actor<'_>,
    entries: &[Entry],
    known: &[Staff],
) -> Result<(), sqlx::Error> {
    let known: HashMap<_, _> = known.iter().map(|one| (one.id, one)).collect();
    let touched: Vec<_> = entries
        .iter()
        .filter(|entry| entry.action != Action::Unchanged)
        .filter_map(|entry| Some((entry, *known.get(&entry.staff_id)?)))
        .collect();
    free_numbers(tx, touched.iter().map(|(entry, _)| entry.staff_id)).await?;
    for (entry, now) in touched {
        match &entry.before {
            Some(Json(before)) => {
                store::change(tx, actor, "undo", now, before).await?;
            }
            None => store::remove(tx, actor, "undo", now).await?,
        }
    }
    match actor.import_id {
        Some(import_id) => store::remove_unused_units(tx, import_id).await,
        None => Ok(()),
    }
}
