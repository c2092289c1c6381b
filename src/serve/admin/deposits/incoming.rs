//! The folder in which deposits that were handed in are kept until they are imported.
//!
//! Several servers may use one state folder. Each locks its files; a file without a lock is of a process that is gone.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Removes what earlier processes left.
pub(super) fn clear(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let file = if is_file { File::open(entry.path()).ok() } else { None };
        if !file.as_ref().is_some_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock))) {
            // What cannot be removed takes room, and harms nothing else: names are never used twice.
            let _left = fs::remove_file(entry.path());
        }
    }
}

/// Names for files; no two of a process are the same.
pub(super) fn names(count: Arc<AtomicU64>) -> impl Iterator<Item = String> {
    let name = move || format!("deposit-{}-{}", std::process::id(), count.fetch_add(1, Ordering::Relaxed));
    std::iter::repeat_with(name)
}

/// A deposit in a file of ours, which goes when this is dropped.
#[derive(Debug)]
pub struct Received {
    path: PathBuf,
    /// Locked, so that other servers on this state folder do not take it for left behind.
    file: Arc<File>,
}

impl Received {
    /// An empty file in the folder, under the first of `names` that nobody uses.
    pub(super) fn make(folder: &Path, mut names: impl Iterator<Item = String>) -> io::Result<Received> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        loop {
            let name = names.next().ok_or(io::ErrorKind::AlreadyExists)?;
            let path = folder.join(name);
            // A deposit is personal data in the clear.
            let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            let file = match made {
                // Another server's, in a container whose processes have the same numbers.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made?,
            };
            match file.try_lock() {
                // A server that starts may have removed it before it was locked.
                Ok(()) if file.metadata()?.nlink() > 0 => return Ok(Received { path, file: Arc::new(file) }),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// The open file.
    pub(super) fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        // What could not be removed now is removed at the next start.
        let _left = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_servers_on_one_state_folder_leave_each_others_deposits_alone() {
        let folder = tempfile::tempdir().unwrap();
        let received = Received::make(folder.path(), names(Arc::default())).unwrap();
        fs::write(received.path(), "a deposit").unwrap();
        fs::write(folder.path().join("deposit-1-7"), "of one that was killed").unwrap();
        // Another one starts. It has the same process number, as in a container, so its names are the same.
        clear(folder.path());
        assert_eq!(fs::read(received.path()).unwrap(), b"a deposit");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "what was left is gone");
        let other = Received::make(folder.path(), names(Arc::default())).unwrap();
        assert_ne!(other.path(), received.path());
        drop(other);
        assert_eq!(fs::read(received.path()).unwrap(), b"a deposit");
        drop(received);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
