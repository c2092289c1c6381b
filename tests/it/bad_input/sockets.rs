//! Connections that speak something else, too slowly, or not at all.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::questions::is_sound;
use super::{Numbers, text};
use crate::client;
use crate::server::{Place, Server};

/// A server that waits a third of a second where others wait five.
fn impatient() -> Server {
    Place::with(|settings| {
        let limits = "[limits]\nfirst_byte_ms = 300\nhead_ms = 300\nidle_ms = 1000\nhandshake_ms = 500\nlinger_ms = 200\n\n[log]";
        settings.replacen("[log]", limits, 1)
    })
    .serve()
}

/// What arrives until the server closes or resets, and how long that took.
fn heard(address: SocketAddr, sent: &[u8]) -> (Vec<u8>, Duration) {
    let began = Instant::now();
    let mut stream = client::connect(address);
    // The server may have closed already.
    let _cut = stream.write_all(sent);
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert!(
            matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe),
            "{address} does not close: {error}"
        );
    }
    (answer, began.elapsed())
}

#[test]
fn wh_06_silent_and_slow_clients_are_closed_in_time() {
    let server = impatient();
    for address in [server.whois, server.das, server.http, server.https] {
        for sent in [&b""[..], b"G", b"bedr"] {
            let (answer, took) = heard(address, sent);
            assert!(took < Duration::from_secs(4), "{address} {sent:?}: {took:?}");
            assert!(!text(&answer).contains("AVAILABLE"), "{address}: {}", text(&answer));
        }
    }
    // One octet now and then does not prolong the wait.
    let began = Instant::now();
    let mut stream = client::connect(server.whois);
    while began.elapsed() < Duration::from_secs(5) && stream.write_all(b"a").is_ok() {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let began = Instant::now();
    let mut stream = client::connect(server.http);
    stream.write_all(b"GET /rdap/help HTTP/1.1\r\nhost: a\r\n").unwrap();
    while began.elapsed() < Duration::from_secs(5) && stream.write_all(b"x: y\r\n").is_ok() {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(began.elapsed() < Duration::from_secs(4), "slow headers: {:?}", began.elapsed());
    // A connection that is kept open without a request is closed after its idle time.
    let (answer, took) = heard(server.http, b"GET /rdap/help HTTP/1.1\r\nhost: a\r\n\r\n");
    assert!(text(&answer).starts_with("HTTP/1.1 200") && took < Duration::from_secs(5), "{took:?}");
    is_sound(&server);
    server.stop();
}

#[test]
fn what_is_spoken_at_the_wrong_door_harms_nobody() {
    let server = impatient();
    // The beginning of a handshake of TLS, of HTTP/2, of SSH, of a proxy's header, and noise.
    let hello = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[0x41; 600]].concat();
    let mut numbers = Numbers(0x7715);
    let noise: Vec<u8> = (0..5000).map(|_| numbers.below(256) as u8).collect();
    let spoken: &[&[u8]] = &[
        &hello,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nbedrijf.be\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /rdap/help HTTP/1.1\r\nhost: a\r\n\r\n\0\xff\x16\x03garbage\r\n\r\nGET",
        b"GET /rdap/help HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"POST /rdap/help HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\nzz\r\n",
        b"GET /rdap/help HTTP/1.1\r\nhost: a\r\nhost: b\r\ncontent-length: -1\r\n\r\n",
        b"GET http://evil.example/rdap/help HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        &noise,
    ];
    for address in [server.http, server.https, server.whois, server.das, server.admin] {
        for bytes in spoken {
            // The admin door has the same limits but no sharper ones: whoever comes there is known.
            let (answer, took) = heard(address, bytes);
            assert!(took < Duration::from_secs(6), "{address} {:?}: {took:?}", &bytes[..bytes.len().min(20)]);
            assert!(!text(&answer).contains("evil.example/rdap"), "{}", text(&answer));
        }
    }
    is_sound(&server);
    server.stop();
}

#[test]
fn pipelined_garbage_ends_the_connection_after_the_good_answers() {
    let server = impatient();
    let good = "GET /rdap/domain/bedrijf.be HTTP/1.1\r\nhost: a\r\n\r\n";
    let (answer, _) = heard(server.http, format!("{good}{good}\u{1}\u{2} nonsense\r\n\r\n{good}").as_bytes());
    let answer = text(&answer);
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 2, "{answer}");
    assert!(answer.matches("HTTP/1.1 400").count() <= 1);
    is_sound(&server);
    server.stop();
}

#[test]
fn a_client_that_leaves_in_the_middle_harms_nobody() {
    let server = impatient();
    for address in [server.http, server.https, server.whois, server.das] {
        for _ in 0..20 {
            let mut stream = client::connect(address);
            stream.write_all(b"GET /rd").unwrap();
            drop(stream);
        }
    }
    // Many at once, all silent: the others are answered meanwhile.
    let silent: Vec<_> = (0..200).map(|_| client::connect(server.whois)).collect();
    assert!(client::ask_line(server.whois, "bedrijf.be").contains("Bedrijf Voorbeeld NV"));
    drop(silent);
    is_sound(&server);
    server.stop();
}
