//! RDAP's use of HTTP (RFC 7480).

use std::io::{Read, Write};

use super::{ANSWERS, each, found, strict, walk};
use crate::client::{self, Reply, get, http};
use crate::demo::demo;
use crate::programs::curl;

#[test]
fn ht_01_help_over_tls() {
    let certificate = demo().state().join("tls/certificate.pem");
    for version in ["1.2", "1.3"] {
        let arguments = ["--cacert", certificate.to_str().unwrap(), "--tlsv1.2", "--tls-max", version];
        let fetched = curl(&arguments, &format!("https://{}/rdap/help", demo().https));
        assert_eq!(fetched.status, 200, "TLS {version}");
        assert!(strict(&fetched.body).is_ok());
    }
}

#[test]
fn ht_02_ht_04_no_accept_yields_another_answer() {
    let plain = get(demo().http, "/rdap/domain/persoon.be");
    for accept in [
        "application/rdap+json",
        "application/rdap+json;q=0",
        "*/*",
        "image/*",
        "text/html;q=1.0, application/json;q=0.1",
        "application/rdap+json;exts_list=\"a b\", application/json",
        "nonsense",
        ",;,",
        "",
    ] {
        let reply = http(demo().http, "GET", "/rdap/domain/persoon.be", &[("accept", accept.as_bytes())]);
        assert_eq!((reply.status, &reply.body), (200, &plain.body), "{accept}");
        assert!(reply.header("content-type").unwrap().starts_with("application/rdap+json"), "{accept}");
    }
}

