//! Rude clients at the doors of the real program: many of them, deaf ones, ones that break off. Meanwhile and afterwards
//! the others are answered, memory stays bounded, and no panic had to be contained.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::client;
use crate::server::{Place, Server};

const GET: &str = "GET /rdap/domain/bedrijf.be HTTP/1.1\r\nhost: a\r\n\r\n";
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with other limits than the defaults, that logs no questions.
fn server(limits: &str) -> Server {
    Place::with(|settings| {
        let quiet = settings.replace("questions = true", "questions = false");
        quiet.replacen("[log]", &format!("[limits]\n{limits}\n\n[log]"), 1)
    })
    .serve()
}

/// The doors answer as ever, and nothing panicked.
fn is_sound(server: &Server) {
    assert!(client::ask_line(server.whois, "bedrijf.be").contains("Bedrijf Voorbeeld NV"));
    assert!(client::ask_line(server.das, "vrij.be").contains("Status:\tAVAILABLE"));
    assert_eq!(client::get(server.http, "/rdap/domain/bedrijf.be").status, 200);
    let url = format!("https://{}/rdap/domain/bedrijf.be", server.https);
    assert_eq!(crate::programs::curl(&["-k", "--http2"], &url).status, 200);
    assert_eq!(metric(server, "loket_panics_total"), 0);
}

/// The value of a metric, which may have labels.
fn metric(server: &Server, name: &str) -> u64 {
    let page = String::from_utf8(client::get(server.admin, "/metrics").body).unwrap();
    value(&page, name)
}

fn value(page: &str, name: &str) -> u64 {
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {name} in\n{page}")).parse().unwrap()
}

/// Waits until `is_so`.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn open(server: &Server, entrance: &str) -> u64 {
    metric(server, &format!("loket_connections_open{{entrance=\"{entrance}\"}}"))
}

/// What a process holds in memory, in KiB.
fn memory(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Lets a process have so many descriptors.
fn allow_descriptors(process: u32, count: usize) {
    let limit = format!("--nofile={count}:");
    let output = Command::new("prlimit").args(["--pid", &process.to_string(), &limit]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The n-th client: each in a network of its own.
fn source(n: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 20 + u8::try_from(n / 250).unwrap(), u8::try_from(n % 250).unwrap(), 7)
}

/// Closes with a reset.
fn reset(stream: TcpStream) {
    stream.set_nonblocking(true).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async { tokio::net::TcpStream::from_std(stream).unwrap().set_zero_linger().unwrap() });
}

/// 3,200 clients in 400 networks connect and say nothing. Each costs at most 16 KiB, and meanwhile another client is
/// answered at every door.
#[test]
fn wh_06_thousands_that_never_send_harm_nobody() {
    const CLIENTS: usize = 400;
    const EACH: usize = 2;
    allow_descriptors(std::process::id(), 8192);
    let server = server("first_byte_ms = 60000\nhandshake_ms = 60000");
    is_sound(&server);
    let before = memory(&server);
    let done = AtomicBool::new(false);
    let doors = [("http", server.http), ("https", server.https), ("whois", server.whois), ("das", server.das)];
    let (silent, answered) = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let mut slowest = Duration::ZERO;
            let mut answered = 0;
            while !done.load(Ordering::Relaxed) {
                let began = Instant::now();
                is_sound(&server);
                slowest = slowest.max(began.elapsed());
                answered += 1;
            }
            assert!(slowest < PATIENCE, "{slowest:?}");
            answered
        });
        let mut silent = Vec::with_capacity(CLIENTS * EACH * doors.len());
        for n in 0..CLIENTS {
            for (_, address) in doors {
                silent.extend((0..EACH).map(|_| client::connect_from(source(n), address, false).unwrap()));
            }
        }
        for (entrance, _) in doors {
            until("all are let in", || open(&server, entrance) >= (CLIENTS * EACH) as u64);
        }
        done.store(true, Ordering::Relaxed);
        (silent, other.join().unwrap())
    });
    assert!(answered > 0);
    let each = (memory(&server).saturating_sub(before)) / silent.len() as u64;
    assert!(each <= 16, "{each} KiB for a silent connection");
    drop(silent);
    for (entrance, _) in doors {
        until("all are gone", || open(&server, entrance) == 0);
    }
    is_sound(&server);
    server.stop();
}

