//! Progress toward the year's target.

pub mod api;
pub mod model;
pub mod store;
