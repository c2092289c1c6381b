//! Benches of searches over a register of a million domains: what their tables cost, and how long searches take.
//!
//! `cargo bench --bench search` measures; `-- --test` runs each bench once on a small register. `-- --report` tells what
//! the tables cost, and whether a search for what is withheld takes as long as one for what is nowhere (SR-18).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a bench may stop at what is wrong")]

#[allow(dead_code, reason = "others use the rest")]
#[path = "../tests/it/register.rs"]
mod register;

use std::collections::{BTreeSet, HashSet};
use std::hash::RandomState;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;
use std::time::Duration;

use criterion::Criterion;
use loket::answer::Searching;
use loket::codec::{self, Change, RecordKey};
use loket::disclosure::record::{Disclosed, PublicRecord};
use loket::generate::{Format, generate};
use loket::guard::{Guard, Settings, Tier};
use loket::index::{EntityKey, Generation, Reach, Snapshot, SnapshotBuilder};
use loket::model::name::Name;
use loket::model::pattern::{NamePattern, PartialName, TextPattern, fold};
use loket::model::zone::WhoisLayout;
use loket::render::site::Site;
use loket::session::Visitor;
use loket::session::http::{Request, Response, respond};
use loket::time::{Clock, Monotonic, Timestamp};
use register::{AT, Register};

/// Domains of the generated register, and copies of it under names and handles of its own that are searched.
const DOMAINS: u64 = 100_000;
const COPIES: usize = 10;
/// Domains when benches only run once.
const DOMAINS_TRIED: u64 = 500;
const SEED: u64 = 20_260_601;
/// Changes of an amendment.
const CHANGES: usize = 1_000;
/// Pairs of searches that are compared.
const PAIRS: usize = 10_000;
const PAIRS_TRIED: usize = 20;

/// The default bounds of a search.
const REACH: Reach = Reach { matches: 1_000, candidates: 50_000 };

static ENTRIES: LazyLock<Entries> = LazyLock::new(Entries::new);
static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| ENTRIES.loaded(true));

fn main() {
    if std::env::args().any(|argument| argument == "--report") {
        costs();
        amended();
        pages();
        pairs();
        return;
    }
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    searches(&mut criterion);
    amendments(&mut criterion);
    if !is_measuring() {
        pairs();
    }
    criterion.final_summary();
}

/// True when figures are wanted; false when everything only runs once.
fn is_measuring() -> bool {
    let mut arguments = std::env::args();
    arguments.any(|argument| argument == "--bench") && !std::env::args().any(|argument| argument == "--test")
}

/// The records of a large register, encoded, and what is searched for in it.
struct Entries {
    records: Vec<(RecordKey, Vec<u8>)>,
    domains: usize,
    /// Values of contacts that no record shows, by what they are, and all values of all contacts, folded.
    withheld: Vec<(&'static str, Vec<String>)>,
    values: BTreeSet<String>,
}

impl Entries {
    fn new() -> Entries {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full.xml");
        let domains = if is_measuring() { DOMAINS } else { DOMAINS_TRIED };
        generate(domains, SEED, Format::RdeXml, &path).unwrap();
        let register = Register::read(&path);
        let policy = register::policy("config/disclosure/dns-belgium.toml");
        let mut records = Vec::new();
        for record in register.decided(&policy) {
            for copy in 0..COPIES {
                let record = copied(&record, copy);
                records.extend(record.map(|record| (RecordKey::of(&record), codec::encode(&record))));
            }
            records.push((RecordKey::of(&record), codec::encode(&record)));
        }
        let shown: HashSet<String> = register.decided(&policy).flat_map(|record| values_shown(&record)).collect();
        let (mut names, mut emails, mut handles) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut organisations = BTreeSet::new();
        for contact in register.contacts.values() {
            handles.insert(contact.handle.reveal().to_owned());
            emails.extend(contact.email.iter().map(|email| email.reveal().clone()));
            names.extend(contact.postal.iter().filter_map(|postal| Some(postal.name.as_ref()?.reveal().clone())));
            let of = contact.postal.iter().filter_map(|postal| Some(postal.organisation.as_ref()?.reveal().clone()));
            organisations.extend(of);
        }
        let all = [&names, &emails, &handles, &organisations].into_iter().flatten().chain(&shown);
        let values = all.map(|value| fold(value)).collect();
        let withheld = [("name", names), ("e-mail", emails), ("handle", handles)];
        let withheld = withheld.map(|(what, all)| {
            let withheld: Vec<String> = all.into_iter().filter(|value| !shown.contains(value)).collect();
            (what, withheld)
        });
        let domains = register.domains.len() * (COPIES + 1);
        Entries { records, domains, withheld: withheld.into(), values }
    }

