//! Cross-checks between the facts of a household: tables of rules, used at import and where a household is
//! shown. A new one is a row of `of_members.rs` or `of_household.rs`; one that has to see the whole roster has
//! its row in `of_import.rs`, and its check where rows are put together (`roster/grouping`) or compared with
//! the register (`import/matching`).
//!
//! They are the contradictions that data inspectors of the national register send back. A rule says
//! nothing where the facts it needs are not known.

mod check;
mod model;
mod of_household;
mod of_import;
mod of_members;
#[cfg(test)]
mod tests;

pub use check::check;
pub use model::{Finding, Rule, Severity};
pub use of_household::about_lifted_year;
pub use of_import::{
    DISABILITY_CERTIFICATE, MEMBER_COUNT, SAME_IDENTITY_NUMBER, SUSPECTED_DUPLICATE,
};
pub use of_members::{IDENTITY_BIRTH_DATE, IDENTITY_SEX, NO_HEAD, TWO_SPOUSES};
