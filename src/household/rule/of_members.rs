//! Rules about who belongs to a household, and what is said of each member.

use super::model::{Rule, Severity};
use crate::access::Kind;
use crate::code_list::CodeList;
use crate::household::model::Member;
use crate::household::{Education, Health, Labour, Relation, Schooling};
use crate::problem::{Text, words};

/// The member's name; in a roster it may be missing.
fn named(member: &Member) -> Text {
    if member.name.is_empty() {
        Text::new("此人", "this person")
    } else {
        Text::new(&member.name, format!("“{}”", member.name))
    }
}

/// Rules about who belongs to a household, and what is said of each member.
pub(super) static OF_MEMBERS: &[&Rule] = &[
    &NO_HEAD,
    &Rule {
        code: "two_heads",
        severity: Severity::Error,
        tells: &[],
        needs_all_members: false,
        title: ["户主不止一个", "more than one head"],
        remedy: [
            "每户只能有一个“户主”；如是两户，请填写不同的户编号",
            "a household has one head; if they are two households, give them different numbers",
        ],
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
                    {
                        let name = named(member);
                        words!("本户已有户主，{name}又填为户主", "the household has a head, and {name} is stated as one too"; name)
                    },
                );
            }
        },
    },
    &TWO_SPOUSES,
    &ONE_NAME,
    &IDENTITY_SEX,
    &IDENTITY_BIRTH_DATE,
    &Rule {
        code: "born_later",
        severity: Severity::Error,
        tells: &[Kind::BirthDate],
        needs_all_members: false,
        title: ["出生日期在今天之后", "born after today"],
        remedy: [
            "请核对出生日期和证件号码",
            "check the birth date and the identity number",
        ],
        check: |subject, found| {
            for (index, member) in subject.members() {
                if member.birth_date.is_some_and(|born| born > subject.today) {
                    found.member(
                        index,
                        "birth_date",
                        words!("出生日期晚于今天", "the birth date is after today"),
                    );
                }
            }
        },
    },
    &Rule {
        code: "months_over_twelve",
        severity: Severity::Error,
        tells: &[],
        needs_all_members: false,
        title: ["务工时间超过 12 个月", "more than 12 months of work"],
        remedy: ["请填 0 至 12 的月数", "fill in 0 to 12 months"],
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let Some(months) = member
                    .months_worked
                    .filter(|months| !(0..=12).contains(months))
                {
                    found.member(
                        index,
                        "months_worked",
                        words!(
                            "一年务工 {months} 个月",
                            "{months} months of work in a year"
                        ),
                    );
                }
            }
        },
    },
    &Rule {
        code: "relation_sex",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: [
            "与户主关系与性别不符",
            "relation to the head contradicts the sex",
        ],
        remedy: [
            "请核对与户主关系和性别",
            "check the relation to the head and the sex",
        ],
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(sex), Some(needed)) = (member.sex, member.relation.sex())
                    && sex != needed
                {
                    found.member(
                        index,
                        "relation",
                        {
                            let (relation, sex) = (member.relation.text(), sex.text());
                            words!("“{relation}”的性别为“{sex}”", "the {relation} is {sex}"; relation, sex)
                        },
                    );
                }
            }
        },
    },
    &Rule {
        code: "spouse_sex",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: ["配偶与户主同性别", "spouse of the same sex as the head"],
        remedy: [
            "请核对户主和配偶的性别、证件号码",
            "check sex and identity number of head and spouse",
        ],
        check: |subject, found| {
            let Some(head_sex) = subject.facts.head().and_then(|head| head.sex) else {
                return;
            };
            for (index, member) in subject.members() {
                if member.relation == Relation::Spouse && member.sex == Some(head_sex) {
                    found.member(index, "relation", {
                        let sex = head_sex.text();
                        words!("配偶与户主的性别都为“{sex}”", "spouse and head are both {sex}"; sex)
                    });
                }
            }
        },
    },
    &Rule {
        code: "relation_age",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: [
            "与户主关系与年龄不符",
            "relation to the head contradicts the age",
        ],
        remedy: [
            "请核对与户主关系和出生日期",
            "check the relation to the head and the birth date",
        ],
        check: |subject, found| {
            let Some(head_born) = subject.facts.head().and_then(|head| head.birth_date) else {
                return;
            };
            for (index, member) in subject.members() {
                let Some(born) = member.birth_date else {
                    continue;
                };
                if member.relation.is_younger_generation() && born <= head_born {
                    found.member(
                        index,
                        "relation",
                        {
                            let relation = member.relation.text();
                            words!("“{relation}”比户主年长", "the {relation} is older than the head"; relation)
                        },
                    );
                } else if member.relation.is_older_generation() && born >= head_born {
                    found.member(
                        index,
                        "relation",
                        {
                            let relation = member.relation.text();
                            words!("“{relation}”比户主年轻", "the {relation} is younger than the head"; relation)
                        },
                    );
                }
            }
        },
    },
    &Rule {
        code: "minor_with_labour",
        severity: Severity::Warning,
        tells: &[Kind::BirthDate, Kind::Health],
        needs_all_members: false,
        title: [
            "不满 16 周岁，劳动技能却不是“无劳动力”",
            "under 16, but able to work",
        ],
        remedy: [
            "不满 16 周岁应填“无劳动力”",
            "under 16 write “无劳动力” (no ability to work)",
        ],
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(age), Some(labour)) = (subject.age(member), member.labour)
                    && member.is_of_working_age(subject.today) == Some(false)
                    && labour != Labour::None
                {
                    found.member(
                        index,
                        "labour",
                        {
                            let labour = labour.text();
                            words!("{age} 周岁，劳动技能为“{labour}”", "aged {age}, with the ability to work “{labour}”"; labour)
                        },
                    );
                }
            }
        },
    },
    &Rule {
        code: "elder_with_labour",
        severity: Severity::Warning,
        tells: &[Kind::BirthDate, Kind::Health],
        needs_all_members: false,
        title: [
            "60 周岁以上仍为普通或技能劳动力",
            "60 or older and still an ordinary or skilled worker",
        ],
        remedy: ["请再核实其劳动能力", "look again at the ability to work"],
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(age), Some(labour)) = (subject.age(member), member.labour)
                    && age >= 60
                    && matches!(labour, Labour::Ordinary | Labour::Skilled)
                {
                    found.member(
                        index,
                        "labour",
                        {
                            let labour = labour.text();
                            words!("{age} 周岁，劳动技能为“{labour}”", "aged {age}, with the ability to work “{labour}”"; labour)
                        },
                    );
                }
            }
        },
    },
    &Rule {
        code: "months_without_labour",
        severity: Severity::Warning,
        tells: &[Kind::Health],
        needs_all_members: false,
        title: [
            "无劳动力或丧失劳动力却有务工时间",
            "unable to work, but months of work",
        ],
        remedy: [
            "请核对劳动技能和务工时间",
            "check the ability to work and the months of work",
        ],
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(months), Some(labour)) = (member.months_worked, member.labour)
                    && months > 0
                    && matches!(labour, Labour::Lost | Labour::None)
                {
                    found.member(
                        index,
                        "months_worked",
                        {
                            let labour = labour.text();
                            words!("“{labour}”却务工 {months} 个月", "the ability to work is “{labour}”, but months of work are stated: {months}"; labour)
                        },
                    );
                }
            }
        },
    },
    &Rule {
        code: "workplace_without_phone",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: [
            "有务工状况却没有有效电话",
            "works elsewhere, but no valid telephone",
        ],
        remedy: [
            "请补填本人或本户的手机号码（11 位）或带区号的固定电话",
            "fill in a mobile number (11 digits) or a line with its area code, of the person or the household",
        ],
        check: |subject, found| {
            let household_phone = subject.facts.phone.as_deref().is_some_and(is_phone);
            for (index, member) in subject.members() {
                let own_phone = member.phone.as_deref().is_some_and(is_phone);
                if member.workplace.is_some() && !own_phone && !household_phone {
                    found.member(
                        index,
                        "phone",
                        {
                            let name = named(member);
                            words!("{name}在外务工，没有有效电话", "{name} works elsewhere and has no valid telephone"; name)
                        },
                    );
                }
            }
        },
    },
    &Rule {
        code: "labour_missing",
        severity: Severity::Warning,
        tells: &[Kind::Health],
        needs_all_members: false,
        title: ["劳动技能为空", "no ability to work stated"],
        remedy: [
            "请补填劳动技能；不满 16 周岁填“无劳动力”",
            "fill in the ability to work; under 16 write “无劳动力” (no ability to work)",
        ],
        check: |subject, found| {
            for (index, member) in subject.members() {
                if member.labour.is_none() {
                    found.member(
                        index,
                        "labour",
                        {
                            let name = named(member);
                            words!("{name}的劳动技能没有填写", "no ability to work is stated of {name}"; name)
                        },
                    );
                }
            }
        },
    },
    &Rule {
        code: "compulsory_education",
        severity: Severity::Warning,
        tells: &[Kind::BirthDate, Kind::Health],
        needs_all_members: false,
        title: [
            "义务教育阶段适龄儿童不在校",
            "of school age, but not at school",
        ],
        remedy: [
            "请核实是否辍学（控辍保学），或改正在校生状况、健康状况",
            "find out whether the child has dropped out, or correct schooling or health",
        ],
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(age), Some(schooling)) = (subject.age(member), member.schooling)
                    && member.is_of_school_age(subject.today) == Some(true)
                    && member.health == Some(Health::Healthy)
                    && member.goes_to_school() == Some(false)
                {
                    found.member(
                        index,
                        "schooling",
                        {
                            let schooling = schooling.text();
                            words!("{age} 周岁，健康，在校生状况为“{schooling}”", "aged {age}, healthy, with the schooling “{schooling}”"; schooling)
                        },
                    );
                }
            }
        },
    },
    &Rule {
        code: "schooling_below_education",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: [
            "在校生状况低于文化程度",
            "at a school below the education attained",
        ],
        remedy: [
            "请核对在校生状况和文化程度（文化程度填已毕业的最高学历）",
            "check schooling and education (education is the highest school completed)",
        ],
        check: |subject, found| {
            for (index, member) in subject.members() {
                if let (Some(schooling), Some(education)) = (member.schooling, member.education)
                    && attained_at_most(schooling).is_some_and(|most| education > most)
                {
                    found.member(
                        index,
                        "schooling",
                        {
                            let (schooling, education) = (schooling.text(), education.text());
                            words!("在读“{schooling}”，文化程度已是“{education}”", "the schooling is “{schooling}”, the education already “{education}”"; schooling, education)
                        },
                    );
                }
            }
        },
    },
    &Rule {
        code: "two_medical_insurances",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: [
            "同时参加居民医保和职工医保",
            "both resident and employee medical insurance",
        ],
        remedy: [
            "两种医保只能参加一种，请核对",
            "nobody can have both; check it",
        ],
        check: |subject, found| {
            for (index, member) in subject.members() {
                if member.resident_medical == Some(true) && member.employee_medical == Some(true) {
                    found.member(
                        index,
                        "employee_medical",
                        {
                            let name = named(member);
                            words!("{name}同时参加居民医保和职工医保", "{name} has both resident and employee medical insurance"; name)
                        },
                    );
                }
            }
        },
    },
    &Rule {
        code: "no_medical_insurance",
        severity: Severity::Warning,
        tells: &[],
        needs_all_members: false,
        title: ["没有参加任何基本医疗保险", "no basic medical insurance"],
        remedy: [
            "请核实并动员参保，或改正参保情况",
            "find out and help them to insure, or correct the insurance",
        ],
        check: |subject, found| {
            for (index, member) in subject.members() {
                if member.is_medically_insured() == Some(false) {
                    found.member(
                        index,
                        "resident_medical",
                        {
                            let name = named(member);
                            words!("{name}没有参加基本医疗保险", "{name} has no basic medical insurance"; name)
                        },
                    );
                }
            }
        },
    },
];

