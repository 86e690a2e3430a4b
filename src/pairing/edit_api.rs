//! Runs on the desk of the office over HTTP: editing them by hand, laying them before those who
//! confirm them, comparing them.

use chrono::{DateTime, Utc};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::draft_edit::{Change, Choice, Edit, EditKind, NewEdit};
use super::edit::{self, Totals};
use super::edit_store::{self, Difference, Edited};
use super::model::RunStatus;
use super::run;
use super::run_api::{PairingRun, tagged};
use super::run_store::AreaKey;
use super::scope::may_read;
use crate::access::{Permission, Signed};
use crate::api::{ETag, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::db::page;
use crate::problem::{ChangeFault, GetFault, Problem};

/// Operations on runs that are not decided, and on two runs.
pub struct PairingDraftApi(pub App);

/// A change of a run by hand.
#[derive(Object)]
struct PairingRunEditRequest {
    /// `move`: the household gets the helper `staff_id`; `swap`: it and `other_household_id` change
    /// their helpers, of whom one may be nobody; `clear`: it gets nobody in this run.
    kind: EditKind,
    /// The household; one of the run.
    household_id: Uuid,
    /// For `move`: the helper. Active, with a place left, and by the rules of areas one who may serve
    /// the household.
    staff_id: Option<Uuid>,
    /// For `swap`: another household of the run.
    other_household_id: Option<Uuid>,
    /// Why; it stands among the reasons of the proposal.
    #[oai(validator(min_length = 1, max_length = 400, custom = "crate::api::NotBlank"))]
    reason: String,
}

impl PairingRunEditRequest {
    fn edit(self) -> Result<NewEdit, Problem> {
        let household = self.household_id;
        let edit = match self.kind {
            EditKind::Move => Edit::Move {
                household,
                to: self.staff_id.ok_or_else(|| missing("staff_id"))?,
            },
            EditKind::Swap => Edit::Swap {
                household,
                with: self
                    .other_household_id
                    .ok_or_else(|| missing("other_household_id"))?,
            },
            EditKind::Clear => Edit::Clear { household },
        };
        Ok(NewEdit {
            edit,
            reason: self.reason.trim().to_owned(),
        })
    }
}

fn missing(field: &str) -> Problem {
    Problem::invalid(
        "edit_incomplete",
        format!("这种调整需要填写 {field}"),
        format!("this kind of edit needs `{field}`"),
    )
    .at(&format!("/{field}"))
}

/// A change of a run by hand, with what it costs.
#[derive(Object)]
struct PairingRunEdit {
    /// Its id.
    id: Uuid,
    /// The version of the run that it made; the `ETag` of the run.
    version: i64,
    /// How the run was changed.
    kind: EditKind,
    /// Why.
    reason: String,
    /// When.
    edited_at: DateTime<Utc>,
    /// By which account.
    edited_by: String,
    /// Households of the run with a helper before.
    placed_before: i64,
    /// Households of the run with a helper since.
    placed_after: i64,
    /// The cost of the whole run before.
    cost_before: i64,
    /// The cost of the whole run since.
    cost_after: i64,
    /// The households whose helper or cost changed: those of the edit, and those that stand after them
    /// in the load of their helpers.
    changes: Vec<Change>,
}

/// Two runs beside each other.
#[derive(Object)]
struct PairingRunComparison {
    /// The run of the path.
    one: PairingRunTotals,
    /// The other run.
    other: PairingRunTotals,
    /// Households whose helper differs, on all pages.
    differing: i64,
    /// A page of them, by town and village.
    items: Vec<PairingRunDifference>,
    /// Send it as `cursor` to get the next page; `null` on the last one.
    next_cursor: Option<String>,
}

/// A run in numbers, to be held against another one.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct PairingRunTotals {
    /// The run.
    id: Uuid,
    /// What became of it.
    status: RunStatus,
    /// Households with a helper.
    placed: i64,
    /// Households without one.
    unplaced: i64,
    /// Sum of the costs of all pairs.
    cost: i64,
    /// Households that get another helper than the last one that they had before the run.
    changes: i64,
    /// The least load of an active person, in percent of his capacity; absent if nobody has any.
    lowest_percent: Option<i64>,
    /// The load of all active staff together, in percent of their capacity.
    average_percent: Option<i64>,
    /// The largest load of an active person, in percent of his capacity.
    highest_percent: Option<i64>,
}

/// A household to which two runs give different helpers, or only one of them anybody.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct PairingRunDifference {
    /// The household.
    household_id: Uuid,
    /// 户编号.
    household_number: Option<String>,
    /// 户主姓名.
    head_name: String,
    /// 镇(乡、街道).
    town: String,
    /// 村(居).
    village: String,
    /// What the run of the path proposes; absent if it is not for this household.
    one: Option<Choice>,
    /// What the other run proposes; absent if it is not for this household.
    other: Option<Choice>,
}

