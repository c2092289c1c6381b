//! `loket generate`: fictional registers for tests of load.

use std::path::PathBuf;

use super::{Exit, Failure, print};
use crate::generate::{self, Format, GenerateFault, Order};
use crate::observe::logs::chain;

/// What to make.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many domains
    #[arg(long, value_name = "N")]
    domains: u64,
    /// The seed: the same one makes the same register
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The form of the deposit: rde-xml, rde-csv or jsonl
    #[arg(long, value_parser = format, default_value = "rde-xml")]
    format: Format,
    /// Instead of the register: the differential deposit with so many changes that follows it a day later
    #[arg(long, value_name = "M")]
    changes: Option<u64>,
    /// The file to write; compressed where it ends in .gz
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
}

fn format(word: &str) -> Result<Format, String> {
    Format::from_word(word).ok_or_else(|| "one of rde-xml, rde-csv, jsonl".to_owned())
}

/// Makes a register, or the changes that follow it.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { domains, seed, changes, format, out } = arguments;
    let made = match changes {
        None => generate::generate(*domains, *seed, *format, out),
        Some(changes) => generate::diff(&Order::new(*domains, *seed), *changes, *format, out),
    };
    made.map_err(|fault: GenerateFault| Failure::new(Exit::InputOutput, chain(&fault)))?;
    let what = changes.map_or_else(String::new, |changes| format!("{changes} changes to "));
    print(format!("{}: {what}{domains} domains, seed {seed}\n", out.display()).as_bytes())
}
