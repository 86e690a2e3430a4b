//! A household that is being read, whose rows come one by one.

use serde::{Deserialize, Serialize};

use crate::household::Relation;
use crate::household::model::{HouseholdFacts, Member};
use crate::household::rule::Severity;
use crate::problem::words;
use crate::roster::column::{Carry, Put, merge};
use crate::roster::household::{COLUMNS, HouseholdRow, Shared};
use crate::roster::layout::Layouts;
use crate::roster::report::{Place, RosterProblem};
use crate::roster::sheet::RosterRow;
use crate::value::Refusal;

/// The household that is unpacked just now.
pub(super) struct Open {
    pub(super) index: u32,
    pub(super) draft: Draft,
    /// Whether it differs from what is in the list.
    pub(super) changed: bool,
}

/// One household that is being read, without its members.
#[derive(Serialize, Deserialize)]
pub(super) struct Draft {
    pub(super) facts: HouseholdFacts,
    pub(super) shared: Shared,
    /// The head, as a sheet with one row a household says.
    pub(super) head: Option<Member>,
    pub(super) place: Place,
    /// Fields that a later row than the first was the first to say, with that row. Fields are counted
    /// as [`field`] does.
    pub(super) origins: Vec<(u16, Place)>,
    /// What cells hold beside their values, for the remark.
    pub(super) notes: Vec<String>,
    /// Fields with a refused cell, whose absence is no second problem.
    pub(super) refused: Vec<u16>,
    /// Whether its rows stand together and nothing else says that they are one household.
    pub(super) adjacent: bool,
    /// What section rows say of it: which of those that were met, from 1; 0 for nothing.
    pub(super) section: u32,
}

/// A field's number: that of the first of its columns.
pub(super) fn field(key: &str) -> u16 {
    let index = COLUMNS.iter().position(|column| column.key == key);
    index
        .and_then(|index| u16::try_from(index).ok())
        .unwrap_or(u16::MAX)
}

/// What memory can hold is counted in 32 bits.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Draft {
    pub(super) fn new(place: Place) -> Self {
        Self {
            facts: HouseholdFacts::of("", ""),
            shared: Shared::default(),
            head: None,
            place,
            origins: Vec::new(),
            notes: Vec::new(),
            refused: Vec::new(),
            adjacent: false,
            section: 0,
        }
    }

    /// Where a field of the household was said first.
    pub(super) fn origin(&self, key: &str) -> Place {
        let field = field(key);
        let said = self.origins.iter().find(|(said, _)| *said == field);
        said.map_or(self.place, |(_, place)| *place)
    }

    /// Whether a row says 户编号 or the head's identity number.
    pub(super) fn has_number(&self) -> bool {
        self.facts.number.is_some() || self.shared.head_identity.is_some()
    }

    pub(super) fn was_refused(&self, key: &str) -> bool {
        self.refused.contains(&field(key))
    }

    /// Takes over what a row says of its household; it may say it again, but not otherwise. True if
    /// it said something new.
    pub(super) fn merge(
        &mut self,
        layouts: &Layouts<HouseholdRow>,
        row: &RosterRow<HouseholdRow>,
        mut differs: impl FnMut(RosterProblem),
    ) -> bool {
        let Some(layout) = layouts.at(row.place) else {
            return false;
        };
        let mut news = false;
        for index in &row.filled {
            let placed = &layout.columns[*index];
            let put = match placed.column.carry {
                Carry::Whole(carry) => carry(&mut self.facts, &row.record.household),
                Carry::Shared(carry) => carry(&mut self.shared, &row.record.shared),
                Carry::Part(_) | Carry::Nothing => continue,
            };
            match put {
                Put::New => {
                    news = true;
                    if row.place != self.place {
                        self.origins.push((field(placed.column.key), row.place));
                    }
                }
                Put::Same => {}
                Put::Differs => {
                    let first = self.origin(placed.column.key);
                    let refusal = Refusal::new(
                        "household_rows_differ",
                        words!(
                            "与同一户的单元格 {} 不一致",
                            "differs from cell {} of the same household",
                            layouts.address(first, placed.column.key, row.place.sheet)
                        ),
                        words!(
                            "同一户的各行应填写相同内容，或只在户主一行填写；如不是同一户，请核对户编号",
                            "the rows of one household should say the same, or only the row of its head says it; if they are two households, check their numbers"
                        ),
                    );
                    let problem = RosterProblem::of_file(Severity::Error, refusal);
                    differs(layout.at(problem, row.place.row, placed));
                }
            }
        }
        for key in &row.refused {
            let field = field(key);
            if !self.refused.contains(&field) {
                self.refused.push(field);
                news = true;
            }
        }
        news
    }

    /// What a member's own row remarks is said of the member, unless it is the household's remark once more.
    pub(super) fn take_remark(&self, record: &mut HouseholdRow) {
        if record.relation.is_none_or(|it| it == Relation::Head) || record.member.name.is_empty() {
            return;
        }
        if let Some(remark) = record.household.remark.take()
            && self.facts.remark.as_ref() != Some(&remark)
        {
            record.notes.push((format!("：{remark}"), false));
        }
    }

    /// Takes over what the cells of a row hold beside their values; of what is a person's, the name is
    /// said. True if there was anything.
    pub(super) fn take_notes(&mut self, record: &mut HouseholdRow) -> bool {
        let notes = std::mem::take(&mut record.notes);
        let any = !notes.is_empty();
        for (note, shared) in notes {
            let name = &record.member.name;
            let note = if shared || name.is_empty() {
                note
            } else {
                format!("{name}{note}")
            };
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        any
    }

    /// Takes over what a sheet with one row a household says of the head.
    pub(super) fn take_head(&mut self, record: &HouseholdRow) {
        let head = Member {
            relation: Relation::Head,
            ..record.member.clone()
        };
        merge(&mut self.shared.head_identity, &head.identity_number);
        self.head = Some(head);
    }

    /// A second row of the household in a sheet with one row a household.
    pub(super) fn again(&self, layouts: &Layouts<HouseholdRow>, place: Place) -> RosterProblem {
        let first = layouts.address(self.place, "number", place.sheet);
        let refusal = Refusal::new(
            "household_twice",
            words!(
                "与单元格 {first} 起的一行是同一户",
                "the same household as that of the row from cell {first} on"
            ),
            words!(
                "每户只能有一行，请合并；如不是同一户，请核对户编号和户主证件号码",
                "one row a household: join them; if they are two households, check their numbers and the identity numbers of their heads"
            ),
        );
        layouts.problem(Severity::Error, place, "number", refusal)
    }
}
