//! Lifting a household out of poverty, step by step, and relapses.

pub mod api;
pub mod model;
pub mod store;
