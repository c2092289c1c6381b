//! Questions that are none, on every door. The server answers each, stays up, and no panic had to be contained.

use super::{Numbers, text};
use crate::client::{self, exchange};
use crate::server::{Place, Server};

/// A server of its own, so that its count of panics is that of these questions.
fn server() -> Server {
    // One log line per question would be most of the work here.
    Place::with(|settings| settings.replace("questions = true", "questions = false")).serve()
}

/// After whatever was asked, the doors answer as before, and nothing panicked.
pub fn is_sound(server: &Server) {
    assert!(client::ask_line(server.whois, "bedrijf.be").contains("Bedrijf Voorbeeld NV"));
    assert!(client::ask_line(server.das, "vrij.be").contains("Status:\tAVAILABLE"));
    assert_eq!(client::get(server.http, "/rdap/domain/bedrijf.be").status, 200);
    let fetched =
        crate::programs::curl(&["-k", "--http2"], &format!("https://{}/rdap/domain/bedrijf.be", server.https));
    assert_eq!((fetched.status, fetched.version.as_str()), (200, "2"));
    let metrics = text(&client::get(server.admin, "/metrics").body);
    assert!(metrics.lines().any(|line| line == "loket_panics_total 0"), "{metrics}");
}

/// A page of port 43 or DAS: lines that end properly, without control characters, and not a word of a free name
/// unless the question was about one.
fn is_clean(page: &[u8], asked: &[u8]) {
    let page = std::str::from_utf8(page).unwrap_or_else(|_| panic!("{asked:?}"));
    assert!(page.ends_with("\r\n"), "WH-04: {asked:?}: {page:?}");
    for line in page.split_terminator("\r\n") {
        assert!(!line.chars().any(|c| c.is_control() && c != '\t'), "WH-07: {asked:?}: {page:?}");
    }
}

#[test]
fn wh_07_lines_that_are_no_question_get_a_clean_page() {
    let server = server();
    let long = "a".repeat(10_000);
    let longer_than_read = "a".repeat(200_000);
    let lines: &[&[u8]] = &[
        b"",
        b"\0",
        b"bedrijf\0.be",
        b"bedrijf.be\0",
        b"\xff\xfe",
        b"bedr\xc3\x28jf.be",
        b"\xed\xa0\x80.be",
        b"\xff\xf4\xff\xfd\x06bedrijf.be",
        b"\xff\xfb\x01\xff\xfb\x03",
        b"\x1b[31mbedrijf.be",
        b"xn--.be",
        b"xn--99999999.be",
        b"xn--a-.xn--b-.be",
        b"a..be",
        b".",
        b"..",
        b"%00",
        b"*",
        b"%",
        b"-",
        b"--",
        b"-T",
        b"-T dn,ace",
        b"\t \t",
        b"GET / HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "\u{202e}eb.fjirdeb".as_bytes(),
        "a\u{200d}b.be".as_bytes(),
        "a\u{ad}b.be".as_bytes(),
        "bedrijf\u{3002}be".as_bytes(),
        long.as_bytes(),
    ];
    for door in [server.whois, server.das] {
        for line in lines {
            let page = exchange(door, &[line, &b"\r\n"[..]].concat());
            is_clean(&page, line);
            if line.contains(&0) || std::str::from_utf8(line).is_err() || line.len() > 512 {
                let page = text(&page);
                assert!(!page.contains("Status:\tAVAILABLE"), "{line:?}: {page}");
            }
        }
        // More than anyone reads: the refusal arrives all the same, or the client hears that its words were in vain.
        let mut stream = client::connect(door);
        let _cut = std::io::Write::write_all(&mut stream, longer_than_read.as_bytes());
        let mut answer = Vec::new();
        let _cut = std::io::Read::read_to_end(&mut stream, &mut answer);
    }
    is_sound(&server);
    server.stop();
}

#[test]
fn wh_02_wh_05_ends_of_lines_and_what_follows() {
    let server = server();
    let expected = exchange(server.whois, b"bedrijf.be\r\n");
    assert_eq!(exchange(server.whois, b"bedrijf.be\n"), expected);
    assert_eq!(client::exchange_half_closed(server.whois, b"bedrijf.be"), expected);
    assert_eq!(client::exchange_half_closed(server.whois, b"bedrijf.be\r\n"), expected);
    assert_eq!(exchange(server.whois, b"bedrijf.be\r\npersoon.be\r\n"), expected);
    assert_eq!(exchange(server.whois, &[&b"bedrijf.be\r\n"[..], &[b'x'; 30_000]].concat()), expected);
    is_clean(&client::exchange_half_closed(server.whois, b""), b"");
    is_sound(&server);
    server.stop();
}

