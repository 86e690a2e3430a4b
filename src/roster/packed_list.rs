//! Many records in little memory: each is kept serialised, and decoded when it is used.
//!
//! A county's roster of a million persons takes a gigabyte as Rust values, most of it the room that
//! empty fields and strings' allocations take; as bytes it takes a fifth.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes that are set aside, and given back, at a time.
const CHUNK: usize = 1 << 20;

/// A list of records, packed.
#[derive(Clone, Debug)]
pub struct PackedList<T> {
    chunks: Vec<Chunk>,
    spans: Vec<Span>,
    /// The record that is being packed: its memory is used again.
    packed: Vec<u8>,
    holds: PhantomData<fn() -> T>,
}

#[derive(Clone, Debug, Default)]
struct Chunk {
    bytes: Vec<u8>,
    /// Records in it that are still needed; without any its memory is given back.
    live: u32,
}

/// Where a record is.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    chunk: u32,
    start: u32,
    length: u32,
}

impl<T> Default for PackedList<T> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            spans: Vec::new(),
            packed: Vec::new(),
            holds: PhantomData,
        }
    }
}

impl<T: Serialize + DeserializeOwned> PackedList<T> {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Adds a record; gives its index.
    pub fn push(&mut self, record: &T) -> Result<usize, postcard::Error> {
        let span = self.pack(record)?;
        self.spans.push(span);
        Ok(self.spans.len() - 1)
    }

    /// Puts another record in the place of one.
    pub fn replace(&mut self, index: usize, record: &T) -> Result<(), postcard::Error> {
        let span = self.pack(record)?;
        self.release(index);
        self.spans[index] = span;
        Ok(())
    }

    /// The record at an index.
    pub fn get(&self, index: usize) -> Result<T, postcard::Error> {
        let span = self.spans[index];
        let start = span.start as usize;
        let bytes = &self.chunks[span.chunk as usize].bytes;
        postcard::from_bytes(
            bytes
                .get(start..start + span.length as usize)
                .unwrap_or(&[]),
        )
    }

    /// The record at an index, for the last time: its memory is given back as soon as its neighbours
    /// have been taken, too.
    pub fn take(&mut self, index: usize) -> Result<T, postcard::Error> {
        let record = self.get(index)?;
        self.release(index);
        self.spans[index] = Span::default();
        Ok(record)
    }

    /// All records, unpacked one by one.
    pub fn iter(&self) -> impl Iterator<Item = Result<T, postcard::Error>> {
        (0..self.len()).map(|index| self.get(index))
    }

    fn pack(&mut self, record: &T) -> Result<Span, postcard::Error> {
        self.packed.clear();
        self.packed = postcard::to_extend(record, std::mem::take(&mut self.packed))?;
        let fits = |chunk: &Chunk| chunk.bytes.len() + self.packed.len() <= CHUNK;
        if !self.chunks.last().is_some_and(fits) {
            self.chunks.push(Chunk {
                bytes: Vec::with_capacity(CHUNK.max(self.packed.len())),
                live: 0,
            });
        }
        let index = self.chunks.len() - 1;
        let chunk = &mut self.chunks[index];
        let number =
            |size: usize| u32::try_from(size).map_err(|_| postcard::Error::SerializeBufferFull);
        let span = Span {
            chunk: number(index)?,
            start: number(chunk.bytes.len())?,
            length: number(self.packed.len())?,
        };
        chunk.bytes.extend_from_slice(&self.packed);
        chunk.live += 1;
        Ok(span)
    }

    /// Gives up the room of a record.
    fn release(&mut self, index: usize) {
        let span = self.spans[index];
        if span.length == 0 {
            return;
        }
        let chunk = &mut self.chunks[span.chunk as usize];
        chunk.live -= 1;
        if chunk.live == 0 {
            chunk.bytes = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::{HouseholdFacts, Member, Relation};

    #[test]
    fn what_is_put_there_comes_back() {
        let mut packed_list = PackedList::default();
        let mut facts = HouseholdFacts::of("草庙镇", "前进村");
        for name in ["甲", "乙", "丙"] {
            facts.members.push(Member::of(name, Relation::Other));
            packed_list.push(&facts).unwrap();
        }
        packed_list
            .replace(1, &HouseholdFacts::of("镇", "村"))
            .unwrap();
        let sizes: Vec<_> = packed_list
            .iter()
            .map(|facts| facts.unwrap().members.len())
            .collect();
        assert_eq!(sizes, [1, 0, 3]);
        assert_eq!(packed_list.get(2).unwrap(), facts);
    }

    #[test]
    fn memory_is_given_back_as_records_are_taken() {
        let mut packed_list = PackedList::default();
        let text = |index: usize| format!("{index}").repeat(1_000);
        for index in 0..2_000 {
            packed_list.push(&text(index)).unwrap();
        }
        packed_list.replace(0, &text(7)).unwrap();
        let held = |packed_list: &PackedList<String>| {
            packed_list
                .chunks
                .iter()
                .map(|chunk| chunk.bytes.capacity())
                .sum::<usize>()
        };
        let before = held(&packed_list);
        assert!(before > 6 << 20, "{before}");
        assert_eq!(packed_list.take(0).unwrap(), text(7));
        for index in 1..1_500 {
            assert_eq!(packed_list.take(index).unwrap(), text(index));
        }
        assert!(held(&packed_list) < before / 2, "{}", held(&packed_list));
        assert!(packed_list.take(3).is_err(), "it has been taken");
        assert_eq!(packed_list.get(1_999).unwrap(), text(1_999));
    }
}
