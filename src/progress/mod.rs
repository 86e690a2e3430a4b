//! Progress toward the year's target.

pub mod model;