    fn loaded(&self, is_searchable: bool) -> Snapshot {
        let mut builder = SnapshotBuilder::default().searchable(is_searchable);
        for (key, value) in &self.records {
            builder.apply(Change::Put { key: key.clone(), value }).unwrap();
        }
        builder.finish(Generation { number: 1, watermark: AT, published_at: AT })
    }
}

/// The handles, names and e-mail addresses that a record shows.
fn values_shown(record: &PublicRecord) -> Vec<String> {
    let (registrant, contacts) = match record {
        PublicRecord::Domain(domain) => (domain.registrant.as_ref(), domain.contacts.as_slice()),
        PublicRecord::Registrar(registrar) => (None, registrar.contacts.as_slice()),
        PublicRecord::Host(_) | PublicRecord::Nndn(_) => (None, &[][..]),
    };
    let contacts = registrant.into_iter().chain(contacts);
    let values = contacts.flat_map(|contact| [&contact.handle, &contact.name, &contact.organisation, &contact.email]);
    values.filter_map(|value| value.shown().cloned()).collect()
}

/// A domain under another name, with contacts of other handles.
fn copied(record: &PublicRecord, copy: usize) -> Option<PublicRecord> {
    let PublicRecord::Domain(domain) = record else { return None };
    let mut domain = domain.clone();
    domain.name = Name::parse(&format!("{}-k{copy}.{}", domain.name.labels().next()?, domain.name.parent()?)).ok()?;
    for contact in domain.registrant.iter_mut().chain(&mut domain.contacts) {
        if let Disclosed::Shown { value, .. } = &mut contact.handle {
            value.push_str(&format!("-{copy}"));
        }
    }
    Some(PublicRecord::Domain(domain))
}

fn partial(text: &str) -> PartialName {
    let Ok(NamePattern::Partial(pattern)) = NamePattern::parse(text) else { panic!("{text}") };
    pattern
}

/// Searches of all kinds.
fn searches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("search");
    let named =
        [("miss", "zzzzzzzz*.be"), ("narrow", "bakkerij-d*.be"), ("one character", "b*.be"), ("any zone", "b*")];
    for (shape, text) in named {
        let pattern = partial(text);
        group.bench_function(format!("domains by name, {shape}"), |bencher| {
            bencher.iter(|| SNAPSHOT.domains_named(black_box(&pattern), REACH));
        });
    }
    for text in ["ns1*", "ns1.b*.be", "n*.be"] {
        let pattern = partial(text);
        group.bench_function(format!("hosts by name, {text}"), |bencher| {
            bencher.iter(|| SNAPSHOT.hosts_named(black_box(&pattern), REACH));
        });
    }
    group.bench_function("domains by address", |bencher| {
        let host = SNAPSHOT.hosts_named(&partial("ns1*"), REACH).items.swap_remove(0);
        let addresses = SNAPSHOT.host(&host).unwrap().addresses;
        let address = addresses.v4.first().map_or([192, 0, 2, 1].into(), |v4| (*v4).into());
        bencher.iter(|| SNAPSHOT.domains_at(black_box(address), REACH));
    });
    group.bench_function("domains of a large registrar", |bencher| {
        let first = SNAPSHOT.domains_named(&partial("b*.be"), REACH).items.swap_remove(0);
        let registrar = [EntityKey::Registrar(SNAPSHOT.domain(&first).unwrap().registrar)];
        bencher.iter(|| SNAPSHOT.domains_of(black_box(&registrar), REACH, |_| true));
    });
    for text in ["zzzzzz*", "b*"] {
        let pattern = TextPattern::parse(text).unwrap();
        group.bench_function(format!("entities by name, {text}"), |bencher| {
            bencher.iter(|| SNAPSHOT.entities_named(black_box(&pattern), REACH));
        });
    }
    group.finish();
}

