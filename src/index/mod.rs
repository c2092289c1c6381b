//! One complete published data set in memory, and the one cell through which readers get it.

mod arena;
mod contacts;
pub mod current;
pub mod snapshot;

pub use current::Current;
pub use snapshot::{Snapshot, SnapshotBuilder};

use crate::time::Timestamp;

/// Which data set a snapshot holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// Number of the publication, counted from 1; never used twice.
    pub number: u64,
    /// The moment of the register that it describes (RFC 8909 §5.1.1).
    pub watermark: Timestamp,
    /// When it was published.
    pub published_at: Timestamp,
}

#[cfg(test)]
mod tests;
