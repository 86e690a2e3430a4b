//! The roll of pairings as of a day: every household with whoever was responsible for it.

pub mod model;
pub mod store;
