//! Constraints of pairs in the database.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::model::{Barrier, Barriers, ConstraintKind, Pin};
use crate::access::history::Actor;
use crate::db::{Ids, Mention, Subject, Tx, Where, mentions};
use crate::household::open::is_open;
use crate::serving::store::names::{helper_names, household_names, join_names};
use crate::{insert, on};

/// A constraint with the names that belong to its ids.
#[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
pub struct Constraint {
    /// Begins with the time at which it was made.
    pub id: Uuid,
    /// What was decided.
    pub kind: ConstraintKind,
    pub(crate) household_id: Uuid,
    pub(crate) household_number: Option<String>,
    pub(crate) head_name: String,
    pub(crate) town: String,
    pub(crate) village: String,
    pub(crate) staff_id: Uuid,
    #[serde(default)]
    pub(crate) staff_number: Option<String>,
    pub(crate) helper: String,
    pub(crate) unit: String,
    pub(crate) reason: String,
    /// When it was decided.
    pub made_at: DateTime<Utc>,
    pub(crate) made_by: String,
    /// When it was removed; none while it binds.
    pub removed_at: Option<DateTime<Utc>>,
    pub(crate) removed_by: Option<String>,
}

const CONSTRAINT: &str = concat!(
    "SELECT pairing_constraint.id AS id, kind, household_id, staff_id, reason, made_at, made_by,
        removed_at, removed_by, ",
    household_names!(),
    ", ",
    helper_names!(),
    " FROM pairing_constraint",
    join_names!("household_id", "staff_id"),
);

/// What a list of constraints may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this household.
    pub household_id: Option<Uuid>,
    /// Only of this helper.
    pub staff_id: Option<Uuid>,
    /// Only of this kind.
    pub kind: Option<ConstraintKind>,
    /// Only those that bind, or only those that were removed.
    pub current: Option<bool>,
}

impl Filter {
    fn conditions(&self) -> Where {
        Where::new()
            .and_if(self.household_id, "household_id = ?")
            .and_if(self.staff_id, "staff_id = ?")
            .and_if(self.kind.map(|kind| kind.to_string()), "kind = ?")
            .and_either(self.current, "removed_at IS NULL", "removed_at IS NOT NULL")
    }
}

/// `None` if there is no constraint with this id, in force or removed.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Constraint>, sqlx::Error> {
    let sql = format!("{CONSTRAINT} WHERE pairing_constraint.id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// A page of constraints, the latest first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Constraint>, sqlx::Error> {
    let mut wanted = filter
        .conditions()
        .beyond(after.map(|id| [id.into()]), "pairing_constraint.id <");
    let limit = wanted.bind(limit + 1);
    let sql = format!("{CONSTRAINT} {wanted} ORDER BY pairing_constraint.id DESC LIMIT {limit}");
    wanted.fetch_all(tx, sql).await
}

/// What is decided of a household and a helper.
#[derive(Clone, Debug, Serialize)]
pub struct NewConstraint {
    /// What is decided.
    pub kind: ConstraintKind,
    pub(crate) household_id: Uuid,
    pub(crate) staff_id: Uuid,
    pub(crate) reason: String,
}

/// Writes a constraint down; gives its id.
pub async fn add(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    new: &NewConstraint,
) -> Result<Uuid, sqlx::Error> {
    let id = Uuid::now_v7();
    insert!(tx, "pairing_constraint", [new], |new| {
        id: id,
        household_id: new.household_id,
        staff_id: new.staff_id,
        kind: new.kind,
        reason: new.reason.as_str(),
        made_at: now,
        made_by: actor,
    })?;
    Ok(id)
}

/// Lets a constraint bind no more, and keeps it.
pub async fn remove(tx: &mut Tx, actor: Actor<'_>, before: &Constraint) -> Result<(), sqlx::Error> {
    let version = ("pairing_constraint", before.id, 1);
    actor.keep(tx, "remove", version, before).await?;
    on!(tx, connection => sqlx::query(
        "UPDATE pairing_constraint SET removed_at = $2, removed_by = $3 WHERE id = $1",
    )
    .bind(before.id)
    .bind(actor.at)
    .bind(actor.account)
    .execute(connection)
    .await
    .map(|_| ()))
}

/// What binds households, by their ids.
#[derive(Debug, Default)]
pub struct Binding {
    /// To whom each is pinned.
    pub pins: HashMap<Uuid, Pin>,
    /// Whom each never has: by decision, or since they stand on its register.
    pub barriers: HashMap<Uuid, Barriers>,
}

/// What binds these households now: their pins and barriers, but of the barriers by register only those
/// of these people.
pub async fn binding(
    tx: &mut Tx,
    households: &Ids<'_>,
    staff: &Ids<'_>,
) -> Result<Binding, sqlx::Error> {
    let mut binding = Binding::default();
    for (household, helper) in on_register(tx, households, staff).await? {
        let barriers = binding.barriers.entry(household).or_default();
        barriers.insert(helper, Barrier::Register);
    }
    for row in decided(tx, households).await? {
        let DecidedRow {
            household_id,
            staff_id: helper,
            name,
            kind,
            reason,
        } = row;
        let barrier = match kind {
            ConstraintKind::Pinned => {
                let pin = Pin {
                    helper,
                    name,
                    reason,
                };
                binding.pins.insert(household_id, pin);
                continue;
            }
            ConstraintKind::Forbidden => Barrier::Forbidden(reason),
            ConstraintKind::Relative => Barrier::Relative(reason),
        };
        let barriers = binding.barriers.entry(household_id).or_default();
        barriers.insert(helper, barrier);
    }
    Ok(binding)
}

#[derive(FromRow)]
struct DecidedRow {
    household_id: Uuid,
    staff_id: Uuid,
    name: String,
    kind: ConstraintKind,
    reason: String,
}

/// What the office decided of these households.
async fn decided(tx: &mut Tx, households: &Ids<'_>) -> Result<Vec<DecidedRow>, sqlx::Error> {
    let sql = format!(
        "SELECT household_id, staff_id, staff.name AS name, kind, reason
         FROM pairing_constraint JOIN staff ON staff.id = staff_id
         WHERE removed_at IS NULL AND {}",
        households.clause("household_id", 1)
    );
    on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in households.parameters() {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })
}

/// Which of these people stand on the register of which of these households, `(household, person)`;
/// closed ones do not count.
async fn on_register(
    tx: &mut Tx,
    households: &Ids<'_>,
    staff: &Ids<'_>,
) -> Result<Vec<(Uuid, Uuid)>, sqlx::Error> {
    // SQLite looks up members for each person, not the other way round, by the order of a CROSS JOIN.
    let sql = format!(
        "SELECT household_id, staff.id FROM staff
         CROSS JOIN member JOIN household ON household.id = household_id
         WHERE staff.identity_number IS NOT NULL AND member.identity_number = staff.identity_number
           AND {} AND {} AND {}",
        is_open("household"),
        staff.clause("staff.id", 1),
        households.clause("household_id", 1 + staff.parameters().len())
    );
    on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in staff.parameters().iter().chain(households.parameters()) {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })
}

/// Constraints, in force or removed, that name these households or people.
pub async fn naming(
    tx: &mut Tx,
    subject: Subject,
    ids: &Ids<'_>,
) -> Result<Vec<Mention>, sqlx::Error> {
    let columns = ("id", subject.column(), "CAST(NULL AS DATE)");
    mentions(tx, "pairing_constraint", columns, ids).await
}
