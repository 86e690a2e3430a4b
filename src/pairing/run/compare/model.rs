//! Two runs beside each other.

use uuid::Uuid;

use crate::pairing::cost::load::Spread;
use crate::pairing::run::model::{AreaKey, Choice, Run};

/// A run in numbers, to be compared with another one.
#[derive(Clone, Debug)]
pub struct Totals {
    pub(crate) run: Run,
    /// Households that get another helper than the last one that they had before the run.
    pub changes: i64,
    /// The loads of its helpers.
    pub spread: Option<Spread>,
}

/// Two runs beside each other.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub(crate) one: Totals,
    pub(crate) other: Totals,
    /// Households whose helper differs.
    pub differing: i64,
    /// A page of them.
    pub differences: Vec<Difference>,
    /// The cursor of the next page.
    pub next_cursor: Option<String>,
}

/// A household to which two runs give different helpers, or only one of them anybody.
#[derive(Clone, Debug)]
pub struct Difference {
    pub(crate) household_id: Uuid,
    pub(crate) household_number: Option<String>,
    pub(crate) head_name: String,
    pub(crate) town: String,
    pub(crate) village: String,
    /// Where its place stands among others.
    pub(crate) area_key: String,
    /// What the one run proposes; none if it is not for this household.
    pub one: Option<Choice>,
    /// What the other run proposes.
    pub other: Option<Choice>,
}

impl Difference {
    /// Where the next page begins after it.
    pub(crate) fn area_key(&self) -> AreaKey {
        (self.area_key.clone(), self.household_id)
    }
}
