//! Port 43 and DAS on the wire (RFC 3912, and the layouts of DNS Belgium).

use std::io::{ErrorKind, Read, Write};
use std::net::Ipv6Addr;
use std::time::{Duration, Instant};

use super::ANSWERS;
use crate::client::{ask_line, connect, exchange, exchange_half_closed, http};
use crate::demo::demo;
use crate::server::Place;

/// A page without the banner.
fn page(line: &str) -> String {
    let page = ask_line(demo().whois, line);
    page.split_inclusive("\r\n").filter(|line| !line.starts_with('%')).collect()
}

#[test]
fn wh_01_wh_02_wh_04_wh_05_one_line_one_answer_one_close() {
    let expected = exchange(demo().whois, b"bedrijf.be\r\n");
    assert!(String::from_utf8_lossy(&expected).contains("NOT AVAILABLE"));
    assert_eq!(exchange(demo().whois, b"bedrijf.be\n"), expected);
    assert_eq!(exchange_half_closed(demo().whois, b"bedrijf.be"), expected);
    assert_eq!(exchange(demo().whois, b"bedrijf.be\r\npersoon.be\r\n"), expected);
    for name in ["bedrijf.be", "multi.be", "reg.brussels", "multi.brussels", "vrij.be", "a..be", "help", ""] {
        for door in [demo().whois, demo().das] {
            let answer = exchange(door, format!("{name}\r\n").as_bytes());
            assert!(answer.ends_with(b"\r\n"), "{name}");
            let bare = answer.iter().enumerate().any(|(at, byte)| *byte == b'\n' && answer[at - 1] != b'\r');
            assert!(!bare && answer.iter().filter(|byte| **byte == b'\r').count() == page_lines(&answer), "{name}");
        }
    }
}

fn page_lines(answer: &[u8]) -> usize {
    answer.iter().filter(|byte| **byte == b'\n').count()
}

