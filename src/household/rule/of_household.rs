//! Rules about a household as a whole.

use super::model::{Rule, Severity, Subject, yuan};
use crate::access::Kind;
use crate::code_list::CodeList;
use crate::household::model::{HouseholdFacts, Member};
use crate::household::{Cause, Health, Measure, PovertyStatus, Schooling};
use crate::problem::{Text, words};

const LIFTED_WITHOUT_YEAR: &str = "lifted_without_year";
const YEAR_WITHOUT_LIFTED: &str = "year_without_lifted";

/// Rules about a household as a whole.
pub(super) static OF_HOUSEHOLD: &[&Rule] = &[
    &Rule {
        code: "measure_without_minimum_living",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: true,
        title: [
            "帮扶措施有社会保障兜底，却无人享受低保",
            "social security among the measures, but nobody on minimum living allowance",
        ],
        remedy: [
            "请核对帮扶措施和“是否享受低保”",
            "check the measures and who is on minimum living allowance",
        ],
        check: |subject, found| {
            let said = |member: &Member| member.minimum_living.is_some();
            let anyone = subject.facts.members.iter().any(said);
            if anyone && subject.has_measure(Measure::SocialSecurity) && !on_minimum_living(subject)
            {
                found.household("measures", words!("帮扶措施有“社会保障兜底”，本户无人享受低保", "social security is among the measures, and nobody of the household is on minimum living allowance"));
            }
        },
    },
    &Rule {
        code: "minimum_living_without_measure",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: [
            "有人享受低保，帮扶措施却无社会保障兜底",
            "somebody on minimum living allowance, but no social security among the measures",
        ],
        remedy: [
            "请在帮扶措施中补充“社会保障兜底”，或核对“是否享受低保”",
            "add social security to the measures, or check who is on minimum living allowance",
        ],
        check: |subject, found| {
            if !subject.facts.measures.is_empty()
                && !subject.has_measure(Measure::SocialSecurity)
                && on_minimum_living(subject)
            {
                found.household("measures", words!("本户有人享受低保，帮扶措施没有“社会保障兜底”", "somebody of the household is on minimum living allowance, and social security is not among the measures"));
            }
        },
    },
    &Rule {
        code: "disability_without_disabled",
        severity: Severity::Warning,
        tells: &[Kind::Health],
        needs_all_members: true,
        title: [
            "因残致贫却无残疾人",
            "poor by disability, but nobody disabled",
        ],
        remedy: [
            "请核对致贫原因和成员的健康状况",
            "check the causes and the health of the members",
        ],
        check: |subject, found| {
            if subject.has_cause(Cause::Disability)
                && nobody(
                    subject,
                    |member| member.health,
                    |health| health == Health::Disabled,
                )
            {
                found.household(
                    "main_cause",
                    words!(
                        "致贫原因有“因残”，本户没有残疾成员",
                        "disability is a cause, and no member is disabled"
                    ),
                );
            }
        },
    },
    &Rule {
        code: "illness_without_ill",
        severity: Severity::Warning,
        tells: &[Kind::Health],
        needs_all_members: true,
        title: ["因病致贫却无病人", "poor by illness, but nobody ill"],
        remedy: [
            "请核对致贫原因和成员的健康状况",
            "check the causes and the health of the members",
        ],
        check: |subject, found| {
            let ill = |health| matches!(health, Health::ChronicIllness | Health::SeriousIllness);
            if subject.has_cause(Cause::Illness) && nobody(subject, |member| member.health, ill) {
                found.household(
                    "main_cause",
                    words!(
                        "致贫原因有“因病”，本户没有患病成员",
                        "illness is a cause, and no member is ill"
                    ),
                );
            }
        },
    },
    &Rule {
        code: "schooling_without_student",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: true,
        title: [
            "因学致贫却无在校生",
            "poor by schooling, but nobody at school",
        ],
        remedy: [
            "请核对致贫原因和成员的在校生状况",
            "check the causes and who of the members is at school",
        ],
        check: |subject, found| {
            if subject.has_cause(Cause::Schooling)
                && nobody(subject, |member| member.schooling, Schooling::is_enrolled)
            {
                found.household(
                    "main_cause",
                    words!(
                        "致贫原因有“因学”，本户没有在校生",
                        "schooling is a cause, and no member is at school"
                    ),
                );
            }
        },
    },
    &Rule {
        code: "income_sum",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: true,
        title: [
            "年人均纯收入与各项收支不符",
            "the income per head is not what its parts come to",
        ],
        remedy: [
            "年人均纯收入 =（工资性 + 生产经营性 + 财产性 + 转移性收入 − 生产经营性支出）÷ 人口，请核对",
            "income per head = (wages + business + property + transfers − business expenses) ÷ members; check it",
        ],
        check: |subject, found| {
            if let (Some(stated), Some(worked_out)) = (
                subject.facts.income_per_head_fen,
                income_per_head_fen(subject.facts),
            ) && (stated - worked_out).abs() > 100
            {
                found.household(
                    "income_per_head_fen",
                    words!(
                        "填写 {} 元，按收支计算为 {} 元",
                        "{} yuan are stated, and its parts come to {} yuan",
                        yuan(stated),
                        yuan(worked_out)
                    ),
                );
            }
        },
    },
    &Rule {
        code: LIFTED_WITHOUT_YEAR,
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: ["已脱贫却无脱贫年度", "lifted, but no year"],
        remedy: [
            "请补填脱贫年度，或核对脱贫属性",
            "fill in the year of the lift, or check the poverty status",
        ],
        check: |subject, found| {
            if let Some(reason) = lacks_year(subject.facts) {
                found.household("lifted_year", reason);
            }
        },
    },
    &Rule {
        code: YEAR_WITHOUT_LIFTED,
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: ["有脱贫年度却未脱贫", "a year of a lift, but not lifted"],
        remedy: [
            "请核对脱贫属性和脱贫年度；返贫的填“返贫”",
            "check the poverty status and the year; a household that fell back is “返贫” (relapsed)",
        ],
        check: |subject, found| {
            if let Some(reason) = has_year_unlifted(subject.facts) {
                found.household("lifted_year", reason);
            }
        },
    },
    &Rule {
        code: "lifted_under_line",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: [
            "已脱贫户收入未超过标准",
            "a lifted household not above the income line",
        ],
        remedy: [
            "请核对年人均纯收入和脱贫属性；确实低于标准的，按返贫风险处理",
            "check the income per head and the poverty status; if it is below the line, treat it as in danger of falling back",
        ],
        check: |subject, found| {
            if let Some(income) = subject.facts.income_per_head_fen
                && subject.is_lifted()
                && subject.facts.is_over_line(subject.line_fen) == Some(false)
            {
                found.household(
                    "income_per_head_fen",
                    words!("已脱贫，年人均纯收入 {} 元，未超过标准 {} 元", "lifted, with an income per head of {} yuan, which is not above the line of {} yuan",
                        yuan(income),
                        yuan(subject.line_fen)
                    ),
                );
            }
        },
    },
    &Rule {
        code: "lifted_unsafe_housing",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: ["已脱贫户住房不安全", "a lifted household in unsafe housing"],
        remedy: [
            "请核实住房安全，落实危房改造，或核对脱贫属性",
            "look at the housing and have it repaired, or check the poverty status",
        ],
        check: |subject, found| {
            if subject.is_lifted() && subject.facts.has_safe_housing() == Some(false) {
                found.household(
                    "housing_safe",
                    words!("已脱贫，住房不安全", "lifted, and the housing is not safe"),
                );
            }
        },
    },
    &Rule {
        code: "lifted_unsafe_water",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: [
            "已脱贫户饮水不安全",
            "a lifted household without safe water",
        ],
        remedy: [
            "请核实饮水安全，落实饮水工程，或核对脱贫属性",
            "look at the water and have it made safe, or check the poverty status",
        ],
        check: |subject, found| {
            if subject.is_lifted() && subject.facts.water_safe == Some(false) {
                found.household(
                    "water_safe",
                    words!("已脱贫，饮水不安全", "lifted, and the water is not safe"),
                );
            }
        },
    },
    &Rule {
        code: "housing_grade_contradicts",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: [
            "住房安全与危房等级不符",
            "safety of the housing contradicts its grade",
        ],
        remedy: [
            "A、B 级为安全，C、D 级为不安全，请核对两列",
            "grades A and B are safe, C and D are not; check both",
        ],
        check: |subject, found| {
            if let (Some(safe), Some(grade)) =
                (subject.facts.housing_safe, subject.facts.housing_grade)
                && safe != grade.is_safe()
            {
                let safe = if safe {
                    Text::new("是", "safe")
                } else {
                    Text::new("否", "not safe")
                };
                let grade = grade.text();
                found.household(
                    "housing_grade",
                    words!("住房安全为“{safe}”，危房等级为“{grade}”", "housing: {safe}; grade: “{grade}”"; safe, grade),
                );
            }
        },
    },
];

