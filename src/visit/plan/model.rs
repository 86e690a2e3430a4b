//! What a help plan holds, and the rules for setting one.

use chrono::NaiveDate;
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::api::Instant;
use crate::db::Json;
use crate::household::Measure;
use crate::visit::model::{VisitError, distinct, needed_text, not_after_today};

/// Longest approach, in characters.
pub const MAX_APPROACH: usize = 4000;

/// What is decided.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize, Object)]
#[oai(rename = "HelpPlanInput")]
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
    #[oai(rename = "recorded_at")]
    pub decided_at: Instant,
    /// The account that wrote it down.
    #[oai(rename = "recorded_by")]
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
