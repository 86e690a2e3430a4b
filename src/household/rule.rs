//! Cross-checks between the facts of a household: one table of rules, used at import, on the page of
//! a household and in the report on data quality.
//!
//! They are the contradictions that data inspectors of the national register send back. A rule says
//! nothing where the facts it needs are not known.

use chrono::NaiveDate;

use super::model::{HouseholdFacts, Member};
use crate::access::Kind;
use crate::code_list;
use crate::code_list::CodeList;
use crate::household::{Cause, Education, Health, Labour, Measure, Relation, Schooling, Sex};
use crate::text;

code_list! {
    /// How grave a problem is.
    pub enum Severity = "severity", "严重程度" {
        Error = "error", "错误", [];
        Warning = "warning", "提醒", [];
        Repair = "repair", "已自动更正", [];
    }
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Name for programs, never changed once published.
    pub code: &'static str,
    /// An error keeps a roster from being imported.
    pub severity: Severity,
    /// What the rule looks at, in Chinese.
    pub title: &'static str,
    /// What to do where it is broken, in Chinese.
    pub remedy: &'static str,
    /// Looks at a household. The rules that need more than one household, or the roster's own
    /// statements, are looked at by the import.
    check: fn(&Subject<'_>, &mut Found),
}

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// Which member of the household; nothing if it is about the household.
    pub member: Option<usize>,
    /// The field of [`HouseholdFacts`] or [`Member`] to look at first.
    pub field: &'static str,
    /// What contradicts what, in Chinese.
    pub reason: String,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Rule {}

impl Rule {
    /// Private data that one learns of a household from whether it breaks the rule, or from the reason:
    /// an age that is told each day tells the birthday.
    pub fn tells(&self) -> &'static [Kind] {
        match self.code {
            "identity_birth_date" | "born_later" => &[Kind::BirthDate],
            "minor_with_labour" | "elder_with_labour" | "compulsory_education" => {
                &[Kind::BirthDate, Kind::Health]
            }
            "disability_certificate_health"
            | "months_without_labour"
            | "labour_missing"
            | "disability_without_disabled"
            | "illness_without_ill" => &[Kind::Health],
            _ => &[],
        }
    }
}

/// A household on a day, with the income line of the year.
struct Subject<'a> {
    facts: &'a HouseholdFacts,
    today: NaiveDate,
    line_fen: i64,
}

impl Subject<'_> {
    fn members(&self) -> impl Iterator<Item = (usize, &Member)> {
        self.facts.members.iter().enumerate()
    }

    fn age(&self, member: &Member) -> Option<u32> {
        member.age_on(self.today)
    }

    fn is_lifted(&self) -> bool {
        self.facts.status.is_lifted()
    }

    fn has_measure(&self, measure: Measure) -> bool {
        self.facts.measures.contains(&measure)
    }

    fn has_cause(&self, cause: Cause) -> bool {
        self.facts.main_cause == Some(cause) || self.facts.other_causes.contains(&cause)
    }
}

/// Where a rule puts what it finds.
struct Found {
    rule: &'static Rule,
    findings: Vec<Finding>,
}

impl Found {
    fn household(&mut self, field: &'static str, reason: impl Into<String>) {
        self.add(None, field, reason.into());
    }

    fn member(&mut self, member: usize, field: &'static str, reason: impl Into<String>) {
        self.add(Some(member), field, reason.into());
    }

    fn add(&mut self, member: Option<usize>, field: &'static str, reason: String) {
        self.findings.push(Finding {
            rule: self.rule,
            member,
            field,
            reason,
        });
    }
}

/// All rules that a household breaks on a day; `line_fen` is the year's income line a head.
pub fn check(facts: &HouseholdFacts, today: NaiveDate, line_fen: i64) -> Vec<Finding> {
    let subject = Subject {
        facts,
        today,
        line_fen,
    };
    let mut found = Found {
        rule: &MEMBER_COUNT,
        findings: Vec::new(),
    };
    for rule in RULES {
        found.rule = rule;
        (rule.check)(&subject, &mut found);
    }
    found.findings
}

