//! Units and the staff who help.

pub mod api;
mod fields;
pub mod leave;
pub mod model;
pub mod service;
pub mod staging;
pub mod store;
pub mod unit;

pub use model::{Rank, StaffFacts};
