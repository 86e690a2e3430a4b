//! A compact index of the whole register, to match a roster against: who is in which household, and
//! how each is found.
//!
//! A million persons take a gigabyte as records and some sixty megabytes here: identity numbers are
//! packed into 64 bits, names are hashed, texts share one string, and what is sought is found by
//! binary search in lists of indexes.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::naming::named;
pub use super::person_match::namesake;
use super::person_match::{Detail, PersonKey};
use super::{IdentityNumber, PovertyStatus, Relation};
use crate::problem::Text;

/// Stands for «no index».
const NONE: u32 = u32::MAX;

/// A household of the register, as it is read to be indexed.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    pub(crate) id: Uuid,
    /// Counts its changes.
    pub version: i64,
    /// 户编号.
    pub number: Option<&'a str>,
    /// 镇.
    pub town: &'a str,
    /// 村.
    pub village: &'a str,
    /// 户主姓名.
    pub head_name: &'a str,
    /// Whether it is closed: its number is still its own, and nobody is in it.
    pub closed: bool,
    /// 脱贫属性.
    pub status: PovertyStatus,
    /// 脱贫年度.
    pub lifted_year: Option<i64>,
}

/// A member of a household, as it is read to be indexed.
#[derive(Clone, Debug)]
pub struct ListedMember<'a> {
    /// 证件号码.
    pub identity_number: Option<&'a IdentityNumber>,
    /// 姓名.
    pub name: &'a str,
    /// 出生日期.
    pub birth_date: Option<NaiveDate>,
    /// 与户主关系.
    pub relation: Relation,
}

#[derive(Clone, Copy, Debug)]
struct IndexedHousehold {
    id: Uuid,
    version: i64,
    /// Where its number begins in the texts; the head's name follows it.
    text: u32,
    number_length: u16,
    head_length: u16,
    area: u32,
    /// Its first person.
    first: u32,
    head: u32,
    closed: bool,
    status: PovertyStatus,
    lifted_year: Option<i16>,
}

#[derive(Clone, Copy, Debug)]
struct IndexedPerson {
    // The parts of a `PersonKey`, and not one: with its padding each person would take a third more.
    identity: u64,
    namesake: u64,
    detail: Detail,
    household: u32,
}

/// The register, indexed. Households and persons are known by their index in it, from 0.
#[derive(Debug, Default)]
pub struct Register {
    households: Vec<IndexedHousehold>,
    persons: Vec<IndexedPerson>,
    texts: String,
    areas: Vec<(String, String)>,
    by_area: HashMap<(String, String), u32>,
    by_number: Vec<u32>,
    by_identity: Vec<u32>,
    by_namesake: Vec<u32>,
}

impl Register {
    /// An empty index with memory for so many.
    pub fn with_capacity(households: usize, persons: usize) -> Self {
        Self {
            households: Vec::with_capacity(households),
            persons: Vec::with_capacity(persons),
            ..Self::default()
        }
    }

    /// Adds a household; all are added in the order of their ids, and then their members in the same
    /// order.
    pub fn add(&mut self, household: &Listed<'_>) {
        let number = household.number.unwrap_or_default();
        let area = self.area(household.town, household.village);
        self.households.push(IndexedHousehold {
            id: household.id,
            version: household.version,
            text: index_of(self.texts.len()),
            number_length: length(number),
            head_length: length(household.head_name),
            area,
            first: NONE,
            head: NONE,
            closed: household.closed,
            status: household.status,
            lifted_year: household
                .lifted_year
                .and_then(|year| i16::try_from(year).ok()),
        });
        self.texts.push_str(number);
        self.texts.push_str(household.head_name);
    }

