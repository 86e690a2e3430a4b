//! The steps of a lift, the conditions for it, and what may follow what.
//!
//! Source: 国务院 2016 《关于建立贫困退出机制的意见》: the order of the steps, a publicity period before
//! approval, and income over the line with 两不愁三保障 as the measure of it.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::code_list;
use crate::code_list::CodeList;
use crate::db::Json;
use crate::household::PovertyStatus;
use crate::household::model::{HouseholdFacts, Member};
use crate::text;

code_list! {
    /// One step on the way out of poverty; the order of the list is the order of the steps.
    pub enum Step = "lift_step", "脱贫程序" {
        Proposed = "proposed", "提出", ["村民小组提名", "提名"];
        VillageReview = "village_review", "民主评议", ["村民主评议", "评议"];
        Verified = "verified", "核实", ["村两委和工作队核实", "入户核实"];
        Accepted = "accepted", "认可", ["贫困户认可", "本人认可"];
        Publicised = "publicised", "公示", ["村公示", "公示公告"];
        Approved = "approved", "批准", ["批准退出", "审批"];
    }
}

impl Step {
    /// The step that comes after this one.
    pub fn following(self) -> Option<Self> {
        Self::ENTRIES
            .get(self as usize + 1)
            .map(|entry| entry.value)
    }

    /// Whether the conditions must be met for this step.
    pub fn needs_conditions(self) -> bool {
        matches!(self, Self::Verified | Self::Approved)
    }
}

code_list! {
    /// Where a lift stands: the last step that was done, or how it ended.
    pub enum State = "lift_state", "脱贫进度" {
        Proposed = "proposed", "已提出", [];
        VillageReview = "village_review", "已评议", [];
        Verified = "verified", "已核实", [];
        Accepted = "accepted", "已认可", [];
        Publicised = "publicised", "已公示", [];
        Approved = "approved", "已脱贫", ["已批准"];
        Rejected = "rejected", "已终止", ["未通过"];
        Relapsed = "relapsed", "已返贫", ["返贫"];
    }
}

impl From<Step> for State {
    fn from(step: Step) -> Self {
        match step {
            Step::Proposed => Self::Proposed,
            Step::VillageReview => Self::VillageReview,
            Step::Verified => Self::Verified,
            Step::Accepted => Self::Accepted,
            Step::Publicised => Self::Publicised,
            Step::Approved => Self::Approved,
        }
    }
}

impl State {
    /// The step done last, for a lift that is under way or approved.
    pub fn step(self) -> Option<Step> {
        Step::ENTRIES
            .iter()
            .map(|entry| entry.value)
            .find(|step| Self::from(*step) == self)
    }

    /// The step that is due; none once the lift has ended.
    pub fn due(self) -> Option<Step> {
        self.step().and_then(Step::following)
    }
}

code_list! {
    /// What must hold for a household that is lifted: income over the line, two no-worries, three
    /// guarantees and safe water.
    pub enum Condition = "lift_condition", "脱贫条件" {
        Income = "income", "收入达标", ["年人均纯收入稳定超过标准"];
        Food = "food", "不愁吃", [];
        Clothing = "clothing", "不愁穿", [];
        CompulsoryEducation = "compulsory_education", "义务教育有保障", ["义务教育"];
        BasicMedicalCare = "basic_medical_care", "基本医疗有保障", ["基本医疗"];
        SafeHousing = "safe_housing", "住房安全有保障", ["住房安全"];
        SafeWater = "safe_water", "饮水安全有保障", ["饮水安全"];
    }
}

code_list! {
    /// Whether a condition is met, as far as the register shows.
    pub enum Met = "condition_met", "是否达到" {
        Yes = "yes", "达到", ["是"];
        No = "no", "未达到", ["否"];
        Unknown = "unknown", "资料不全", ["未知"];
    }
}

