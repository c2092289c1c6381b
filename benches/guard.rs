//! The guard alone, beside the store that governor ships. `README.md` beside this file has figures and says how to
//! read them.
//!
//! `cargo bench --bench guard` measures single questions, `cargo bench --bench guard -- --report` prints what floods
//! do (a minute or two), `-- --figures` prints as JSON what the table of results tells, and `-- --test` runs everything
//! once with little.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a bench may stop at what is wrong")]
#![allow(clippy::disallowed_methods, reason = "a bench reads the machine's clock")]

use std::hash::RandomState;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};
use governor::{Quota as Rate, RateLimiter};
use loket::guard::budget::Allowance;
use loket::guard::cells::Cells;
use loket::guard::settings::Quota;
use loket::guard::{Guard, Question, Settings, Verdict};
use loket::time::Monotonic;

/// DNS Belgium's figures of DAS, which are the default ones.
const QUOTA: Quota = Quota { burst: 50, per_minute: 50 };
const SECOND: u64 = 1_000_000_000;

fn main() {
    if std::env::args().any(|argument| argument == "--figures") {
        println!("{}", figures(1_000_000, 10_000_000));
        return;
    }
    let report = std::env::args().any(|argument| argument == "--report");
    let is_measuring = std::env::args().any(|argument| argument == "--bench");
    let is_trying = std::env::args().any(|argument| argument == "--test") || !is_measuring;
    if report || is_trying {
        let sources = if is_trying { 100_000 } else { 10_000_000 };
        flood(sources, 1_000_000);
        flood(sources, 5_000_000);
        strangers(if is_trying { 4 } else { 96 });
        stall(if is_trying { 10_000 } else { 1_000_000 });
    }
    if is_trying {
        println!("{}", figures(1_000, 10_000));
    }
    if !report {
        let mut criterion = Criterion::default()
            .warm_up_time(Duration::from_secs(1))
            .measurement_time(Duration::from_secs(3))
            .configure_from_args();
        let keys: &[u32] = if is_trying { &[1, 1_000] } else { &[1, 100_000, 1_000_000] };
        for &keys in keys {
            questions(&mut criterion, keys);
        }
        criterion.final_summary();
    }
}

/// Every value once, in an order that no cache can foresee.
fn scattered(number: u32) -> u32 {
    number.wrapping_mul(0x9e37_79b1).wrapping_add(0x7f4a_7c15)
}

fn address(number: u32) -> IpAddr {
    Ipv4Addr::from_bits(scattered(number)).into()
}

/// A client that is a network of its own: the worst that a flood can be made of.
fn network(number: u64) -> IpAddr {
    Ipv6Addr::from_bits((0x2000_0000_0000 + u128::from(number)) << 80 | 1).into()
}

fn at(nanoseconds: u64) -> Monotonic {
    Monotonic::default().plus(Duration::from_nanos(nanoseconds))
}

/// One question that passes, with so many clients in turn. Each asks once in two seconds, by the clock in hand.
fn questions(criterion: &mut Criterion, keys: u32) {
    let mut group = criterion.benchmark_group("question");
    let mut admit = admitting(keys);
    group.bench_function(BenchmarkId::new("admit", keys), |bencher| bencher.iter(|| black_box(admit())));
    assert!(admit());
    let mut spend = spending(keys);
    group.bench_function(BenchmarkId::new("cell", keys), |bencher| bencher.iter(|| black_box(spend())));
    let mut check = checking(keys);
    group.bench_function(BenchmarkId::new("governor's keyed store", keys), |bencher| {
        bencher.iter(|| black_box(check()));
    });
    group.finish();
}

/// Questions to the whole guard, of so many clients in turn, each of whom has asked before.
fn admitting(keys: u32) -> impl FnMut() -> bool {
    let guard = Guard::new(Settings::default(), RandomState::new());
    let (mut now, mut turn, step) = (0, 0_u32, 2 * SECOND / u64::from(keys));
    let mut admit = move || {
        now += step;
        turn = turn.wrapping_add(1);
        matches!(guard.admit(&guard.caller(address(turn % keys)), Question::Domain, at(now)), Verdict::Pass(_))
    };
    (0..keys).for_each(|_| assert!(admit()));
    admit
}