/// Changes over a register that can be searched.
fn amendments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("amend");
    let changes: LazyLock<Vec<(RecordKey, Vec<u8>)>> = LazyLock::new(|| {
        let records = ENTRIES.records.iter().step_by((ENTRIES.records.len() / CHANGES).max(1)).take(CHANGES);
        let changed = records.map(|(_, value)| match codec::decode(value).unwrap() {
            PublicRecord::Domain(mut domain) => {
                domain.roid.push_str("-2");
                PublicRecord::Domain(domain)
            }
            other => other,
        });
        changed.map(|record| (RecordKey::of(&record), codec::encode(&record))).collect()
    });
    group.bench_function("1,000 changes, searchable", |bencher| {
        bencher.iter(|| {
            let mut builder = SnapshotBuilder::over(&SNAPSHOT);
            for (key, value) in &*changes {
                builder.apply(Change::Put { key: key.clone(), value }).unwrap();
            }
            builder.finish(SNAPSHOT.generation().clone())
        });
    });
    group.finish();
}

/// What the tables cost.
fn costs() {
    let clock = Clock::system();
    let timed = |is_searchable| {
        let begin = clock.monotonic();
        let snapshot = ENTRIES.loaded(is_searchable);
        (clock.monotonic().since(begin), snapshot)
    };
    let (plain, _) = timed(false);
    let (searchable, snapshot) = timed(true);
    let begin = clock.monotonic();
    drop(snapshot.merged());
    let merging = clock.monotonic().since(begin);
    let octets = snapshot.search_octets();
    println!("{} domains, {} records", ENTRIES.domains, snapshot.len());
    println!("loaded from memory in {plain:?}, searchable in {searchable:?}; merged in {merging:?}");
    println!("the tables take {octets} octets, {} for a domain", octets / ENTRIES.domains.max(1));
}

/// What 1,000 changes cost over a base alone and over an overlay.
fn amended() {
    let clock = Clock::system();
    for is_searchable in [false, true] {
        let base = ENTRIES.loaded(is_searchable);
        let begin = clock.monotonic();
        let once = changed(&base, 1_000, "-2");
        let first = clock.monotonic().since(begin);
        let full = changed(&once, 50_000, "-3");
        let begin = clock.monotonic();
        let next = changed(&full, 1_000, "-4");
        let later = clock.monotonic().since(begin);
        let begin = clock.monotonic();
        drop(next.merged());
        let merging = clock.monotonic().since(begin);
        println!(
            "searchable {is_searchable}: 1,000 changes in {first:?}, over 50,000 others in {later:?}; merged in {merging:?}"
        );
    }
}

/// A snapshot with so many domains changed.
fn changed(snapshot: &Snapshot, count: usize, suffix: &str) -> Snapshot {
    let mut builder = SnapshotBuilder::over(snapshot);
    for (_, value) in ENTRIES.records.iter().step_by((ENTRIES.records.len() / count).max(1)).take(count) {
        let mut record = codec::decode(value).unwrap();
        if let PublicRecord::Domain(domain) = &mut record {
            domain.roid.push_str(suffix);
        }
        builder.apply(Change::Put { key: RecordKey::of(&record), value: &codec::encode(&record) }).unwrap();
    }
    builder.finish(snapshot.generation().clone())
}

