//! Cross-checks between the facts of a household: tables of rules, used at import, on the page of
//! a household and in the report on data quality.
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

pub use check::{check, needs_all_members};
pub use model::{Finding, Rule, Severity};
pub use of_import::{
    DISABILITY_CERTIFICATE, MEMBER_COUNT, SAME_IDENTITY_NUMBER, SUSPECTED_DUPLICATE,
};
