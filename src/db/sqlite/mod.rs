//! The file of a SQLite database, and what stands beside it.
//!
//! [`names`] names the files, [`header`] reads the first bytes of one; [`guard`] says who may open it,
//! [`incarnation`] and [`file`](mod@file) that it is still the one that was opened, [`content`] what is
//! in one that no service has open.

pub(super) mod content;
pub(super) mod file;
pub(super) mod guard;
pub(super) mod header;
pub(super) mod incarnation;
pub(super) mod names;
pub(super) mod replaced;
