//! Outcomes in files: one for each row, so that a row can be measured again alone, and the page and plots made of them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::frame::outcome::Outcome;
use crate::frame::plot::{Axis, Curve, Scale, svg};
use crate::frame::results::{Circumstances, page};
use crate::rows::{Bench, ROWS};

/// Keeps an outcome in place of the one that was kept before. A row that could not be measured leaves the older one.
pub fn keep(folder: &Path, outcome: &Outcome) {
    fs::create_dir_all(folder).unwrap();
    let path = folder.join(format!("{}.json", outcome.row));
    if outcome.failure.is_none() || !path.exists() {
        fs::write(path, serde_json::to_vec_pretty(outcome).unwrap()).unwrap();
    }
}

/// Writes the page and its plots from all outcomes that are kept, where a page is wanted.
pub fn tell(folder: &Path, bench: &Bench, to: Option<&Path>) {
    let Some(to) = to else { return };
    let read = |name: &str| Some(serde_json::from_slice(&fs::read(folder.join(format!("{name}.json"))).ok()?).unwrap());
    let outcomes: Vec<Outcome> = ROWS.iter().filter_map(|row| read(row.name)).collect();
    let effort = bench.effort;
    let questions = if bench.wish.logs_questions { "with" } else { "without" };
    let circumstances = Circumstances {
        machine: machine(),
        versions: versions(),
        domains: bench.data.domains,
        manner: format!(
            "{} of {} s, in alternation; medians (least to greatest); {}; the server {questions} its log of questions",
            effort.rounds,
            effort.span.as_secs_f64(),
            bench.pins
        ),
    };
    fs::write(to, page(&circumstances, &outcomes)).unwrap();
    let plots = to.with_file_name("plots");
    fs::create_dir_all(&plots).unwrap();
    let offered = Axis { label: "questions a second that are due", scale: Scale::Linear };
    let latency = Axis { label: "latency, µs", scale: Scale::Logarithmic };
    let answered = Axis { label: "answers a second", scale: Scale::Linear };
    let domains = Axis { label: "domains", scale: Scale::Logarithmic };
    let cost = Axis { label: "server time on a core per query, µs", scale: Scale::Linear };
    for (file, title, x, y) in [
        ("throughput", "Throughput against load", offered, answered),
        ("latency-rdap", "RDAP: latency against load", offered, latency),
        ("latency-whois", "WHOIS: latency against load", offered, latency),
        ("cost", "Cost of an RDAP query against the size of the register", domains, cost),
    ] {
        let drawn = outcomes.iter().flat_map(|outcome| &outcome.drawn).filter(|drawn| drawn.file == file);
        let curves: Vec<Curve> = drawn.flat_map(|drawn| drawn.curves.clone()).collect();
        if !curves.is_empty() {
            fs::write(plots.join(format!("{file}.svg")), svg(title, x, y, &curves)).unwrap();
        }
    }
    eprintln!("{} is written", to.display());
}

/// The date and time of day, in UTC.
pub fn now() -> String {
    line("date", &["-u", "+%Y-%m-%d %H:%M"])
}

/// The commit that is checked out, with a mark where files differ from it.
pub fn commit() -> String {
    line("git", &["describe", "--always", "--dirty"])
}

fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |key: &str| {
        let line = cpu.lines().find(|line| line.starts_with(key)).and_then(|line| line.split_once(':'));
        line.map_or("unknown", |(_, value)| value.trim()).to_owned()
    };
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kibibytes = memory.split_whitespace().nth(1).and_then(|number| number.parse::<f64>().ok()).unwrap_or(0.0);
    format!("{cores} cores ({}), {:.0} GiB, {}", field("model name"), kibibytes / 1_048_576.0, line("uname", &["-sr"]))
}

fn versions() -> Vec<String> {
    vec![
        format!("loket {}", commit()),
        line("rustc", &["--version"]),
        line("sh", &["-c", LOCKED]),
        line("nginx", &["-v"]),
        line("sh", &["-c", PEER]),
    ]
}

/// The versions of the libraries that references are made of, from the lock file.
const LOCKED: &str = "awk -F'\"' '/^name/{n=$2} /^version/ && n ~ /^(hyper|tokio|rustls|mio)$/ {printf s n \" \" $2; s=\", \"}' Cargo.lock";
/// That of the other server, from what `benches/run` built.
const PEER: &str = "grep -os 'icann-rdap-srv [0-9.]*' target/bench/tools/.crates.toml || echo no icann-rdap-srv";

/// The first line that a program says, on whichever of its outputs.
fn line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let Ok(output) = output else { return "not there".to_owned() };
    let said = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    String::from_utf8_lossy(&said).lines().next().unwrap_or_default().trim().to_owned()
}
