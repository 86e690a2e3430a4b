//! Runs and what they propose in the database.

use chrono::NaiveDate;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::model::{AreaKey, Proposal, Run, RunStatus};
use crate::access::history::Actor;
use crate::db::{Ids, Json, Mention, Subject, Tx, Where, mentions};
use crate::pairing::cost::best_pairs::BestPairs;
use crate::pairing::cost::load::Load;
use crate::serving::store::names::{helper_names, household_names, join_names};
use crate::serving::store::{has_ended_after, holds_now};
use crate::{insert, on};

const RUN: &str =
    "SELECT id, status, scope, basis, summary, version, created_at, created_by, proposed_at,
    proposed_by, decided_at, decided_by FROM pairing_run";

/// Adds a run with what it stands on, [packed](super::basis), and all that it proposes.
pub async fn add_run(
    tx: &mut Tx,
    run: &Run,
    basis: &[u8],
    best: &BestPairs,
) -> Result<(), sqlx::Error> {
    insert!(&mut *tx, "pairing_run", std::slice::from_ref(run), |run| {
        id: run.id,
        status: run.status,
        scope: Json(&run.scope),
        basis: run.basis.as_str(),
        summary: Json(&run.summary),
        loads: Json(&best.loads),
        version: run.version,
        created_at: run.created_at,
        created_by: run.created_by.as_str(),
        proposed_at: run.proposed_at,
        proposed_by: run.proposed_by.as_deref(),
    })?;
    insert!(&mut *tx, "run_basis", [basis], |basis| {
        run_id: run.id,
        input: *basis,
    })?;
    insert!(&mut *tx, "proposal", best.pairs, |pair| {
        run_id: run.id,
        household_id: pair.household,
        staff_id: pair.helper,
        cost: pair.cost,
        reasons: Json(&pair.reasons),
    })?;
    insert!(tx, "proposal", best.unplaced, |unplaced| {
        run_id: run.id,
        household_id: unplaced.household,
        cost: 0_i64,
        reasons: Json(&unplaced.reasons),
    })
}

/// Whether a run names a household or a person who is no longer on the register: an undone import may
/// have taken them away while it was computed.
pub async fn names_who_is_gone(tx: &mut Tx, run_id: Uuid) -> Result<bool, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT EXISTS (
             SELECT 1 FROM proposal
             LEFT JOIN household ON household.id = household_id
             LEFT JOIN staff ON staff.id = staff_id
             WHERE run_id = $1
               AND (household.id IS NULL OR (staff_id IS NOT NULL AND staff.id IS NULL)))",
    )
    .bind(run_id)
    .fetch_one(connection)
    .await)
}

/// `None` if there is no run with this id.
pub async fn find_run(tx: &mut Tx, id: Uuid) -> Result<Option<Run>, sqlx::Error> {
    let sql = format!("{RUN} WHERE id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// What a run stands on, as it was [packed](super::basis); nothing for a run of before this was kept.
pub async fn basis(tx: &mut Tx, run_id: Uuid) -> Result<Option<Vec<u8>>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar("SELECT input FROM run_basis WHERE run_id = $1")
        .bind(run_id)
        .fetch_optional(connection)
        .await)
}

