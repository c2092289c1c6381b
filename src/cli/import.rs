//! `loket import` and `loket rebuild`: progress while they run, then what was done, or a table of problems.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::{Exit, Failure, complain, load, print};
use crate::app;
use crate::import::problem::{ProblemKind, Report};
use crate::observe::logs::{self, chain};
use crate::publish::{self, Applied, ImportFailure, Phase, Progress};
use crate::store::Audience;
use crate::time::Clock;

/// A line of progress is written for each such share of a deposit, in percent, where there is no terminal.
const PLAIN_STEP: u64 = 10;

/// What to import.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The settings file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Deposits, oldest first: XML, the XML manifest of a CSV deposit, or JSON lines, also compressed with gzip
    #[arg(value_name = "DEPOSIT", required = true)]
    deposits: Vec<PathBuf>,
    /// Accept a deposit that shrinks the register by more than the settings allow
    #[arg(long)]
    allow_shrink: bool,
}

/// Imports deposits.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let config = load(&arguments.config)?;
    logs::start(&config.log);
    let settings = app::publish_settings(&config, arguments.allow_shrink, Clock::system());
    let outcome =
        publish::import(&arguments.deposits, &settings, &mut Teller::new()).map_err(|failure| tell(&failure))?;
    for applied in &outcome.deposits {
        print(summary(applied).as_bytes())?;
        warnings(&applied.report);
    }
    Ok(())
}

/// Decides everything again from the vault.
pub fn rebuild(path: &Path) -> Result<(), Failure> {
    let config = load(path)?;
    logs::start(&config.log);
    let settings = app::publish_settings(&config, false, Clock::system());
    let applied = publish::rebuild(&settings, &mut Teller::new()).map_err(|failure| tell(&failure))?;
    print(summary(&applied).as_bytes())
}

/// The exit code of an import that failed.
pub fn exit(failure: &ImportFailure) -> Exit {
    match failure {
        ImportFailure::Refused(_) | ImportFailure::NoRegister | ImportFailure::Record { .. } => Exit::Data,
        ImportFailure::Key(_) | ImportFailure::NoPolicy { .. } => Exit::Config,
        ImportFailure::Vault(_) | ImportFailure::Store(_) | ImportFailure::Io { .. } => Exit::InputOutput,
        ImportFailure::Busy | ImportFailure::Panicked => Exit::System,
        #[cfg(test)]
        ImportFailure::Abandoned => Exit::System,
    }
}

/// A failure as text: for a refused deposit, its table of problems first.
pub fn tell(failure: &ImportFailure) -> Failure {
    let mut text = String::new();
    if let ImportFailure::Refused(report) = failure {
        text.push_str(&table(report));
    }
    text.push_str(&chain(failure));
    Failure::new(exit(failure), text)
}

fn warnings(report: &Report) {
    if !report.counts().is_empty() {
        complain(&table(report));
    }
}

/// The problems of a deposit: a count per kind, then each one that was kept, by file and line.
fn table(report: &Report) -> String {
    let mut text = String::from("kind                 count\n");
    for errors in [true, false] {
        for (kind, count) in report.counts().iter().filter(|(kind, _)| kind.is_error() == errors) {
            text.push_str(&format!("{:<18} {count:>7}  {}\n", kind.word(), severity(*kind)));
        }
    }
    text.push('\n');
    for problem in report.problems() {
        let object = problem.object.as_deref().or(problem.class.map(|class| class.word())).unwrap_or("-");
        let (place, kind, word) = (&problem.place, problem.kind, severity(problem.kind));
        text.push_str(&format!("{place}: {word}: {kind}: {object}: {}\n", problem.detail));
    }
    let (kept, all) = (report.problems().len() as u64, report.errors() + report.warnings());
    if kept < all {
        text.push_str(&format!("and {} more of the same kinds\n", all - kept));
    }
    text
}

fn severity(kind: ProblemKind) -> &'static str {
    if kind.is_error() { "error" } else { "warning" }
}

