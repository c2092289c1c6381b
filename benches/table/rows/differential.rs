//! A differential deposit that is handed to a server while it is asked.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Bench, CONNECTIONS, Gathered};
use crate::contest::{Contestant, run};
use crate::data::{LOKET, Wish};
use crate::frame::outcome::{Goal, Line};
use crate::frame::spread::Spread;
use crate::load::{ANSWER_OCTETS_MAX, Expect, Load, Protocol};
use crate::program::{Program, settings};

/// Times that changes are applied, each to a fresh copy of the store, at the most.
const ROUNDS_MAX: usize = 3;
/// Questions a second meanwhile: a load under which the cores have time left, as those of a service have.
pub const A_SECOND: f64 = 2_000.0;
/// Changes that are not visible by then never will be.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a differential did.
pub struct Changed {
    /// Seconds until its data were seen.
    pub visible: f64,
    /// The latency that 99 of 100 questions did not exceed, before and meanwhile, in microseconds.
    pub before: f64,
    pub meanwhile: f64,
}

pub fn differential(bench: &Bench) -> Gathered {
    let (mut visible, mut before, mut meanwhile) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.effort.rounds.min(ROUNDS_MAX) {
        let changed = changed(bench, &mut |_| {});
        visible.push(changed.visible);
        before.push(changed.before);
        meanwhile.push(changed.meanwhile);
    }
    let ratio = Spread::of(meanwhile.iter().zip(&before).map(|(meanwhile, before)| meanwhile / before));
    let what = format!("a differential of {} changes", bench.sizes.changes);
    let visible = Line {
        what: what.clone(),
        measure: "s until visible".to_owned(),
        ours: Spread::of(visible),
        reference: "–".to_owned(),
        theirs: None,
        ratio: None,
        goal: Goal::Value(0.5),
        note: "from connecting to the admin door until the first answer with the new data; all cores".to_owned(),
    };
    let latency = Line {
        what,
        measure: "p99 of queries, µs".to_owned(),
        ours: Spread::of(meanwhile),
        reference: "before it".to_owned(),
        theirs: Spread::of(before),
        ratio,
        goal: Goal::Ratio(1.2),
        note: format!("{A_SECOND} questions a second; unchanged within noise: at most a fifth more"),
    };
    Gathered { lines: vec![visible, latency], ..Gathered::default() }
}

/// Hands the changes to a server over a fresh copy of the store, while it is asked. `watch` gets its process just before.
pub fn changed(bench: &Bench, watch: &mut dyn FnMut(u32)) -> Changed {
    let changes = bench.data.changes(bench.sizes.changes);
    let state = bench.data.fresh("differential");
    let mut copy = Command::new("cp");
    let copied = copy.args(["-r", "--reflink=auto"]).arg(bench.data.state().join(".")).arg(&state).status();
    assert!(copied.unwrap().success(), "the state cannot be copied");
    let configured = settings(&bench.data, "differential", &state, Wish::default());
    let program = Program::spawn(bench.pins.unpinned(LOKET), &configured, Wish::default());
    program.wait_until_ready();
    let http = bench.load(Protocol::Http, program.at(|ports| ports.http));
    // Some of the changes take names away.
    let strays = 2.0 * bench.sizes.changes as f64 / bench.data.domains as f64;
    let http = Load { expect: Expect { strays, ..http.expect }, ..http };
    let load = Load { a_second: Some(A_SECOND), connections: CONNECTIONS, ..http };
    let asked = Contestant { name: "loket".to_owned(), processes: vec![program.id()], load };
    let span = bench.effort.span;
    run(&asked, span.div_f64(2.0), 0);
    let before = run(&asked, span, 1).latency[1];
    watch(program.id());
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| run(&asked, span, 2).latency[1]);
        std::thread::sleep(span.div_f64(4.0));
        let visible = until_visible(&program, &changes).as_secs_f64();
        Changed { visible, before, meanwhile: asking.join().unwrap() }
    })
}

/// Hands in a deposit, and asks for one of its names until the answer is another one.
fn until_visible(program: &Program, deposit: &Path) -> Duration {
    let text = std::fs::read_to_string(deposit).unwrap();
    // The last name is that of a domain that was put: deletes stand at the beginning.
    let name = text.rsplit("<rdeDomain:name>").next().and_then(|rest| rest.split('<').next()).expect("a name");
    let address = program.at(|ports| ports.http);
    let request = format!("GET /rdap/domain/{name} HTTP/1.1\r\nhost: 127.0.0.1:8080\r\nconnection: close\r\n\r\n");
    let ask = || exchange(TcpStream::connect(address).unwrap(), request.as_bytes());
    let old = body(&ask()).to_vec();
    let admin = program.at(|ports| ports.admin);
    let head = format!(
        "POST /deposits HTTP/1.1\r\nhost: {admin}\r\ncontent-type: application/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        text.len()
    );
    std::thread::scope(|scope| {
        let began = Instant::now();
        let handing = scope.spawn(|| exchange(TcpStream::connect(admin).unwrap(), (head + &text).as_bytes()));
        while body(&ask()) == old {
            assert!(began.elapsed() < PATIENCE, "{}", String::from_utf8_lossy(&handing.join().unwrap()));
            std::thread::sleep(Duration::from_millis(1));
        }
        let seen = began.elapsed();
        let report = handing.join().unwrap();
        assert!(report.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&report));
        seen
    })
}

/// Sends octets and reads until the other side closes.
fn exchange(mut stream: TcpStream, octets: &[u8]) -> Vec<u8> {
    let mut answer = Vec::with_capacity(ANSWER_OCTETS_MAX);
    stream.write_all(octets).unwrap();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// What stands behind the head of an answer: heads tell the time of day.
fn body(answer: &[u8]) -> &[u8] {
    let head = answer.windows(4).position(|piece| piece == b"\r\n\r\n").expect("a head");
    &answer[head..]
}
