//! The trees of a vault in their database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::VaultFault;
use crate::embedded::blocks::{BlockWriter, Wrap};
use crate::embedded::{self, Opening};

/// A key and a value.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// How a vault is opened.
const OPENING: Opening = Opening {
    // Blocks are read once from end to end; what amendments ask for is little.
    cache_bytes: 16 * 1024 * 1024,
    // A process that was just killed may take a moment to go.
    tries: if cfg!(test) { 10 } else { 50 },
    pause: Duration::from_millis(100),
};

/// The trees of a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    /// Format, identity, sealed data key, epoch.
    Meta,
    /// The records of the full deposit, in wrapped blocks. Written once.
    Full,
    /// The links of those, in wrapped blocks: from a target to what links to it; no values. Written once.
    FullLinks,
    /// What amendments made of records since then: sealed, or nothing where the record is gone.
    Changed,
    /// The links of those that are there.
    ChangedLinks,
    /// What the amendment at work changes.
    Staged,
    /// The links of what it puts.
    StagedLinks,
}

struct Trees {
    meta: embedded::Tree,
    full: embedded::Tree,
    full_links: embedded::Tree,
    changed: embedded::Tree,
    changed_links: embedded::Tree,
    staged: embedded::Tree,
    staged_links: embedded::Tree,
}

impl Trees {
    fn open(db: &embedded::Database) -> Result<Trees, embedded::Fault> {
        Ok(Trees {
            meta: db.tree("meta")?,
            full: db.tree("full")?,
            full_links: db.tree("full-links")?,
            changed: db.tree("changed")?,
            changed_links: db.tree("changed-links")?,
            staged: db.tree("staged")?,
            staged_links: db.tree("staged-links")?,
        })
    }
}

/// An open database with the trees of a vault.
pub(super) struct Database {
    folder: PathBuf,
    db: embedded::Database,
    trees: Trees,
}

impl Database {
    /// Opens the database of a folder, or makes one.
    pub(super) fn open(folder: &Path) -> Result<Database, VaultFault> {
        let db = embedded::Database::open(folder, OPENING).map_err(VaultFault::embedded(folder))?;
        let trees = Trees::open(&db).map_err(VaultFault::embedded(folder))?;
        Ok(Database { folder: folder.to_owned(), db, trees })
    }

    fn tree(&self, tree: Tree) -> &embedded::Tree {
        match tree {
            Tree::Meta => &self.trees.meta,
            Tree::Full => &self.trees.full,
            Tree::FullLinks => &self.trees.full_links,
            Tree::Changed => &self.trees.changed,
            Tree::ChangedLinks => &self.trees.changed_links,
            Tree::Staged => &self.trees.staged,
            Tree::StagedLinks => &self.trees.staged_links,
        }
    }

    fn fault(&self) -> impl FnOnce(embedded::Fault) -> VaultFault + '_ {
        VaultFault::embedded(&self.folder)
    }

    /// The value of a key.
    pub(super) fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, VaultFault> {
        let value = self.tree(tree).get(key).map_err(self.fault())?;
        Ok(value.map(|value| value.to_vec()))
    }

    /// True when there is such a key.
    pub(super) fn contains(&self, tree: Tree, key: &[u8]) -> Result<bool, VaultFault> {
        self.tree(tree).contains(key).map_err(self.fault())
    }

    /// Sets one value. It is durable after [`Database::flush`].
    pub(super) fn set(&self, tree: Tree, key: &[u8], value: &[u8]) -> Result<(), VaultFault> {
        self.tree(tree).set(key, value).map_err(self.fault())
    }

    /// Removes one key.
    pub(super) fn remove(&self, tree: Tree, key: &[u8]) -> Result<(), VaultFault> {
        self.tree(tree).remove(key).map_err(self.fault())
    }

    /// Removes every key of a tree.
    pub(super) fn clear(&self, tree: Tree) -> Result<(), VaultFault> {
        self.tree(tree).clear().map_err(self.fault())
    }

    /// Every key that begins with `prefix`, in order, with its value.
    pub(super) fn scan(&self, tree: Tree, prefix: &[u8]) -> Result<Scan<'_>, VaultFault> {
        let entries = self.tree(tree).scan(prefix).map_err(self.fault())?;
        Ok(Scan { folder: &self.folder, entries })
    }

    /// The blocks that may hold keys from `key` on.
    pub(super) fn blocks_from(&self, tree: Tree, key: &[u8]) -> Result<embedded::Scan, VaultFault> {
        self.tree(tree).scan_from(key).map_err(self.fault())
    }

    /// The blocks whose keys begin with `prefix`.
    pub(super) fn blocks(&self, tree: Tree, prefix: &[u8]) -> Result<embedded::Scan, VaultFault> {
        self.tree(tree).scan(prefix).map_err(self.fault())
    }

    /// Writes one tree in blocks of `octets`, on a thread of its own.
    pub(super) fn block_writer(&self, tree: Tree, octets: usize, wrap: Wrap) -> BlockWriter {
        BlockWriter::new(self.tree(tree).clone(), octets, wrap)
    }

    /// Collects writes to one tree and applies them in batches.
    pub(super) fn writer(&self, tree: Tree) -> BatchWriter<'_> {
        BatchWriter { folder: &self.folder, writer: self.tree(tree).writer() }
    }

    /// Makes everything that was written durable.
    pub(super) fn flush(&self) -> Result<(), VaultFault> {
        self.db.flush().map_err(self.fault())
    }

    /// Flushes and lets go of the folder.
    pub(super) fn close(self) -> Result<(), VaultFault> {
        self.flush()?;
        let Database { folder, db, trees } = self;
        db.close(trees).map_err(VaultFault::embedded(&folder))
    }
}

/// A scan.
pub(super) struct Scan<'d> {
    folder: &'d Path,
    entries: embedded::Scan,
}

impl Scan<'_> {
    /// The next key and value.
    pub(super) fn next(&mut self) -> Result<Option<Pair>, VaultFault> {
        let entry = self.entries.next().map_err(VaultFault::embedded(self.folder))?;
        Ok(entry.map(|(key, value)| (key.to_vec(), value.to_vec())))
    }
}

/// Writes to one tree in batches.
pub(super) struct BatchWriter<'d> {
    folder: &'d Path,
    writer: embedded::BatchWriter<'d>,
}

impl BatchWriter<'_> {
    /// Sets a value.
    pub(super) fn set(&mut self, key: &[u8], value: &[u8]) -> Result<(), VaultFault> {
        self.writer.set(key, value).map_err(VaultFault::embedded(self.folder))
    }

    /// Removes a key.
    pub(super) fn remove(&mut self, key: &[u8]) -> Result<(), VaultFault> {
        self.writer.remove(key).map_err(VaultFault::embedded(self.folder))
    }

    /// Applies what is pending.
    pub(super) fn apply(&mut self) -> Result<(), VaultFault> {
        self.writer.apply().map_err(VaultFault::embedded(self.folder))
    }
}
