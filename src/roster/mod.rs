//! Rosters: from the rows of a workbook to households and staff on the register.
//!
//! [`mod@column`] says what a column is, [`household`] and [`staff`] hold the two tables of columns, which
//! the template, the header and the parser read. [`layout`] finds the sheets and what their columns
//! mean, [`sheet`] reads their rows, [`value`] what people type into cells; [`grouping`] and
//! [`staffing`] make households and staff of them, [`rule`] cross-checks, [`matching`] compares with the
//! register.
//!
//! An import is a [`job`]: [`worker`] has a few tasks that [`check`] what was sent, [`commit`] takes it
//! into the register, [`undo`] takes it back; [`preview`] says field by field what it does.

pub mod api;
pub mod check;
pub mod choices;
pub mod cli;
pub mod column;
pub mod commit;
pub mod file;
pub mod grouping;
pub mod heading;
pub mod household;
pub mod job;
pub mod layout;
pub mod marked;
pub mod matching;
pub mod preview;
pub mod profile;
pub mod report;
pub mod rule;
pub mod sheet;
pub mod shelf;
pub mod staff;
pub mod staffing;
pub mod store;
pub mod template;
pub mod undo;
pub mod value;
pub mod worker;

pub use report::{ImportReport, RosterKind, RosterProblem, Severity};
