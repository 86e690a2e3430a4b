//! The six points as they are shown.

use chrono::NaiveDate;
use poem_openapi::Object;
use uuid::Uuid;

use super::model::{PointState, PointStatus};
use crate::household::store::{AreaKey, Household};

/// How the six points stand for one household.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct HouseholdMethod {
    /// The household.
    pub household_id: Uuid,
    /// Household number (户编号).
    pub number: Option<String>,
    /// Where its place stands among others.
    #[oai(skip)]
    pub area_key: String,
    /// Name of the household's head.
    pub head_name: String,
    /// Town (镇、乡、街道).
    pub town: String,
    /// Village (村、居).
    pub village: String,
    /// Staff number (工号) of the helper who is responsible now.
    pub staff_number: Option<String>,
    /// Name of that helper.
    pub helper_name: Option<String>,
    /// The day for which this is worked out, in China.
    pub as_of: NaiveDate,
    /// How many of the six points are met.
    pub met: u32,
    /// The six points, always all and in their order.
    #[oai(validator(max_items = 6))]
    pub points: Vec<PointState>,
}

impl HouseholdMethod {
    /// The points of a household on a day.
    pub fn of(
        household: Household,
        (staff_number, helper_name): (Option<String>, Option<String>),
        points: [PointState; 6],
        as_of: NaiveDate,
    ) -> Self {
        let met = points
            .iter()
            .filter(|point| point.state == PointStatus::Met)
            .count();
        let head_name = household.facts.head().map(|head| head.name.clone());
        Self {
            household_id: household.id,
            area_key: household.area_key,
            head_name: head_name.unwrap_or_default(),
            number: household.facts.number,
            town: household.facts.town,
            village: household.facts.village,
            staff_number,
            helper_name,
            as_of,
            met: u32::try_from(met).unwrap_or_default(),
            points: points.into(),
        }
    }

    /// Where it stands in a list.
    pub fn key(&self) -> AreaKey {
        (self.area_key.clone(), self.household_id)
    }
}
