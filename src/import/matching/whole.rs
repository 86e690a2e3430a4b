//! What contradicts itself in a household only because the file and the register come together in it: each may be
//! right by itself.

use super::plan::{HouseholdPlan, PlanError};
use crate::household::HouseholdFacts;
use crate::household::rule::{self, Finding, MEMBER_COUNT, Severity};
use crate::problem::{Text, words};
use crate::roster::grouping::{HouseholdRoster, ReadHousehold};
use crate::roster::report::Place;
use crate::value::Refusal;

/// What a finding is about, whatever it says of it: rule, field and name of the member.
type About<'a> = (&'static str, &'static str, Option<&'a str>);

fn about<'a>(finding: &Finding, facts: &'a HouseholdFacts) -> About<'a> {
    let member = finding.member.and_then(|at| facts.members.get(at));
    let name = member.map(|member| member.name.as_str());
    (finding.rule.code, finding.field, name)
}

impl HouseholdPlan {
    /// Tells by which rules the household that is to be contradicts itself, `given` filled from the register,
    /// unless the register does so already, or the file, of which that was told. It is taken in all the same:
    /// half of each contradiction has been before.
    pub(super) fn look_at_whole(
        &mut self,
        index: usize,
        given: &ReadHousehold,
        before: &HouseholdFacts,
        roster: &HouseholdRoster,
    ) -> Result<(), PlanError> {
        let context = self.context;
        let check = |facts: &HouseholdFacts| rule::check(facts, context.today, context.line_fen);
        let after = &given.facts;
        let mut found = check(after);
        if !found.is_empty() {
            let known = check(before);
            let known: Vec<_> = known.iter().map(|it| about(it, before)).collect();
            found.retain(|it| !known.contains(&about(it, after)));
        }
        // By far the most households have nothing new to tell: the file's own need not be unpacked again.
        if found.is_empty() {
            return Ok(());
        }
        let read = roster.households.get(index)?;
        let told = check(&read.facts);
        let told: Vec<_> = told
            .iter()
            .filter(|it| read.members_listed || !it.rule.needs_all_members)
            .map(|it| about(it, &read.facts))
            .collect();
        found.retain(|it| !told.contains(&about(it, after)));
        for finding in found {
            let (place, reason) = words(&finding, after, &read);
            let refusal = Refusal::new(finding.rule.code, reason, finding.rule.remedy());
            self.warn(roster, (place, finding.field), refusal);
        }
        Ok(())
    }

    /// Tells of 家庭人口 that is the number of the rows where members of the register stay beside them. With any
    /// other number it is looked at together with what the rows do not say.
    pub(super) fn look_at_size(&mut self, given: &ReadHousehold, roster: &HouseholdRoster) {
        let Some(stated) = given.size.filter(|_| !given.unsaid.members) else {
            return;
        };
        let members = given.facts.members.len();
        let staying = members.saturating_sub(given.places.len());
        if staying == 0 {
            return;
        }
        let reason = words!(
            "填写 {} 人，与本户的行数相同；登记中另有 {staying} 人仍在本户，导入后共 {members} 人",
            "{} stated as the number of persons, as many as the household has rows; the register has {staying} more who stay, so that there are {members} after the import",
            stated.members
        );
        let remedy = words!(
            "请核对本名册未列的成员是否仍在本户，或改正家庭人口",
            "check whether members who are not in the roster are still there, or correct the number"
        );
        let refusal = Refusal::new(MEMBER_COUNT.code, reason, remedy);
        self.warn(roster, (stated.place, "size"), refusal);
    }

    fn warn(&mut self, roster: &HouseholdRoster, at: (Place, &str), refusal: Refusal) {
        let (place, field) = at;
        let problem = place.problem(&roster.sheets, Severity::Warning, field, refusal);
        self.problems.push(problem);
    }
}

/// Where a finding is told, and how: at the member's row, or at the household's for one who is not in the file.
fn words(finding: &Finding, after: &HouseholdFacts, read: &ReadHousehold) -> (Place, Text) {
    let found = &finding.reason;
    let reason = words!("与登记合并后：{found}", "joined with the register: {found}"; found);
    let Some(member) = finding.member.and_then(|at| after.members.get(at)) else {
        return (read.place, reason);
    };
    let mut rows = read.facts.members.iter().zip(&read.places);
    if let Some((_, place)) = rows.find(|(row, _)| row.name == member.name) {
        return (*place, reason);
    }
    let name = &member.name;
    let reason = words!("{reason}（{name}登记在本户，不在名册中）", "{reason} (“{name}” is of the household in the register and not in the roster)"; reason);
    (read.place, reason)
}
