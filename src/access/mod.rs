//! Who may come in, and what each may do.

pub mod api;
mod attempt;
mod field;
pub mod idempotency;
mod limit;
pub mod log;
mod login;
pub mod making;
pub mod model;
pub mod password;
pub mod person;
pub mod privacy;
pub mod private_text;
pub mod purge;
pub mod rule;
pub mod search;
pub mod service;
pub mod shield;
mod sight;
mod source;
pub(crate) mod store;
mod token;
mod turns;
mod write;

pub use field::Field;
pub use model::{Caller, Permission, Reach, Role};
pub use sight::{Kind, Sight};
pub use store::history;
pub use token::{Signed, sign, unauthenticated};
