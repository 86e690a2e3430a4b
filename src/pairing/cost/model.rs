//! What a run stands on: the households to pair, the staff, and the office's rules.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use crate::household::Cause;
use crate::pairing::constraint::model::{Barriers, Pin};
use crate::pairing::eligibility::{Candidate, Ineligible, check_duty};
use crate::problem::{Text, words};
pub use crate::settings::pairing_rules::{AreaFit, AreaRule, PairingRules};
use crate::settings::skill::Skill;
use crate::staff::unit::Area;

/// A household to pair.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Household {
    /// Given by the register, or at random to a synthetic one.
    pub id: Uuid,
    /// 户编号.
    pub number: Option<String>,
    /// Where it lives.
    pub area: Area,
    /// 主要致贫原因.
    pub cause: Option<Cause>,
    /// The helper whom it has now.
    pub current: Option<Uuid>,
    /// The helper whom it had last.
    pub former: Option<Uuid>,
    /// The helper whom the office wants it to have.
    pub pin: Option<Pin>,
    /// Those whom it never has.
    pub barriers: Barriers,
}

impl Household {
    /// Whether this helper is not to be changed for another: the household has them, or is pinned to
    /// them.
    pub(crate) fn is_bound_to(&self, helper: &Helper) -> bool {
        let pinned = self.pin.as_ref().map(|pin| pin.helper);
        [self.current, pinned].contains(&Some(helper.id))
    }

    /// A helper for it, as [eligibility](crate::pairing::eligibility) asks about them.
    pub(crate) fn candidate<'a>(&'a self, helper: &'a Helper) -> Candidate<'a> {
        Candidate {
            helper: helper.id,
            active: helper.active,
            away: helper.away.as_ref(),
            barriers: Some(&self.barriers),
            pin: self.pin.as_ref(),
            held: helper.held,
            capacity: helper.capacity,
        }
    }

    /// The helpers whom it never has, by their ids.
    pub(crate) fn barred(&self) -> impl Iterator<Item = Uuid> {
        self.barriers.keys().copied()
    }

    /// Whether it never has this helper.
    pub(crate) fn bars(&self, helper: &Helper) -> bool {
        self.candidate(helper).check_barrier().is_err()
    }
}

/// A person who may be given households.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Helper {
    /// As on the staff roster.
    pub id: Uuid,
    /// 工号.
    pub number: Option<String>,
    /// 姓名.
    pub name: String,
    /// 单位.
    pub unit: String,
    /// 负责镇, none to several.
    pub towns: Vec<String>,
    /// 负责村, none to several.
    pub villages: Vec<String>,
    /// What they are good at.
    pub skills: Vec<Skill>,
    /// Households that they may have, by the roster or else by rank.
    pub capacity: i64,
    /// Households that they have, but for those that the run asks about.
    pub held: i64,
    /// Whether they are still one who helps.
    pub active: bool,
    /// Why they are given no household for the time being, in words: on leave, or leaving.
    #[serde(serialize_with = "in_chinese")]
    pub away: Option<Text>,
}

/// A basis is known by its digest, which has the words as they always were: Chinese alone.
#[expect(clippy::ref_option, reason = "as serde calls it")]
fn in_chinese<S: Serializer>(words: &Option<Text>, into: S) -> Result<S::Ok, S::Error> {
    words.as_ref().map(|words| &words.zh).serialize(into)
}

impl Helper {
    /// Whether they may be given any household.
    pub fn on_duty(&self) -> bool {
        self.absence().is_none()
    }

    /// Why they are given no household, in words after their name.
    pub(crate) fn absence(&self) -> Option<Text> {
        let away = self.away.as_ref();
        match check_duty(self.active, away) {
            Err(Ineligible::Inactive) => {
                let left = || words!("已停用或离岗", "has left or is inactive");
                Some(away.cloned().unwrap_or_else(left))
            }
            Err(Ineligible::Away(words)) => Some(words.clone()),
            // `check_duty` never gives these: they are about a pair, or about places.
            Err(
                Ineligible::Barred(_) | Ineligible::PinnedToAnother(_) | Ineligible::Full { .. },
            )
            | Ok(()) => None,
        }
    }

    /// Takes them for one who has left, so that their households go to others.
    pub fn leave(&mut self) {
        if self.active {
            self.active = false;
            self.away = Some(words!("即将离岗", "is about to leave"));
        }
    }

    /// How many more households they may be given.
    pub fn places(&self) -> i64 {
        self.places_beside(0)
    }

    /// How many more they may be given beside so many that the run has given them.
    pub(crate) fn places_beside(&self, given: i64) -> i64 {
        if self.on_duty() {
            self.room_beside(given)
        } else {
            0
        }
    }

    /// The same, whether or not they are on duty: for households that they have already.
    pub(crate) fn room_beside(&self, given: i64) -> i64 {
        (self.capacity - self.held - given).max(0)
    }
}

/// All that a run stands on: the same input gives the same proposal, whatever the order of its rows.
///
/// It is [kept](crate::pairing::run::basis) with the run: a field that is added needs a
/// `#[serde(default)]`, so that the runs of before can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The office's rules.
    pub rules: PairingRules,
    /// All households of the run's scope.
    pub households: Vec<Household>,
    /// The staff, inactive ones too: they may still have households.
    pub helpers: Vec<Helper>,
    /// 定点帮扶: the villages that units are linked to, by the unit's name.
    pub unit_villages: BTreeMap<String, Vec<Area>>,
}

impl Input {
    /// Leaves only the staff of a unit, and of the households those that they have, those that one of
    /// them had last, and those without a helper in the villages that the unit is linked to; none that
    /// is pinned to someone else.
    pub fn narrow(&mut self, unit: &str) {
        self.helpers.retain(|helper| helper.unit == unit);
        let staff: HashSet<_> = self.helpers.iter().map(|helper| helper.id).collect();
        let linked = self.unit_villages.get(unit).map_or(&[][..], Vec::as_slice);
        let linked: HashSet<_> = linked.iter().collect();
        self.households.retain(|household| {
            let is_ours = |helper: Option<Uuid>| helper.is_some_and(|id| staff.contains(&id));
            let concerns = match household.current {
                Some(_) => is_ours(household.current),
                None => is_ours(household.former) || linked.contains(&household.area),
            };
            let pin = household.pin.as_ref().map(|pin| pin.helper);
            concerns && (pin.is_none() || is_ours(pin))
        });
    }

    /// The villages that a helper's unit is linked to.
    pub fn villages_of_unit(&self, helper: &Helper) -> &[Area] {
        self.unit_villages
            .get(&helper.unit)
            .map_or(&[], Vec::as_slice)
    }
}
