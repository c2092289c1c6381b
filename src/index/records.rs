//! Packed records by key. Nothing is decoded until somebody asks.
//!
//! A record costs its packed octets, which begin with its key, some four octets of length and padding, and about seven
//! octets of table. Replaced records stay in the arena until a merge that leaves them out.

use super::arena::{Full, RecordId, entry_octets};
use super::layers::{Content, Keyed, Layers, Placed};
use super::memory::TableMemory;
use crate::codec::packed::{self, PackedRecord, Shapes};
use crate::disclosure::record::PublicRecord;

/// The arena holds the packed record, and nothing stands beside its place. A key alone: no record any more.
#[derive(Clone, Copy, Debug, Default)]
struct Packed;

impl Content for Packed {
    fn key(octets: &[u8]) -> &[u8] {
        packed::key_of(octets)
    }

    fn has_key(octets: &[u8], key: &[u8]) -> bool {
        // A key tells its own length: no other begins with it.
        octets.starts_with(key) && !key.is_empty()
    }

    fn is_gone(&self, octets: &[u8]) -> bool {
        packed::key_of(octets).len() == octets.len()
    }
}

/// Records by key.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    layers: Layers<Packed>,
    shapes: Shapes,
    live: usize,
    live_octets: usize,
    dead_octets: usize,
}

impl Records {
    /// No records; those that come are packed with shapes that are known already.
    pub(super) fn with_shapes(shapes: Shapes) -> Records {
        Records { shapes, ..Records::default() }
    }

    /// Goes on with shapes that went on from those which are here: what is put from here on was packed with them.
    pub(super) fn go_on_with(&mut self, shapes: Shapes) {
        self.shapes = shapes;
    }

    /// Shapes for packing what is to be put.
    pub(super) fn shapes_mut(&mut self) -> &mut Shapes {
        &mut self.shapes
    }

    /// Puts a packed record in place of any other of the same key.
    pub(super) fn put(&mut self, octets: &[u8]) -> Result<Placed, Full> {
        let placed = self.layers.put(octets)?;
        match placed {
            Placed::Same => return Ok(placed),
            Placed::New(_) => {}
            Placed::Instead { old, .. } => self.retire(old),
        }
        self.live = self.live.saturating_add(1);
        self.live_octets = self.live_octets.saturating_add(entry_octets(octets));
        Ok(placed)
    }

    /// Makes room for so many records more at once.
    pub(super) fn expect(&mut self, records: usize) {
        self.layers.expect(records);
    }

    /// Takes a record away, and tells where it stood.
    pub(super) fn remove(&mut self, key: &[u8]) -> Result<Option<RecordId>, Full> {
        let Some(old) = self.layers.get(key).map(|entry| entry.id) else { return Ok(None) };
        let id = self.layers.arena.push(key)?;
        self.retire(old);
        self.dead_octets = self.dead_octets.saturating_add(self.layers.arena.octets(id));
        self.layers.set(Keyed { id, content: Packed });
        Ok(Some(old))
    }

    /// The packed record of a key.
    pub(super) fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.layers.get(key).map(|entry| self.layers.arena.get(entry.id))
    }

    /// What a packed record has in common with others.
    pub(super) fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// A packed record, decoded.
    pub(super) fn unpack(&self, octets: &[u8]) -> Option<PublicRecord> {
        // What was packed here is sound: a fault cannot come from the octets.
        packed::unpack(octets, &self.shapes).ok()
    }

    /// A record that is or was there, decoded.
    pub(super) fn read(&self, id: RecordId) -> Option<PublicRecord> {
        self.unpack(self.layers.arena.get(id))
    }

    /// A record that is or was there, read in place.
    pub(super) fn read_in_place(&self, id: RecordId) -> Option<PackedRecord<'_>> {
        PackedRecord::read(self.layers.arena.get(id), &self.shapes).ok()
    }

    /// The packed records that are there, in the order of their arrival.
    pub(super) fn live(&self) -> impl Iterator<Item = &[u8]> {
        let is_live = |id: &RecordId| self.layers.get(self.layers.key(*id)).is_some_and(|entry| entry.id == *id);
        self.layers.arena.ids().filter(is_live).map(|id| self.layers.arena.get(id))
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

    /// Octets that they take.
    pub(super) fn memory(&self) -> TableMemory {
        self.layers.memory()
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
        Records { layers: self.layers.folded(), shapes: self.shapes.clone(), ..*self }
    }

    /// Entries of the base and of the overlay.
    pub(super) fn sizes(&self) -> (usize, usize) {
        self.layers.sizes()
    }

    /// Counts a record among those that were.
    fn retire(&mut self, id: RecordId) {
        let octets = self.layers.arena.octets(id);
        self.live = self.live.saturating_sub(1);
        self.live_octets = self.live_octets.saturating_sub(octets);
        self.dead_octets = self.dead_octets.saturating_add(octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Packed records by key.
    type Model = BTreeMap<Vec<u8>, Vec<u8>>;

    /// A key as packed records have it, and something that begins with it.
    fn key_and_octets(number: u8, behind: usize) -> (Vec<u8>, Vec<u8>) {
        let mut key = vec![1, number];
        key.resize(2 + usize::from(number), number);
        let mut octets = key.clone();
        octets.resize(key.len() + behind, number);
        (key, octets)
    }

    fn check(records: &Records, model: &Model) {
        assert_eq!(records.len(), model.len());
        for key in 0u8..12 {
            let (key, _) = key_and_octets(key, 0);
            assert_eq!(records.get(&key), model.get(&key).map(Vec::as_slice));
        }
        let mut live: Vec<&[u8]> = records.live().collect();
        live.sort_unstable();
        assert!(live.into_iter().eq(model.values()));
        let (live, dead) = records.octets();
        let arena = &records.layers.arena;
        assert_eq!(live + dead, arena.ids().map(|id| arena.octets(id)).sum::<usize>());
        assert_eq!(live, records.live().map(entry_octets).sum::<usize>());
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
                    let (key, octets) = key_and_octets(key, length.unwrap_or_default());
                    match length {
                        Some(_) => {
                            records.put(&octets).unwrap();
                            model.insert(key, octets);
                        }
                        None => {
                            records.remove(&key).unwrap();
                            model.remove(&key);
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
