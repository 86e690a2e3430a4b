//! Units and the staff who help.

pub mod api;
pub mod api_leave;
pub mod api_unit;
mod fields;
pub mod leave;
pub mod model;
pub mod staging;
pub mod store;
pub mod unit;

pub use model::{Rank, StaffFacts};
