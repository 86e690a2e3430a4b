//! Who is who in two lists of members of one household, such as the register's and a roster's: persons are
//! matched as persons, never by their position.
//!
//! The rule stands here once. It needs no whole records but [`PersonKey`]s, which the index of the register
//! holds, too: so the question «who would leave?» and what is then done come to the same answer.

use chrono::{Datelike, NaiveDate};

use super::model::Member;
use super::{IdentityNumber, Relation};

/// What a person is recognised by, packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonKey {
    /// Packed identity number; 0 for none.
    identity: u64,
    /// Name and birth date, see [`namesake`].
    namesake: u64,
    detail: Detail,
}

/// Name, relation to the head and whether the birth date is known, in 32 bits: so the index of the
/// register needs no more memory for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail(u32);

/// The bits of a [`Detail`] that hold the relation.
const RELATION: u32 = 0b11_1110;
/// The bit of a [`Detail`] that says that the birth date is known.
const HAS_BIRTH_DATE: u32 = 0b1;

impl Detail {
    fn of(name: &str, relation: Relation, has_birth_date: bool) -> Self {
        let name = (hash(name.as_bytes()) >> 32) as u32 & !(RELATION | HAS_BIRTH_DATE);
        let relation = ((relation as u32) << 1) & RELATION;
        Self(name | relation | u32::from(has_birth_date))
    }

    fn has_birth_date(self) -> bool {
        self.0 & HAS_BIRTH_DATE != 0
    }

    fn has_name_of(self, other: Self) -> bool {
        (self.0 ^ other.0) & !(RELATION | HAS_BIRTH_DATE) == 0
    }

    fn has_relation_of(self, other: Self) -> bool {
        (self.0 ^ other.0) & RELATION == 0
    }

    fn has_name_and_relation_of(self, other: Self) -> bool {
        (self.0 ^ other.0) & !HAS_BIRTH_DATE == 0
    }
}

/// FNV-1a. Of our own, since a question is named by it, and must have the same name after an update of the
/// program or its compiler, which the standard library's hash does not promise.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// What people of the same name and birth date have in common.
pub fn namesake(name: &str, birth_date: Option<NaiveDate>) -> u64 {
    let days = birth_date.map_or(i32::MIN, |date| date.num_days_from_ce());
    // Rotated, so that a name's hash and a day do not cancel each other out.
    hash(name.as_bytes()).rotate_left(23) ^ hash(&days.to_le_bytes())
}

impl PersonKey {
    /// The key of a person of whom this is known.
    pub fn new(
        identity: Option<&IdentityNumber>,
        name: &str,
        birth_date: Option<NaiveDate>,
        relation: Relation,
    ) -> Self {
        Self {
            identity: identity.map_or(0, IdentityNumber::packed),
            namesake: namesake(name, birth_date),
            detail: Detail::of(name, relation, birth_date.is_some()),
        }
    }

    /// The key of a member.
    pub fn of(member: &Member) -> Self {
        Self::new(
            member.identity_number.as_ref(),
            &member.name,
            member.birth_date,
            member.relation,
        )
    }

    /// The key that was taken apart.
    pub(super) fn from_parts(identity: u64, namesake: u64, detail: Detail) -> Self {
        Self {
            identity,
            namesake,
            detail,
        }
    }

    pub(super) fn detail(self) -> Detail {
        self.detail
    }

    /// Packed identity number; 0 for none.
    pub fn identity(self) -> u64 {
        self.identity
    }

    /// What the person has in common with people of the same name and birth date.
    pub fn namesake(self) -> u64 {
        self.namesake
    }

    /// Whether both have the same name, whatever else is said of them.
    pub fn has_name_of(self, other: Self) -> bool {
        self.detail.has_name_of(other.detail)
    }

    fn has_identity_of(self, other: Self) -> bool {
        self.identity != 0 && self.identity == other.identity
    }

    /// Whether both may be one person: not of two identity numbers.
    fn may_be(self, other: Self) -> bool {
        self.identity == 0 || other.identity == 0 || self.identity == other.identity
    }

