//! Help plans: the approach (帮扶思路) and the measures (帮扶措施) as decided for a household, each
//! decision a record of its own.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::model::{VisitError, distinct, needed_text, not_after_today};
use super::store::latest_day;
use crate::db::{Ids, Json, Mention, Tx, mentions};
use crate::household::Measure;
use crate::{insert, on};

/// Longest approach, in characters.
pub const MAX_APPROACH: usize = 4000;

/// What is decided.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize, Object)]
#[oai(rename = "NewHelpPlan")]
pub struct PlanFacts {
    /// How the household is to get out of poverty (帮扶思路).
    #[oai(validator(min_length = 1, max_length = 4000))]
    pub approach: String,
    /// By which measures (帮扶措施), each once.
    #[oai(validator(min_items = 1, max_items = 13))]
    #[sqlx(try_from = "Json<Vec<Measure>>")]
    pub measures: Vec<Measure>,
    /// The day of the decision, in China; not in the future.
    pub decided_on: NaiveDate,
}

/// A help plan as stored. It is never changed; the latest one is in force.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize, Object)]
pub struct HelpPlan {
    /// Its id.
    pub id: Uuid,
    /// The household that it is for.
    pub household_id: Uuid,
    /// What is decided.
    #[oai(flatten)]
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub facts: PlanFacts,
    /// When it was written down.
    pub decided_at: DateTime<Utc>,
    /// The account that wrote it down.
    pub decided_by: String,
}

impl PlanFacts {
    /// These facts in the form in which they are kept, if they are within the rules.
    pub fn checked(self, today: NaiveDate) -> Result<Self, VisitError> {
        not_after_today(self.decided_on, today, "/decided_on")?;
        if self.measures.is_empty() {
            return Err(VisitError::NoMeasure);
        }
        Ok(Self {
            approach: needed_text(self.approach, "帮扶思路", MAX_APPROACH, "/approach")?,
            measures: distinct(self.measures)?,
            decided_on: self.decided_on,
        })
    }
}

/// Where a page of plans begins: day and id of the last one of the page before.
pub type PlanKey = (NaiveDate, Uuid);

const PLAN: &str = "SELECT id, household_id, approach, measures, decided_on, decided_at, decided_by
    FROM help_plan";

/// Adds a plan.
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

/// A page of a household's plans, the latest decision first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    household_id: Uuid,
    after: Option<PlanKey>,
    limit: i64,
) -> Result<Vec<HelpPlan>, sqlx::Error> {
    let (day, id) = after.unwrap_or((latest_day(), Uuid::max()));
    let sql = format!(
        "{PLAN} WHERE household_id = $1 AND (decided_on, id) < ($2, $3)
         ORDER BY decided_on DESC, id DESC LIMIT $4"
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(household_id).bind(day).bind(id).bind(limit + 1)
        .fetch_all(connection).await)
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

/// Plans for these households.
pub async fn plans_naming(tx: &mut Tx, households: &Ids<'_>) -> Result<Vec<Mention>, sqlx::Error> {
    let columns = ("id", "household_id", "decided_on");
    mentions(tx, "help_plan", columns, households).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> PlanFacts {
        PlanFacts {
            approach: " 以产业带动，先学养殖 ".to_owned(),
            measures: vec![Measure::Education, Measure::Industry],
            decided_on: "2026-11-25".parse().unwrap(),
        }
    }

    #[test]
    fn a_plan_is_kept_in_one_form_or_refused() {
        let today = "2026-11-25".parse().unwrap();
        let kept = plan().checked(today).unwrap();
        assert_eq!(kept.approach, "以产业带动，先学养殖");
        assert_eq!(kept.measures, [Measure::Industry, Measure::Education]);

        let refused = |change: fn(&mut PlanFacts)| {
            let mut facts = plan();
            change(&mut facts);
            facts.checked(today).unwrap_err()
        };
        assert!(matches!(
            refused(|plan| plan.decided_on = "2026-11-26".parse().unwrap()),
            VisitError::FutureDate {
                pointer: "/decided_on",
                ..
            }
        ));
        assert_eq!(refused(|plan| plan.measures.clear()), VisitError::NoMeasure);
        assert_eq!(
            refused(|plan| plan.measures = vec![Measure::Water; 2]),
            VisitError::RepeatedMeasure(Measure::Water)
        );
        assert!(matches!(
            refused(|plan| plan.approach = " ".to_owned()),
            VisitError::Empty { .. }
        ));
        assert!(matches!(
            refused(|plan| plan.approach = "思".repeat(MAX_APPROACH + 1)),
            VisitError::TooLong { .. }
        ));
    }
}
