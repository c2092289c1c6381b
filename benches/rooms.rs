//! Benches of single rooms, without sockets. `README.md` beside this file has figures and says how to read them.
//!
//! `cargo bench --bench rooms` measures; `cargo bench --bench rooms -- --test` runs each bench once on small
//! registers, so that none rots.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a bench may stop at what is wrong")]

#[path = "../tests/it/register.rs"]
mod register;

use std::collections::BTreeMap;
use std::hash::RandomState;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use criterion::{BatchSize, Criterion, SamplingMode, Throughput};
use loket::answer::{Answer, answer, registered};
use loket::codec::{self, Change, RecordKey};
use loket::disclosure::decide::decide;
use loket::disclosure::policy::Policy;
use loket::disclosure::record::{Disclosed, PublicRecord};
use loket::generate::{Format, generate};
use loket::guard::{Guard, Settings, Tier};
use loket::import::{self, problem::Report};
use loket::index::{Generation, Snapshot, SnapshotBuilder};
use loket::model::name::Name;
use loket::model::zone::WhoisLayout;
use loket::publish::{self, PublishSettings, Silent};
use loket::query::{self, Query};
use loket::render::rdap::Asking;
use loket::render::{self, site::Site};
use loket::session::http::{Request, respond};
use loket::session::{Door, Visitor, whois};
use loket::store::Backend;
use loket::time::{Clock, Monotonic, Timestamp};
use register::{AT, BASE, Register, in_repository};
use tempfile::TempDir;

/// Held by a natural person.
const PERSON: &str = "persoon.be";
/// Held by an organisation, with two technical contacts and an onsite contact.
const ORGANISATION: &str = "bedrijf.be";
/// Held by an organisation, with two DS records.
const SIGNED: &str = "signed.be";
/// Held by an organisation, in a zone that follows the profile of gTLDs.
const OF_GTLD: &str = "reg.brussels";
/// Not registered.
const FREE: &str = "vrij.be";

/// Domains of the register in which names are looked up.
const DOMAINS_LOOKED_UP: u64 = 100_000;
/// Domains of the register that is imported.
const DOMAINS_IMPORTED: u64 = 20_000;
/// Copies of the register in which names are looked up, each under names and handles of its own, that make the one
/// which is amended: a million domains.
const COPIES_AMENDED: usize = 10;
/// Changes of an amendment.
const CHANGES: usize = 1_000;
/// Domains of either when benches only run once.
const DOMAINS_TRIED: u64 = 500;
const SEED: u64 = 20_260_601;
/// Names that are asked one after another.
const QUESTIONS: usize = 1 << 16;

/// Everything that a bench needs, made when the first one needs it.
static SITE: LazyLock<Site> =
    LazyLock::new(|| register::site(|gtld| if gtld { WhoisLayout::Gtld } else { WhoisLayout::Be }));
static POLICY: LazyLock<Policy> = LazyLock::new(|| register::policy("config/disclosure/dns-belgium.toml"));
static SAMPLE: LazyLock<Register> = LazyLock::new(|| Register::read(&in_repository("data/sample/full.xml")));
static PUBLISHED: LazyLock<Snapshot> = LazyLock::new(|| SAMPLE.publish(&POLICY));
static LARGE: LazyLock<Large> = LazyLock::new(Large::new);

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    decisions(&mut criterion);
    records(&mut criterion);
    questions(&mut criterion);
    lookups(&mut criterion);
    amendments(&mut criterion);
    pages(&mut criterion);
    endings(&mut criterion);
    imports(&mut criterion);
    criterion.final_summary();
}

/// True when figures are wanted; false when each bench only runs once.
fn is_measuring() -> bool {
    let mut arguments = std::env::args();
    arguments.any(|argument| argument == "--bench") && !std::env::args().any(|argument| argument == "--test")
}

fn domains(wanted: u64) -> u64 {
    if is_measuring() { wanted } else { DOMAINS_TRIED }
}

/// A generated full deposit in a folder of its own: the folder, the deposit, the number of its objects.
fn deposit(domains: u64) -> (TempDir, PathBuf, u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("full.xml");
    let generated = generate(domains, SEED, Format::RdeXml, &path).unwrap();
    (folder, path, generated.puts)
}

/// A large register, and names to ask it for in random order.
struct Large {
    snapshot: Snapshot,
    found: Vec<Name>,
    missing: Vec<Name>,
}

impl Large {
    fn new() -> Large {
        let (_folder, path, _objects) = deposit(domains(DOMAINS_LOOKED_UP));
        let register = Register::read(&path);
        // A generator of Lehmer's with Knuth's multiplier: a uniform order, the same in every run.
        let mut state = SEED;
        let mut below = |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % bound
        };
        let found: Vec<Name> =
            (0..QUESTIONS).map(|_| register.domains[below(register.domains.len())].name.clone()).collect();
        let missing = found.iter().map(|name| Name::parse(&format!("geen-{name}")).unwrap()).collect();
        Large { snapshot: register.publish(&POLICY), found, missing }
    }
}

