//! Encoded records by key. Nothing is decoded until somebody asks.
//!
//! A record costs its encoded octets, its key, some twelve octets of lengths and padding, and about seven octets of
//! table. Replaced records stay in the arena until a merge that leaves them out.

use super::arena::{Full, RecordId};
use super::layers::{Content, Keyed, Layers};
use crate::codec;
use crate::disclosure::record::PublicRecord;

/// Beside a record's key stand its octets in the arena, and nothing else. No octets: no record any more.
#[derive(Clone, Copy, Debug, Default)]
struct Encoded;

impl Content for Encoded {
    fn is_gone(&self, value: &[u8]) -> bool {
        value.is_empty()
    }
}

/// Records by key.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    layers: Layers<Encoded>,
    live: usize,
    live_octets: usize,
    dead_octets: usize,
}

impl Records {
    /// Puts a record in place of any other of the same key. An empty value is none.
    pub(super) fn put(&mut self, key: &[u8], value: &[u8]) -> Result<RecordId, Full> {
        let id = self.layers.arena.push(key, value)?;
        self.retire(key);
        self.layers.set(Keyed { id, content: Encoded });
        self.live = self.live.saturating_add(1);
        self.live_octets = self.live_octets.saturating_add(self.layers.arena.octets(id));
        Ok(id)
    }

    /// Takes a record away.
    pub(super) fn remove(&mut self, key: &[u8]) -> Result<(), Full> {
        if self.layers.get(key).is_some() {
            let id = self.layers.arena.push(key, &[])?;
            self.retire(key);
            self.dead_octets = self.dead_octets.saturating_add(self.layers.arena.octets(id));
            self.layers.set(Keyed { id, content: Encoded });
        }
        Ok(())
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.layers.get(key).map(|entry| self.layers.arena.value(entry.id))
    }

    /// A record that is or was there, decoded.
    pub(super) fn read(&self, id: RecordId) -> Option<PublicRecord> {
        codec::decode(self.layers.arena.value(id)).ok()
    }

    /// The records that are there, key and value, in the order of their arrival.
    pub(super) fn live(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let arena = &self.layers.arena;
        let is_live = |id: &RecordId| self.layers.get(arena.key(*id)).is_some_and(|entry| entry.id == *id);
        arena.ids().filter(is_live).map(|id| (arena.key(id), arena.value(id)))
    }

    /// The entries.
    pub(super) fn layers(&self) -> &Layers<impl Content + use<>> {
        &self.layers
    }

    /// How many records are there.
    pub(super) fn len(&self) -> usize {
        self.live
    }

    /// Octets of the records that are there, and of those that were.
    pub(super) fn octets(&self) -> (usize, usize) {
        (self.live_octets, self.dead_octets)
    }

    /// True when so many octets more fit in any case.
    pub(super) fn has_room(&self, octets: usize) -> bool {
        self.layers.arena.has_room(octets)
    }

    /// Ends the changing.
    pub(super) fn seal(&mut self) {
        self.layers.seal();
    }

    /// The same records in one base; the octets stay shared.
    pub(super) fn folded(&self) -> Records {
        Records { layers: self.layers.folded(), ..*self }
    }

    /// Entries of the base and of the overlay.
    pub(super) fn sizes(&self) -> (usize, usize) {
        self.layers.sizes()
    }

    /// Counts the record of a key among those that were.
    fn retire(&mut self, key: &[u8]) {
        if let Some(entry) = self.layers.get(key) {
            let octets = self.layers.arena.octets(entry.id);
            self.live = self.live.saturating_sub(1);
            self.live_octets = self.live_octets.saturating_sub(octets);
            self.dead_octets = self.dead_octets.saturating_add(octets);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    type Model = BTreeMap<Vec<u8>, Vec<u8>>;

    fn check(records: &Records, model: &Model) {
        assert_eq!(records.len(), model.len());
        for key in 0u8..12 {
            let name = vec![key; usize::from(key)];
            assert_eq!(records.get(&name), model.get(&name).map(Vec::as_slice));
        }
        let mut live: Vec<(&[u8], &[u8])> = records.live().collect();
        live.sort_unstable();
        assert!(live.into_iter().eq(model.iter().map(|(key, value)| (key.as_slice(), value.as_slice()))));
        let (live, dead) = records.octets();
        let arena = &records.layers.arena;
        assert_eq!(live + dead, arena.ids().map(|id| arena.octets(id)).sum::<usize>());
        assert_eq!(
            live,
            records.live().map(|(key, value)| (8 + key.len() + value.len()).next_multiple_of(8)).sum::<usize>()
        );
    }

    proptest! {
        #[test]
        fn records_are_a_map_and_their_past_stays(
            batches in proptest::collection::vec(
                (any::<bool>(), proptest::collection::vec((0u8..12, proptest::option::of(1usize..100_000)), 0..20)),
                0..8,
            )
        ) {
            let mut past = vec![(Records::default(), Model::new())];
            for (folds, steps) in batches {
                let (mut records, mut model) = past.last().cloned().unwrap();
                for (key, length) in steps {
                    let name = vec![key; usize::from(key)];
                    match length {
                        Some(length) => {
                            let value = vec![key; length];
                            records.put(&name, &value).unwrap();
                            model.insert(name, value);
                        }
                        None => {
                            records.remove(&name).unwrap();
                            model.remove(&name);
                        }
                    }
                }
                records.seal();
                if folds {
                    records = records.folded();
                    prop_assert_eq!(records.sizes(), (model.len(), 0));
                }
                past.push((records, model));
            }
            for (records, model) in &past {
                check(records, model);
            }
        }
    }
}
