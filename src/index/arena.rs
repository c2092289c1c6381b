//! Octets in large chunks, which snapshots share.
//!
//! An arena only grows: what was written stays where it is, and readable, until the last arena that shares the chunk
//! goes. A copy of an arena shares all chunks and writes into ones of its own. An entry costs its octets, one or two for
//! their number where that is below 16,384, and some two of padding.

use std::sync::Arc;

/// Octets of a chunk. A longer entry gets a chunk of its own.
pub(super) const CHUNK_OCTETS: usize = 1 << 20;

/// Entries begin at multiples of this many octets.
const ALIGNMENT: usize = 4;

/// Positions in a chunk at which an entry may begin.
const SLOTS: usize = CHUNK_OCTETS / ALIGNMENT;

/// Chunks of an arena whose slots all have a number in 32 bits.
const CHUNKS_MAX: usize = u32::MAX as usize / SLOTS + 1;

/// Most octets in front of an entry: the number of its octets, seven bits in each, the lowest first.
const HEADER_OCTETS_MAX: usize = 5;

/// Where an entry stands: chunk and slot. The arena ends at 2³² slots, 16 GiB.
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

/// Chunks of entries. Reading a place that holds no entry gives empty bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Arena {
    /// Written once. None but the last has much room left.
    sealed: Vec<Arc<[u8]>>,
    /// The chunk after them, which is being written; empty where nothing was written since the last sealing.
    open: Vec<u8>,
}

impl Arena {
    /// Writes an entry.
    pub(super) fn push(&mut self, octets: &[u8]) -> Result<RecordId, Full> {
        let length = u32::try_from(octets.len()).map_err(|_| Full)?;
        self.make_room(entry_octets(octets));
        let id = self.sealed.len().checked_mul(SLOTS).and_then(|first| first.checked_add(self.open.len() / ALIGNMENT));
        let id = id.and_then(|id| u32::try_from(id).ok()).map(RecordId).ok_or(Full)?;
        self.write_length(length);
        self.open.extend_from_slice(octets);
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

    /// The octets of an entry.
    pub(super) fn get(&self, id: RecordId) -> &[u8] {
        let place = id.0 as usize;
        let chunk = self.sealed.get(place / SLOTS).map_or(self.open.as_slice(), AsRef::as_ref);
        read(chunk, place % SLOTS * ALIGNMENT).unwrap_or_default()
    }

    /// Octets that the entry takes.
    pub(super) fn octets(&self, id: RecordId) -> usize {
        entry_octets(self.get(id))
    }

    /// Octets that all entries take.
    pub(super) fn memory(&self) -> usize {
        self.sealed.iter().map(|chunk| chunk.len()).sum::<usize>() + self.open.capacity()
    }

    /// Every entry in the order of its writing.
    pub(super) fn ids(&self) -> impl Iterator<Item = RecordId> {
        let chunks = self.sealed.iter().map(AsRef::as_ref).chain(std::iter::once(self.open.as_slice()));
        chunks.enumerate().flat_map(|(number, chunk)| {
            let mut at = 0;
            std::iter::from_fn(move || {
                let octets = read(chunk, at)?;
                let id = u32::try_from(number * SLOTS + at / ALIGNMENT).ok().map(RecordId)?;
                at += entry_octets(octets);
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

    fn write_length(&mut self, mut length: u32) {
        while length >= 0x80 {
            self.open.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        self.open.push(length as u8);
    }
}

/// Octets that an entry takes: for the number of its octets, for them, and for padding.
pub(super) fn entry_octets(octets: &[u8]) -> usize {
    let header = match octets.len() {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        0x20_0000..0x1000_0000 => 4,
        _ => HEADER_OCTETS_MAX,
    };
    octets.len().saturating_add(header).next_multiple_of(ALIGNMENT)
}

/// The octets of the entry that begins at a place in a chunk.
fn read(chunk: &[u8], at: usize) -> Option<&[u8]> {
    let mut rest = chunk.get(at..)?;
    // Most entries have lengths of one or two octets.
    match rest {
        [low @ 0..0x80, rest @ ..] => return rest.get(..usize::from(*low)),
        [low, high @ 0..0x80, rest @ ..] => return rest.get(..usize::from(low & 0x7f) | usize::from(*high) << 7),
        _ => {}
    }
    let mut length = 0_usize;
    for shift in 0..HEADER_OCTETS_MAX {
        let (octet, behind) = rest.split_first()?;
        rest = behind;
        length |= usize::from(octet & 0x7f) << (7 * shift);
        if *octet < 0x80 {
            break;
        }
    }
    rest.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_entry_longer_than_a_chunk_stands_alone() {
        let mut arena = Arena::default();
        let long = vec![7; CHUNK_OCTETS * 2 + 3];
        let entries = [&b"1"[..], &long, b"3", &long, b""];
        let ids = entries.map(|octets| arena.push(octets).unwrap());
        for sealed in [false, true] {
            if sealed {
                arena.seal();
            }
            for (id, octets) in ids.iter().zip(entries) {
                assert!(arena.get(*id) == octets);
            }
            assert_eq!(arena.ids().collect::<Vec<_>>(), ids);
        }
        assert_eq!(arena.sealed.len(), 5);
    }

    #[test]
    fn a_full_arena_says_so() {
        let mut arena = Arena { sealed: vec![Arc::from([]); CHUNKS_MAX], open: vec![0; 8] };
        assert_eq!(arena.push(b"a"), Err(Full));
        assert!(!arena.has_room(0));
        assert!(Arena::default().has_room(1 << 32));
        assert!(!Arena::default().has_room(1 << 33));
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
                (arena.push(&vec![mark; length]).unwrap(), mark, length)
            };
            let common: Vec<_> = lengths.iter().map(|length| push(&mut arena, 1, *length)).collect();
            arena.seal();
            let mut copies = [arena.clone(), arena.clone()];
            for (copy, mark) in copies.iter_mut().zip([2, 3]) {
                let own: Vec<_> = more.iter().map(|length| push(copy, mark, *length)).collect();
                copy.seal();
                let all: Vec<_> = common.iter().chain(&own).copied().collect();
                for (id, mark, length) in &all {
                    prop_assert!(copy.get(*id) == vec![*mark; *length] && copy.octets(*id).is_multiple_of(ALIGNMENT));
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
