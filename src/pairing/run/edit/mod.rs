//! Changing a run by hand before it is decided.

pub mod api;
pub mod model;
pub mod service;
pub mod store;
