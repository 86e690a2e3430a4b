//! A helper leaves, comes back or goes to another unit.

pub mod api;
pub mod model;
pub mod service;
