//! sled, opened with distrust. No other file calls it.
//!
//! sled panics over files that are damaged, names its lock only in the text of an error, and holds a folder as long
//! as one handle on one of its trees lives. So every call is contained, opening waits a bounded time for another
//! process, and [`Database::close`] takes the handles with it.
//!
//! What the bytes mean, and whether they are those that were written, is for the rooms that use this one: a file
//! that was cut short opens empty and without an error. [`blocks`] has what makes large data sets cheap.

pub mod blocks;

use std::fmt;
use std::io;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

/// Writes are applied in batches of this many bytes of keys and values. sled copies a node for each entry and frees
/// none of the copies before the batch ends: large batches cost memory and time.
const BATCH_BYTES: usize = 4 * 1024;

/// A scan asks again for entries of so many octets. sled looks at what its cache may forget only once 64 pages
/// were asked for of one of 256 shares of them: a scan that asks for each page once would hold 16,384 pages, of some
/// 64 KB where entries are blocks, whatever the cache may hold. Of 40,000 entries of 8 KB, 303 MB were in memory at the
/// end of a scan, and 43 MB with this, which takes no longer: less memory is to be found and cleared.
const LONG_OCTETS: usize = 1024;
/// How often.
const LONG_ASKED_AGAIN: usize = 4;

/// What can be wrong with a database. Which one it is, the rooms above know: they add the path.
#[derive(Debug)]
pub enum Fault {
    /// A file cannot be read or written.
    Io(io::Error),
    /// sled reports damage, or panicked. The text says which, without keys and values.
    Damaged(String),
    /// Another process has the folder open and did not let go in time.
    Busy,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Io(_) => f.write_str("the database cannot be read or written"),
            Fault::Damaged(detail) => write!(f, "the database is damaged: {detail}"),
            Fault::Busy => f.write_str("the database is open in another process"),
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Fault::Io(source) => Some(source),
            Fault::Damaged(_) | Fault::Busy => None,
        }
    }
}

/// Runs something of sled's; a panic becomes a fault.
fn contained<T>(work: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, Fault> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) => Err(Fault::Io(error)),
        Ok(Err(error)) => Err(Fault::Damaged(format!("sled says: {error}"))),
        Err(_) => Err(Fault::Damaged("sled panicked over its files".to_owned())),
    }
}

fn is_locked(error: &io::Error) -> bool {
    // sled names its lock only in the text of the error.
    error.to_string().contains("could not acquire lock")
}

/// How a database is opened.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// Bytes that sled may cache. It uses a few times as much.
    pub cache_bytes: u64,
    /// How often opening is tried while another process holds the folder.
    pub tries: u32,
    /// How long to wait between tries.
    pub pause: Duration,
}

/// An open database.
pub struct Database {
    db: sled::Db,
}

impl Database {
    /// Opens the database of a folder, or makes one: whoever wants one that is there looks for it before.
    ///
    /// # Errors
    /// [`Fault::Busy`] when the folder is held by another process during every try.
    pub fn open(folder: &Path, opening: Opening) -> Result<Database, Fault> {
        let config = sled::Config::new()
            .path(folder)
            .cache_capacity(opening.cache_bytes)
            .mode(sled::Mode::HighThroughput)
            .flush_every_ms(None);
        for _ in 0..opening.tries {
            match contained(|| config.open()) {
                Err(Fault::Io(error)) if is_locked(&error) => std::thread::sleep(opening.pause),
                outcome => return outcome.map(|db| Database { db }),
            }
        }
        Err(Fault::Busy)
    }

    /// The tree that each database has.
    pub fn root(&self) -> Tree {
        Tree(sled::Tree::clone(&self.db))
    }

    /// The tree of a name, which is made where there is none.
    pub fn tree(&self, name: &str) -> Result<Tree, Fault> {
        contained(|| self.db.open_tree(name)).map(Tree)
    }

    /// Makes everything that was written durable.
    pub fn flush(&self) -> Result<(), Fault> {
        contained(|| self.db.flush().map(drop))
    }

    /// Lets go of the folder. `handles`: every tree and scan of the database that is still there, since
    /// the last one keeps the folder. What was not flushed may be lost.
    pub fn close<T>(self, handles: T) -> Result<(), Fault> {
        contained(|| {
            drop(self);
            drop(handles);
            Ok(())
        })
    }
}

/// A handle on one tree of a database: keys in order, and their values.
#[derive(Clone)]
pub struct Tree(sled::Tree);

impl Tree {
    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Result<Option<Stored>, Fault> {
        contained(|| self.0.get(key)).map(|value| value.map(Stored))
    }

    /// True when there is such a key.
    pub fn contains(&self, key: &[u8]) -> Result<bool, Fault> {
        contained(|| self.0.contains_key(key))
    }

    /// Sets one value. It is durable after [`Database::flush`].
    pub fn set(&self, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        contained(|| self.0.insert(key, value).map(drop))
    }

    /// Removes one key, if it is there.
    pub fn remove(&self, key: &[u8]) -> Result<(), Fault> {
        contained(|| self.0.remove(key).map(drop))
    }

    /// Removes every key.
    pub fn clear(&self) -> Result<(), Fault> {
        contained(|| self.0.clear())
    }

    /// Every key that begins with `prefix`, in order, with its value. The scan is a handle on the tree too.
    pub fn scan(&self, prefix: &[u8]) -> Result<Scan, Fault> {
        contained(|| Ok(self.0.scan_prefix(prefix))).map(|entries| Scan { entries, tree: self.0.clone() })
    }

