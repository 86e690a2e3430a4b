//! What is sent to have something done to a lift.

use chrono::NaiveDate;
use poem_openapi::Object;
use serde::Serialize;

use super::model::Step;

/// A lift to be proposed.
#[derive(Object, Serialize)]
pub struct LiftProposal {
    /// The day on which it was proposed.
    pub date: NaiveDate,
    /// Who proposed it.
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    pub person: String,
    /// What there is to say about it.
    #[oai(validator(max_length = 1000))]
    pub note: Option<String>,
}

/// A step that was done.
#[derive(Object, Serialize)]
pub struct LiftStepReport {
    /// Which step: the one that is due.
    pub step: Step,
    /// The day on which it was done.
    pub date: NaiveDate,
    /// Who did it.
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    pub person: String,
    /// What there is to say about it.
    #[oai(validator(max_length = 1000))]
    pub note: Option<String>,
    /// With `verified` only: whether those who verified found the household without worry about food.
    pub no_worry_food: Option<bool>,
    /// With `verified` only: whether they found it without worry about clothing.
    pub no_worry_clothing: Option<bool>,
}

/// The end of a lift that does not go on.
#[derive(Object, Serialize)]
pub struct LiftRejection {
    /// The day on which it was rejected.
    pub date: NaiveDate,
    /// Who rejected it.
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    pub person: String,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 1000, custom = "crate::api::NotBlank"))]
    pub reason: String,
}

/// A household that fell back.
#[derive(Object, Serialize)]
pub struct LiftRelapse {
    /// The day on which it fell back, not before the approval.
    pub date: NaiveDate,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 1000, custom = "crate::api::NotBlank"))]
    pub reason: String,
}
