//! Encoded records in large chunks, and the table that finds them by key.
//!
//! A record costs its encoded bytes, its key, some eight octets of lengths and padding, and about seven octets of
//! table; nothing is decoded until somebody asks. Replaced records stay in the arena until the snapshot goes.

use std::hash::BuildHasher;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

/// Octets of a chunk. A longer record gets a chunk of its own.
const CHUNK_OCTETS: usize = 1 << 20;

/// Records begin at multiples of this many octets.
const ALIGNMENT: usize = 8;

/// Positions in a chunk at which a record may begin.
const SLOTS: usize = CHUNK_OCTETS / ALIGNMENT;

/// Octets in front of a record: the length of its key and that of its value, little endian.
const HEADER_OCTETS: usize = 8;

/// Where a record stands: chunk and slot. The arena ends at 2³² slots, 32 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RecordId(u32);

/// The arena cannot take the record: it is full, or a length does not fit in 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// Records by key.
#[derive(Debug, Default)]
pub(super) struct Records {
    arena: Arena,
    table: HashTable<RecordId>,
    hasher: DefaultHashBuilder,
}

impl Records {
    /// Puts a record in place of any other of the same key. True where there was one.
    pub(super) fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(RecordId, bool), Full> {
        let id = self.arena.push(key, value)?;
        let (arena, hasher) = (&self.arena, &self.hasher);
        let is_same = |other: &RecordId| arena.key(*other) == key;
        match self.table.entry(hasher.hash_one(key), is_same, |other| hasher.hash_one(arena.key(*other))) {
            Entry::Occupied(mut entry) => {
                *entry.get_mut() = id;
                Ok((id, true))
            }
            Entry::Vacant(entry) => {
                entry.insert(id);
                Ok((id, false))
            }
        }
    }

    /// Takes a record away. True where there was one.
    pub(super) fn remove(&mut self, key: &[u8]) -> bool {
        let arena = &self.arena;
        match self.table.find_entry(self.hasher.hash_one(key), |id| arena.key(*id) == key) {
            Ok(entry) => {
                entry.remove();
                true
            }
            Err(_) => false,
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.find(key).map(|id| self.arena.value(id))
    }

    /// The value of a record that is or was there.
    pub(super) fn value(&self, id: RecordId) -> &[u8] {
        self.arena.value(id)
    }

    /// The records that are there, in the order of their arrival.
    pub(super) fn live(&self) -> impl Iterator<Item = RecordId> {
        self.arena.ids().filter(|id| self.find(self.arena.key(*id)) == Some(*id))
    }

    /// How many records are there.
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    fn find(&self, key: &[u8]) -> Option<RecordId> {
        self.table.find(self.hasher.hash_one(key), |id| self.arena.key(*id) == key).copied()
    }
}

/// Chunks of records, each with its key. Reading a place that holds no record gives empty bytes.
#[derive(Debug, Default)]
struct Arena {
    chunks: Vec<Vec<u8>>,
}

impl Arena {
    fn push(&mut self, key: &[u8], value: &[u8]) -> Result<RecordId, Full> {
        let key_octets = u32::try_from(key.len()).map_err(|_| Full)?;
        let value_octets = u32::try_from(value.len()).map_err(|_| Full)?;
        let needed = HEADER_OCTETS.saturating_add(key.len()).saturating_add(value.len());
        let has_room = |chunk: &Vec<u8>| chunk.len().saturating_add(needed) <= CHUNK_OCTETS;
        if !self.chunks.last().is_some_and(has_room) {
            self.chunks.push(Vec::with_capacity(needed.max(CHUNK_OCTETS)));
        }
        let number = self.chunks.len().saturating_sub(1);
        let chunk = self.chunks.last_mut().ok_or(Full)?;
        let id = number.checked_mul(SLOTS).and_then(|first| first.checked_add(chunk.len() / ALIGNMENT));
        let id = id.and_then(|id| u32::try_from(id).ok()).map(RecordId).ok_or(Full)?;
        chunk.extend_from_slice(&key_octets.to_le_bytes());
        chunk.extend_from_slice(&value_octets.to_le_bytes());
        chunk.extend_from_slice(key);
        chunk.extend_from_slice(value);
        chunk.resize(chunk.len().next_multiple_of(ALIGNMENT), 0);
        Ok(id)
    }

    fn key(&self, id: RecordId) -> &[u8] {
        self.parts(id).0
    }

    fn value(&self, id: RecordId) -> &[u8] {
        self.parts(id).1
    }

    fn parts(&self, id: RecordId) -> (&[u8], &[u8]) {
        let place = id.0 as usize;
        self.chunks.get(place / SLOTS).and_then(|chunk| read(chunk, place % SLOTS * ALIGNMENT)).unwrap_or((&[], &[]))
    }

    /// Every record, replaced ones too, in the order of their arrival.
    fn ids(&self) -> impl Iterator<Item = RecordId> {
        self.chunks.iter().enumerate().flat_map(|(number, chunk)| {
            let mut at = 0;
            std::iter::from_fn(move || {
                let (key, value) = read(chunk, at)?;
                let id = u32::try_from(number * SLOTS + at / ALIGNMENT).ok().map(RecordId)?;
                at = (at + HEADER_OCTETS + key.len() + value.len()).next_multiple_of(ALIGNMENT);
                Some(id)
            })
        })
    }
}

/// The key and the value that begin at a place in a chunk.
fn read(chunk: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    let (key_octets, rest) = chunk.get(at..)?.split_first_chunk::<4>()?;
    let (value_octets, rest) = rest.split_first_chunk::<4>()?;
    let (key, rest) = rest.split_at_checked(u32::from_le_bytes(*key_octets) as usize)?;
    Some((key, rest.get(..u32::from_le_bytes(*value_octets) as usize)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_record_longer_than_a_chunk_stands_alone() {
        let mut records = Records::default();
        let long = vec![7; CHUNK_OCTETS * 2 + 3];
        for (key, value) in [(b"a", &b"1"[..]), (b"b", &long), (b"c", b"3"), (b"d", &long), (b"e", b"")] {
            records.put(key, value).unwrap();
        }
        assert_eq!(records.get(b"b"), Some(&long[..]));
        assert_eq!(records.get(b"c"), Some(&b"3"[..]));
        assert_eq!(records.get(b"e"), Some(&b""[..]));
        assert_eq!(records.live().count(), 5);
    }

    proptest! {
        #[test]
        fn records_are_a_map(steps in proptest::collection::vec((0u8..12, proptest::option::of(0usize..300_000)), 0..60)) {
            let mut records = Records::default();
            let mut model: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
            for (key, length) in steps {
                let name = vec![key; usize::from(key)];
                match length {
                    Some(length) => {
                        let value = vec![key; length];
                        let (_, was_there) = records.put(&name, &value).unwrap();
                        prop_assert_eq!(was_there, model.insert(name, value).is_some());
                    }
                    None => prop_assert_eq!(records.remove(&name), model.remove(&name).is_some()),
                }
            }
            prop_assert_eq!(records.len(), model.len());
            for key in 0u8..12 {
                let name = vec![key; usize::from(key)];
                prop_assert_eq!(records.get(&name), model.get(&name).map(Vec::as_slice));
            }
            let mut live: Vec<&[u8]> = records.live().map(|id| records.value(id)).collect();
            let mut expected: Vec<&[u8]> = model.values().map(Vec::as_slice).collect();
            live.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(live, expected);
        }
    }
}
