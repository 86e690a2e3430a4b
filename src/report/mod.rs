//! The workbooks that leaders hand up.

pub mod api;
pub mod cli;
pub mod model;
mod sheets;
pub mod store;
