//! What an import would make of households, written beside the register row by row, so that taking
//! it over is a handful of statements and holds nobody up for long.
//!
//! `import_household` says what is to be done to each household and stays as the record of it;
//! `staged_household` and `staged_member` hold what the households are to become, until that is
//! done.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::fields::{household_fields, member_fields};
use super::model::{HouseholdFacts, Member};
use super::store::{HOUSEHOLD_COLUMNS, Household, MEMBER_COLUMNS};
use crate::access::history::Actor;
use crate::code_list::CodeList;
use crate::codes::Action;
use crate::db::{Engine, Ids, Inserts, Json, Tx};
use crate::{inserts, on};

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
}

/// What an import does, or did, to one household.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Entry {
    /// Its place among the households of the import, from 0.
    pub position: i64,
    /// The household.
    pub household_id: Uuid,
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

const ENTRY: &str =
    "position, household_id, action, base_version, place, has_errors, conflicts, good";

/// What is to become of some households of an import, of which the first has this position, ready to
/// be written.
pub fn inserts(
    engine: Engine,
    import_id: Uuid,
    first: i64,
    planned: &[Planned],
) -> Result<[Inserts; 3], sqlx::Error> {
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
        good: !row.1.has_errors
            && row.1.conflicts.is_empty()
            && row.1.action != Action::LeftOut,
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
    Ok([entries, households, members])
}

/// What a household is to become, and what it was.
pub struct Becoming<'a> {
    /// Its place among the households of the import.
    pub position: i64,
    /// The household.
    pub household_id: Uuid,
    /// What it is to become.
    pub facts: &'a HouseholdFacts,
    /// What it was, for the history.
    pub before: Option<&'a HouseholdFacts>,
}

impl Becoming<'_> {
    /// Name of its head; a household that is closed keeps the name that people know it by.
    fn head_name(&self) -> &str {
        let head = self.facts.head();
        let head = head.or_else(|| self.before.and_then(HouseholdFacts::head));
        head.map_or("", |head| head.name.as_str())
    }
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
    macro_rules! staged {
        ($($(#[doc = $_doc:literal])* $(#[sqlx($($list:tt)*)])? $field:ident: $_type:ty $(= $_empty:expr)? $(, $_kind:ident as $(#[$_attribute:meta])* $_view:ty)?;)*) => {
            inserts!(engine, "staged_household", households, |row| {
                import_id: import_id,
                import_position: row.position,
                household_id: row.household_id,
                $($field: bound!(row.facts.$field $(, $($list)*)?),)*
                head_name: row.head_name(),
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
                id: Uuid::now_v7(),
                household_id: row.0.household_id,
                position: row.1,
                $($field: &row.2.$field,)*
            })
        };
    }
    let members = member_fields!(staged_members)?;
    Ok([staged, members])
}

/// Staged households and what is to be done to them.
const PLAN: &str = "import_household AS plan ON plan.import_id = staged.import_id
    AND plan.position = staged.import_position AND plan.good";
/// What is done to a household that is on the register.
const REPLACED: &str = "plan.action IN ('changed', 'closed')";
const ADDED: &str = "plan.action = 'new'";
const TOUCHED: &str = "plan.action IN ('new', 'changed', 'closed')";

/// Positions of good households that need a 户编号 or a person whom another household of the
/// register holds, and keeps when this import is done.
const CLASHING: &str = "SELECT staged.import_position
    FROM staged_member AS staged
    JOIN member ON member.identity_number = staged.identity_number
        AND member.household_id <> staged.household_id
    LEFT JOIN import_household AS plan ON plan.import_id = staged.import_id
        AND plan.household_id = member.household_id AND plan.good AND plan.action IN ('changed', 'closed')
    WHERE staged.import_id = $1 AND plan.household_id IS NULL
    UNION
    SELECT staged.import_position
    FROM staged_household AS staged
    JOIN household ON household.number = staged.number AND household.id <> staged.household_id
    LEFT JOIN import_household AS plan ON plan.import_id = staged.import_id
        AND plan.household_id = household.id AND plan.good AND plan.action IN ('changed', 'closed')
    WHERE staged.import_id = $1 AND plan.household_id IS NULL";

/// A household that cannot be taken in keeps its persons and its number: whoever was to get them
/// cannot be taken in either.
pub async fn settle(tx: &mut Tx, import_id: Uuid) -> Result<(), sqlx::Error> {
    let held: i64 = on!(&mut *tx, connection => sqlx::query_scalar(
        "SELECT count(*) FROM import_household
         WHERE import_id = $1 AND NOT good AND base_version > 0",
    )
    .bind(import_id)
    .fetch_one(connection)
    .await)?;
    if held == 0 {
        return Ok(());
    }
    let sql = format!(
        "UPDATE import_household SET good = FALSE
         WHERE import_id = $1 AND good AND position IN ({CLASHING})"
    );
    while run(tx, &sql, import_id).await? > 0 {}
    Ok(())
}

async fn run(tx: &mut Tx, sql: &str, import_id: Uuid) -> Result<u64, sqlx::Error> {
    let sql = sql.to_owned();
    on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(import_id)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))
}