impl From<Option<bool>> for Met {
    fn from(answer: Option<bool>) -> Self {
        match answer {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}

/// One condition, as found on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "LiftConditionState", skip_serializing_if_is_none)]
pub struct ConditionState {
    /// Which condition.
    pub code: Condition,
    /// Whether it is met.
    pub met: Met,
    /// What was found, with its figures, in Chinese.
    #[oai(validator(max_length = 1000))]
    pub found: String,
    /// What to do, in Chinese, where it is not met.
    #[oai(rename = "cure", validator(max_length = 500))]
    #[serde(default, rename = "cure", skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// What those who verified a household saw there and the register has no column for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attested {
    /// 不愁吃.
    pub food: Option<bool>,
    /// 不愁穿.
    pub clothing: Option<bool>,
}

/// What a step rested on, kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The income line of the year of the step's date.
    pub line_fen: i64,
    /// What was attested at the verification.
    pub attested: Attested,
    /// The conditions as found.
    pub conditions: Vec<ConditionState>,
}

/// One step as recorded.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct StepRecord {
    /// The lift.
    pub lift_id: Uuid,
    /// Counts the steps of the lift, from 1.
    pub position: i64,
    /// Which step; of a rejection, the one that was due.
    pub step: Step,
    /// The day on which it was done.
    pub on_date: NaiveDate,
    /// Who did it.
    pub person: String,
    /// What there is to say about it; of a rejection, the reason.
    pub note: Option<String>,
    /// What it rested on.
    #[serde(skip)]
    pub evidence: Option<Json<Evidence>>,
    /// Whether the lift was rejected at this step.
    pub rejected: bool,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// By which account.
    pub recorded_by: String,
}

/// One way of a household out of poverty.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Lift {
    /// Its id.
    pub id: Uuid,
    /// The household.
    pub household_id: Uuid,
    /// Where it stands.
    pub state: State,
    /// Whether the household had been lifted before; such a lift is never a new one.
    pub again: bool,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was first written down.
    pub started_at: DateTime<Utc>,
    /// By which account.
    pub started_by: String,
    /// The day of approval; the lift counts to its year.
    pub approved_on: Option<NaiveDate>,
    /// The helper who was responsible on that day.
    pub helper_id: Option<Uuid>,
    /// The day on which the household fell back.
    pub relapsed_on: Option<NaiveDate>,
    /// Why.
    pub relapse_reason: Option<String>,
    /// Which account wrote it down.
    pub relapse_by: Option<String>,
    /// The steps so far, in order.
    #[sqlx(skip)]
    #[serde(skip)]
    pub steps: Vec<StepRecord>,
}

impl Lift {
    /// The day of the last step or, of a lift that fell back, of the relapse.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.relapsed_on
            .into_iter()
            .chain(self.steps.iter().map(|step| step.on_date))
            .max()
    }

    /// The day of a step that was done.
    pub fn done_on(&self, step: Step) -> Option<NaiveDate> {
        self.steps
            .iter()
            .find(|record| record.step == step && !record.rejected)
            .map(|record| record.on_date)
    }

    /// What was attested when the household was verified.
    pub fn attested(&self) -> Attested {
        self.steps
            .iter()
            .find(|record| record.step == Step::Verified)
            .and_then(|record| record.evidence.as_ref())
            .map(|Json(evidence)| evidence.attested)
            .unwrap_or_default()
    }

    /// The lift as it stood at the end of a day; nothing if it had not begun.
    pub fn as_of(&self, day: NaiveDate) -> Option<Self> {
        let mut lift = self.clone();
        lift.steps.retain(|step| step.on_date <= day);
        let last = lift.steps.last()?;
        let relapsed = lift.relapsed_on.is_some_and(|on| on <= day);
        lift.state = if relapsed {
            State::Relapsed
        } else if last.rejected {
            State::Rejected
        } else {
            last.step.into()
        };
        if !relapsed {
            lift.relapsed_on = None;
            lift.relapse_reason = None;
            lift.relapse_by = None;
        }
        if lift.done_on(Step::Approved).is_none() {
            lift.approved_on = None;
            lift.helper_id = None;
        }
        Some(lift)
    }

    /// The first day on which the step that is due may be done.
    pub fn earliest_next(&self, publicity_days: u32) -> Option<NaiveDate> {
        match self.state.due()? {
            Step::Approved => publicity_ends(self.done_on(Step::Publicised)?, publicity_days),
            _ => self.last_day(),
        }
    }
}

/// The first day on which a lift may be approved: the list has hung for so many days then, the day
/// of hanging it up included.
fn publicity_ends(publicised_on: NaiveDate, publicity_days: u32) -> Option<NaiveDate> {
    publicised_on.checked_add_days(Days::new(publicity_days.into()))
}

