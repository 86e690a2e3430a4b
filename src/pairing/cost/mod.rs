//! What a pair costs, and which pairs cost least: pure arithmetic, no database.
//!
//! From an [`Input`](model::Input) (where each may serve: [`reach`], what each pair costs: [`terms`])
//! the pairs that [stand beforehand](fixed_pairs) are taken out, the rest becomes a [`network`], and
//! [`solver`] reads the [best pairs](best_pairs) from its flow and says what is [short](shortage).
//! [`certificate`] proves afterwards that none are better. [`tenure_changes`]: what would change by a
//! proposal; [`next_best`]: who else could take a household.

pub mod best_pairs;
pub mod certificate;
pub mod fixed_pairs;
pub mod input_index;
pub mod load;
pub mod model;
pub mod network;
pub mod next_best;
pub mod reach;
mod run_fault;
pub mod shortage;
pub mod solver;
pub mod synthetic;
pub mod tenure_changes;
pub mod terms;
