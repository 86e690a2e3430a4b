//! What a pairing is weighed by: who may serve where, and what each pair costs, term by term.
//!
//! A cost is a number without a unit; less is better. The cost of a pair is the sum of four terms,
//! each with a code and words that tell the office why: area, fit of skills, change of helper, and
//! load. The load term grows with each further household of one helper, so that loads are even
//! relative to capacity. What each weighs stands in [`rules`](crate::settings::pairing_rules).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{Datelike, NaiveDate};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::constraint::{Barriers, Pin};
use super::error::PairingError;
use crate::code_list;
use crate::code_list::CodeList;
use crate::household::Cause;
use crate::settings::Settings;
pub use crate::settings::pairing_rules::{AreaFit, AreaRule, PairingRules};
use crate::settings::skill::{Fit, Skill};
use crate::staff::model::Staff;
use crate::staff::unit::Area;

code_list! {
    /// What a term of a pair's cost, or a reason for having no helper, is about.
    pub enum ReasonCode = "pairing_reason", "结对理由" {
        Area = "area", "区域", [];
        Skill = "skill", "专长", [];
        Former = "former", "延续", [];
        Kept = "kept", "现有结对", [];
        Pinned = "pinned", "指定结对", [];
        Load = "load", "负担", [];
        ByHand = "by_hand", "人工", [];
        NobodyServes = "nobody_serves", "无人可帮", [];
        AllFull = "all_full", "名额已满", [];
    }
}

code_list! {
    /// What became of a pairing run.
    pub enum RunStatus = "run_status", "结对方案状态" {
        Draft = "draft", "草稿", [];
        Proposed = "proposed", "待确认", [];
        Confirmed = "confirmed", "已确认", [];
        Dropped = "dropped", "已放弃", [];
    }
}

/// Villages that a helper reaches in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach<'a> {
    /// All.
    Anywhere,
    /// Those of a town.
    Town(&'a str),
    /// Those of this name in any town.
    Name(&'a str),
    /// The one of this town and name.
    Village(&'a str, &'a str),
}

impl<'a> Reach<'a> {
    /// All that hold a village.
    pub fn of(area: &'a Area) -> [Self; 4] {
        [
            Self::Anywhere,
            Self::Town(&area.town),
            Self::Name(&area.village),
            Self::Village(&area.town, &area.village),
        ]
    }

    /// In Chinese.
    pub fn words(self) -> String {
        match self {
            Self::Anywhere => "任何村".to_owned(),
            Self::Town(town) => format!("{town}各村"),
            Self::Name(village) => format!("各镇{village}"),
            Self::Village(town, village) => format!("{town}{village}"),
        }
    }
}

/// A household to pair.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Household {
    /// Its id.
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
    /// Whether this helper is not to be changed for another: it has him, or is pinned to him.
    pub fn is_bound_to(&self, helper: &Helper) -> bool {
        let pinned = self.pin.as_ref().map(|pin| pin.helper);
        [self.current, pinned].contains(&Some(helper.id))
    }
}

/// A person who may be given households.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Helper {
    /// Its id.
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
    /// What he is good at.
    pub skills: Vec<Skill>,
    /// Households that he may have, by the roster or else by rank.
    pub capacity: i64,
    /// Households that he has, but for those that the run asks about.
    pub held: i64,
    /// Whether he is still one who helps.
    pub active: bool,
    /// Why he is given no household for the time being, in words: he is on leave, or leaving.
    pub away: Option<String>,
}

impl Helper {
    /// Whether he may be given any household.
    pub fn on_duty(&self) -> bool {
        self.absence().is_none()
    }

    /// Why he is given no household, in words after his name.
    pub fn absence(&self) -> Option<&str> {
        let away = self.away.as_deref();
        away.or((!self.active).then_some("已停用或离岗"))
    }

    /// Takes him for one who has left, so that his households go to others.
    pub fn leave(&mut self) {
        if self.active {
            self.active = false;
            self.away = Some("即将离岗".to_owned());
        }
    }

    /// How many more households he may be given.
    pub fn places(&self) -> i64 {
        if self.on_duty() {
            (self.capacity - self.held).max(0)
        } else {
            0
        }
    }
}

