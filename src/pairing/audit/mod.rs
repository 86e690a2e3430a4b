//! Anyone can check a run long after: [`service`] compares what it says with what it stands on, and
//! [`export`] writes its network for another solver.

pub mod api;
pub mod cli;
pub mod export;
pub mod service;
mod store;
