//! Those who have left the register by earlier imports.

use std::collections::HashMap;

use crate::household::Member;
use crate::household::person_match::PersonKey;
use crate::household::staging::Departed;

/// Those who have left, to be found by what a file says of a person.
#[derive(Debug, Default)]
pub struct DepartedIndex {
    all: Vec<Departed>,
    by_identity: HashMap<u64, usize>,
    by_namesake: HashMap<u64, Vec<usize>>,
}

impl DepartedIndex {
    /// Those who left, in the order in which they did: of one who left twice the last time counts.
    pub fn of(all: Vec<Departed>) -> Self {
        let mut index = Self::default();
        for (at, departed) in all.iter().enumerate() {
            let key = PersonKey::of(&departed.member);
            if key.identity() != 0 {
                index.by_identity.insert(key.identity(), at);
            }
            let namesakes = index.by_namesake.entry(key.namesake());
            namesakes.or_default().push(at);
        }
        index.all = all;
        index
    }

    /// One of them.
    pub fn get(&self, at: u32) -> &Departed {
        &self.all[at as usize]
    }

    /// Whether nobody has left.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Who of them a person of the file is by identity number.
    pub fn identified(&self, member: &Member) -> Option<usize> {
        let identity = member.identity_number.as_ref()?.packed();
        self.by_identity.get(&identity).copied()
    }

    /// Who of them a person of the file may be by name and birth date, where one of the two has no identity number.
    pub fn namesakes(&self, member: &Member) -> impl Iterator<Item = usize> {
        let key = PersonKey::of(member);
        let found = self.by_namesake.get(&key.namesake());
        let found = found.into_iter().flatten().copied();
        found
            .filter(move |at| key.identity() == 0 || self.all[*at].member.identity_number.is_none())
    }
}
