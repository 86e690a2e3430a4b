//! A unit, and a village that it is linked to.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::text::{parts, squeezed};

/// A village, by the names of its town and itself.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromRow,
    Serialize,
    Deserialize,
    Object,
)]
pub struct Area {
    /// 镇(乡、街道).
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    pub town: String,
    /// 村(居).
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    pub village: String,
}

impl Area {
    /// The village of these names, in the form in which names are compared.
    pub fn of(town: &str, village: &str) -> Self {
        Self {
            town: squeezed(town),
            village: squeezed(village),
        }
    }
}

/// The names in a cell of the roster that may hold several, such as 东村、西村.
pub fn names_in(cell: Option<&str>) -> Vec<String> {
    let is_between = |character: char| "、，,;；/／|｜".contains(character);
    parts(cell.unwrap_or_default(), is_between)
        .into_iter()
        .map(squeezed)
        .filter(|name| !name.is_empty())
        .collect()
}

/// A unit, as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Unit {
    /// Names the unit in all records.
    pub id: Uuid,
    /// 单位, by name.
    pub name: String,
    /// Counts the changes of its villages, from 1.
    pub version: i64,
    /// Its people who may be given households.
    pub active_staff: i64,
}
