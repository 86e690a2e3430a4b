//! What a run stands on, from the database.

pub mod service;
mod store;
