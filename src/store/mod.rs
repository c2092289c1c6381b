//! The public store: complete data sets on disk, of which one is current.
//!
//! What lies in the state folder:
//!
//! ```text
//! CURRENT                              which data set is current: replaced by atomic rename, the only commit point
//! public/g00000007-base/               a sled folder: every public record of the register
//! public/g00000008-delta/              a sled folder: records that changed since, and tombstones
//! public/g0000000N-….manifest.json     beside each: counts, digest, policies, watermark
//! CURRENT.new                          the next CURRENT, prepared; locked by the import that wrote it
//! serving/server-N                     a running server's word on the prepared CURRENT; locked by that server
//! reading.lock                         held shared while a data set is read, so that it is not pruned meanwhile
//! ```
//!
//! A folder is written aside, flushed, closed, opened again, compared with its manifest, and only then named by
//! `CURRENT`; from then on it never changes. `CURRENT` holds the digest of each manifest, a manifest the digest of
//! its folder's records, so nothing that was altered, cut short or swapped is served.
//!
//! sled is not trusted with any of this. A flipped byte makes it panic, a truncated file opens empty without an
//! error: panics are contained in [`crate::embedded`], and what was read counts only after number and digest were
//! compared. Only one process can have a sled folder open: readers open it, read it to the end, and close it.

mod backend;
mod disk;
mod fault;
mod files;
mod load;
mod manifest;
mod pointer;
mod prune;
mod serving;
mod write;

pub use backend::{Backend, Shelf};
pub use fault::StoreFault;
#[cfg(test)]
pub(crate) use files::UNSYNCABLE;
pub use files::{LockFile, sync_folder};
#[cfg(test)]
pub(crate) use load::load_from;
pub use load::{Published, load, load_further, verify};
pub use manifest::{GenerationKind, Manifest, PolicyMark};
pub use pointer::{ChainLink, Commit, DepositMark, DepositMarks, Pointer, Prepared, VaultMark};
pub use prune::{highest_number, prune};
pub use serving::{Audience, ServingFile, Word, hear};
pub use write::{GenerationWriter, Written};

use std::path::{Path, PathBuf};

/// The folder of the generations in the state folder.
pub fn public_folder(state: &Path) -> PathBuf {
    state.join("public")
}

/// The name of a generation's folder.
pub fn generation_name(number: u64, kind: GenerationKind) -> String {
    format!("g{number:08}-{}", kind.word())
}

/// The number in a generation's folder or manifest name; `None` for a name of another kind.
pub fn generation_number(name: &str) -> Option<u64> {
    name.strip_prefix('g')?.split_once('-')?.0.parse().ok()
}

#[cfg(test)]
mod tests;
