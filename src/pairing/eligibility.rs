//! May this person take this household? The one answer for a run, an edit of its draft, a list that is
//! imported and a pairing by hand. A new reason why someone may not be paired is a variant of [`Ineligible`]. If
//! it is about the person, [`check_duty`] says it; if it is about a pair, it is a kind of [`Barrier`]: both
//! are what a run asks before it weighs a pair, and all others with it.
//!
//! A run asks it of a [`Candidate`] for each pair, made from its [`Input`](super::cost::model::Input).
//! All others ask [`Eligibility`], which makes it from the database. On top of this rule a run and its
//! edits ask where a person may serve ([`cost::reach`](super::cost::reach)); by hand areas do not bind.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::constraint::model::{Barrier, Barriers, Pin};
use super::constraint::store::{self as constraints, Binding};
use super::error::PairingError;
use super::registered;
use crate::db::{Ids, Tx};
use crate::problem::{Problem, Text};
use crate::serving::store;
use crate::serving::tenure::Part;
use crate::settings;
use crate::settings::Settings;
use crate::staff::leave::{self, Leave};
use crate::staff::model::Staff;

/// Why a person may not take a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ineligible<'a> {
    /// They left or are inactive.
    Inactive,
    /// They are on leave or leaving, in words.
    Away(&'a Text),
    /// The two are never a pair.
    Barred(&'a Barrier),
    /// The office wants another helper for the household.
    PinnedToAnother(&'a Pin),
    /// They have as many households as they may have.
    Full {
        /// Households that they have.
        held: i64,
        /// Households that they may have.
        capacity: i64,
    },
}

impl From<Ineligible<'_>> for PairingError {
    fn from(why: Ineligible<'_>) -> Self {
        match why {
            Ineligible::Inactive => Self::HelperInactive,
            Ineligible::Away(words) => Self::HelperAway(words.clone()),
            Ineligible::Barred(barrier) => Self::Barred {
                words: barrier.words(),
            },
            Ineligible::PinnedToAnother(pin) => Self::PinnedToAnother {
                helper: pin.name.clone(),
                reason: pin.reason.clone(),
            },
            Ineligible::Full { held, capacity } => Self::HelperFull { held, capacity },
        }
    }
}

/// Refuses a person who is given no household at all: inactive, or `away` as these words say.
pub fn check_duty(active: bool, away: Option<&Text>) -> Result<(), Ineligible<'_>> {
    match away {
        _ if !active => Err(Ineligible::Inactive),
        Some(words) => Err(Ineligible::Away(words)),
        None => Ok(()),
    }
}

/// One person for one household, with all that the rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    pub(crate) helper: Uuid,
    pub(crate) active: bool,
    /// Why they are given no household for the time being, in words.
    pub(crate) away: Option<&'a Text>,
    /// Of the household.
    pub(crate) barriers: Option<&'a Barriers>,
    /// Of the household.
    pub(crate) pin: Option<&'a Pin>,
    /// Households that the person has.
    pub(crate) held: i64,
    /// Households that the person may have.
    pub(crate) capacity: i64,
}

impl<'a> Candidate<'a> {
    /// The whole rule: whether the person may serve the household in this part. Pins and places are only
    /// about who is responsible.
    pub fn check(&self, part: Part) -> Result<(), Ineligible<'a>> {
        self.check_person()?;
        match part {
            Part::Responsible => {
                self.check_pin()?;
                self.check_place()
            }
            Part::Assisting => Ok(()),
        }
    }

    /// What binds in either part: whether the person is given households at all, and may have this one.
    pub(crate) fn check_person(&self) -> Result<(), Ineligible<'a>> {
        check_duty(self.active, self.away)?;
        self.check_barrier()
    }

    pub(crate) fn check_barrier(&self) -> Result<(), Ineligible<'a>> {
        let barrier = self.barriers.and_then(|all| all.get(&self.helper));
        barrier.map_or(Ok(()), |barrier| Err(Ineligible::Barred(barrier)))
    }

    pub(crate) fn check_pin(&self) -> Result<(), Ineligible<'a>> {
        match self.pin {
            Some(pin) if pin.helper != self.helper => Err(Ineligible::PinnedToAnother(pin)),
            _ => Ok(()),
        }
    }

    pub(crate) fn check_place(&self) -> Result<(), Ineligible<'a>> {
        let (held, capacity) = (self.held, self.capacity);
        if held < capacity {
            Ok(())
        } else {
            Err(Ineligible::Full { held, capacity })
        }
    }
}

/// How many households a person may have.
pub fn capacity(person: &Staff, settings: &Settings) -> i64 {
    person
        .capacity
        .unwrap_or_else(|| settings.capacity_by_rank.of(person.rank))
}

/// What candidates are made from: read once, for one pair or for any.
#[derive(Debug)]
pub struct Eligibility {
    settings: Settings,
    leaves: Vec<Leave>,
    binding: Binding,
    /// How many households each helper has.
    held: HashMap<Uuid, i64>,
}

impl Eligibility {
    /// Reads what is needed to check any pair.
    pub async fn of_all(tx: &mut Tx) -> Result<Self, sqlx::Error> {
        let mut eligibility = Self::read(tx, &Ids::All, &Ids::All).await?;
        for (_, helper) in store::current_pairs(tx).await? {
            eligibility.give(helper);
        }
        Ok(eligibility)
    }

