//! Who may come in, and what each may do.

pub mod api;
pub mod history;
pub mod idempotency;
pub mod model;
pub mod password;
pub mod person;
pub mod store;
mod token;

pub use model::{Caller, Permission, Role};
pub use token::{Signed, hex, sign, unauthenticated};
