//! A town, a village or a unit that gets another name or becomes part of another, from a day: households, units
//! and helpers follow, what they were is kept, and it can be taken back.
//!
//! Towns and villages have no records of their own: a household, a unit's link and a helper's area say them by
//! name. So a new name is written to all of them at once, here and nowhere else.

mod above;
pub mod alike;
pub mod api;
mod day;
mod error;
mod follow;
mod former;
mod links;
mod model;
mod name;
pub mod service;
mod since;
pub mod spelling;
mod store;
mod taking_back;

pub(crate) use error::RenamingError;
pub use former::{FormerNames, Since};
pub use links::{Links, links};
pub use model::{Change, Locality, Planned, Renaming, RenamingKind, one_by_one};
pub use since::{Cause, NamesSince, Standing, names_since};
