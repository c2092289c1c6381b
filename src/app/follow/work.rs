//! What a follower has done in the background: one thread for each piece of work, its panics contained.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};

/// Wakes a follower.
#[derive(Clone, Debug)]
pub(in crate::app) struct Bell(SyncSender<()>);

impl Bell {
    /// A bell, and where it is heard.
    pub(in crate::app) fn new() -> (Bell, Receiver<()>) {
        let (ring, rung) = sync_channel(1);
        (Bell(ring), rung)
    }

    /// Wakes it now.
    pub(in crate::app) fn ring(&self) {
        // One that is awake or gone needs no ringing.
        let _ = self.0.try_send(());
    }
}

/// A piece of work that is under way, or done and not yet looked at.
#[derive(Debug)]
pub(super) struct Work<T> {
    stop: Arc<AtomicBool>,
    result: Receiver<Option<T>>,
}

/// What became of a piece of work.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Done<T> {
    /// It goes on.
    NotYet,
    /// It was given up.
    GivenUp,
    /// It ended in a panic.
    Panicked,
    /// Its result.
    With(T),
}

impl<T: Send + 'static> Work<T> {
    /// Begins. `work` is told by the flag when nobody wants it any more; `bell` rings at its end.
    pub(super) fn begin(bell: &Bell, work: impl FnOnce(&AtomicBool) -> T + Send + 'static) -> io::Result<Work<T>> {
        let (send, result) = sync_channel(1);
        let stop = Arc::new(AtomicBool::new(false));
        let (told, bell) = (Arc::clone(&stop), bell.clone());
        std::thread::Builder::new().name("follow".to_owned()).spawn(move || {
            // What the work has half done ends with it: nothing of it is seen afterwards.
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&told))).ok();
            // Nobody may be waiting any more.
            let _ = send.send(outcome);
            bell.ring();
        })?;
        Ok(Work { stop, result })
    }

    /// Says that nobody wants it any more. It ends soon; until then it still takes memory.
    pub(super) fn give_up(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Looks whether it is done. After anything but [`Done::NotYet`] it is over.
    pub(super) fn look(&self) -> Done<T> {
        match self.result.try_recv() {
            Err(TryRecvError::Empty) => Done::NotYet,
            _ if self.stop.load(Ordering::Relaxed) => Done::GivenUp,
            Ok(Some(result)) => Done::With(result),
            Ok(None) | Err(TryRecvError::Disconnected) => Done::Panicked,
        }
    }
}

impl<T> Drop for Work<T> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends_with_its_result_a_panic_or_nothing() {
        let (bell, heard) = Bell::new();
        let work = Work::begin(&bell, |_| 7).unwrap();
        heard.recv().unwrap();
        assert_eq!(work.look(), Done::With(7));
        let work: Work<u8> = Work::begin(&bell, |_| panic!("a test's panic")).unwrap();
        heard.recv().unwrap();
        assert_eq!(work.look(), Done::Panicked);
        let work = Work::begin(&bell, |stop| while !stop.load(Ordering::Relaxed) {}).unwrap();
        assert_eq!(work.look(), Done::NotYet);
        work.give_up();
        heard.recv().unwrap();
        assert_eq!(work.look(), Done::GivenUp);
    }
}
