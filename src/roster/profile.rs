//! What the columns of a file mean, saved under a name for the next file of the same make.
//!
//! A profile counts for an import that names it, and for any sheet that has just its headings.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::choices::ColumnChoice;
use super::report::RosterKind;
use super::{column, household, pairs, staff};
use crate::db::Json;

/// A saved mapping of headings. It is never changed: another takes its place.
#[derive(Clone, Debug, FromRow)]
pub struct Profile {
    /// Imports name the profile that they use by this.
    pub id: Uuid,
    /// For which rosters it is.
    pub kind: RosterKind,
    /// Name by which people know it.
    pub name: String,
    /// What each heading means.
    pub columns: Json<Vec<ColumnChoice>>,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
    /// By which account.
    pub created_by: String,
}

/// The names of all fields that columns of a roster may fill.
pub fn field_names(kind: RosterKind) -> Vec<&'static str> {
    let keys: Vec<_> = match kind {
        RosterKind::Households => household::COLUMNS.iter().map(|it| it.key).collect(),
        RosterKind::Staff => staff::COLUMNS.iter().map(|it| it.key).collect(),
        RosterKind::Pairings => pairs::COLUMNS.iter().map(|it| it.key).collect(),
    };
    keys.into_iter().filter(|key| !key.is_empty()).collect()
}

/// The first of some choices that names a field which the roster does not have.
pub fn unknown_field(kind: RosterKind, columns: &[ColumnChoice]) -> Option<usize> {
    let known = |field: &str| match kind {
        RosterKind::Households => column::is_field(household::COLUMNS, field),
        RosterKind::Staff => column::is_field(staff::COLUMNS, field),
        RosterKind::Pairings => column::is_field(pairs::COLUMNS, field),
    };
    columns
        .iter()
        .position(|choice| choice.field.as_deref().is_some_and(|field| !known(field)))
}
