//! Who helps whom: runs that propose, pairings that hold, and those that have ended.

pub mod store;
