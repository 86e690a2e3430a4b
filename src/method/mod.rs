//! The six points of the method 三清楚两明确一达成 (three clears, two clarifies, one achieve) for each
//! household, worked out from the evidence whenever somebody asks: nothing here is typed in or
//! stored, so no point can be ticked off without a record that shows it.

pub mod api;
pub mod model;
pub mod store;
#[cfg(test)]
mod tests;

pub use model::{Evidence, Point, PointState, PointStatus};
pub use store::{evaluate_all, load};
