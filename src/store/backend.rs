//! Where generations are kept: in sled on disk, or in memory for tests of everything around them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{StoreFault, disk};

/// Receives the entries of a generation that is being written.
pub(super) trait Sink {
    /// Adds an entry. Keys come in ascending order; an empty value is a tombstone.
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreFault>;

    /// Makes everything durable and lets go of it.
    fn close(self: Box<Self>) -> Result<(), StoreFault>;
}

/// What is called with each key and value that a generation holds.
pub(super) type Entry<'v> = dyn FnMut(&[u8], &[u8]) -> Result<(), StoreFault> + 'v;

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// The shelf of a [`Backend::Memory`]: its generations by folder.
#[derive(Clone, Debug, Default)]
pub struct Shelf(Arc<Mutex<BTreeMap<PathBuf, Entries>>>);

/// Where the generations of a state folder are kept.
#[derive(Clone, Debug, Default)]
pub enum Backend {
    /// A sled folder each.
    #[default]
    Sled,
    /// Maps in memory, which end with the last clone of the shelf.
    Memory(Shelf),
}

impl Backend {
    /// Begins a generation.
    pub(super) fn create(&self, folder: &Path) -> Result<Box<dyn Sink>, StoreFault> {
        match self {
            Backend::Sled => Ok(Box::new(disk::Writing::create(folder)?)),
            Backend::Memory(shelf) => {
                Ok(Box::new(MemorySink { shelf: shelf.clone(), folder: folder.to_owned(), entries: Entries::new() }))
            }
        }
    }

    /// Calls `visit` with each entry of a generation, in the order of keys.
    pub(super) fn read(&self, folder: &Path, visit: &mut Entry<'_>) -> Result<(), StoreFault> {
        match self {
            Backend::Sled => disk::read(folder, visit),
            Backend::Memory(shelf) => {
                let shelf = shelf.0.lock().unwrap_or_else(PoisonError::into_inner);
                let entries = shelf.get(folder).ok_or_else(|| StoreFault::Missing { path: folder.to_owned() })?;
                entries.iter().try_for_each(|(key, value)| visit(key, value))
            }
        }
    }

    /// Removes a generation, if it is there.
    pub(super) fn remove(&self, folder: &Path) -> Result<(), StoreFault> {
        match self {
            Backend::Sled => match std::fs::remove_dir_all(folder) {
                Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
                    std::fs::remove_file(folder).map_err(StoreFault::io(folder))
                }
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StoreFault::io(folder)(error)),
                _ => Ok(()),
            },
            Backend::Memory(shelf) => {
                shelf.0.lock().unwrap_or_else(PoisonError::into_inner).remove(folder);
                Ok(())
            }
        }
    }
}

impl Shelf {
    /// Changes the entries of a generation behind the store's back.
    #[cfg(test)]
    pub(super) fn tamper(&self, folder: &Path, change: impl FnOnce(&mut Entries)) {
        change(self.0.lock().unwrap().get_mut(folder).unwrap());
    }
}

struct MemorySink {
    shelf: Shelf,
    folder: PathBuf,
    entries: Entries,
}

impl Sink for MemorySink {
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreFault> {
        self.entries.insert(key.to_vec(), value.to_vec());
        Ok(())
    }

    fn close(self: Box<Self>) -> Result<(), StoreFault> {
        self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner).insert(self.folder, self.entries);
        Ok(())
    }
}
