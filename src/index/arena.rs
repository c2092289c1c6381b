//! Keys with values in large chunks, which snapshots share.
//!
//! An arena only grows: what was written stays where it is, and readable, until the last arena that shares the chunk
//! goes. A copy of an arena shares all chunks and writes into ones of its own. An entry costs its octets and some twelve
//! of lengths and padding.

use std::sync::Arc;

/// Octets of a chunk. A longer entry gets a chunk of its own.
pub(super) const CHUNK_OCTETS: usize = 1 << 20;

/// Entries begin at multiples of this many octets.
const ALIGNMENT: usize = 8;

/// Positions in a chunk at which an entry may begin.
const SLOTS: usize = CHUNK_OCTETS / ALIGNMENT;

/// Chunks of an arena whose slots all have a number in 32 bits.
const CHUNKS_MAX: usize = u32::MAX as usize / SLOTS + 1;

/// Octets in front of an entry: the length of its key and that of its value, little endian.
const HEADER_OCTETS: usize = 8;

/// Where an entry stands: chunk and slot. The arena ends at 2³² slots, 32 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordId(u32);

impl RecordId {
    /// The place as a number. Entries of one arena have greater ones the later they were written.
    pub(super) fn number(self) -> u32 {
        self.0
    }
}

/// The arena cannot take the entry: it is full, or a length does not fit in 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// Chunks of entries, each a key and a value. Reading a place that holds no entry gives empty bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Arena {
    /// Written once. None but the last has much room left.
    sealed: Vec<Arc<[u8]>>,
    /// The chunk after them, which is being written; empty where nothing was written since the last sealing.
    open: Vec<u8>,
}

impl Arena {
    /// Writes an entry.
    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) -> Result<RecordId, Full> {
        let key_octets = u32::try_from(key.len()).map_err(|_| Full)?;
        let value_octets = u32::try_from(value.len()).map_err(|_| Full)?;
        self.make_room(entry_octets(key, value));
        let id = self.sealed.len().checked_mul(SLOTS).and_then(|first| first.checked_add(self.open.len() / ALIGNMENT));
        let id = id.and_then(|id| u32::try_from(id).ok()).map(RecordId).ok_or(Full)?;
        self.open.extend_from_slice(&key_octets.to_le_bytes());
        self.open.extend_from_slice(&value_octets.to_le_bytes());
        self.open.extend_from_slice(key);
        self.open.extend_from_slice(value);
        self.open.resize(self.open.len().next_multiple_of(ALIGNMENT), 0);
        Ok(id)
    }

    /// True when entries of so many octets in all fit in any case, however they fall into chunks.
    pub(super) fn has_room(&self, octets: usize) -> bool {
        let chunks = (octets / CHUNK_OCTETS).saturating_mul(2).saturating_add(3);
        self.sealed.len().saturating_add(chunks) < CHUNKS_MAX
    }

    /// Ends the writing: what copies of the arena are to share is sealed, and takes no more room than it needs.
    pub(super) fn seal(&mut self) {
        self.seal_open();
        self.open = Vec::new();
        self.sealed.shrink_to_fit();
    }

    /// The key of an entry.
    pub(super) fn key(&self, id: RecordId) -> &[u8] {
        self.parts(id).0
    }

    /// The value of an entry.
    pub(super) fn value(&self, id: RecordId) -> &[u8] {
        self.parts(id).1
    }

    /// Octets that the entry takes.
    pub(super) fn octets(&self, id: RecordId) -> usize {
        let (key, value) = self.parts(id);
        entry_octets(key, value)
    }

    /// Every entry in the order of its writing.
    pub(super) fn ids(&self) -> impl Iterator<Item = RecordId> {
        let chunks = self.sealed.iter().map(AsRef::as_ref).chain(std::iter::once(self.open.as_slice()));
        chunks.enumerate().flat_map(|(number, chunk)| {
            let mut at = 0;
            std::iter::from_fn(move || {
                let (key, value) = read(chunk, at)?;
                let id = u32::try_from(number * SLOTS + at / ALIGNMENT).ok().map(RecordId)?;
                at += entry_octets(key, value);
                Some(id)
            })
        })
    }

    /// Makes the open chunk one with room for an entry of so many octets, or an empty one. The last sealed chunk is
    /// copied where there is room left in it, so that arenas which grow by little do not collect small chunks.
    fn make_room(&mut self, octets: usize) {
        let has_room = |chunk: &[u8]| chunk.len().saturating_add(octets) <= CHUNK_OCTETS;
        if !self.open.is_empty() && !has_room(&self.open) {
            self.seal_open();
        }
        self.open.reserve_exact(octets.max(CHUNK_OCTETS).saturating_sub(self.open.len()));
        if self.open.is_empty()
            && let Some(last) = self.sealed.pop_if(|last| has_room(last))
        {
            self.open.extend_from_slice(&last);
        }
    }

    fn seal_open(&mut self) {
        if !self.open.is_empty() {
            self.sealed.push(Arc::from(self.open.as_slice()));
            self.open.clear();
            self.open.shrink_to(CHUNK_OCTETS);
        }
    }

    fn parts(&self, id: RecordId) -> (&[u8], &[u8]) {
        let place = id.0 as usize;
        let chunk = self.sealed.get(place / SLOTS).map_or(self.open.as_slice(), AsRef::as_ref);
        read(chunk, place % SLOTS * ALIGNMENT).unwrap_or((&[], &[]))
    }
}