/// 人数 as stated differs from the rows: checked at import, where the statement is.
pub static MEMBER_COUNT: Rule = Rule {
    code: "member_count",
    severity: Severity::Error,
    title: "家庭人口与行数不符",
    remedy: "请核对本户是否漏行或多行，或改正家庭人口",
    check: |_, _| {},
};

/// The same identity number in two households, or twice in one: checked at import, which sees all.
pub static SAME_IDENTITY_NUMBER: Rule = Rule {
    code: "same_identity_number",
    severity: Severity::Error,
    title: "证件号码重复",
    remedy: "请核对证件，同一人只能在一户中出现一次；已迁出的请从原来的户中删除",
    check: |_, _| {},
};

/// Two persons of the same name, birth date and village, of whom one has no identity number: looked
/// for at import, which sees all.
pub static SUSPECTED_DUPLICATE: Rule = Rule {
    code: "suspected_duplicate",
    severity: Severity::Warning,
    title: "疑似重复人员",
    remedy: "请核对是否同一人；如是同一人，请补填证件号码，并只保留在一户中",
    check: |_, _| {},
};

/// The number of a disability certificate, and a state of health that is none: checked at import, where
/// that number is.
pub static DISABILITY_CERTIFICATE: Rule = Rule {
    code: "disability_certificate_health",
    severity: Severity::Warning,
    title: "有残疾人证，健康状况却不是残疾",
    remedy: "请核对健康状况",
    check: |_, _| {},
};

/// Whether a rule looks at all members of a household together, so that it says nothing where only the
/// head is known.
pub fn needs_all_members(rule: &Rule) -> bool {
    [
        "disability_without_disabled",
        "illness_without_ill",
        "schooling_without_student",
        "measure_without_minimum_living",
        "income_sum",
    ]
    .contains(&rule.code)
}

