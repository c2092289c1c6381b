//! Why a server does not start.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use crate::observe::Entrance;
use crate::serve::tls::TlsFault;

/// Why a server does not start, or ended by itself.
#[derive(Debug)]
pub enum StartFault {
    /// The HTTPS door has no certificate.
    Tls(TlsFault),
    /// An address cannot be bound.
    Bind(Entrance, SocketAddr, io::Error),
    /// The system has no random numbers for the key of cursors.
    NoRandomness,
    /// The first import failed.
    #[cfg(feature = "publisher")]
    FirstImport(crate::publish::ImportFailure),
    /// A background task without which nothing works ended.
    LoopEnded,
}

impl fmt::Display for StartFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartFault::Tls(_) => f.write_str("the HTTPS door cannot open"),
            StartFault::Bind(entrance, address, _) => write!(f, "cannot listen on {address} for {entrance}"),
            #[cfg(feature = "publisher")]
            StartFault::FirstImport(_) => f.write_str("the first import failed"),
            StartFault::NoRandomness => f.write_str("the system gives no random numbers"),
            StartFault::LoopEnded => f.write_str("an accept loop ended by itself"),
        }
    }
}

impl std::error::Error for StartFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StartFault::Tls(error) => Some(error),
            StartFault::Bind(_, _, error) => Some(error),
            #[cfg(feature = "publisher")]
            StartFault::FirstImport(error) => Some(error),
            StartFault::NoRandomness | StartFault::LoopEnded => None,
        }
    }
}
