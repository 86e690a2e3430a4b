//! From rows, one a person, to households: which rows belong together, what they say of their
//! household, and whether it holds together.

mod broken;
mod draft;
mod group;
mod model;
mod person;
mod read;
mod review;
mod twins;
mod unspoken;

pub use broken::masked_identity;
pub use model::{Context, HouseholdRoster, ReadHousehold};
pub use read::{read, unpackable};
pub use unspoken::{keep_unspoken, same_person};
