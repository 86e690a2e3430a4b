//! Comparing two runs over HTTP.

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{Difference, Totals};
use super::service;
use crate::access::Signed;
use crate::api::{Limit, Tag};
use crate::app::App;
use crate::pairing::run::model::{Choice, RunStatus};
use crate::problem::GetFault;

/// Operations on two runs.
pub struct PairingComparisonApi(pub App);

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
    #[oai(validator(max_items = 200))]
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
    /// The least load of an active person, in percent of their capacity; absent if nobody has any.
    lowest_percent: Option<i64>,
    /// The load of all active staff together, in percent of their capacity.
    average_percent: Option<i64>,
    /// The largest load of an active person, in percent of their capacity.
    highest_percent: Option<i64>,
}

/// A household to which two runs give different helpers, or only one of them anybody.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct PairingRunDifference {
    /// The household.
    household_id: Uuid,
    /// Household number (户编号).
    household_number: Option<String>,
    /// Name of the head (户主姓名).
    head_name: String,
    /// Town (镇、乡、街道).
    town: String,
    /// Village (村、居).
    village: String,
    /// What the run of the path proposes; absent if it is not for this household.
    one: Option<Choice>,
    /// What the other run proposes; absent if it is not for this household.
    other: Option<Choice>,
}

#[OpenApi(tag = "Tag::Pairing")]
impl PairingComparisonApi {
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
        _caller: Signed,
        /// The one run's id.
        id: Path<Uuid>,
        /// The other run's id.
        other: Query<Uuid>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<PairingRunComparison>, GetFault> {
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let runs = (id.0, other.0);
        let found = service::compare(&self.0, runs, cursor, limit).await?;
        Ok(Json(PairingRunComparison {
            one: totals_view(&found.one),
            other: totals_view(&found.other),
            differing: found.differing,
            items: found.differences.into_iter().map(difference_view).collect(),
            next_cursor: found.next_cursor,
        }))
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
