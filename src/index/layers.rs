//! Entries by key in two layers: a base that snapshots share, and what changed over it.
//!
//! An entry of the overlay stands in place of one in the base, so reading asks the overlay first. Copying shares the
//! base and the octets of the arena; the overlay is copied whole. Nothing that was shared ever changes.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::arena::{Arena, Full, RecordId};
use super::memory::TableMemory;

/// What stands beside the place of an entry's key.
pub(super) trait Content: Clone + Default {
    /// The key with which the octets begin that the arena holds there.
    fn key(octets: &[u8]) -> &[u8] {
        octets
    }

    /// Whether the octets that the arena holds begin with this key.
    fn has_key(octets: &[u8], key: &[u8]) -> bool {
        Self::key(octets) == key
    }

    /// True when the entry says that there is none any more. `octets` are those that the arena holds there.
    fn is_gone(&self, octets: &[u8]) -> bool;

    /// Octets that it takes elsewhere, nearly.
    fn octets_beside(&self) -> usize {
        0
    }
}

/// An entry: where its key stands, and what stands beside it.
#[derive(Clone, Debug)]
pub(super) struct Keyed<T> {
    /// The place of the key.
    pub(super) id: RecordId,
    /// What stands beside it.
    pub(super) content: T,
}

/// What became of an entry that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// It was there already, octet by octet.
    Same,
    /// It stands here now, and no other of its key did.
    New(RecordId),
    /// It stands here now, in place of an older one.
    Instead {
        /// Where it stands.
        id: RecordId,
        /// Where the older one stands.
        old: RecordId,
    },
}

/// Entries by key.
#[derive(Clone, Debug)]
pub(super) struct Layers<T> {
    /// The keys, with what else begins with them.
    pub(super) arena: Arena,
    hasher: DefaultHashBuilder,
    /// Holds no entry that is gone.
    base: Arc<HashTable<Keyed<T>>>,
    overlay: HashTable<Keyed<T>>,
}

impl<T> Default for Layers<T> {
    fn default() -> Layers<T> {
        Layers {
            arena: Arena::default(),
            hasher: DefaultHashBuilder::default(),
            base: Arc::default(),
            overlay: HashTable::new(),
        }
    }
}

