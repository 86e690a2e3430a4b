//! Progress toward the year's target.

pub mod api;
mod error;
pub mod model;
pub mod service;
pub mod store;
pub mod view;