/// The same to one table of cells.
fn spending(keys: u32) -> impl FnMut() -> bool {
    let allowance = Allowance::per_minute(QUOTA, Cells::new(16 << 20));
    let (mut now, mut turn, step) = (0, 0_u32, 2 * SECOND / u64::from(keys));
    let mut spend = move || {
        now += step;
        turn = turn.wrapping_add(1);
        let hash = u64::from(turn % keys).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        allowance.spend(hash, 1, now).is_ok()
    };
    (0..keys).for_each(|_| assert!(spend()));
    spend
}

/// The same to the store that governor ships. Its quota is never spent, because it reads the machine's clock.
fn checking(keys: u32) -> impl FnMut() -> bool {
    let keyed = RateLimiter::keyed(Rate::per_second(NonZeroU32::MAX));
    let mut turn = 0_u32;
    let mut check = move || {
        turn = turn.wrapping_add(1);
        keyed.check_key(&address(turn % keys)).is_ok()
    };
    (0..keys).for_each(|_| assert!(check()));
    check
}

/// Nanoseconds of a question in each of seven rounds, in alternation, over so many keys; and what floods of so many
/// sources do: the longest question, the tables' size and what the process grew by.
fn figures(keys: u32, sources: u64) -> String {
    const ROUNDS: usize = 7;
    let (mut admit, mut spend, mut check) = (admitting(keys), spending(keys), checking(keys));
    let mut rounds: [Vec<f64>; 3] = Default::default();
    let timed = |question: &mut dyn FnMut() -> bool| {
        let start = Instant::now();
        (0..keys).for_each(|_| assert!(black_box(question())));
        start.elapsed().as_nanos() as f64 / f64::from(keys)
    };
    for _ in 0..ROUNDS {
        rounds[0].push(timed(&mut admit));
        rounds[1].push(timed(&mut spend));
        rounds[2].push(timed(&mut check));
    }
    drop((admit, spend, check));
    let (mut longest, mut tables, mut grown) = (Vec::new(), Vec::new(), Vec::new());
    let (mut longest_of_thread, mut longest_idle) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let before = resident_kibibytes();
        let guard = Guard::new(Settings::default(), RandomState::new());
        let (mut slowest, mut slowest_of_thread) = (Duration::ZERO, Duration::ZERO);
        let (began, mut spent) = (Instant::now(), spent_by_this_thread());
        for source in 0..sources {
            let asked = Instant::now();
            black_box(guard.admit(&guard.caller(network(source)), Question::Domain, at(source * 1_000)));
            slowest = slowest.max(asked.elapsed());
            let now = spent_by_this_thread();
            slowest_of_thread = slowest_of_thread.max(now.saturating_sub(spent));
            spent = now;
        }
        longest.push(slowest.as_secs_f64() * 1e3);
        longest_of_thread.push(slowest_of_thread.as_secs_f64() * 1e3);
        longest_idle.push(longest_pause(began.elapsed()).as_secs_f64() * 1e3);
        tables.push(guard.octets() as f64 / f64::from(1 << 20));
        grown.push(resident_kibibytes().saturating_sub(before) as f64 / 1024.0);
    }
    let [admit, cell, keyed] = rounds;
    format!(
        "{{\"admit\":{admit:?},\"cell\":{cell:?},\"keyed\":{keyed:?},\"longest_ms\":{longest:?},\
         \"longest_of_thread_ms\":{longest_of_thread:?},\"longest_idle_ms\":{longest_idle:?},\
         \"tables_mib\":{tables:?},\"grown_mib\":{grown:?}}}"
    )
}