/// How long whole pages take, beside a lookup.
fn pages() {
    let domain = SNAPSHOT.domains_named(&partial("b*.be"), REACH).items.swap_remove(0);
    let record = SNAPSHOT.domain(&domain).unwrap();
    let registrar = SNAPSHOT.registrar_by_id(&record.registrar).unwrap().handle();
    let hosts = SNAPSHOT.hosts_named(&partial("ns1*"), REACH).items;
    let mut addresses = hosts.iter().filter_map(|host| SNAPSHOT.host(host)).flat_map(|host| host.addresses.v4);
    let address = addresses.next().map_or("192.0.2.1".to_owned(), |v4| v4.to_string());
    let questions = [
        (format!("/domain/{domain}"), String::new()),
        ("/domains".to_owned(), "name=zzzzzzzz*.be".to_owned()),
        ("/domains".to_owned(), "name=bakkerij-d*.be".to_owned()),
        ("/domains".to_owned(), "name=b*.be".to_owned()),
        ("/domains".to_owned(), "name=b*".to_owned()),
        ("/domains".to_owned(), "name=b*.be&sort=registrationDate:d".to_owned()),
        ("/domains".to_owned(), "name=b*.be&fieldSet=id".to_owned()),
        ("/domains".to_owned(), format!("nsIp={address}")),
        ("/domains".to_owned(), "nsLdhName=n*".to_owned()),
        ("/nameservers".to_owned(), "name=n*".to_owned()),
        ("/nameservers".to_owned(), "name=n*.be".to_owned()),
        ("/nameservers".to_owned(), "name=ns1.b*.be".to_owned()),
        ("/domains/reverse_search/entity".to_owned(), format!("handle={registrar}")),
        ("/domains/reverse_search/entity".to_owned(), "handle=c*&role=technical".to_owned()),
        ("/domains/reverse_search/entity".to_owned(), "fn=b*&role=billing".to_owned()),
        ("/entities".to_owned(), "fn=b*".to_owned()),
        ("/entities".to_owned(), "handle=c*".to_owned()),
    ];
    for (path, query) in &questions {
        let mut times = Vec::new();
        let mut told = (0, 0);
        for _ in 0..if is_measuring() { 21 } else { 1 } {
            let (took, response) = asked(path, query);
            times.push(took);
            told = (response.status, response.body.len());
        }
        println!("{path}?{query}: {:.1} µs, status {}, {} octets", median(&times) / 1_000.0, told.0, told.1);
    }
}

/// Asks over HTTP, without sockets: the nanoseconds that it took, and the response.
fn asked(path: &str, query: &str) -> (f64, Response) {
    static SITE: LazyLock<Site> = LazyLock::new(|| {
        let searching = Searching {
            is_offered: true,
            page_size: 50,
            matches_max: REACH.matches,
            candidates_max: REACH.candidates,
            ..Searching::closed()
        };
        Site { searching, ..register::site(|gtld| if gtld { WhoisLayout::Gtld } else { WhoisLayout::Be }) }
    });
    static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::system);
    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    static GUARD: LazyLock<Guard> = LazyLock::new(|| {
        let lists = vec![(HERE.into(), Tier::Unlimited)];
        Guard::new(Settings { lists, ..Settings::default() }, RandomState::new())
    });
    let request = Request {
        method: "GET",
        path,
        query: Some(query).filter(|query| !query.is_empty()),
        secure: true,
        host: Some(b"rdap.registry.example"),
        headers: &|_| None,
    };
    let visitor =
        Visitor { guard: &GUARD, caller: GUARD.caller(HERE), now: Monotonic::default(), date: Timestamp::MAX };
    let begin = CLOCK.monotonic();
    let response = respond(black_box(&request), Some(&SNAPSHOT), &SITE, &visitor);
    (CLOCK.monotonic().since(begin).as_nanos() as f64, response)
}

/// Searches for what is withheld against searches for such that is nowhere, in alternation (SR-18).
fn pairs() {
    let count = if is_measuring() { PAIRS } else { PAIRS_TRIED };
    let routes = ["/entities?fn=", "/entities?handle=", "/domains/reverse_search/entity?fn="];
    for (what, values) in &ENTRIES.withheld {
        for (route, is_prefix) in routes.into_iter().flat_map(|route| [(route, false), (route, true)]) {
            let pairs: Vec<(String, String)> = values.iter().filter_map(|value| pair(value, is_prefix)).collect();
            compare(&format!("{what} {route}{}", if is_prefix { "…*" } else { "…" }), route, &pairs, count);
        }
    }
}

