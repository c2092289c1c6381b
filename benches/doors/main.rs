//! End-to-end benches: the real program against servers that do nothing, under one load generator. `../README.md` has
//! figures and says how to read them.
//!
//! `cargo bench --bench doors` measures; `cargo bench --bench doors -- --test` asks each door for a moment and looks at
//! every answer, so that this bench does not rot and its answers are the right ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench may stop at what is wrong, and reads the clock"
)]

mod cpu;
mod load;
mod pins;
mod reference;
mod report;
mod server;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use load::{Expect, Load, Protocol, Question, Tally, http, whois};
use pins::Pins;
use reference::Reference;
use report::{Measured, Round};
use server::{LIMITED_NETWORK, Program};

/// Conversations at a time.
const CONNECTIONS: usize = 32;
/// Answers whose mean size the reference's body has.
const SAMPLED: usize = 500;
/// Networks of 254 addresses from which the load comes, within 127.0.0.0/8: enough that no port runs out.
const SOURCE_NETWORKS: u32 = 60;

/// What is asked, where, and what must come of it.
struct Workload {
    name: &'static str,
    door: Door,
    /// Names that are registered, or such as are not.
    registered: bool,
    /// Whether it comes from a network that has spent what it may ask.
    limited: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Rdap,
    Whois,
    Das,
}

const WORKLOADS: [Workload; 6] = [
    Workload { name: "RDAP found", door: Door::Rdap, registered: true, limited: false },
    Workload { name: "RDAP not found", door: Door::Rdap, registered: false, limited: false },
    Workload { name: "RDAP limited", door: Door::Rdap, registered: true, limited: true },
    Workload { name: "WHOIS found", door: Door::Whois, registered: true, limited: false },
    Workload { name: "WHOIS limited", door: Door::Whois, registered: true, limited: true },
    Workload { name: "DAS", door: Door::Das, registered: true, limited: false },
];

impl Workload {
    fn protocol(&self) -> Protocol {
        match self.door {
            Door::Rdap => Protocol::Http,
            Door::Whois | Door::Das => Protocol::Line,
        }
    }

    fn address(&self, program: &Program) -> SocketAddr {
        match self.door {
            Door::Rdap => program.http,
            Door::Whois => program.whois,
            Door::Das => program.das,
        }
    }

    fn status(&self) -> u16 {
        match (self.limited, self.registered) {
            (true, _) => 429,
            (false, true) => 200,
            (false, false) => 404,
        }
    }

    fn questions(&self, program: &Program) -> Vec<Question> {
        let asked = |name: &String| match self.door {
            Door::Rdap => http::question(name),
            Door::Whois | Door::Das => whois::question(name),
        };
        if self.registered {
            program.names.iter().map(asked).collect()
        } else {
            (0..program.names.len()).map(|number| asked(&format!("nergens-{number}-geregistreerd.be"))).collect()
        }
    }

    /// What an answer of ours must hold, before the name.
    fn marks(&self) -> &'static [&'static str] {
        match (self.door, self.limited, self.registered) {
            (Door::Rdap, true, _) => &["\"errorCode\":429"],
            (Door::Rdap, false, true) => &["\"ldhName\":\""],
            (Door::Rdap, false, false) => &["\"errorCode\":404"],
            (Door::Whois, true, _) => &["% "],
            (Door::Whois, false, _) => &["Domain:\t", "Domain Name: "],
            (Door::Das, ..) => &["Domain:\t", "A-label:\t"],
        }
    }

    fn expect(&self, whole: bool) -> Expect {
        let marks = if whole { self.marks() } else { &[] };
        let named = self.registered && !self.limited;
        Expect { status: self.status(), marks, named, may_stray: self.limited }
    }

    /// The addresses from which it comes.
    fn sources(&self) -> Vec<Ipv4Addr> {
        let networks = if self.limited { LIMITED_NETWORK..LIMITED_NETWORK + 1 } else { 1..SOURCE_NETWORKS + 1 };
        let hosts = |network: u32| (1..255).map(move |host| Ipv4Addr::from((127 << 24) | (network << 8) | host));
        // One of each network after the other, so that few conversations have many networks.
        let mut sources: Vec<Ipv4Addr> = networks.flat_map(hosts).collect();
        sources.sort_by_key(|address| address.octets()[3]);
        sources
    }
}

/// What the command line says.
struct Arguments {
    rounds: usize,
    span: Duration,
    domains: u64,
    test: bool,
    filter: Option<String>,
}

