//! Latency at a fixed rate of questions, whatever the answers do, at half of what the server can and along the way.

use super::{Bench, Gathered};
use crate::contest::{Contestant, Measured, alternate, run};
use crate::frame::idle::{Idle, Pauses};
use crate::frame::outcome::{Drawn, Goal};
use crate::frame::plot::Curve;
use crate::idle;
use crate::load::{Load, Protocol};
use crate::reference::{Kind, Reference};

/// Conversations that wait for questions: as many as may be under way at a time.
const CONVERSATIONS: usize = 128;
/// Loads of the plots, as shares of what the server can.
const LOADS: [f64; 8] = [0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 1.05];

pub fn latency(bench: &Bench) -> Gathered {
    let mut gathered = Gathered::default();
    let doors = [("RDAP", Protocol::Http, Kind::Hyper, "hyper"), ("WHOIS", Protocol::Line, Kind::Tokio, "bare tokio")];
    for (door, protocol, kind, bare) in doors {
        let load = bench.found(protocol);
        let reference = bench.reference(kind, &bench.ours(load));
        of_door(bench, door, (&reference, bare), load, &mut gathered);
    }
    gathered
}

/// Looks at an idle machine for half as many spans as a load has.
fn look(bench: &Bench, pauses: &mut Vec<[Pauses; 2]>) {
    let spans = bench.effort.rounds.div_ceil(2);
    pauses.extend((0..spans).map(|_| idle::pauses(&bench.pins, bench.effort.span)));
}

fn of_door(bench: &Bench, door: &str, (reference, bare): (&Reference, &str), load: Load, gathered: &mut Gathered) {
    let at = |a_second: Option<f64>| {
        let connections = if a_second.is_some() { CONVERSATIONS } else { load.connections };
        let load = Load { a_second, connections, ..load };
        [bench.ours(load), bench.bare(bare, reference, &load)]
    };
    let [ours, _] = at(None);
    let saturation = run(&ours, bench.effort.span, 1).rate;
    let title = format!("{door}, {:.0} questions a second", saturation / 2.0);
    let mut pauses = Vec::new();
    look(bench, &mut pauses);
    let contest = alternate(&title, &at(Some(saturation / 2.0)), bench.effort);
    look(bench, &mut pauses);
    let what = format!("{door}, at half of saturation");
    let mut line = contest.line(&what, "p99, µs", 0, 1, |run| run.latency[1], Goal::Ratio(1.3));
    line.note = format!("both servers got {:.0} questions a second, half of what ours can", saturation / 2.0);
    gathered.lines.push(line);
    for (at, core) in ["the server's", "the load's"].into_iter().enumerate() {
        let spans: Vec<&Pauses> = pauses.iter().map(|both: &[Pauses; 2]| &both[at]).collect();
        gathered.idle.extend(Idle::of(&title, core, &spans));
    }
    gathered.details.extend(contest.details());
    // A second for each point is enough for a curve.
    let span = bench.effort.span.div_f64(2.0);
    let measured: Vec<(f64, [Measured; 2])> = LOADS
        .iter()
        .map(|share| {
            let offered = saturation * share;
            let both = at(Some(offered)).map(|contestant: Contestant| run(&contestant, span, 1));
            (offered, both)
        })
        .collect();
    let curve = |name: String, of: usize, figure: fn(&Measured) -> f64| Curve {
        name,
        points: measured.iter().map(|(offered, both)| (*offered, figure(&both[of]))).collect(),
    };
    let servers = ["loket", bare];
    let answered = [0, 1].map(|of| curve(format!("{door}, {}", servers[of]), of, |run| run.rate));
    gathered.drawn.push(Drawn { file: "throughput".to_owned(), curves: answered.into() });
    let mut latencies = Vec::new();
    for of in [0, 1] {
        latencies.push(curve(format!("{}, p50", servers[of]), of, |run| run.latency[0]));
        latencies.push(curve(format!("{}, p99", servers[of]), of, |run| run.latency[1]));
    }
    gathered.drawn.push(Drawn { file: format!("latency-{}", door.to_lowercase()), curves: latencies });
}