    /// Whether both may be one person by their birth dates: one of them is not known, or both are the same.
    fn may_be_born_with(self, other: Self) -> bool {
        let both = self.detail.has_birth_date() && other.detail.has_birth_date();
        !both || self.namesake == other.namesake
    }
}

/// For each person of `after`, which of `before` they are: by identity number, else by name and birth date,
/// else by name and relation or by the name alone where only one on each side has it and nothing speaks
/// against it. People of two different identity numbers are never one, nor people of one name whose birth
/// dates differ: that is for people to decide.
pub fn pair(before: &[PersonKey], after: &[PersonKey]) -> Vec<Option<usize>> {
    let mut pairs = Pairs {
        before,
        after,
        found: vec![None; after.len()],
        taken: vec![false; before.len()],
    };
    pairs.each(PersonKey::has_identity_of);
    if pairs.is_complete() {
        return pairs.found;
    }
    pairs.each(|new, old| new.namesake == old.namesake && new.may_be(old));
    let may = |new: PersonKey, old| new.may_be(old) && new.may_be_born_with(old);
    pairs.single(|new, old| new.detail.has_name_and_relation_of(old.detail) && may(new, old));
    pairs.single(|new, old| new.has_name_of(old) && may(new, old));
    pairs.found
}

/// As [`pair`], of members.
pub fn pair_members(before: &[Member], after: &[Member]) -> Vec<Option<usize>> {
    let keys = |members: &[Member]| members.iter().map(PersonKey::of).collect::<Vec<_>>();
    pair(&keys(before), &keys(after))
}

/// Lets members whom nobody has named yet be who they are among those who are `known`: what an earlier
/// version kept of a household does not say.
pub fn recognise(known: &[Member], members: &mut [Member]) {
    if members.iter().all(|member| member.id.is_some()) {
        return;
    }
    let pairs = pair_members(known, members);
    for (member, pair) in members.iter_mut().zip(pairs) {
        let known = pair.and_then(|at| known.get(at));
        member.id = member.id.or_else(|| known.and_then(|known| known.id));
    }
}

/// Someone who may be a person that was not found, though not for certain: people must say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// Their place in the later list.
    pub position: usize,
    /// Whether they have the same name, so that number or birth date differ; else the name differs, too.
    pub has_same_name: bool,
}

/// Who of `after` may be the person at `position` of `before`, who is none of those that [`pair`] found: the
/// only one there who is new and has the same name, else the only one who is new in the same relation, as it
/// is where a name was corrected.
pub fn counterpart(
    before: &[PersonKey],
    after: &[PersonKey],
    pairs: &[Option<usize>],
    position: usize,
) -> Option<Counterpart> {
    let only = |alike: &dyn Fn(PersonKey) -> bool| {
        let mut gone = (0..before.len())
            .filter(|old| !pairs.contains(&Some(*old)))
            .filter(|old| alike(before[*old]));
        let mut come = (0..after.len())
            .filter(|new| pairs[*new].is_none())
            .filter(|new| alike(after[*new]));
        let found = come.next();
        found.filter(|_| come.next().is_none() && gone.nth(1).is_none())
    };
    let one = before[position];
    let named = only(&|other| other.has_name_of(one));
    let related = || only(&|other| other.detail.has_relation_of(one.detail));
    let found = named.map(|it| (it, true));
    found
        .or_else(|| related().map(|it| (it, false)))
        .map(|(position, has_same_name)| Counterpart {
            position,
            has_same_name,
        })
}

/// Pairs that are being found.
struct Pairs<'a> {
    before: &'a [PersonKey],
    after: &'a [PersonKey],
    found: Vec<Option<usize>>,
    taken: Vec<bool>,
}

