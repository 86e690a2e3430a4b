//! The six points of the method 三清楚两明确一达成 (three clears, two clarifies, one achieve) for each
//! household, worked out from the evidence whenever somebody asks: nothing here is typed in or
//! stored, so no point can be ticked off without a record that shows it.

pub mod api;
pub mod evidence;
mod freshness;
pub mod judge;
pub mod model;
pub mod service;
pub mod store;
#[cfg(test)]
mod tests;
pub mod view;
mod words;

pub use evidence::Evidence;
pub use model::{Point, PointState, PointStatus};
pub use service::evaluate_all;
pub use store::load;