    /// Adds a member to a household that was added before, in the same order as the households.
    pub fn add_member(&mut self, household_id: Uuid, member: &ListedMember<'_>) {
        // The members of a household come one after the other: the one before was of the same
        // household, or of one before it.
        let start = self
            .persons
            .last()
            .map_or(0, |person| person.household as usize);
        let Some(offset) = self.households[start..]
            .iter()
            .position(|entry| entry.id == household_id)
        else {
            return;
        };
        let household = index_of(start + offset);
        let entry = &mut self.households[start + offset];
        let person = index_of(self.persons.len());
        if entry.first == NONE {
            entry.first = person;
        }
        if member.relation == Relation::Head && entry.head == NONE {
            entry.head = person;
        }
        let key = PersonKey::new(
            member.identity_number,
            member.name,
            member.birth_date,
            member.relation,
        );
        self.persons.push(IndexedPerson {
            identity: key.identity(),
            namesake: key.namesake(),
            detail: key.detail(),
            household,
        });
    }

    /// Sorts the lists for searching; to be called once, when all is added.
    #[must_use]
    pub fn indexed(mut self) -> Self {
        let mut next = index_of(self.persons.len());
        for entry in self.households.iter_mut().rev() {
            if entry.first == NONE {
                entry.first = next;
            }
            next = entry.first;
        }
        let households = 0..index_of(self.households.len());
        let persons = 0..index_of(self.persons.len());
        self.by_number = households
            .filter(|index| self.households[*index as usize].number_length > 0)
            .collect();
        let mut by_number = std::mem::take(&mut self.by_number);
        by_number.sort_unstable_by_key(|index| self.number(*index as usize));
        self.by_number = by_number;
        self.by_identity = persons
            .clone()
            .filter(|index| self.persons[*index as usize].identity > 0)
            .collect();
        self.by_identity
            .sort_unstable_by_key(|index| self.persons[*index as usize].identity);
        self.by_namesake = persons.collect();
        self.by_namesake
            .sort_unstable_by_key(|index| self.persons[*index as usize].namesake);
        self
    }

    fn area(&mut self, town: &str, village: &str) -> u32 {
        let key = (town.to_owned(), village.to_owned());
        let next = index_of(self.areas.len());
        *self.by_area.entry(key).or_insert_with_key(|key| {
            self.areas.push(key.clone());
            next
        })
    }

    /// Number of households, closed ones among them.
    pub fn len(&self) -> usize {
        self.households.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.households.is_empty()
    }

    pub(crate) fn person_count(&self) -> usize {
        self.persons.len()
    }

    /// The position of the household with this 户编号, closed or not.
    pub fn find_number(&self, number: &str) -> Option<usize> {
        let found = self
            .by_number
            .binary_search_by_key(&Some(number), |index| self.number(*index as usize))
            .ok()?;
        Some(self.by_number[found] as usize)
    }

    /// The position of the person with this identity number.
    pub fn find_person(&self, identity: &IdentityNumber) -> Option<usize> {
        let found = self
            .by_identity
            .binary_search_by_key(&identity.packed(), |index| {
                self.persons[*index as usize].identity
            })
            .ok()?;
        Some(self.by_identity[found] as usize)
    }

    /// The persons of this name and birth date, see [`namesake`].
    pub fn namesakes(&self, namesake: u64) -> impl Iterator<Item = usize> {
        let of = |index: u32| self.persons[index as usize].namesake;
        let first = self
            .by_namesake
            .partition_point(|index| of(*index) < namesake);
        self.by_namesake[first..]
            .iter()
            .copied()
            .take_while(move |index| of(*index) == namesake)
            .map(|index| index as usize)
    }

    /// The number of a village; `None` if the register has no household in it.
    pub fn find_area(&self, town: &str, village: &str) -> Option<u32> {
        self.by_area
            .get(&(town.to_owned(), village.to_owned()))
            .copied()
    }

    /// Number of villages.
    pub fn area_count(&self) -> usize {
        self.areas.len()
    }

    /// The names of a village: its town's and its own.
    pub fn area_name(&self, area: u32) -> (&str, &str) {
        let (town, village) = &self.areas[area as usize];
        (town, village)
    }