/// How many households of each kind an import holds: of all, or only of those that can be taken in.
pub async fn counts(
    tx: &mut Tx,
    import_id: Uuid,
    good_only: bool,
) -> Result<HashMap<Action, i64>, sqlx::Error> {
    let rows: Vec<(Action, i64)> = on!(tx, connection => sqlx::query_as(
        "SELECT action, count(*) FROM import_household
         WHERE import_id = $1 AND (NOT $2 OR good) GROUP BY action",
    )
    .bind(import_id)
    .bind(good_only)
    .fetch_all(connection)
    .await)?;
    Ok(rows.into_iter().collect())
}

/// Households that are not on the register any more as they were when the import was checked.
pub async fn outdated(tx: &mut Tx, import_id: Uuid) -> Result<i64, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT count(*) FROM import_household AS plan
         LEFT JOIN household ON household.id = plan.household_id
         WHERE plan.import_id = $1 AND plan.good AND plan.action IN ('changed', 'closed', 'unchanged')
             AND COALESCE(household.version, 0) <> plan.base_version",
    )
    .bind(import_id)
    .fetch_one(connection)
    .await)
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

/// The first of the households that changed underneath an import: others wrote them, or gave what
/// they need to another household.
pub async fn first_outdated(
    tx: &mut Tx,
    import_id: Uuid,
    limit: i64,
) -> Result<Vec<Outdated>, sqlx::Error> {
    let sql = format!(
        "SELECT plan.place AS place, COALESCE(staged.number, household.number) AS number,
             COALESCE(staged.head_name, household.head_name) AS head_name
         FROM import_household AS plan
         LEFT JOIN household ON household.id = plan.household_id
         LEFT JOIN staged_household AS staged ON staged.import_id = plan.import_id
             AND staged.import_position = plan.position
         WHERE plan.import_id = $1 AND plan.good AND (
             (plan.action IN ('changed', 'closed', 'unchanged')
                 AND COALESCE(household.version, 0) <> plan.base_version)
             OR plan.position IN ({CLASHING}))
         ORDER BY plan.position LIMIT $2"
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).bind(limit).fetch_all(connection).await)
}

/// Takes an import's good households into the register. A unique constraint of the database speaks
/// up where another household has meanwhile got what one of these needs.
pub async fn take_over(tx: &mut Tx, actor: Actor<'_>, import_id: Uuid) -> Result<(), sqlx::Error> {
    keep_history(tx, actor, import_id, "import").await?;
    take_members_out(tx, import_id, REPLACED).await?;
    replace(tx, actor, import_id, "$1").await?;
    let sql = format!(
        "INSERT INTO household (id, version, import_id, created_at, updated_at, {HOUSEHOLD_COLUMNS})
         SELECT staged.household_id, 1, $1, $2, $2, {HOUSEHOLD_COLUMNS}
         FROM staged_household AS staged JOIN {PLAN} AND {ADDED} WHERE staged.import_id = $1"
    );
    on!(&mut *tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(import_id).bind(actor.at).execute(connection).await.map(|_| ()))?;
    put_members_in(tx, import_id, TOUCHED).await
}

