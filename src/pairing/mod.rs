//! Who should help whom: pairs that are proposed, decided, begun and ended. Who serves whom, then, is a
//! fact of [`serving`](crate::serving).
//!
//! A sub-room knows those above it in this list, never one below:
//!
//! 1. [`error`] (what keeps a pair from being made), and small files that all ask: `day`, `rights`,
//!    `registered`, `blocking`, `tenure`.
//! 2. [`constraint`]: pairs that the office pins or forbids.
//! 3. [`eligibility`]: may this person take this household? The one answer, which all below ask.
//! 4. [`cost`]: what a pair costs, and which pairs cost least. No database.
//! 5. [`assist`], then [`assign`]: a household is given an assistant or a responsible helper by hand.
//! 6. [`run`]: the least costly pairs are proposed, edited by hand, confirmed or dropped.
//! 7. [`staffing`]: a helper goes, comes back, hands over; a household is closed.
//! 8. [`import`] (a list of pairs from Excel, checked and made), [`audit`] (is a run what it says?), [`roll`] (who helps
//!    whom as of a day).

pub mod assign;
pub mod assist;
pub mod audit;
mod blocking;
pub mod constraint;
pub mod cost;
mod day;
pub mod eligibility;
pub mod error;
pub mod import;
mod registered;
mod rights;
pub mod roll;
pub mod run;
pub mod staffing;
mod tenure;

#[cfg(test)]
mod tests;