    /// How many open households each village has.
    pub fn open_by_area(&self) -> Vec<usize> {
        let mut open = vec![0; self.areas.len()];
        for household in self.households.iter().filter(|it| !it.closed) {
            open[household.area as usize] += 1;
        }
        open
    }

    /// The village of a household.
    pub fn area_of(&self, household: usize) -> u32 {
        self.households[household].area
    }

    pub(crate) fn id(&self, household: usize) -> Uuid {
        self.households[household].id
    }

    pub(crate) fn version(&self, household: usize) -> i64 {
        self.households[household].version
    }

    pub(crate) fn is_closed(&self, household: usize) -> bool {
        self.households[household].closed
    }

    pub(crate) fn status(&self, household: usize) -> PovertyStatus {
        self.households[household].status
    }

    pub(crate) fn lifted_year(&self, household: usize) -> Option<i64> {
        self.households[household].lifted_year.map(i64::from)
    }

    /// 户编号 of a household.
    pub fn number(&self, household: usize) -> Option<&str> {
        let entry = &self.households[household];
        let start = entry.text as usize;
        let number = &self.texts[start..start + usize::from(entry.number_length)];
        Some(number).filter(|number| !number.is_empty())
    }

    pub(crate) fn head_name(&self, household: usize) -> &str {
        let entry = &self.households[household];
        let start = entry.text as usize + usize::from(entry.number_length);
        &self.texts[start..start + usize::from(entry.head_length)]
    }

    /// The position of a household's head; `None` for one that is closed.
    pub fn head(&self, household: usize) -> Option<usize> {
        let head = self.households[household].head;
        (head != NONE).then_some(head as usize)
    }

    /// The positions of a household's persons, who are neighbours in the list.
    pub fn persons(&self, household: usize) -> std::ops::Range<usize> {
        let first = self.households[household].first as usize;
        let end = self
            .households
            .get(household + 1)
            .map_or(self.persons.len(), |next| next.first as usize);
        first..end
    }

    pub(crate) fn household_of(&self, person: usize) -> usize {
        self.persons[person].household as usize
    }

    /// Whether a person's identity number is known.
    pub fn is_identified(&self, person: usize) -> bool {
        self.persons[person].identity > 0
    }

    pub(crate) fn identity(&self, person: usize) -> Option<IdentityNumber> {
        let packed = self.persons[person].identity;
        (packed > 0)
            .then(|| IdentityNumber::unpacked(packed).ok())
            .flatten()
    }

    /// What a person is recognised by among others of their household.
    pub fn key(&self, person: usize) -> PersonKey {
        let person = &self.persons[person];
        PersonKey::from_parts(person.identity, person.namesake, person.detail)
    }

    /// What a person has in common with people of the same name and birth date.
    pub fn namesake_of(&self, person: usize) -> u64 {
        self.persons[person].namesake
    }

    /// How people find a household.
    pub fn named(&self, household: usize) -> Text {
        let (town, village) = self.place_of(household);
        named(
            town,
            village,
            self.head_name(household),
            self.number(household),
        )
    }

    /// Town and village of a household.
    pub fn place_of(&self, household: usize) -> (&str, &str) {
        let (town, village) = &self.areas[self.area_of(household) as usize];
        (town, village)
    }

    /// Bytes that it holds.
    pub fn bytes(&self) -> usize {
        let indexes = self.by_number.capacity() + self.by_identity.capacity();
        self.households.capacity() * size_of::<IndexedHousehold>()
            + self.persons.capacity() * size_of::<IndexedPerson>()
            + (indexes + self.by_namesake.capacity()) * size_of::<u32>()
            + self.texts.capacity()
    }
}

/// An index in 32 bits: no list of the register comes near 2³² records.
fn index_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}

