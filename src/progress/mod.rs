//! Progress toward the year's target.

pub(crate) mod api;
mod error;
pub mod model;
pub(crate) mod service;
pub(crate) mod store;
pub(crate) mod view;
