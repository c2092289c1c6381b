//! Two pieces of work at the same time, where there is enough to do.

use std::panic::resume_unwind;
use std::thread;

/// Fewer entries are worked on sooner by one thread than a second one is started.
const ENTRIES_MIN: usize = 16 * 1024;

/// What both give. `other` has a thread of its own where the work is about so many `entries`; a panic of it is one here.
pub(super) fn together<A, B: Send>(
    entries: usize,
    one: impl FnOnce() -> A,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    if entries < ENTRIES_MIN {
        return (one(), other());
    }
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        (one, other.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}