/// All that a run stands on: the same input gives the same proposal, whatever the order of its rows.
///
/// It is [kept](super::basis) with the run: a field that is added needs a `#[serde(default)]`, so that
/// the runs of before can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The office's rules.
    pub rules: PairingRules,
    /// The households to pair.
    pub households: Vec<Household>,
    /// The staff.
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

    /// Where a helper may serve, each place with what it is to him.
    ///
    /// A helper serves the villages that he is responsible for (负责村; in the towns of 负责镇, if
    /// those are given), the towns that he is responsible for as a whole (负责镇 without 负责村), and
    /// the villages that his unit is linked to. One without any of these serves anywhere. If areas are
    /// only preferred, everyone serves everywhere, at a price; if they are free, they do not matter.
    pub fn reaches<'a>(&'a self, helper: &'a Helper) -> Vec<(Reach<'a>, AreaFit)> {
        let rule = self.rules.area_rule;
        if rule == AreaRule::Free {
            return vec![(Reach::Anywhere, AreaFit::AnyArea)];
        }
        let linked = self.villages_of_unit(helper);
        let towns = || helper.towns.iter().map(String::as_str);
        let mut reaches = Vec::new();
        for village in &helper.villages {
            if helper.towns.is_empty() {
                reaches.push((Reach::Name(village), AreaFit::OwnVillage));
            }
            reaches
                .extend(towns().map(|town| (Reach::Village(town, village), AreaFit::OwnVillage)));
        }
        reaches.extend(linked.iter().map(|area| {
            let village = Reach::Village(&area.town, &area.village);
            (village, AreaFit::UnitVillage)
        }));
        if helper.villages.is_empty() {
            reaches.extend(towns().map(|town| (Reach::Town(town), AreaFit::OwnTown)));
        }
        if reaches.is_empty() {
            return vec![(Reach::Anywhere, AreaFit::NoArea)];
        }
        if rule == AreaRule::Preferred {
            let near: BTreeSet<&str> = towns()
                .chain(linked.iter().map(|area| area.town.as_str()))
                .collect();
            reaches.extend(
                near.into_iter()
                    .map(|town| (Reach::Town(town), AreaFit::SameTown)),
            );
            reaches.push((Reach::Anywhere, AreaFit::Elsewhere));
        }
        reaches
    }

    /// How a village lies to a helper and what that costs; nothing where he may not serve it. Where
    /// more than one relation holds, the cheapest counts.
    pub fn area(&self, helper: &Helper, area: &Area) -> Option<(AreaFit, i64)> {
        let at = Reach::of(area);
        self.reaches(helper)
            .into_iter()
            .filter(|(reach, _)| at.contains(reach))
            .map(|(_, fit)| (fit, self.rules.area_cost(fit)))
            .min_by_key(|(fit, cost)| (*cost, *fit))
    }

    /// The former helper of a household, if he has a place and may serve it: then another one costs a
    /// change. `by_id` holds the helpers.
    pub fn former<'a>(
        &self,
        household: &Household,
        by_id: &HashMap<Uuid, &'a Helper>,
    ) -> Option<&'a Helper> {
        let former = by_id.get(&household.former?).copied()?;
        let may_return = former.places() > 0
            && !household.barriers.contains_key(&former.id)
            && self.area(former, &household.area).is_some();
        may_return.then_some(former)
    }

    /// What an area relation is and costs for a pair that the office made, wherever it lies.
    pub fn area_at_will(&self, helper: &Helper, area: &Area) -> (AreaFit, i64) {
        let elsewhere = || (AreaFit::Elsewhere, self.rules.elsewhere);
        self.area(helper, area).unwrap_or_else(elsewhere)
    }

    /// The terms of a pair that stands before anything is weighed, but for its load and for why.
    pub fn terms_at_will(&self, household: &Household, helper: &Helper) -> [Reason; 2] {
        let (area, cost) = self.area_at_will(helper, &household.area);
        [
            Reason::new(ReasonCode::Area, area.label(), cost),
            self.skill_reason(household.cause, &helper.skills),
        ]
    }

    /// The terms of a pair but for its load; nothing where the helper may not serve the household.
    ///
    /// `former` is the household's former helper, if he could be given it again.
    pub fn reasons(
        &self,
        household: &Household,
        helper: &Helper,
        former: Option<&Helper>,
    ) -> Option<Vec<Reason>> {
        if household.barriers.contains_key(&helper.id) {
            return None;
        }
        let (area, area_cost) = self.area(helper, &household.area)?;
        let mut reasons = vec![
            Reason::new(ReasonCode::Area, area.label(), area_cost),
            self.skill_reason(household.cause, &helper.skills),
        ];
        match former {
            Some(former) if former.id == helper.id => {
                reasons.push(Reason::new(
                    ReasonCode::Former,
                    "曾帮扶该户，由原责任人继续",
                    0,
                ));
            }
            Some(former) => reasons.push(Reason::new(
                ReasonCode::Former,
                format!("更换责任人（原责任人{}）", former.name),
                self.rules.change,
            )),
            None => {}
        }
        Some(reasons)
    }

    fn skill_reason(&self, cause: Option<Cause>, skills: &[Skill]) -> Reason {
        let (fit, cost) = self.rules.fit(&self.rules.wanted(cause), skills);
        let cause = cause.map_or("未填写", CodeList::label);
        let skills: Vec<_> = skills.iter().map(|skill| skill.label()).collect();
        let words = match (fit, skills.is_empty()) {
            (Fit::Any, _) => format!("主要致贫原因“{cause}”对专长无特别要求"),
            (_, true) => format!("主要致贫原因“{cause}”，责任人未登记相关专长"),
            (fit, false) => format!(
                "主要致贫原因“{cause}”与专长“{}”{}",
                skills.join("、"),
                fit.label()
            ),
        };
        Reason::new(ReasonCode::Skill, words, cost)
    }

    /// The term for a helper's load when he is given household number `number`, counted from 1.
    pub fn load_reason(&self, helper: &Helper, number: i64) -> Reason {
        Reason::new(
            ReasonCode::Load,
            format!("责任人的第 {number} 户，可帮扶 {} 户", helper.capacity),
            self.rules.load_cost(number, helper.capacity),
        )
    }
}

