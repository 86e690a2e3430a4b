//! The workbook that was sent, with its faulty cells coloured and noted, and a sheet that lists all
//! problems: what a clerk puts right and sends again.
//!
//! An .xlsx stays the clerk's own file: its formats, formulas, filters and other sheets are what they
//! were ([`in_place`](crate::workbook::in_place)). What is in another format is written anew as .xlsx (`rewritten.rs`), and the list
//! says so.

mod error;
mod problem_list;
mod rewritten;
mod write;

pub use error::MarkError;
pub use problem_list::{PROBLEMS_SHEET, Told, is_problem_list};
pub use rewritten::Reason;
pub use write::{write, write_anew};
