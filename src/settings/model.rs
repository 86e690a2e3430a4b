//! Settings and year plans with their defaults.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::pairing_rules::PairingRules;
use crate::staff::Rank;

/// Households that a helper may have where the roster does not say (可帮扶户数), by rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
pub struct CapacityByRank {
    /// Leaders of the bureau (局领导).
    #[oai(validator(minimum(value = "0"), maximum(value = "100")))]
    pub bureau_leader: i64,
    /// Middle ranks (中层).
    #[oai(validator(minimum(value = "0"), maximum(value = "100")))]
    pub middle: i64,
    /// Ordinary staff (普通).
    #[oai(validator(minimum(value = "0"), maximum(value = "100")))]
    pub ordinary: i64,
}

impl CapacityByRank {
    /// Households for one rank.
    pub fn of(self, rank: Rank) -> i64 {
        match rank {
            Rank::BureauLeader => self.bureau_leader,
            Rank::Middle => self.middle,
            Rank::Ordinary => self.ordinary,
        }
    }
}

/// What an office decides for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[serde(default)]
pub struct Settings {
    /// Households by rank: `bureau_leader` 5, `middle` 3, `ordinary` 1 unless changed.
    pub capacity_by_rank: CapacityByRank,
    /// Months for which a confirmation of the basic situation is fresh; 12 unless changed.
    #[oai(validator(minimum(value = "1"), maximum(value = "60")))]
    pub situation_months: u32,
    /// Months for which a confirmation of the causes is fresh; 12 unless changed.
    #[oai(validator(minimum(value = "1"), maximum(value = "60")))]
    pub causes_months: u32,
    /// Months for which wishes that were heard are fresh; 12 unless changed.
    #[oai(validator(minimum(value = "1"), maximum(value = "60")))]
    pub wishes_months: u32,
    /// Months within which measures must be followed up; 3 unless changed.
    #[oai(validator(minimum(value = "1"), maximum(value = "60")))]
    pub follow_up_months: u32,
    /// Full days for which a lift is publicised before it may be approved; 7 at least.
    #[oai(validator(minimum(value = "7"), maximum(value = "90")))]
    pub publicity_days: u32,
    /// Days after the end of a pairing or an assistance within which its helper may still hand in
    /// visits of that time; 30 unless changed, also if left out. With 0, only on the day of the end.
    #[oai(
        default = "default_hand_in_days",
        validator(minimum(value = "0"), maximum(value = "366"))
    )]
    pub hand_in_days: u32,
    /// Where helpers may serve and how pairs are weighed.
    pub pairing: PairingRules,
}

/// A month: visits are handed in with the month's report at the latest.
fn default_hand_in_days() -> u32 {
    30
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            capacity_by_rank: CapacityByRank {
                bureau_leader: 5,
                middle: 3,
                ordinary: 1,
            },
            situation_months: 12,
            causes_months: 12,
            wishes_months: 12,
            follow_up_months: 3,
            publicity_days: 7,
            hand_in_days: default_hand_in_days(),
            pairing: PairingRules::default(),
        }
    }
}

/// Households to be newly lifted in a year, unless the office sets another number.
const DEFAULT_TARGET: i64 = 20;
/// Jiangsu's line for 2016-2020, 6000 yuan a head, unless the office sets another.
const DEFAULT_LINE_FEN: i64 = 6000 * 100;

/// What the office sets for a year.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize, Object)]
pub struct YearPlan {
    /// The year.
    pub year: i64,
    /// Households to be newly lifted; 20 unless set.
    pub target: i64,
    /// Income line in fen a head and year: a lift needs strictly more. 6000 yuan unless set.
    pub line_fen: i64,
    /// Counts the changes; 0 while nothing was set.
    pub version: i64,
}

impl YearPlan {
    /// The plan of a year for which nothing was set.
    pub fn default_for(year: i64) -> Self {
        Self {
            year,
            target: DEFAULT_TARGET,
            line_fen: DEFAULT_LINE_FEN,
            version: 0,
        }
    }
}

/// What to set for a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Object)]
pub struct YearPlanValues {
    /// Households to be newly lifted.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000000")))]
    pub target: i64,
    /// Income line in fen a head and year: a lift needs strictly more.
    #[oai(validator(minimum(value = "1"), maximum(value = "100000000")))]
    pub line_fen: i64,
}
