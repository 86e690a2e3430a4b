//! The roster of households: its columns, one table for the template, the header and the parser.
//!
//! One row a person. The columns are those of the project's template, in the template's order, and
//! after them those that only the national register's export (全国扶贫开发信息系统) has, with both
//! its earlier and its later headings.

mod columns;
mod kind;
mod row;
mod status;

pub use columns::{COLUMNS, heading};
pub use kind::{HouseholdKind, derived_status};
pub use row::{HouseholdRow, MOST_MEMBERS, Shared};
pub use status::take_status_year;
