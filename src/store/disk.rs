//! Generations on disk: a database each, their entries in blocks.
//!
//! Blocks are not compressed: a search of the files for what must not be in them would find nothing then.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::StoreFault;
use super::backend::{Entry, Sink};
use crate::embedded::blocks::{BlockWriter, Ended, read_entries};
use crate::embedded::{Database, Opening};

/// How a generation is opened.
const OPENING: Opening = Opening {
    // It is read once from end to end, or written once in order.
    cache_bytes: 16 * 1024 * 1024,
    // Another process may be reading the same generation.
    tries: if cfg!(test) { 3 } else { 300 },
    pause: Duration::from_millis(100),
};

/// Octets of entries in a block.
const BLOCK_OCTETS: usize = 16 * 1024;

fn open(folder: &Path) -> Result<Database, StoreFault> {
    Database::open(folder, OPENING).map_err(StoreFault::embedded(folder))
}

/// Calls `visit` with each entry, in the order of keys.
pub(super) fn read(folder: &Path, visit: &mut Entry<'_>) -> Result<(), StoreFault> {
    // Opening would create what is not there.
    if !folder.join("db").is_file() {
        return Err(StoreFault::Missing { path: folder.to_owned() });
    }
    let db = open(folder)?;
    let blocks = db.root().scan(b"").map_err(StoreFault::embedded(folder))?;
    read_entries(blocks, |_, block| Ok(block), visit).map_err(|ended| match ended {
        Ended::Visit(fault) => fault,
        Ended::Read(fault) => StoreFault::embedded(folder)(fault),
    })?;
    db.close(()).map_err(StoreFault::embedded(folder))
}

/// A generation that is being written.
pub(super) struct Writing {
    folder: PathBuf,
    db: Database,
    writer: BlockWriter,
}

impl Writing {
    /// Begins a new folder; one that is there already is a fault.
    pub(super) fn create(folder: &Path) -> Result<Writing, StoreFault> {
        std::fs::create_dir(folder).map_err(StoreFault::io(folder))?;
        let db = open(folder)?;
        let writer = BlockWriter::new(db.root(), BLOCK_OCTETS, Box::new(|_, octets| Ok(octets)));
        Ok(Writing { folder: folder.to_owned(), writer, db })
    }
}

impl Sink for Writing {
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreFault> {
        self.writer.put(key, value).map_err(StoreFault::embedded(&self.folder))
    }

    fn close(self: Box<Self>) -> Result<(), StoreFault> {
        let Writing { folder, db, writer } = *self;
        writer.finish().and_then(|()| db.flush()).and_then(|()| db.close(())).map_err(StoreFault::embedded(&folder))?;
        super::sync_folder(&folder).map_err(StoreFault::io(&folder))
    }
}

/// Keeps a generation open, as another process would.
#[cfg(test)]
pub(super) fn hold(folder: &Path) -> impl Sized {
    open(folder).unwrap()
}
