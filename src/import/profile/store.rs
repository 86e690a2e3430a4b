//! Profiles in the database.

use uuid::Uuid;

use crate::db::Tx;
use crate::roster::profile::Profile;
use crate::roster::report::RosterKind;
use crate::{insert, on};

/// Most profiles of one kind of roster.
pub const MAX_PROFILES: i64 = 200;

/// All profiles for a kind of roster, the latest first.
pub async fn all(tx: &mut Tx, kind: RosterKind) -> Result<Vec<Profile>, sqlx::Error> {
    list(tx, kind, None, MAX_PROFILES).await
}

/// A page of the profiles for a kind of roster, the latest first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    kind: RosterKind,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Profile>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT id, kind, name, columns, created_at, created_by FROM import_profile
         WHERE kind = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
    )
    .bind(kind)
    .bind(after.unwrap_or(Uuid::max()))
    .bind(limit + 1)
    .fetch_all(connection)
    .await)
}

/// `None` if there is no profile with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Profile>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT id, kind, name, columns, created_at, created_by FROM import_profile WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await)
}

/// Saves a new profile.
pub async fn add(tx: &mut Tx, profile: &Profile) -> Result<(), sqlx::Error> {
    insert!(tx, "import_profile", [profile], |profile| {
        id: profile.id,
        kind: profile.kind,
        name: profile.name.as_str(),
        columns: &profile.columns,
        created_at: profile.created_at,
        created_by: profile.created_by.as_str(),
    })
}

/// Removes a profile; imports that used it keep what they chose.
pub async fn remove(tx: &mut Tx, id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM import_profile WHERE id = $1")
    .bind(id)
    .execute(connection)
    .await
    .map(|_| ()))
}
