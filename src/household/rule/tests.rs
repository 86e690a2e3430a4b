//! Each rule, broken and kept.

use chrono::NaiveDate;

use super::check::{check, rules};
use super::of_import::OF_IMPORT;
use super::of_members::is_phone;
use crate::household::model::{HouseholdFacts, Member};
use crate::household::{Category, HousingGrade, IdentityNumber, PovertyStatus, Workplace};
use crate::household::{Cause, Education, Health, Labour, Measure, Relation, Schooling, Sex};
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
    ("two_spouses", |facts| {
        facts.members[2] = person("丁", Relation::Spouse, Sex::Female, 1983);
    }),
    ("one_name", |facts| {
        facts.members[1].name = facts.members[0].name.clone();
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
    for rule in rules() {
        let by_import = OF_IMPORT.contains(&rule);
        assert!(by_import || tried.contains(rule.code), "{}", rule.code);
        assert!(
            rule.remedy
                .iter()
                .chain(&rule.title)
                .all(|it| !it.is_empty()),
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
