//! Room on the disk, made sure of before it is needed.
//!
//! sled survives a process that is killed while it writes, but not always a disk that fills up under a database that it
//! already has: what was written half may not read afterwards. A full deposit goes to a database of its own, which is
//! thrown away then. An amendment goes to the present one. So before anything is written there, a file of zeros as large
//! as the writes may become is put beside it and removed: where the disk is full, the import ends at that file.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Octets that opening a database and small writes may take, beyond a new snapshot.
const BASE_OCTETS: u64 = 2 * 1024 * 1024;
/// Octets of changes that are staged between two looks at the disk.
const STEP_OCTETS: u64 = 256 * 1024;
/// How many octets of log one octet of changes may become, with links, copies of old values and rewritten nodes.
const AMPLIFICATION: u64 = 8;

/// Looks after the room for what is written into one database.
#[derive(Debug)]
pub(super) struct Room {
    file: PathBuf,
    staged: AtomicU64,
    covered: AtomicU64,
}

impl Room {
    /// For the database in `folder`.
    pub(super) fn beside(folder: &Path) -> Room {
        Room { file: folder.with_extension("room"), staged: AtomicU64::new(0), covered: AtomicU64::new(0) }
    }

    /// Before the database is opened: room for its new snapshot and for small writes.
    pub(super) fn to_open(&self, folder: &Path) -> io::Result<()> {
        let mut octets = BASE_OCTETS;
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name() != "db" {
                octets = octets.saturating_add(entry.metadata()?.len());
            }
        }
        self.take(octets)
    }

    /// Before `octets` of changes are staged.
    pub(super) fn to_stage(&self, octets: usize) -> io::Result<()> {
        // One thread stages; the others that share the vault only read.
        let staged = self.staged.load(Ordering::Relaxed).saturating_add(u64::try_from(octets).unwrap_or(u64::MAX));
        self.staged.store(staged, Ordering::Relaxed);
        let covered_before = self.covered.load(Ordering::Relaxed);
        if staged <= covered_before {
            return Ok(());
        }
        let covered = staged.saturating_add(STEP_OCTETS);
        self.take(BASE_OCTETS.saturating_add((covered - covered_before).saturating_mul(AMPLIFICATION)))?;
        self.covered.store(covered, Ordering::Relaxed);
        Ok(())
    }

    /// Before the commit: room to fold in everything that was staged.
    pub(super) fn to_fold(&self) -> io::Result<()> {
        self.take(BASE_OCTETS.saturating_add(self.staged.load(Ordering::Relaxed).saturating_mul(AMPLIFICATION)))
    }

    /// Takes so many octets of the disk and gives them back.
    fn take(&self, octets: u64) -> io::Result<()> {
        let zeros = [0; 64 * 1024];
        let fill = || {
            let mut file = File::create(&self.file)?;
            let mut left = octets;
            while left > 0 {
                let part = usize::try_from(left).unwrap_or(usize::MAX).min(zeros.len());
                file.write_all(zeros.get(..part).unwrap_or_default())?;
                left = left.saturating_sub(part as u64);
            }
            Ok(())
        };
        let filled = fill();
        // What could not even be made need not be removed.
        let _ = std::fs::remove_file(&self.file);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_given_back_and_what_cannot_be_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("v1");
        std::fs::create_dir(&database).unwrap();
        let room = Room::beside(&database);
        room.to_open(&database).unwrap();
        room.to_stage(10).unwrap();
        assert!(room.covered.load(Ordering::Relaxed) > STEP_OCTETS);
        room.to_fold().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "only the database is left");
        // Where no file can be made there is no room either.
        std::fs::create_dir(database.with_extension("room")).unwrap();
        assert!(room.to_fold().is_err());
    }
}
