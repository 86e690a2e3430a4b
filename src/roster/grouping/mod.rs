//! From rows, one a person, to households: which rows belong together, what they say of their
//! household, and whether it holds together.

mod absent_columns;
mod area_tally;
mod bare_rows;
mod broken;
mod draft;
mod file_wide;
mod group;
mod lack;
mod model;
mod person;
mod read;
mod review;
mod serials;
mod twins;
mod unsaid;

pub use absent_columns::{Keeping, Kept, KeptReason, beside_head, keep_members, status_beside};
pub use area_tally::{AreaTally, NamedArea};
pub use broken::masked_identity;
pub use lack::Lack;
pub use model::{Context, HouseholdRoster, ReadHousehold, SaidHead, StatedSize, StatusDetail};
pub use read::{read, unpackable};
pub use unsaid::Unsaid;
