//! What a roster does not say stays as it is on the register: neither a column that it has not, nor an
//! empty cell of one that it has, clears anything, unless people choose so.

use super::model::{ReadHousehold, StatusDetail};
use super::unsaid::Unsaid;
use crate::household::model::{HouseholdFacts, Member};
use crate::household::person_match::pair_members;
use crate::household::{PovertyStatus, Relation};
use crate::roster::choices::Choices;
use crate::roster::column::{Carry, Column, Put};
use crate::roster::household::{COLUMNS, HouseholdRow};
use crate::roster::layout::Spoken;
use crate::roster::remark;

/// Fields by which households and persons are told apart. Whether the register's is kept for an empty
/// cell is decided with the whole file in view, and never chosen.
const NAMES: [&str; 2] = ["number", "identity_number"];

/// What the register keeps although the file has a column for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The column.
    pub field: &'static str,
    /// The member of the household whose it is; nothing for a value of the household.
    pub member: Option<usize>,
    /// Why it is kept.
    pub reason: KeptReason,
}

/// Why a value of the register is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeptReason {
    /// The cell is empty.
    Empty,
    /// The register has the household as fallen back. The cell says that it is poor, or that it is lifted and not
    /// how or when it was lifted again.
    Relapsed,
}

/// Which columns a roster keeps from the register where it says nothing.
pub struct Keeping {
    /// The fields of which the roster has columns.
    columns: Vec<(&'static Column<HouseholdRow>, bool)>,
    /// Whether the household's telephone is kept where the roster gives none for the head. Without a column
    /// of its own it was taken from the members, and another member's is no reason to change it.
    keeps_phone: bool,
    /// Whether the register's remark is kept where no cell says one: what was made of other cells stands
    /// beside it.
    keeps_remark: bool,
}

impl Keeping {
    /// All columns but those of the file whose empty cells are to clear what is on the register.
    pub fn of(spoken: &Spoken, choices: &Choices) -> Self {
        let columns = COLUMNS.iter().filter_map(|column| {
            let is_spoken = spoken.has(column.key);
            let is_chosen = choices.clears(column.key) && !Unsaid::FIELDS.contains(&column.key);
            let clears = is_spoken && (is_chosen || NAMES.contains(&column.key));
            (!clears).then_some((column, is_spoken))
        });
        Self {
            columns: columns.collect(),
            keeps_phone: !spoken.has("household_phone") && !choices.clears("phone"),
            keeps_remark: !spoken.has("remark") || !choices.clears("remark"),
        }
    }

    /// Fills what a household of the roster does not say from what is on the register. `pairs` says for each
    /// member of the roster which of the register's they are. `kept` is told of each cell for which the
    /// register's value stays.
    pub fn fill(
        &self,
        given: &mut ReadHousehold,
        before: &HouseholdFacts,
        pairs: &[Option<usize>],
        mut kept: impl FnMut(Kept),
    ) {
        let mut kept = |field, member| {
            kept(Kept {
                field,
                member,
                reason: KeptReason::Empty,
            });
        };
        let facts = &mut given.facts;
        let has_phone = facts.head().is_some_and(|head| head.phone.is_some());
        if self.keeps_phone && !has_phone && before.phone.is_some() {
            facts.phone.clone_from(&before.phone);
        }
        if self.keeps_remark && !given.remark_said && facts.remark.is_some() {
            remark::keep_remark(&mut facts.remark, before.remark.as_ref());
        }
        for (column, is_spoken) in &self.columns {
            match column.carry {
                Carry::Whole(carry) => {
                    if carry(facts, before) == Put::New && *is_spoken {
                        kept(column.key, None);
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
                            kept(column.key, Some(position));
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

/// 脱贫属性 of a household that the register has: the register's where the roster says less and does not contradict
/// it; and why it stays, where that is to be told. What follows from other columns is at most that a poor household
/// is lifted: not how, and not that one that has fallen back is lifted again. Nor does a word that says no more than
/// «lifted» say so, or the year of the former lift, for a household that fell back was lifted before; a later year
/// does. 未脱贫 leaves out that it was.
pub fn status_beside(
    (known, known_year): (PovertyStatus, Option<i64>),
    said_year: Option<i64>,
    given: &ReadHousehold,
) -> (PovertyStatus, Option<KeptReason>) {
    let said = given.facts.status;
    let is_later = || match (said_year, known_year) {
        (Some(said), Some(known)) => said > known,
        _ => false,
    };
    // An older roster says the lift that did not hold, or that the household was poor before it.
    let is_older = given.status_detail == StatusDetail::Vague || said_year.is_some();
    let stays_relapsed = known == PovertyStatus::Relapsed
        && (said == PovertyStatus::Poor || said.is_lifted() && is_older && !is_later());
    let keeps = match given.status_detail {
        StatusDetail::Whole => stays_relapsed,
        StatusDetail::Vague => said.is_lifted() == known.is_lifted() || stays_relapsed,
        StatusDetail::Nothing => known != PovertyStatus::Poor || !said.is_lifted(),
    };
    let contradicts = said.is_lifted() || given.status_detail == StatusDetail::Whole;
    let reason = if given.unsaid.status {
        Some(KeptReason::Empty)
    } else {
        (stays_relapsed && contradicts).then_some(KeptReason::Relapsed)
    };
    (if keeps { known } else { said }, reason)
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
