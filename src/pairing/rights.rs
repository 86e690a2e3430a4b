//! What a helper may do with a household today: the one rule, which every operation of a helper asks.
//!
//! It goes by the times in which he served the household, responsible or assisting:
//!
//! - Who serves it now sees it, logs visits for any day on which he served it, and corrects them. The
//!   responsible helper sets its plan and proposes its lift, too.
//! - Who served it until lately only hands in visits of his own days, for as many days after the end
//!   as the office's settings say. He reads and corrects nothing.
//! - To anybody else it is not there: it is answered as a household that does not exist.
//!
//! The day of a hand-over belongs to both helpers, since the former one may have been there in the
//! morning. Where one helper is asked for, it is the new one ([`store::helper_on`](super::store)).

use chrono::{Days, NaiveDate};
use sqlx::FromRow;
use uuid::Uuid;

use crate::access::{Caller, Permission};
use crate::db::Tx;
use crate::on;
use crate::problem::Problem;

/// One time in which a person served a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Tenure {
    /// Responsible; else assisting.
    pub is_responsible: bool,
    /// First day.
    pub from_date: NaiveDate,
    /// The day on which it ended; none while it holds.
    pub to_date: Option<NaiveDate>,
}

impl Tenure {
    fn covers(self, day: NaiveDate) -> bool {
        self.from_date <= day && self.lasts_to(day)
    }

    /// Whether it lasts to this day at least.
    fn lasts_to(self, day: NaiveDate) -> bool {
        self.to_date.is_none_or(|end| day <= end)
    }
}

/// The times in which one person served one household, the first one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tenures(pub Vec<Tenure>);

impl Tenures {
    /// Whether the person serves the household now, responsible or assisting: who does, sees it.
    pub fn serves_now(&self) -> bool {
        self.0.iter().any(|tenure| tenure.to_date.is_none())
    }

    /// Whether the person is responsible for the household now.
    pub fn is_responsible_now(&self) -> bool {
        let holds = |tenure: &Tenure| tenure.is_responsible && tenure.to_date.is_none();
        self.0.iter().any(holds)
    }

    /// Whether the person served the household on a day.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.0.iter().any(|tenure| tenure.covers(day))
    }

    /// Those for whose days the person may log visits today: all while he serves the household; else
    /// those that ended no more than so many days ago.
    #[must_use]
    pub fn open_for_visits(&self, today: NaiveDate, hand_in_days: u32) -> Self {
        let earliest_end = earliest_open_end(today, hand_in_days);
        let is_open = |tenure: &&Tenure| tenure.lasts_to(earliest_end);
        if self.serves_now() {
            self.clone()
        } else {
            Self(self.0.iter().filter(is_open).copied().collect())
        }
    }

    /// The day on which the last of them ended.
    pub fn last_end(&self) -> Option<NaiveDate> {
        self.0.iter().filter_map(|tenure| tenure.to_date).max()
    }
}

/// The earliest end of a time with a household whose visits may still be handed in today.
pub fn earliest_open_end(today: NaiveDate, hand_in_days: u32) -> NaiveDate {
    today
        .checked_sub_days(Days::new(hand_in_days.into()))
        .unwrap_or(today)
}

/// The days in Chinese: `2026-01-01 至 2026-03-01、2026-07-01 起`.
impl std::fmt::Display for Tenures {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, tenure) in self.0.iter().enumerate() {
            if position > 0 {
                formatter.write_str("、")?;
            }
            match tenure.to_date {
                Some(end) => write!(formatter, "{} 至 {end}", tenure.from_date)?,
                None => write!(formatter, "{} 起", tenure.from_date)?,
            }
        }
        Ok(())
    }
}

