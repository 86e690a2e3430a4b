//! 序号 that counts households: where nothing but the order of the rows says who belongs together, it tells where
//! a household begins.

use crate::household::Relation;
use crate::roster::household::HouseholdRow;
use crate::roster::report::Place;
use crate::roster::sheet::RosterRow;

/// By so many more than half of the rows are members with a number of their own where 序号 counts persons.
const MANY: usize = 1_000;

/// A member under another number than the household above.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suspect {
    pub(super) place: Place,
    /// The household above, which the order makes theirs.
    pub(super) household: u32,
    /// The household below under the same number, which may be theirs as well as one without a head.
    pub(super) next: Option<u32>,
}

/// The numbers of the rows, of which those without a 户编号 belong to a household by their order alone.
#[derive(Default)]
pub(super) struct Serials {
    last: Option<String>,
    rows: usize,
    heads: usize,
    numbers: usize,
    /// Members under another number than the row above.
    begun: usize,
    suspects: Vec<Suspect>,
    /// Whether the number of the last suspect may go on.
    goes_on: bool,
}

impl Serials {
    /// `is_adjacent` says whether nothing but the order says to which household the row belongs.
    pub(super) fn notice(
        &mut self,
        row: &RosterRow<HouseholdRow>,
        household: u32,
        is_adjacent: bool,
    ) {
        let is_head = row.record.relation == Some(Relation::Head);
        self.rows += 1;
        self.heads += usize::from(is_head);
        let begins = row.serial.is_some() && row.serial != self.last;
        if begins {
            self.numbers += 1;
            self.begun += usize::from(!is_head);
            self.last.clone_from(&row.serial);
        }
        match (begins, is_head) {
            (true, false) if is_adjacent && self.begun < self.rows / 2 + MANY => {
                self.suspects.push(Suspect {
                    place: row.place,
                    household,
                    next: None,
                });
                self.goes_on = true;
            }
            (false, true) if self.goes_on => {
                if let Some(suspect) = self.suspects.last_mut() {
                    suspect.next = Some(household);
                }
                self.goes_on = false;
            }
            (true, _) => self.goes_on = false,
            (false, _) => {}
        }
    }

    /// Who stands under another number than the household above, if the numbers count households, and not
    /// persons: there are as many numbers as heads, or most members have the number of the row above.
    pub(super) fn suspects(self) -> Vec<Suspect> {
        let members = self.rows - self.heads;
        let of_heads = self.numbers == self.heads;
        let count_households = self.rows > self.heads && (of_heads || 2 * self.begun <= members);
        if count_households {
            self.suspects
        } else {
            Vec::new()
        }
    }
}
