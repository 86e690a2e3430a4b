//! What pairings and assistances have in common.

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

pub(super) mod service;

/// A pairing or an assistance to be made by hand.
#[derive(Clone, Debug, Serialize)]
pub struct NewTenure {
    pub(crate) household_id: Uuid,
    pub(crate) staff_id: Uuid,
    /// First day; today if not said.
    pub from_date: Option<NaiveDate>,
    pub(crate) reason: String,
}