/// What arrives before the connection ends, as a reply.
fn heard(request: &[u8]) -> String {
    let mut stream = client::connect(demo().http);
    // The server may have refused before all of it was sent.
    let _cut = stream.write_all(request);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

#[test]
fn ht_05_ht_20_ht_30_er_04_heads_that_cannot_be_read_get_a_whole_answer() {
    let close = "host: a\r\nconnection: close\r\n\r\n";
    let wide = format!("GET /rdap/help HTTP/1.1\r\nx: {}\r\n{close}", "x".repeat(100_000));
    let many = format!("GET /rdap/help HTTP/1.1\r\n{}{close}", "x: y\r\n".repeat(200));
    let long = format!("GET /rdap/domain/{} HTTP/1.1\r\n{close}", "a".repeat(80_000));
    let after = format!("GET /rdap/help HTTP/1.1\r\nhost: a\r\n\r\nGET <x> HTTP/1.1\r\n{close}");
    for (request, statuses) in [
        (format!("GET /rdap/domain/<script> HTTP/1.1\r\n{close}"), &[400][..]),
        (format!("GET /rdap/domain/\"x\" HTTP/1.1\r\n{close}"), &[400, 404]),
        (format!("GET /rdap/help HTTP/7.3\r\n{close}"), &[400]),
        (format!("G<T /rdap/help HTTP/1.1\r\n{close}"), &[400]),
        (format!("GET /rdap/help HTTP/1.1\r\nno colon\r\n{close}"), &[400]),
        (wide, &[431]),
        (many, &[431]),
        (long, &[414, 431]),
        (after, &[400]),
    ] {
        let shown = &request[..request.len().min(60)];
        let answer = heard(request.as_bytes());
        let last = &answer[answer.rfind("HTTP/1.1 ").unwrap_or_else(|| panic!("{shown}: {answer}"))..];
        let (head, body) = last.split_once("\r\n\r\n").unwrap();
        let status: u16 = head[9..12].parse().unwrap();
        assert!(statuses.contains(&status), "{shown}: {head}");
        let has = |line: &str| head.lines().any(|found| found == line);
        assert!(has("access-control-allow-origin: *") && has("content-type: application/rdap+json"), "{shown}: {head}");
        assert!(has(&format!("content-length: {}", body.len())), "{shown}: {head}");
        let json = strict(body.as_bytes()).unwrap_or_else(|error| panic!("{shown}: {error}: {body}"));
        assert_eq!(json["errorCode"], status, "{shown}");
        assert!(json["rdapConformance"].is_array() && !body.contains("<script"), "{body}");
        assert_eq!(head.matches("date: ").count(), 1, "{head}");
    }
}

#[test]
fn ht_05_ht_30_headers_beyond_the_limit_over_http_2() {
    let large = format!("x-large: {}", "x".repeat(12_000));
    let url = format!("http://{}/rdap/help", demo().http);
    let fetched = curl(&["--http2-prior-knowledge", "-H", &large], &url);
    assert_eq!((fetched.version.as_str(), fetched.status), ("2", 431));
    assert_eq!(strict(&fetched.body).unwrap()["errorCode"], 431);
    let huge: Vec<String> = (0..9).map(|n| format!("x-{n}: {}", "x".repeat(7_000))).collect();
    let arguments: Vec<&str> = huge.iter().flat_map(|header| ["-H", header.as_str()]).collect();
    let fetched = curl(&[&["--http2-prior-knowledge"], &arguments[..]].concat(), &url);
    assert_eq!(fetched.status, 431, "beyond what is read, the status is all");
}

#[test]
fn ht_06_head_of_a_head_that_cannot_be_read_has_no_body() {
    let answer = heard(b"HEAD /rdap/domain/<x> HTTP/1.1\r\nhost: a\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.ends_with("\r\n\r\n"), "{answer}");
    assert!(!answer.contains("errorCode") && !answer.contains("content-length: 0\r\n"), "{answer}");
}

#[test]
fn ht_11_ht_12_ht_13_co_16_nothing_redirects() {
    for target in [
        "/rdap/domain/bedrijf.be?a=b",
        "/rdap/domain/test.invalid?a=b",
        "/rdap/domain/not-a-domain.invalid",
        "/rdap/domain/example.com",
        "/rdap/domain/vrij.be",
        "/rdap/ip/192.0.2.1",
        "/rdap",
        "/rdap/",
        "/rdap//help",
        "/",
        "//evil.example/rdap/help",
        "/rdap/help/",
    ] {
        let reply = get(demo().http, target);
        assert!(reply.status == 200 || reply.status >= 400, "{target}: {}", reply.status);
        assert_eq!(reply.header("location"), None, "{target}");
    }
}

#[test]
fn ht_10_ht_14_ht_15_ht_16_found_unknown_hidden_malformed() {
    let hidden = ANSWERS.iter().filter(|told| told.target.starts_with("/rdap/entity/") && told.reply.status != 200);
    let hidden: Vec<&str> = hidden.map(|told| told.target.as_str()).collect();
    assert!(hidden.len() > 20, "handles of persons: {hidden:?}");
    for target in hidden {
        assert_eq!(get(demo().http, target).status, 404, "{target}");
    }
    for (target, status) in [("domain/bedrijf.be", 200), ("domain/vrij.be", 404), ("domain/a..be", 400)] {
        assert_eq!(get(demo().http, &format!("/rdap/{target}")).status, status, "{target}");
    }
}

#[test]
fn ht_23_links_are_ascii() {
    let mut links = 0;
    for told in found() {
        for member in ["href", "value"] {
            each(told, member, |value| {
                links += 1;
                let uri = value.as_str().unwrap();
                assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{}: {uri}", told.target);
                assert!(!uri.contains(['<', '>', '"', '\\', '^', '`', '{', '|', '}']), "{}: {uri}", told.target);
            });
        }
        walk(&told.json["entities"], &mut |_, value| {
            if value[2] == "uri" {
                assert!(value[3].as_str().unwrap().bytes().all(|byte| byte.is_ascii_graphic()), "{}", told.target);
            }
        });
    }
    assert!(links > 1000, "{links}");
}

#[test]
fn ht_25_notices_tell_their_language() {
    for told in found() {
        let notices = told.json["notices"].as_array().unwrap();
        let terms = notices.iter().find(|notice| notice["title"] == "Terms of Use").unwrap();
        assert_eq!(terms["lang"], "en", "{}", told.target);
    }
}

#[test]
fn ht_26_rs_03_rd_01_co_11_identifiers_are_registered_names() {
    // `loket_be_level_0` alone is not registered: docs/profiles.md says so.
    let registered = [
        "rdap_level_0",
        "redacted",
        "jscontact",
        "sorting",
        "paging",
        "subsetting",
        "reverse_search",
        "loket_be_level_0",
        "icann_rdap_response_profile_1",
        "icann_rdap_technical_implementation_guide_1",
    ];
    for told in ANSWERS.iter() {
        let mut seen = Vec::new();
        for id in told.json["rdapConformance"].as_array().unwrap() {
            let id = id.as_str().unwrap();
            assert!(registered.contains(&id) && !seen.contains(&id), "{}: {id}", told.target);
            seen.push(id);
        }
        let redacted = seen.contains(&"redacted");
        let is_help = told.target == "/rdap/help";
        assert_eq!(redacted, told.json.get("redacted").is_some() || is_help, "{}", told.target);
        walk(&told.json, &mut |at, _| {
            let Some(name) = at.last().filter(|name| name.parse::<usize>().is_err()) else { return };
            let mut bytes = name.bytes();
            let is_name = bytes.next().unwrap().is_ascii_alphabetic()
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            assert!(is_name && !name.to_ascii_lowercase().starts_with("xml"), "{}: {name}", told.target);
        });
    }
}

#[test]
fn ht_29_rd_32_who_asks_changes_nothing() {
    let parts = |reply: &Reply| (reply.status, reply.body.clone(), reply.header("etag").map(str::to_owned));
    for target in ["/rdap/domain/persoon.be", "/rdap/domain/bedrijf.be", "/rdap/entity/c1001", "/rdap/domain/vrij.be"] {
        let plain = get(demo().http, target);
        assert_eq!(plain.header("vary"), Some("accept, accept-encoding"), "{target}");
        for header in [
            ("authorization", &b"Basic YWRtaW46YWRtaW4="[..]),
            ("authorization", b"Bearer x.y.z"),
            ("cookie", b"session=1"),
            ("x-forwarded-for", b"127.0.0.1"),
            ("origin", b"https://web.example"),
            ("from", b"jan@example"),
        ] {
            assert_eq!(parts(&http(demo().http, "GET", target, &[header])), parts(&plain), "{target} {header:?}");
        }
        let head = http(demo().http, "HEAD", target, &[]);
        assert_eq!(head.header("content-length"), plain.header("content-length"), "{target}");
        assert_eq!(head.header("etag"), plain.header("etag"), "{target}");
    }
}
