//! Who may come in, and what each may do.

pub mod api;
pub mod history;
pub mod idempotency;
pub mod log;
pub mod model;
pub mod password;
pub mod privacy;
pub mod private_text;
pub mod shield;
pub mod store;
mod token;

pub use model::{Caller, Permission, Role};
pub use privacy::{Kind, Sight};
pub use token::{Signed, hex, unauthenticated};
