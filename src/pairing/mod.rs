//! Who helps whom: runs that propose, pairings that hold, and those that have ended.
//!
//! A run goes [`input_store::input`] (what is known) → [`solver`] (the network and its best flow, by
//! [`flow`](crate::flow)) → [`shortage`] (what is missing) → [`run`] (kept, confirmed or dropped). As a
//! draft it is explained and edited by hand ([`draft_edit`], [`edit`]). What a pair costs stands in
//! [`model`], what each term weighs in [`pairing_rules`](crate::settings::pairing_rules), which skills a
//! helper has in [`skill`](crate::settings::skill).
//! What a run stands on is kept with it ([`basis`]), so that anyone can [`audit`] it: its
//! [`certificate`] proves that none is better.
//! What is decided before anything is weighed stands in [`constraint`] (what the office set of a pair)
//! and [`fixed_pairs`] (the pairs of a run that stand by it); [`eligibility`] refuses what may not be
//! made by hand.
//! What happens to pairs that hold: [`departure`] (a helper leaves, comes back, goes to another unit),
//! [`ending`] (on which day they may end), [`handover`] (what they tell the next one),
//! [`on_household_closed`] (an import closes the household). Beside the responsible helper, one more may
//! [`assist`] a household. Who serves whom, then, stands in [`serving`](crate::serving).

pub mod api;
pub mod assist;
pub mod audit;
pub mod audit_api;
pub mod basis;
pub mod certificate;
pub mod cli;
pub mod constraint;
pub mod departure;
pub mod departure_api;
pub mod draft_edit;
pub mod edit;
pub mod edit_api;
pub mod edit_store;
pub mod eligibility;
pub mod ending;
pub mod error;
pub mod fixed_pairs;
pub mod handover;
pub mod handover_api;
pub mod import;
pub mod input_store;
pub mod model;
pub mod on_household_closed;
pub mod plan;
pub mod roll;
pub mod run;
pub mod run_api;
pub mod run_store;
mod scope;
pub mod shortage;
pub mod solver;
pub mod synthetic;

#[cfg(test)]
mod tests;
