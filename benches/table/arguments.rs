//! What the command line says.

use std::path::PathBuf;
use std::time::Duration;

use crate::contest::Effort;
use crate::data::Wish;
use crate::rows::{ROWS, Sizes};

const USAGE: &str = "[ROW…] [--list] [--test] [--domains N] [--rounds N] [--seconds S] [--grown N,A,B,C] [--peer N] \
    [--folder PATH] [--results PATH] [--page PATH] [--profiles | --profiles-only] [--without-question-log]";

/// What the command line says.
pub struct Arguments {
    /// Names of rows; none: all.
    pub rows: Vec<String>,
    pub lists: bool,
    pub effort: Effort,
    pub domains: u64,
    pub sizes: Sizes,
    pub wish: Wish,
    /// Where registers are kept.
    pub folder: Option<PathBuf>,
    /// Where outcomes are kept.
    pub results: Option<PathBuf>,
    /// The page of results that is written from all outcomes that are kept.
    pub page: Option<PathBuf>,
    /// Profiles, which need both.
    pub profiles: Profiles,
}

/// Whether it is recorded where the time of rows goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profiles {
    /// It is not.
    None,
    /// After the rows are measured.
    Too,
    /// And no row is measured.
    Only,
}

impl Arguments {
    pub fn parse(words: &[String]) -> Arguments {
        let is_test = words.iter().any(|word| word == "--test") || !words.iter().any(|word| word == "--bench");
        let effort = |rounds, span| Effort { rounds, span: Duration::from_millis(span), is_test };
        let (effort, domains, sizes) = if is_test {
            (effort(1, 200), 300, Sizes { grown: (200, [1, 2, 3]), peer: 100, changes: 10 })
        } else {
            (effort(7, 2_000), 20_000, Sizes { grown: (20_000, [1, 5, 10]), peer: 20_000, changes: 1_000 })
        };
        let mut arguments = Arguments {
            rows: Vec::new(),
            lists: false,
            effort,
            domains,
            sizes,
            wish: Wish { logs_questions: true },
            folder: None,
            results: None,
            page: None,
            profiles: Profiles::None,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_else(|| panic!("{word} wants a value"));
            match word.as_str() {
                "--bench" | "--test" => {}
                "--list" => arguments.lists = true,
                "--domains" => arguments.domains = number(word, value()),
                "--rounds" => arguments.effort.rounds = number(word, value()),
                "--seconds" => arguments.effort.span = Duration::from_secs_f64(number(word, value())),
                "--grown" => arguments.sizes.grown = grown(value()),
                "--peer" => arguments.sizes.peer = number(word, value()),
                "--folder" => arguments.folder = Some(value().into()),
                "--results" => arguments.results = Some(value().into()),
                "--page" => arguments.page = Some(value().into()),
                "--profiles" => arguments.profiles = Profiles::Too,
                "--profiles-only" => arguments.profiles = Profiles::Only,
                "--without-question-log" => arguments.wish.logs_questions = false,
                name if ROWS.iter().any(|row| row.name == name) => arguments.rows.push(name.to_owned()),
                _ => panic!("{word} is neither a row (see --list) nor one of {USAGE}"),
            }
        }
        assert!(arguments.effort.rounds > 0 && arguments.domains > 0, "--rounds and --domains are at least 1");
        arguments
    }
}

fn number<T: std::str::FromStr>(option: &str, value: &str) -> T {
    value.parse().unwrap_or_else(|_| panic!("{option}: `{value}` is no number"))
}

/// Domains of a register, and three numbers of copies of it.
fn grown(value: &str) -> (u64, [usize; 3]) {
    let numbers: Vec<usize> = value.split(',').map(|value| number("--grown", value)).collect();
    match numbers[..] {
        [domains, a, b, c] if domains > 0 && 0 < a && a < b && b < c => (domains as u64, [a, b, c]),
        _ => panic!("--grown: domains and three numbers of copies that grow, with commas between"),
    }
}
