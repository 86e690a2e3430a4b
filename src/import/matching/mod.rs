//! What a roster says against what the register holds: which household of the file is which of the
//! register, who has moved, and what people must decide.
//!
//! It goes in two passes over the file. `outline` looks at each household once and remembers of it
//! only what the register knows of; `record_match` says which household is which; `question`
//! finds what must be decided: a changed head, another 户编号, persons who moved, families that split or merged;
//! `question_words` says it to people. `leaving` finds the members who are missing in the file: nobody leaves
//! a household unless people have said what became of them; `returned` asks about those who left and are in the file.
//! [`HouseholdPlan`] then gives chunk by chunk what is to become of each household, so that no more than a
//! chunk of the register's records is in memory.
//!
//! [`places`] asks about the names of towns and villages; `gone` says when a name may have changed.
//!
//! None of it knows the database: [`Register`](crate::household::register::Register) is a compact index
//! of the register, and each chunk is made from the records that [`HouseholdPlan::needed`] asks for.

mod chunk;
mod departed;
mod gone;
mod groups;
mod kept;
mod leaving;
mod lifted;
mod outline;
pub mod places;
mod plan;
mod question;
mod question_words;
mod record_match;
mod returned;
pub mod staff;
#[cfg(test)]
mod tests;
mod unsaid;
mod whole;

pub use departed::DepartedIndex;
pub use plan::{HouseholdPlan, OnRegister, PlanError};

/// An index as `u32`, to save memory; [`NONE`] if it is too large.
fn packed(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}

/// Stands for «no index».
const NONE: u32 = u32::MAX;

/// The reverse of [`packed`]; `None` for [`NONE`].
fn unpacked(index: u32) -> Option<usize> {
    (index != NONE).then_some(index as usize)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