/// Which of the rules about the year in which a household was lifted is broken, and why. Of the rows of a roster the
/// register may know the year, or that the household is lifted.
pub fn about_lifted_year(facts: &HouseholdFacts) -> Option<(&'static Rule, Text)> {
    let rule = |code: &str| OF_HOUSEHOLD.iter().copied().find(|rule| rule.code == code);
    let lacks = || Some((rule(LIFTED_WITHOUT_YEAR)?, lacks_year(facts)?));
    lacks().or_else(|| Some((rule(YEAR_WITHOUT_LIFTED)?, has_year_unlifted(facts)?)))
}

fn lacks_year(facts: &HouseholdFacts) -> Option<Text> {
    let lacks = facts.status.is_lifted() && facts.lifted_year.is_none();
    lacks.then(|| {
        words!(
            "脱贫属性为已脱贫，没有脱贫年度",
            "lifted by the poverty status, and no year is stated"
        )
    })
}

fn has_year_unlifted(facts: &HouseholdFacts) -> Option<Text> {
    let year = facts.lifted_year?;
    (facts.status == PovertyStatus::Poor).then(|| {
        words!(
            "脱贫年度为 {year}，脱贫属性为“未脱贫”",
            "lifted in {year} by the year, and poor by the poverty status"
        )
    })
}

fn on_minimum_living(subject: &Subject<'_>) -> bool {
    subject
        .facts
        .members
        .iter()
        .any(|member| member.minimum_living == Some(true))
}

/// Whether something is known of the members, and of none of them what is looked for.
fn nobody<T: Copy>(
    subject: &Subject<'_>,
    fact: impl Fn(&Member) -> Option<T>,
    wanted: impl Fn(T) -> bool,
) -> bool {
    let known: Vec<T> = subject.facts.members.iter().filter_map(fact).collect();
    !known.is_empty() && !known.into_iter().any(wanted)
}

/// Income a head from the sums of the roster. An empty sum beside a filled one is taken for none.
pub(super) fn income_per_head_fen(facts: &HouseholdFacts) -> Option<i64> {
    let incomes = [
        facts.wage_income_fen,
        facts.business_income_fen,
        facts.property_income_fen,
        facts.transfer_income_fen,
    ];
    let members = i64::try_from(facts.members.len())
        .ok()
        .filter(|count| *count > 0)?;
    incomes.iter().any(Option::is_some).then(|| {
        let income: i64 = incomes.iter().flatten().sum();
        (income - facts.business_expense_fen.unwrap_or(0)) / members
    })
}
