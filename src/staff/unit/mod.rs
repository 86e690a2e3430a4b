//! Units and the villages they are linked to (定点帮扶).

pub mod api;
mod model;
pub(crate) mod service;
mod store;

pub use model::{Area, Unit, names_in, town_in};
pub use store::{all_villages, find, find_named, put_back, remove, rename, set_villages, villages};
