//! What a roster does not say stays as it is on the register: neither a column that it has not, nor an
//! empty cell of one that it has, clears anything, unless people choose so.

use crate::household::Relation;
use crate::household::model::{HouseholdFacts, Member};
use crate::household::person_match::pair_members;
use crate::roster::choices::Choices;
use crate::roster::column::{Carry, Column, Put};
use crate::roster::household::{COLUMNS, HouseholdRow};
use crate::roster::layout::Spoken;
use crate::roster::remark;

/// Fields by which households and persons are told apart. Whether the register's is kept for an empty
/// cell is decided with the whole file in view, and never chosen.
const NAMES: [&str; 2] = ["number", "identity_number"];

/// An empty cell for which the register's value is kept: of which column, and of which member of the
/// household; nothing for a value of the household.
pub type Kept = (&'static str, Option<usize>);

/// Which columns a roster keeps from the register where it says nothing.
pub struct Keeping {
    /// The fields of which the roster has columns.
    columns: Vec<(&'static Column<HouseholdRow>, bool)>,
    /// Whether the household's telephone is kept where the roster gives none for the head. Without a column
    /// of its own it was taken from the members, and another member's is no reason to change it.
    keeps_phone: bool,
    /// Whether the file has a column of remarks; without one, what a repair wrote there stands beside the
    /// register's.
    has_remark: bool,
    /// Whether the file has a column 脱贫属性; without one it says at most that a household is lifted, and
    /// not how.
    has_status: bool,
}

impl Keeping {
    /// All columns but those of the file whose empty cells are to clear what is on the register.
    pub fn of(spoken: &Spoken, choices: &Choices) -> Self {
        let columns = COLUMNS.iter().filter_map(|column| {
            let is_spoken = spoken.has(column.key);
            let clears = is_spoken && (choices.clears(column.key) || NAMES.contains(&column.key));
            (!clears).then_some((column, is_spoken))
        });
        Self {
            columns: columns.collect(),
            keeps_phone: !spoken.has("household_phone") && !choices.clears("phone"),
            has_remark: spoken.has("remark"),
            has_status: spoken.has("status"),
        }
    }

    /// Fills what a household of the roster does not say from what is on the register. `known` are the
    /// members of the register, `pairs` says for each member of the roster which of them they are.
    /// `kept` is told of each empty cell of a column that the roster has.
    pub fn fill(
        &self,
        facts: &mut HouseholdFacts,
        before: &HouseholdFacts,
        pairs: &[Option<usize>],
        mut kept: impl FnMut(Kept),
    ) {
        let has_phone = facts.head().is_some_and(|head| head.phone.is_some());
        if self.keeps_phone && !has_phone && before.phone.is_some() {
            facts.phone.clone_from(&before.phone);
        }
        if !self.has_remark {
            remark::keep_remark(&mut facts.remark, before.remark.as_ref());
        }
        if !self.has_status && (before.status.is_lifted() || !facts.status.is_lifted()) {
            facts.status = before.status;
        }
        for (column, is_spoken) in &self.columns {
            match column.carry {
                Carry::Whole(carry) => {
                    if carry(facts, before) == Put::New && *is_spoken {
                        kept((column.key, None));
                    }
                }
                Carry::Part(carry) => {
                    let members = facts.members.iter_mut().zip(pairs);
                    for (position, (member, known)) in members.enumerate() {
                        let known = known.and_then(|known| before.members.get(known));
                        if let Some(known) = known
                            && carry(member, known) == Put::New
                            && *is_spoken
                        {
                            kept((column.key, Some(position)));
                        }
                    }
                }
                Carry::Shared(_) | Carry::Nothing => {}
            }
        }
        // A cause that the roster now says is the main one is no other cause besides.
        let main = facts.main_cause;
        facts.other_causes.retain(|cause| Some(*cause) != main);
    }
}

/// The register's members beside a head who is the only one that the roster names. A head that the
/// register does not know is put before them, and the former head remains as one of them.
pub fn keep_members(facts: &mut HouseholdFacts, before: &HouseholdFacts) {
    let pairs = pair_members(&before.members, &facts.members);
    let others = before.members.iter().enumerate();
    let others: Vec<Member> = others
        .filter(|(position, _)| !pairs.contains(&Some(*position)))
        .map(|(_, member)| beside_head(member))
        .collect();
    facts.members.extend(others);
}

/// A member of the register who stays in a household whose head the roster names.
pub fn beside_head(member: &Member) -> Member {
    Member {
        relation: match member.relation {
            Relation::Head => Relation::Other,
            relation => relation,
        },
        ..member.clone()
    }
}
