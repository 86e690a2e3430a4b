//! Lifting a household out of poverty, step by step, and relapses.
//!
//! `model` has the lift and where it stood on a day, `condition` what must hold for it,
//! `procedure` what may follow what.

pub(crate) mod api;
pub(crate) mod condition;
mod error;
pub(crate) mod input;
pub(crate) mod model;
pub(crate) mod procedure;
pub(crate) mod service;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub(crate) mod view;
