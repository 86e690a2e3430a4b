//! What an office decides for itself: how many households by rank, how long evidence is fresh, the
//! year's target and income line.

pub mod api;
mod error;
pub mod model;
pub mod pairing_rules;
mod service;
pub mod skill;
pub mod store;

pub use model::{CapacityByRank, Settings, YearPlan};
