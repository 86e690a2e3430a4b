//! Days on which a person is given no household: on leave, or leaving.

pub mod api;
mod error;
mod model;
mod service;
mod store;

pub use model::{Leave, LeaveError};
pub use store::{all, naming, on};
