//! What matching remembers of each household of the file.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::departed::DepartedIndex;
use super::places::PlaceNames;
use super::{NONE, packed, unpacked};
use crate::household::register::{Register, namesake};
use crate::household::{IdentityNumber, Member, PovertyStatus, Relation};
use crate::roster::grouping::{HouseholdRoster, ReadHousehold, StatusDetail};

/// A household of the file. Places are those of the register.
#[derive(Clone, Copy, Debug)]
pub struct Outline {
    /// The household of the register that has its number; [`NONE`] for none.
    pub numbered: u32,
    /// Its head on the register, though the rows may only name them; [`NONE`] for a head who is not there.
    pub head: u32,
    /// Packed identity number of its head; 0 for none.
    pub head_identity: u64,
    /// Hash of its head's name; 0 if it has no head.
    pub head_name: u64,
    /// Which village of the file it is in; [`NONE`] for none.
    area: u32,
    /// Its first person in [`Outlines`].
    first: u32,
    pub has_number: bool,
    pub has_identities: bool,
    pub members_listed: bool,
    pub has_errors: bool,
    /// Whether the register has to say something of it.
    pub is_incomplete: bool,
    /// Whether it says that it is not lifted.
    pub says_poor: bool,
    /// Whether what it says of the year of its lift is wrong unless the register says more.
    pub has_year_doubt: bool,
}

impl Outline {
    /// Which village of the file it is in.
    pub fn area(&self) -> Option<usize> {
        unpacked(self.area)
    }

    /// It is matched by now: who its head is is no matter any more.
    pub fn forget_head(&mut self) {
        (self.head, self.head_identity, self.head_name) = (NONE, 0, 0);
    }
}

/// A person of the file whom the register does not have, and one who left it who may be the same.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    pub household: u32,
    pub member: u32,
    pub departed: u32,
    /// By identity number; else by name and birth date.
    pub is_identified: bool,
    pub is_head: bool,
}

/// A person of the file and one of the register of the same name, birth date and village, of whom
/// one has no identity number.
#[derive(Clone, Copy, Debug)]
pub struct Twins {
    pub household: u32,
    pub member: u32,
    pub person: u32,
}

/// The file, outlined.
#[derive(Debug, Default)]
pub struct Outlines {
    pub households: Vec<Outline>,
    /// The persons of the register that the file names, household by household.
    persons: Vec<u32>,
    /// For each person of the register, whether the file names them.
    seen: Vec<bool>,
    /// For each village of the register, whether the file has a household in it.
    pub areas: Vec<bool>,
    pub twins: Vec<Twins>,
    pub candidates: Vec<Candidate>,
}

/// Never 0, which stands for «no name».
pub fn name_hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish().max(1)
}

/// Whether a household of the file says that it is not lifted, and does not merely say nothing of it.
pub fn says_poor(given: &ReadHousehold) -> bool {
    given.facts.status == PovertyStatus::Poor && given.status_detail != StatusDetail::Nothing
}

impl Outlines {
    /// Looks at each household of the file once.
    pub fn of(
        roster: &HouseholdRoster,
        names: &PlaceNames,
        register: &Register,
        departed: &DepartedIndex,
    ) -> Result<Self, postcard::Error> {
        let mut outlines = Self {
            households: Vec::with_capacity(roster.households.len()),
            persons: Vec::new(),
            seen: vec![false; register.person_count()],
            areas: vec![false; register.area_count()],
            twins: Vec::new(),
            candidates: Vec::new(),
        };
        for index in 0..roster.households.len() {
            let mut given = roster.households.get(index)?;
            let area = names.read(&mut given.facts);
            if !departed.is_empty() {
                outlines.look_for_departed(&given, register, departed);
            }
            outlines.add(&given, area, register);
        }
        Ok(outlines)
    }