/// What became of a deposit, in a few lines.
fn summary(applied: &Applied) -> String {
    let what = match applied.kind {
        Some(kind) => format!("{kind} {}", applied.id),
        None => "what was decided again".to_owned(),
    };
    if applied.already {
        return format!("{}: {what} was imported before; nothing was done\n", applied.name);
    }
    let form = if applied.base { "base" } else { "delta" };
    let mut text = format!(
        "{}: {what} is published as generation {} ({form}, {} records written)\n",
        applied.name, applied.number, applied.written
    );
    let register: Vec<String> = applied.register.iter().map(|(class, count)| format!("{count} {class}")).collect();
    text.push_str(&format!("  register: {}\n", register.join(", ")));
    let durations: Vec<String> =
        applied.durations.iter().map(|(phase, span)| format!("{phase} {:.1} s", span.as_secs_f64())).collect();
    text.push_str(&format!("  time: {}\n", durations.join(", ")));
    text.push_str(&servers(&applied.audience));
    text.push_str(&format!("  warnings: {}\n", applied.report.warnings()));
    for left in &applied.left_over {
        text.push_str(&format!("  left for the next import: {left}\n"));
    }
    text
}

/// Who served the data from its commit on; nothing where no server ran.
fn servers(audience: &Audience) -> String {
    if audience.servers() == 0 {
        return String::new();
    }
    let mut text = format!("  servers: {} had the data ready at its commit", audience.ready);
    if audience.cannot > 0 {
        text.push_str(&format!(", {} cannot serve it (see their logs)", audience.cannot));
    }
    if audience.silent > 0 {
        text.push_str(&format!(", {} did not answer in time", audience.silent));
    }
    text.push('\n');
    text
}

/// Tells how an import goes on: a bar on a terminal, a line now and then elsewhere.
#[derive(Debug)]
struct Teller {
    bar: Option<ProgressBar>,
    phase: &'static str,
    told: u64,
}

impl Teller {
    fn new() -> Teller {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::no_length();
            // The template is a constant; were it wrong, the library's own look would do.
            if let Ok(style) = ProgressStyle::with_template("{msg:<32} [{bar:30}] {percent:>3} % {elapsed}") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        Teller { bar, phase: "", told: 0 }
    }

    fn step(&mut self, done: u64, total: u64, words: impl FnOnce() -> String) {
        match &self.bar {
            Some(bar) => {
                bar.set_length(total);
                bar.set_position(done);
            }
            None => {
                let percent = done.saturating_mul(100).checked_div(total).unwrap_or(0);
                if percent >= self.told + PLAIN_STEP {
                    self.told = percent - percent % PLAIN_STEP;
                    complain(&format!("{}: {} % ({})", self.phase, self.told, words()));
                }
            }
        }
    }
}

impl Progress for Teller {
    fn deposit(&mut self, name: &str) {
        match &self.bar {
            Some(bar) => bar.println(name),
            None => complain(name),
        }
    }

    fn phase(&mut self, phase: Phase) {
        self.phase = phase.word();
        self.told = 0;
        match &self.bar {
            Some(bar) => {
                bar.set_position(0);
                bar.set_message(phase.word());
            }
            None => complain(phase.word()),
        }
    }

    fn bytes(&mut self, read: u64, total: u64) {
        self.step(read, total, || HumanBytes(read).to_string());
    }

    fn objects(&mut self, done: u64, total: u64) {
        self.step(done, total, || format!("{done} objects"));
    }

    fn applied(&mut self, _applied: &Applied) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::problem::{Place, Problem};

    fn problem(kind: ProblemKind, line: u64) -> Problem {
        let place = Place { file: "d.xml".into(), line };
        Problem {
            kind,
            place,
            class: None,
            object: Some("bedrijf.be".into()),
            detail: "registrant: no such contact".into(),
        }
    }

    #[test]
    fn the_table_counts_each_kind_and_places_each_problem() {
        let mut report = Report::default();
        report.note(problem(ProblemKind::Unknown, 3));
        for line in 0..25 {
            report.note(problem(ProblemKind::Dangling, line));
        }
        let text = table(&report);
        assert!(text.contains("dangling                25  error\n"), "{text}");
        assert!(text.contains("unknown                  1  warning\n"), "{text}");
        assert!(text.contains("d.xml:7: error: dangling: bedrijf.be: registrant: no such contact\n"), "{text}");
        assert!(text.ends_with("and 5 more of the same kinds\n"), "{text}");
        let failure = tell(&ImportFailure::Refused(Box::new(report)));
        assert_eq!(failure.exit, Exit::Data);
    }
}
