//! Imports: a roster that was sent becomes part of the register, in one switch, and can be taken back.
//!
//! [`service`] has what is done to an import, and its life. A [`worker`] has a few tasks that [`check`]
//! what was sent, which [`roster`](crate::roster) reads and [`matching`] compares with the register;
//! [`report`] says what it comes to, [`preview`] field by field. What [`dependent`] finds keeps an
//! import from being undone.

pub(crate) mod api;
pub(crate) mod change;
pub(crate) mod check;
mod chosen;
pub mod cli;
pub(crate) mod dependent;
mod error;
mod field_view;
pub mod file;
pub(crate) mod matching;
pub mod model;
pub(crate) mod preview;
pub(crate) mod profile;
mod reading;
pub mod report;
pub(crate) mod service;
pub mod state;
pub(crate) mod store;
pub(crate) mod view;
pub mod worker;

pub use report::ImportReport;
