//! What the office decides of a household and a helper before any run: that they are a pair, or that
//! they never are.

pub mod api;
pub mod model;
pub mod service;
pub mod store;
