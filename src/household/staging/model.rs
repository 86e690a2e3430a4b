//! What an import would make of a household.

use sqlx::FromRow;
use uuid::Uuid;

use crate::codes::{Action, LeaveAnswer};
use crate::db::Json;
use crate::household::model::{HouseholdFacts, Member};
use crate::household::store::Household;

/// What is to become of one household.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The household on the register, or the id that a new one will have.
    pub household_id: Uuid,
    /// What is done to it.
    pub action: Action,
    /// The household as it is on the register.
    pub before: Option<Household>,
    /// What the household is to become.
    pub facts: HouseholdFacts,
    /// Where it stands in the file, such as `名册!12`.
    pub place: String,
    /// Whether there is an error at it.
    pub has_errors: bool,
    /// Keys of the undecided questions that it is part of.
    pub conflicts: Vec<String>,
    /// The members who leave it, with what people answered.
    pub departures: Vec<Departure>,
}

/// A member who leaves a household by an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Departure {
    /// Their place among the members of the household as it was, from 0.
    pub position: i64,
    /// What became of them, as people answered.
    pub reason: LeaveAnswer,
}

/// A member who left a household by an import that holds.
#[derive(Clone, Debug)]
pub struct Departed {
    pub(crate) household_id: Uuid,
    /// What became of them, as people answered.
    pub reason: LeaveAnswer,
    /// The member as they were.
    pub member: Member,
}

/// What an import does, or did, to one household.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Entry {
    /// Its place among the households of the import, from 0.
    pub position: i64,
    pub(crate) household_id: Uuid,
    /// What is done to it.
    pub action: Action,
    /// The version that was compared with; 0 for a household that was not on the register.
    pub base_version: i64,
    /// Where it stands in the file.
    pub place: String,
    /// Whether there is an error at it.
    pub has_errors: bool,
    /// Keys of the undecided questions that it is part of.
    #[sqlx(try_from = "Json<Vec<String>>")]
    pub conflicts: Vec<String>,
    /// Whether it can be taken into the register.
    pub good: bool,
}

/// What a household is to become, and what it was.
pub struct Becoming<'a> {
    /// Its place among the households of the import.
    pub position: i64,
    pub(crate) household_id: Uuid,
    /// The facts after the import.
    pub facts: &'a HouseholdFacts,
    /// What it was, for the history.
    pub before: Option<&'a HouseholdFacts>,
}

impl Becoming<'_> {
    /// Name of its head; a household that is closed keeps the name that people know it by.
    pub(super) fn head_name(&self) -> &str {
        let head = self.facts.head();
        let head = head.or_else(|| self.before.and_then(HouseholdFacts::head));
        head.map_or("", |head| head.name.as_str())
    }
}

/// What a household is to become, and what it was.
#[derive(Clone, Debug)]
pub struct Staged {
    /// What it is to become.
    pub facts: HouseholdFacts,
    /// What it was, if it is on the register.
    pub before: Option<serde_json::Value>,
}

/// A household that changed underneath an import, as people find it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Outdated {
    /// Where it stands in the file.
    pub place: String,
    /// 户编号, in the file or on the register.
    pub number: Option<String>,
    /// 户主姓名.
    pub head_name: Option<String>,
}
