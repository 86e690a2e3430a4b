//! What is to become of people, and which of them cannot be taken over any more.

use std::collections::{HashMap, HashSet};

use sqlx::FromRow;
use uuid::Uuid;

use crate::codes::Action;
use crate::db::Json;
use crate::staff::model::{Staff, StaffFacts};

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
    /// Whether one who had left is active again.
    pub returns: bool,
}

impl Planned {
    /// Whether the person can be taken into the register.
    pub fn is_good(&self) -> bool {
        self.action.is_good(self.has_errors, &self.conflicts)
    }
}

/// What an import does, or did, to one person.
#[derive(Clone, Debug, FromRow)]
pub struct Entry {
    /// The person's place among those of the import, from 0.
    pub position: i64,
    pub(crate) staff_id: Uuid,
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
    /// Whether one who had left is active again.
    pub returns: bool,
    /// The person as on the register.
    pub before: Option<Json<Staff>>,
    /// What the roster says.
    pub facts: Json<StaffFacts>,
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
        let is_taken =
            |number: &Option<String>| number.as_ref().is_some_and(|it| numbers.contains(it));
        version != entry.base_version
            || is_taken(&facts.number)
            || facts
                .identity_number
                .as_ref()
                .is_some_and(|it| identities.contains(it))
    };
    entries.iter().filter(is_outdated).collect()
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
