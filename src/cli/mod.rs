//! The command line. Results go to stdout, diagnostics to stderr, and the exit code says of which kind a failure is.

mod failure;
#[cfg(feature = "publisher")]
mod generate;
mod health;
#[cfg(feature = "publisher")]
mod import;
mod lookup;
mod serve;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use failure::{Exit, Failure};

use crate::config::Config;

/// The counter where the public asks a domain registry about a name.
#[derive(Debug, Parser)]
#[command(name = "loket", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers the public, until SIGTERM or SIGINT
    Serve {
        /// The settings file
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Checks a settings file with all that it names, and prints the settings in force
    Check {
        /// The settings file
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Answers one question from the published data, without a server
    Lookup(lookup::Arguments),
    /// Asks a running server whether it is ready; for health checks of containers
    Health(health::Arguments),
    /// Imports deposits, in this order, each whole or not at all
    #[cfg(feature = "publisher")]
    Import(import::Arguments),
    /// Decides every record of the stored register again and publishes the outcome
    #[cfg(feature = "publisher")]
    Rebuild {
        /// The settings file
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Makes a fictional register for load tests
    #[cfg(feature = "publisher")]
    Generate(generate::Arguments),
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { Exit::Usage.code() } else { ExitCode::SUCCESS };
            // Where neither stream can be written, the code is all that is left to say.
            let _unsaid = error.print();
            return code;
        }
    };
    let outcome = match arguments.command {
        Command::Serve { config } => serve::run(&config),
        Command::Check { config } => check(&config),
        Command::Lookup(arguments) => lookup::run(&arguments),
        Command::Health(arguments) => health::run(&arguments),
        #[cfg(feature = "publisher")]
        Command::Import(arguments) => import::run(&arguments),
        #[cfg(feature = "publisher")]
        Command::Rebuild { config } => import::rebuild(&config),
        #[cfg(feature = "publisher")]
        Command::Generate(arguments) => generate::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure.text);
            failure.exit.code()
        }
    }
}

fn check(path: &Path) -> Result<(), Failure> {
    print(load(path)?.effective().as_bytes())
}

/// Reads the settings; every mistake is told.
fn load(path: &Path) -> Result<Config, Failure> {
    Config::load(path).map_err(|mistakes| {
        let count = mistakes.0.len();
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        Failure::new(Exit::Config, format!("{mistakes}\n{count} {noun} in the configuration"))
    })
}

/// Writes a result to stdout.
fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::new(Exit::InputOutput, format!("stdout cannot be written: {error}")))
}

/// Writes a diagnostic to stderr.
fn complain(text: &str) {
    // Where stderr is closed, nobody is there to be told.
    let _unsaid = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
