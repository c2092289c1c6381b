//! What can be wrong with the vault. For the log and the operator, never for a stranger.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::embedded;

/// Why the vault cannot be read or written.
#[derive(Debug)]
pub enum VaultFault {
    /// A file cannot be read or written.
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no master key.
    NoKey {
        /// Where it should be.
        path: PathBuf,
    },
    /// The master key's file may be read by others.
    KeyExposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The master key's file does not hold a key.
    BadKey {
        /// The file.
        path: PathBuf,
    },
    /// The master key is not the one that the vault was sealed with.
    WrongKey {
        /// The vault's folder.
        path: PathBuf,
    },
    /// Written by another version of this program.
    Version {
        /// The vault's folder.
        path: PathBuf,
        /// The format that it names.
        found: u64,
        /// The format that this program reads.
        known: u64,
    },
    /// The folder that `CURRENT` names is not there.
    Missing {
        /// Which one.
        path: PathBuf,
    },
    /// The vault does not hold what was written.
    Damaged {
        /// The vault's folder.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The vault is in another state than the published data.
    OutOfStep {
        /// The vault's folder.
        path: PathBuf,
        /// Its epoch.
        found: u64,
        /// The epoch that `CURRENT` names.
        expected: u64,
    },
    /// Another process has the vault open and did not let go in time.
    Busy {
        /// The vault's folder.
        path: PathBuf,
    },
    /// The cipher or the random source failed.
    Crypto,
    /// An object links to more than 65,535 others.
    TooManyLinks,
}

impl VaultFault {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> VaultFault + '_ {
        move |source| VaultFault::Io { path: path.to_owned(), source }
    }

    /// What is wrong with the database of the vault.
    pub(super) fn embedded(path: &Path) -> impl FnOnce(embedded::Fault) -> VaultFault + '_ {
        move |fault| match fault {
            embedded::Fault::Io(source) => VaultFault::io(path)(source),
            embedded::Fault::Damaged(detail) => VaultFault::damaged(path, detail),
            embedded::Fault::Busy => VaultFault::Busy { path: path.to_owned() },
        }
    }

    pub(super) fn damaged(path: &Path, detail: impl Into<String>) -> VaultFault {
        VaultFault::Damaged { path: path.to_owned(), detail: detail.into() }
    }
}

impl fmt::Display for VaultFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VaultFault::Io { path, .. } => write!(f, "cannot read or write {}", path.display()),
            VaultFault::NoKey { path } => {
                write!(f, "the vault's key {} is missing: put it back, or import a full deposit", path.display())
            }
            VaultFault::KeyExposed { path, mode } => write!(
                f,
                "the vault's key {} may be read by others (mode {mode:03o}): chmod 600, and consider it known",
                path.display()
            ),
            VaultFault::BadKey { path } => write!(f, "{} does not hold a vault key", path.display()),
            VaultFault::WrongKey { path } => write!(f, "vault {} was sealed with another key", path.display()),
            VaultFault::Version { path, found, known } => {
                write!(f, "vault {} has format {found}; this program reads format {known}", path.display())
            }
            VaultFault::Missing { path } => {
                write!(f, "vault {} is missing: import a full deposit", path.display())
            }
            VaultFault::Damaged { path, detail } => {
                write!(f, "vault {} is damaged, import a full deposit: {detail}", path.display())
            }
            VaultFault::OutOfStep { path, found, expected } => write!(
                f,
                "vault {} is at epoch {found}, the published data at {expected}: import a full deposit",
                path.display()
            ),
            VaultFault::Busy { path } => write!(f, "vault {} is open in another process", path.display()),
            VaultFault::Crypto => f.write_str("the cipher or the source of random numbers failed"),
            VaultFault::TooManyLinks => f.write_str("an object links to more than 65,535 others"),
        }
    }
}

impl std::error::Error for VaultFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            VaultFault::Io { source, .. } => Some(source),
            VaultFault::NoKey { .. }
            | VaultFault::KeyExposed { .. }
            | VaultFault::BadKey { .. }
            | VaultFault::WrongKey { .. }
            | VaultFault::Version { .. }
            | VaultFault::Missing { .. }
            | VaultFault::Damaged { .. }
            | VaultFault::OutOfStep { .. }
            | VaultFault::Busy { .. }
            | VaultFault::Crypto
            | VaultFault::TooManyLinks => None,
        }
    }
}
