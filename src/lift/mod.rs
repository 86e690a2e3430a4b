//! Lifting a household out of poverty, step by step, and relapses.
//!
//! [`model`] has the lift and where it stood on a day, [`condition`] what must hold for it,
//! [`procedure`] what may follow what.

pub mod api;
pub mod condition;
mod error;
pub mod input;
pub mod model;
pub mod procedure;
pub mod service;
pub mod store;
#[cfg(test)]
mod tests;
pub mod view;
