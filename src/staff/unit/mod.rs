//! Units and the villages they are linked to (定点帮扶).

pub mod api;
mod model;
pub(crate) mod service;
mod store;

pub use model::{Area, Unit};
pub use store::{all_villages, find, list, villages};
