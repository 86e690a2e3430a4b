//! Pairs that people have made by hand, taken in from a workbook: its rows are [`read`], the household
//! and the helper of each [looked up](lookup), each pair [checked](check), and all made or none.

pub mod api;
mod check;
pub mod cli;
mod columns;
mod lookup;
pub mod model;
mod read;
pub mod service;
mod wrong;
