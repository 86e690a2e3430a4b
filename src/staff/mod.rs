//! Units and the staff who help.

pub mod api;
pub mod model;
pub mod store;

pub use model::{Rank, StaffFacts};
