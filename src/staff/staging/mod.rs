//! What an import would make of staff, written beside the register until it is done; it stays as the
//! record of the import.

mod model;
mod service;
mod store;

pub use model::{Entry, Planned, changed_since, holders, outdated};
pub use service::{take_back, take_over};
pub use store::{add, added_by, clear, list, taken};