/// One term of a pair's cost, or the reason why there is no pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "PairingReason")]
pub struct Reason {
    /// What it is about.
    pub code: ReasonCode,
    /// In words, Chinese.
    #[oai(validator(max_length = 500))]
    pub words: String,
    /// What it adds to the cost; less is better.
    pub cost: i64,
}

impl Reason {
    /// A reason.
    pub fn new(code: ReasonCode, words: impl Into<String>, cost: i64) -> Self {
        Self {
            code,
            words: words.into(),
            cost,
        }
    }
}

/// Which households a run is for: those without a helper or all, everywhere or of one town, one village,
/// one unit; or those of one who leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Object)]
#[serde(default)]
#[oai(rename = "PairingScope", skip_serializing_if_is_none)]
pub struct Scope {
    /// Only of this town (镇), by its whole name.
    #[oai(validator(min_length = 1, max_length = 100))]
    pub town: Option<String>,
    /// Only of this village (村), by its whole name.
    #[oai(validator(min_length = 1, max_length = 100))]
    pub village: Option<String>,
    /// Only by the staff of this unit: the households that they have, those that one of them had last,
    /// and those without a helper in the villages that the unit is linked to.
    pub unit_id: Option<Uuid>,
    /// Also those that have a helper. They keep him unless he may not have them any more: he is
    /// inactive, a barrier stands between them, he has too many, or they are pinned to another. Only
    /// those without a helper if left out.
    #[oai(default)]
    pub paired: bool,
    /// Only households of this person, as if the person had left: those that the person is responsible
    /// for, which confirming hands over where somebody follows, and those that had the person last and
    /// have nobody.
    pub leaving: Option<Uuid>,
}

impl Scope {
    /// Whether households are in it that have a helper.
    pub fn has_paired(&self) -> bool {
        self.paired || self.leaving.is_some()
    }
}

/// The first year in which a pairing can have begun: before, no such programme was.
const FIRST_YEAR: i32 = 2000;

/// Refuses a day that is after today or long before any programme.
pub fn check_day(day: NaiveDate, today: NaiveDate) -> Result<(), PairingError> {
    if day > today {
        Err(PairingError::InFuture(day))
    } else if day.year() < FIRST_YEAR {
        Err(PairingError::TooEarly(day))
    } else {
        Ok(())
    }
}