impl Pairs<'_> {
    fn is_complete(&self) -> bool {
        self.found.iter().all(Option::is_some) || self.taken.iter().all(|taken| *taken)
    }

    /// Those of `before` whom nobody is yet and who are alike to this one.
    fn alike(
        &self,
        new: PersonKey,
        same: impl Fn(PersonKey, PersonKey) -> bool,
    ) -> impl Iterator<Item = usize> {
        let old = self.before.iter().enumerate();
        old.filter(move |(index, old)| !self.taken[*index] && same(new, **old))
            .map(|(index, _)| index)
    }

    fn take(&mut self, new: usize, old: usize) {
        self.found[new] = Some(old);
        self.taken[old] = true;
    }

    /// Pairs each with the first who is the same.
    fn each(&mut self, same: impl Fn(PersonKey, PersonKey) -> bool + Copy) {
        for new in 0..self.after.len() {
            if self.found[new].is_some() {
                continue;
            }
            let first = self.alike(self.after[new], same).next();
            if let Some(old) = first {
                self.take(new, old);
            }
        }
    }

    /// Pairs those who are the same as one other only, on both sides.
    fn single(&mut self, same: impl Fn(PersonKey, PersonKey) -> bool + Copy) {
        let mut pairs = Vec::new();
        for new in (0..self.after.len()).filter(|new| self.found[*new].is_none()) {
            let mut alike = self.alike(self.after[new], same);
            if let (Some(old), None) = (alike.next(), alike.next()) {
                pairs.push((new, old));
            }
        }
        for (new, old) in &pairs {
            if pairs.iter().filter(|(_, other)| other == old).count() == 1 {
                self.take(*new, *old);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, relation: Relation, born: i32, serial: u32) -> Member {
        let body = format!("320999{born}0101{serial:03}");
        Member {
            birth_date: NaiveDate::from_ymd_opt(born, 1, 1).filter(|_| born > 0),
            identity_number: (serial > 0).then(|| IdentityNumber::from_body(&body).unwrap()),
            ..Member::of(name, relation)
        }
    }

    #[test]
    fn persons_are_known_by_number_then_by_name_and_birth_then_by_what_is_certain() {
        let wife = member("孙巧云", Relation::Spouse, 1970, 22);
        let son = member("王小明", Relation::Son, 2001, 0);
        let before = [member("王大山", Relation::Head, 1968, 11), wife, son];
        let of = |after: &[Member]| pair_members(&before, after);
        // Another order and another name of the same number.
        let renamed = member("孙巧芸", Relation::Spouse, 1970, 22);
        assert_eq!(of(&[renamed, before[0].clone()]), [Some(1), Some(0)]);
        // Who has no number yet is known by name and birth date.
        let numbered = member("王小明", Relation::Other, 2001, 33);
        assert_eq!(of(&[numbered]), [Some(2)]);
        // No birth date: by name and relation, or by the only name.
        assert_eq!(of(&[member("王小明", Relation::Son, 0, 0)]), [Some(2)]);
        assert_eq!(of(&[member("孙巧云", Relation::Other, 0, 0)]), [Some(1)]);
    }

    #[test]
    fn who_may_be_another_is_another() {
        let before = [
            member("王大山", Relation::Head, 1968, 11),
            member("王小明", Relation::Son, 2001, 0),
        ];
        let of = |after: Member| pair_members(&before, &[after]);
        // Another birth date, another number, another name.
        assert_eq!(of(member("王小明", Relation::Son, 2010, 0)), [None]);
        assert_eq!(of(member("王大山", Relation::Head, 1968, 13)), [None]);
        assert_eq!(of(member("陈小宝", Relation::Son, 2001, 0)), [None]);
        // Two of one name: which of them is not known.
        let two = [
            member("王小明", Relation::Son, 0, 0),
            member("王小明", Relation::Grandson, 0, 0),
        ];
        assert_eq!(pair_members(&before, &two), [Some(1), None]);
        let two = [
            member("王小明", Relation::Other, 0, 0),
            member("王小明", Relation::Grandson, 0, 0),
        ];
        assert_eq!(pair_members(&before, &two), [None, None]);
    }

    #[test]
    fn a_name_of_a_person_stays_the_same_in_every_version() {
        // Questions that were answered are known by it.
        let birth = NaiveDate::from_ymd_opt(1970, 1, 1);
        assert_eq!(namesake("王大山", birth), namesake("王大山", birth));
        assert_ne!(namesake("王大山", birth), namesake("王大山", None));
        assert_eq!(hash(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
