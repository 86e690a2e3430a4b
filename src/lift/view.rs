//! Lifts as they are shown.

use chrono::NaiveDate;
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::condition::ConditionState;
use super::model::{State, Step, StepRecord};
use super::store::NamedLift;
use crate::api::Instant;

/// The household of a lift.
#[derive(Clone, Serialize, Deserialize, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct LiftHousehold {
    /// Its id.
    pub id: Uuid,
    /// Household number (户编号).
    pub number: Option<String>,
    /// Name of the head (户主姓名).
    pub head_name: String,
    /// Town (镇).
    pub town: String,
    /// Village (村).
    pub village: String,
}

/// One step of a lift.
#[derive(Clone, Serialize, Deserialize, Object)]
#[oai(rename = "LiftStep", skip_serializing_if_is_none)]
pub struct LiftStepView {
    /// Which step; of a rejection, the one that was due.
    pub step: Step,
    /// The day on which it was done.
    pub date: NaiveDate,
    /// Who did it.
    pub person: String,
    /// What there is to say about it; of a rejection, the reason.
    pub note: Option<String>,
    /// Whether the lift was rejected here.
    pub rejected: bool,
    /// The income line, in fen, that the conditions were held against.
    pub line_fen: Option<i64>,
    /// The conditions as they were found for this step.
    pub conditions: Option<Vec<ConditionState>>,
    /// When it was written down.
    pub recorded_at: Instant,
    /// By which account.
    pub recorded_by: String,
}

/// A lift with its steps.
#[derive(Clone, Serialize, Deserialize, Object)]
#[oai(rename = "Lift", skip_serializing_if_is_none)]
pub struct LiftView {
    /// Its id.
    pub id: Uuid,
    /// The household.
    pub household: LiftHousehold,
    /// Where it stands.
    pub state: State,
    /// Whether the household had been lifted before: then it counts as lifted again, never as newly
    /// lifted.
    pub again: bool,
    /// The steps so far, in order.
    pub steps: Vec<LiftStepView>,
    /// The step that is due; absent once the lift has ended.
    pub due_step: Option<Step>,
    /// The first day on which that step may be done.
    pub due_from: Option<NaiveDate>,
    /// The conditions as they are today, while the lift is under way.
    pub conditions: Option<Vec<ConditionState>>,
    /// The day of approval; the lift counts to its year.
    pub approved_on: Option<NaiveDate>,
    /// The helper who was responsible on that day.
    #[oai(rename = "staff_id")]
    pub helper_id: Option<Uuid>,
    /// That helper's staff number (工号).
    pub staff_number: Option<String>,
    /// That helper's name.
    pub helper_name: Option<String>,
    /// The day on which the household fell back.
    pub relapsed_on: Option<NaiveDate>,
    /// Why it did.
    pub relapse_reason: Option<String>,
    /// Which account wrote that down.
    pub relapse_by: Option<String>,
    /// When it was first written down.
    pub started_at: Instant,
    /// By which account.
    pub started_by: String,
    /// Counts its changes; the `ETag` of the lift.
    pub version: i64,
}

/// A lift in a list.
#[derive(Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct LiftSummary {
    /// Its id.
    pub id: Uuid,
    /// The household.
    pub household: LiftHousehold,
    /// Where it stands.
    pub state: State,
    /// Whether the household had been lifted before.
    pub again: bool,
    /// The step that is due; absent once the lift has ended.
    pub due_step: Option<Step>,
    /// The day of approval; the lift counts to its year.
    pub approved_on: Option<NaiveDate>,
    /// The helper who was responsible on that day.
    #[oai(rename = "staff_id")]
    pub helper_id: Option<Uuid>,
    /// That helper's staff number (工号).
    pub staff_number: Option<String>,
    /// That helper's name.
    pub helper_name: Option<String>,
    /// The day on which the household fell back.
    pub relapsed_on: Option<NaiveDate>,
    /// When it was first written down.
    pub started_at: Instant,
    /// Counts its changes.
    pub version: i64,
}

impl From<&NamedLift> for LiftHousehold {
    fn from(named: &NamedLift) -> Self {
        Self {
            id: named.lift.household_id,
            number: named.household_number.clone(),
            head_name: named.head_name.clone(),
            town: named.town.clone(),
            village: named.village.clone(),
        }
    }
}

impl From<&StepRecord> for LiftStepView {
    fn from(record: &StepRecord) -> Self {
        let evidence = record.evidence.as_ref().map(|evidence| &evidence.0);
        Self {
            step: record.step,
            date: record.on_date,
            person: record.person.clone(),
            note: record.note.clone(),
            rejected: record.rejected,
            line_fen: evidence.map(|evidence| evidence.line_fen),
            conditions: evidence.map(|evidence| evidence.conditions.clone()),
            recorded_at: record.recorded_at.into(),
            recorded_by: record.recorded_by.clone(),
        }
    }
}

impl LiftView {
    /// `publicity_days`: how long its list must be public. With the conditions while it is under way.
    pub fn of(
        named: &NamedLift,
        publicity_days: u32,
        conditions: Option<Vec<ConditionState>>,
    ) -> Self {
        let lift = &named.lift;
        Self {
            id: lift.id,
            household: named.into(),
            state: lift.state,
            again: lift.again,
            steps: lift.steps.iter().map(Into::into).collect(),
            due_step: lift.state.due(),
            due_from: lift.earliest_next(publicity_days),
            conditions,
            approved_on: lift.approved_on,
            helper_id: lift.helper_id,
            staff_number: named.staff_number.clone(),
            helper_name: named.helper_name.clone(),
            relapsed_on: lift.relapsed_on,
            relapse_reason: lift.relapse_reason.clone(),
            relapse_by: lift.relapse_by.clone(),
            started_at: lift.started_at.into(),
            started_by: lift.started_by.clone(),
            version: lift.version,
        }
    }
}

impl From<&NamedLift> for LiftSummary {
    fn from(named: &NamedLift) -> Self {
        let lift = &named.lift;
        Self {
            id: lift.id,
            household: named.into(),
            state: lift.state,
            again: lift.again,
            due_step: lift.state.due(),
            approved_on: lift.approved_on,
            helper_id: lift.helper_id,
            staff_number: named.staff_number.clone(),
            helper_name: named.helper_name.clone(),
            relapsed_on: lift.relapsed_on,
            started_at: lift.started_at.into(),
            version: lift.version,
        }
    }
}