/// Clients that ask on and on and read nothing are cut, and little is kept for them until then.
#[test]
fn floods_of_clients_that_never_read_are_cut() {
    const CLIENTS: usize = 20;
    let server = server("write_ms = 500\nrequest_ms = 1000\nlinger_ms = 200");
    is_sound(&server);
    let before = memory(&server);
    let flood = GET.repeat(100);
    let deaf: Vec<TcpStream> =
        (0..CLIENTS).map(|_| client::connect_from(Ipv4Addr::LOCALHOST, server.http, true).unwrap()).collect();
    std::thread::scope(|scope| {
        for mut stream in &deaf {
            let flood = flood.as_bytes();
            scope.spawn(move || {
                stream.set_write_timeout(Some(PATIENCE)).unwrap();
                let error = loop {
                    if let Err(error) = stream.write_all(flood) {
                        break error;
                    }
                };
                let kind = error.kind();
                assert!(matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "not cut: {error}");
            });
        }
        assert_eq!(client::get(server.http, "/rdap/domain/bedrijf.be").status, 200);
    });
    let grown = memory(&server).saturating_sub(before);
    assert!(grown <= 16 * 1024, "{grown} KiB");
    let cut = metric(&server, "loket_connections_total{entrance=\"http\",parting=\"too-slow\"}");
    assert_eq!(cut, CLIENTS as u64);
    is_sound(&server);
    server.stop();
}

/// Connections that are reset at any moment, at every door.
#[test]
fn resets_harm_nobody() {
    let server = server("");
    let hello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
    let sent: [&[u8]; 6] = [b"", b"b", b"bedrijf.be\r\n", GET.as_bytes(), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &hello];
    for address in [server.http, server.https, server.whois, server.das, server.admin] {
        for octets in sent.iter().cycle().take(120) {
            let mut stream = client::connect(address);
            stream.write_all(octets).unwrap();
            reset(stream);
        }
    }
    for entrance in ["http", "https", "whois", "das"] {
        until("all are gone", || open(&server, entrance) == 0);
    }
    is_sound(&server);
    server.stop();
}

/// Whoever has asked everything and says so gets every answer.
#[test]
fn half_closed_connections_get_their_answers() {
    let server = server("");
    let answer = client::exchange_half_closed(server.http, GET.repeat(50).as_bytes());
    assert_eq!(String::from_utf8_lossy(&answer).matches("HTTP/1.1 200 ").count(), 50);
    for (address, words) in [(server.whois, "Bedrijf Voorbeeld NV"), (server.das, "NOT AVAILABLE")] {
        let answer = client::exchange_half_closed(address, b"bedrijf.be");
        assert!(String::from_utf8_lossy(&answer).contains(words));
    }
    for address in [server.http, server.https, server.whois, server.das] {
        // Nothing was asked: there may be words about that, and a close.
        let _words = client::exchange_half_closed(address, b"");
    }
    is_sound(&server);
    server.stop();
}

/// A body that nobody reads does not destroy the answer that comes before it.
#[test]
fn a_body_that_is_not_read_leaves_the_answer_whole() {
    let server = server("");
    let head = "POST /rdap/help HTTP/1.1\r\nhost: a\r\ncontent-length: 200000\r\n\r\n";
    for _ in 0..20 {
        let answer = client::exchange(server.http, &[head.as_bytes(), &[b'x'; 200_000]].concat());
        let text = String::from_utf8_lossy(&answer);
        assert!(text.starts_with("HTTP/1.1 405 ") && text.ends_with('}'), "{text}");
    }
    is_sound(&server);
    server.stop();
}

/// Without descriptors the server waits, says so once a second, and goes on as soon as there are some.
#[test]
fn a_server_without_descriptors_waits_and_recovers() {
    let server = server("first_byte_ms = 60000\nhandshake_ms = 60000\nidle_ms = 60000\naccept_pause_ms = 10");
    is_sound(&server);
    // The operator is connected already.
    let mut operator = client::connect(server.admin);
    let mut page = move || {
        operator.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
        let mut page = Vec::new();
        let mut octets = [0; 4096];
        while !page.ends_with(b"# EOF\n") {
            let read = operator.read(&mut octets).unwrap();
            assert!(read > 0, "the admin door closed");
            page.extend_from_slice(&octets[..read]);
        }
        String::from_utf8(page).unwrap()
    };
    let _first = page();
    let used = fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap().count();
    allow_descriptors(server.id(), used + 20);
    let began = Instant::now();
    let silent: Vec<TcpStream> =
        (0..60).map(|n| client::connect_from(source(n), server.whois, false).unwrap()).collect();
    let mut patient = client::connect(server.das);
    patient.write_all(b"vrij.be\r\n").unwrap();
    let errors = |page: &str| {
        let of = |entrance| value(page, &format!("loket_accept_errors_total{{entrance=\"{entrance}\"}}"));
        of("whois") + of("das")
    };
    while errors(&page()) < 100 {
        assert!(began.elapsed() < PATIENCE, "descriptors did not run out");
        std::thread::sleep(Duration::from_millis(20));
    }
    let lines = server.log().matches("a connection was not accepted").count() as u64;
    assert!((1..=began.elapsed().as_secs() + 1).contains(&lines), "{lines} lines in {:?}", began.elapsed());
    drop(silent);
    let mut answer = String::new();
    patient.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("Status:\tAVAILABLE"), "whoever waited is answered: {answer}");
    is_sound(&server);
    server.stop();
}