/// Why a lift cannot go on, or begin, as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LiftError {
    /// Another step is due.
    #[error("现在应办理“{}”，不能办理“{}”；请按顺序先完成“{}”", due.label(), asked.label(), due.label())]
    OutOfOrder {
        /// The one that is due.
        due: Step,
        /// The one that was asked for.
        asked: Step,
    },
    /// Nothing can be done to it any more.
    #[error("该脱贫记录已结束（{}），不能再办理；如需重新办理，请为该户另行提出", .0.label())]
    Ended(State),
    /// The household is lifted.
    #[error("该户已脱贫且没有返贫记录，不能再次提出；如已返贫，请先登记返贫")]
    AlreadyLifted,
    /// A lift is under way.
    #[error("该户已有正在办理的脱贫程序，请在原记录上继续办理")]
    UnderWay(Uuid),
    /// A day that has not come.
    #[error("日期 {date} 晚于今天（{today}），请填写实际办理的日期")]
    InFuture {
        /// The date given.
        date: NaiveDate,
        /// Today in China.
        today: NaiveDate,
    },
    /// A day before what came before.
    #[error("日期 {date} 早于上一步的日期 {before}，请核对后填写不早于 {before} 的日期")]
    BeforeLast {
        /// The date given.
        date: NaiveDate,
        /// The day of the last step.
        before: NaiveDate,
    },
    /// The list has not hung long enough.
    #[error("公示自 {publicised_on} 起须满 {days} 天，最早可于 {first_possible} 批准")]
    PublicityTooShort {
        /// Since when it hangs.
        publicised_on: NaiveDate,
        /// How many days it must.
        days: u32,
        /// The first possible day of approval.
        first_possible: NaiveDate,
    },
    /// Conditions that are not met, or of which the register does not say.
    #[error("脱贫条件未全部达到：{}", names(.0))]
    ConditionsNotMet(Vec<ConditionState>),
    /// Only a household that was lifted can fall back.
    #[error("只有已批准的脱贫才能登记返贫；当前为“{}”", .0.label())]
    NotApproved(State),
    /// A relapse before the approval.
    #[error("返贫日期 {date} 早于批准日期 {approved_on}，请核对")]
    RelapseBeforeApproval {
        /// The date given.
        date: NaiveDate,
        /// The day of approval.
        approved_on: NaiveDate,
    },
}

fn names(conditions: &[ConditionState]) -> String {
    let names: Vec<_> = conditions
        .iter()
        .map(|state| format!("{}（{}）", state.code.label(), state.met.label()))
        .collect();
    names.join("、")
}

