//! Progress toward the year's target.

pub(crate) mod api;
pub mod basis;
pub mod cli;
mod error;
pub mod model;
pub(crate) mod service;
pub(crate) mod store;
pub mod summary;
pub(crate) mod view;
