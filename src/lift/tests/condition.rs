use super::{LINE, TODAY, day, facts, member};
use crate::code_list::CodeList;
use crate::household::model::HouseholdFacts;
use crate::household::{HousingGrade, Schooling};
use crate::lift::condition::{Attested, Condition, Met, conditions};
use crate::lift::procedure::require_all;

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

#[test]
fn a_household_that_meets_all_may_be_lifted() {
    let found = conditions(&facts(), LINE, SURE, day(TODAY));
    assert_eq!(require_all(&found), Ok(()));
    let words: String = found.iter().map(|state| state.found.zh.as_str()).collect();
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
    assert_eq!(of(None, Some(false)), Met::Unknown);
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