/// The rules.
pub static RULES: &[&Rule] = &[
    &MEMBER_COUNT,
    &SAME_IDENTITY_NUMBER,
    &SUSPECTED_DUPLICATE,
    &DISABILITY_CERTIFICATE,
    &Rule {
        code: "no_head",
        severity: Severity::Error,
        title: "没有户主",
        remedy: "请在本户一名成员的“与户主关系”中填“户主”",
        check: |subject, found| {
            if subject.facts.head().is_none() {
                found.household("relation", "本户没有户主");
            }
        },
    },
    &Rule {
        code: "two_heads",
        severity: Severity::Error,
        title: "户主不止一个",
        remedy: "每户只能有一个“户主”；如是两户，请填写不同的户编号",
        check: |subject, found| {
            let heads = |member: &Member| member.relation == Relation::Head;
            for (index, member) in subject
                .members()
                .filter(|(_, member)| heads(member))
                .skip(1)
            {
                found.member(
                    index,
                    "relation",
                    format!("本户已有户主，{}又填为户主", member.name),
                );
            }
        },
    },
    &Rule {
        code: "identity_sex",
        severity: Severity::Error,
        title: "性别与证件号码不符",
        remedy: "请核对性别和证件号码（第 17 位奇数为男、偶数为女）",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(sex), Some(identity)) = (member.sex, &member.identity_number)
                    && sex != identity.sex()
                {
                    found.member(
                        index,
                        "sex",
                        format!(
                            "填写“{}”，证件号码为“{}”",
                            sex.label(),
                            identity.sex().label()
                        ),
                    );
                }
            }
        },
    },
    &Rule {
        code: "identity_birth_date",
        severity: Severity::Error,
        title: "出生日期与证件号码不符",
        remedy: "请核对出生日期和证件号码（第 7 至 14 位）",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(born), Some(identity)) = (member.birth_date, &member.identity_number)
                    && born != identity.birth_date()
                {
                    found.member(
                        index,
                        "birth_date",
                        format!("填写 {born}，证件号码为 {}", identity.birth_date()),
                    );
                }
            }
        },
    },
    &Rule {
        code: "born_later",
        severity: Severity::Error,
        title: "出生日期在今天之后",
        remedy: "请核对出生日期和证件号码",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if member.birth_date.is_some_and(|born| born > subject.today) {
                    found.member(index, "birth_date", "出生日期晚于今天");
                }
            }
        },
    },
    &Rule {
        code: "months_over_twelve",
        severity: Severity::Error,
        title: "务工时间超过 12 个月",
        remedy: "请填 0 至 12 的月数",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let Some(months) = member
                    .months_worked
                    .filter(|months| !(0..=12).contains(months))
                {
                    found.member(index, "months_worked", format!("一年务工 {months} 个月"));
                }
            }
        },
    },
    &Rule {
        code: "relation_sex",
        severity: Severity::Warning,
        title: "与户主关系与性别不符",
        remedy: "请核对与户主关系和性别",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(sex), Some(needed)) = (member.sex, sex_of(member.relation))
                    && sex != needed
                {
                    found.member(
                        index,
                        "relation",
                        format!("“{}”的性别为“{}”", member.relation.label(), sex.label()),
                    );
                }
            }
        },
    },
    &Rule {
        code: "spouse_sex",
        severity: Severity::Warning,
        title: "配偶与户主同性别",
        remedy: "请核对户主和配偶的性别、证件号码",
        check: |subject, found| {
            let Some(head_sex) = subject.facts.head().and_then(|head| head.sex) else {
                return;
            };
            for (index, member) in subject.members() {
                if member.relation == Relation::Spouse && member.sex == Some(head_sex) {
                    found.member(
                        index,
                        "relation",
                        format!("配偶与户主的性别都为“{}”", head_sex.label()),
                    );
                }
            }
        },
    },
    &Rule {
        code: "relation_age",
        severity: Severity::Warning,
        title: "与户主关系与年龄不符",
        remedy: "请核对与户主关系和出生日期",
        check: |subject, found| {
            let Some(head_born) = subject.facts.head().and_then(|head| head.birth_date) else {
                return;
            };
            for (index, member) in subject.members() {
                let Some(born) = member.birth_date else {
                    continue;
                };
                if is_younger_generation(member.relation) && born <= head_born {
                    found.member(
                        index,
                        "relation",
                        format!("“{}”比户主年长", member.relation.label()),
                    );
                } else if is_older_generation(member.relation) && born >= head_born {
                    found.member(
                        index,
                        "relation",
                        format!("“{}”比户主年轻", member.relation.label()),
                    );
                }
            }
        },
    },
    &Rule {
        code: "minor_with_labour",
        severity: Severity::Warning,
        title: "16 周岁以下不是无劳动力",
        remedy: "16 周岁以下应填“无劳动力”",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(age), Some(labour)) = (subject.age(member), member.labour)
                    && age < 16
                    && labour != Labour::None
                {
                    found.member(
                        index,
                        "labour",
                        format!("{age} 周岁，劳动技能为“{}”", labour.label()),
                    );
                }
            }
        },
    },
    &Rule {
        code: "elder_with_labour",
        severity: Severity::Warning,
        title: "60 周岁以上仍为普通或技能劳动力",
        remedy: "请再核实其劳动能力",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(age), Some(labour)) = (subject.age(member), member.labour)
                    && age >= 60
                    && matches!(labour, Labour::Ordinary | Labour::Skilled)
                {
                    found.member(
                        index,
                        "labour",
                        format!("{age} 周岁，劳动技能为“{}”", labour.label()),
                    );
                }
            }
        },
    },
    &Rule {
        code: "months_without_labour",
        severity: Severity::Warning,
        title: "无劳动力或丧失劳动力却有务工时间",
        remedy: "请核对劳动技能和务工时间",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(months), Some(labour)) = (member.months_worked, member.labour)
                    && months > 0
                    && matches!(labour, Labour::Lost | Labour::None)
                {
                    found.member(
                        index,
                        "months_worked",
                        format!("“{}”却务工 {months} 个月", labour.label()),
                    );
                }
            }
        },
    },
    &Rule {
        code: "workplace_without_phone",
        severity: Severity::Warning,
        title: "有务工状况却没有有效电话",
        remedy: "请补填本人或本户的手机号码（11 位）或带区号的固定电话",
        check: |subject, found| {
            let household_phone = subject.facts.phone.as_deref().is_some_and(is_phone);
            for (index, member) in subject.members() {
                let own_phone = member.phone.as_deref().is_some_and(is_phone);
                if member.workplace.is_some() && !own_phone && !household_phone {
                    found.member(
                        index,
                        "phone",
                        format!("{}在外务工，没有有效电话", member.name),
                    );
                }
            }
        },
    },
    &Rule {
        code: "labour_missing",
        severity: Severity::Warning,
        title: "劳动技能为空",
        remedy: "请补填劳动技能；16 周岁以下填“无劳动力”",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if member.labour.is_none() {
                    found.member(
                        index,
                        "labour",
                        format!("{}的劳动技能没有填写", member.name),
                    );
                }
            }
        },
    },
    &Rule {
        code: "compulsory_education",
        severity: Severity::Warning,
        title: "义务教育阶段适龄儿童不在校",
        remedy: "请核实是否辍学（控辍保学），或改正在校生状况、健康状况",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(age), Some(schooling)) = (subject.age(member), member.schooling)
                    && (7..=15).contains(&age)
                    && member.health == Some(Health::Healthy)
                    && matches!(schooling, Schooling::None | Schooling::Preschool)
                {
                    found.member(
                        index,
                        "schooling",
                        format!("{age} 周岁，健康，在校生状况为“{}”", schooling.label()),
                    );
                }
            }
        },
    },
    &Rule {
        code: "schooling_below_education",
        severity: Severity::Warning,
        title: "在校生状况低于文化程度",
        remedy: "请核对在校生状况和文化程度（文化程度填已毕业的最高学历）",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(schooling), Some(education)) = (member.schooling, member.education)
                    && attained_at_most(schooling).is_some_and(|most| education > most)
                {
                    found.member(
                        index,
                        "schooling",
                        format!(
                            "在读“{}”，文化程度已是“{}”",
                            schooling.label(),
                            education.label()
                        ),
                    );
                }
            }
        },
    },
    &Rule {
        code: "two_medical_insurances",
        severity: Severity::Warning,
        title: "同时参加居民医保和职工医保",
        remedy: "两种医保只能参加一种，请核对",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if member.resident_medical == Some(true) && member.employee_medical == Some(true) {
                    found.member(
                        index,
                        "employee_medical",
                        format!("{}同时参加居民医保和职工医保", member.name),
                    );
                }
            }
        },
    },
    &Rule {
        code: "no_medical_insurance",
        severity: Severity::Warning,
        title: "没有参加任何基本医疗保险",
        remedy: "请核实并动员参保，或改正参保情况",
        check: |subject, found| {
            for (index, member) in subject.members() {
                if member.resident_medical == Some(false) && member.employee_medical != Some(true) {
                    found.member(
                        index,
                        "resident_medical",
                        format!("{}没有参加基本医疗保险", member.name),
                    );
                }
            }
        },
    },
    &Rule {
        code: "measure_without_minimum_living",
        severity: Severity::Warning,
        title: "帮扶措施有社会保障兜底，却无人享受低保",
        remedy: "请核对帮扶措施和“是否享受低保”",
        check: |subject, found| {
            let said = |member: &Member| member.minimum_living.is_some();
            let anyone = subject.facts.members.iter().any(said);
            if anyone && subject.has_measure(Measure::SocialSecurity) && !on_minimum_living(subject)
            {
                found.household("measures", "帮扶措施有“社会保障兜底”，本户无人享受低保");
            }
        },
    },
    &Rule {
        code: "minimum_living_without_measure",
        severity: Severity::Warning,
        title: "有人享受低保，帮扶措施却无社会保障兜底",
        remedy: "请在帮扶措施中补充“社会保障兜底”，或核对“是否享受低保”",
        check: |subject, found| {
            if !subject.facts.measures.is_empty()
                && !subject.has_measure(Measure::SocialSecurity)
                && on_minimum_living(subject)
            {
                found.household("measures", "本户有人享受低保，帮扶措施没有“社会保障兜底”");
            }
        },
    },
    &Rule {
        code: "disability_without_disabled",
        severity: Severity::Warning,
        title: "因残致贫却无残疾人",
        remedy: "请核对致贫原因和成员的健康状况",
        check: |subject, found| {
            if subject.has_cause(Cause::Disability)
                && nobody(
                    subject,
                    |member| member.health,
                    |health| health == Health::Disabled,
                )
            {
                found.household("main_cause", "致贫原因有“因残”，本户没有残疾成员");
            }
        },
    },
    &Rule {
        code: "illness_without_ill",
        severity: Severity::Warning,
        title: "因病致贫却无病人",
        remedy: "请核对致贫原因和成员的健康状况",
        check: |subject, found| {
            let ill = |health| matches!(health, Health::ChronicIllness | Health::SeriousIllness);
            if subject.has_cause(Cause::Illness) && nobody(subject, |member| member.health, ill) {
                found.household("main_cause", "致贫原因有“因病”，本户没有患病成员");
            }
        },
    },
    &Rule {
        code: "schooling_without_student",
        severity: Severity::Warning,
        title: "因学致贫却无在校生",
        remedy: "请核对致贫原因和成员的在校生状况",
        check: |subject, found| {
            if subject.has_cause(Cause::Schooling)
                && nobody(subject, |member| member.schooling, Schooling::is_at_school)
            {
                found.household("main_cause", "致贫原因有“因学”，本户没有在校生");
            }
        },
    },
    &Rule {
        code: "income_sum",
        severity: Severity::Warning,
        title: "年人均纯收入与各项收支不符",
        remedy: "年人均纯收入 =（工资性 + 生产经营性 + 财产性 + 转移性收入 − 生产经营性支出）÷ 人口，请核对",
        check: |subject, found| {
            if let (Some(stated), Some(worked_out)) = (
                subject.facts.income_per_head_fen,
                income_per_head_fen(subject.facts),
            ) && (stated - worked_out).abs() > 100
            {
                found.household(
                    "income_per_head_fen",
                    format!(
                        "填写 {} 元，按收支计算为 {} 元",
                        yuan(stated),
                        yuan(worked_out)
                    ),
                );
            }
        },
    },
    &Rule {
        code: "lifted_without_year",
        severity: Severity::Warning,
        title: "已脱贫却无脱贫年度",
        remedy: "请补填脱贫年度，或核对脱贫属性",
        check: |subject, found| {
            if subject.is_lifted() && subject.facts.lifted_year.is_none() {
                found.household("lifted_year", "脱贫属性为已脱贫，没有脱贫年度");
            }
        },
    },
    &Rule {
        code: "year_without_lifted",
        severity: Severity::Warning,
        title: "有脱贫年度却未脱贫",
        remedy: "请核对脱贫属性和脱贫年度；返贫的填“返贫”",
        check: |subject, found| {
            if let Some(year) = subject.facts.lifted_year
                && subject.facts.status == crate::household::PovertyStatus::Poor
            {
                found.household(
                    "lifted_year",
                    format!("脱贫年度为 {year}，脱贫属性为“未脱贫”"),
                );
            }
        },
    },
    &Rule {
        code: "lifted_under_line",
        severity: Severity::Warning,
        title: "已脱贫户收入未超过标准",
        remedy: "请核对年人均纯收入和脱贫属性；确实低于标准的，按返贫风险处理",
        check: |subject, found| {
            if let Some(income) = subject.facts.income_per_head_fen
                && subject.is_lifted()
                && income <= subject.line_fen
            {
                found.household(
                    "income_per_head_fen",
                    format!(
                        "已脱贫，年人均纯收入 {} 元，未超过标准 {} 元",
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
        title: "已脱贫户住房不安全",
        remedy: "请核实住房安全，落实危房改造，或核对脱贫属性",
        check: |subject, found| {
            let unsafe_grade = subject
                .facts
                .housing_grade
                .is_some_and(|grade| !grade.is_safe());
            if subject.is_lifted() && (subject.facts.housing_safe == Some(false) || unsafe_grade) {
                found.household("housing_safe", "已脱贫，住房不安全");
            }
        },
    },
    &Rule {
        code: "lifted_unsafe_water",
        severity: Severity::Warning,
        title: "已脱贫户饮水不安全",
        remedy: "请核实饮水安全，落实饮水工程，或核对脱贫属性",
        check: |subject, found| {
            if subject.is_lifted() && subject.facts.water_safe == Some(false) {
                found.household("water_safe", "已脱贫，饮水不安全");
            }
        },
    },
    &Rule {
        code: "housing_grade_contradicts",
        severity: Severity::Warning,
        title: "住房安全与危房等级不符",
        remedy: "A、B 级为安全，C、D 级为不安全，请核对两列",
        check: |subject, found| {
            if let (Some(safe), Some(grade)) =
                (subject.facts.housing_safe, subject.facts.housing_grade)
                && safe != grade.is_safe()
            {
                let safe = if safe { "是" } else { "否" };
                found.household(
                    "housing_grade",
                    format!("住房安全为“{safe}”，危房等级为“{}”", grade.label()),
                );
            }
        },
    },
];

/// The sex that a relation calls for.
fn sex_of(relation: Relation) -> Option<Sex> {
    use Relation as R;
    match relation {
        R::Son
        | R::SonInLaw
        | R::Grandson
        | R::DaughtersSon
        | R::Father
        | R::WifesFather
        | R::HusbandsFather
        | R::Grandfather => Some(Sex::Male),
        R::Daughter
        | R::DaughterInLaw
        | R::Granddaughter
        | R::DaughtersDaughter
        | R::Mother
        | R::WifesMother
        | R::HusbandsMother
        | R::Grandmother => Some(Sex::Female),
        R::Head | R::Spouse | R::Sibling | R::Other => None,
    }
}

/// Children and grandchildren of the head. Their spouses may be of any age.
fn is_younger_generation(relation: Relation) -> bool {
    use Relation as R;
    matches!(
        relation,
        R::Son
            | R::Daughter
            | R::Grandson
            | R::Granddaughter
            | R::DaughtersSon
            | R::DaughtersDaughter
    )
}

/// Parents and grandparents of the head. The spouse's parents may be of any age.
fn is_older_generation(relation: Relation) -> bool {
    use Relation as R;
    matches!(
        relation,
        R::Father | R::Mother | R::Grandfather | R::Grandmother
    )
}

/// The most that one who is at this school can have completed.
fn attained_at_most(schooling: Schooling) -> Option<Education> {
    match schooling {
        Schooling::Preschool => Some(Education::Illiterate),
        Schooling::Primary => Some(Education::Primary),
        Schooling::LowerSecondary => Some(Education::LowerSecondary),
        Schooling::UpperSecondary | Schooling::Vocational => Some(Education::UpperSecondary),
        Schooling::JuniorCollege => Some(Education::JuniorCollege),
        Schooling::None | Schooling::Bachelor | Schooling::Postgraduate => None,
    }
}

/// An 11-digit mobile number, or a line with its area code.
fn is_phone(text: &str) -> bool {
    let digits: String = crate::text::squeezed(text)
        .chars()
        .filter(|character| !"-()+".contains(*character))
        .collect();
    let digits = digits.strip_prefix("86").unwrap_or(&digits);
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let mobile = digits.len() == 11 && digits.starts_with('1') && digits.as_bytes()[1] >= b'3';
    let line = (10..=12).contains(&digits.len()) && digits.starts_with('0');
    all_digits && (mobile || line)
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
fn income_per_head_fen(facts: &HouseholdFacts) -> Option<i64> {
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

/// Money in yuan, without needless noughts.
fn yuan(fen: i64) -> String {
    let words = text::yuan(fen);
    words.strip_suffix(".00").unwrap_or(&words).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::{Category, HousingGrade, IdentityNumber, PovertyStatus, Workplace};
    use std::collections::BTreeSet;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2020, 6, 30).unwrap()
    }

    fn born(year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, 1, 1)
    }

    fn person(name: &str, relation: Relation, sex: Sex, year: i32) -> Member {
        let serial = if sex == Sex::Male { "001" } else { "002" };
        Member {
            sex: Some(sex),
            identity_number: IdentityNumber::from_body(&format!("320999{year}0101{serial}")).ok(),
            birth_date: born(year),
            education: Some(Education::Primary),
            schooling: Some(Schooling::None),
            health: Some(Health::Healthy),
            labour: Some(if year > 2004 {
                Labour::None
            } else {
                Labour::Ordinary
            }),
            resident_medical: Some(true),
            employee_medical: Some(false),
            minimum_living: Some(false),
            ..Member::of(name, relation)
        }
    }

    /// A household that breaks no rule.
    fn good() -> HouseholdFacts {
        HouseholdFacts {
            phone: Some("13900000000".to_owned()),
            category: Some(Category::General),
            status: PovertyStatus::LiftedWithPolicy,
            lifted_year: Some(2019),
            main_cause: Some(Cause::LackOfFunds),
            wage_income_fen: Some(3_000_000),
            business_expense_fen: Some(300_000),
            income_per_head_fen: Some(900_000),
            housing_grade: Some(HousingGrade::B),
            housing_safe: Some(true),
            water_safe: Some(true),
            measures: vec![Measure::Employment],
            members: vec![
                Member {
                    workplace: Some(Workplace::InTown),
                    months_worked: Some(12),
                    ..person("甲", Relation::Head, Sex::Male, 1980)
                },
                person("乙", Relation::Spouse, Sex::Female, 1982),
                Member {
                    schooling: Some(Schooling::Primary),
                    ..person("丙", Relation::Son, Sex::Male, 2008)
                },
            ],
            ..HouseholdFacts::of("示例镇", "示例村")
        }
    }

    fn codes(facts: &HouseholdFacts) -> Vec<&'static str> {
        check(facts, today(), 600_000)
            .iter()
            .map(|finding| finding.rule.code)
            .collect()
    }

    /// Breaks a household in one way.
    type Breaking = fn(&mut HouseholdFacts);

    /// Each rule with a household that breaks it, and just it.
    const CASES: &[(&str, Breaking)] = &[
        ("no_head", |facts| {
            facts.members[0].relation = Relation::Other;
        }),
        ("two_heads", |facts| {
            facts.members[1].relation = Relation::Head;
        }),
        ("identity_sex", |facts| {
            facts.members[0].sex = Some(Sex::Female);
            facts.members[1].relation = Relation::Other;
        }),
        ("identity_birth_date", |facts| {
            facts.members[0].birth_date = born(1981);
        }),
        ("born_later", |facts| {
            facts.members[2] = Member {
                schooling: None,
                ..person("丙", Relation::Son, Sex::Male, 2021)
            };
        }),
        ("months_over_twelve", |facts| {
            facts.members[0].months_worked = Some(13);
        }),
        ("relation_sex", |facts| {
            facts.members[2].relation = Relation::Daughter;
        }),
        ("spouse_sex", |facts| {
            facts.members[1] = person("乙", Relation::Spouse, Sex::Male, 1982);
        }),
        ("relation_age", |facts| {
            facts.members[2] = person("丙", Relation::Son, Sex::Male, 1975);
        }),
        ("relation_age", |facts| {
            facts.members[2] = person("丙", Relation::Father, Sex::Male, 1985);
        }),
        ("minor_with_labour", |facts| {
            facts.members[2].labour = Some(Labour::Weak);
        }),
        ("elder_with_labour", |facts| {
            facts.members[1] = person("乙", Relation::Spouse, Sex::Female, 1960);
        }),
        ("months_without_labour", |facts| {
            facts.members[0].labour = Some(Labour::Lost);
        }),
        ("workplace_without_phone", |facts| {
            facts.phone = Some("12345".to_owned());
        }),
        ("labour_missing", |facts| facts.members[1].labour = None),
        ("compulsory_education", |facts| {
            facts.members[2].schooling = Some(Schooling::None);
        }),
        ("schooling_below_education", |facts| {
            facts.members[2].education = Some(Education::LowerSecondary);
        }),
        ("two_medical_insurances", |facts| {
            facts.members[0].employee_medical = Some(true);
        }),
        ("no_medical_insurance", |facts| {
            facts.members[0].resident_medical = Some(false);
        }),
        ("measure_without_minimum_living", |facts| {
            facts.measures.push(Measure::SocialSecurity);
        }),
        ("minimum_living_without_measure", |facts| {
            facts.members[0].minimum_living = Some(true);
        }),
        ("disability_without_disabled", |facts| {
            facts.main_cause = Some(Cause::Disability);
        }),
        ("illness_without_ill", |facts| {
            facts.other_causes = vec![Cause::Illness];
        }),
        ("schooling_without_student", |facts| {
            facts.main_cause = Some(Cause::Schooling);
            facts.members.pop();
            facts.income_per_head_fen = Some(1_350_000);
        }),
        ("income_sum", |facts| {
            facts.income_per_head_fen = Some(900_101);
        }),
        ("lifted_without_year", |facts| facts.lifted_year = None),
        ("year_without_lifted", |facts| {
            facts.status = PovertyStatus::Poor;
        }),
        ("lifted_under_line", |facts| {
            facts.wage_income_fen = Some(2_100_000);
            facts.income_per_head_fen = Some(600_000);
        }),
        ("lifted_unsafe_housing", |facts| {
            facts.housing_safe = Some(false);
            facts.housing_grade = None;
        }),
        ("lifted_unsafe_water", |facts| {
            facts.water_safe = Some(false);
        }),
        ("housing_grade_contradicts", |facts| {
            facts.status = PovertyStatus::Poor;
            facts.lifted_year = None;
            facts.housing_grade = Some(HousingGrade::C);
        }),
    ];

    #[test]
    fn a_good_household_breaks_no_rule() {
        assert_eq!(codes(&good()), Vec::<&str>::new());
    }

    #[test]
    fn each_broken_rule_is_found_alone() {
        for (code, breaks) in CASES {
            let mut facts = good();
            breaks(&mut facts);
            assert_eq!(codes(&facts), [*code], "{code}");
        }
    }

    #[test]
    fn every_rule_has_a_case_and_a_remedy() {
        let tried: BTreeSet<_> = CASES.iter().map(|(code, _)| *code).collect();
        for rule in RULES {
            let by_import = [
                &MEMBER_COUNT,
                &SAME_IDENTITY_NUMBER,
                &SUSPECTED_DUPLICATE,
                &DISABILITY_CERTIFICATE,
            ]
            .contains(rule);
            assert!(by_import || tried.contains(rule.code), "{}", rule.code);
            assert!(
                !rule.remedy.is_empty() && !rule.title.is_empty(),
                "{}",
                rule.code
            );
        }
    }

    #[test]
    fn what_is_not_known_breaks_no_rule() {
        let mut facts = HouseholdFacts::of("示例镇", "示例村");
        facts.members.push(Member::of("甲", Relation::Head));
        facts.main_cause = Some(Cause::Illness);
        facts.measures.push(Measure::SocialSecurity);
        assert_eq!(codes(&facts), ["labour_missing"]);
    }

    #[test]
    fn telephone_numbers() {
        for good in [
            "13912345678",
            "0515-83512345",
            "+86 139 1234 5678",
            "051583512345",
        ] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["", "12345", "83512345", "1391234567", "12912345678", "手机"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }

    #[test]
    fn rules_that_need_all_members_are_rules() {
        let needing = RULES.iter().filter(|rule| needs_all_members(rule)).count();
        assert_eq!(needing, 5);
    }
}