/// Refuses a day that has not come, and one before what came before.
fn check_date(
    date: NaiveDate,
    before: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<(), LiftError> {
    if date > today {
        return Err(LiftError::InFuture { date, today });
    }
    match before {
        Some(before) if date < before => Err(LiftError::BeforeLast { date, before }),
        _ => Ok(()),
    }
}

/// Where the lift stands once `step` is done on `date`, or why it cannot be.
pub fn next(
    lift: &Lift,
    step: Step,
    date: NaiveDate,
    today: NaiveDate,
    publicity_days: u32,
) -> Result<State, LiftError> {
    let due = lift.state.due().ok_or(LiftError::Ended(lift.state))?;
    if step != due {
        return Err(LiftError::OutOfOrder { due, asked: step });
    }
    check_date(date, lift.last_day(), today)?;
    if let (Step::Approved, Some(publicised_on)) = (step, lift.done_on(Step::Publicised)) {
        let first_possible =
            publicity_ends(publicised_on, publicity_days).unwrap_or(NaiveDate::MAX);
        if date < first_possible {
            return Err(LiftError::PublicityTooShort {
                publicised_on,
                days: publicity_days,
                first_possible,
            });
        }
    }
    Ok(step.into())
}

/// The step at which the lift is rejected on `date`: the one that is due.
pub fn reject(lift: &Lift, date: NaiveDate, today: NaiveDate) -> Result<Step, LiftError> {
    let due = lift.state.due().ok_or(LiftError::Ended(lift.state))?;
    check_date(date, lift.last_day(), today)?;
    Ok(due)
}

/// Whether an approved lift may be marked as fallen back on `date`.
pub fn relapse(lift: &Lift, date: NaiveDate, today: NaiveDate) -> Result<(), LiftError> {
    let approved_on = match (lift.state, lift.approved_on) {
        (State::Approved, Some(approved_on)) => approved_on,
        (state, _) => return Err(LiftError::NotApproved(state)),
    };
    check_date(date, None, today)?;
    if date < approved_on {
        return Err(LiftError::RelapseBeforeApproval { date, approved_on });
    }
    Ok(())
}

/// Whether a lift may be proposed on `date` for a household with these `earlier` lifts.
pub fn propose(
    facts: &HouseholdFacts,
    earlier: &[Lift],
    date: NaiveDate,
    today: NaiveDate,
) -> Result<(), LiftError> {
    for lift in earlier {
        match lift.state {
            State::Rejected | State::Relapsed => {}
            State::Approved => return Err(LiftError::AlreadyLifted),
            _ => return Err(LiftError::UnderWay(lift.id)),
        }
    }
    let relapsed = earlier.iter().any(|lift| lift.state == State::Relapsed);
    if facts.status.is_lifted() && !relapsed {
        return Err(LiftError::AlreadyLifted);
    }
    check_date(date, earlier.iter().filter_map(Lift::last_day).max(), today)
}

/// Whether a lift in `year` would not be the household's first: one of ours was approved before, or
/// the roster says so. A roster that calls the household lifted in the same year tells of this lift.
pub fn is_again(facts: &HouseholdFacts, earlier: &[Lift], year: i32) -> bool {
    let by_roster = match (facts.status, facts.lifted_year) {
        (PovertyStatus::Relapsed, _) => true,
        (_, Some(lifted_year)) => lifted_year < i64::from(year),
        (status, None) => status.is_lifted(),
    };
    by_roster || earlier.iter().any(|lift| lift.approved_on.is_some())
}

/// All conditions for a household on `day`, against the income line of that day's year.
pub fn conditions(
    facts: &HouseholdFacts,
    line_fen: i64,
    attested: Attested,
    day: NaiveDate,
) -> Vec<ConditionState> {
    vec![
        income(facts, line_fen, day),
        attested_condition(Condition::Food, attested.food, "no_worry_food"),
        attested_condition(Condition::Clothing, attested.clothing, "no_worry_clothing"),
        compulsory_education(facts, day),
        basic_medical_care(facts),
        safe_housing(facts),
        safe_water(facts),
    ]
}

/// Refuses unless all conditions are met.
pub fn require_all(conditions: &[ConditionState]) -> Result<(), LiftError> {
    let open: Vec<_> = conditions
        .iter()
        .filter(|state| state.met != Met::Yes)
        .cloned()
        .collect();
    if open.is_empty() {
        Ok(())
    } else {
        Err(LiftError::ConditionsNotMet(open))
    }
}

/// Fen as yuan for people to read.
fn yuan(fen: i64) -> String {
    format!("{} 元", text::yuan(fen))
}

fn state(code: Condition, met: impl Into<Met>, found: String, remedy: &str) -> ConditionState {
    let met = met.into();
    ConditionState {
        code,
        met,
        found,
        remedy: (met != Met::Yes).then(|| remedy.to_owned()),
    }
}

fn income(facts: &HouseholdFacts, line_fen: i64, day: NaiveDate) -> ConditionState {
    let year = day.year();
    let line = yuan(line_fen);
    let income = facts.income_per_head_fen;
    let is_over = facts.is_over_line(line_fen);
    let found = match income {
        None => format!("花名册没有年人均纯收入；{year} 年标准为 {line}"),
        Some(fen) if is_over == Some(true) => {
            format!("年人均纯收入 {}，高于 {year} 年标准 {line}", yuan(fen))
        }
        Some(fen) => format!("年人均纯收入 {}，未超过 {year} 年标准 {line}", yuan(fen)),
    };
    let remedy = "核算该户年人均纯收入并更新花名册；须高于标准，等于标准不算达到";
    state(Condition::Income, is_over, found, remedy)
}

fn attested_condition(code: Condition, answer: Option<bool>, field: &str) -> ConditionState {
    let found = match answer {
        Some(true) => "核实时确认",
        Some(false) => "核实时认为未达到",
        None => "尚未核实",
    };
    let remedy = format!("入户核实后在“核实”一步中确认（{field}）");
    state(code, answer, found.to_owned(), &remedy)
}

fn compulsory_education(facts: &HouseholdFacts, day: NaiveDate) -> ConditionState {
    let mut answers = Vec::new();
    let mut out_of_school = Vec::new();
    for member in &facts.members {
        let of_age = member.is_of_school_age(day);
        if of_age == Some(false) {
            continue;
        }
        let answer = member.goes_to_school();
        // Somebody of unknown age who does not go to school may be a grown-up.
        let answer = if of_age.is_none() && answer == Some(false) {
            None
        } else {
            answer
        };
        if answer != Some(true) {
            out_of_school.push(member.name.as_str());
        }
        answers.push(answer);
    }
    let found = match (answers.len(), out_of_school.as_slice()) {
        (0, _) => "没有 7—15 周岁成员".to_owned(),
        (count, []) => format!("7—15 周岁成员 {count} 人，均在校"),
        (_, names) => format!("不在校、或在校情况（年龄）不明：{}", names.join("、")),
    };
    let remedy = "核对这些成员的出生日期和在校生状况并更新花名册；失学辍学的先劝返复学，送教上门的登记为在校";
    state(Condition::CompulsoryEducation, all(&answers), found, remedy)
}

/// Yes if all are; no if one is not; unknown otherwise.
fn all(answers: &[Option<bool>]) -> Option<bool> {
    if answers.contains(&Some(false)) {
        Some(false)
    } else if answers.contains(&None) {
        None
    } else {
        Some(true)
    }
}

/// Insured by either scheme; not insured only where the roster says so of one and not the other.
fn is_insured(member: &Member) -> Option<bool> {
    match (member.resident_medical, member.employee_medical) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, None) => None,
        _ => Some(false),
    }
}

