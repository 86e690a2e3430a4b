//! What an import would make of households, written beside the register row by row, so that taking
//! it over is a handful of statements and does not block others for long.
//!
//! `import_household` says what is to be done to each household and stays as the record of it;
//! `staged_household` and `staged_member` hold what the households are to become, until that is
//! done. `member_departure` keeps why members leave.

mod model;
mod service;
mod store;

pub use model::{Becoming, Departed, Departure, Entry, Outdated, Planned, Staged};
pub use service::{take_back, take_over};
pub use store::clear;
pub use store::departures::{departed, departures};
pub use store::entries::{added_by, changed_since, closed_by, counts, list, touched};
pub use store::facts::{facts_inserts, inserts, staged};
pub use store::switch::{first_outdated, outdated, settle};
