//! The life of an import: sent, checked, looked at, and then taken into the register or not.
//!
//! ```text
//! queued ─► reading ─► checking ─► ready ─► committed ─► undone
//!    ▲          │          │         ├────► cancelled, expired
//!    └──────────┴─ again ──┴─────────┘      failed: the file cannot be read
//! ```
//!
//! Whoever works on an import holds a lease of it. To cancel it, or to check it anew, is to take the
//! lease away: the next thing that the worker writes finds that out, and nothing of it stays.

mod commit;
mod decide;
mod history;
mod read;
mod undo;
mod upload;

pub use commit::commit;
pub use decide::{cancel, check_again, choose};
pub use history::household_history;
pub use read::{changes, file, follow, get, list, marked_file, problems};
pub use undo::{outlook, undo};
pub use upload::{StartError, Upload, start};
