//! Values as people type them into cells.
//!
//! What can mean only one thing is put right, and [`repair`] says so: full-width characters, thousands
//! marks, units, Chinese dates, Excel's day numbers. What can mean two things is refused with a reason
//! and a remedy; a guess is at most proposed.

mod answer;
mod character;
mod date;
mod digits;
mod ditto;
mod identity;
mod line;
mod name;
mod nothing;
mod number;
mod phone;
mod register_number;
pub mod repair;
mod sent;
#[cfg(test)]
mod tests;
mod text;

pub use answer::{safe, yes_no};
pub use date::{Day, date, year};
pub use ditto::{Ditto, ditto};
pub use identity::{confirmed, identity};
pub use line::{Line, line, place, places};
pub use name::{Name, name, names};
pub use nothing::{hides_number, is_mark, says_none, says_nothing};
pub use number::{Unit, integer, money};
pub use phone::{Phone, phone};
pub use register_number::code_number;
pub use sent::{Refused, sent_line, sent_phone, sent_place, sent_places};
pub use text::{Read, Refusal, mask, plain, several, shown};
