//! Files that are replaced whole, folders that are synced, and locks.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;

use super::StoreFault;

/// Longest `CURRENT` or manifest that is read, in bytes. A real one has a few kilobytes.
pub(super) const SMALL_FILE_MAX: u64 = 1024 * 1024;

/// A test's choice of the folders that cannot be synced.
#[cfg(test)]
type Unsyncable = Box<dyn Fn(&Path) -> bool>;

#[cfg(test)]
thread_local! {
    /// Which folders this thread cannot sync.
    pub(crate) static UNSYNCABLE: std::cell::RefCell<Option<Unsyncable>> = const { std::cell::RefCell::new(None) };
}

/// Makes the entries of a folder durable.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(test)]
    if UNSYNCABLE.with_borrow(|is_chosen| is_chosen.as_ref().is_some_and(|is_chosen| is_chosen(path))) {
        return Err(io::Error::other("a test's fault"));
    }
    File::open(path)?.sync_all()
}

/// Writes a new file beside its place and makes it durable; [`install`] moves it there.
pub(super) fn write_beside(path: &Path, beside: &Path, bytes: &[u8]) -> Result<(), StoreFault> {
    let write = || {
        let mut file = File::create(beside)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(StoreFault::io(path))
}

/// Moves a finished file to its place, in one step, durably.
pub(super) fn install(beside: &Path, path: &Path) -> Result<(), StoreFault> {
    std::fs::rename(beside, path).map_err(StoreFault::io(path))?;
    match path.parent() {
        Some(folder) => sync_folder(folder).map_err(StoreFault::io(folder)),
        None => Ok(()),
    }
}

/// Reads a small file whole; `None` where there is none.
pub(super) fn read_small(path: &Path) -> Result<Option<Vec<u8>>, StoreFault> {
    let length = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreFault::io(path)(error)),
    };
    if length > SMALL_FILE_MAX {
        return Err(StoreFault::io(path)(io::Error::new(
            io::ErrorKind::InvalidData,
            "the file is far larger than this program writes it",
        )));
    }
    std::fs::read(path).map(Some).map_err(StoreFault::io(path))
}

/// A lock on a file, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct LockFile(#[allow(dead_code, reason = "the open file is the lock")] File);

impl LockFile {
    fn open(path: &Path) -> io::Result<File> {
        OpenOptions::new().create(true).append(true).open(path)
    }

    /// Takes the lock alone; `None` where somebody else holds it.
    pub fn exclusive(path: &Path) -> io::Result<Option<LockFile>> {
        let file = LockFile::open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(LockFile(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Takes the lock together with others that take it shared; waits for one who holds it alone.
    pub fn shared(path: &Path) -> io::Result<LockFile> {
        let file = LockFile::open(path)?;
        file.lock_shared()?;
        Ok(LockFile(file))
    }
}
