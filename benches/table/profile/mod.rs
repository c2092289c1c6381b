//! Where the time of rows goes: the same servers under the same loads, with `perf` beside them.

mod flame;
mod loading;
mod queries;
mod recording;
mod symbols;

use std::cell::RefCell;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::contest::{Contestant, Effort, alternate};
use crate::frame::profile::{Column, Part, Profile, Unit, page};
use crate::frame::rooms::{HANDSHAKES, Tables};
use crate::frame::stacks::Sample;
use crate::kept::{commit, now};
use crate::load::Protocol;
use crate::panicked;
use crate::rows::Bench;
use recording::Recording;
use symbols::Symbols;

/// Samples in a second of a server's time, while it answers. An odd figure, so that nothing else beats with it.
const FREQUENCY: u32 = 1_499;
/// Rounds of each contestant, and how long each is.
const ROUNDS: usize = 4;
const SPAN: Duration = Duration::from_millis(1_000);

/// A row whose time is told.
struct Told {
    row: &'static str,
    record: fn(&Desk) -> Vec<Part>,
}

const TOLD: [Told; 9] = [
    Told { row: "rdap", record: queries::rdap },
    Told { row: "tls", record: queries::tls },
    Told { row: "http2", record: queries::http2 },
    Told { row: "handshake", record: queries::handshake },
    Told { row: "nginx", record: queries::nginx },
    Told { row: "whois", record: queries::whois },
    Told { row: "start", record: loading::start },
    Told { row: "import", record: loading::import },
    Told { row: "differential", record: loading::differential },
];

/// What the profiles share.
pub struct Desk<'a> {
    bench: &'a Bench,
    /// Where recordings are put while they are read.
    folder: PathBuf,
    /// Where flame graphs are kept.
    plots: PathBuf,
    symbols: RefCell<Symbols>,
}

/// Records the rows of these names (none: all), and writes the page from all profiles that are kept. Flame graphs stand
/// beside the page.
pub fn record(bench: &Bench, rows: &[String], results: &Path, to: &Path) {
    let plots = to.with_file_name("plots");
    fs::create_dir_all(&plots).unwrap();
    fs::create_dir_all(results).unwrap();
    let desk = Desk { bench, folder: bench.data.fresh("profile"), plots, symbols: RefCell::default() };
    let kept = |row: &str| results.join(format!("profile-{row}.json"));
    for told in TOLD.iter().filter(|told| rows.is_empty() || rows.iter().any(|row| row == told.row)) {
        eprintln!("profile of {}", told.row);
        let began = Instant::now();
        let recorded = catch_unwind(AssertUnwindSafe(|| (told.record)(&desk)));
        let profile = Profile { row: told.row.to_owned(), at: now(), commit: commit(), ..Profile::default() };
        let profile = match recorded {
            Ok(parts) => Profile { parts, ..profile },
            Err(panic) => Profile { failure: Some(panicked(panic.as_ref())), ..profile },
        };
        eprintln!("  {:.0} s{}", began.elapsed().as_secs_f64(), profile.failure.as_deref().unwrap_or_default());
        // What cannot be recorded leaves the older one.
        let path = kept(told.row);
        if profile.failure.is_none() || !path.exists() {
            fs::write(path, serde_json::to_vec_pretty(&profile).unwrap()).unwrap();
        }
    }
    let read = |told: &Told| serde_json::from_slice(&fs::read(kept(told.row)).ok()?).ok();
    let profiles: Vec<Profile> = TOLD.iter().filter_map(read).collect();
    let explained = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/EXPLAINED.md");
    let explained = fs::read_to_string(explained).unwrap_or_default();
    fs::write(to, page(&manner(bench), &profiles, &explained)).unwrap();
    eprintln!("{} is written", to.display());
}

fn manner(bench: &Bench) -> String {
    format!(
        "{} domains. Samples of the released program by the clock (`perf record -e cpu-clock`), {FREQUENCY} in a second of a \
         server's time; {ROUNDS} rounds of {} s in alternation. Microseconds are the share of samples times the median of CPU \
         per query in the same rounds; perf's own cost is in them.",
        crate::frame::results::grouped(bench.data.domains),
        SPAN.as_secs_f64()
    )
}

impl Desk<'_> {
    /// Contestants under their load, ours first, each a process of its own: a column for each. `file` begins the names of their flame graphs.
    fn compared(&self, what: &str, file: &str, contestants: &[Contestant]) -> Part {
        let start = |contestant: &Contestant| Recording::start(&self.folder, &contestant.processes, FREQUENCY).unwrap();
        let recordings: Vec<Recording> = contestants.iter().map(start).collect();
        let effort = Effort { rounds: ROUNDS, span: SPAN.min(self.bench.effort.span), is_test: false };
        let contest = alternate(what, contestants, effort);
        let columns = recordings.into_iter().enumerate().map(|(at, recording)| {
            let samples = self.read(recording);
            // Connections that are kept are made before a round begins, which its CPU per query does not hold.
            let is_kept = matches!(contestants[at].load.protocol, Protocol::Http | Protocol::Https | Protocol::Http2);
            let counts = |sample: &&Sample| !is_kept || Tables::Answering.room(sample) != HANDSHAKES;
            let samples: Vec<&Sample> = samples.iter().filter(counts).collect();
            let name = contest.name(at);
            let total = contest.spread(at, |run| run.cpu).map_or(0.0, |cpu| cpu.median);
            let column = Column::of(name, total, &samples, Tables::Answering);
            Column {
                flame: self.draw(&format!("{what}: {name}"), &format!("{file}-{}", words(name)), &samples),
                ..column
            }
        });
        Part {
            what: what.to_owned(),
            unit: Unit::MicrosecondsPerAnswer,
            order: Tables::Answering.rooms().into_iter().map(str::to_owned).collect(),
            columns: columns.collect(),
            note: String::new(),
        }
    }

    /// The samples of a recording, with inlined functions.
    fn read(&self, recording: Recording) -> Vec<Sample> {
        let samples = recording.stop().unwrap();
        let mut symbols = self.symbols.borrow_mut();
        samples.into_iter().map(|sample| symbols.refine(sample)).collect()
    }

    /// Draws a flame graph; its file's name.
    fn draw(&self, title: &str, name: &str, samples: &[&Sample]) -> Option<String> {
        let file = format!("flame-{name}.svg");
        fs::write(self.plots.join(&file), flame::graph(title, samples)?).ok()?;
        Some(file)
    }
}

/// A name as part of a file's.
fn words(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}
