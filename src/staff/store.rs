//! Units and staff in the database.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::field::{own_columns, staff_fields};
use super::model::{Staff, StaffFacts};
use crate::access::history::Actor;
use crate::access::person;
use crate::access::search::{Part, Search};
use crate::db::{Ids, Tx, Where};
use crate::identity::IdentityNumber;
use crate::{insert, on, order};

/// What a list of staff may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this unit's.
    pub unit_id: Option<Uuid>,
    /// Only of the unit that bounds the caller's reach.
    pub reached_unit: Option<Uuid>,
    /// Only those who may (or may not) be given households.
    pub active: Option<bool>,
    /// What is searched for: name, 工号, telephone, end of the identity number.
    pub search: Search,
}

impl Filter {
    fn conditions(&self) -> Where {
        let mut wanted = Where::new()
            .and_if(self.unit_id, "unit_id = ?")
            .and_if(self.reached_unit, "unit_id = ?")
            .and_either(self.active, "active", "NOT active");
        if self.search.is_empty() {
            return wanted;
        }
        let columns = [
            (Part::Number, "staff.number"),
            (Part::Name, "staff.name"),
            (Part::StaffTelephone, "staff.phone"),
            (Part::Identity, "staff.identity_number"),
        ];
        let found = self.search.within(&mut wanted, &columns);
        wanted.and(found)
    }

    /// Whether a person who is among the rows is found, by what the caller sees.
    pub fn finds(&self, person: &Staff) -> bool {
        let of = |part, value: Option<&str>| value.is_some_and(|it| self.search.finds(part, it));
        self.search.is_empty()
            || of(Part::Number, person.number.as_deref())
            || of(Part::Name, Some(&person.name))
            || of(Part::StaffTelephone, person.phone.as_deref())
            || of(
                Part::Identity,
                person.identity_number.as_ref().map(IdentityNumber::whole),
            )
    }
}

/// Where a page of staff begins: unit, name and id of the last one of the page before.
pub type UnitKey = (String, String, Uuid);

/// Where the page after this person begins.
pub fn unit_key(person: &Staff) -> UnitKey {
    (person.unit.clone(), person.name.clone(), person.id)
}

/// The columns that hold a field as it is.
macro_rules! columns {
    ($($field:ident)*) => {
        &[$(stringify!($field)),*]
    };
}
const COLUMNS: &[&str] = staff_fields!(own_columns columns);

macro_rules! staff {
    ($($field:ident)*) => {
        concat!(
            "SELECT staff.id AS id, unit_id, unit.name AS unit, active, version, created_at, updated_at",
            $(", staff.", stringify!($field), " AS ", stringify!($field),)*
            " FROM staff JOIN unit ON unit.id = staff.unit_id"
        )
    };
}
const STAFF: &str = staff_fields!(own_columns staff);

/// `None` if there is no person with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Staff>, sqlx::Error> {
    let sql = format!("{STAFF} WHERE staff.id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// The person with this 工号.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<Staff>, sqlx::Error> {
    let sql = format!("{STAFF} WHERE number = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(number).fetch_optional(connection).await)
}

/// All staff, active or not, in the order of their ids.
pub async fn all(tx: &mut Tx) -> Result<Vec<Staff>, sqlx::Error> {
    let sql = format!("{STAFF} ORDER BY staff.id");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).fetch_all(connection).await)
}

/// By unit and name, in the order of names ([`crate::order`]).
pub fn unit_order((unit, name, id): &UnitKey) -> impl Ord + use<> {
    (order::key(unit), order::key(name), *id)
}

/// Where the people of a list stand, in their order.
pub async fn sorted(tx: &mut Tx, filter: &Filter) -> Result<Vec<UnitKey>, sqlx::Error> {
    let wanted = filter.conditions();
    let sql = format!(
        "SELECT unit.name, staff.name, staff.id FROM staff JOIN unit ON unit.id = staff.unit_id {wanted}"
    );
    let mut people: Vec<UnitKey> = wanted.fetch_all(tx, sql).await?;
    people.sort_by_cached_key(unit_order);
    Ok(people)
}

