//! The time of one person with one household, as it is written down, and its days.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::access::Sight;
use crate::api::ETag;

/// As what a person serves a household.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// As the one who is responsible: a pairing.
    #[default]
    Responsible,
    /// As the second one: an assistance.
    Assisting,
}

impl Part {
    /// Both of them.
    pub const BOTH: [Self; 2] = [Self::Responsible, Self::Assisting];

    /// The table of these tenures, by which the history calls them, too.
    pub fn table(self) -> &'static str {
        match self {
            Self::Responsible => "pairing",
            Self::Assisting => "assistance",
        }
    }
}

/// From the column `is_responsible`.
impl From<bool> for Part {
    fn from(is_responsible: bool) -> Self {
        if is_responsible {
            Self::Responsible
        } else {
            Self::Assisting
        }
    }
}

/// A tenure with the names that belong to its ids.
#[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
pub struct Tenure {
    pub(crate) id: Uuid,
    /// Left out by versions that kept the two kinds apart.
    #[sqlx(rename = "is_responsible", try_from = "bool")]
    #[serde(default)]
    pub(crate) part: Part,
    pub(crate) household_id: Uuid,
    pub(crate) household_number: Option<String>,
    pub(crate) head_name: String,
    pub(crate) town: String,
    pub(crate) village: String,
    pub(crate) staff_id: Uuid,
    /// Name of the person; under other names in what earlier versions wrote.
    #[sqlx(rename = "helper")]
    #[serde(alias = "helper", alias = "assistant")]
    pub name: String,
    /// 工号 of the person; left out by earlier versions.
    #[serde(default)]
    pub(crate) staff_number: Option<String>,
    pub(crate) unit: String,
    /// The run that began it; none if by hand, and of an assistance.
    #[serde(default)]
    pub run_id: Option<Uuid>,
    /// First day.
    pub from_date: NaiveDate,
    /// The day on which it ended; none while it holds.
    pub to_date: Option<NaiveDate>,
    /// Why it began.
    pub reason: String,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) started_by: String,
    pub(crate) end_reason: Option<String>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) ended_by: Option<String>,
}

impl Tenure {
    /// Its version.
    pub(crate) fn tag(&self) -> ETag {
        ETag::of_state(self.to_date.is_some())
    }

    /// Masked for a caller who sees only their own tenures: once it has ended, they see the household as
    /// a stranger does.
    #[must_use]
    pub fn of_ones_own(mut self, sight: Sight) -> Self {
        if self.to_date.is_none() {
            return self;
        }
        let sight = sight.elsewhere();
        let numbers = [&mut self.household_number, &mut self.staff_number];
        for number in numbers.into_iter().flatten() {
            *number = sight.register_number(number).into_owned();
        }
        let texts = [
            &mut self.head_name,
            &mut self.town,
            &mut self.village,
            &mut self.name,
            &mut self.unit,
            &mut self.reason,
            &mut self.started_by,
        ];
        let of_the_end = [&mut self.end_reason, &mut self.ended_by];
        let texts = texts.into_iter().chain(of_the_end.into_iter().flatten());
        texts.for_each(|text| sight.mask(text));
        self
    }
}

/// The days of a tenure, and its part: all that [`rights`](super::rights) asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Period {
    #[sqlx(rename = "is_responsible", try_from = "bool")]
    pub(crate) part: Part,
    /// First day.
    pub from_date: NaiveDate,
    /// The day on which it ended; none while it holds.
    pub to_date: Option<NaiveDate>,
}

impl Period {
    /// The day of a hand-over belongs to both helpers, since the former one may have been there in the
    /// morning.
    fn covers(self, day: NaiveDate) -> bool {
        self.from_date <= day && self.lasts_to(day)
    }

    fn lasts_to(self, day: NaiveDate) -> bool {
        self.to_date.is_none_or(|end| day <= end)
    }
}

/// The times in which one person served one household, the first one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Periods(pub Vec<Period>);

impl Periods {
    /// Whether the person serves the household now, responsible or assisting, and so may see it.
    pub fn serves_now(&self) -> bool {
        self.0.iter().any(|period| period.to_date.is_none())
    }

    /// Whether the person is responsible for the household now.
    pub fn is_responsible_now(&self) -> bool {
        let holds = |period: &Period| period.part == Part::Responsible && period.to_date.is_none();
        self.0.iter().any(holds)
    }

