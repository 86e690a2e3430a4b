//! Imports over HTTP.

mod contents;
mod household_history;
mod imports;
mod patch;

pub use contents::ContentApi;
pub use household_history::HouseholdHistoryApi;
pub use imports::RosterApi;
