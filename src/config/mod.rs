//! Settings: a file becomes a checked [`Config`], or all its mistakes with file and line.
//!
//! Unknown keys are mistakes, units stand in the keys, relative paths count from the folder of the settings file,
//! values out of bounds are refused and never clamped. The file holds no secrets: keys are named by path.

mod check;
mod effective;
mod guard;
mod import;
pub mod limits;
mod search;
pub mod source;
mod tls;
mod zones;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::disclosure::policy::Policy;
use crate::guard::Settings;
use crate::model::vocabulary::words;
use crate::render::site::Site;

pub use limits::Limits;
pub use source::{Mistake, Mistakes};

/// A settings file larger than this is refused, in octets.
const SETTINGS_OCTETS_MAX: u64 = 1 << 20;

/// The checked settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The settings file.
    pub file: PathBuf,
    /// The folder with everything that Loket writes.
    pub state: PathBuf,
    /// Where it listens.
    pub listen: Listen,
    /// Certificate and key of the HTTPS door; `None` where that door is closed.
    pub tls: Option<Tls>,
    /// What answers say about the registry.
    pub site: Site,
    /// Policies.
    pub disclosure: Disclosure,
    /// Imports.
    pub import: Import,
    /// Logs.
    pub log: Log,
    /// Limits.
    pub limits: Limits,
    /// Who may ask how much.
    pub guard: Settings,
}

/// The addresses of the doors; a door without one is closed. Port 0 takes any free port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listen {
    /// RDAP without TLS.
    pub http: Vec<SocketAddr>,
    /// RDAP with TLS.
    pub https: Vec<SocketAddr>,
    /// Port 43.
    pub whois: Vec<SocketAddr>,
    /// The availability protocol.
    pub das: Vec<SocketAddr>,
    /// Health, readiness and metrics. Loopback only, unless the settings say `admin_from_outside = true`.
    pub admin: Vec<SocketAddr>,
    /// Whether the admin door may listen on an address that others reach.
    pub admin_from_outside: bool,
}

/// Where the certificate of the HTTPS door comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From PEM files of the operator.
    Files {
        /// The chain, leaf first.
        certificate: PathBuf,
        /// The private key.
        key: PathBuf,
    },
    /// Made at the first start, for trying out; kept in `state/tls`.
    SelfSigned {
        /// Names and addresses that the certificate is for.
        names: Vec<String>,
    },
}

/// The policies that zones choose from.
#[derive(Clone, Debug)]
pub struct Disclosure {
    /// The folder they were read from.
    pub folder: PathBuf,
    /// The policy of a zone that names none.
    pub default: String,
    /// All policies, by name.
    pub policies: BTreeMap<String, Policy>,
}

/// How deposits are imported.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Deposits that `serve` imports when nothing was published yet.
    pub initial: Vec<PathBuf>,
    /// The share of its domains, 0 to 1, that the register may lose in one import.
    pub shrink_share_max: f64,
    /// The drop folder from which `serve` takes deposits by itself; `None`: it takes none.
    pub watch: Option<PathBuf>,
    /// Between two looks at the drop folder, in milliseconds.
    pub watch_interval_ms: u64,
    /// The largest deposit that is taken over HTTP, in octets.
    pub deposit_octets_max: u64,
    /// How long an import waits before its commit for running servers to have read the new data, in milliseconds.
    pub servers_wait_ms: u64,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// One line of text or of JSON per event.
    pub format: LogFormat,
    /// The least severe level that is written.
    pub level: LogLevel,
    /// Whether each question is logged (door, kind, ending, network of the client; never the name).
    pub questions: bool,
}

words! {
    /// What RDAP does with requests over plain HTTP.
    PlainHttp {
        /// It answers them as those over TLS.
        Answer = "answer",
        /// It redirects them to https and answers none (ICANN's Technical Implementation Guide 1.4).
        Redirect = "redirect",
    }
}

words! {
    /// The form of a log line.
    LogFormat {
        /// For people.
        Text = "text",
        /// For collectors.
        Json = "json",
    }
}

words! {
    /// Severity.
    LogLevel {
        /// Faults of ours.
        Error = "error",
        /// What an operator should look at.
        Warn = "warn",
        /// The life of the process and each question.
        Info = "info",
        /// Connections.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }
}

impl Config {
    /// Reads and checks a settings file, the policies and the TLS files that it names.
    ///
    /// # Errors
    /// All mistakes of all of these, each with file and line.
    pub fn load(path: &Path) -> Result<Config, Mistakes> {
        let file = path.display().to_string();
        let alone = |message: String| Mistakes(vec![Mistake { file: file.clone(), line: 0, message }]);
        let length = std::fs::metadata(path).map_err(|error| alone(format!("cannot be read: {error}")))?.len();
        if length > SETTINGS_OCTETS_MAX {
            return Err(alone(format!("is larger than {SETTINGS_OCTETS_MAX} octets")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| alone(format!("cannot be read: {error}")))?;
        let path = std::path::absolute(path).map_err(|error| alone(format!("has no absolute path: {error}")))?;
        check::config(&path, &file, &text)
    }

    /// The settings in force as TOML: defaults filled in, paths absolute. It holds no secrets, only paths to them.
    pub fn effective(&self) -> String {
        effective::print(self)
    }
}

#[cfg(test)]
mod tests;
