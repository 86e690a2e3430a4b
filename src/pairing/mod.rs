//! Who helps whom: runs that propose, pairings that hold, and those that have ended.
//!
//! A run goes [`store::input`] (what is known) → [`solver`] (the network and its best flow, by
//! [`flow`]) → [`shortage`] (what is missing) → [`run`] (kept, confirmed or dropped), and meanwhile
//! may lie on the [`desk`] to be explained and edited by hand ([`edit`]). What a pair costs stands in
//! [`model`], which skills fit which cause in [`skill`].

pub mod api;
pub mod cli;
pub mod county;
pub mod desk;
pub mod edit;
pub mod edit_api;
pub mod edit_store;
pub mod flow;
pub mod model;
pub mod roll;
pub mod run;
pub mod run_api;
pub mod shortage;
pub mod skill;
pub mod solver;
pub mod store;

#[cfg(test)]
mod tests;