/// The households that an import closes.
pub async fn closed_by(tx: &mut Tx, import_id: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT household_id FROM import_household
         WHERE import_id = $1 AND good AND action = 'closed' ORDER BY position",
    )
    .bind(import_id)
    .fetch_all(connection)
    .await)
}

/// Takes back what [`take_over`] did: what is staged by now is what the households were before.
pub async fn take_back(tx: &mut Tx, actor: Actor<'_>, import_id: Uuid) -> Result<(), sqlx::Error> {
    keep_history(tx, actor, import_id, "undo").await?;
    take_members_out(tx, import_id, TOUCHED).await?;
    let sql = format!(
        "DELETE FROM household WHERE id IN (SELECT plan.household_id FROM import_household AS plan
             WHERE plan.import_id = $1 AND plan.good AND {ADDED})"
    );
    run(tx, &sql, import_id).await?;
    replace(tx, actor, import_id, "plan.base_import_id").await?;
    put_members_in(tx, import_id, REPLACED).await
}

/// Writes down what the households are.
async fn keep_history(
    tx: &mut Tx,
    actor: Actor<'_>,
    import_id: Uuid,
    action: &str,
) -> Result<(), sqlx::Error> {
    let sql = format!(
        "INSERT INTO history (id, subject, subject_id, version, action, at, actor, import_id, before)
         SELECT staged.history_id, 'household', staged.subject_id, household.version, $2, $3, $4, $1,
             staged.before
         FROM staged_household AS staged JOIN {PLAN}
         JOIN household ON household.id = staged.household_id
         WHERE staged.import_id = $1 AND staged.history_id IS NOT NULL"
    );
    on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(import_id).bind(action).bind(actor.at).bind(actor.account)
        .execute(connection).await.map(|_| ()))
}

async fn take_members_out(tx: &mut Tx, import_id: Uuid, which: &str) -> Result<(), sqlx::Error> {
    let sql = format!(
        "DELETE FROM member WHERE household_id IN (SELECT plan.household_id
             FROM import_household AS plan WHERE plan.import_id = $1 AND plan.good AND {which})"
    );
    run(tx, &sql, import_id).await.map(|_| ())
}

async fn put_members_in(tx: &mut Tx, import_id: Uuid, which: &str) -> Result<(), sqlx::Error> {
    let sql = format!(
        "INSERT INTO member (id, household_id, position, {MEMBER_COLUMNS})
         SELECT staged.id, staged.household_id, staged.position, {MEMBER_COLUMNS}
         FROM staged_member AS staged JOIN {PLAN} AND {which} WHERE staged.import_id = $1"
    );
    run(tx, &sql, import_id).await.map(|_| ())
}

/// Writes what is staged over the households that are on the register. `source` is the import
/// that their facts come from by now, in SQL.
async fn replace(
    tx: &mut Tx,
    actor: Actor<'_>,
    import_id: Uuid,
    source: &str,
) -> Result<(), sqlx::Error> {
    // Two households may exchange their numbers, which are unique at every moment.
    let sql = format!(
        "UPDATE household SET number = NULL FROM staged_household AS staged JOIN {PLAN} AND {REPLACED}
         WHERE staged.import_id = $1 AND household.id = staged.household_id
             AND household.number <> COALESCE(staged.number, '')"
    );
    run(tx, &sql, import_id).await?;
    let columns: Vec<_> = HOUSEHOLD_COLUMNS
        .split(',')
        .map(|column| format!("{0} = staged.{0}", column.trim()))
        .collect();
    let sql = format!(
        "UPDATE household SET version = household.version + 1, import_id = {source}, updated_at = $2, {}
         FROM staged_household AS staged JOIN {PLAN} AND {REPLACED}
         WHERE staged.import_id = $1 AND household.id = staged.household_id",
        columns.join(", ")
    );
    on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(import_id).bind(actor.at).execute(connection).await.map(|_| ()))
}