/// A page of runs, the latest first, at most `limit` and one more.
pub async fn list_runs(
    tx: &mut Tx,
    status: Option<RunStatus>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Run>, sqlx::Error> {
    // An id begins with the time at which it was made.
    let mut wanted = Where::new()
        .and_if(status.map(|status| status.to_string()), "status = ?")
        .beyond(after.map(|id| [id.into()]), "id <");
    let limit = wanted.bind(limit + 1);
    let sql = format!("{RUN} {wanted} ORDER BY id DESC LIMIT {limit}");
    wanted.fetch_all(tx, sql).await
}

/// Every active helper's load under a run.
pub async fn loads(tx: &mut Tx, run_id: Uuid) -> Result<Option<Vec<Load>>, sqlx::Error> {
    let found: Option<(Json<Vec<Load>>,)> = on!(tx, connection => sqlx::query_as(
        "SELECT loads FROM pairing_run WHERE id = $1",
    )
    .bind(run_id)
    .fetch_optional(connection)
    .await)?;
    Ok(found.map(|(Json(loads),)| loads))
}

/// Makes a run what it is after a step, and keeps what it was.
pub async fn replace_run(
    tx: &mut Tx,
    actor: Actor<'_>,
    action: &str,
    before: &Run,
    after: &Run,
) -> Result<(), sqlx::Error> {
    let version = ("pairing_run", before.id, before.version);
    actor.keep(tx, action, version, before).await?;
    on!(tx, connection => sqlx::query(
        "UPDATE pairing_run SET status = $2, summary = $3, version = $4, proposed_at = $5,
             proposed_by = $6, decided_at = $7, decided_by = $8
         WHERE id = $1",
    )
    .bind(before.id)
    .bind(after.status)
    .bind(Json(&after.summary))
    .bind(after.version)
    .bind(after.proposed_at)
    .bind(after.proposed_by.as_deref())
    .bind(after.decided_at)
    .bind(after.decided_by.as_deref())
    .execute(connection)
    .await
    .map(|_| ()))
}

/// What a run proposes, with names; a condition is to be added.
pub(super) const PROPOSAL: &str = concat!(
    "SELECT household_id, staff_id, cost, reasons, household.area_key AS area_key, ",
    household_names!(),
    ", ",
    helper_names!(),
    " FROM proposal",
    join_names!("household_id", LEFT "staff_id"),
);

/// What a run proposes for a household.
pub async fn find_proposal(
    tx: &mut Tx,
    run_id: Uuid,
    household_id: Uuid,
) -> Result<Option<Proposal>, sqlx::Error> {
    let sql = format!("{PROPOSAL} WHERE run_id = $1 AND household_id = $2");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(run_id)
        .bind(household_id)
        .fetch_optional(connection)
        .await)
}

/// A page of a run's proposals by area, at most `limit` and one more.
pub async fn list_proposals(
    tx: &mut Tx,
    run_id: Uuid,
    placed: Option<bool>,
    staff_id: Option<Uuid>,
    after: Option<AreaKey>,
    limit: i64,
) -> Result<Vec<Proposal>, sqlx::Error> {
    let mut wanted = Where::new()
        .and_with(run_id, "run_id = ?")
        .and_either(placed, "staff_id IS NOT NULL", "staff_id IS NULL")
        .and_if(staff_id, "staff_id = ?")
        .beyond(
            after.map(|(area, id)| [area.into(), id.into()]),
            "(household.area_key, household_id) >",
        );
    let limit = wanted.bind(limit + 1);
    let sql = format!(
        "{PROPOSAL} {wanted}
         ORDER BY household.area_key, household_id LIMIT {limit}"
    );
    wanted.fetch_all(tx, sql).await
}

/// The pairs of a run, `(household, helper)`, by household.
pub async fn proposed_pairs(tx: &mut Tx, run_id: Uuid) -> Result<Vec<(Uuid, Uuid)>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id FROM proposal
         WHERE run_id = $1 AND staff_id IS NOT NULL ORDER BY household_id",
    )
    .bind(run_id)
    .fetch_all(connection)
    .await)
}

/// Runs that propose something for these households or people.
pub async fn runs_naming(
    tx: &mut Tx,
    subject: Subject,
    ids: &Ids<'_>,
) -> Result<Vec<Mention>, sqlx::Error> {
    let columns = ("run_id", subject.column(), "CAST(NULL AS DATE)");
    mentions(tx, "proposal", columns, ids).await
}

/// The last day of an ended pairing of each household that had one after the day `from`, of those to
/// which a run gives a helper whom they do not have.
pub async fn ended_after(
    tx: &mut Tx,
    run_id: Uuid,
    from: NaiveDate,
) -> Result<Vec<NaiveDate>, sqlx::Error> {
    let (ended, holds) = (has_ended_after("pairing", "$1"), holds_now("kept"));
    let sql = format!(
        "SELECT max(to_date) FROM pairing
         WHERE {ended} AND household_id IN (
             SELECT household_id FROM proposal WHERE run_id = $2 AND staff_id IS NOT NULL
               AND NOT EXISTS (
                   SELECT 1 FROM pairing AS kept WHERE kept.household_id = proposal.household_id
                     AND kept.staff_id = proposal.staff_id AND {holds}))
         GROUP BY household_id"
    );
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(from)
        .bind(run_id)
        .fetch_all(connection)
        .await)
}
