//! In which order households are listed, and what of each is told on demand.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::code_list;
use crate::household::Household;
use crate::method::PointState;
use crate::order;
use crate::staff::model::Staff;

code_list! {
    /// In which order households are listed.
    pub enum HouseholdSort = "household_sort", "户列表排序" {
        Area = "area", "按镇村", [];
        Name = "name", "按户主姓名", [];
        Number = "number", "按户编号", [];
        LastVisit = "last_visit", "按最近走访", [];
        NextDue = "next_due", "按下次走访期限", [];
    }
}

code_list! {
    /// What a list of households tells of each on demand.
    pub enum HouseholdDetail = "household_detail", "户列表附加内容" {
        Contact = "contact", "联系方式", [];
        Helper = "helper", "帮扶责任人", [];
        LastVisit = "last_visit", "最近走访", [];
        NextDue = "next_due", "下次走访期限", [];
        Points = "points", "六项要点", [];
    }
}

/// What is asked of each household.
#[derive(Clone, Debug, Default)]
pub struct Details(Vec<HouseholdDetail>);

impl Details {
    /// These, whatever their order.
    pub fn of(details: Option<Vec<HouseholdDetail>>) -> Self {
        Self(details.unwrap_or_default())
    }

    /// Whether this is asked for.
    pub fn has(&self, detail: HouseholdDetail) -> bool {
        self.0.contains(&detail)
    }

    /// Whether the six points must be worked out.
    pub fn need_points(&self) -> bool {
        self.has(HouseholdDetail::Points) || self.has(HouseholdDetail::NextDue)
    }
}

/// A household of a list, with what was asked for.
#[derive(Clone, Debug)]
pub struct ListedHousehold {
    /// The household; with its members only if something was asked for that needs them.
    pub household: Household,
    /// The responsible helper now.
    pub helper: Option<Staff>,
    /// The day of the last visit.
    pub last_visit: Option<NaiveDate>,
    /// Until when the next visit is due.
    pub next_due: Option<NaiveDate>,
    /// The six points.
    pub points: Option<[PointState; 6]>,
}

/// By what a household is sorted, and its id. Days are written as in ISO 8601, which sorts as time does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey(pub Option<String>, pub Uuid);

/// Where it stands among others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Day(Option<String>),
    Name((bool, Option<order::Key>)),
}

impl HouseholdSort {
    /// Where a household stands: by its name or number, without one last; by a day, without one first, since it
    /// was never visited.
    pub fn place(self, SortKey(value, id): &SortKey) -> impl Ord + use<> {
        let place = match self {
            Self::LastVisit | Self::NextDue => Place::Day(value.clone()),
            Self::Area | Self::Name | Self::Number => {
                Place::Name(order::key_or_last(value.as_deref()))
            }
        };
        (place, *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(sort: HouseholdSort, values: &[Option<&str>]) -> Vec<Option<String>> {
        let mut keys: Vec<_> = (0..)
            .zip(values)
            .map(|(id, value)| SortKey(value.map(str::to_owned), Uuid::from_u128(id)))
            .collect();
        keys.sort_by_cached_key(|key| sort.place(key));
        keys.into_iter().map(|key| key.0).collect()
    }

    #[test]
    fn who_was_never_visited_comes_first_and_who_has_no_number_last() {
        let days = [Some("2026-10-01"), None, Some("2026-09-30")];
        let by_day = sorted(HouseholdSort::LastVisit, &days);
        assert_eq!(by_day.first(), Some(&None));
        assert_eq!(by_day.last(), Some(&Some("2026-10-01".to_owned())));
        let by_number = sorted(HouseholdSort::Number, &[None, Some("10"), Some("9")]);
        assert_eq!(by_number.first(), Some(&Some("9".to_owned())));
        assert_eq!(by_number.last(), Some(&None));
    }
}
