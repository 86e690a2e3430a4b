//! The towns and villages of the register: their households, and what they are called.

mod store;

pub use store::{Named, count, of_place, open_by_name, rename, towns_with, villages_of};
