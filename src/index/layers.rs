//! Entries by key in two layers: a base that snapshots share, and what changed over it.
//!
//! An entry of the overlay stands in place of one in the base, so reading asks the overlay first. Copying shares the
//! base and the octets of the arena; the overlay is copied whole. Nothing that was shared ever changes.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::arena::{Arena, Full, RecordId};

/// What stands beside the key of an entry.
pub(super) trait Content: Clone + Default {
    /// True when the entry says that there is none any more. `value` is what the arena holds beside the key.
    fn is_gone(&self, value: &[u8]) -> bool;
}

/// An entry: where its key stands, and what stands beside it.
#[derive(Clone, Debug)]
pub(super) struct Keyed<T> {
    /// The place of the key.
    pub(super) id: RecordId,
    /// What stands beside it.
    pub(super) content: T,
}

/// Entries by key.
#[derive(Clone, Debug)]
pub(super) struct Layers<T> {
    /// The keys, and whatever octets belong to them.
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
        match self.overlay.find(hash, |entry| self.arena.key(entry.id) == key) {
            Some(entry) => Some(entry).filter(|entry| !self.is_gone(entry)),
            None => self.base.find(hash, |entry| self.arena.key(entry.id) == key),
        }
    }

    /// Lets an entry stand in place of any other of its key. One that is gone only stands over the base.
    pub(super) fn set(&mut self, new: Keyed<T>) {
        let Layers { arena, hasher, base, overlay } = self;
        let key = arena.key(new.id);
        let hash = hasher.hash_one(key);
        let is_gone = new.content.is_gone(arena.value(new.id));
        let is_same = |other: &Keyed<T>| arena.key(other.id) == key;
        match overlay.entry(hash, is_same, |other| hasher.hash_one(arena.key(other.id))) {
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
        if let Some(entry) = overlay.find_mut(hash, |entry| arena.key(entry.id) == key) {
            change(&mut entry.content);
            let id = entry.id;
            if entry.content.is_gone(&[]) {
                let gone = entry.clone();
                self.set(gone);
            }
            return Ok(Some(id));
        }
        let standing = base.find(hash, |entry| arena.key(entry.id) == key);
        let mut content = standing.map(|entry| entry.content.clone()).unwrap_or_default();
        change(&mut content);
        let id = match standing {
            Some(entry) => entry.id,
            None if content.is_gone(&[]) => return Ok(None),
            None => arena.push(key, &[])?,
        };
        overlay.insert_unique(hash, Keyed { id, content }, |other| hasher.hash_one(arena.key(other.id)));
        Ok(Some(id))
    }

    /// True when the entry of a key changed since the base was made, or went.
    pub(super) fn is_changed(&self, key: &[u8]) -> bool {
        self.overlay.find(self.hasher.hash_one(key), |entry| self.arena.key(entry.id) == key).is_some()
    }

    /// True when the key at a place has its entry from there.
    pub(super) fn is_current(&self, id: RecordId) -> bool {
        self.get(self.arena.key(id)).is_some_and(|entry| entry.id == id)
    }

    /// Whether something still holds that was derived from the entry of a key: from one of the base, that nothing
    /// stands over it; from one of the overlay, that it is there.
    pub(super) fn counts(&self, id: RecordId, is_overlay: bool) -> bool {
        let key = self.arena.key(id);
        if is_overlay { self.get(key).is_some() } else { !self.is_changed(key) }
    }

    /// The key at a place.
    pub(super) fn key(&self, id: RecordId) -> &[u8] {
        self.arena.key(id)
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
            let key = arena.key(new.id);
            let is_same = |other: &Keyed<T>| arena.key(other.id) == key;
            match folded.entry(hasher.hash_one(key), is_same, |other| hasher.hash_one(arena.key(other.id))) {
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

    /// A number for any value, the same in every layer and copy.
    pub(super) fn hasher(&self) -> &DefaultHashBuilder {
        &self.hasher
    }

    fn is_gone(&self, entry: &Keyed<T>) -> bool {
        entry.content.is_gone(self.arena.value(entry.id))
    }
}
