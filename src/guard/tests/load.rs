//! Many sources and many threads: what is bounded, and what a full table does to strangers.

use std::net::Ipv6Addr;
use std::thread;

use super::super::budget::Allowance;
use super::super::cells::Cells;
use super::*;

/// A client that is a network of its own: the worst that a flood can be made of.
fn network(number: u32) -> IpAddr {
    Ipv6Addr::from_bits((0x2001_0000_0000 + u128::from(number)) << 80).into()
}

#[test]
fn the_tables_take_the_memory_that_is_given_and_no_more_however_many_ask() {
    for memory_mebibytes in [1, 3, 48] {
        let guard = guard(Settings { memory_mebibytes, ..small() });
        let given = u64::from(memory_mebibytes) << 20;
        assert!((given * 9 / 10..=given).contains(&guard.octets()), "{} of {given}", guard.octets());
    }
    // Without any, each table is one bucket, and the guard still works.
    let guard = guard(Settings { memory_mebibytes: 0, ..small() });
    assert!(guard.octets() < 4_096 && passes(ask(&guard, "192.0.2.1", at(0))));
}

/// The default memory's smaller sister: 1/4 of it, a million sources at 100,000 a second for ten seconds, which is
/// the load of 400,000 a second on the default. Meanwhile ten never stop, and some strangers come.
#[test]
fn a_million_sources_reset_nobodys_budget_and_turn_no_stranger_away() {
    let guard = guard(Settings { memory_mebibytes: 12, ..small() });
    let mut heavy = [0_u64; 10];
    let (mut strangers, mut refused) = (0, 0);
    for source in 0..1_000_000_u32 {
        let now = Monotonic::default().plus(Duration::from_micros(u64::from(source) * 10));
        let asks = |peer: u32| guard.admit(&guard.caller(network(peer)), Question::Domain, now);
        asks(1 << 24 | source);
        if source % 100 == 0 {
            heavy[source as usize / 100 % 10] += u64::from(passes(asks(source / 100 % 10)));
        }
        if source % 1_000 == 0 {
            strangers += 1;
            refused += u32::from(!passes(asks(1 << 28 | source)));
        }
    }
    // 50 at once and 8 in ten seconds; then they are refused, and banned.
    assert!(heavy.iter().all(|passed| (50..=58).contains(passed)), "{heavy:?}");
    assert_eq!((strangers, refused), (1_000, 0));
}

/// Twice as many strangers as the slots drain: they pay for it once the slots are filled up to the burst, which takes
/// a while, and only as long as it lasts.
#[test]
fn a_flood_beyond_measure_passes_by_itself() {
    let cells = Cells::new(14 * 1024);
    let a_second = cells.slots() as u64 * 50 / 60 * 2;
    let allowance = Allowance::per_minute(Quota { burst: 50, per_minute: 50 }, cells);
    let second = 1_000_000_000;
    let keys = RandomState::new();
    let spend = |source: u64, now| allowance.spend(keys.hash_one(source), 1, now).is_ok();
    let mut passed = [0; 6];
    for source in 0..180 * a_second {
        passed[(source / a_second / 30) as usize] += u64::from(spend(source, source * second / a_second));
    }
    // For half a minute everybody passes; in the end as many as the slots drain, which is one in two.
    assert_eq!(passed[0], 30 * a_second);
    assert!((13 * a_second..=16 * a_second).contains(&passed[5]), "{passed:?} of {} each", 30 * a_second);
    let refused = (0..100).filter(|source| !spend((1 << 40) + source, 190 * second)).count();
    assert_eq!(refused, 0, "ten seconds after the flood");
}

#[test]
fn threads_that_hammer_one_key_never_exceed_its_quota() {
    let guard = guard(small());
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let guard = Arc::clone(&guard);
            thread::spawn(move || (0..200).filter(|_| passes(ask(&guard, "192.0.2.1", at(0)))).count())
        })
        .collect();
    let passed: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert_eq!(passed, 50);
}

#[test]
fn threads_that_provoke_a_ban_are_told_of_one() {
    let guard = guard(small());
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let guard = Arc::clone(&guard);
            let is_told = |verdict| matches!(verdict, Verdict::Refuse(Denial::Banned { .. }));
            thread::spawn(move || (0..200).filter(|_| is_told(ask(&guard, "192.0.2.1", at(0)))).count())
        })
        .collect();
    assert_eq!(threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>(), 1);
}

#[test]
fn threads_that_open_connections_never_exceed_the_cap() {
    let guard = guard(with_default(|figures| figures.connections = 10));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let guard = Arc::clone(&guard);
            thread::spawn(move || (0..100).filter_map(|_| guard.enter(ip("192.0.2.1"), at(0)).ok()).collect::<Vec<_>>())
        })
        .collect();
    let seats: Vec<Seat> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!(seats.len(), 10);
    drop(seats);
    assert_eq!(guard.connections.entries(), 0);
}

#[test]
fn counts_survive_a_thread_that_dies_with_its_seat() {
    let guard = guard(with_default(|figures| figures.connections = 1));
    let of_thread = Arc::clone(&guard);
    let died = thread::spawn(move || {
        let _seat = of_thread.enter(ip("192.0.2.1"), at(0)).unwrap();
        panic!("as a connection may");
    })
    .join();
    assert!(died.is_err());
    assert!(guard.enter(ip("192.0.2.1"), at(0)).is_ok());
}
