//! How many wrong passwords are too many, and how long to wait then.
//!
//! An attempt counts together with the earlier ones that share something with it:
//!
//! | shared by them | stops |
//! | --- | --- |
//! | name and source | guessing one password from one address |
//! | name, from anywhere | guessing one password from many addresses |
//! | source, any name | trying one password with many names from one address |
//!
//! The last two would let a stranger lock out the owner of a name, or everyone behind one address.
//! So they never stop a client that shows the device token it was given at an earlier log-in: its
//! failures count for that device alone. Nor do they stop a right password from an address where
//! the owner has logged in before (a known place); a wrong one gets the same answer as a stranger's,
//! or the answer would tell which names exist.

use chrono::{DateTime, TimeDelta, Utc};

/// Failed attempts that have something in common, within the time that counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Failures {
    /// Number of failures that still count.
    pub count: i64,
    /// Time of the last failure; none without a failure.
    pub last: Option<DateTime<Utc>>,
}

/// So many failures are free; after them, one attempt each time that the wait is over. The wait
/// doubles with further failures.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Failures without a wait.
    pub free: i64,
    /// How long a failure counts, in minutes.
    pub counted_minutes: i64,
    /// The first wait, in seconds.
    pub first_wait: i64,
    /// The longest wait, in seconds.
    pub longest_wait: i64,
    /// The wait doubles with each so many further failures.
    pub doubles_every: i64,
}

const DAY: i64 = 24 * 60;

/// One name from one source, or on one known device.
pub const NAME_AND_SOURCE: Limit = Limit {
    free: 10,
    counted_minutes: DAY,
    first_wait: 15 * 60,
    longest_wait: 4 * 3600,
    doubles_every: 1,
};

/// One name from all sources. NIST SP 800-63B allows 100 failures in a row; this stays below that
/// for a day.
pub const NAME: Limit = Limit {
    free: 50,
    counted_minutes: DAY,
    first_wait: 15 * 60,
    longest_wait: 4 * 3600,
    doubles_every: 5,
};

/// All names from one source. A school behind one address mistypes a few dozen passwords on a
/// morning, so what counts is short and the waits are, too.
pub const SOURCE: Limit = Limit {
    free: 100,
    counted_minutes: 15,
    first_wait: 10,
    longest_wait: 5 * 60,
    doubles_every: 10,
};

impl Limit {
    /// From when on failures count.
    pub fn since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - TimeDelta::minutes(self.counted_minutes)
    }

    /// For how many seconds one must still wait; nothing if an attempt is allowed now.
    pub fn wait(&self, failures: Failures, now: DateTime<Utc>) -> Option<u32> {
        let last = failures.last.filter(|_| failures.count >= self.free)?;
        let doublings = ((failures.count - self.free) / self.doubles_every).min(30);
        let wait = (self.first_wait << doublings).min(self.longest_wait);
        let left = (last + TimeDelta::seconds(wait) - now).num_milliseconds();
        (left > 0).then(|| u32::try_from((left + 999) / 1000).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(limit: Limit, count: i64, seconds_ago: i64) -> Option<u32> {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
        let last = Some(now - TimeDelta::seconds(seconds_ago));
        limit.wait(Failures { count, last }, now)
    }

    #[test]
    fn the_wait_begins_after_the_free_failures_and_grows() {
        assert_eq!(wait(NAME_AND_SOURCE, 9, 0), None);
        assert_eq!(wait(NAME_AND_SOURCE, 10, 0), Some(900));
        assert_eq!(wait(NAME_AND_SOURCE, 10, 600), Some(300));
        assert_eq!(wait(NAME_AND_SOURCE, 10, 900), None);
        assert_eq!(wait(NAME_AND_SOURCE, 11, 0), Some(1800));
        assert_eq!(wait(NAME_AND_SOURCE, 12, 0), Some(3600));
        assert_eq!(wait(NAME_AND_SOURCE, 10_000, 0), Some(4 * 3600));
        assert_eq!(wait(SOURCE, 99, 0), None);
        assert_eq!(wait(SOURCE, 100, 0), Some(10));
        assert_eq!(wait(SOURCE, 110, 0), Some(20));
        assert_eq!(wait(SOURCE, i64::MAX, 0), Some(300));
    }

    /// How many guesses a day allows to somebody who tries as often as possible.
    fn guesses_in_a_day(limit: Limit) -> i64 {
        let (mut count, mut now) = (0, DateTime::<Utc>::UNIX_EPOCH);
        let end = now + TimeDelta::days(1);
        while now < end {
            count += 1;
            let last = Some(now);
            let wait = limit.wait(Failures { count, last }, now).unwrap_or(0);
            now += TimeDelta::seconds(i64::from(wait));
        }
        count
    }

    #[test]
    fn a_day_has_less_than_a_hundred_guesses_of_one_name() {
        assert!(guesses_in_a_day(NAME_AND_SOURCE) < 20);
        assert!(guesses_in_a_day(NAME) < 100);
    }
}