/// One name after another, for ever.
fn cycle<'a, T>(items: &'a [T]) -> impl FnMut() -> &'a T {
    let mut at = 0;
    move || {
        at = (at + 1) % items.len();
        &items[at]
    }
}

fn record(name: &str) -> PublicRecord {
    let domain = SAMPLE.domains.iter().find(|domain| domain.name.as_str() == name).unwrap();
    decide(&SAMPLE.registration(domain), &POLICY, AT)
}

fn found(name: &str) -> Answer {
    let found = answer(&PUBLISHED, &SITE.zones, &Query::Domain(Name::parse(name).unwrap()));
    assert!(matches!(found, Answer::Domain(_)), "{name}: {found:?}");
    found
}

/// What of a domain and its contacts may be said.
fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    for (shape, name) in [("person", PERSON), ("organisation, 3 contacts", ORGANISATION)] {
        group.bench_function(shape, |bencher| {
            let domain = SAMPLE.domains.iter().find(|domain| domain.name.as_str() == name).unwrap();
            let registration = SAMPLE.registration(domain);
            bencher.iter(|| decide(black_box(&registration), &POLICY, AT));
        });
    }
    group.finish();
}

/// Public records to bytes and back.
fn records(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("codec");
    for (shape, name) in [("person", PERSON), ("organisation, 3 contacts", ORGANISATION)] {
        let record = LazyLock::new(|| record(name));
        group.bench_function(format!("encode, {shape}"), |bencher| bencher.iter(|| codec::encode(black_box(&record))));
        group.bench_function(format!("decode, {shape}"), |bencher| {
            let bytes = codec::encode(&record);
            bencher.iter(|| codec::decode(black_box(&bytes)).unwrap());
        });
    }
    group.finish();
}

/// Bytes from strangers to questions.
fn questions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for (shape, path) in
        [("RDAP path", "domain/bedrijf.be"), ("RDAP path, U-label in percents", "domain/belgi%C3%AB.be")]
    {
        group.bench_function(shape, |bencher| bencher.iter(|| query::rdap::parse(black_box(path), None).unwrap()));
    }
    group.bench_function("WHOIS line", |bencher| {
        bencher.iter(|| query::whois::parse(black_box(b"bedrijf.be")).unwrap());
    });
    group.finish();
}

/// Random names among 100,000: the record alone, and with registrar and addresses.
fn lookups(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lookup");
    group.throughput(Throughput::Elements(1));
    group.bench_function("record, found", |bencher| {
        let mut next = cycle(&LARGE.found);
        bencher.iter(|| LARGE.snapshot.domain(next()).unwrap());
    });
    group.bench_function("record, not found", |bencher| {
        let mut next = cycle(&LARGE.missing);
        bencher.iter(|| assert!(LARGE.snapshot.domain(next()).is_none()));
    });
    group.bench_function("answer, found", |bencher| {
        let questions: Vec<Query> = LARGE.found.iter().cloned().map(Query::Domain).collect();
        let mut next = cycle(&questions);
        bencher.iter(|| answer(&LARGE.snapshot, &SITE.zones, next()));
    });
    group.finish();
}

/// A snapshot of a million domains, and one with an overlay of as many changes as it may have before it wants a merge.
struct Amended {
    base: Snapshot,
    overlaid: Snapshot,
    /// Some of the unchanged records, changed and encoded.
    changes: Vec<(RecordKey, Vec<u8>)>,
    /// Names that stand in the overlay, and names that do not.
    changed: Vec<Name>,
    unchanged: Vec<Name>,
}

impl Amended {
    fn new() -> Amended {
        let (_folder, path, _objects) = deposit(domains(DOMAINS_LOOKED_UP));
        let register = Register::read(&path);
        let records: Vec<PublicRecord> = register.decided(&POLICY).collect();
        let mut builder = SnapshotBuilder::default();
        for copy in 0..COPIES_AMENDED {
            records.iter().filter_map(|record| copied(record, copy)).for_each(|record| builder.put(record));
        }
        records.into_iter().for_each(|record| builder.put(record));
        let base = builder.finish(first());
        let all = register.domains.len() * COPIES_AMENDED;
        let changed: Vec<Name> = (0..all / 20).map(|at| numbered(&register, at * 20)).collect();
        let unchanged: Vec<Name> = (0..all / 20).map(|at| numbered(&register, at * 20 + 7)).collect();
        let mut builder = SnapshotBuilder::over(&base);
        changed.iter().for_each(|name| builder.put(revised(&base, name)));
        let changes = unchanged.iter().step_by(unchanged.len().div_ceil(CHANGES)).map(|name| {
            let record = revised(&base, name);
            (RecordKey::of(&record), codec::encode(&record))
        });
        let changes = changes.collect();
        let overlaid = builder.finish(first());
        assert!(!overlaid.wants_merge() || !is_measuring(), "the overlay is not larger than it may be");
        Amended { base, overlaid, changes, changed, unchanged }
    }

