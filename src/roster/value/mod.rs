//! Values as people type them into cells.
//!
//! What can mean only one thing is put right, and [`repair`] says so: full-width characters, thousands
//! marks, units, Chinese dates, Excel's day numbers. What can mean two things is refused with a reason
//! and a remedy; a guess is at most proposed.

mod answer;
mod date;
mod digits;
mod identity;
mod number;
pub mod repair;
#[cfg(test)]
mod tests;
mod text;

pub use answer::{safe, yes_no};
pub use date::{Day, date, year};
pub use identity::{confirmed, identity};
pub use number::{Unit, integer, money};
pub use text::{Read, Refusal, code_number, mask, name, plain, says_nothing, several, shown, text};