fn length(text: &str) -> u16 {
    u16::try_from(text.len()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(id: u128, number: Option<&'static str>, village: &'static str) -> Listed<'static> {
        Listed {
            id: Uuid::from_u128(id),
            version: 1,
            number,
            town: "草庙镇",
            village,
            head_name: "示例甲",
            closed: false,
            status: PovertyStatus::Poor,
            lifted_year: None,
        }
    }

    fn identity(serial: u32) -> IdentityNumber {
        IdentityNumber::from_body(&format!("32099919700101{serial:03}")).unwrap()
    }

    #[test]
    fn all_is_found_again() {
        let mut register = Register::default();
        let first = Uuid::from_u128(1);
        let born = NaiveDate::from_ymd_opt(1970, 1, 1);
        let ids: Vec<_> = (1..=3).map(identity).collect();
        let member = |identity_number, relation| ListedMember {
            identity_number,
            name: "示例甲",
            birth_date: born,
            relation,
        };
        register.add(&listed(1, Some("B2"), "前进村"));
        register.add(&listed(2, None, "红旗村"));
        register.add(&listed(3, Some("A1"), "前进村"));
        register.add_member(first, &member(Some(&ids[2]), Relation::Spouse));
        register.add_member(first, &member(Some(&ids[0]), Relation::Head));
        register.add_member(Uuid::from_u128(3), &member(None, Relation::Head));
        let register = register.indexed();
        assert_eq!(register.find_number("A1"), Some(2));
        assert_eq!(register.find_number("B2"), Some(0));
        assert_eq!(register.find_number(""), None);
        assert_eq!(register.find_number("C"), None);
        let found = register.find_person(&ids[2]).unwrap();
        assert_eq!((found, register.household_of(found)), (0, 0));
        assert_eq!(register.identity(found).as_ref(), Some(&ids[2]));
        assert_eq!(register.find_person(&ids[1]), None);
        assert_eq!(register.head(0), Some(1));
        assert_eq!(register.head(1), None);
        assert_eq!(register.persons(0), 0..2);
        assert_eq!(register.persons(1), 2..2);
        let mut namesakes: Vec<_> = register.namesakes(namesake("示例甲", born)).collect();
        namesakes.sort_unstable();
        assert_eq!(namesakes, [0, 1, 2]);
        assert_eq!(register.namesakes(namesake("示例甲", None)).count(), 0);
        assert_eq!(register.area_of(0), register.area_of(2));
        assert_ne!(register.area_of(0), register.area_of(1));
        let of_both = |zh, en| Text::new(zh, en);
        assert_eq!(
            register.named(0),
            of_both(
                "草庙镇前进村示例甲户（户编号 B2）",
                "草庙镇前进村 示例甲 B2"
            )
        );
        assert_eq!(
            register.named(1),
            of_both("草庙镇红旗村示例甲户", "草庙镇红旗村 示例甲")
        );
    }

    #[test]
    fn a_million_persons_take_less_than_120_mib() {
        let mut register = Register::with_capacity(333_334, 1_000_000);
        for household in 0..333_334_u32 {
            let number = format!("3209990010020{household:07}");
            register.add(&Listed {
                number: Some(&number),
                ..listed(u128::from(household), None, "前进村")
            });
        }
        for household in 0..333_334_u32 {
            for person in 0..3 {
                let serial = household * 3 + person;
                let body = format!(
                    "320999{:04}{:02}{:02}{:03}",
                    1900 + serial / 1000 % 100,
                    1 + serial / 100_000 % 12,
                    1 + serial % 28,
                    serial % 1000
                );
                register.add_member(
                    Uuid::from_u128(household.into()),
                    &ListedMember {
                        identity_number: Some(&IdentityNumber::from_body(&body).unwrap()),
                        name: "示例乙",
                        birth_date: None,
                        relation: Relation::Other,
                    },
                );
            }
        }
        let register = register.indexed();
        assert!(register.bytes() < 120 << 20, "{}", register.bytes());
    }
}
