//! Why an import did not happen. For the operator who started it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::import::problem::Report;
use crate::store::StoreFault;
use crate::vault::VaultFault;

/// Why an import or a rebuild did not happen. What was served before is served after.
#[derive(Debug)]
pub enum ImportFailure {
    /// The deposit has errors.
    Refused(Box<Report>),
    /// Another import runs.
    Busy,
    /// There is no register that a differential or incremental deposit could apply to, or that could be decided again.
    NoRegister,
    /// A zone's policy is not among the policies.
    NoPolicy {
        /// The policy's name.
        policy: String,
    },
    /// The vault's key cannot be used.
    Key(VaultFault),
    /// The vault cannot be read or written.
    Vault(VaultFault),
    /// The public store cannot be read or written.
    Store(StoreFault),
    /// A record of the vault does not read.
    Record {
        /// What is wrong with it; no value.
        detail: String,
    },
    /// A file cannot be read or written.
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A part of the program failed in a way that it should not.
    Panicked,
    /// A test stopped the import here, as a kill would.
    #[cfg(test)]
    Abandoned,
}

impl ImportFailure {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> ImportFailure + '_ {
        move |source| ImportFailure::Io { path: path.to_owned(), source }
    }
}

impl From<VaultFault> for ImportFailure {
    fn from(fault: VaultFault) -> ImportFailure {
        match fault {
            VaultFault::NoKey { .. }
            | VaultFault::KeyExposed { .. }
            | VaultFault::BadKey { .. }
            | VaultFault::WrongKey { .. } => ImportFailure::Key(fault),
            other => ImportFailure::Vault(other),
        }
    }
}

impl From<StoreFault> for ImportFailure {
    fn from(fault: StoreFault) -> ImportFailure {
        ImportFailure::Store(fault)
    }
}

impl fmt::Display for ImportFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImportFailure::Refused(report) => {
                let errors = match report.errors() {
                    1 => "1 error".to_owned(),
                    count => format!("{count} errors"),
                };
                write!(f, "the deposit has {errors} and is refused whole; the data stays as it was")
            }
            ImportFailure::Busy => f.write_str("another import is running on this state folder"),
            ImportFailure::NoRegister => f.write_str("there is no register yet: a full deposit must be imported first"),
            ImportFailure::NoPolicy { policy } => write!(f, "there is no policy `{policy}`"),
            ImportFailure::Key(_) => f.write_str("the vault's key cannot be used"),
            ImportFailure::Vault(_) => f.write_str("the vault cannot be used"),
            ImportFailure::Store(_) => f.write_str("the public store cannot be used"),
            ImportFailure::Record { detail } => write!(f, "a record of the vault does not read: {detail}"),
            ImportFailure::Io { path, .. } => write!(f, "cannot read or write {}", path.display()),
            ImportFailure::Panicked => {
                f.write_str("a part of the program failed unexpectedly; the data stays as it was")
            }
            #[cfg(test)]
            ImportFailure::Abandoned => f.write_str("abandoned by a test"),
        }
    }
}

impl std::error::Error for ImportFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ImportFailure::Key(fault) | ImportFailure::Vault(fault) => Some(fault),
            ImportFailure::Store(fault) => Some(fault),
            ImportFailure::Io { source, .. } => Some(source),
            ImportFailure::Refused(_)
            | ImportFailure::Busy
            | ImportFailure::NoRegister
            | ImportFailure::NoPolicy { .. }
            | ImportFailure::Record { .. }
            | ImportFailure::Panicked => None,
            #[cfg(test)]
            ImportFailure::Abandoned => None,
        }
    }
}
