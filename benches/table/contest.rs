//! Servers under the same load, one after another, round after round.

use std::time::{Duration, Instant};

use crate::cpu;
use crate::frame::outcome::{Detail, Goal, Line};
use crate::frame::spread::Spread;
use crate::load::{self, Load, Tally};

/// The latencies that are told, as shares of all queries.
const SHARES: [f64; 3] = [0.5, 0.99, 0.999];

/// A server and the load that it gets.
pub struct Contestant {
    pub name: String,
    /// Its processes.
    pub processes: Vec<u32>,
    pub load: Load,
}

/// One run of one server.
#[derive(Clone, Copy)]
pub struct Measured {
    /// Answers a second.
    pub rate: f64,
    /// Server time on a core per answer, in microseconds.
    pub cpu: f64,
    /// Latencies at [`SHARES`], in microseconds.
    pub latency: [f64; 3],
    /// How many cores the server used; 1 is all that it may have.
    server: f64,
    /// How many cores the load used. Near their number, the load and not the server bounds the rate.
    load: f64,
    octets: f64,
    /// The share of answers on a TLS session that was taken up again.
    pub resumed: f64,
}

/// Which figure of a run.
pub type Figure = fn(&Measured) -> f64;

/// All rounds of all contestants.
pub struct Contest {
    names: Vec<String>,
    load: String,
    /// By contestant, then by round.
    runs: Vec<Vec<Measured>>,
}

/// How often, and how long each time.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub rounds: usize,
    pub span: Duration,
    /// Whether answers are looked at whole, and nothing is warmed up.
    pub is_test: bool,
}

/// All rounds. Who goes first changes with each.
pub fn alternate(load: &str, contestants: &[Contestant], effort: Effort) -> Contest {
    eprintln!("  {load}");
    if !effort.is_test {
        // What is done for the first time is not measured.
        let warm = effort.span.min(Duration::from_millis(400));
        contestants.iter().for_each(|contestant| {
            run(contestant, warm, 0);
        });
    }
    let mut runs = vec![Vec::new(); contestants.len()];
    for round in 0..effort.rounds {
        for turn in 0..contestants.len() {
            let at = (round + turn) % contestants.len();
            runs[at].push(run(&contestants[at], effort.span, round + 1));
        }
    }
    Contest { names: contestants.iter().map(|it| it.name.clone()).collect(), load: load.to_owned(), runs }
}

/// One run, with what it cost the server.
pub fn run(contestant: &Contestant, span: Duration, round: usize) -> Measured {
    // Names and addresses differ from round to round, and are the same for all contestants of a round.
    let load = Load { span, seed: round * 1_000_003, ..contestant.load };
    let (mut before, mut began) = (None, Instant::now());
    let tally = load::run(&load, || {
        // The handshakes' time is booked when the server's threads fall asleep.
        std::thread::sleep(Duration::from_millis(10));
        (before, began) = (Some(cpu::Spent::by(&contestant.processes)), Instant::now());
    });
    let elapsed = began.elapsed();
    // The kernel books a thread's time when it falls asleep; the last answers are just out.
    std::thread::sleep(Duration::from_millis(10));
    let spent = cpu::Spent::by(&contestant.processes).since(&before.expect("a load that began"));
    judge(&contestant.name, &load, &tally);
    let queries = tally.queries as f64;
    Measured {
        rate: queries / elapsed.as_secs_f64(),
        cpu: spent.as_secs_f64() * 1e6 / queries,
        latency: SHARES.map(|share| tally.latency.quantile(share)),
        server: spent.as_secs_f64() / elapsed.as_secs_f64(),
        load: tally.cpu.as_secs_f64() / elapsed.as_secs_f64(),
        octets: tally.octets as f64 / queries,
        resumed: tally.resumed as f64 / queries,
    }
}

/// Stops the row where answers are not those that were expected.
fn judge(name: &str, load: &Load, tally: &Tally) {
    assert!(tally.queries > 0, "{name}: no answer");
    // A spent budget comes back by one a minute, so a limited client has an answer now and then.
    let allowed = if load.expect.strays > 0.0 { 2 + (tally.queries as f64 * load.expect.strays) as u64 } else { 0 };
    let first = tally.first_wrong.as_deref().unwrap_or_default();
    assert!(
        tally.wrong <= allowed,
        "{name}: {} of {} answers are wrong; the first: {first}",
        tally.wrong,
        tally.queries
    );
}

impl Measured {
    /// Mean octets of a body.
    pub fn octets(&self) -> f64 {
        self.octets
    }
}

impl Contest {
    /// A figure of a contestant over all rounds.
    pub fn spread(&self, of: usize, figure: Figure) -> Option<Spread> {
        Spread::of(self.runs[of].iter().map(figure))
    }

    /// A figure of one contestant over that of another, within each round.
    pub fn ratio(&self, of: usize, over: usize, figure: Figure) -> Option<Spread> {
        Spread::of(self.runs[of].iter().zip(&self.runs[over]).map(|(a, b)| figure(a) / figure(b)))
    }

    /// What a contestant is called.
    pub fn name(&self, of: usize) -> &str {
        &self.names[of]
    }

    /// A line about a contestant against another.
    pub fn line(&self, what: &str, measure: &str, of: usize, over: usize, figure: Figure, goal: Goal) -> Line {
        Line {
            what: what.to_owned(),
            measure: measure.to_owned(),
            ours: self.spread(of, figure),
            reference: self.names[over].clone(),
            theirs: self.spread(over, figure),
            ratio: self.ratio(of, over, figure),
            goal,
            note: String::new(),
        }
    }

    /// A line about server time on a core.
    pub fn cpu(&self, what: &str, of: usize, over: usize, goal: Goal) -> Line {
        self.line(what, "CPU per query, µs", of, over, |run| run.cpu, goal)
    }

    /// How all did.
    pub fn details(&self) -> Vec<Detail> {
        let detail = |(at, server): (usize, &String)| {
            Some(Detail {
                load: self.load.clone(),
                server: server.clone(),
                octets: self.spread(at, |run| run.octets)?.median,
                rate: self.spread(at, |run| run.rate)?,
                cpu: self.spread(at, |run| run.cpu)?,
                latency: [
                    self.spread(at, |run| run.latency[0])?,
                    self.spread(at, |run| run.latency[1])?,
                    self.spread(at, |run| run.latency[2])?,
                ],
                server_cores: self.spread(at, |run| run.server)?,
                load_cores: self.spread(at, |run| run.load)?,
            })
        };
        self.names.iter().enumerate().filter_map(detail).collect()
    }
}
