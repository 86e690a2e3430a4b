//! What must hold for a household that is lifted, and how it is found.
//!
//! Source: 国务院 2016 《关于建立贫困退出机制的意见》: income over the line with 两不愁三保障.

use chrono::{Datelike, NaiveDate};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use crate::code_list;
use crate::code_list::CodeList;
use crate::household::model::{HouseholdFacts, Member};
use crate::problem::{Text, words};
use crate::text;

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
    /// What was found, with its figures, in the language of the answer.
    #[oai(validator(max_length = 1000))]
    pub found: Text,
    /// What to do where it is not met, in the language of the answer.
    #[oai(rename = "cure", validator(max_length = 500))]
    #[serde(default, rename = "cure", skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Text>,
}

/// What those who verified a household saw there and the register has no column for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attested {
    /// Enough to eat (不愁吃).
    pub food: Option<bool>,
    /// Enough to wear (不愁穿).
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

/// Fen as yuan for people to read.
fn yuan(fen: i64) -> Text {
    words!("{} 元", "{} yuan", text::yuan(fen))
}

fn state(code: Condition, met: impl Into<Met>, found: Text, remedy: Text) -> ConditionState {
    let met = met.into();
    ConditionState {
        code,
        met,
        found,
        remedy: (met != Met::Yes).then_some(remedy),
    }
}

fn income(facts: &HouseholdFacts, line_fen: i64, day: NaiveDate) -> ConditionState {
    let year = day.year();
    let line = yuan(line_fen);
    let income = facts.income_per_head_fen;
    let is_over = facts.is_over_line(line_fen);
    let found = match income {
        None => words!(
            "登记中没有年人均纯收入；{year} 年标准为 {line}",
            "the register has no income per head; the line of {year} is {line}";
            line
        ),
        Some(fen) if is_over == Some(true) => {
            let income = yuan(fen);
            words!(
                "年人均纯收入 {income}，高于 {year} 年标准 {line}",
                "income per head {income}, above the line of {line} of {year}";
                income, line
            )
        }
        Some(fen) => {
            let income = yuan(fen);
            words!(
                "年人均纯收入 {income}，未超过 {year} 年标准 {line}",
                "income per head {income}, not above the line of {line} of {year}";
                income, line
            )
        }
    };
    let remedy = words!(
        "核算该户年人均纯收入并更新登记；须高于标准，等于标准不算达到",
        "work out the income per head and bring it into the register; it must be above the line, the line itself does not do"
    );
    state(Condition::Income, is_over, found, remedy)
}

fn attested_condition(code: Condition, answer: Option<bool>, field: &str) -> ConditionState {
    let found = match answer {
        Some(true) => words!("核实时确认", "confirmed at the verification"),
        Some(false) => words!("核实时认为未达到", "not met by the verification"),
        None => words!("尚未核实", "not verified yet"),
    };
    let remedy = words!(
        "入户核实后在“核实”一步中确认",
        "visit the household and confirm it with the step `verified` (`{field}`)"
    );
    state(code, answer, found, remedy)
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
        // Somebody of unknown age who does not go to school may be an adult.
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
        (0, _) => words!("没有 7—15 周岁成员", "no members of 7 to 15 years"),
        (count, []) => words!(
            "7—15 周岁成员 {count} 人，均在校",
            "all members of 7 to 15 years ({count}) go to school"
        ),
        (_, names) => {
            let names = Text::quoted(names);
            words!(
                "不在校，或在校情况、年龄不明：{names}",
                "not at school, or schooling or age unknown: {names}";
                names
            )
        }
    };
    let remedy = words!(
        "核对这些成员的出生日期和在校生状况并更新登记；失学辍学的先劝返复学，送教上门的登记为在校",
        "check birth date and schooling of these members and bring them into the register; bring those who dropped out back to school first, and register those who are taught at home as being at school"
    );
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

fn basic_medical_care(facts: &HouseholdFacts) -> ConditionState {
    let answers = facts.members.iter().map(Member::is_medically_insured);
    let answers: Vec<_> = answers.collect();
    let open: Vec<_> = facts
        .members
        .iter()
        .filter(|member| member.is_medically_insured() != Some(true))
        .map(|member| member.name.as_str())
        .collect();
    let found = if open.is_empty() {
        words!(
            "{} 人全部参加了基本医疗保险",
            "every member ({}) has basic medical insurance",
            answers.len()
        )
    } else {
        let names = Text::quoted(&open);
        words!(
            "未参保或参保情况不明：{names}",
            "without basic medical insurance, or unknown: {names}";
            names
        )
    };
    let remedy = words!(
        "为这些成员办理城乡居民或职工基本医疗保险，并更新登记",
        "insure these members by the resident or the employee scheme, and bring it into the register"
    );
    state(Condition::BasicMedicalCare, all(&answers), found, remedy)
}

fn safe_housing(facts: &HouseholdFacts) -> ConditionState {
    let grade = facts
        .housing_grade
        .map_or_else(|| words!("未鉴定等级", "not graded"), CodeList::text);
    let found = match facts.housing_safe {
        Some(true) => words!("住房安全：是，{grade}", "safe housing: yes, {grade}"; grade),
        Some(false) => words!("住房安全：否，{grade}", "safe housing: no, {grade}"; grade),
        None => {
            words!("登记中没有填写住房安全，{grade}", "the register does not say whether the housing is safe, {grade}"; grade)
        }
    };
    let remedy = words!(
        "鉴定住房等级，C、D 级先完成危房改造，再更新登记的住房安全和危房等级",
        "have the housing graded, rebuild grades C and D first, then bring safety and grade into the register"
    );
    state(
        Condition::SafeHousing,
        facts.has_safe_housing(),
        found,
        remedy,
    )
}

fn safe_water(facts: &HouseholdFacts) -> ConditionState {
    let found = match facts.water_safe {
        Some(true) => words!("饮水安全：是", "safe water: yes"),
        Some(false) => words!("饮水安全：否", "safe water: no"),
        None => words!(
            "登记中没有填写饮水安全",
            "the register does not say whether the water is safe"
        ),
    };
    let remedy = words!(
        "解决安全饮水后更新登记的饮水安全",
        "see to safe water, then bring it into the register"
    );
    state(Condition::SafeWater, facts.water_safe, found, remedy)
}