#[allow(
    clippy::too_many_arguments,
    reason = "the parameters of an operation are those of its document"
)]
#[OpenApi(tag = "Tag::Pairing")]
impl PairingDraftApi {
    /// Edit a pairing run by hand
    ///
    /// Moves a household to another helper, swaps the helpers of two, or takes a household's helper
    /// away, and says what that costs. The rules of a run bind; the edit is kept for good with its
    /// reason. A run that was proposed becomes a draft again, to be proposed anew. Refused with
    /// `basis_changed` if the run can no longer be confirmed.
    #[oai(
        path = "/pairing-runs/:id/edits",
        method = "post",
        operation_id = "editPairingRun"
    )]
    async fn edit_pairing_run(
        &self,
        caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        /// Only say what the edit would do and cost.
        dry_run: Query<Option<bool>>,
        /// The run's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<PairingRunEditRequest>,
    ) -> Result<Tagged<PairingRunEdit>, ChangeFault> {
        caller.0.require(Permission::ManagePairings)?;
        let new = body.0.edit()?;
        let headers = (idempotency_key.0.as_deref(), if_match.0.as_deref());
        let dry_run = dry_run.0.unwrap_or_default();
        let edited = edit::edit(&self.0, &caller.0, id.0, headers, &new, dry_run).await?;
        let version = edited.version - i64::from(dry_run);
        Ok(Tagged::new(edit_view(edited), ETag(version)))
    }

    /// List the edits of a pairing run
    ///
    /// Who changed what by hand, when and why, and what it cost, the latest first.
    #[oai(
        path = "/pairing-runs/:id/edits",
        method = "get",
        operation_id = "listPairingRunEdits"
    )]
    async fn list_pairing_run_edits(
        &self,
        caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<PairingRunEdit>>, GetFault> {
        may_read(&caller.0)?;
        let cursors = self.0.cursors("listPairingRunEdits");
        let before: Option<i64> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        run::find(&mut tx, id.0).await?;
        let edits = edit_store::list(&mut tx, id.0, before, limit).await?;
        let (edits, next) = page::cut(edits, limit, |edit| edit.version);
        Ok(Page::json(
            edits.into_iter().map(edit_view),
            cursors.next(next)?,
        ))
    }

    /// Propose a draft
    ///
    /// Lays a run that is a draft before those who confirm runs. What was computed without `draft` and
    /// never edited is proposed from the beginning.
    #[oai(
        path = "/pairing-runs/:id/propose",
        method = "post",
        operation_id = "proposePairingRun"
    )]
    async fn propose_pairing_run(
        &self,
        caller: Signed,
        /// The run's id.
        id: Path<Uuid>,
        /// The run's `ETag` as it was read; refused if it has changed since. Left out, whatever it is
        /// now is proposed.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
    ) -> Result<Tagged<PairingRun>, ChangeFault> {
        caller.0.require(Permission::ManagePairings)?;
        let run = edit::submit(&self.0, &caller.0, id.0, if_match.0.as_deref()).await?;
        Ok(tagged(run))
    }

    /// Compare two pairing runs
    ///
    /// Their totals beside each other, and every household to which they give different helpers.
    #[oai(
        path = "/pairing-runs/:id/comparison",
        method = "get",
        operation_id = "comparePairingRuns"
    )]
    async fn compare_pairing_runs(
        &self,
        caller: Signed,
        /// The one run's id.
        id: Path<Uuid>,
        /// The other run's id.
        other: Query<Uuid>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<PairingRunComparison>, GetFault> {
        may_read(&caller.0)?;
        let cursors = self.0.cursors("comparePairingRuns");
        let after: Option<AreaKey> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let found = edit::compare(&self.0, (id.0, other.0), after, limit).await?;
        let (rows, next_cursor) = page::cut(found.differences, limit, |row| {
            (row.town.clone(), row.village.clone(), row.household_id)
        });
        Ok(Json(PairingRunComparison {
            one: totals_view(&found.one),
            other: totals_view(&found.other),
            differing: found.differing,
            items: rows.into_iter().map(difference_view).collect(),
            next_cursor: cursors.next(next_cursor)?,
        }))
    }
}

fn edit_view(edited: Edited) -> PairingRunEdit {
    PairingRunEdit {
        id: edited.id,
        version: edited.version,
        kind: edited.kind,
        reason: edited.reason,
        edited_at: edited.edited_at,
        edited_by: edited.edited_by,
        placed_before: edited.placed_before,
        placed_after: edited.placed_after,
        cost_before: edited.cost_before,
        cost_after: edited.cost_after,
        changes: edited.changes,
    }
}

fn totals_view(totals: &Totals) -> PairingRunTotals {
    let spread = totals.spread;
    PairingRunTotals {
        id: totals.run.id,
        status: totals.run.status,
        placed: totals.run.summary.placed,
        unplaced: totals.run.summary.unplaced,
        cost: totals.run.summary.cost,
        changes: totals.changes,
        lowest_percent: spread.map(|spread| spread.lowest),
        average_percent: spread.map(|spread| spread.average),
        highest_percent: spread.map(|spread| spread.highest),
    }
}

fn difference_view(row: Difference) -> PairingRunDifference {
    PairingRunDifference {
        household_id: row.household_id,
        household_number: row.household_number,
        head_name: row.head_name,
        town: row.town,
        village: row.village,
        one: row.one,
        other: row.other,
    }
}
