//! Rosters: from the rows of a workbook to households and staff on the register.
//!
//! [`mod@column`] says what a column is, [`household`] and [`staff`] hold the two tables of columns, which
//! the template, the header and the parser read. [`value`] reads what people type, [`sheet`] finds the
//! header and reads the rows, [`grouping`] and [`staffing`] make households and staff of them, [`rule`]
//! cross-checks, [`import`] compares with the register and writes.

pub mod api;
pub mod choices;
pub mod cli;
pub mod column;
pub mod grouping;
pub mod household;
pub mod import;
pub mod marked;
pub mod report;
pub mod rule;
pub mod sheet;
pub mod shelf;
pub mod staff;
pub mod staffing;
pub mod store;
pub mod template;
pub mod value;

pub use report::{Counts, ImportReport, RosterKind, RosterProblem, Severity};
