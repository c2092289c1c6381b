//! Instructions of single rooms, counted by callgrind: figures that hardly move with the machine's load.
//!
//! `cargo bench --bench counts` prints them beside those of `counts.txt` (a report: it judges nothing), `-- --write`
//! writes that file anew, `-- --test` runs each case a few times without callgrind.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a bench may stop at what is wrong")]

#[allow(dead_code, reason = "others use the rest")]
#[path = "../tests/it/register.rs"]
mod register;

use std::collections::BTreeMap;
use std::fs;
use std::hash::RandomState;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::process::{Command, Stdio};
use std::time::Duration;

use loket::answer::{answer, registered};
use loket::disclosure::decide::decide;
use loket::disclosure::policy::Policy;
use loket::generate::{Format, generate};
use loket::guard::{Guard, Question, Settings, Tier};
use loket::index::Snapshot;
use loket::model::domain::Domain;
use loket::model::name::Name;
use loket::model::zone::WhoisLayout;
use loket::query::{self, Query};
use loket::render::rdap::Asking;
use loket::render::{self, site::Site};
use loket::session::http::{Request, respond};
use loket::session::{Door, Visitor, whois};
use loket::time::{Monotonic, Timestamp};
use register::{AT, BASE, Register, in_repository};

/// Held by a natural person; by an organisation with three contacts; not registered.
const PERSON: &str = "persoon.be";
const ORGANISATION: &str = "bedrijf.be";
const FREE: &str = "vrij.be";
/// Domains of the register in which names are looked up.
const DOMAINS: u64 = 2_000;
const SEED: u64 = 20_260_601;
/// How often a case runs, over as many names in turn.
const TIMES: usize = 400;
/// The table that is committed.
const COMMITTED: &str = "benches/counts.txt";
/// The argument of the process that runs under callgrind.
const UNDER_CALLGRIND: &str = "--under-callgrind";

fn main() {
    let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    if has(UNDER_CALLGRIND) {
        let mut functions = COUNTED.iter();
        World::new().cases(&mut |name, case| {
            let (_, counted) = functions.next().unwrap_or_else(|| panic!("{name}: there are too few functions"));
            // What is done for the first time is not counted.
            (0..TIMES).for_each(&mut *case);
            counted(case);
        });
    } else if has("--test") || !has("--bench") {
        World::new().cases(&mut |name, case| {
            println!("{name}");
            (0..3).for_each(case);
        });
    } else {
        report(has("--write"));
    }
}

/// Functions that each run a case: callgrind tells the instructions of a function with all that it calls, so that each
/// case needs one of its own. The number keeps the compiler from making one of them all.
macro_rules! counted {
    ($($name:ident = $number:literal),* $(,)?) => {
        $(
            #[inline(never)]
            fn $name(case: &mut dyn FnMut(usize)) {
                black_box($number);
                (0..TIMES).for_each(case);
            }
        )*
        const COUNTED: &[(&str, fn(&mut dyn FnMut(usize)))] = &[$((stringify!($name), $name)),*];
    };
}

counted! {
    counted_00 = 0, counted_01 = 1, counted_02 = 2, counted_03 = 3, counted_04 = 4, counted_05 = 5, counted_06 = 6,
    counted_07 = 7, counted_08 = 8, counted_09 = 9, counted_10 = 10, counted_11 = 11, counted_12 = 12, counted_13 = 13,
    counted_14 = 14, counted_15 = 15, counted_16 = 16, counted_17 = 17, counted_18 = 18, counted_19 = 19,
    counted_20 = 20, counted_21 = 21, counted_22 = 22, counted_23 = 23,
}

