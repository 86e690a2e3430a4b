//! What a roster does not speak of stays as it is on the register.

use crate::household::Relation;
use crate::household::model::{HouseholdFacts, Member};
use crate::roster::column::{Carry, merge};
use crate::roster::household::COLUMNS;
use crate::roster::layout::Spoken;
use crate::roster::remark;

/// Fills what a roster has no columns for from what is on the register: such a roster does not speak
/// of it. A column that is there and empty does.
pub fn keep_unspoken(
    spoken: &Spoken,
    members_listed: bool,
    facts: &mut HouseholdFacts,
    before: &HouseholdFacts,
) {
    if !members_listed {
        keep_members(facts, before);
    }
    if !spoken.has("remark") {
        remark::keep_remark(&mut facts.remark, before.remark.as_ref());
    }
    for column in COLUMNS.iter().filter(|column| !spoken.has(column.key)) {
        match column.carry {
            Carry::Whole(carry) => {
                carry(facts, before);
            }
            Carry::Part(carry) => {
                for member in &mut facts.members {
                    if let Some(known) = same_person(member, &before.members) {
                        carry(member, known);
                    }
                }
            }
            Carry::Shared(_) | Carry::Nothing => {}
        }
    }
    // Without 脱贫属性 a file says at most that a household is lifted, and not how.
    if !spoken.has("status") && (before.status.is_lifted() || !facts.status.is_lifted()) {
        facts.status = before.status;
    }
    // 监测对象类型 speaks of the category, too, but only where it says something.
    if facts.category.is_none() && !spoken.has("category") {
        merge(&mut facts.category, &before.category);
    }
}

/// The register's members beside a head who is the only one that the roster names. A head that the
/// register does not know is put before them, and the former head remains as one of them.
fn keep_members(facts: &mut HouseholdFacts, before: &HouseholdFacts) {
    let Some(head) = facts.members.first() else {
        return;
    };
    let known = same_person(head, &before.members).or_else(|| {
        // The same name in the same household is the same person where a number is not known.
        before.members.iter().find(|member| {
            member.name == head.name
                && (member.identity_number.is_none() || head.identity_number.is_none())
        })
    });
    let others = before
        .members
        .iter()
        .filter(|member| !known.is_some_and(|known| std::ptr::eq(known, *member)));
    let others: Vec<Member> = others
        .cloned()
        .map(|member| Member {
            relation: match member.relation {
                Relation::Head => Relation::Other,
                relation => relation,
            },
            ..member
        })
        .collect();
    facts.members.extend(others);
}

/// The same person among others: by identity number, or where one has none by name and relation.
pub fn same_person<'m>(person: &Member, others: &'m [Member]) -> Option<&'m Member> {
    let same_number = |other: &&Member| {
        person.identity_number.is_some() && other.identity_number == person.identity_number
    };
    let same_name = |other: &&Member| {
        (person.identity_number.is_none() || other.identity_number.is_none())
            && other.name == person.name
            && other.relation == person.relation
    };
    others
        .iter()
        .find(same_number)
        .or_else(|| others.iter().find(same_name))
}
