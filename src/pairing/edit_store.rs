//! Edits of runs in the database, and two runs beside each other.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::draft_edit::NewEdit;
use super::draft_edit::{Change, Choice, Edit, EditKind};
use super::model::{Reason, RunStatus};
use super::plan::Load;
use super::run_store::{AreaKey, PROPOSAL, Proposal, Run};
use crate::db::{Json, Tx};
use crate::serving::names::household_names;
use crate::{insert, on};

/// A change of a run by hand, as it was made.
#[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
pub struct Edited {
    /// Its id.
    pub id: Uuid,
    /// The run.
    pub run_id: Uuid,
    /// The version of the run that it made.
    pub version: i64,
    /// How the run was changed.
    pub kind: EditKind,
    /// Why.
    pub reason: String,
    /// When.
    pub edited_at: DateTime<Utc>,
    /// By which account.
    pub edited_by: String,
    /// Households with a helper before.
    pub placed_before: i64,
    /// Households with a helper since.
    pub placed_after: i64,
    /// The cost of the run before.
    pub cost_before: i64,
    /// The cost of the run since.
    pub cost_after: i64,
    /// The households whose helper or cost changed.
    #[sqlx(try_from = "Json<Vec<Change>>")]
    pub changes: Vec<Change>,
}

impl Edited {
    /// An edit of the run `before` with what it changes.
    pub fn new(
        now: DateTime<Utc>,
        actor: &str,
        before: &Run,
        new: &NewEdit,
        changes: Vec<Change>,
    ) -> Self {
        let cost = |change: &Change| change.after.cost - change.before.cost;
        let placed = |change: &Change| {
            i64::from(change.after.staff_id.is_some()) - i64::from(change.before.staff_id.is_some())
        };
        Self {
            id: Uuid::now_v7(),
            run_id: before.id,
            version: before.version + 1,
            kind: new.edit.kind(),
            reason: new.reason.clone(),
            edited_at: now,
            edited_by: actor.to_owned(),
            placed_before: before.summary.placed,
            placed_after: before.summary.placed + changes.iter().map(placed).sum::<i64>(),
            cost_before: before.summary.cost,
            cost_after: before.summary.cost + changes.iter().map(cost).sum::<i64>(),
            changes,
        }
    }

    /// The run as it is since: a draft, with true numbers.
    pub fn apply(&self, before: &Run) -> Run {
        let mut after = Run {
            status: RunStatus::Draft,
            version: self.version,
            proposed_at: None,
            proposed_by: None,
            ..before.clone()
        };
        after.summary.edit(self.placed_after, self.cost_after);
        after
    }
}

/// What a run proposes for the households of an edit, and for all households of the helpers whom these
/// have before and after.
pub async fn touched(tx: &mut Tx, run_id: Uuid, edit: Edit) -> Result<Vec<Proposal>, sqlx::Error> {
    let sql = format!(
        "{PROPOSAL} WHERE run_id = $1 AND (household_id IN ($2, $3) OR staff_id = $4
             OR staff_id IN (
                 SELECT staff_id FROM proposal WHERE run_id = $1 AND household_id IN ($2, $3)))
         ORDER BY household_id"
    );
    let (household, other) = edit.households();
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(run_id)
        .bind(household)
        .bind(other.unwrap_or_default())
        .bind(edit.to().unwrap_or_default())
        .fetch_all(connection)
        .await)
}

/// Keeps an edit, and makes the proposals and loads of its run what they are since.
pub async fn write(tx: &mut Tx, edited: &Edited, loads: &[Load]) -> Result<(), sqlx::Error> {
    insert!(&mut *tx, "run_edit", std::slice::from_ref(edited), |edited| {
        id: edited.id,
        run_id: edited.run_id,
        version: edited.version,
        kind: edited.kind,
        reason: edited.reason.as_str(),
        edited_at: edited.edited_at,
        edited_by: edited.edited_by.as_str(),
        placed_before: edited.placed_before,
        placed_after: edited.placed_after,
        cost_before: edited.cost_before,
        cost_after: edited.cost_after,
        changes: Json(&edited.changes),
    })?;
    for change in &edited.changes {
        on!(&mut *tx, connection => sqlx::query(
            "UPDATE proposal SET staff_id = $3, cost = $4, reasons = $5
             WHERE run_id = $1 AND household_id = $2",
        )
        .bind(edited.run_id)
        .bind(change.household_id)
        .bind(change.after.staff_id)
        .bind(change.after.cost)
        .bind(Json(&change.after.reasons))
        .execute(connection)
        .await
        .map(|_| ()))?;
    }
    on!(tx, connection => sqlx::query("UPDATE pairing_run SET loads = $2 WHERE id = $1")
        .bind(edited.run_id)
        .bind(Json(loads))
        .execute(connection)
        .await
        .map(|_| ()))
}

/// A page of a run's edits, the latest first, at most `limit` and one more; `before` is the version
/// that the last one of the page before made.
pub async fn list(
    tx: &mut Tx,
    run_id: Uuid,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Edited>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT id, run_id, version, kind, reason, edited_at, edited_by, placed_before, placed_after,
             cost_before, cost_after, changes
         FROM run_edit WHERE run_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3",
    )
    .bind(run_id)
    .bind(before.unwrap_or(i64::MAX))
    .bind(limit + 1)
    .fetch_all(connection)
    .await)
}

