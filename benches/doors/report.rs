//! Tables of what was measured: medians with the least and the greatest of all rounds, and ratios within a round.

use std::fmt;
use std::time::Duration;

use crate::load::Tally;

/// The latencies that are told, as shares of all queries.
const SHARES: [f64; 3] = [0.5, 0.99, 0.999];

/// One run of one server.
pub struct Measured {
    /// Answers a second.
    rate: f64,
    /// Server time on a core per answer, in microseconds.
    cpu: f64,
    /// Latencies at [`SHARES`], in microseconds.
    latency: [f64; 3],
    /// How many cores the server used; 1 is all that it may have.
    server: f64,
    /// How many cores the load used. Near their number, the load and not the server bounds the rate.
    load: f64,
}

impl Measured {
    /// From what came of a load, how long it took, and what it cost the server.
    pub fn new(tally: &Tally, elapsed: Duration, spent: Duration) -> Measured {
        let queries = tally.queries as f64;
        Measured {
            rate: queries / elapsed.as_secs_f64(),
            cpu: spent.as_secs_f64() * 1e6 / queries,
            latency: SHARES.map(|share| tally.latency.quantile(share)),
            server: spent.as_secs_f64() / elapsed.as_secs_f64(),
            load: tally.cpu.as_secs_f64() / elapsed.as_secs_f64(),
        }
    }
}

/// Two runs side by side.
pub struct Round {
    pub ours: Measured,
    pub bare: Measured,
}

/// All rounds of a workload.
pub struct Report {
    pub name: &'static str,
    /// Mean octets of a body.
    pub octets: usize,
    pub rounds: Vec<Round>,
}

impl Report {
    fn spread(&self, of: impl Fn(&Round) -> f64) -> Spread {
        let mut values: Vec<f64> = self.rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        Spread { median: values[values.len() / 2], least: values[0], greatest: values[values.len() - 1] }
    }
}

/// A median between the least and the greatest value.
struct Spread {
    median: f64,
    least: f64,
    greatest: f64,
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = match self.median {
            median if median >= 1000.0 => 0,
            median if median >= 10.0 => 1,
            _ => 2,
        };
        write!(f, "{:.digits$} ({:.digits$} to {:.digits$})", self.median, self.least, self.greatest)
    }
}

/// Throughput and server time.
pub fn speed(reports: &[Report]) -> String {
    let mut table = String::from(
        "| workload | body | queries/s | bare | ratio | CPU µs/query | bare | ratio |\n|---|---|---|---|---|---|---|---|\n",
    );
    for report in reports {
        let columns = [
            report.spread(|round| round.ours.rate),
            report.spread(|round| round.bare.rate),
            report.spread(|round| round.ours.rate / round.bare.rate),
            report.spread(|round| round.ours.cpu),
            report.spread(|round| round.bare.cpu),
            report.spread(|round| round.ours.cpu / round.bare.cpu),
        ];
        table.push_str(&row(&format!("{} | {}", report.name, report.octets), &columns));
    }
    table
}

/// Latency, and how busy both sides were.
pub fn latency(reports: &[Report]) -> String {
    let mut table = String::from(
        "| workload | server | p50 µs | p99 µs | p99.9 µs | server: cores | load: cores |\n|---|---|---|---|---|---|---|\n",
    );
    for report in reports {
        let ours: fn(&Round) -> &Measured = |round| &round.ours;
        for (server, of) in [("ours", ours), ("bare", |round| &round.bare)] {
            let mut columns: Vec<Spread> =
                (0..SHARES.len()).map(|share| report.spread(|round| of(round).latency[share])).collect();
            columns.push(report.spread(|round| of(round).server));
            columns.push(report.spread(|round| of(round).load));
            table.push_str(&row(&format!("{} | {server}", report.name), &columns));
        }
    }
    table
}

fn row(head: &str, columns: &[Spread]) -> String {
    let columns: String = columns.iter().map(|column| format!(" {column} |")).collect();
    format!("| {head} |{columns}\n")
}