fn basic_medical_care(facts: &HouseholdFacts) -> ConditionState {
    let answers: Vec<_> = facts.members.iter().map(is_insured).collect();
    let open: Vec<_> = facts
        .members
        .iter()
        .filter(|member| is_insured(member) != Some(true))
        .map(|member| member.name.as_str())
        .collect();
    let found = if open.is_empty() {
        format!("{} 人均已参加基本医疗保险", answers.len())
    } else {
        format!("未参保或参保情况不明：{}", open.join("、"))
    };
    let remedy = "为这些成员办理城乡居民或职工基本医疗保险，并更新花名册";
    state(Condition::BasicMedicalCare, all(&answers), found, remedy)
}

fn safe_housing(facts: &HouseholdFacts) -> ConditionState {
    let grade = facts
        .housing_grade
        .map_or("未鉴定等级", crate::code_list::CodeList::label);
    let found = match facts.housing_safe {
        Some(true) => format!("住房安全：是，{grade}"),
        Some(false) => format!("住房安全：否，{grade}"),
        None => format!("花名册没有填写住房安全，{grade}"),
    };
    let remedy = "鉴定住房等级，C、D 级先完成危房改造，再更新花名册的住房安全和危房等级";
    state(
        Condition::SafeHousing,
        facts.has_safe_housing(),
        found,
        remedy,
    )
}

