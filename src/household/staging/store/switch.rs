//! What is staged becomes what is on the register: a handful of statements, whatever the number of
//! households.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{ADDED, COMPARED, PLAN, REPLACED, run};
use crate::access::history::Actor;
use crate::db::Tx;
use crate::household::staging::model::Outdated;
use crate::household::store::{HOUSEHOLD_COLUMNS, MEMBER_COLUMNS};
use crate::on;

/// Positions of good households that need a 户编号 or a person whom another household of the
/// register holds, and keeps when this import is done.
fn clashing() -> String {
    format!(
        "SELECT staged.import_position
         FROM staged_member AS staged
         JOIN member ON member.identity_number = staged.identity_number
             AND member.household_id <> staged.household_id
         LEFT JOIN import_household AS plan ON plan.import_id = staged.import_id
             AND plan.household_id = member.household_id AND plan.good AND {REPLACED}
         WHERE staged.import_id = $1 AND plan.household_id IS NULL
         UNION
         SELECT staged.import_position
         FROM staged_household AS staged
         JOIN household ON household.number = staged.number AND household.id <> staged.household_id
         LEFT JOIN import_household AS plan ON plan.import_id = staged.import_id
             AND plan.household_id = household.id AND plan.good AND {REPLACED}
         WHERE staged.import_id = $1 AND plan.household_id IS NULL"
    )
}

/// Households that are not on the register any more as they were compared with it.
fn written_meanwhile() -> String {
    format!("{COMPARED} AND COALESCE(household.version, 0) <> plan.base_version")
}

/// A household that cannot be taken in keeps its persons and its number: a household that was to get
/// them cannot be taken in either.
pub async fn settle(tx: &mut Tx, import_id: Uuid) -> Result<(), sqlx::Error> {
    let left_out: i64 = on!(&mut *tx, connection => sqlx::query_scalar(
        "SELECT count(*) FROM import_household
         WHERE import_id = $1 AND NOT good AND base_version > 0",
    )
    .bind(import_id)
    .fetch_one(connection)
    .await)?;
    if left_out == 0 {
        return Ok(());
    }
    let sql = format!(
        "UPDATE import_household SET good = FALSE
         WHERE import_id = $1 AND good AND position IN ({})",
        clashing()
    );
    while run(tx, &sql, import_id).await? > 0 {}
    Ok(())
}

/// Households that are not on the register any more as they were when the import was checked.
pub async fn outdated(tx: &mut Tx, import_id: Uuid) -> Result<i64, sqlx::Error> {
    let sql = format!(
        "SELECT count(*) FROM import_household AS plan
         LEFT JOIN household ON household.id = plan.household_id
         WHERE plan.import_id = $1 AND plan.good AND {}",
        written_meanwhile()
    );
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(import_id).fetch_one(connection).await)
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
         WHERE plan.import_id = $1 AND plan.good AND (({}) OR plan.position IN ({}))
         ORDER BY plan.position LIMIT $2",
        written_meanwhile(),
        clashing()
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(import_id).bind(limit).fetch_all(connection).await)
}

/// Keeps what the households are that are to be written over.
pub async fn keep_history(tx: &mut Tx, actor: Actor<'_>, action: &str) -> Result<(), sqlx::Error> {
    let households = format!(
        "SELECT staged.history_id, staged.subject_id, household.version, staged.before
         FROM staged_household AS staged JOIN {PLAN}
         JOIN household ON household.id = staged.household_id
         WHERE staged.import_id = $1 AND staged.history_id IS NOT NULL"
    );
    let kept = ("household", households.as_str());
    actor.keep_staged(tx, action, kept).await
}

/// Adds the households that are new, without their members.
pub async fn add(tx: &mut Tx, actor: Actor<'_>) -> Result<(), sqlx::Error> {
    let import_id = actor.import()?;
    let sql = format!(
        "INSERT INTO household (id, version, import_id, created_at, updated_at, {HOUSEHOLD_COLUMNS})
         SELECT staged.household_id, 1, $1, $2, $2, {HOUSEHOLD_COLUMNS}
         FROM staged_household AS staged JOIN {PLAN} AND {ADDED} WHERE staged.import_id = $1"
    );
    on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(import_id).bind(actor.at).execute(connection).await.map(|_| ()))
}

/// Removes the households that were new, whose members are gone.
pub async fn remove_added(tx: &mut Tx, import_id: Uuid) -> Result<(), sqlx::Error> {
    let sql = format!(
        "DELETE FROM household WHERE id IN (SELECT plan.household_id FROM import_household AS plan
             WHERE plan.import_id = $1 AND plan.good AND {ADDED})"
    );
    run(tx, &sql, import_id).await.map(|_| ())
}

/// Removes the members of the households of which this holds.
pub async fn take_members_out(
    tx: &mut Tx,
    import_id: Uuid,
    which: &str,
) -> Result<(), sqlx::Error> {
    let sql = format!(
        "DELETE FROM member WHERE household_id IN (SELECT plan.household_id
             FROM import_household AS plan WHERE plan.import_id = $1 AND plan.good AND {which})"
    );
    run(tx, &sql, import_id).await.map(|_| ())
}

/// Adds the members of the households of which this holds.
pub async fn put_members_in(tx: &mut Tx, import_id: Uuid, which: &str) -> Result<(), sqlx::Error> {
    let sql = format!(
        "INSERT INTO member (household_id, position, {MEMBER_COLUMNS})
         SELECT staged.household_id, staged.position, {MEMBER_COLUMNS}
         FROM staged_member AS staged JOIN {PLAN} AND {which} WHERE staged.import_id = $1"
    );
    run(tx, &sql, import_id).await.map(|_| ())
}

/// Writes what is staged over the households that are on the register. `source` is the import
/// that their facts come from by now, in SQL.
pub async fn replace(tx: &mut Tx, actor: Actor<'_>, source: &str) -> Result<(), sqlx::Error> {
    let import_id = actor.import()?;
    // Two households may exchange their numbers, and the database checks row by row that they are unique.
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
