//! Columns of a roster: one table a roster, which the template writer, the header matcher and the
//! parser all read.

mod codes;
mod headings;
mod model;
mod record;
#[cfg(test)]
mod tests;

pub use codes::{AMBIGUOUS, labels};
pub use headings::{Heading, Headings, is_field};
pub use model::{Carry, Column, HOUSEHOLD_SERIAL, Kind, SERIAL};
pub use record::{Given, Put, PutCode, Record, Slot, Words, merge, put};
