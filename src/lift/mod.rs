//! Lifting a household out of poverty, step by step, and relapses.

pub mod model;
