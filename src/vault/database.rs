//! The trees of a vault in their database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::VaultFault;
use super::sort::Pair;
use crate::embedded::{self, Opening};

/// How a vault is opened.
const OPENING: Opening = Opening {
    cache_bytes: 64 * 1024 * 1024,
    // A process that was just killed may take a moment to go.
    tries: if cfg!(test) { 10 } else { 50 },
    pause: Duration::from_millis(100),
};

/// The trees of a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    /// Format, identity, sealed data key, epoch.
    Meta,
    /// Sealed records.
    Main,
    /// From a target to what links to it; no values.
    Links,
    /// What the amendment at work changes.
    Staged,
    /// The links of what it puts.
    StagedLinks,
    /// Of each record that changed since the last full deposit: its sealed bytes then, or nothing.
    SinceFull,
}

struct Trees {
    meta: embedded::Tree,
    main: embedded::Tree,
    links: embedded::Tree,
    staged: embedded::Tree,
    staged_links: embedded::Tree,
    since_full: embedded::Tree,
}

impl Trees {
    fn open(db: &embedded::Database) -> Result<Trees, embedded::Fault> {
        Ok(Trees {
            meta: db.tree("meta")?,
            main: db.tree("records")?,
            links: db.tree("links")?,
            staged: db.tree("staged")?,
            staged_links: db.tree("staged-links")?,
            since_full: db.tree("since-full")?,
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
            Tree::Main => &self.trees.main,
            Tree::Links => &self.trees.links,
            Tree::Staged => &self.trees.staged,
            Tree::StagedLinks => &self.trees.staged_links,
            Tree::SinceFull => &self.trees.since_full,
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
    writer: embedded::BatchWriter<&'d embedded::Tree>,
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
