//! Working the changes over a base into a base of its own, while the data is served and goes on changing.
//!
//! What was merged is swapped in when it is what is served. Where further changes were committed meanwhile, they are
//! read again over it first.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::work::{Done, Work};
use super::{Follower, Loaded, Unservable, aside, load};
use crate::index::Snapshot;
use crate::store::Pointer;

/// Where merging stands.
pub(super) struct Merge {
    /// When a snapshot is to be merged.
    pub(super) is_wanted: fn(&Snapshot) -> bool,
    work: Option<Work<Result<Loaded, Unservable>>>,
    /// What was merged and waits to be swapped in.
    merged: Option<Loaded>,
    /// What could not be merged; it is not tried again.
    failed: Option<Pointer>,
}

impl Default for Merge {
    fn default() -> Merge {
        Merge { is_wanted: Snapshot::wants_merge, work: None, merged: None, failed: None }
    }
}

impl Merge {
    /// Lets go of everything, because another base needs the memory. False while that takes time.
    pub(super) fn make_way(&mut self) -> bool {
        self.merged = None;
        if let Some(work) = &self.work {
            work.give_up();
        }
        self.work.is_none()
    }

    /// True while something is merged or waits to be swapped in.
    #[cfg(test)]
    pub(super) fn is_busy(&self) -> bool {
        self.work.is_some() || self.merged.is_some()
    }
}

impl Follower {
    /// Takes what was merged.
    pub(super) fn collect_merged(&mut self) {
        let Some(work) = self.merge.work.take() else { return };
        match work.look() {
            Done::NotYet => self.merge.work = Some(work),
            Done::GivenUp => {}
            Done::With(Ok(loaded)) => self.merge.merged = Some(loaded),
            Done::With(Err(_)) | Done::Panicked => {
                tracing::warn!("changes could not be merged into a base; they are served as they are");
                self.merge.failed = self.served.as_ref().map(|served| served.pointer.clone());
            }
        }
    }

    /// Merges, catches up, swaps: the one of them that is due. Called when no other data set is wanted: what is being
    /// read stands on the base that is served, and is swapped in first.
    pub(super) fn merge_on(&mut self) {
        let Some(served) = self.served.clone() else { return };
        if self.merge.work.is_some() || self.reading.is_some() {
            return;
        }
        match self.merge.merged.take() {
            Some(merged) if merged.pointer == served.pointer => {
                tracing::debug!(generation = merged.pointer.number, "changes are merged into a base");
                self.swap(Arc::clone(&merged.snapshot));
                self.served = Some(Arc::new(merged));
            }
            Some(merged) if served.pointer.goes_on_from(&merged.pointer) => self.catch_up(merged, served),
            // Another base is served by now.
            Some(_) => {}
            None if (self.merge.is_wanted)(&served.snapshot) && self.merge.failed.as_ref() != Some(&served.pointer) => {
                let merge = move |_: &_| {
                    aside::step_back();
                    let snapshot = Arc::new(served.snapshot.merged());
                    Ok(Loaded { pointer: served.pointer.clone(), snapshot, changes: 0 })
                };
                // Where no thread can be had now, the next step tries again.
                self.merge.work = Work::begin(&self.bell, merge).ok();
            }
            None => {}
        }
    }

    /// Reads over what was merged what was committed since.
    fn catch_up(&mut self, merged: Loaded, served: Arc<Loaded>) {
        let config = Arc::clone(&self.config);
        let read = move |stop: &AtomicBool| {
            aside::step_back();
            load(&config, &served.pointer, Some(&merged), stop)
        };
        self.merge.work = Work::begin(&self.bell, read).ok();
    }
}
