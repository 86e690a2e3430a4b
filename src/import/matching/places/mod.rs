//! The places that a roster names against those of the register and those that units and helpers are linked to:
//! names that may be spellings of one place, and places that the roster calls otherwise than the register.
//!
//! Each is one question, however many rows it is about. What was answered is done when the import is taken into
//! the register: its own households are written under the name that stands, and everything else that says the
//! other name follows by a [`renaming`](crate::renaming).

mod names;
mod reformed;
mod renamed;
mod spelling;
mod suspects;
mod tally;
mod words;

pub use names::PlaceNames;
pub use renamed::{PlacesRenamed, places_renamed};
pub use spelling::{FileArea, FileUnit, KnownPlaces, Spellings};
pub use tally::Reading;
pub use words::cut_key;
