//! What can be wrong with the public store. Ours, not a peer's: for the log, never for a stranger.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::codec::CodecFault;
use crate::embedded;

/// Why the public store cannot be read or written.
#[derive(Debug)]
pub enum StoreFault {
    /// There is no `CURRENT`: nothing was ever imported.
    NothingPublished,
    /// There is no `CURRENT`, but there was one.
    PointerLost,
    /// A file cannot be read or written.
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// `CURRENT` is not what this program wrote.
    BadPointer {
        /// What is wrong with it.
        detail: String,
    },
    /// Written by another version of this program.
    Version {
        /// The file.
        path: PathBuf,
        /// The format that it names.
        found: u64,
        /// The format that this program reads.
        known: u64,
    },
    /// A folder or manifest that `CURRENT` names is not there.
    Missing {
        /// Which one.
        path: PathBuf,
    },
    /// A manifest is not the one that `CURRENT` names.
    BadManifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A generation does not hold what its manifest says.
    Damaged {
        /// The generation's folder.
        path: PathBuf,
        /// What differs.
        detail: String,
    },
    /// Another process has the generation open and did not let go in time.
    Busy {
        /// The generation's folder.
        path: PathBuf,
    },
    /// A record does not decode.
    Record {
        /// The generation's folder.
        path: PathBuf,
        /// Why.
        source: CodecFault,
    },
    /// Whoever asked for the reading no longer wants it.
    Interrupted,
}

impl StoreFault {
    /// An input or output error at a path.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> StoreFault + '_ {
        move |source| StoreFault::Io { path: path.to_owned(), source }
    }

    /// True where `CURRENT` itself does not tell which data and which vault to use: only a full deposit helps.
    pub fn is_of_pointer(&self) -> bool {
        match self {
            StoreFault::NothingPublished | StoreFault::PointerLost | StoreFault::BadPointer { .. } => true,
            StoreFault::Version { path, .. } => path.ends_with("CURRENT"),
            StoreFault::Io { .. }
            | StoreFault::Missing { .. }
            | StoreFault::BadManifest { .. }
            | StoreFault::Damaged { .. }
            | StoreFault::Busy { .. }
            | StoreFault::Record { .. }
            | StoreFault::Interrupted => false,
        }
    }

    /// What is wrong with the database of a generation.
    pub(super) fn embedded(path: &Path) -> impl FnOnce(embedded::Fault) -> StoreFault + '_ {
        move |fault| match fault {
            embedded::Fault::Io(source) => StoreFault::io(path)(source),
            embedded::Fault::Damaged(detail) => StoreFault::damaged(path, detail),
            embedded::Fault::Busy => StoreFault::Busy { path: path.to_owned() },
        }
    }

    /// Damage of a generation.
    pub(crate) fn damaged(path: &Path, detail: impl Into<String>) -> StoreFault {
        StoreFault::Damaged { path: path.to_owned(), detail: detail.into() }
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreFault::NothingPublished => f.write_str("nothing was published yet: import a deposit first"),
            StoreFault::PointerLost => f.write_str("CURRENT is gone, although data was published here"),
            StoreFault::Io { path, .. } => write!(f, "cannot read or write {}", path.display()),
            StoreFault::BadPointer { detail } => write!(f, "CURRENT is damaged: {detail}"),
            StoreFault::Version { path, found, known } => {
                write!(f, "{} has format {found}; this program reads format {known}", path.display())
            }
            StoreFault::Missing { path } => write!(f, "{} is missing", path.display()),
            StoreFault::BadManifest { path, detail } => write!(f, "manifest {}: {detail}", path.display()),
            StoreFault::Damaged { path, detail } => write!(f, "generation {} is damaged: {detail}", path.display()),
            StoreFault::Busy { path } => {
                write!(f, "generation {} is open in another process that does not let go", path.display())
            }
            StoreFault::Interrupted => f.write_str("the reading was broken off"),
            StoreFault::Record { path, .. } => {
                write!(f, "generation {} has a record that does not read", path.display())
            }
        }
    }
}

impl std::error::Error for StoreFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreFault::Io { source, .. } => Some(source),
            StoreFault::Record { source, .. } => Some(source),
            StoreFault::NothingPublished
            | StoreFault::PointerLost
            | StoreFault::BadPointer { .. }
            | StoreFault::Version { .. }
            | StoreFault::Missing { .. }
            | StoreFault::BadManifest { .. }
            | StoreFault::Damaged { .. }
            | StoreFault::Busy { .. }
            | StoreFault::Interrupted => None,
        }
    }
}