impl Tenures {
    /// The days in English: `2026-01-01 to 2026-03-01, since 2026-07-01`.
    pub fn english(&self) -> String {
        let words = self.0.iter().map(|tenure| match tenure.to_date {
            Some(end) => format!("{} to {end}", tenure.from_date),
            None => format!("since {}", tenure.from_date),
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

/// The times in which a person served a household.
pub async fn tenures(
    tx: &mut Tx,
    household_id: Uuid,
    staff_id: Uuid,
) -> Result<Tenures, sqlx::Error> {
    let found = on!(tx, connection => sqlx::query_as(
        "SELECT TRUE AS is_responsible, from_date, to_date FROM pairing
         WHERE household_id = $1 AND staff_id = $2
         UNION ALL
         SELECT FALSE AS is_responsible, from_date, to_date FROM assistance
         WHERE household_id = $1 AND staff_id = $2
         ORDER BY from_date",
    )
    .bind(household_id)
    .bind(staff_id)
    .fetch_all(connection)
    .await)?;
    Ok(Tenures(found))
}

/// 404 for a household: what everybody is told of one that he may not see.
pub fn no_such_household() -> Problem {
    Problem::not_found("户", "household")
}

/// Refuses who may not see a household, as if it were not there.
pub async fn must_see(tx: &mut Tx, caller: &Caller, household_id: Uuid) -> Result<(), Problem> {
    if caller.may(Permission::SeeAllHouseholds)
        || tenures_of(tx, caller, household_id).await?.serves_now()
    {
        return Ok(());
    }
    Err(no_such_household())
}

/// Refuses a helper who is not responsible for a household: as if it were not there, unless he
/// assists it.
pub async fn must_be_responsible(
    tx: &mut Tx,
    caller: &Caller,
    household_id: Uuid,
) -> Result<(), Problem> {
    let tenures = tenures_of(tx, caller, household_id).await?;
    if tenures.is_responsible_now() {
        return Ok(());
    }
    if !tenures.serves_now() {
        return Err(no_such_household());
    }
    Err(Problem::forbidden(
        "not_your_household",
        "您是该户的协助帮扶人，此项由该户的帮扶责任人或办公室办理",
        "you assist this household; this is done by its responsible helper or by the office",
    ))
}

/// The times in which the caller served a household; none for an account that is nobody's.
pub async fn tenures_of(
    tx: &mut Tx,
    caller: &Caller,
    household_id: Uuid,
) -> Result<Tenures, sqlx::Error> {
    tenures(tx, household_id, caller.staff_id.unwrap_or_default()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(of_march: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, of_march).unwrap()
    }

    fn time(from: u32, to: Option<u32>) -> Tenure {
        Tenure {
            is_responsible: true,
            from_date: day(from),
            to_date: to.map(day),
        }
    }

    #[test]
    fn who_serves_a_household_logs_all_his_days_and_no_other() {
        let tenures = Tenures(vec![time(1, Some(4)), time(10, None)]);
        let open = tenures.open_for_visits(day(31), 0);
        let covered: Vec<_> = (1..=12).filter(|of| open.covers(day(*of))).collect();
        assert_eq!(covered, [1, 2, 3, 4, 10, 11, 12], "the day of the end too");
        assert!(tenures.serves_now() && tenures.is_responsible_now());
        assert_eq!(
            tenures.to_string(),
            "2026-03-01 至 2026-03-04、2026-03-10 起"
        );
        assert_eq!(
            tenures.english(),
            "2026-03-01 to 2026-03-04, since 2026-03-10"
        );
    }

    #[test]
    fn who_served_it_until_lately_hands_in_the_days_of_that_time_alone() {
        let tenures = Tenures(vec![time(1, Some(4)), time(6, Some(10))]);
        assert!(!tenures.serves_now() && !tenures.is_responsible_now());
        for (today, hand_in_days, first_open) in [
            (10, 0, Some(6)),
            (11, 0, None),
            (12, 2, Some(6)),
            (13, 2, None),
            (14, 10, Some(1)),
            (15, 10, Some(6)),
        ] {
            let open = tenures.open_for_visits(day(today), hand_in_days);
            let first = open.0.first().map(|tenure| tenure.from_date);
            assert_eq!(
                first,
                first_open.map(day),
                "today {today}, {hand_in_days} days"
            );
        }
        assert_eq!(tenures.last_end(), Some(day(10)));
    }

    #[test]
    fn an_assistant_sees_and_is_not_responsible() {
        let assisting = Tenure {
            is_responsible: false,
            ..time(3, None)
        };
        let tenures = Tenures(vec![time(1, Some(3)), assisting]);
        assert!(tenures.serves_now() && !tenures.is_responsible_now());
        assert!(!Tenures::default().serves_now());
    }

    proptest! {
        /// Whatever is open was his: handing in late never widens what one served.
        #[test]
        fn what_is_open_was_served(
            times in proptest::collection::vec((1_u32..20, proptest::option::of(0_u32..8)), 0..4),
            today in 28_u32..31, hand_in_days in 0_u32..40, on in 1_u32..31,
        ) {
            let times = times.into_iter().map(|(from, length)| time(from, length.map(|days| from + days)));
            let tenures = Tenures(times.collect());
            let open = tenures.open_for_visits(day(today), hand_in_days);
            prop_assert!(!open.covers(day(on)) || tenures.covers(day(on)));
            prop_assert!(!tenures.serves_now() || open == tenures);
            let late = |tenure: &Tenure| tenure.to_date.is_some_and(|end| end + Days::new(hand_in_days.into()) < day(today));
            prop_assert!(tenures.serves_now() || !open.0.iter().any(late));
        }
    }
}
