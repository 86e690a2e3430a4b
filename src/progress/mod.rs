//! Progress toward the year's target.

pub(crate) mod api;
pub mod cli;
mod error;
pub mod model;
pub(crate) mod service;
pub(crate) mod store;
pub(crate) mod view;
