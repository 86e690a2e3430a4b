//! Households on the register and their members.

mod code;
mod identity;
pub mod model;

pub use code::*;
pub use identity::{IdentityError, IdentityNumber};