#[test]
fn wh_03_a_slow_reader_gets_a_long_answer_whole() {
    let line = format!("% {}", "the terms of use go on and on ".repeat(30));
    let banner = format!("whois_banner = [{}", format!("{:?},\n", line.trim_end()).repeat(90));
    let server = Place::with(|settings| settings.replacen("whois_banner = [", &banner, 1)).serve();
    let mut stream = connect(server.whois);
    stream.write_all(b"bedrijf.be\r\n").unwrap();
    let (mut answer, mut piece) = (Vec::new(), [0; 1500]);
    loop {
        // A reset would be an error here; the end must be a clean one.
        match stream.read(&mut piece).unwrap() {
            0 => break,
            count => answer.extend_from_slice(&piece[..count]),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(answer.len() > 64 * 1024, "{}", answer.len());
    let answer = String::from_utf8(answer).unwrap();
    assert_eq!(answer.lines().filter(|found| *found == line.trim_end()).count(), 90);
    assert!(answer.ends_with("Please visit www.registry.example for more info.\r\n"), "whole");
    server.stop();
}

#[test]
fn wh_06_wh_07_long_lines_are_refused_at_once() {
    for door in [demo().whois, demo().das] {
        let began = Instant::now();
        let answer = exchange(door, &[&[b'a'; 10_000][..], b"\r\n"].concat());
        assert!(!answer.is_empty() && answer.len() < 4096 && began.elapsed() < Duration::from_secs(3));
        assert!(!String::from_utf8_lossy(&answer).contains("aaaa"), "nothing is repeated");
        for line in [&b"\xff\xfb\x01bedrijf.be"[..], b"bed\0rijf.be", b"\xc3\x28.be", b"\x1b[2J.be"] {
            let answer = exchange(door, &[line, b"\r\n"].concat());
            assert!(answer.iter().all(|byte| byte.is_ascii_graphic() || b" \t\r\n".contains(byte)), "{line:?}");
            assert!(!answer.is_empty() && !answer.windows(11).any(|window| window == b"Registrant:"), "{line:?}");
        }
    }
}

#[test]
fn wh_08_wh_09_spellings_of_one_name() {
    let expected = ask_line(demo().whois, "bedrijf.be");
    for line in ["  BEDRIJF.BE.  ", "\tbedrijf.be\t", "bedrijf.be.", "Bedrijf.Be"] {
        assert_eq!(ask_line(demo().whois, line), expected, "{line:?}");
    }
    assert_eq!(ask_line(demo().whois, "belgië.be"), ask_line(demo().whois, "xn--belgi-rsa.be"));
}

/// Every page of .be is ASCII; those of the other zones are UTF-8.
#[test]
fn wh_10_wh_11_be_09_charsets_and_u_labels() {
    let (mut ascii, mut unicode) = (0, 0);
    for told in ANSWERS.iter() {
        let Some(name) = told.target.strip_prefix("/rdap/domain/").filter(|_| told.reply.status == 200) else {
            continue;
        };
        let bytes = exchange(demo().whois, format!("{name}\r\n").as_bytes());
        let text = std::str::from_utf8(&bytes).unwrap();
        if name.ends_with(".be") {
            assert!(bytes.is_ascii(), "{name}");
            ascii += 1;
        }
        let label = text.lines().any(|line| line.starts_with("Domain U-Label: "));
        assert_eq!(label, name.contains("xn--") && !name.ends_with(".be"), "{name}");
        unicode += usize::from(!bytes.is_ascii());
    }
    assert!(ascii > 100 && unicode > 0, "{ascii} {unicode}");
    let das = ask_line(demo().das, "belgië.be");
    assert!(das.contains("Domain:\tbelgië.be\r\nA-label:\txn--belgi-rsa.be\r\n"), "{das}");
    assert!(!ask_line(demo().das, "bedrijf.be").contains("A-label"));
}

#[test]
fn wh_12_wh_13_wh_14_be_01_be_03_short_pages() {
    for (line, expected) in [
        ("vrij.be", "Domain:\tvrij.be\r\nStatus:\tAVAILABLE\r\n"),
        ("bedrijf", "Domain:\tbedrijf\r\nStatus:\tNOT ALLOWED\r\nMessage:\tPlease add correct .be extension.\r\n"),
        (
            "www.bedrijf.be",
            "Domain:\twww.bedrijf.be\r\nStatus:\tNOT ALLOWED\r\nMessage:\tUse only approved characters.\r\n",
        ),
    ] {
        assert_eq!(page(line).trim_start_matches("\r\n").trim_end_matches("\r\n"), expected.trim_end(), "{line}");
    }
}

#[test]
fn wh_16_wh_17_wh_18_pages_of_the_other_zones() {
    assert!(page("vrij.brussels").trim_start().starts_with("Domain not found"));
    for line in ["vrij.brussels", "reg.brussels", "nameserver ns1.bedrijf.brussels", "persoon.vlaanderen"] {
        let page = page(line);
        let last = page.lines().rfind(|line| !line.is_empty()).unwrap();
        assert!(last.starts_with(">>> Last update of WHOIS database: 2026-06-01T00:00:00Z"), "{line}: {page}");
    }
    let server = page("nameserver ns1.bedrijf.be");
    assert!(server.contains("ns1.bedrijf.be") && server.contains("192.0.2.1"), "{server}");
    let registrar = page("registrar reg-alfa");
    assert!(registrar.lines().any(|line| line.starts_with("Registrar: ")), "{registrar}");
    for unknown in ["nameserver ns9.bedrijf.be", "registrar nobody"] {
        assert!(page(unknown).contains("No such name server or registrar"), "{unknown}");
    }
}

#[test]
fn wh_20_nothing_opens_what_is_hidden() {
    let plain = ask_line(demo().whois, "persoon.be");
    for line in [
        "-B persoon.be",
        "-r persoon.be",
        "=persoon.be",
        "persoon.be*",
        "*persoon.be",
        "%persoon.be",
        "pers%.be",
        "registrant persoon.be",
        "registrant c1010",
        "person Jan",
        "contact c1010",
        "persoon.be full",
        "full persoon.be",
        "domain =persoon.be",
        "--show-handles persoon.be",
        "-T dn,ace persoon.be",
        "-C UTF-8 persoon.be",
        "persoon.be/e",
        "-V Md5.6 persoon.be",
        "domain persoon.be",
    ] {
        let answer = ask_line(demo().whois, line);
        let is_refusal = !answer.contains("\nRegistrant:") && !answer.contains("Status:\tNOT AVAILABLE");
        assert!(answer == plain || is_refusal, "{line}: {answer}");
    }
}

#[test]
fn wh_24_flags_of_other_registries_change_nothing() {
    let plain = ask_line(demo().whois, "bedrijf.be");
    for line in [
        "-T dn,ace bedrijf.be",
        "-C UTF-8 bedrijf.be",
        "--show-handles bedrijf.be",
        "-V Md5.6 bedrijf.be",
        "bedrijf.be/e",
    ] {
        assert_eq!(ask_line(demo().whois, line), plain, "{line}");
    }
    assert!(!ask_line(demo().whois, "-x bedrijf.be").contains("NOT AVAILABLE"));
}

#[test]
fn wh_22_values_forge_no_line() {
    let page = page("multi.be");
    for key in ["Domain:", "Status:", "Registered:", "Registrant:", "Registrar:", "Nameservers:", "Keys:", "Flags:"] {
        assert_eq!(page.lines().filter(|line| line.starts_with(key)).count(), 1, "{key}: {page}");
    }
    assert!(page.chars().all(|c| !c.is_control() || "\t\r\n".contains(c)), "{page:?}");
}

/// IPv4 and IPv6 alike; a proxy's header from a stranger is no question.
#[test]
fn wh_23_gp_06_both_families_and_no_spoofed_origin() {
    let server = Place::with(|settings| {
        settings
            .replace("[\"127.0.0.1:0\"]", "[\"127.0.0.1:0\", \"[::1]:0\"]")
            .replace("admin = [\"127.0.0.1:0\", \"[::1]:0\"]", "admin = [\"127.0.0.1:0\"]")
    })
    .serve();
    for (entrance, request) in [
        ("whois", &b"bedrijf.be\r\n"[..]),
        ("das", b"bedrijf.be\r\n"),
        ("http", b"GET /rdap/domain/bedrijf.be HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"),
    ] {
        let addresses = server.addresses(entrance);
        assert_eq!(addresses.len(), 2, "{entrance}: {addresses:?}");
        let (four, six) =
            (addresses.iter().find(|a| a.is_ipv4()).unwrap(), addresses.iter().find(|a| a.is_ipv6()).unwrap());
        let answer = |at| {
            let answer = String::from_utf8(exchange(at, request)).unwrap();
            answer.lines().filter(|line| !line.starts_with("date:")).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(answer(*four), answer(*six), "{entrance}");
        assert!(answer(*six).len() > 2, "{entrance}");
    }
    let over_tls =
        format!("https://[::1]:{}/rdap/help", server.addresses("https").iter().find(|a| a.is_ipv6()).unwrap().port());
    assert_eq!(crate::programs::curl(&["-k"], &over_tls).status, 200);
    for header in [
        &b"PROXY TCP4 192.0.2.1 192.0.2.2 56324 43\r\nbedrijf.be\r\n"[..],
        b"PROXY UNKNOWN\r\nbedrijf.be\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01\0\x50\0\x2bbedrijf.be\r\n",
    ] {
        let answer = String::from_utf8(exchange(server.whois, header)).unwrap();
        assert!(!answer.contains("bedrijf.be") && !answer.contains("192.0.2.1"), "{answer}");
    }
    let (log, _) = server.stop();
    assert!(!log.contains("192.0.2.1"), "{log}");
}

#[test]
fn be_02_be_04_be_05_be_06_co_15_states_of_names() {
    let taken = page("bedrijf.be");
    assert!(taken.contains("Domain:\tbedrijf.be\r\nStatus:\tNOT AVAILABLE\r\nRegistered:\t"), "{taken}");
    assert!(taken.contains("\r\nKeys:\r\n\r\nFlags:\r\n"), "{taken}");
    let six = taken.lines().filter_map(|line| line.rsplit_once('(')).map(|(_, address)| address.trim_end_matches(')'));
    let six: Vec<&str> = six.filter(|address| address.contains(':')).collect();
    assert!(!six.is_empty());
    for address in six {
        assert!(address.parse::<Ipv6Addr>().is_ok() && address.split(':').count() == 8, "not compressed: {address}");
        assert!(!address.contains("::"), "{address}");
    }
    let weg = page("weg.be");
    assert!(weg.contains("Status:\tQUARANTINE\r\n") && weg.contains("Available:\t") && !weg.contains("Registrant:"));
    assert!(page("oos.be").contains("Status:\tOUT OF SERVICE\r\n"));
    assert!(page("hold.be").contains("Status:\tNOT AVAILABLE\r\n"));
}

#[test]
fn da_01_to_da_04_da_06_availability() {
    for (line, domain, status) in [
        ("bedrijf.be", "bedrijf.be", "NOT AVAILABLE"),
        ("persoon.be", "persoon.be", "NOT AVAILABLE"),
        ("weg.be", "weg.be", "NOT AVAILABLE"),
        ("hold.be", "hold.be", "NOT AVAILABLE"),
        ("oos.be", "oos.be", "NOT AVAILABLE"),
        ("geblokkeerd.be", "geblokkeerd.be", "NOT AVAILABLE"),
        ("vrij.be", "vrij.be", "AVAILABLE"),
        ("www.bedrijf.be", "www.bedrijf.be", "NOT ALLOWED"),
        ("BEDRIJF.BE.", "bedrijf.be", "NOT AVAILABLE"),
    ] {
        let answer = ask_line(demo().das, line);
        assert_eq!(answer, format!("RC:\t0\r\nDomain:\t{domain}\r\nStatus:\t{status}\r\n"), "{line}");
    }
}

#[test]
fn wh_03_the_end_of_an_answer_is_clean_when_the_client_said_too_much() {
    for _ in 0..20 {
        let mut stream = connect(demo().whois);
        let _cut = stream.write_all(&[&b"bedrijf.be\r\n"[..], &[b'x'; 20_000]].concat());
        let mut answer = Vec::new();
        let outcome = stream.read_to_end(&mut answer);
        assert!(!matches!(&outcome, Err(error) if error.kind() == ErrorKind::ConnectionReset), "{outcome:?}");
        assert!(answer.ends_with(b"for more info.\r\n"));
    }
}

/// Terms stand in every language of their zone, on port 43 and in RDAP, whatever language is asked for.
#[test]
fn ht_25_rs_15_wh_10_terms_in_every_language() {
    for (name, languages) in [
        ("bedrijf.be", &["nl", "fr", "en"][..]),
        ("reg.brussels", &["nl", "fr", "en"]),
        ("persoon.vlaanderen", &["nl", "en"]),
    ] {
        let banner = ask_line(demo().whois, name);
        for lang in languages {
            assert!(banner.lines().any(|line| line.starts_with(&format!("% {lang}: "))), "{name} {lang}: {banner}");
        }
        let notices = |asked: &[u8]| {
            let reply = http(demo().http, "GET", &format!("/rdap/domain/{name}"), &[("accept-language", asked)]);
            assert!(reply.header("content-language").is_none());
            reply.json()["notices"].clone()
        };
        let all = notices(b"*");
        let told: Vec<&str> = all.as_array().unwrap().iter().filter_map(|notice| notice["lang"].as_str()).collect();
        assert!(languages.iter().all(|lang| told.contains(lang)), "{name}: {told:?}");
        for asked in [&b"nl"[..], b"fr-BE, en;q=0.5", b"de", b"\xff"] {
            assert_eq!(notices(asked), all, "{name}");
        }
    }
}

/// Nothing, a question mark and the word are one question: usage, limits, policies and contact, in ASCII.
#[test]
fn er_05_er_06_wh_10_help_on_port_43() {
    let help = ask_line(demo().whois, "help");
    for line in ["", "?", "HELP", " \t"] {
        assert_eq!(ask_line(demo().whois, line), help, "{line:?}");
    }
    assert_eq!(exchange_half_closed(demo().whois, b""), help.as_bytes());
    for told in [
        "%   registrar REGISTRAR ",
        "% The number of your questions is not limited.",
        "% Zone be: disclosure policy dns-belgium, version ",
        "% Zone vlaanderen: disclosure policy ",
        "% Contact: https://registry.example/contact",
    ] {
        assert!(help.lines().any(|line| line.starts_with(told)), "{told}: {help}");
    }
    assert!(help.is_ascii() && help.lines().all(|line| line.starts_with('%')), "{help}");
}