impl Arguments {
    fn parse(words: &[String]) -> Arguments {
        let is_test = words.iter().any(|word| word == "--test") || !words.iter().any(|word| word == "--bench");
        let mut arguments = if is_test {
            Arguments { rounds: 1, span: Duration::from_millis(200), domains: 300, test: true, filter: None }
        } else {
            Arguments { rounds: 7, span: Duration::from_secs(2), domains: 20_000, test: false, filter: None }
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_else(|| panic!("{word} wants a value"));
            match word.as_str() {
                "--bench" | "--test" => {}
                "--rounds" => arguments.rounds = value().parse().expect("--rounds: a number"),
                "--seconds" => {
                    arguments.span = Duration::from_secs_f64(value().parse().expect("--seconds: a number"));
                }
                "--domains" => arguments.domains = value().parse().expect("--domains: a number"),
                _ if word.starts_with('-') => panic!("{word}: known are --rounds, --seconds, --domains and --test"),
                _ => arguments.filter = Some(word.clone()),
            }
        }
        assert!(arguments.rounds > 0 && arguments.domains > 0, "--rounds and --domains are at least 1");
        arguments
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == reference::ARGUMENT) {
        return reference::serve(&words[1..]);
    }
    let arguments = Arguments::parse(&words);
    let pins = Pins::set();
    let program = Program::start(arguments.domains, &pins);
    println!("{pins}; {} domains; {} rounds of {:?}", arguments.domains, arguments.rounds, arguments.span);
    let wanted = |workload: &&Workload| arguments.filter.as_ref().is_none_or(|filter| workload.name.contains(filter));
    let mut reports = Vec::new();
    for workload in WORKLOADS.iter().filter(wanted) {
        eprintln!("{}", workload.name);
        reports.push(measure(workload, &program, &pins, &arguments));
    }
    println!("\n{}", report::speed(&reports));
    println!("{}", report::latency(&reports));
    println!("{}", program.memory());
}

/// All rounds of a workload, ours and the reference in alternation.
fn measure(workload: &Workload, program: &Program, pins: &Pins, arguments: &Arguments) -> report::Report {
    // They live as long as the program: conversations share them.
    let questions: &'static [Question] = workload.questions(program).leak();
    let sources: &'static [Ipv4Addr] = workload.sources().leak();
    let ours = Load {
        protocol: workload.protocol(),
        address: workload.address(program),
        questions,
        sources,
        connections: CONNECTIONS,
        threads: pins.generator_threads(),
        expect: workload.expect(true),
        span: Duration::ZERO,
    };
    let octets = load::sample(&ours, SAMPLED.min(questions.len()));
    let reference = Reference::start(workload.protocol(), octets, workload.status(), pins);
    let bare_expect = Expect { status: workload.status(), marks: &[], named: false, may_stray: false };
    let whole = workload.expect(arguments.test);
    let ours = Load { expect: whole, span: arguments.span, ..ours };
    let bare = Load { address: reference.address, expect: bare_expect, ..ours };
    let run = |is_ours: bool| {
        if is_ours { run(&ours, program.id()) } else { run(&bare, reference.id()) }
    };
    if !arguments.test {
        // What is done for the first time, by either, is not measured.
        let warm = arguments.span.min(Duration::from_millis(500));
        load::run(&Load { span: warm, ..ours });
        load::run(&Load { span: warm, ..bare });
    }
    let rounds = (0..arguments.rounds).map(|number| {
        let ours_first = number % 2 == 0;
        let (first, second) = (run(ours_first), run(!ours_first));
        let (ours, bare) = if ours_first { (first, second) } else { (second, first) };
        Round { ours, bare }
    });
    report::Report { name: workload.name, octets, rounds: rounds.collect() }
}

/// One run, with what it cost the server of this process id.
fn run(load: &Load, server: u32) -> Measured {
    let before = cpu::Spent::by(server);
    let began = Instant::now();
    let tally = load::run(load);
    let elapsed = began.elapsed();
    // The kernel books a thread's time when it falls asleep; the last answers are just out.
    std::thread::sleep(Duration::from_millis(10));
    let spent = cpu::Spent::by(server).since(&before);
    judge(load, &tally);
    Measured::new(&tally, elapsed, spent)
}

/// Stops the bench where answers are not those that were expected.
fn judge(load: &Load, tally: &Tally) {
    assert!(tally.queries > 0, "no answer");
    // A spent budget comes back by one a minute, so a limited client has an answer now and then.
    let allowed = if load.expect.may_stray { 2 + tally.queries / 1000 } else { 0 };
    let first = tally.first_wrong.as_deref().unwrap_or_default();
    assert!(tally.wrong <= allowed, "{} of {} answers are wrong; the first: {first}", tally.wrong, tally.queries);
}
