//! The workbooks that leaders hand up.

pub mod api;
pub mod cli;
pub mod model;
pub mod pairings;
pub mod service;
pub mod sheets;
pub mod store;
