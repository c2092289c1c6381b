//! How a command fails: a text for stderr and an exit code (those of BSD's sysexits).

use std::fmt;
use std::process::ExitCode;

use crate::app::{StartFault, Unservable};
use crate::observe::logs::chain;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 64: the command line is wrong.
    Usage,
    /// 65: the data is wrong: a deposit was refused, a store is damaged.
    Data,
    /// 71: the system refused something: an address, a thread, a signal.
    System,
    /// 74: a file or stream cannot be read or written.
    InputOutput,
    /// 78: the configuration is wrong.
    Config,
}

impl Exit {
    /// The number.
    pub fn number(self) -> u8 {
        match self {
            Exit::Usage => 64,
            Exit::Data => 65,
            Exit::System => 71,
            Exit::InputOutput => 74,
            Exit::Config => 78,
        }
    }

    /// The number as the process's code.
    pub fn code(self) -> ExitCode {
        ExitCode::from(self.number())
    }
}

/// A command that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Of which kind.
    pub exit: Exit,
    /// What is told on stderr.
    pub text: String,
}

impl Failure {
    /// A failure of a kind.
    pub fn new(exit: Exit, text: impl Into<String>) -> Failure {
        Failure { exit, text: text.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

impl From<StartFault> for Failure {
    fn from(fault: StartFault) -> Failure {
        let exit = match &fault {
            StartFault::Tls(_) => Exit::Config,
            StartFault::Bind(..) | StartFault::NoRandomness | StartFault::LoopEnded => Exit::System,
            #[cfg(feature = "publisher")]
            StartFault::FirstImport(failure) => return super::import::tell(failure),
        };
        Failure::new(exit, chain(&fault))
    }
}

impl From<Unservable> for Failure {
    fn from(fault: Unservable) -> Failure {
        Failure::new(Exit::Data, format!("{}; {}", chain(&fault), fault.remedy()))
    }
}
