//! Many records in little memory: each is kept as its bytes, and unpacked when it is looked at.
//!
//! A county's roster of a million persons takes a gigabyte as Rust values, most of it the room that
//! empty fields and strings' allocations take; as bytes it takes a fifth.

use std::marker::PhantomData;
use std::ops::Range;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A list of records, packed.
#[derive(Debug)]
pub struct Shelf<T> {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
    holds: PhantomData<fn() -> T>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            places: Vec::new(),
            holds: PhantomData,
        }
    }
}

impl<T: Serialize + DeserializeOwned> Shelf<T> {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Adds a record; gives its index.
    pub fn push(&mut self, record: &T) -> Result<usize, postcard::Error> {
        let place = self.pack(record)?;
        self.places.push(place);
        Ok(self.places.len() - 1)
    }

    /// Puts another record in the place of one. The room of the old one is lost, so this is for the
    /// few that change.
    pub fn replace(&mut self, index: usize, record: &T) -> Result<(), postcard::Error> {
        self.places[index] = self.pack(record)?;
        Ok(())
    }

    fn pack(&mut self, record: &T) -> Result<Range<usize>, postcard::Error> {
        let start = self.bytes.len();
        self.bytes = postcard::to_extend(record, std::mem::take(&mut self.bytes))?;
        Ok(start..self.bytes.len())
    }

    /// The record at an index.
    pub fn get(&self, index: usize) -> Result<T, postcard::Error> {
        postcard::from_bytes(&self.bytes[self.places[index].clone()])
    }

    /// All records, unpacked one by one.
    pub fn iter(&self) -> impl Iterator<Item = Result<T, postcard::Error>> {
        (0..self.len()).map(|index| self.get(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::{HouseholdFacts, Member, Relation};

    #[test]
    fn what_is_put_there_comes_back() {
        let mut shelf = Shelf::default();
        let mut facts = HouseholdFacts::of("草庙镇", "前进村");
        for name in ["甲", "乙", "丙"] {
            facts.members.push(Member::of(name, Relation::Other));
            shelf.push(&facts).unwrap();
        }
        shelf.replace(1, &HouseholdFacts::of("镇", "村")).unwrap();
        let sizes: Vec<_> = shelf
            .iter()
            .map(|facts| facts.unwrap().members.len())
            .collect();
        assert_eq!(sizes, [1, 0, 3]);
        assert_eq!(shelf.get(2).unwrap(), facts);
    }
}