/// A household has a head. Of the rows of a roster the register may know who it is.
pub static NO_HEAD: Rule = Rule {
    code: "no_head",
    severity: Severity::Error,
    tells: &[],
    needs_all_members: false,
    title: ["没有户主", "no head"],
    remedy: [
        "请在本户一名成员的“与户主关系”中填“户主”",
        "make one of the members the head",
    ],
    check: |subject, found| {
        if subject.facts.head().is_none() {
            found.household(
                "relation",
                words!("本户没有户主", "the household has no head"),
            );
        }
    },
};

/// A second spouse of the head.
pub static TWO_SPOUSES: Rule = Rule {
    code: "two_spouses",
    severity: Severity::Warning,
    tells: &[],
    needs_all_members: false,
    title: ["配偶不止一个", "more than one spouse"],
    remedy: [
        "请核对与户主关系；如是另一户的人，请填写那一户的户编号",
        "check the relation to the head; if the person belongs to another household, give that one's number",
    ],
    check: |subject, found| {
        let spouses = |member: &Member| member.relation == Relation::Spouse;
        for (index, member) in subject
            .members()
            .filter(|(_, member)| spouses(member))
            .skip(1)
        {
            found.member(
                index,
                "relation",
                {
                    let name = named(member);
                    words!("本户已有配偶，{name}又填为配偶", "the head has a spouse, and {name} is stated as one too"; name)
                },
            );
        }
    },
};

