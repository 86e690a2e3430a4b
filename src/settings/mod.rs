//! What an office decides for itself: how many households by rank, how long evidence is fresh, the
//! year's target and income line.

pub mod api;
pub mod model;
pub mod pairing_rules;
pub mod skill;
pub mod store;

pub use model::{CapacityByRank, Settings, YearPlan};
