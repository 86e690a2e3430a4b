//! Profiles as they are sent and shown.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::api::Instant;
use crate::roster::choices::ColumnChoice;
use crate::roster::profile::Profile;
use crate::roster::report::RosterKind;

/// A saved mapping of headings.
#[derive(Serialize, Deserialize, Object)]
#[oai(rename = "ImportProfile", skip_serializing_if_is_none)]
pub struct ProfileView {
    /// Its id: name it when you send a file.
    pub id: Uuid,
    /// Which roster it is for.
    pub kind: RosterKind,
    /// Name by which people know it.
    pub name: String,
    /// What each heading means.
    #[oai(validator(max_items = 200))]
    pub columns: Vec<ColumnChoice>,
    /// When it was saved.
    pub created_at: Instant,
    /// By which account.
    pub created_by: String,
    /// The `ETag`; a profile is never changed.
    pub version: i64,
}

/// A mapping of headings to save.
#[derive(Serialize, Object)]
#[oai(rename = "ImportProfileInput")]
pub struct NewProfile {
    /// Which roster it is for.
    pub kind: RosterKind,
    /// Name by which people will know it; no other of its kind may have it.
    #[oai(validator(min_length = 1, max_length = 100))]
    pub name: String,
    /// What each heading means. A sheet that has just these headings is read by it without naming it.
    #[oai(validator(min_items = 1, max_items = 200))]
    pub columns: Vec<ColumnChoice>,
}

/// A profile stays as it was saved.
pub const VERSION: i64 = 1;

impl From<Profile> for ProfileView {
    fn from(profile: Profile) -> Self {
        Self {
            id: profile.id,
            kind: profile.kind,
            name: profile.name,
            columns: profile.columns.0,
            created_at: profile.created_at.into(),
            created_by: profile.created_by,
            version: VERSION,
        }
    }
}