    /// Whether the person served the household on a day.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.0.iter().any(|period| period.covers(day))
    }

    /// Those for whose days the person may log visits today: all while they serve the household; else
    /// those that ended no more than so many days ago.
    #[must_use]
    pub fn open_for_visits(&self, today: NaiveDate, hand_in_days: u32) -> Self {
        let earliest_end = earliest_open_end(today, hand_in_days);
        let is_open = |period: &&Period| period.lasts_to(earliest_end);
        if self.serves_now() {
            self.clone()
        } else {
            Self(self.0.iter().filter(is_open).copied().collect())
        }
    }

    /// The day on which the last of them ended.
    pub fn last_end(&self) -> Option<NaiveDate> {
        self.0.iter().filter_map(|period| period.to_date).max()
    }
}

/// The earliest end of a time with a household whose visits may still be handed in today.
pub fn earliest_open_end(today: NaiveDate, hand_in_days: u32) -> NaiveDate {
    today
        .checked_sub_days(Days::new(hand_in_days.into()))
        .unwrap_or(today)
}

/// The days in Chinese: `2026-01-01 至 2026-03-01、2026-07-01 起`.
impl std::fmt::Display for Periods {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, period) in self.0.iter().enumerate() {
            if position > 0 {
                formatter.write_str("、")?;
            }
            match period.to_date {
                Some(end) => write!(formatter, "{} 至 {end}", period.from_date)?,
                None => write!(formatter, "{} 起", period.from_date)?,
            }
        }
        Ok(())
    }
}

impl Periods {
    /// The days in English: `2026-01-01 to 2026-03-01, since 2026-07-01`.
    pub fn english(&self) -> String {
        let words = self.0.iter().map(|period| match period.to_date {
            Some(end) => format!("{} to {end}", period.from_date),
            None => format!("since {}", period.from_date),
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(of_march: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, of_march).unwrap()
    }

    fn time(from: u32, to: Option<u32>) -> Period {
        Period {
            part: Part::Responsible,
            from_date: day(from),
            to_date: to.map(day),
        }
    }

    #[test]
    fn who_serves_a_household_logs_all_his_days_and_no_other() {
        let periods = Periods(vec![time(1, Some(4)), time(10, None)]);
        let open = periods.open_for_visits(day(31), 0);
        let covered: Vec<_> = (1..=12).filter(|of| open.covers(day(*of))).collect();
        assert_eq!(covered, [1, 2, 3, 4, 10, 11, 12], "the day of the end too");
        assert!(periods.serves_now() && periods.is_responsible_now());
        assert_eq!(
            periods.to_string(),
            "2026-03-01 至 2026-03-04、2026-03-10 起"
        );
        assert_eq!(
            periods.english(),
            "2026-03-01 to 2026-03-04, since 2026-03-10"
        );
    }

    #[test]
    fn who_served_it_until_lately_hands_in_the_days_of_that_time_alone() {
        let periods = Periods(vec![time(1, Some(4)), time(6, Some(10))]);
        assert!(!periods.serves_now() && !periods.is_responsible_now());
        for (today, hand_in_days, first_open) in [
            (10, 0, Some(6)),
            (11, 0, None),
            (12, 2, Some(6)),
            (13, 2, None),
            (14, 10, Some(1)),
            (15, 10, Some(6)),
        ] {
            let open = periods.open_for_visits(day(today), hand_in_days);
            let first = open.0.first().map(|period| period.from_date);
            assert_eq!(
                first,
                first_open.map(day),
                "today {today}, {hand_in_days} days"
            );
        }
        assert_eq!(periods.last_end(), Some(day(10)));
    }

    #[test]
    fn an_assistant_sees_and_is_not_responsible() {
        let assisting = Period {
            part: Part::Assisting,
            ..time(3, None)
        };
        let periods = Periods(vec![time(1, Some(3)), assisting]);
        assert!(periods.serves_now() && !periods.is_responsible_now());
        assert!(!Periods::default().serves_now());
    }

    proptest! {
        /// Days that are open for visits were served: handing in late never adds days.
        #[test]
        fn what_is_open_was_served(
            times in proptest::collection::vec((1_u32..20, proptest::option::of(0_u32..8)), 0..4),
            today in 28_u32..31, hand_in_days in 0_u32..40, on in 1_u32..31,
        ) {
            let times = times.into_iter().map(|(from, length)| time(from, length.map(|days| from + days)));
            let periods = Periods(times.collect());
            let open = periods.open_for_visits(day(today), hand_in_days);
            prop_assert!(!open.covers(day(on)) || periods.covers(day(on)));
            prop_assert!(!periods.serves_now() || open == periods);
            let late = |period: &Period| period.to_date.is_some_and(|end| end + Days::new(hand_in_days.into()) < day(today));
            prop_assert!(periods.serves_now() || !open.0.iter().any(late));
        }
    }
}