/// These people, in the order of their ids here.
pub async fn some(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Staff>, sqlx::Error> {
    let these = Ids::These(ids);
    let sql = format!("{STAFF} WHERE {}", these.clause("staff.id", 1));
    let people: Vec<Staff> = on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in these.parameters() {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })?;
    let mut by_id: HashMap<_, _> = people.into_iter().map(|it| (it.id, it)).collect();
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// All units, id by name.
pub async fn unit_ids(tx: &mut Tx) -> Result<HashMap<String, Uuid>, sqlx::Error> {
    let rows: Vec<(String, Uuid)> = on!(tx, connection => sqlx::query_as("SELECT name, id FROM unit")
        .fetch_all(connection).await)?;
    Ok(rows.into_iter().collect())
}

/// Adds people who were not on the register, active, and the units that are new with them.
pub async fn add_many(
    tx: &mut Tx,
    actor: Actor<'_>,
    people: &[(Uuid, StaffFacts)],
) -> Result<(), sqlx::Error> {
    let units = add_units(
        tx,
        actor.import_id,
        people.iter().map(|(_, facts)| facts.unit.as_str()),
    )
    .await?;
    macro_rules! add {
        ($($field:ident)*) => {
            insert!(tx, "staff", people, |person| {
                id: person.0,
                unit_id: units.get(&person.1.unit),
                $($field: &person.1.$field,)*
                active: true,
                version: 1_i64,
                import_id: actor.import_id,
                created_at: actor.at,
                updated_at: actor.at,
            })
        };
    }
    staff_fields!(own_columns add)
}

/// Replaces the facts of people and whether they are active, and keeps what they were.
pub async fn replace_many(
    tx: &mut Tx,
    actor: Actor<'_>,
    changes: &[(Staff, StaffFacts, bool)],
) -> Result<(), sqlx::Error> {
    let units = add_units(
        tx,
        actor.import_id,
        changes.iter().map(|(_, after, _)| after.unit.as_str()),
    )
    .await?;
    for (before, after, active) in changes {
        let after = Staff {
            unit_id: units.get(&after.unit).copied().unwrap_or(before.unit_id),
            active: *active,
            ..before.with(after.clone())
        };
        change(tx, actor, "import", before, &after).await?;
    }
    Ok(())
}

/// Replaces one person's record, and keeps what it was. The unit must exist. All code by which a person
/// leaves or comes back calls this. It closes the person's accounts, on the way back too: versions
/// before this rule left some open, and nobody should log in with those again.
pub async fn change(
    tx: &mut Tx,
    actor: Actor<'_>,
    action: &str,
    before: &Staff,
    after: &Staff,
) -> Result<(), sqlx::Error> {
    let version = ("staff", before.id, before.version);
    actor.keep(tx, action, version, before).await?;
    if before.active != after.active {
        person::close_accounts(tx, actor, before.id).await?;
    }
    let facts: Vec<_> = COLUMNS
        .iter()
        .zip(6..)
        .map(|(column, parameter)| format!("{column} = ${parameter}"))
        .collect();
    let sql = format!(
        "UPDATE staff SET unit_id = $2, active = $3, import_id = COALESCE($4, import_id),
             updated_at = $5, version = version + 1, {}
         WHERE id = $1",
        facts.join(", ")
    );
    macro_rules! update {
        ($($field:ident)*) => {
            on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
                .bind(before.id)
                .bind(after.unit_id)
                .bind(after.active)
                .bind(actor.import_id)
                .bind(actor.at)
                $(.bind(&after.$field))*
                .execute(connection)
                .await
                .map(|_| ()))
        };
    }
    staff_fields!(own_columns update)
}

/// Removes one person's record, and keeps what it was. Nothing else may name the person.
pub async fn remove(
    tx: &mut Tx,
    actor: Actor<'_>,
    action: &str,
    before: &Staff,
) -> Result<(), sqlx::Error> {
    let version = ("staff", before.id, before.version);
    actor.keep(tx, action, version, before).await?;
    on!(tx, connection => sqlx::query("DELETE FROM staff WHERE id = $1")
        .bind(before.id).execute(connection).await.map(|_| ()))
}

/// Removes the units that came with an import and that nobody uses.
pub async fn remove_unused_units(tx: &mut Tx, import_id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query(
        "DELETE FROM unit WHERE import_id = $1
             AND NOT EXISTS (SELECT 1 FROM staff WHERE staff.unit_id = unit.id)
             AND NOT EXISTS (SELECT 1 FROM unit_village WHERE unit_village.unit_id = unit.id)",
    )
    .bind(import_id)
    .execute(connection)
    .await
    .map(|_| ()))
}

/// Adds the units of these names that are not there yet; gives all units, id by name.
async fn add_units(
    tx: &mut Tx,
    import_id: Option<Uuid>,
    names: impl Iterator<Item = &str>,
) -> Result<HashMap<String, Uuid>, sqlx::Error> {
    let mut units = unit_ids(tx).await?;
    let mut new = Vec::new();
    for name in names {
        if !units.contains_key(name) {
            let id = Uuid::now_v7();
            units.insert(name.to_owned(), id);
            new.push((id, name));
        }
    }
    insert!(tx, "unit", new, |unit| { id: unit.0, name: unit.1, import_id: import_id })?;
    Ok(units)
}
