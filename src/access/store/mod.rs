//! The tables of this room.

pub mod account;
pub(super) mod aging;
pub(super) mod attempt;
pub mod history;
pub(super) mod idempotency;