fn safe_water(facts: &HouseholdFacts) -> ConditionState {
    let found = match facts.water_safe {
        Some(true) => "饮水安全：是",
        Some(false) => "饮水安全：否",
        None => "花名册没有填写饮水安全",
    };
    let remedy = "解决安全饮水后更新花名册的饮水安全";
    state(
        Condition::SafeWater,
        facts.water_safe,
        found.to_owned(),
        remedy,
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::household::{HousingGrade, Relation, Schooling};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    const TODAY: &str = "2026-11-25";
    const DAYS: u32 = 7;
    const LINE: i64 = 600_000;

    fn member(name: &str, birth: &str, schooling: Option<Schooling>) -> Member {
        Member {
            birth_date: birth.parse().ok(),
            schooling,
            resident_medical: Some(true),
            ..Member::of(name, Relation::Head)
        }
    }

    /// A household of two that meets every condition.
    fn facts() -> HouseholdFacts {
        HouseholdFacts {
            income_per_head_fen: Some(LINE + 1),
            housing_grade: Some(HousingGrade::B),
            housing_safe: Some(true),
            water_safe: Some(true),
            members: vec![
                member("王父", "1980-01-01", Some(Schooling::None)),
                member("王子", "2015-01-01", Some(Schooling::Primary)),
            ],
            ..HouseholdFacts::of("大中镇", "双喜村")
        }
    }

    const SURE: Attested = Attested {
        food: Some(true),
        clothing: Some(true),
    };

    fn met(facts: &HouseholdFacts, attested: Attested, code: Condition) -> Met {
        let found = conditions(facts, LINE, attested, day(TODAY));
        assert_eq!(found.len(), Condition::ENTRIES.len());
        for state in &found {
            assert_eq!(state.remedy.is_none(), state.met == Met::Yes, "{state:?}");
        }
        let state = found.iter().find(|state| state.code == code).unwrap();
        state.met
    }

    /// A lift whose steps were done on these days, in order.
    fn lift(days: &[&str]) -> Lift {
        let id = Uuid::now_v7();
        let steps: Vec<_> = Step::ENTRIES
            .iter()
            .zip(days)
            .zip(1..)
            .map(|((entry, on), position)| StepRecord {
                lift_id: id,
                position,
                step: entry.value,
                on_date: day(on),
                person: "某人".to_owned(),
                note: None,
                evidence: None,
                rejected: false,
                recorded_at: DateTime::default(),
                recorded_by: String::new(),
            })
            .collect();
        let last = steps.last().unwrap();
        Lift {
            id,
            household_id: Uuid::nil(),
            state: last.step.into(),
            again: false,
            version: 1,
            started_at: DateTime::default(),
            started_by: String::new(),
            approved_on: (last.step == Step::Approved).then_some(last.on_date),
            helper_id: None,
            relapsed_on: None,
            relapse_reason: None,
            relapse_by: None,
            steps,
        }
    }

    fn publicised() -> Lift {
        lift(&[
            "2026-03-01",
            "2026-03-02",
            "2026-03-02",
            "2026-03-03",
            "2026-03-10",
        ])
    }

    fn approved() -> Lift {
        lift(&[
            "2026-03-01",
            "2026-03-02",
            "2026-03-02",
            "2026-03-03",
            "2026-03-10",
            "2026-03-17",
        ])
    }

    fn go(lift: &Lift, step: Step, on: &str) -> Result<State, LiftError> {
        next(lift, step, day(on), day(TODAY), DAYS)
    }

    #[test]
    fn the_steps_lead_to_approval_in_order() {
        let order: Vec<_> = std::iter::successors(Some(Step::Proposed), |step| step.following())
            .map(CodeList::label)
            .collect();
        assert_eq!(order, ["提出", "民主评议", "核实", "认可", "公示", "批准"]);
        for entry in Step::ENTRIES {
            assert_eq!(State::from(entry.value).step(), Some(entry.value));
        }
        assert_eq!(State::Rejected.due(), None);
        assert_eq!(State::Relapsed.due(), None);
        assert_eq!(State::Approved.due(), None);
    }

    #[test]
    fn only_the_step_that_is_due_may_be_done() {
        let days = ["2026-03-01"; 6];
        for done in 1..=6 {
            let lift = lift(&days[..done]);
            for entry in Step::ENTRIES {
                let result = go(&lift, entry.value, "2026-11-25");
                match lift.state.due() {
                    None => assert_eq!(result, Err(LiftError::Ended(State::Approved))),
                    Some(due) if due == entry.value => assert_eq!(result, Ok(due.into())),
                    Some(due) => assert_eq!(
                        result,
                        Err(LiftError::OutOfOrder {
                            due,
                            asked: entry.value
                        })
                    ),
                }
            }
        }
    }

    #[test]
    fn a_step_is_not_before_the_last_one_nor_after_today() {
        let lift = lift(&["2026-03-05"]);
        let review = Step::VillageReview;
        assert_eq!(go(&lift, review, "2026-03-05"), Ok(State::VillageReview));
        assert_eq!(go(&lift, review, TODAY), Ok(State::VillageReview));
        assert!(matches!(
            go(&lift, review, "2026-03-04"),
            Err(LiftError::BeforeLast { .. })
        ));
        assert!(matches!(
            go(&lift, review, "2026-11-26"),
            Err(LiftError::InFuture { .. })
        ));
    }

    #[test]
    fn the_list_hangs_for_seven_days_before_approval() {
        let lift = publicised();
        assert_eq!(
            go(&lift, Step::Approved, "2026-03-16"),
            Err(LiftError::PublicityTooShort {
                publicised_on: day("2026-03-10"),
                days: 7,
                first_possible: day("2026-03-17"),
            })
        );
        assert_eq!(go(&lift, Step::Approved, "2026-03-17"), Ok(State::Approved));
        assert_eq!(lift.earliest_next(7), Some(day("2026-03-17")));
        assert!(matches!(
            next(&lift, Step::Approved, day("2026-03-19"), day(TODAY), 10),
            Err(LiftError::PublicityTooShort { days: 10, .. })
        ));
    }

    #[test]
    fn a_lift_under_way_may_be_rejected_at_the_step_that_is_due() {
        let at = |lift: &Lift, on| reject(lift, day(on), day(TODAY));
        assert_eq!(
            at(&lift(&["2026-03-05"]), "2026-03-05"),
            Ok(Step::VillageReview)
        );
        assert_eq!(at(&publicised(), "2026-03-11"), Ok(Step::Approved));
        assert!(at(&publicised(), "2026-03-09").is_err());
        assert_eq!(
            at(&approved(), TODAY),
            Err(LiftError::Ended(State::Approved))
        );
    }

    #[test]
    fn only_an_approved_lift_relapses_and_not_before_its_approval() {
        let at = |lift: &Lift, on| relapse(lift, day(on), day(TODAY));
        assert_eq!(at(&approved(), "2026-03-17"), Ok(()));
        assert!(matches!(
            at(&approved(), "2026-03-16"),
            Err(LiftError::RelapseBeforeApproval { .. })
        ));
        assert!(matches!(
            at(&approved(), "2026-11-26"),
            Err(LiftError::InFuture { .. })
        ));
        assert_eq!(
            at(&publicised(), TODAY),
            Err(LiftError::NotApproved(State::Publicised))
        );
    }

    fn relapsed(on: &str) -> Lift {
        Lift {
            state: State::Relapsed,
            relapsed_on: Some(day(on)),
            ..approved()
        }
    }

    fn rejected() -> Lift {
        Lift {
            state: State::Rejected,
            ..lift(&["2026-03-01", "2026-03-02"])
        }
    }

    #[test]
    fn as_of_a_day_nothing_later_is_seen() {
        let lift = relapsed("2026-06-01");
        let at = |on| lift.as_of(day(on));
        assert_eq!(at("2026-02-28"), None);
        let review = at("2026-03-02").unwrap();
        assert_eq!(review.state, State::Verified);
        assert_eq!((review.steps.len(), review.approved_on), (3, None));
        let holds = at("2026-05-31").unwrap();
        assert_eq!((holds.state, holds.relapsed_on), (State::Approved, None));
        assert_eq!(holds.approved_on, Some(day("2026-03-17")));
        assert_eq!(at("2026-06-01"), Some(lift.clone()));
    }

    #[test]
    fn who_is_lifted_or_on_the_way_cannot_be_proposed() {
        let of = |facts: &HouseholdFacts, earlier: &[Lift], on| {
            propose(facts, earlier, day(on), day(TODAY))
        };
        let by_roster = HouseholdFacts {
            status: PovertyStatus::LiftedWithPolicy,
            lifted_year: Some(2019),
            ..facts()
        };
        assert_eq!(of(&facts(), &[], TODAY), Ok(()));
        assert_eq!(of(&by_roster, &[], TODAY), Err(LiftError::AlreadyLifted));
        assert_eq!(
            of(&facts(), &[approved()], TODAY),
            Err(LiftError::AlreadyLifted)
        );
        let under_way = publicised();
        assert_eq!(
            of(&facts(), std::slice::from_ref(&under_way), TODAY),
            Err(LiftError::UnderWay(under_way.id))
        );
        assert_eq!(of(&facts(), &[rejected()], TODAY), Ok(()));
        assert_eq!(of(&by_roster, &[relapsed("2026-06-01")], TODAY), Ok(()));
        assert!(matches!(
            of(&facts(), &[relapsed("2026-06-01")], "2026-05-31"),
            Err(LiftError::BeforeLast { .. })
        ));
    }

    #[test]
    fn again_is_what_the_roster_or_an_earlier_lift_says() {
        let by_roster = |status, lifted_year| {
            let facts = HouseholdFacts {
                status,
                lifted_year,
                ..facts()
            };
            is_again(&facts, &[], 2026)
        };
        assert!(!by_roster(PovertyStatus::Poor, None));
        assert!(by_roster(PovertyStatus::Poor, Some(2018)));
        assert!(by_roster(PovertyStatus::Relapsed, None));
        assert!(by_roster(PovertyStatus::LiftedWithPolicy, None));
        // The roster that tells of this very lift does not make it a second one.
        assert!(!by_roster(PovertyStatus::LiftedWithPolicy, Some(2026)));
        assert!(is_again(&facts(), &[relapsed("2026-06-01")], 2026));
        assert!(!is_again(&facts(), &[rejected()], 2026));
    }

    #[test]
    fn a_household_that_meets_all_may_be_lifted() {
        let found = conditions(&facts(), LINE, SURE, day(TODAY));
        assert_eq!(require_all(&found), Ok(()));
        let words: String = found.iter().map(|state| state.found.as_str()).collect();
        assert!(words.contains("6000.01 元") && words.contains("2026 年标准 6000.00 元"));
    }

    #[test]
    fn income_must_be_strictly_above_the_line() {
        let of = |income_per_head_fen| {
            let facts = HouseholdFacts {
                income_per_head_fen,
                ..facts()
            };
            met(&facts, SURE, Condition::Income)
        };
        assert_eq!(of(Some(LINE + 1)), Met::Yes);
        assert_eq!(of(Some(LINE)), Met::No);
        assert_eq!(of(None), Met::Unknown);
    }

    #[test]
    fn children_of_seven_to_fifteen_must_be_at_school() {
        let of = |birth, schooling| {
            let mut facts = facts();
            facts.members.push(member("王女", birth, schooling));
            met(&facts, SURE, Condition::CompulsoryEducation)
        };
        // On 2026-11-25 these are 6, 7, 15 and 16 years old.
        let out = Some(Schooling::None);
        assert_eq!(of("2019-11-26", out), Met::Yes);
        assert_eq!(of("2019-11-25", out), Met::No);
        assert_eq!(of("2019-11-25", Some(Schooling::Preschool)), Met::No);
        assert_eq!(of("2019-11-25", Some(Schooling::Primary)), Met::Yes);
        assert_eq!(of("2019-11-25", None), Met::Unknown);
        assert_eq!(of("2010-11-26", out), Met::No);
        assert_eq!(of("2010-11-25", out), Met::Yes);
        assert_eq!(of("no date", out), Met::Unknown);
        assert_eq!(of("no date", Some(Schooling::Primary)), Met::Yes);
    }

    #[test]
    fn everyone_must_be_insured() {
        let of = |resident_medical, employee_medical| {
            let mut facts = facts();
            facts.members[1].resident_medical = resident_medical;
            facts.members[1].employee_medical = employee_medical;
            met(&facts, SURE, Condition::BasicMedicalCare)
        };
        assert_eq!(of(Some(true), None), Met::Yes);
        assert_eq!(of(Some(false), Some(true)), Met::Yes);
        assert_eq!(of(None, Some(true)), Met::Yes);
        assert_eq!(of(Some(false), None), Met::No);
        assert_eq!(of(Some(false), Some(false)), Met::No);
        assert_eq!(of(None, None), Met::Unknown);
    }

    #[test]
    fn housing_and_water_must_be_safe() {
        let housing = |housing_safe, housing_grade| {
            let facts = HouseholdFacts {
                housing_grade,
                housing_safe,
                ..facts()
            };
            met(&facts, SURE, Condition::SafeHousing)
        };
        assert_eq!(housing(Some(true), None), Met::Yes);
        assert_eq!(housing(None, Some(HousingGrade::A)), Met::Yes);
        assert_eq!(housing(Some(true), Some(HousingGrade::C)), Met::No);
        assert_eq!(housing(Some(true), Some(HousingGrade::D)), Met::No);
        assert_eq!(housing(Some(false), Some(HousingGrade::A)), Met::No);
        assert_eq!(housing(None, None), Met::Unknown);
        for (water_safe, expected) in [
            (Some(true), Met::Yes),
            (Some(false), Met::No),
            (None, Met::Unknown),
        ] {
            let facts = HouseholdFacts {
                water_safe,
                ..facts()
            };
            assert_eq!(met(&facts, SURE, Condition::SafeWater), expected);
        }
    }

    #[test]
    fn food_and_clothing_are_attested() {
        let of = |food, code| met(&facts(), Attested { food, ..SURE }, code);
        assert_eq!(of(Some(true), Condition::Food), Met::Yes);
        assert_eq!(of(Some(false), Condition::Food), Met::No);
        assert_eq!(of(None, Condition::Food), Met::Unknown);
        assert_eq!(of(None, Condition::Clothing), Met::Yes);
    }

    #[test]
    fn what_is_open_is_named() {
        let found = conditions(&facts(), LINE + 1, Attested::default(), day(TODAY));
        let error = require_all(&found).unwrap_err();
        assert_eq!(
            error.to_string(),
            "脱贫条件未全部达到：收入达标（未达到）、不愁吃（资料不全）、不愁穿（资料不全）"
        );
    }

    proptest! {
        /// However the steps are tried, those that are taken stand in order of step and of day.
        #[test]
        fn what_was_taken_is_in_order(tries in prop::collection::vec((0_usize..6, 0_u64..90), 0..80)) {
            let mut lift = lift(&["2026-01-01"]);
            for (step, after) in tries {
                let step = Step::ENTRIES[step].value;
                let on = day("2026-01-01") + Days::new(after);
                if let Ok(state) = next(&lift, step, on, day(TODAY), DAYS) {
                    let last = lift.steps.last().unwrap().clone();
                    lift.steps.push(StepRecord { step, on_date: on, position: last.position + 1, ..last });
                    lift.state = state;
                }
            }
            for pair in lift.steps.windows(2) {
                prop_assert_eq!(pair[0].step.following(), Some(pair[1].step));
                prop_assert!(pair[0].on_date <= pair[1].on_date);
            }
            if let Some(approved) = lift.done_on(Step::Approved) {
                let publicised = lift.done_on(Step::Publicised).unwrap();
                prop_assert!((approved - publicised).num_days() >= 7);
            }
        }
    }
}
