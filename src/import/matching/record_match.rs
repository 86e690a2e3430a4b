//! Which household of the file is which of the register.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::outline::Outlines;
use super::{NONE, packed, unpacked};
use crate::household::register::Register;

/// What matching knows when it asks.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub register: &'a Register,
    pub outlines: &'a Outlines,
    pub matches: &'a RecordMatches,
}

/// Who is who, both ways.
#[derive(Debug)]
pub struct RecordMatches {
    of: Vec<u32>,
    by: Vec<u32>,
}

/// How many persons the most similar household shares, and which household it is; `None` if several
/// share as many.
type Best = (usize, Option<usize>);

impl RecordMatches {
    /// A household is the same by its 户编号, else by its head, else by its members.
    pub fn of(outlines: &Outlines, register: &Register) -> Self {
        let mut matches = Self {
            of: vec![NONE; outlines.households.len()],
            by: vec![NONE; register.len()],
        };
        for (index, outline) in outlines.households.iter().enumerate() {
            matches.match_if_free(index, unpacked(outline.numbered));
        }
        for (index, outline) in outlines.households.iter().enumerate() {
            let household = unpacked(outline.head)
                .map(|head| (head, register.household_of(head)))
                .filter(|(head, household)| register.head(*household) == Some(*head))
                .map(|(_, household)| household);
            matches.match_if_free(index, household);
        }
        matches.match_by_members(outlines, register);
        matches
    }

    /// Notes that both are one household, unless one of them is matched already.
    fn match_if_free(&mut self, index: usize, household: Option<usize>) {
        if let Some(household) = household
            && self.of[index] == NONE
            && self.by[household] == NONE
        {
            self.of[index] = packed(household);
            self.by[household] = packed(index);
        }
    }

    /// A family is the same if at least half of those whom the register knows on either side are in
    /// both, and none other is so much alike.
    fn match_by_members(&mut self, outlines: &Outlines, register: &Register) {
        let mut candidates: HashMap<usize, Best> = HashMap::new();
        for index in 0..self.of.len() {
            if self.of[index] != NONE || !outlines.households[index].members_listed {
                continue;
            }
            let Some((shared, household)) = self.most_alike(index, outlines, register) else {
                continue;
            };
            match candidates.entry(household) {
                Entry::Vacant(entry) => {
                    entry.insert((shared, Some(index)));
                }
                Entry::Occupied(mut entry) => improve(entry.get_mut(), shared, index),
            }
        }
        for (household, (_, index)) in candidates {
            if let Some(index) = index {
                self.match_if_free(index, Some(household));
            }
        }
    }

    /// The household of the register, not matched yet, that is most like one of the file.
    fn most_alike(
        &self,
        index: usize,
        outlines: &Outlines,
        register: &Register,
    ) -> Option<(usize, usize)> {
        let known = outlines.persons(index).count();
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for person in outlines.persons(index) {
            *shared.entry(register.household_of(person)).or_default() += 1;
        }
        let mut best: Best = (0, None);
        for (household, shared) in shared {
            let there = register
                .persons(household)
                .filter(|person| register.is_identified(*person))
                .count();
            if self.by[household] == NONE && shared * 2 >= there && shared * 2 >= known {
                improve(&mut best, shared, household);
            }
        }
        Some((best.0, best.1?))
    }

    /// The household of the register that one of the file is.
    pub fn household_of(&self, index: usize) -> Option<usize> {
        unpacked(self.of[index])
    }

    /// The household of the file that one of the register is.
    pub fn index_of(&self, household: usize) -> Option<usize> {
        unpacked(self.by[household])
    }
}

fn improve(best: &mut Best, shared: usize, candidate: usize) {
    if shared > best.0 {
        *best = (shared, Some(candidate));
    } else if shared == best.0 {
        best.1 = None;
    }
}