/// All edits of a run, the latest first.
pub async fn all(tx: &mut Tx, run_id: Uuid) -> Result<Vec<Edited>, sqlx::Error> {
    list(tx, run_id, None, i64::MAX - 1).await
}

/// A household to which two runs give different helpers, or only one of them anybody.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The household.
    pub household_id: Uuid,
    /// 户编号.
    pub household_number: Option<String>,
    /// 户主姓名.
    pub head_name: String,
    /// 镇.
    pub town: String,
    /// 村.
    pub village: String,
    /// What the one run proposes; none if it is not for this household.
    pub one: Option<Choice>,
    /// What the other run proposes.
    pub other: Option<Choice>,
}

#[derive(FromRow)]
struct DifferenceRow {
    household_id: Uuid,
    household_number: Option<String>,
    head_name: String,
    town: String,
    village: String,
    one_staff_id: Option<Uuid>,
    one_helper: Option<String>,
    one_unit: Option<String>,
    one_cost: Option<i64>,
    one_reasons: Option<Json<Vec<Reason>>>,
    other_staff_id: Option<Uuid>,
    other_helper: Option<String>,
    other_unit: Option<String>,
    other_cost: Option<i64>,
    other_reasons: Option<Json<Vec<Reason>>>,
}

impl From<DifferenceRow> for Difference {
    fn from(row: DifferenceRow) -> Self {
        let choice = |staff_id, helper, unit, cost: Option<i64>, reasons: Option<Json<_>>| {
            Some(Choice {
                staff_id,
                helper,
                unit,
                cost: cost?,
                reasons: reasons?.0,
            })
        };
        Self {
            household_id: row.household_id,
            household_number: row.household_number,
            head_name: row.head_name,
            town: row.town,
            village: row.village,
            one: choice(
                row.one_staff_id,
                row.one_helper,
                row.one_unit,
                row.one_cost,
                row.one_reasons,
            ),
            other: choice(
                row.other_staff_id,
                row.other_helper,
                row.other_unit,
                row.other_cost,
                row.other_reasons,
            ),
        }
    }
}

/// Households with what two runs, $1 and $2, propose for them, where it is not the same helper.
const DIFFERENCES: &str = "FROM household
    LEFT JOIN proposal AS one ON one.run_id = $1 AND one.household_id = household.id
    LEFT JOIN proposal AS other ON other.run_id = $2 AND other.household_id = household.id
    LEFT JOIN staff AS one_staff ON one_staff.id = one.staff_id
    LEFT JOIN staff AS other_staff ON other_staff.id = other.staff_id
    LEFT JOIN unit AS one_unit ON one_unit.id = one_staff.unit_id
    LEFT JOIN unit AS other_unit ON other_unit.id = other_staff.unit_id
    WHERE one.staff_id IS DISTINCT FROM other.staff_id";

/// How many households get different helpers from two runs.
pub async fn count_differences(
    tx: &mut Tx,
    (one, other): (Uuid, Uuid),
) -> Result<i64, sqlx::Error> {
    let sql = format!("SELECT count(*) {DIFFERENCES}");
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(one)
        .bind(other)
        .fetch_one(connection)
        .await)
}

/// A page of the households to which two runs give different helpers, by area, at most `limit` and one
/// more.
pub async fn differences(
    tx: &mut Tx,
    (one, other): (Uuid, Uuid),
    after: Option<AreaKey>,
    limit: i64,
) -> Result<Vec<Difference>, sqlx::Error> {
    let names = household_names!();
    let sql = format!(
        "SELECT household.id AS household_id, {names}, one.staff_id AS one_staff_id, one_staff.name AS one_helper, one_unit.name AS one_unit,
             one.cost AS one_cost, one.reasons AS one_reasons,
             other.staff_id AS other_staff_id, other_staff.name AS other_helper,
             other_unit.name AS other_unit, other.cost AS other_cost,
             other.reasons AS other_reasons
         {DIFFERENCES} AND (household.town, household.village, household.id) > ($3, $4, $5)
         ORDER BY household.town, household.village, household.id LIMIT $6"
    );
    let (town, village, id) = after.unwrap_or_default();
    let rows: Vec<DifferenceRow> = on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(one)
        .bind(other)
        .bind(town)
        .bind(village)
        .bind(id)
        .bind(limit + 1)
        .fetch_all(connection)
        .await)?;
    Ok(rows.into_iter().map(Difference::from).collect())
}

/// Households to which a run gives another helper than the last one that they had before it.
pub async fn count_changes_of_helper(tx: &mut Tx, run: &Run) -> Result<i64, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT count(*) FROM proposal WHERE run_id = $1 AND staff_id <> (
             SELECT pairing.staff_id FROM pairing
             WHERE pairing.household_id = proposal.household_id AND started_at <= $2
             ORDER BY from_date DESC, started_at DESC LIMIT 1)",
    )
    .bind(run.id)
    .bind(run.created_at)
    .fetch_one(connection)
    .await)
}
