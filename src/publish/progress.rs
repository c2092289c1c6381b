//! What an import tells while it works.

use super::Applied;
use crate::model::vocabulary::words;

words! {
    /// The phases of an import, in order.
    Phase {
        /// Objects are read, sealed and put aside.
        Reading = "reading",
        /// The vault is written in order; counts and duplicates are checked.
        Checking = "checking",
        /// Links are checked, records decided and written.
        Deciding = "deciding",
        /// What was written is read back.
        Verifying = "verifying",
        /// Running servers read what is about to be committed.
        Announcing = "announcing",
        /// `CURRENT` is replaced and the vault amended.
        Committing = "committing",
    }
}

/// Is told how an import goes on, from one thread, and a few times a second at most for each kind of news but
/// [`step`](Progress::step).
pub trait Progress {
    /// A deposit begins.
    fn deposit(&mut self, name: &str) {
        let _ = name;
    }

    /// A phase begins.
    fn phase(&mut self, phase: Phase) {
        let _ = phase;
    }

    /// So many bytes of the deposit were read; the total is 0 where it is unknown.
    fn bytes(&mut self, read: u64, total: u64) {
        let _ = (read, total);
    }

    /// So many objects were done in this phase; the total is 0 where it is unknown.
    fn objects(&mut self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// A record of a differential deposit was looked at, which takes less than a millisecond. One who works beside others
    /// lets them go first here.
    fn step(&mut self) {}

    /// The next `CURRENT` was shown to the servers, or has become the current one. A server that follows in this
    /// process need not wait for its next look.
    fn shown(&mut self) {}

    /// A deposit was applied.
    fn applied(&mut self, applied: &Applied) {
        let _ = applied;
    }
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {}
