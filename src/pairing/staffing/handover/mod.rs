//! Hand-over notes: what a helper tells the next one of a household.

pub mod api;
pub mod model;
pub mod service;
pub mod store;
