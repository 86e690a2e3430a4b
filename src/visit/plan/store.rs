//! Help plans in the database.

use chrono::NaiveDate;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::model::HelpPlan;
use crate::db::{Ids, Json, Mention, Tx, Where, mentions};
use crate::{insert, on};

/// Where a page of plans begins: day and id of the last one of the page before.
pub type PlanKey = (NaiveDate, Uuid);

const PLAN: &str = "SELECT id, household_id, approach, measures, decided_on, decided_at, decided_by
    FROM help_plan";

/// Adds a plan; former ones stay.
pub async fn add(tx: &mut Tx, plan: &HelpPlan) -> Result<(), sqlx::Error> {
    insert!(tx, "help_plan", std::slice::from_ref(plan), |plan| {
        id: plan.id,
        household_id: plan.household_id,
        approach: plan.facts.approach.as_str(),
        measures: Json(&plan.facts.measures),
        decided_on: plan.facts.decided_on,
        decided_at: plan.decided_at,
        decided_by: plan.decided_by.as_str(),
    })
}

/// `None` if there is no plan with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<HelpPlan>, sqlx::Error> {
    let sql = format!("{PLAN} WHERE id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// A page of a household's plans, the latest decision first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    household_id: Uuid,
    after: Option<PlanKey>,
    limit: i64,
) -> Result<Vec<HelpPlan>, sqlx::Error> {
    let mut wanted = Where::new()
        .and_with(household_id, "household_id = ?")
        .beyond(
            after.map(|(day, id)| [day.into(), id.into()]),
            "(decided_on, id) <",
        );
    let limit = wanted.bind(limit + 1);
    let sql = format!("{PLAN} {wanted} ORDER BY decided_on DESC, id DESC LIMIT {limit}");
    wanted.fetch_all(tx, sql).await
}

/// All plans decided until `until`, by household, the latest decision first.
pub async fn of(
    tx: &mut Tx,
    households: &Ids<'_>,
    until: NaiveDate,
) -> Result<Vec<HelpPlan>, sqlx::Error> {
    let sql = format!(
        "{PLAN} WHERE decided_on <= $1 AND {} ORDER BY household_id, decided_on DESC, id DESC",
        households.clause("household_id", 2)
    );
    on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(until);
        for id in households.parameters() {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })
}

/// Plans that stand in the way of removing these households.
pub async fn plans_naming(tx: &mut Tx, households: &Ids<'_>) -> Result<Vec<Mention>, sqlx::Error> {
    let columns = ("id", "household_id", "decided_on");
    mentions(tx, "help_plan", columns, households).await
}
