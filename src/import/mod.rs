//! Imports: a roster that was sent becomes part of the register, in one switch, and can be taken back.
//!
//! An import is a [`job`]: a [`worker`] has a few tasks that [`check`] what was sent, which
//! [`roster`](crate::roster) reads and [`matching`] compares with the register; [`report`] says what it
//! comes to, [`preview`] field by field. [`commit`] takes it into the register, [`undo`] takes it back.
//! What imports made of a household is told by [`household_history`].

pub mod api;
pub mod change;
pub mod check;
pub mod cli;
pub mod commit;
pub mod file;
pub mod household_history;
pub mod job;
pub mod matching;
pub mod preview;
pub mod profile;
pub mod report;
pub mod state;
pub mod store;
pub mod undo;
pub mod worker;

pub use report::ImportReport;
