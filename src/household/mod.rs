//! Households on the register and their members.

pub mod api;
pub mod change;
mod code;
mod identity;
pub mod model;
pub mod register;
pub mod staging;
pub mod store;

pub use code::*;
pub use identity::{IdentityError, IdentityNumber};
pub use model::{HouseholdFacts, Member};
pub use store::Household;