/// What the calling thread has spent on a core: what is taken from it meanwhile is not in it, what the kernel does for it is.
fn spent_by_this_thread() -> Duration {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(spent.tv_sec.unsigned_abs(), u32::try_from(spent.tv_nsec).unwrap_or(0))
}

/// The longest pause of a loop that reads the clock for so long and does nothing else.
fn longest_pause(span: Duration) -> Duration {
    let began = Instant::now();
    let (mut last, mut longest) = (began, Duration::ZERO);
    while last.duration_since(began) < span {
        let now = Instant::now();
        longest = longest.max(now.duration_since(last));
        last = now;
    }
    longest
}

/// So many distinct sources ask one question each, so many a second; between them a hundred who never stop, and each
/// thousandth time a stranger, who comes once and should pass.
fn flood(sources: u64, a_second: u64) {
    let guard = Guard::new(Settings::default(), RandomState::new());
    let before = resident_kibibytes();
    let (mut strangers, mut refused, mut heavy, mut longest) = (0_u64, 0_u64, 0_u64, Duration::ZERO);
    let start = Instant::now();
    let passes = |source, now| {
        matches!(guard.admit(&guard.caller(network(source)), Question::Domain, at(now)), Verdict::Pass(_))
    };
    for source in 0..sources {
        let now = source * SECOND / a_second;
        let asked = Instant::now();
        black_box(passes((1 << 30) + source, now));
        longest = longest.max(asked.elapsed());
        if source % 100 == 0 {
            heavy += u64::from(passes(source / 100 % 100, now));
        }
        if source % 1_000 == 0 {
            strangers += 1;
            refused += u64::from(!passes((1 << 32) + source, now));
        }
    }
    let mean = start.elapsed().as_nanos() / u128::from(sources);
    let end = sources * SECOND / a_second;
    let after = (0..10_000).filter(|stranger| !passes((1 << 33) + stranger, end)).count();
    let most = 100 * (50 + end * 50 / 60 / SECOND);
    assert!(heavy <= most, "{heavy} questions of the heavy passed, {most} may");
    println!("flood of {sources} sources, {a_second} a second:");
    println!("  strangers refused during it: {refused} of {strangers}; just after it: {after} of 10000");
    println!("  questions of 100 who never stop: {heavy} passed, at most {most} may");
    println!(
        "  tables: {} KiB; process: {before} KiB before, {} KiB after",
        guard.octets() >> 10,
        resident_kibibytes()
    );
    println!("  a question: {mean} ns in the mean, the longest {longest:?}");
}

/// How many strangers are refused when distinct sources come for so long at a share of what the table drains.
fn strangers(seconds: u64) {
    println!("one question by each source, for {seconds} s, by load (1: as much as the slots drain):");
    for percent in [50, 80, 90, 95, 100, 105, 110, 120, 150, 200] {
        let cells = Cells::new(1 << 20);
        let a_second = cells.slots() as u64 * percent * u64::from(QUOTA.per_minute) / 60 / 100;
        let allowance = Allowance::per_minute(QUOTA, cells);
        let (mut refused, mut state) = (0_u64, 1_u64);
        for source in 0..a_second * seconds {
            // A sequence of splitmix64: hashes as a keyed one would give.
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            refused += u64::from(allowance.spend(mixed ^ (mixed >> 31), 1, source * SECOND / a_second).is_err());
        }
        let share = refused as f64 / (a_second * seconds) as f64;
        println!("  {:.2}: {a_second} a second, {refused} refused ({share:.2e})", percent as f64 / 100.0);
    }
}

/// What cleaning costs the store that governor ships; ours has none.
fn stall(keys: u32) {
    let keyed = RateLimiter::keyed(Rate::per_second(NonZeroU32::MIN));
    (0..keys).for_each(|key| drop(keyed.check_key(&address(key))));
    let start = Instant::now();
    keyed.retain_recent();
    println!("governor's keyed store: retain_recent over {keys} keys takes {:?}", start.elapsed());
}

/// The process's resident memory, where the system tells it.
fn resident_kibibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}
