//! What the register knows of a person who helps.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::field::staff_fields;
use crate::access::{Field, Kind};
use crate::code_list;
use crate::codes::Sex;
use crate::identity::IdentityNumber;

code_list! {
    /// Rank of a member of staff: gives the number of households where the roster does not.
    pub enum Rank = "rank", "职级" {
        BureauLeader = "bureau_leader", "局领导", ["局班子成员", "县处级", "领导"];
        Middle = "middle", "中层", ["中层干部", "科级", "校级领导", "校长", "科长"];
        Ordinary = "ordinary", "普通", ["普通教师", "教师", "普通职工", "一般", "科员", "职工"];
    }
}

/// The rank of people whose roster gives none.
impl Default for Rank {
    fn default() -> Self {
        Self::Ordinary
    }
}

/// What is known of a field, by how the API shows it. A telephone of the staff is for everyone.
macro_rules! known {
    ($field:ident: $type:ty, Identity) => {
        Field::of::<$type>(stringify!($field)).private(Kind::Identity)
    };
    ($field:ident: $type:ty, $_how:ident) => {
        Field::of::<$type>(stringify!($field))
    };
}

macro_rules! staff {
    ($($(#[$doc:meta])* $field:ident: $type:ty, $how:ident as $(#[$_attribute:meta])* $_view:ty;)*) => {
        /// The facts that a roster gives of one person.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct StaffFacts {
            $($(#[$doc])* pub $field: $type,)*
        }

        /// A person who helps, as stored.
        #[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
        pub struct Staff {
            /// How all other records refer to the person.
            pub id: Uuid,
            /// The id of `unit`.
            pub unit_id: Uuid,
            $($(#[$doc])* pub $field: $type,)*
            /// Whether households may be given to this person.
            pub active: bool,
            /// Counts its changes, from 1.
            pub version: i64,
            /// When the record was made.
            pub created_at: DateTime<Utc>,
            /// When it was last changed.
            pub updated_at: DateTime<Utc>,
        }

        impl Staff {
            /// What a roster would say of this person.
            pub fn facts(&self) -> StaffFacts {
                StaffFacts {
                    $($field: self.$field.clone(),)*
                }
            }

            /// A person who was put on the register with these facts.
            #[cfg(test)]
            pub(crate) fn of(id: Uuid, unit_id: Uuid, facts: StaffFacts) -> Self {
                Self {
                    id,
                    unit_id,
                    $($field: facts.$field,)*
                    active: true,
                    version: 1,
                    created_at: DateTime::UNIX_EPOCH,
                    updated_at: DateTime::UNIX_EPOCH,
                }
            }

            /// This person with the facts that a roster gives now. The unit's id is the caller's to set.
            #[must_use]
            pub fn with(&self, facts: StaffFacts) -> Self {
                Self {
                    $($field: facts.$field,)*
                    ..self.clone()
                }
            }
        }

        const FIELDS: &[Field] = &[$(known!($field: $type, $how)),*];
    };
}
staff_fields!(staff);

/// The field of this name.
pub fn field(name: &str) -> Option<&'static Field> {
    Field::named(FIELDS, name)
}
