//! What a helper tells the next one of a household.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

/// A note, with the names that belong to its pairing.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Note {
    pub(crate) id: Uuid,
    /// The pairing of the one who hands over.
    pub pairing_id: Uuid,
    pub(crate) household_id: Uuid,
    pub(crate) household_number: Option<String>,
    pub(crate) head_name: String,
    /// Who hands over.
    pub staff_id: Uuid,
    /// 工号 of that person; left out by earlier versions.
    #[serde(default)]
    pub staff_number: Option<String>,
    /// 姓名 of that person.
    pub helper: String,
    pub(crate) words: String,
    pub(crate) written_on: NaiveDate,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    pub(crate) recorded_by: String,
    /// When the next helper read it.
    pub read_at: Option<DateTime<Utc>>,
    /// By which account it was read.
    pub read_by: Option<String>,
}

/// A note to be written.
#[derive(Clone, Debug, Serialize)]
pub struct NewNote {
    /// The pairing that ends or has ended.
    pub pairing_id: Uuid,
    pub(crate) words: String,
    /// The day of the note; today if not said.
    pub written_on: Option<NaiveDate>,
}