    /// Every key that is not less than `key`, in order, with its value.
    pub fn scan_from(&self, key: &[u8]) -> Result<Scan, Fault> {
        contained(|| Ok(self.0.range(key..))).map(|entries| Scan { entries, tree: self.0.clone() })
    }

    /// Collects writes and applies them in batches. It borrows the handle, and so keeps no folder by itself.
    pub fn writer(&self) -> BatchWriter<'_> {
        BatchWriter { tree: self, batch: sled::Batch::default(), pending: 0 }
    }
}

/// The bytes of a key or a value, as they lie in the cache.
pub struct Stored(sled::IVec);

impl Deref for Stored {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// A scan.
pub struct Scan {
    entries: sled::Iter,
    tree: sled::Tree,
}

impl Scan {
    /// The next key and value.
    #[expect(clippy::should_implement_trait, reason = "a fault ends the scan: callers ask with `?`")]
    pub fn next(&mut self) -> Result<Option<(Stored, Stored)>, Fault> {
        let entry = contained(|| self.entries.next().transpose())?;
        if let Some((key, value)) = &entry
            && value.len() >= LONG_OCTETS
        {
            contained(|| (0..LONG_ASKED_AGAIN).try_for_each(|_| self.tree.contains_key(key).map(drop)))?;
        }
        Ok(entry.map(|(key, value)| (Stored(key), Stored(value))))
    }
}

/// Writes to one tree in batches. What is pending when it is dropped is not written: see [`BatchWriter::apply`].
pub struct BatchWriter<'t> {
    tree: &'t Tree,
    batch: sled::Batch,
    pending: usize,
}

impl BatchWriter<'_> {
    /// Sets a value.
    pub fn set(&mut self, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        self.batch.insert(key, value);
        self.pending += key.len() + value.len();
        self.apply_if_full()
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &[u8]) -> Result<(), Fault> {
        self.batch.remove(key);
        self.pending += key.len();
        self.apply_if_full()
    }

    fn apply_if_full(&mut self) -> Result<(), Fault> {
        if self.pending >= BATCH_BYTES { self.apply() } else { Ok(()) }
    }

    /// Applies what is pending.
    pub fn apply(&mut self) -> Result<(), Fault> {
        let batch = std::mem::take(&mut self.batch);
        self.pending = 0;
        contained(|| self.tree.0.apply_batch(batch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENING: Opening = Opening { cache_bytes: 1024 * 1024, tries: 2, pause: Duration::from_millis(1) };

    fn keys(tree: &Tree, prefix: &[u8]) -> Vec<Vec<u8>> {
        let mut scan = tree.scan(prefix).unwrap();
        std::iter::from_fn(|| scan.next().unwrap()).map(|(key, _)| key.to_vec()).collect()
    }

    #[test]
    fn what_is_written_is_there_after_closing_in_its_tree_alone() {
        let folder = tempfile::tempdir().unwrap();
        let db = Database::open(folder.path(), OPENING).unwrap();
        let (root, named) = (db.root(), db.tree("named").unwrap());
        for key in [b"ab", b"aa", b"ba"] {
            root.set(key, b"root").unwrap();
        }
        named.set(b"aa", b"named").unwrap();
        root.remove(b"ba").unwrap();
        db.flush().unwrap();
        db.close((root, named)).unwrap();
        let db = Database::open(folder.path(), OPENING).unwrap();
        let (root, named) = (db.root(), db.tree("named").unwrap());
        assert_eq!(root.get(b"aa").unwrap().as_deref(), Some(&b"root"[..]));
        assert_eq!(named.get(b"aa").unwrap().as_deref(), Some(&b"named"[..]));
        assert_eq!((root.contains(b"ab").unwrap(), named.contains(b"ab").unwrap()), (true, false));
        assert_eq!((keys(&root, b""), keys(&root, b"b")), (vec![b"aa".to_vec(), b"ab".to_vec()], Vec::new()));
        named.clear().unwrap();
        assert!(named.get(b"aa").unwrap().is_none() && root.contains(b"aa").unwrap());
    }

    #[test]
    fn batches_are_applied_when_they_are_full_and_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let db = Database::open(folder.path(), OPENING).unwrap();
        let root = db.root();
        let mut writer = root.writer();
        writer.set(b"a", &[0; BATCH_BYTES - 2]).unwrap();
        assert!(!root.contains(b"a").unwrap());
        writer.set(b"b", b"").unwrap();
        assert!(root.contains(b"a").unwrap() && root.contains(b"b").unwrap());
        writer.remove(b"a").unwrap();
        assert!(root.contains(b"a").unwrap());
        writer.apply().unwrap();
        assert_eq!(keys(&root, b""), [b"b"]);
    }

    #[test]
    fn a_folder_is_held_by_any_handle_and_then_said_to_be_busy() {
        let folder = tempfile::tempdir().unwrap();
        let db = Database::open(folder.path(), OPENING).unwrap();
        let root = db.root();
        drop(db);
        assert!(matches!(Database::open(folder.path(), OPENING), Err(Fault::Busy)));
        drop(root);
        let db = Database::open(folder.path(), OPENING).unwrap();
        let root = db.root();
        db.close(root).unwrap();
        Database::open(folder.path(), OPENING).unwrap();
    }

    #[test]
    fn panics_and_errors_become_faults() {
        assert!(matches!(contained(|| -> Result<(), _> { panic!("over its files") }), Err(Fault::Damaged(_))));
        let error = sled::Error::Unsupported("this".to_owned());
        assert!(matches!(contained(|| Err::<(), _>(error)), Err(Fault::Damaged(text)) if text.contains("this")));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, b"no folder").unwrap();
        assert!(matches!(Database::open(&file, OPENING), Err(Fault::Io(_))));
    }
}
