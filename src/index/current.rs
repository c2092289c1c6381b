//! The cell through which every reader gets the current snapshot.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::Snapshot;

/// The one shared cell. Empty means that there is no data which may be served: every door then says
/// "unavailable", never "available".
#[derive(Debug, Default)]
pub struct Current(ArcSwapOption<Snapshot>);

impl Current {
    /// An empty cell.
    pub fn empty() -> Current {
        Current::default()
    }

    /// The snapshot, for one request. Never blocks.
    pub fn load(&self) -> Option<Arc<Snapshot>> {
        self.0.load_full()
    }

    /// Calls `reader` with the snapshot. Never blocks, and writes nothing that other readers share: the snapshot is kept
    /// by a note of the thread's own.
    pub fn read<T>(&self, reader: impl FnOnce(Option<&Snapshot>) -> T) -> T {
        reader(self.0.load().as_deref())
    }

    /// Makes a snapshot the current one, whole.
    pub fn publish(&self, snapshot: Arc<Snapshot>) {
        self.0.store(Some(snapshot));
    }

    /// Takes the data away.
    pub fn withdraw(&self) {
        self.0.store(None);
    }
}
