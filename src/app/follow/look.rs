//! Looking at `CURRENT`, often and cheaply: it is read only when the file has become another.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use crate::store::{Pointer, StoreFault};
use crate::time::Timestamp;

/// What tells one `CURRENT` from the next: each is a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    length: u64,
    seconds: i64,
    nanoseconds: i64,
}

impl Stamp {
    fn of(state: &Path) -> Option<Stamp> {
        // What cannot be looked at is reported when it is read.
        let metadata = std::fs::metadata(state.join("CURRENT")).ok()?;
        Some(Stamp {
            inode: metadata.ino(),
            length: metadata.len(),
            seconds: metadata.ctime(),
            nanoseconds: metadata.ctime_nsec(),
        })
    }
}

/// What `CURRENT` names.
#[derive(Debug, Default)]
pub(super) struct Committed {
    looked: Option<Option<Stamp>>,
    pointer: Option<Pointer>,
}

impl Committed {
    /// Looks again. A fault is told once for each file that has it.
    pub(super) fn look(&mut self, state: &Path) -> Result<(), StoreFault> {
        let stamp = Stamp::of(state);
        if self.looked == Some(stamp) {
            return Ok(());
        }
        self.looked = Some(stamp);
        self.pointer = None;
        self.pointer = Some(Pointer::read(state)?);
        Ok(())
    }

    /// Makes the next look read the file whatever it is.
    pub(super) fn forget(&mut self) {
        self.looked = None;
    }

    /// The pointer; `None` where there is none that reads.
    pub(super) fn pointer(&self) -> Option<&Pointer> {
        self.pointer.as_ref()
    }

    /// How long ago it became the current one: the rename is the last that changed the file.
    pub(super) fn age(&self, now: Timestamp) -> Option<Duration> {
        let stamp = self.looked.flatten()?;
        let at = Timestamp::new(stamp.seconds, i32::try_from(stamp.nanoseconds).ok()?).ok()?;
        Duration::try_from(now.duration_since(at)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ChainLink;

    fn pointer(number: u64) -> Pointer {
        let chain = vec![ChainLink { folder: "g00000001-base".into(), manifest: "ab".into() }];
        Pointer { number, chain, vault: None, deposits: None, register: Default::default() }
    }

    #[test]
    fn each_replacement_is_seen_once_and_a_fault_is_told_once() {
        let state = tempfile::tempdir().unwrap();
        let mut committed = Committed::default();
        assert!(matches!(committed.look(state.path()), Err(StoreFault::NothingPublished)));
        committed.look(state.path()).unwrap();
        assert!(committed.pointer().is_none() && committed.age(Timestamp::UNIX_EPOCH).is_none());
        for number in 1..50 {
            let _ = pointer(number).prepare(state.path()).unwrap().commit().unwrap();
            committed.look(state.path()).unwrap();
            assert_eq!(committed.pointer(), Some(&pointer(number)));
        }
        let age = committed.age(crate::time::Clock::system().now());
        assert!(age.is_some_and(|age| age < Duration::from_secs(60)), "{age:?}");
        std::fs::write(state.path().join("CURRENT"), "rubbish").unwrap();
        assert!(matches!(committed.look(state.path()), Err(StoreFault::BadPointer { .. })));
        committed.look(state.path()).unwrap();
        assert!(committed.pointer().is_none());
        committed.forget();
        assert!(committed.look(state.path()).is_err());
    }
}
