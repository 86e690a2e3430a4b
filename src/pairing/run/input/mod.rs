//! What a run stands on, from the database.

mod read;
mod store;

pub use read::{households_left_by, read_input};
