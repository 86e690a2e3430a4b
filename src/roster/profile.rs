//! What the columns of a file mean, saved under a name for the next file of the same make.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::choices::ColumnChoice;
use super::report::RosterKind;

/// A saved mapping of headings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its id.
    pub id: Uuid,
    /// Which roster it is for.
    pub kind: RosterKind,
    /// Name by which people know it.
    pub name: String,
    /// What each heading means.
    pub columns: Vec<ColumnChoice>,
    /// Whether it was named for this import; else it counts only for a sheet that has just its
    /// headings.
    #[serde(skip)]
    pub named: bool,
}
