//! Rows without 户编号 (or the head's identity number) in a roster that has it on the rows of members: they come
//! to no household above them. Where only the heads have it, the order of the rows says who belongs to them.

use crate::household::Relation;
use crate::roster::household::HouseholdRow;
use crate::roster::report::Place;
use crate::roster::sheet::RosterRow;

/// So many households may have it on the head's row alone where the roster has it on all rows.
const FEW: usize = 2;
/// Else there are so many times as many that have it on their members' rows.
const TIMES: usize = 4;
/// So many households with it on the head's row alone are remembered.
const MOST: usize = 1_000;

/// The household of the last row.
#[derive(Default)]
struct Current {
    household: u32,
    /// Members whose rows have the number.
    numbered: usize,
    /// The first row without, since the last one with it.
    bare: Option<Place>,
}

/// Rows without a number that only their order puts into a household that has one.
#[derive(Default)]
pub(super) struct BareRows {
    current: Option<Current>,
    /// In households whose other members have the number.
    certain: Vec<(Place, u32)>,
    /// In households of which only the head has it.
    likely: Vec<(Place, u32)>,
    /// Households of which only the head has it, and those whose members have it.
    head_only: usize,
    whole: usize,
}

impl BareRows {
    /// `is_bare` says whether the row has no number, `is_known` whether its household has one.
    pub(super) fn notice(
        &mut self,
        row: &RosterRow<HouseholdRow>,
        household: u32,
        (is_bare, is_known): (bool, bool),
    ) {
        if self
            .current
            .as_ref()
            .is_none_or(|it| it.household != household)
        {
            self.settle();
            self.current = is_known.then(|| Current {
                household,
                ..Current::default()
            });
        }
        let is_head = row.record.relation == Some(Relation::Head);
        let Some(current) = self.current.as_mut().filter(|_| !is_head) else {
            return;
        };
        if is_bare {
            current.bare.get_or_insert(row.place);
        } else {
            // What stands between two rows of a household is its.
            current.bare = None;
            current.numbered += 1;
        }
    }

    fn settle(&mut self) {
        let Some(current) = self.current.take() else {
            return;
        };
        let found = current.bare.map(|place| (place, current.household));
        match (found, current.numbered) {
            (Some(found), 1..) => self.certain.push(found),
            (Some(found), 0) => {
                self.head_only += 1;
                if self.likely.len() < MOST {
                    self.likely.push(found);
                }
            }
            (None, 1..) => self.whole += 1,
            (None, 0) => {}
        }
    }

    /// The first such row of each household, with the household above.
    pub(super) fn found(mut self) -> Vec<(Place, u32)> {
        self.settle();
        let mut found = self.certain;
        let numbers_members = self.whole + found.len() > 0;
        let is_few = self.head_only <= FEW || self.whole >= TIMES * self.head_only;
        if numbers_members && is_few {
            found.append(&mut self.likely);
        }
        found
    }
}
