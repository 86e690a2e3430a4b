//! Who may come in, and what each may do.

pub mod account;
pub mod api;
mod attempt;
pub mod history;
pub mod idempotency;
mod limit;
mod login;
pub mod model;
pub mod password;
pub mod person;
pub mod purge;
mod source;
pub mod store;
mod token;
mod turns;
mod write;

pub use model::{Caller, Permission, Role};
pub use token::{Signed, hex, sign, unauthenticated};