/// Two of one name who may be one person, or of whom one has the name of another: a name merged over two rows,
/// somebody who stands there twice. Those of one name and birth date are looked for in the whole roster.
pub static ONE_NAME: Rule = Rule {
    code: "one_name",
    severity: Severity::Warning,
    tells: &[],
    needs_all_members: false,
    title: ["同户同名", "two of one name in a household"],
    remedy: [
        "如是同一人，请删去一行；如姓名有误（如合并了单元格），请改正；确是两人同名的不必处理",
        "if they are one person, delete a row; if a name is wrong (merged cells), correct it; if they are two of one name, nothing needs to be done",
    ],
    check: |subject, found| {
        let members: Vec<_> = subject.members().collect();
        for (at, (index, member)) in members.iter().enumerate() {
            let is_same = |(_, other): &&(usize, &Member)| {
                let couple = [Relation::Head, Relation::Spouse];
                let are_couple = couple.contains(&member.relation)
                    && couple.contains(&other.relation)
                    && member.relation != other.relation;
                let may_be_one = (member.identity_number.is_none()
                    || other.identity_number.is_none())
                    && (member.birth_date.is_none() || other.birth_date.is_none());
                member.name == other.name && (are_couple || may_be_one)
            };
            if members[..at].iter().any(|other| is_same(&other)) {
                let reason = words!(
                    "本户有两人都叫{}",
                    "two of the household are called “{}”",
                    member.name
                );
                found.member(*index, "name", reason);
            }
        }
    },
};