/// The value, or its beginning, and one of the same length that no contact has: another letter or digit at its end.
fn pair(value: &str, is_prefix: bool) -> Option<(String, String)> {
    let kept = value.chars().count().saturating_sub(if is_prefix { 2 } else { 0 });
    let mut begun: String = value.chars().take(kept).collect();
    let value = begun.clone();
    let last = begun.pop().filter(char::is_ascii_alphanumeric)?;
    let is_nowhere = |text: &String| {
        let folded = fold(text);
        let next = ENTRIES.values.range(folded.clone()..).next();
        !next.is_some_and(|next| if is_prefix { next.starts_with(&folded) } else { *next == folded })
    };
    let others = if last.is_ascii_digit() { "0123456789" } else { "qxzjvwkyqh" };
    let nowhere = others.chars().map(|other| format!("{begun}{other}")).find(is_nowhere)?;
    let star = if is_prefix { "*" } else { "" };
    Some((value + star, nowhere + star))
}

fn compare(title: &str, route: &str, pairs: &[(String, String)], count: usize) {
    let Some((path, parameter)) = route.split_once('?') else { return };
    let (mut of_withheld, mut of_nothing) = (Vec::new(), Vec::new());
    for (withheld, nowhere) in pairs.iter().cycle().take(pairs.len().saturating_mul(count)) {
        let [withheld, nowhere] = [withheld, nowhere].map(|value| format!("{parameter}{}", percent_encoded(value)));
        let (one, other) = if of_withheld.len() % 2 == 0 {
            let one = asked(path, &withheld);
            (one, asked(path, &nowhere))
        } else {
            let other = asked(path, &nowhere);
            (asked(path, &withheld), other)
        };
        // A beginning may be that of a value that is shown.
        if one.1.status == 404 {
            assert_eq!(one.1, other.1, "{withheld}");
            of_withheld.push(one.0);
            of_nothing.push(other.0);
        }
        if of_withheld.len() == count {
            break;
        }
    }
    if of_withheld.len() < count {
        println!("{title}: only {} pairs", of_withheld.len());
        return;
    }
    let (median_withheld, median_nothing) = (median(&of_withheld), median(&of_nothing));
    let z = z(&of_withheld, &of_nothing);
    let detectable = 2.8 * (variance(&of_withheld) / count as f64 + variance(&of_nothing) / count as f64).sqrt();
    println!(
        "{title}: {count} pairs of {}, medians {median_withheld} and {median_nothing} ns, difference {} ns, z = {z:.2}, \
         detectable {detectable:.0} ns",
        pairs.len(),
        median_withheld - median_nothing,
    );
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|octet| if octet == b'*' { "*".to_owned() } else { format!("%{octet:02X}") }).collect()
}

/// The variance of times, of which the slowest hundredth (the machine's doing) count as what is just below.
fn variance(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let most = times.get(times.len().saturating_sub(1 + times.len() / 100)).copied().unwrap_or_default();
    let times: Vec<f64> = times.into_iter().map(|time| time.min(most)).collect();
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / times.len() as f64
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Mann and Whitney's U as a normal deviate: beyond 1.96 in one of twenty cases where nothing differs.
fn z(a: &[f64], b: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = a.iter().map(|t| (*t, true)).chain(b.iter().map(|t| (*t, false))).collect();
    all.sort_by(|x, y| x.0.total_cmp(&y.0));
    let (mut ranks, mut ties, mut before) = (0.0, 0.0, 0.0);
    for equal in all.chunk_by(|x, y| x.0 == y.0) {
        let count = equal.len() as f64;
        let of_a = equal.iter().filter(|(_, is_a)| *is_a).count() as f64;
        ranks += of_a * (before + (count + 1.0) / 2.0);
        ties += count.powi(3) - count;
        before += count;
    }
    let (n, m) = (a.len() as f64, b.len() as f64);
    let u = ranks - n * (n + 1.0) / 2.0;
    let spread = (n * m / 12.0 * ((n + m + 1.0) - ties / ((n + m) * (n + m - 1.0)))).sqrt();
    (u - n * m / 2.0) / spread
}
