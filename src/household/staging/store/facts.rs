//! What households are to become, beside the register: written, and read to be shown.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::codes::Action;
use crate::db::{Engine, Inserts, Json, Tx};
use crate::household::field::{household_fields, member_fields};
use crate::household::model::{HouseholdFacts, Member};
use crate::household::staging::model::{Becoming, Planned, Staged};
use crate::household::staging::store::departures;
use crate::household::store::{HOUSEHOLD_COLUMNS, MEMBER_COLUMNS};
use crate::{inserts, on, order};

/// What is to become of some households of an import, of which the first has this position, ready to
/// be written.
pub fn inserts(
    engine: Engine,
    import_id: Uuid,
    first: i64,
    planned: &[Planned],
) -> Result<[Inserts; 4], sqlx::Error> {
    let departures = departures::inserts(engine, import_id, planned)?;
    let planned: Vec<_> = (first..).zip(planned).collect();
    let entries = inserts!(engine, "import_household", planned, |row| {
        import_id: import_id,
        position: row.0,
        household_id: row.1.household_id,
        action: row.1.action,
        base_version: row.1.before.as_ref().map_or(0, |before| before.version),
        base_import_id: row.1.before.as_ref().and_then(|before| before.import_id),
        place: row.1.place.as_str(),
        has_errors: row.1.has_errors,
        conflicts: Json(&row.1.conflicts),
        good: row.1.action.is_good(row.1.has_errors, &row.1.conflicts),
    })?;
    let becoming: Vec<_> = planned
        .into_iter()
        .filter(|(_, planned)| {
            matches!(
                planned.action,
                Action::New | Action::Changed | Action::Closed
            )
        })
        .map(|(position, planned)| Becoming {
            position,
            household_id: planned.household_id,
            facts: &planned.facts,
            before: planned.before.as_ref().map(|before| &before.facts),
        })
        .collect();
    let [households, members] = facts_inserts(engine, import_id, &becoming)?;
    Ok([entries, households, members, departures])
}

/// A field as it is bound to its column: a list as JSON.
macro_rules! bound {
    ($field:expr) => {
        &$field
    };
    ($field:expr, $($_list:tt)*) => {
        Json(&$field)
    };
}

/// What some households are to become, ready to be written.
pub fn facts_inserts(
    engine: Engine,
    import_id: Uuid,
    households: &[Becoming<'_>],
) -> Result<[Inserts; 2], sqlx::Error> {
    // Many households live in one village.
    let mut areas: HashMap<[&str; 2], String> = HashMap::new();
    for row in households {
        let area = [row.facts.town.as_str(), row.facts.village.as_str()];
        areas.entry(area).or_insert_with(|| order::column(&area));
    }
    macro_rules! staged {
        ($($(#[doc = $_doc:literal])* $(#[sqlx($($list:tt)*)])? $field:ident: $_type:ty $(= $_empty:expr)? $(, $_kind:ident as $(#[$_attribute:meta])* $_view:ty)?;)*) => {
            inserts!(engine, "staged_household", households, |row| {
                import_id: import_id,
                import_position: row.position,
                household_id: row.household_id,
                $($field: bound!(row.facts.$field $(, $($list)*)?),)*
                head_name: row.head_name(),
                area_key: areas[&[row.facts.town.as_str(), row.facts.village.as_str()]].as_str(),
                size: i64::try_from(row.facts.members.len()).unwrap_or(i64::MAX),
                history_id: row.before.map(|_| Uuid::now_v7()),
                subject_id: row.before.map(|_| row.household_id.to_string()),
                before: row.before.map(Json),
            })
        };
    }
    let staged = household_fields!(staged)?;
    let members: Vec<_> = households
        .iter()
        .flat_map(|row| {
            (0_i64..)
                .zip(&row.facts.members)
                .map(move |(position, member)| (row, position, member))
        })
        .collect();
    macro_rules! staged_members {
        ($($(#[$_meta:meta])* $field:ident: $_type:ty $(= $_empty:expr)? $(, $_kind:ident as $(#[$_attribute:meta])* $_view:ty)?;)*) => {
            inserts!(engine, "staged_member", members, |row| {
                import_id: import_id,
                import_position: row.0.position,
                id: row.2.id.unwrap_or_else(Uuid::now_v7),
                household_id: row.0.household_id,
                position: row.1,
                $($field: &row.2.$field,)*
            })
        };
    }
    let members = member_fields!(staged_members)?;
    Ok([staged, members])
}

/// The staged ones among some households of an import, by position.
pub async fn staged(
    tx: &mut Tx,
    import_id: Uuid,
    positions: &[i64],
) -> Result<HashMap<i64, Staged>, sqlx::Error> {
    #[derive(FromRow)]
    struct StagedHousehold {
        import_position: i64,
        before: Option<Json<serde_json::Value>>,
        #[sqlx(flatten)]
        facts: HouseholdFacts,
    }
    #[derive(FromRow)]
    struct StagedMember {
        import_position: i64,
        #[sqlx(flatten)]
        member: Member,
    }
    if positions.is_empty() {
        return Ok(HashMap::new());
    }
    let positions: Vec<_> = positions.iter().map(i64::to_string).collect();
    let within = format!(
        "import_id = $1 AND import_position IN ({})",
        positions.join(",")
    );
    let sql = format!(
        "SELECT import_position, before, {HOUSEHOLD_COLUMNS} FROM staged_household WHERE {within}"
    );
    let households: Vec<StagedHousehold> = on!(&mut *tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).fetch_all(connection).await)?;
    let mut households: HashMap<_, _> = households
        .into_iter()
        .map(|row| {
            let staged = Staged {
                facts: row.facts,
                before: row.before.map(|Json(before)| before),
            };
            (row.import_position, staged)
        })
        .collect();
    let sql = format!(
        "SELECT import_position, {MEMBER_COLUMNS} FROM staged_member WHERE {within}
         ORDER BY import_position, position"
    );
    let members: Vec<StagedMember> = on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).fetch_all(connection).await)?;
    for row in members {
        if let Some(staged) = households.get_mut(&row.import_position) {
            staged.facts.members.push(row.member);
        }
    }
    Ok(households)
}
