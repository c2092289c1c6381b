//! One complete published data set in memory, and the one cell through which readers get it.
//!
//! A snapshot is a base, which it shares with those before and after it, and an overlay of what changed since the base
//! was made. An overlay that has grown is merged into a base of its own, beside the snapshot that answers.
//!
//! From the octets up: `arena` keeps octets, `layers` finds them in a shared base and an overlay of changes,
//! `records`, `contacts`, `hosts` and `registrars` are what can be asked for, `contents` keeps them in step. A
//! snapshot reads contents, a builder changes a copy of them, `feeding` many at once. `search` finds several at once, `together` has two threads
//! work on one thing.

mod arena;
pub mod builder;
mod contacts;
mod contents;
pub mod current;
mod feeding;
mod hosts;
mod layers;
mod memory;
mod records;
mod registrars;
pub mod search;
pub mod snapshot;
mod together;

pub use builder::SnapshotBuilder;
pub use current::Current;
pub use hosts::LONE_HOST_ADDRESSES_MAX;
pub use memory::{Memory, TableMemory};
pub use registrars::KeptRegistrar;
pub use search::{EntityKey, Found, Reach, goes_by};
pub use snapshot::Snapshot;

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
