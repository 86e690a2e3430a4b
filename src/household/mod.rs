//! Households on the register and their members, and the cross-checks between their facts.

pub mod api;
pub mod area;
mod field;
mod filter;
pub mod model;
pub mod naming;
pub mod open;
pub mod person_match;
pub mod register;
pub mod rule;
pub mod service;
pub mod staging;
pub mod store;

pub use crate::codes::*;
pub use crate::identity::{IdentityError, IdentityNumber};
pub use model::{HouseholdFacts, Member};
pub use store::Household;
