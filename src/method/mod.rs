//! The six points of the method 三清楚两明确一达成 (three clears, two clarifies, one achieve) for each
//! household, worked out from the evidence whenever somebody asks: nothing here is typed in or
//! stored, so no point can be ticked off without a record that shows it.

pub(crate) mod api;
pub(crate) mod evidence;
mod freshness;
pub(crate) mod judge;
pub mod model;
pub(crate) mod service;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub(crate) mod view;
mod words;

pub use model::{Point, PointState, PointStatus, next_due};
pub use service::{evaluate_all, points_of};
