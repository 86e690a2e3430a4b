//! What a rule is, and what it finds.

use chrono::NaiveDate;

use crate::access::Kind;
use crate::household::model::{HouseholdFacts, Member};
use crate::household::{Cause, Measure};
use crate::problem::Text;
use crate::{code_list, text};

code_list! {
    /// How grave a problem is.
    pub enum Severity = "problem_severity", "类别" {
        Error = "error", "错误", [];
        Warning = "warning", "提醒", [];
        Repair = "repair", "已自动更正", [];
    }
}

/// A cross-check between the facts of a household.
#[derive(Debug)]
pub struct Rule {
    /// Name for programs, never changed once published.
    pub code: &'static str,
    /// An error keeps a roster from being imported.
    pub severity: Severity,
    /// Private data that follow from whether a household breaks the rule, or from the reason: whoever reads
    /// an age every day finds out the birthday.
    pub tells: &'static [Kind],
    /// Whether it looks at all members of a household together, so that it says nothing where only the
    /// head is known.
    pub needs_all_members: bool,
    /// What the rule looks at, in Chinese and in English.
    pub(super) title: [&'static str; 2],
    /// What to do where it is broken, in Chinese and in English.
    pub(super) remedy: [&'static str; 2],
    /// Checks one household. Rules that need more than one household, or what only the roster states,
    /// are checked by the import.
    pub(super) check: fn(&Subject<'_>, &mut Found),
}

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// Which member of the household; nothing if it is about the household.
    pub member: Option<usize>,
    /// The field of [`HouseholdFacts`] or [`Member`] to look at first.
    pub field: &'static str,
    /// What contradicts what.
    pub reason: Text,
}

impl Rule {
    /// What the rule looks at.
    pub fn title(&self) -> Text {
        let [zh, en] = self.title;
        Text::new(zh, en)
    }

    /// What to do where it is broken.
    pub fn remedy(&self) -> Text {
        let [zh, en] = self.remedy;
        Text::new(zh, en)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Rule {}

/// A household on a day, with the income line of the year.
pub(super) struct Subject<'a> {
    pub(super) facts: &'a HouseholdFacts,
    pub(super) today: NaiveDate,
    pub(super) line_fen: i64,
}

impl Subject<'_> {
    pub(super) fn members(&self) -> impl Iterator<Item = (usize, &Member)> {
        self.facts.members.iter().enumerate()
    }

    pub(super) fn age(&self, member: &Member) -> Option<u32> {
        member.age_on(self.today)
    }

    pub(super) fn is_lifted(&self) -> bool {
        self.facts.status.is_lifted()
    }

    pub(super) fn has_measure(&self, measure: Measure) -> bool {
        self.facts.measures.contains(&measure)
    }

    pub(super) fn has_cause(&self, cause: Cause) -> bool {
        self.facts.main_cause == Some(cause) || self.facts.other_causes.contains(&cause)
    }
}

/// Where a rule puts what it finds.
pub(super) struct Found {
    pub(super) rule: &'static Rule,
    pub(super) findings: Vec<Finding>,
}

impl Found {
    pub(super) fn household(&mut self, field: &'static str, reason: Text) {
        self.add(None, field, reason);
    }

    pub(super) fn member(&mut self, member: usize, field: &'static str, reason: Text) {
        self.add(Some(member), field, reason);
    }

    fn add(&mut self, member: Option<usize>, field: &'static str, reason: Text) {
        self.findings.push(Finding {
            rule: self.rule,
            member,
            field,
            reason,
        });
    }
}

/// Money in yuan, without trailing zeros.
pub(super) fn yuan(fen: i64) -> String {
    let words = text::yuan(fen);
    words.strip_suffix(".00").unwrap_or(&words).to_owned()
}
