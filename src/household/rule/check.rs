//! Checking a household by all rules.

use chrono::NaiveDate;

use super::model::{Finding, Found, Rule, Subject};
use super::of_household::OF_HOUSEHOLD;
use super::of_import::{MEMBER_COUNT, OF_IMPORT};
use super::of_members::OF_MEMBERS;
use crate::household::model::HouseholdFacts;

/// All rules, those of the import first.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    [OF_IMPORT, OF_MEMBERS, OF_HOUSEHOLD]
        .into_iter()
        .flatten()
        .copied()
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