impl<T: Content> Layers<T> {
    /// The entry of a key, unless it is gone.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Keyed<T>> {
        let hash = self.hasher.hash_one(key);
        let is_it = |entry: &Keyed<T>| T::has_key(self.arena.get(entry.id), key);
        // Mostly nothing changed since the base was made.
        if !self.overlay.is_empty()
            && let Some(entry) = self.overlay.find(hash, is_it)
        {
            return Some(entry).filter(|entry| !self.is_gone(entry));
        }
        self.base.find(hash, is_it)
    }

    /// Writes an entry and lets it stand in place of any other of its key, unless that has the same octets. For
    /// contents that say nothing beside the octets.
    pub(super) fn put(&mut self, octets: &[u8]) -> Result<Placed, Full> {
        let key = T::key(octets);
        let hash = self.hasher.hash_one(key);
        let Layers { arena, hasher, base, overlay } = self;
        let is_same = |other: &Keyed<T>, arena: &Arena| T::key(arena.get(other.id)) == key;
        if let Some(standing) = overlay.find_mut(hash, |other| is_same(other, arena)) {
            let (old, was) = (standing.id, arena.get(standing.id));
            if was == octets {
                return Ok(Placed::Same);
            }
            let is_gone = standing.content.is_gone(was);
            let id = arena.push(octets)?;
            *standing = Keyed { id, content: T::default() };
            return Ok(if is_gone { Placed::New(id) } else { Placed::Instead { id, old } });
        }
        let old = base.find(hash, |other| is_same(other, arena)).map(|entry| entry.id);
        if old.is_some_and(|old| arena.get(old) == octets) {
            return Ok(Placed::Same);
        }
        let id = arena.push(octets)?;
        let new = Keyed { id, content: T::default() };
        overlay.insert_unique(hash, new, |other| hasher.hash_one(T::key(arena.get(other.id))));
        Ok(old.map_or(Placed::New(id), |old| Placed::Instead { id, old }))
    }

    /// Makes room for so many entries more at once.
    pub(super) fn expect(&mut self, entries: usize) {
        let Layers { arena, hasher, overlay, .. } = self;
        overlay.reserve(entries, |other| hasher.hash_one(T::key(arena.get(other.id))));
    }

    /// Lets an entry stand in place of any other of its key. One that is gone only stands over the base.
    pub(super) fn set(&mut self, new: Keyed<T>) {
        let Layers { arena, hasher, base, overlay } = self;
        let octets = arena.get(new.id);
        let key = T::key(octets);
        let hash = hasher.hash_one(key);
        let is_gone = new.content.is_gone(octets);
        let is_same = |other: &Keyed<T>| T::key(arena.get(other.id)) == key;
        match overlay.entry(hash, is_same, |other| hasher.hash_one(T::key(arena.get(other.id)))) {
            Entry::Occupied(entry) if is_gone && base.find(hash, is_same).is_none() => {
                entry.remove();
            }
            Entry::Occupied(mut entry) => *entry.get_mut() = new,
            Entry::Vacant(_) if is_gone && base.find(hash, is_same).is_none() => {}
            Entry::Vacant(entry) => {
                entry.insert(new);
            }
        }
    }

    /// Changes what stands beside a key, in the overlay: beside a copy of the base's entry, or a new one. Gives the
    /// place of the key, unless there was nothing to change.
    pub(super) fn change(&mut self, key: &[u8], change: impl FnOnce(&mut T)) -> Result<Option<RecordId>, Full> {
        let hash = self.hasher.hash_one(key);
        let Layers { arena, hasher, base, overlay } = self;
        if let Some(entry) = overlay.find_mut(hash, |entry| T::key(arena.get(entry.id)) == key) {
            change(&mut entry.content);
            let id = entry.id;
            if entry.content.is_gone(key) {
                let gone = entry.clone();
                self.set(gone);
            }
            return Ok(Some(id));
        }
        let standing = base.find(hash, |entry| T::key(arena.get(entry.id)) == key);
        let mut content = standing.map(|entry| entry.content.clone()).unwrap_or_default();
        change(&mut content);
        let id = match standing {
            Some(entry) => entry.id,
            None if content.is_gone(key) => return Ok(None),
            None => arena.push(key)?,
        };
        overlay.insert_unique(hash, Keyed { id, content }, |other| hasher.hash_one(T::key(arena.get(other.id))));
        Ok(Some(id))
    }

    /// True when the entry of a key changed since the base was made, or went.
    pub(super) fn is_changed(&self, key: &[u8]) -> bool {
        self.overlay.find(self.hasher.hash_one(key), |entry| self.key(entry.id) == key).is_some()
    }

    /// True when the key at a place has its entry from there.
    pub(super) fn is_current(&self, id: RecordId) -> bool {
        self.get(self.key(id)).is_some_and(|entry| entry.id == id)
    }

    /// Whether something still holds that was derived from the entry of a key: from one of the base, that nothing
    /// stands over it; from one of the overlay, that it is there.
    pub(super) fn counts(&self, id: RecordId, is_overlay: bool) -> bool {
        let key = self.key(id);
        if is_overlay { self.get(key).is_some() } else { !self.is_changed(key) }
    }

    /// The key at a place.
    pub(super) fn key(&self, id: RecordId) -> &[u8] {
        T::key(self.arena.get(id))
    }

    /// Ends the changing. An overlay over an empty base becomes the base.
    pub(super) fn seal(&mut self) {
        self.arena.seal();
        if self.base.is_empty() {
            self.base = Arc::new(std::mem::take(&mut self.overlay));
        }
    }

    /// The same entries, all of them in a base of their own; the octets stay shared.
    pub(super) fn folded(&self) -> Layers<T> {
        let Layers { arena, hasher, base, overlay } = self;
        let mut folded = HashTable::clone(base);
        for new in overlay {
            let key = self.key(new.id);
            let is_same = |other: &Keyed<T>| self.key(other.id) == key;
            match folded.entry(hasher.hash_one(key), is_same, |other| hasher.hash_one(self.key(other.id))) {
                Entry::Occupied(entry) if self.is_gone(new) => {
                    entry.remove();
                }
                Entry::Occupied(mut entry) => *entry.get_mut() = new.clone(),
                Entry::Vacant(_) if self.is_gone(new) => {}
                Entry::Vacant(entry) => {
                    entry.insert(new.clone());
                }
            }
        }
        Layers { arena: arena.clone(), hasher: hasher.clone(), base: Arc::new(folded), overlay: HashTable::new() }
    }

    /// Entries of the base and of the overlay.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.base.len(), self.overlay.len())
    }

    /// Octets that the entries take. What is shared with others is counted here, too.
    pub(super) fn memory(&self) -> TableMemory {
        let entries = self.base.iter().chain(&self.overlay);
        TableMemory {
            arena: self.arena.memory(),
            table: self.base.allocation_size() + self.overlay.allocation_size(),
            beside: entries.map(|entry| entry.content.octets_beside()).sum(),
        }
    }

    /// A number for any value, the same in every layer and copy.
    pub(super) fn hasher(&self) -> &DefaultHashBuilder {
        &self.hasher
    }

    fn is_gone(&self, entry: &Keyed<T>) -> bool {
        entry.content.is_gone(self.arena.get(entry.id))
    }
}