#[test]
fn qp_15_qp_16_encoded_characters_change_no_routing() {
    let server = server();
    for (target, statuses) in [
        ("/rdap/domain/a%2F..%2Fhelp", &[400][..]),
        ("/rdap/domain/..%2Fhelp", &[400]),
        ("/rdap/domain%2Fbedrijf.be", &[400, 404]),
        ("/rdap%2Fhelp", &[404]),
        ("/rdap/domain/%00", &[400]),
        ("/rdap/domain/bedrijf.be%00", &[400]),
        ("/rdap/domain/%0d%0aX:%20y", &[400]),
        ("/rdap/domain/bedrijf.be%3Fx", &[400]),
        ("/rdap/domain/bedrijf.be%23x", &[400]),
        ("/rdap/domain/%2562edrijf.be", &[400]),
        ("/rdap/domain/%25%36%32edrijf.be", &[400]),
        ("/rdap/domain/%", &[400]),
        ("/rdap/domain/%2", &[400]),
        ("/rdap/domain/%zz.be", &[400]),
        ("/rdap/domain/%C0%AE%C0%AE.be", &[400]),
        ("/rdap/domain/%E0%80%AF.be", &[400]),
        ("/rdap/domain/bedrijf.be/", &[404]),
        ("/rdap/domain/bedrijf.be/..", &[404]),
        ("/rdap/../rdap/help", &[404]),
        ("//rdap/help", &[404]),
        ("/rdap//help", &[404]),
        ("/RDAP/help", &[404]),
        ("/rdap/Domain/bedrijf.be", &[404]),
        ("/rdap/help/..;/domain/bedrijf.be", &[404]),
        ("/rdap/ip/fe80::1%25eth0", &[400, 501]),
        ("/rdap/entity/", &[400]),
        ("/rdap/entity/..", &[404]),
        ("/rdap/entity/%2e%2e%2f", &[400]),
    ] {
        let reply = client::get(server.http, target);
        assert!(statuses.contains(&reply.status), "{target}: {}", reply.status);
        assert_eq!(reply.json()["errorCode"], reply.status, "{target}");
        assert_eq!(reply.header("x"), None, "{target}");
    }
    is_sound(&server);
    server.stop();
}

#[test]
fn ht_30_sizes_beyond_the_limits_are_refused() {
    let server = server();
    let began = std::time::Instant::now();
    for (length, statuses) in [(1500, &[400, 414][..]), (3000, &[414]), (64 * 1024, &[400, 414, 431])] {
        let reply = client::get(server.http, &format!("/rdap/domain/{}", "a".repeat(length)));
        assert!(statuses.contains(&reply.status), "{length}: {}", reply.status);
    }
    assert!(began.elapsed() < std::time::Duration::from_secs(3));
    let reply = client::get(server.http, &format!("/rdap/domain/bedrijf.be?{}", "x".repeat(3000)));
    assert_eq!(reply.status, 414);
    let large = vec![b'x'; 7_900];
    let reply = client::http(server.http, "GET", "/rdap/help", &[("x-a", &large), ("x-b", b"")]);
    assert!([200, 431].contains(&reply.status), "{}", reply.status);
    for size in [9_000, 30_000, 100_000] {
        let large = vec![b'x'; size];
        assert_eq!(head_status(&server, &[("x-large", &large)]), 431, "{size}");
    }
    let many: Vec<(String, Vec<u8>)> = (0..90).map(|n| (format!("x-{n}"), b"1".to_vec())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    assert_eq!(head_status(&server, &many), 431);
    is_sound(&server);
    server.stop();
}

/// The status of an answer that may be followed by a reset, because not all of the request was read.
fn head_status(server: &Server, headers: &[(&str, &[u8])]) -> u16 {
    use std::io::{Read, Write};
    let mut request = b"GET /rdap/help HTTP/1.1\r\nhost: a\r\nconnection: close\r\n".to_vec();
    for (name, value) in headers {
        request.extend_from_slice(format!("{name}: ").as_bytes());
        request.extend_from_slice(value);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    let mut stream = client::connect(server.http);
    let _cut = stream.write_all(&request);
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    text(&head).rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn header_values_that_are_not_ascii_change_nothing() {
    let server = server();
    let expected = client::get(server.http, "/rdap/domain/bedrijf.be").json();
    for name in
        ["accept", "user-agent", "if-none-match", "x-forwarded-for", "forwarded", "origin", "te", "accept-encoding"]
    {
        for value in [&b"\xff\xfe\x80"[..], "é".as_bytes(), b"a\tb", b""] {
            let reply = client::http(server.http, "GET", "/rdap/domain/bedrijf.be", &[(name, value)]);
            assert_eq!((reply.status, reply.json()), (200, expected.clone()), "{name}: {value:?}");
        }
    }
    let request = b"GET /rdap/domain/bedrijf.be HTTP/1.1\r\nhost: \xff\xfe\r\nconnection: close\r\n\r\n";
    let answer = text(&exchange(server.http, request));
    assert!(answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.1 400"), "{answer}");
    is_sound(&server);
    server.stop();
}

#[test]
fn random_lines_and_paths_find_no_panic() {
    let server = server();
    let pieces: &[&[u8]] = &[
        b"bedrijf",
        b".be",
        b".",
        b"xn--",
        b"%",
        b"%2F",
        b"%C3%AB",
        b"\xc3\xab",
        b"\xff",
        b"\0",
        b" ",
        b"\t",
        b"-T ",
        b"domain ",
        b"nameserver ",
        b"registrar ",
        b"/",
        b"?",
        b"#",
        b"brussels",
        b"ss",
        b"\xc3\x9f",
        b"a",
        b"9",
        b"_",
        b"\r",
        b"help",
        b"@",
    ];
    let mut numbers = Numbers(0x5eed);
    for round in 0..500 {
        let mut line = Vec::new();
        for _ in 0..numbers.below(9) {
            if numbers.below(3) == 0 {
                line.push(numbers.below(256) as u8);
            } else {
                line.extend_from_slice(pieces[numbers.below(pieces.len())]);
            }
        }
        line.retain(|byte| *byte != b'\n');
        let door = if round % 2 == 0 { server.whois } else { server.das };
        is_clean(&exchange(door, &[&line[..], b"\n"].concat()), &line);
        // A request line ends at a blank; a parser of heads refuses the rest of what cannot stand there.
        line.retain(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        let class = ["domain", "nameserver", "entity", "ip", "x"][numbers.below(5)];
        let head = [b"GET /rdap/", class.as_bytes(), b"/", &line, b" HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"]
            .concat();
        let answer = exchange(server.http, &head);
        let status = text(answer.get(9..12).unwrap_or_default());
        assert!(["200", "400", "404", "414", "501"].contains(&status.as_str()), "{line:?}: {status}");
    }
    is_sound(&server);
    server.stop();
}
