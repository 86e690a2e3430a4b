//! 结对花名册: who is responsible for whom as of a day, by unit, ready to be signed.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::pairing::roll::model::Entry;

/// For which day, of which unit and by whom a roll is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// The day as of which pairings are shown.
    pub as_of: NaiveDate,
    /// The one unit, id and name; none for all.
    pub unit: Option<(Uuid, String)>,
    /// The day on which it is made.
    pub made_on: NaiveDate,
    /// By which account.
    pub made_by: String,
}

/// The whole roll.
#[derive(Clone, Debug)]
pub struct Roll {
    /// For which day and by whom.
    pub occasion: Occasion,
    /// Households with a helper, by unit, helper and area.
    pub paired: Vec<Entry>,
    /// Households without one.
    pub unpaired: Vec<Entry>,
}

impl Roll {
    /// The roll of households in the order of [`on_day`](crate::pairing::roll::store::on_day). Its texts are as
    /// they are stored: what its reader may see of them the [sheets](super::sheets::READER) decide.
    pub fn new(entries: Vec<Entry>, occasion: Occasion) -> Self {
        let (paired, unpaired) = entries
            .into_iter()
            .partition(|entry| entry.staff_id.is_some());
        Self {
            occasion,
            paired,
            unpaired,
        }
    }

    /// The households of each unit.
    pub fn by_unit(&self) -> impl Iterator<Item = &[Entry]> {
        self.paired
            .chunk_by(|one, next| one.unit_id == next.unit_id)
    }
}

/// Households, people of them, and helpers of a part of the roll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many helpers.
    pub helpers: i64,
    /// How many households.
    pub households: i64,
    /// How many people are in them.
    pub people: i64,
}

impl Sum {
    /// The sum of households that stand together by helper.
    pub fn of(entries: &[Entry]) -> Self {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let helpers = entries
            .chunk_by(|one, next| one.staff_id == next.staff_id)
            .filter(|households| households[0].staff_id.is_some());
        Self {
            helpers: count(helpers.count()),
            households: count(entries.len()),
            people: entries.iter().map(|entry| entry.size).sum(),
        }
    }
}