/// The sex that is stated is not that of the identity number. The roster of staff is checked by it, too.
pub static IDENTITY_SEX: Rule = Rule {
    code: "identity_sex",
    severity: Severity::Error,
    tells: &[],
    needs_all_members: false,
    title: ["性别与证件号码不符", "sex contradicts the identity number"],
    remedy: [
        "请核对性别和证件号码（第 17 位奇数为男、偶数为女）",
        "check the sex and the identity number (its digit 17 is odd for men and even for women)",
    ],
    check: |subject, found| {
        for (index, member) in subject.members() {
            if let (Some(sex), Some(identity)) = (member.sex, &member.identity_number)
                && sex != identity.sex()
            {
                found.member(
                    index,
                    "sex",
                    {
                        let (stated, told) = (sex.text(), identity.sex().text());
                        words!("填写“{stated}”，证件号码为“{told}”", "{stated} is stated, and the identity number says {told}"; stated, told)
                    },
                );
            }
        }
    },
};

/// The birth date that is stated is not that of the identity number. A roster may state the month alone: checked
/// at import, where the cell is.
pub static IDENTITY_BIRTH_DATE: Rule = Rule {
    code: "identity_birth_date",
    severity: Severity::Error,
    tells: &[Kind::BirthDate],
    needs_all_members: false,
    title: [
        "出生日期与证件号码不符",
        "birth date contradicts the identity number",
    ],
    remedy: [
        "请核对出生日期和证件号码（第 7 至 14 位）",
        "check the birth date and the identity number (its digits 7 to 14)",
    ],
    check: |subject, found| {
        for (index, member) in subject.members() {
            if let (Some(born), Some(identity)) = (member.birth_date, &member.identity_number)
                && born != identity.birth_date()
            {
                found.member(
                    index,
                    "birth_date",
                    words!(
                        "填写 {born}，证件号码为 {}",
                        "{born} is stated, and the identity number says {}",
                        identity.birth_date()
                    ),
                );
            }
        }
    },
};

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
pub(super) fn is_phone(text: &str) -> bool {
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
