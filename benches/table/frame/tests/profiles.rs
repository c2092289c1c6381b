//! Tests of what turns samples into tables, and pauses into figures.

use super::frame::idle::{Idle, Pauses};
use super::frame::profile::{Column, Part, Profile, Unit, page, plain, told};
use super::frame::rooms::{OTHER, Tables};
use super::frame::stacks::{Sample, samples};

const SCRIPT: &str = "\
tokio-rt-worker 29395/29398     667111 \n\
\tffffffff821ec354 _copy_from_iter ([kernel.kallsyms])\n\
\tffffffff815894c8 tcp_sendmsg_locked ([kernel.kallsyms])\n\
\t          6f6957 <hyper::proto::h1::io::Buffered<T> as hyper::Io>::poll_flush (/a/loket)\n\
\n\
a name 1/1     667111 \n\
\t          16d885 __memmove_avx512_unaligned_erms (/usr/lib/libc.so.6)\n\
\t          e1afb4 loket::render::rdap::ready::write (/a/loket (deleted))\n\
\t          e1afb5 tokio::runtime::task::core::Core<T,S>::poll (/a/loket)\n\
\n";

fn both() -> [Sample; 2] {
    samples(SCRIPT).try_into().unwrap()
}

#[test]
fn samples_are_read_with_their_stacks() {
    let [first, second] = both();
    assert_eq!((first.thread.as_str(), first.ids, first.nanoseconds), ("tokio-rt-worker", (29_395, 29_398), 667_111));
    assert_eq!((second.thread.as_str(), second.stack.len()), ("a name", 3));
    assert!(first.stack[0].is_kernel() && !first.stack[2].is_kernel());
    assert_eq!((first.stack[2].at, first.stack[2].file.as_str()), (0x6f_6957, "/a/loket"));
    assert_eq!(
        (second.stack[1].name.as_str(), second.stack[1].file.as_str()),
        ("loket::render::rdap::ready::write", "/a/loket")
    );
    assert_eq!(samples("no sample at all\n\tnor (this)\n"), []);
}

#[test]
fn the_first_on_a_stack_that_has_a_room_decides() {
    let [first, second] = both();
    assert_eq!(Tables::Answering.room(&first), "kernel: copying octets");
    assert_eq!(Tables::Answering.room(&second), "answer: rendering");
    let uncalled = Sample { stack: second.stack[..1].to_vec(), ..second };
    assert_eq!(Tables::Answering.room(&uncalled), OTHER);
}

#[test]
fn what_only_a_handshake_calls_tells_it_from_records() {
    let [_, mut sample] = both();
    sample.stack[1].name = "aws_lc_0_29_0_ecp_nistz256_point_mul".to_owned();
    assert_eq!(Tables::Answering.room(&sample), "aws-lc");
    sample.stack[2].name = "rustls::server::hs::ExpectClientHello::handle".to_owned();
    assert_eq!(Tables::Answering.room(&sample), "handshake");
}

#[test]
fn every_room_of_a_sample_is_told_and_shares_are_all_of_it() {
    let samples = both();
    let samples: Vec<&Sample> = samples.iter().collect();
    for tables in [Tables::Answering, Tables::Loading] {
        let column = Column::of("ours", 10.0, &samples, tables);
        assert!((column.rooms.values().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(column.rooms.keys().all(|room| tables.rooms().contains(&room.as_str())));
    }
}

#[test]
fn differences_stand_beside_servers_and_sums_beside_threads() {
    let samples = both();
    let column = |name, total, samples: &[&Sample]| Column::of(name, total, samples, Tables::Answering);
    let columns = vec![column("ours", 10.0, &[&samples[0], &samples[1]]), column("bare", 4.0, &[&samples[0]])];
    let order = Tables::Answering.rooms().into_iter().map(str::to_owned).collect();
    let part = Part { what: "RDAP".to_owned(), unit: Unit::MicrosecondsPerAnswer, order, columns, note: String::new() };
    let text = told(&part);
    assert!(text.contains("| kernel: copying octets | 5.00 | 4.00 | +1.00 |"), "{text}");
    assert!(text.contains("| answer: rendering | 5.00 | 0.00 | +5.00 |"), "{text}");
    assert!(text.contains("| **all** | 10.00 | 4.00 | +6.00 |"), "{text}");
    let text = told(&Part { unit: Unit::SecondsByThread, ..part });
    assert!(text.contains("| **all** | 10.00 | 4.00 | 14.00 |"), "{text}");
}

#[test]
fn the_page_takes_over_what_is_explained_and_says_what_was_not_recorded() {
    let profile =
        |row: &str| Profile { row: row.to_owned(), failure: Some("no perf".to_owned()), ..Profile::default() };
    let explained = "# Words\n\n## rdap\n\nMisses of caches.\n\n## tls\n\n";
    let page = page("So.", &[profile("rdap"), profile("tls")], explained);
    assert!(page.contains("## rdap\n\nMisses of caches.\n\nNot recorded: no perf\n"), "{page}");
    assert!(page.contains("## tls\n\nNot recorded: no perf\n"), "{page}");
}

#[test]
fn names_are_told_without_parameters() {
    assert_eq!(plain("a::b::h0123456789abcdef"), "a::b");
    assert_eq!(plain("<hyper::Connection<I,S> as core::Future>::poll"), "<hyper::Connection as core::Future>::poll");
    assert_eq!(plain("tokio::Core<T,fn() -> U>::poll"), "tokio::Core::poll");
}

#[test]
fn the_wait_for_a_server_that_takes_no_time_is_that_of_pauses() {
    // Ten milliseconds of a second: moments that wait longer than nine tenths of a pause's length are a tenth of them.
    let pauses = |microseconds: &[f64]| Pauses { seconds: 1.0, microseconds: microseconds.to_vec() };
    assert!(pauses(&[10_000.0]).waits() < 1e-6);
    assert!((pauses(&[20_000.0]).waits() - 10_000.0).abs() < 1.0);
    assert!(pauses(&[]).waits() < 1e-9);
    let (calm, rough) = (pauses(&[]), pauses(&[20_000.0, 100.0]));
    let idle = Idle::of("RDAP", "the server's", &[&calm, &rough, &rough]).unwrap();
    assert!((idle.longest.median - 20_000.0).abs() < 1e-9 && (idle.a_second.median - 1.0).abs() < 1e-9);
    assert_eq!(Idle::of("RDAP", "the server's", &[]), None);
}