fn entry_octets(key: &[u8], value: &[u8]) -> usize {
    HEADER_OCTETS.saturating_add(key.len()).saturating_add(value.len()).next_multiple_of(ALIGNMENT)
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

    #[test]
    fn an_entry_longer_than_a_chunk_stands_alone() {
        let mut arena = Arena::default();
        let long = vec![7; CHUNK_OCTETS * 2 + 3];
        let entries = [(b"a", &b"1"[..]), (b"b", &long), (b"c", b"3"), (b"d", &long), (b"e", b"")];
        let ids = entries.map(|(key, value)| arena.push(key, value).unwrap());
        for sealed in [false, true] {
            if sealed {
                arena.seal();
            }
            for (id, (key, value)) in ids.iter().zip(entries) {
                assert!(arena.key(*id) == key && arena.value(*id) == value);
            }
            assert_eq!(arena.ids().collect::<Vec<_>>(), ids);
        }
        assert_eq!(arena.sealed.len(), 5);
    }

    #[test]
    fn a_full_arena_says_so() {
        let mut arena = Arena { sealed: vec![Arc::from([]); CHUNKS_MAX], open: vec![0; 8] };
        assert_eq!(arena.push(b"a", b""), Err(Full));
        assert!(!arena.has_room(0));
        assert!(Arena::default().has_room(1 << 33));
        assert!(!Arena::default().has_room(1 << 34));
    }

    proptest! {
        /// Two arenas that go on from a common beginning share it, and do not see each other's entries.
        #[test]
        fn copies_share_what_was_written(
            lengths in proptest::collection::vec(0usize..400_000, 0..12),
            more in proptest::collection::vec(0usize..400_000, 1..6),
        ) {
            let mut arena = Arena::default();
            let push = |arena: &mut Arena, mark: u8, length: usize| {
                (arena.push(&[mark], &vec![mark; length]).unwrap(), mark, length)
            };
            let common: Vec<_> = lengths.iter().map(|length| push(&mut arena, 1, *length)).collect();
            arena.seal();
            let mut copies = [arena.clone(), arena.clone()];
            for (copy, mark) in copies.iter_mut().zip([2, 3]) {
                let own: Vec<_> = more.iter().map(|length| push(copy, mark, *length)).collect();
                copy.seal();
                let all: Vec<_> = common.iter().chain(&own).copied().collect();
                for (id, mark, length) in &all {
                    prop_assert!(copy.key(*id) == [*mark] && copy.value(*id) == vec![*mark; *length]);
                }
                prop_assert_eq!(copy.ids().collect::<Vec<_>>(), all.iter().map(|(id, ..)| *id).collect::<Vec<_>>());
                let shared = arena.sealed.len().saturating_sub(1);
                for number in 0..shared {
                    prop_assert!(Arc::ptr_eq(&copy.sealed[number], &arena.sealed[number]));
                }
            }
            prop_assert_eq!(arena.ids().count(), common.len());
        }
    }
}