    fn add(&mut self, given: &ReadHousehold, in_file: Option<usize>, register: &Register) {
        let facts = &given.facts;
        let head = facts.head();
        let identity = head.and_then(|head| head.identity_number.as_ref());
        let area = register.find_area(&facts.town, &facts.village);
        let number = facts.number.as_deref();
        let place = |found: Option<usize>| found.map_or(NONE, packed);
        // Rows without a head may say by their number who it is.
        let said_head = given.said_head.as_ref().and_then(|it| it.identity.as_ref());
        let outline = Outline {
            numbered: place(number.and_then(|number| register.find_number(number))),
            head: place(
                identity
                    .or(said_head)
                    .and_then(|it| register.find_person(it)),
            ),
            head_identity: identity.map_or(0, IdentityNumber::packed),
            head_name: head.map_or(0, |head| name_hash(&head.name)),
            area: in_file.map_or(NONE, packed),
            first: packed(self.persons.len()),
            has_number: number.is_some(),
            has_identities: facts
                .members
                .iter()
                .any(|member| member.identity_number.is_some()),
            members_listed: given.members_listed,
            has_errors: given.has_errors,
            is_incomplete: given.unsaid.any(),
            says_poor: says_poor(given),
            has_year_doubt: given.year_doubt.is_some(),
        };
        if let Some(area) = area {
            self.areas[area as usize] = true;
        }
        for (position, member) in facts.members.iter().enumerate() {
            let identity = member.identity_number.as_ref();
            let person = identity.and_then(|identity| register.find_person(identity));
            if let Some(person) = person {
                self.persons.push(packed(person));
                self.seen[person] = true;
                continue;
            }
            if area.is_none() || member.birth_date.is_none() {
                continue;
            }
            let twins = register
                .namesakes(namesake(&member.name, member.birth_date))
                .filter(|twin| identity.is_none() || !register.is_identified(*twin))
                .filter(|twin| Some(register.area_of(register.household_of(*twin))) == area)
                .map(|twin| Twins {
                    household: packed(self.households.len()),
                    member: packed(position),
                    person: packed(twin),
                });
            self.twins.extend(twins);
        }
        self.households.push(outline);
    }

    /// Looks for those who have left in the household that is added next.
    fn look_for_departed(
        &mut self,
        given: &ReadHousehold,
        register: &Register,
        departed: &DepartedIndex,
    ) {
        let household = packed(self.households.len());
        for (position, member) in given.facts.members.iter().enumerate() {
            let identity = member.identity_number.as_ref();
            if identity.is_some_and(|it| register.find_person(it).is_some()) {
                continue;
            }
            let candidate = |found, is_identified| Candidate {
                household,
                member: packed(position),
                departed: packed(found),
                is_identified,
                is_head: member.relation == Relation::Head,
            };
            if let Some(found) = departed.identified(member) {
                self.candidates.push(candidate(found, true));
            } else {
                let found = departed.namesakes(member);
                self.candidates.extend(found.map(|it| candidate(it, false)));
            }
        }
    }

    /// Forgets rows of a household that have been left out; `given` is what is left of it.
    pub fn take_out(&mut self, household: usize, rows: &BTreeSet<usize>, given: &ReadHousehold) {
        let outline = &mut self.households[household];
        if given.head_left_out {
            outline.forget_head();
        }
        outline.is_incomplete = given.unsaid.any();
        let is_identified = |member: &Member| member.identity_number.is_some();
        outline.has_identities = given.facts.members.iter().any(is_identified);
        let is_here = |twins: &Twins| twins.household as usize == household;
        self.twins
            .retain(|it| !is_here(it) || !rows.contains(&(it.member as usize)));
        for twins in self.twins.iter_mut().filter(|it| is_here(it)) {
            let before = rows.range(..twins.member as usize).count();
            twins.member -= packed(before);
        }
    }

    /// The persons of the register whom a household of the file names.
    pub fn persons(&self, household: usize) -> impl Iterator<Item = usize> + Clone {
        let end = self
            .households
            .get(household + 1)
            .map_or(self.persons.len(), |next| next.first as usize);
        self.persons[self.households[household].first as usize..end]
            .iter()
            .copied()
            .filter_map(unpacked)
    }

    /// Whether the file names a person of the register.
    pub fn names(&self, person: usize) -> bool {
        self.seen[person]
    }
}