    fn amend(&self, snapshot: &Snapshot) -> Snapshot {
        let mut builder = SnapshotBuilder::over(snapshot);
        for (key, value) in &self.changes {
            builder.apply(Change::Put { key: key.clone(), value }).unwrap();
        }
        builder.finish(first())
    }
}

fn first() -> Generation {
    Generation { number: 1, watermark: AT, published_at: AT }
}

fn of_copy(name: &Name, copy: usize) -> Name {
    Name::parse(&format!("k{copy}-{name}")).unwrap()
}

fn numbered(register: &Register, number: usize) -> Name {
    of_copy(&register.domains[number / COPIES_AMENDED].name, number % COPIES_AMENDED)
}

/// A domain under another name, with contacts of other handles.
fn copied(record: &PublicRecord, copy: usize) -> Option<PublicRecord> {
    let PublicRecord::Domain(domain) = record else { return None };
    let mut domain = domain.clone();
    domain.name = of_copy(&domain.name, copy);
    for contact in domain.registrant.iter_mut().chain(&mut domain.contacts) {
        if let Disclosed::Shown { value, .. } = &mut contact.handle {
            value.push_str(&format!("-{copy}"));
        }
    }
    Some(PublicRecord::Domain(domain))
}

/// A domain with another identifier and other cities.
fn revised(snapshot: &Snapshot, name: &Name) -> PublicRecord {
    let mut domain = snapshot.domain(name).unwrap();
    domain.roid.push_str("-2");
    for contact in domain.registrant.iter_mut().chain(&mut domain.contacts) {
        if let Disclosed::Shown { value, .. } = &mut contact.city {
            value.push_str(" 2");
        }
    }
    PublicRecord::Domain(domain)
}

/// Changes over a register of a million domains, merging them, and looking names up meanwhile.
fn amendments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("amend");
    let amended = LazyLock::new(Amended::new);
    for (overlay, wanted) in [("changes", false), ("changes, over an overlay of 50,000", true)] {
        group.bench_function(format!("1,000 {overlay}"), |bencher| {
            let snapshot = if wanted { &amended.overlaid } else { &amended.base };
            bencher.iter(|| amended.amend(snapshot));
        });
    }
    group.sample_size(10).bench_function("merge 50,000 changes", |bencher| {
        bencher.iter_with_large_drop(|| amended.overlaid.merged());
    });
    group.finish();

    let mut group = criterion.benchmark_group("lookup in a million");
    group.throughput(Throughput::Elements(1));
    for (shape, overlaid, changed) in [
        ("no overlay", false, false),
        ("overlay of 50,000, unchanged names", true, false),
        ("overlay of 50,000, changed names", true, true),
    ] {
        group.bench_function(shape, |bencher| {
            let snapshot = if overlaid { &amended.overlaid } else { &amended.base };
            let mut next = cycle(if changed { &amended.changed } else { &amended.unchanged });
            bencher.iter(|| snapshot.domain(next()).unwrap());
        });
    }
    group.finish();
}