    /// Reads only what is needed to check one pair.
    pub async fn of_pair(
        tx: &mut Tx,
        household_id: Uuid,
        staff_id: Uuid,
    ) -> Result<Self, sqlx::Error> {
        let (household, person) = (Ids::These(&[household_id]), Ids::These(&[staff_id]));
        let mut eligibility = Self::read(tx, &household, &person).await?;
        for _ in store::households_of(tx, staff_id).await? {
            eligibility.give(staff_id);
        }
        Ok(eligibility)
    }

    async fn read(tx: &mut Tx, households: &Ids<'_>, staff: &Ids<'_>) -> Result<Self, sqlx::Error> {
        Ok(Self {
            settings: settings::store::load(tx).await?,
            leaves: leave::all(tx, staff).await?,
            binding: constraints::binding(tx, households, staff).await?,
            held: HashMap::new(),
        })
    }

    /// Counts a household that a helper is given.
    pub fn give(&mut self, helper: Uuid) {
        *self.held.entry(helper).or_default() += 1;
    }

    /// Refuses a person who may not serve a household in this part from a day on.
    pub fn check(
        &self,
        part: Part,
        household_id: Uuid,
        person: &Staff,
        from_date: NaiveDate,
        today: NaiveDate,
    ) -> Result<(), PairingError> {
        let away = self.away(person, [from_date, today]);
        let candidate = self.candidate(household_id, person, away.as_ref());
        Ok(candidate.check(part)?)
    }

    fn candidate<'a>(
        &'a self,
        household_id: Uuid,
        person: &Staff,
        away: Option<&'a Text>,
    ) -> Candidate<'a> {
        Candidate {
            helper: person.id,
            active: person.active,
            away,
            barriers: self.binding.barriers.get(&household_id),
            pin: self.binding.pins.get(&household_id),
            held: self.held.get(&person.id).copied().unwrap_or_default(),
            capacity: capacity(person, &self.settings),
        }
    }

    /// The person's leave on the first of these days on which they have one, in words.
    fn away(&self, person: &Staff, days: [NaiveDate; 2]) -> Option<Text> {
        let on = |day| {
            let mut longest_first = self.leaves.iter().rev();
            longest_first.find(|leave| leave.staff_id == person.id && leave.is_on(day))
        };
        days.into_iter().find_map(on).map(Leave::words)
    }
}

/// Refuses a person who may not become responsible for a household from a day on, and a household that
/// is closed. Whether it has a helper already is not asked here.
pub async fn must_be_allowed(
    tx: &mut Tx,
    household_id: Uuid,
    staff_id: Uuid,
    from_date: NaiveDate,
    today: NaiveDate,
) -> Result<(), Problem> {
    let person = registered::must_be(tx, household_id, staff_id).await?;
    let eligibility = Eligibility::of_pair(tx, household_id, staff_id).await?;
    let part = Part::Responsible;
    Ok(eligibility.check(part, household_id, &person, from_date, today)?)
}

/// Refuses a household that has a helper.
pub async fn must_be_unpaired(tx: &mut Tx, household_id: Uuid) -> Result<(), Problem> {
    match store::current_helper(tx, household_id).await? {
        Some(_) => Err(PairingError::AlreadyPaired.into()),
        None => Ok(()),
    }
}

/// Refuses helpers of whom one is on leave on a day.
pub async fn must_not_be_on_leave(
    tx: &mut Tx,
    helpers: impl Iterator<Item = Uuid>,
    day: NaiveDate,
) -> Result<(), Problem> {
    let leaves = leave::on(tx, day).await?;
    for helper in helpers {
        let away = leaves.get(&helper).map(Leave::words);
        check_duty(true, away.as_ref()).map_err(PairingError::from)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_against_a_candidate_is_told() {
        let helper = Uuid::from_u128(1);
        let pin = |helper| Pin {
            helper,
            name: "李老师".to_owned(),
            reason: "同村".to_owned(),
        };
        let (own, other) = (pin(helper), pin(Uuid::from_u128(2)));
        let barriers: Barriers = [(helper, Barrier::Register)].into();
        let good = Candidate {
            helper,
            active: true,
            away: None,
            barriers: None,
            pin: Some(&own),
            held: 2,
            capacity: 3,
        };
        assert_eq!(good.check(Part::Responsible), Ok(()));
        let full = Candidate { held: 3, ..good };
        let no_place = Ineligible::Full {
            held: 3,
            capacity: 3,
        };
        assert_eq!(full.check(Part::Responsible), Err(no_place));
        assert_eq!(
            full.check(Part::Assisting),
            Ok(()),
            "an assistant takes no place"
        );
        let pinned = Candidate {
            pin: Some(&other),
            ..full
        };
        assert_eq!(
            pinned.check(Part::Responsible),
            Err(Ineligible::PinnedToAnother(&other))
        );
        let barred = Candidate {
            barriers: Some(&barriers),
            ..pinned
        };
        let barrier = Err(Ineligible::Barred(&Barrier::Register));
        assert_eq!(barred.check(Part::Responsible), barrier);
        assert_eq!(barred.check(Part::Assisting), barrier);
        let leave = Text::same("请假");
        let away = Candidate {
            away: Some(&leave),
            ..barred
        };
        assert_eq!(away.check(Part::Responsible), Err(Ineligible::Away(&leave)));
        let left = Candidate {
            active: false,
            ..away
        };
        assert_eq!(left.check(Part::Responsible), Err(Ineligible::Inactive));
    }
}