/// The households that a committed import added.
pub fn added_by(import_id: Uuid) -> Ids<'static> {
    const ADDED_HOUSEHOLDS: &str = "SELECT household_id FROM import_household
        WHERE import_id = {} AND good AND action = 'new'";
    Ids::Given(ADDED_HOUSEHOLDS, import_id)
}

/// The households that a committed import added or replaced, after a position, at most `limit`.
pub async fn touched(
    tx: &mut Tx,
    import_id: Uuid,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    let sql = format!(
        "SELECT {ENTRY} FROM import_household AS plan
         WHERE import_id = $1 AND position > $2 AND good AND {TOUCHED} ORDER BY position LIMIT $3"
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).bind(after).bind(limit).fetch_all(connection).await)
}

/// Households that have got a version since a committed import, after a position, at most `limit`.
pub async fn changed_since(
    tx: &mut Tx,
    import_id: Uuid,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    let columns: Vec<_> = ENTRY
        .split(", ")
        .map(|column| format!("plan.{column} AS {column}"))
        .collect();
    let sql = format!(
        "SELECT {} FROM import_household AS plan
         LEFT JOIN household ON household.id = plan.household_id
         WHERE plan.import_id = $1 AND plan.position > $2 AND plan.good AND {TOUCHED}
             AND COALESCE(household.version, 0) <> plan.base_version + 1
         ORDER BY plan.position LIMIT $3",
        columns.join(", ")
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).bind(after).bind(limit).fetch_all(connection).await)
}

/// What an import does to its households, in the order of the file, after a position, at most
/// `limit` and one more: one action, or all that do something.
pub async fn list(
    tx: &mut Tx,
    import_id: Uuid,
    action: Option<Action>,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    let sql = format!(
        "SELECT {ENTRY} FROM import_household
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

/// What a household is to become, and what it was.
#[derive(Clone, Debug)]
pub struct Staged {
    /// What it is to become.
    pub facts: HouseholdFacts,
    /// What it was, if it is on the register.
    pub before: Option<serde_json::Value>,
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

/// Clears some thousand staged households away, and with `record` what was to be done to them as
/// well. Says whether there may be more.
pub async fn clear(tx: &mut Tx, import_id: Uuid, record: bool) -> Result<bool, sqlx::Error> {
    const HOUSEHOLDS_AT_ONCE: i64 = 2_000;
    if tx.engine() == Engine::Sqlite && stages_alone(tx, import_id).await? {
        // Without a condition SQLite lets go of a table's pages and looks at no row.
        for table in ["staged_member", "staged_household"] {
            let sql = format!("DELETE FROM {table}");
            on!(&mut *tx, connection => sqlx::query(AssertSqlSafe(sql))
                .execute(connection).await.map(|_| ()))?;
        }
    }
    let tables = [
        ("staged_member", "import_position"),
        ("staged_household", "import_position"),
        ("import_household", "position"),
    ];
    let tables = &tables[..if record { 3 } else { 2 }];
    for (table, position) in tables {
        let sql = format!("SELECT min({position}) FROM {table} WHERE import_id = $1");
        let first: Option<i64> = on!(&mut *tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(import_id).fetch_one(connection).await)?;
        let Some(first) = first else { continue };
        // From the first on: PostgreSQL's index still holds those that are deleted, and would go through
        // them each time.
        let sql = format!(
            "DELETE FROM {table} WHERE import_id = $1 AND {position} >= $2 AND {position} < $3"
        );
        on!(&mut *tx, connection => sqlx::query(AssertSqlSafe(sql))
            .bind(import_id).bind(first).bind(first + HOUSEHOLDS_AT_ONCE)
            .execute(connection).await.map(|_| ()))?;
        return Ok(true);
    }
    Ok(false)
}

/// Whether no other import has anything staged.
async fn stages_alone(tx: &mut Tx, import_id: Uuid) -> Result<bool, sqlx::Error> {
    let others: bool = on!(tx, connection => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM import WHERE staged AND id <> $1)",
    )
    .bind(import_id)
    .fetch_one(connection)
    .await)?;
    Ok(!others)
}