/// Answers to bytes: the renderer alone, and all that the session does between the request and the response.
fn pages(criterion: &mut Criterion) {
    let url = Asking { base: BASE, asked: "https://rdap.registry.example/domain/x.be", jscontact: false };
    let generation = || PUBLISHED.generation();
    let mut group = criterion.benchmark_group("render");
    for (shape, name) in [("person", PERSON), ("organisation, 3 contacts", ORGANISATION), ("signed", SIGNED)] {
        let answer = LazyLock::new(|| found(name));
        group.bench_function(format!("RDAP, {shape}"), |bencher| {
            bencher.iter(|| render::rdap::render(black_box(&answer), &SITE, generation(), &url));
        });
        group.bench_function(format!("WHOIS, {shape}"), |bencher| {
            let name = Name::parse(name).unwrap();
            let found = registered(&PUBLISHED, &SITE.zones, &name).unwrap();
            bencher.iter(|| render::whois::registered(black_box(&found), &SITE, generation()));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("render RDAP ready");
    for (shape, name) in
        [("person", PERSON), ("organisation, 3 contacts", ORGANISATION), ("signed", SIGNED), ("in a gTLD", OF_GTLD)]
    {
        group.bench_function(shape, |bencher| {
            let name = Name::parse(name).unwrap();
            let found = registered(&PUBLISHED, &SITE.zones, &name).unwrap();
            bencher.iter(|| render::rdap::render_registered(black_box(&found), &SITE, generation(), &url).unwrap());
        });
    }
    group.bench_function("100,000 names in random order, with their lookup", |bencher| {
        let mut next = cycle(&LARGE.found);
        bencher.iter(|| {
            let found = registered(&LARGE.snapshot, &SITE.zones, next()).unwrap();
            render::rdap::render_registered(&found, &SITE, generation(), &url).unwrap()
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("respond");
    group.throughput(Throughput::Elements(1));
    group.bench_function("RDAP, 100,000 names in random order", |bencher| {
        let paths: Vec<String> = LARGE.found.iter().map(|name| format!("/domain/{name}")).collect();
        let mut next = cycle(&paths);
        bencher.iter(|| http(next(), &LARGE.snapshot, 200));
    });
    group.bench_function("WHOIS, 100,000 names in random order", |bencher| {
        let lines: Vec<String> = LARGE.found.iter().map(Name::to_string).collect();
        let mut next = cycle(&lines);
        bencher.iter(|| whois::respond(Door::Whois, next().as_bytes(), Some(&LARGE.snapshot), &SITE, &visitor()));
    });
    group.finish();
}

/// One of whom nothing is counted.
fn visitor() -> Visitor<'static> {
    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    static GUARD: LazyLock<Guard> = LazyLock::new(|| {
        let lists = vec![(HERE.into(), Tier::Unlimited)];
        Guard::new(Settings { lists, ..Settings::default() }, RandomState::new())
    });
    Visitor { guard: &GUARD, caller: GUARD.caller(HERE), now: Monotonic::default(), date: Timestamp::MAX }
}

fn http(path: &str, snapshot: &Snapshot, status: u16) -> usize {
    let request = Request {
        method: "GET",
        path,
        query: None,
        secure: true,
        host: Some(b"rdap.registry.example"),
        headers: &|_| None,
    };
    let response = respond(&request, Some(snapshot), &SITE, &visitor());
    assert_eq!(response.status, status, "{path}");
    response.body.len()
}

/// Found, free and refused side by side, at both doors: how an answer ends.
fn endings(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ending");
    for (ending, path, status) in [
        ("found", format!("/domain/{ORGANISATION}"), 200),
        ("not found", format!("/domain/{FREE}"), 404),
        ("refused", "/domain/a..be".to_owned(), 400),
    ] {
        group.bench_function(format!("RDAP, {ending}"), |bencher| {
            bencher.iter(|| http(black_box(&path), &PUBLISHED, status));
        });
    }
    for (ending, line) in [("found", ORGANISATION), ("not found", FREE), ("refused", "a..be")] {
        group.bench_function(format!("WHOIS, {ending}"), |bencher| {
            bencher
                .iter(|| whois::respond(Door::Whois, black_box(line.as_bytes()), Some(&PUBLISHED), &SITE, &visitor()));
        });
    }
    group.finish();
}

/// A generated full deposit in XML: reading it alone, and publishing it into an empty state folder.
fn imports(criterion: &mut Criterion) {
    let (_folder, path, objects) = deposit(domains(DOMAINS_IMPORTED));
    let bytes = std::fs::metadata(&path).unwrap().len();
    let mut group = criterion.benchmark_group("import");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::ElementsAndBytes { elements: objects, bytes });
    group.bench_function("read XML", |bencher| bencher.iter(|| read_through(&path)));
    group.bench_function("publish XML", |bencher| {
        bencher.iter_batched(
            || tempfile::tempdir().unwrap(),
            |folder| {
                publish::import(std::slice::from_ref(&path), &settings(&folder), &mut Silent)
                    .unwrap_or_else(|failure| panic!("{failure}"));
                folder
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// Reads a deposit to its end; the number of its items.
fn read_through(path: &Path) -> usize {
    let mut report = Report::default();
    let mut deposit = import::open(path, AT, &mut report).unwrap();
    let items = std::iter::from_fn(|| deposit.next(&mut report)).map(black_box).count();
    assert_eq!(report.errors(), 0, "{:?}", report.problems());
    items
}

fn settings(folder: &TempDir) -> PublishSettings {
    PublishSettings {
        state: folder.path().join("state"),
        zones: SITE.zones.clone(),
        policies: BTreeMap::from([(POLICY.name().to_owned(), POLICY.clone())]),
        default_policy: POLICY.name().to_owned(),
        shrink_share_max: 0.2,
        servers_wait: std::time::Duration::ZERO,
        allow_shrink: false,
        clock: Clock::manual(AT),
        backend: Backend::Sled,
    }
}
