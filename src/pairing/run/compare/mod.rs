//! Two runs beside each other: their totals, and the households for which they differ.

pub mod api;
pub mod model;
pub mod service;
mod store;