/// How many households a person may have.
pub fn capacity(person: &Staff, settings: &Settings) -> i64 {
    person
        .capacity
        .unwrap_or_else(|| settings.capacity_by_rank.of(person.rank))
}

/// The names in a cell of the roster that may hold several, such as 东村、西村.
pub fn names_in(cell: Option<&str>) -> Vec<String> {
    cell.unwrap_or_default()
        .split(['、', '，', ',', ';', '；', '/'])
        .map(crate::text::squeezed)
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(town: &str, village: &str) -> Area {
        Area {
            town: town.to_owned(),
            village: village.to_owned(),
        }
    }

    fn helper(town: Option<&str>, village: Option<&str>, unit: &str) -> Helper {
        Helper {
            id: Uuid::from_u128(1),
            number: None,
            name: "张老师".to_owned(),
            unit: unit.to_owned(),
            towns: names_in(town),
            villages: names_in(village),
            skills: Vec::new(),
            capacity: 3,
            held: 1,
            active: true,
            away: None,
        }
    }

    fn input(area_rule: AreaRule) -> Input {
        Input {
            rules: PairingRules {
                area_rule,
                ..PairingRules::default()
            },
            unit_villages: [("东校".to_owned(), vec![area("甲镇", "东村")])].into(),
            ..Input::default()
        }
    }

    #[test]
    fn areas_bind_as_the_rule_says() {
        use AreaRule::{Free, Preferred, Required};
        let (east, west, far) = (
            area("甲镇", "东村"),
            area("甲镇", "西村"),
            area("乙镇", "南村"),
        );
        let linked = helper(None, None, "东校");
        let own = helper(Some("甲镇"), Some("西村、北村"), "某局");
        let town = helper(Some("甲镇"), None, "某局");
        let anywhere = helper(None, None, "某局");
        let fits =
            |rule, helper: &Helper, area: &Area| input(rule).area(helper, area).map(|(fit, _)| fit);
        for rule in [Required, Preferred] {
            assert_eq!(fits(rule, &linked, &east), Some(AreaFit::UnitVillage));
            assert_eq!(fits(rule, &own, &west), Some(AreaFit::OwnVillage));
            assert_eq!(fits(rule, &town, &west), Some(AreaFit::OwnTown));
            assert_eq!(fits(rule, &anywhere, &far), Some(AreaFit::NoArea));
        }
        assert_eq!(fits(Required, &linked, &west), None);
        assert_eq!(fits(Required, &own, &east), None);
        assert_eq!(fits(Required, &town, &far), None);
        assert_eq!(fits(Preferred, &linked, &west), Some(AreaFit::SameTown));
        assert_eq!(fits(Preferred, &own, &east), Some(AreaFit::SameTown));
        assert_eq!(fits(Preferred, &town, &far), Some(AreaFit::Elsewhere));
        assert_eq!(fits(Free, &town, &far), Some(AreaFit::AnyArea));
        // 负责村 of another town of the same village name does not count.
        let other = helper(Some("乙镇"), Some("东村"), "某局");
        assert_eq!(fits(Required, &other, &east), None);
    }

    #[test]
    fn the_load_term_never_falls_and_is_even_in_proportion() {
        let rules = PairingRules::default();
        for capacity in 1..=20 {
            for number in 1..capacity {
                assert!(rules.load_cost(number, capacity) <= rules.load_cost(number + 1, capacity));
            }
        }
        // Half of five and the one of one weigh the same.
        assert_eq!(rules.load_cost(3, 5), rules.load_cost(1, 1));
    }

    #[test]
    fn days_must_be_possible() {
        let day = |year| NaiveDate::from_ymd_opt(year, 6, 1).unwrap();
        assert_eq!(check_day(day(2026), day(2026)), Ok(()));
        assert_eq!(
            check_day(day(2027), day(2026)),
            Err(PairingError::InFuture(day(2027)))
        );
        assert_eq!(
            check_day(day(206), day(2026)),
            Err(PairingError::TooEarly(day(206)))
        );
    }

    #[test]
    fn a_cell_may_name_several_villages() {
        assert_eq!(names_in(Some(" 东村、西 村,")), ["东村", "西村"]);
        assert!(names_in(None).is_empty());
    }
}