/// Counts, and tells the counts beside those that are committed.
fn report(writes: bool) {
    let mut names = Vec::new();
    World::new().cases(&mut |name, _| names.push(name.to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("callgrind.out");
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--toggle-collect=*counted_*"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().unwrap())
        .arg(UNDER_CALLGRIND)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .status();
    let Ok(status) = status else {
        println!("valgrind is not installed: nothing is counted");
        return;
    };
    assert!(status.success(), "{status}");
    let told = Command::new("callgrind_annotate").args(["--inclusive=yes", "--threshold=100"]).arg(&out).output();
    let told = String::from_utf8(told.unwrap().stdout).unwrap();
    let counts = names.iter().zip(COUNTED).map(|(name, (function, _))| (name.as_str(), total(&told, function)));
    let counts: Vec<(&str, u64)> = counts.collect();
    let path = in_repository(COMMITTED);
    let text = fs::read_to_string(&path).unwrap_or_default();
    let committed = committed(&text);
    println!("{:<44}{:>12}{:>12}{:>9}", "instructions", "now", "committed", "change");
    for (name, now) in &counts {
        match committed.get(*name) {
            Some(before) => {
                let change = (*now as f64 / *before as f64 - 1.0) * 100.0;
                println!("{name:<44}{now:>12}{before:>12}{change:>+8.1}%");
            }
            None => println!("{name:<44}{now:>12}{:>12}", "–"),
        }
    }
    if writes {
        let lines: String = counts.iter().map(|(name, count)| format!("{name:<44}{count:>12}\n")).collect();
        fs::write(&path, lines).unwrap();
        println!("{} is written", path.display());
    }
}

/// The instructions of a case, from the line that callgrind's annotation has about its function.
fn total(told: &str, function: &str) -> u64 {
    let line = told.lines().find(|line| line.contains(&format!("counts::{function}")));
    let number = line.and_then(|line| line.split_whitespace().next()).map(|number| number.replace(',', ""));
    let number: u64 = number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{function}: {told}"));
    number / TIMES as u64
}

/// A table as it is committed: the count is the last word of a line.
fn committed(text: &str) -> BTreeMap<&str, u64> {
    text.lines()
        .filter_map(|line| {
            let (name, count) = line.rsplit_once(' ')?;
            Some((name.trim(), count.parse().ok()?))
        })
        .collect()
}

/// What is done with each case, by its name.
type Run<'a> = dyn FnMut(&str, &mut dyn FnMut(usize)) + 'a;

/// What the cases need.
struct World {
    site: Site,
    policy: Policy,
    sample: Register,
    published: Snapshot,
    large: Snapshot,
    names: Vec<Name>,
}

impl World {
    fn new() -> World {
        let policy = register::policy("config/disclosure/dns-belgium.toml");
        let sample = Register::read(&in_repository("data/sample/full.xml"));
        let folder = tempfile::tempdir().unwrap();
        let deposit = folder.path().join("full.xml");
        generate(DOMAINS, SEED, Format::RdeXml, &deposit).unwrap();
        let register = Register::read(&deposit);
        let spread = register.domains.iter().step_by(register.domains.len() / TIMES);
        World {
            site: register::site(|gtld| if gtld { WhoisLayout::Gtld } else { WhoisLayout::Be }),
            published: sample.publish(&policy),
            large: register.publish(&policy),
            names: spread.map(|domain| domain.name.clone()).take(TIMES).collect(),
            policy,
            sample,
        }
    }

    fn domain(&self, name: &str) -> &Domain {
        self.sample.domains.iter().find(|domain| domain.name.as_str() == name).unwrap()
    }

    /// Hands every case with its name to `run`. A case does its work once, on the name of the number.
    fn cases(&self, run: &mut Run<'_>) {
        self.of_records(run);
        self.of_questions(run);
        self.of_pages(run);
        self.of_doors(run);
    }

    fn of_records(&self, run: &mut Run<'_>) {
        for (shape, name) in [("person", PERSON), ("organisation, 3 contacts", ORGANISATION)] {
            let registration = self.sample.registration(self.domain(name));
            run(&format!("decide, {shape}"), &mut |_| drop(black_box(decide(&registration, &self.policy, AT))));
        }
        run("lookup, found and decoded", &mut |number| drop(black_box(self.large.domain(&self.names[number]))));
        run("lookup, registered", &mut |number| {
            assert!(registered(&self.large, &self.site.zones, &self.names[number]).is_some());
        });
        let missing: Vec<Name> = self.names.iter().map(|name| Name::parse(&format!("geen-{name}")).unwrap()).collect();
        run("lookup, not found", &mut |number| assert!(self.large.domain(&missing[number]).is_none()));
    }

    fn of_questions(&self, run: &mut Run<'_>) {
        let paths: Vec<String> = self.names.iter().map(|name| format!("domain/{name}")).collect();
        run("parse, RDAP path", &mut |number| drop(black_box(query::rdap::parse(&paths[number], None))));
        run("parse, WHOIS line", &mut |number| {
            drop(black_box(query::whois::parse(self.names[number].as_str().as_bytes())));
        });
        let guard = Guard::new(Settings::default(), RandomState::new());
        let mut now = Monotonic::default();
        run("guard, a question that passes", &mut |number| {
            now = now.plus(Duration::from_secs(2));
            let client = Ipv4Addr::from_bits((number as u32).wrapping_mul(0x9e37_79b1));
            black_box(guard.admit(&guard.caller(client.into()), Question::Domain, now));
        });
    }

    fn of_pages(&self, run: &mut Run<'_>) {
        let url = Asking { base: BASE, asked: "https://rdap.registry.example/domain/x.be", jscontact: false };
        let generation = self.published.generation();
        for (shape, name) in [("person", PERSON), ("organisation, 3 contacts", ORGANISATION)] {
            let name = Name::parse(name).unwrap();
            let found = registered(&self.published, &self.site.zones, &name).unwrap();
            run(&format!("render RDAP, {shape}"), &mut |_| {
                black_box(render::rdap::render_registered(&found, &self.site, generation, &url).unwrap());
            });
            run(&format!("render WHOIS, {shape}"), &mut |_| {
                drop(black_box(render::whois::registered(&found, &self.site, generation)));
            });
            let found = answer(&self.published, &self.site.zones, &Query::Domain(name));
            run(&format!("render RDAP from typed values, {shape}"), &mut |_| {
                drop(black_box(render::rdap::render(&found, &self.site, generation, &url)));
            });
        }
    }

    fn of_doors(&self, run: &mut Run<'_>) {
        const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let settings = Settings { lists: vec![(HERE.into(), Tier::Unlimited)], ..Settings::default() };
        let guard = Guard::new(settings, RandomState::new());
        let visitor =
            Visitor { guard: &guard, caller: guard.caller(HERE), now: Monotonic::default(), date: Timestamp::MAX };
        let http = |path: &str, snapshot: &Snapshot, status: u16| {
            let host = Some(&b"rdap.registry.example"[..]);
            let request = Request { method: "GET", path, query: None, secure: true, host, headers: &|_| None };
            assert_eq!(respond(&request, Some(snapshot), &self.site, &visitor).status, status, "{path}");
        };
        let line = |line: &str, snapshot: &Snapshot| {
            drop(black_box(whois::respond(Door::Whois, line.as_bytes(), Some(snapshot), &self.site, &visitor)));
        };
        let paths: Vec<String> = self.names.iter().map(|name| format!("/domain/{name}")).collect();
        run("respond RDAP, found", &mut |number| http(&paths[number], &self.large, 200));
        run("respond RDAP, not found", &mut |_| http(&format!("/domain/{FREE}"), &self.published, 404));
        run("respond RDAP, malformed", &mut |_| http("/domain/a..be", &self.published, 400));
        run("respond WHOIS, found", &mut |number| line(self.names[number].as_str(), &self.large));
        run("respond WHOIS, not found", &mut |_| line(FREE, &self.published));
    }
}
