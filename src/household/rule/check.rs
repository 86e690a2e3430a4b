//! Checking a household by all rules.

use chrono::NaiveDate;

use super::model::{Finding, Found, Rule, Subject};
use super::of_household::OF_HOUSEHOLD;
use super::of_import::{
    DISABILITY_CERTIFICATE, MEMBER_COUNT, SAME_IDENTITY_NUMBER, SUSPECTED_DUPLICATE,
};
use super::of_members::OF_MEMBERS;
use crate::household::model::HouseholdFacts;

/// All rules, those of the import first.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    let of_import = [
        &MEMBER_COUNT,
        &SAME_IDENTITY_NUMBER,
        &SUSPECTED_DUPLICATE,
        &DISABILITY_CERTIFICATE,
    ];
    let of_household = OF_MEMBERS.iter().chain(OF_HOUSEHOLD).copied();
    of_import.into_iter().chain(of_household)
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
    for rule in rules() {
        found.rule = rule;
        (rule.check)(&subject, &mut found);
    }
    found.findings
}

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
