//! RDAP's use of HTTP (standards 1, 3, 6, 8), on the wire.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde_json::Value;

use super::names::deposited;
use crate::client::{self, Reply, get, http};
use crate::demo::demo;
use crate::programs::curl;
use crate::server::Place;

/// Targets with the status of each.
const TARGETS: &[(&str, u16)] = &[
    ("/rdap/domain/bedrijf.be", 200),
    ("/rdap/domain/persoon.be?x=1&__rdap-cachebust=9", 200),
    ("/rdap/domain/BeDrIjF.bE.", 200),
    ("/rdap/nameserver/ns1.bedrijf.be", 200),
    ("/rdap/entity/c1001", 200),
    ("/rdap/entity/99001", 200),
    ("/rdap/help", 200),
    ("/rdap/help?x", 200),
    ("/rdap/domain/vrij.be", 404),
    ("/rdap/nameserver/ns1.vrij.be", 404),
    ("/rdap/entity/C1001", 404),
    ("/rdap/entity/nobody", 404),
    ("/rdap/help/x", 404),
    ("/rdap/", 404),
    ("/rdap/foo/bar", 404),
    ("/rdap/lunarNIC_x/1", 404),
    ("/", 404),
    ("/nope", 404),
    ("/rdap/domain/a..be", 400),
    ("/rdap/domain/%FF.be", 400),
    ("/rdap/domain/%3Cscript%3E", 400),
    ("/rdap/ip/999.0.2.0", 400),
    ("/rdap/ip/192.0.2.0/24", 501),
    ("/rdap/ip/2001:db8::", 501),
    ("/rdap/autnum/12", 501),
    ("/rdap/domains?name=b*.be", 200),
    ("/rdap/domains?name=*b", 422),
    ("/rdap/domains?name=", 400),
    ("/rdap/domains?nsIp=203.0.113.254", 404),
    ("/rdap/nameservers?name=ns*", 200),
    ("/rdap/entities?fn=Jan*", 404),
    ("/rdap/entities?handle=c*", 200),
    ("/rdap/domains/reverse_search/entity?email=a*", 501),
];

fn is_rdap(reply: &Reply, target: &str) {
    assert!(reply.header("content-type").unwrap().starts_with("application/rdap+json"), "HT-02, HT-05: {target}");
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "HT-20: {target}");
    assert_eq!(reply.header("access-control-allow-credentials"), None, "HT-21: {target}");
}

fn conformance(body: &Value) -> BTreeSet<&str> {
    body["rdapConformance"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

#[test]
fn er_01_to_er_05_every_status_has_its_body() {
    for (target, status) in TARGETS {
        let reply = get(demo().http, target);
        assert_eq!(reply.status, *status, "{target}");
        is_rdap(&reply, target);
        let body = reply.json();
        assert!(conformance(&body).contains("rdap_level_0"), "RS-01: {target}");
        if *status >= 400 {
            assert_eq!(body["errorCode"], *status, "ER-01: {target}");
            assert!(body["title"].is_string(), "ER-02: {target}");
            let description = body["description"].as_array().unwrap();
            assert!(!description.is_empty() && description.iter().all(Value::is_string), "ER-02: {target}");
            assert!(!String::from_utf8_lossy(&reply.body).contains("<script"), "ER-04");
            assert_eq!(body.get("notices"), None, "{target}");
        }
        assert!(reply.body.starts_with(b"{") && std::str::from_utf8(&reply.body).is_ok(), "HT-27: {target}");
    }
}

/// A target that is no URI does not get past hyper; the refusal has RDAP's form all the same.
#[test]
fn er_04_markup_in_the_target_is_refused_and_not_repeated() {
    let reply = get(demo().http, "/rdap/domain/<script>alert(1)</script>");
    assert_eq!((reply.status, reply.json()["errorCode"].as_u64()), (400, Some(400)));
    is_rdap(&reply, "markup");
    let raw = String::from_utf8_lossy(&reply.raw);
    assert!(!raw.contains("<script") && !raw.contains("alert"), "{reply:?}");
}

#[test]
fn ht_06_head_is_get_without_a_body() {
    for (target, status) in TARGETS {
        let (head, get) = (http(demo().http, "HEAD", target, &[]), get(demo().http, target));
        assert_eq!((head.status, head.body.len()), (*status, 0), "{target}");
        let headers = |reply: &Reply| -> BTreeMap<String, String> {
            reply.headers.iter().filter(|(name, _)| name != "date").cloned().collect()
        };
        assert_eq!(headers(&head), headers(&get), "{target}");
        assert_eq!(get.header("content-length"), Some(get.body.len().to_string().as_str()), "{target}");
    }
}

#[test]
fn ht_07_other_methods_are_refused() {
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get"] {
        let reply = http(demo().http, method, "/rdap/domain/bedrijf.be", &[]);
        assert_eq!(reply.status, 405, "{method}");
        is_rdap(&reply, method);
        assert_eq!(reply.header("allow"), Some("GET, HEAD, OPTIONS"), "{method}");
        assert_eq!(reply.json()["errorCode"], 405, "{method}");
    }
    let reply = http(demo().http, "POST", "/rdap/domain/bedrijf.be", &[("content-length", b"1000000")]);
    assert_eq!(reply.status, 405, "without waiting for a body");
}

#[test]
fn ht_20_ht_22_browsers_may_ask() {
    for target in ["/rdap/domain/bedrijf.be", "/rdap/domain/vrij.be", "/rdap/nope", "/x"] {
        let asked: &[(&str, &[u8])] = &[("origin", b"https://web.example"), ("access-control-request-method", b"GET")];
        let reply = http(demo().http, "OPTIONS", target, asked);
        assert!([200, 204].contains(&reply.status), "{target}: {}", reply.status);
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{target}");
        assert!(reply.header("access-control-allow-methods").unwrap().contains("GET"), "{target}");
        assert!(reply.body.is_empty());
    }
}

#[test]
fn ht_03_ht_04_ht_08_ht_24_neither_accept_nor_language_nor_parameters_change_the_answer() {
    let plain = get(demo().http, "/rdap/domain/bedrijf.be");
    for (name, value) in [
        ("accept", &b"application/json"[..]),
        ("accept", b"text/html"),
        ("accept", b"application/rdap+json;exts_list=\"a b\""),
        ("accept", b"text/html;q=0.9,*/*;q=0.1"),
        ("accept", b"\xff\xfe"),
        ("accept-language", b"nl"),
        ("accept-language", b"fr"),
        ("accept-encoding", b"identity, compress"),
        ("authorization", b"Bearer x"),
        ("cookie", b"a=b"),
        ("range", b"bytes=0-3"),
    ] {
        let reply = http(demo().http, "GET", "/rdap/domain/bedrijf.be", &[(name, value)]);
        assert_eq!((reply.status, &reply.body), (200, &plain.body), "{name}");
        is_rdap(&reply, name);
    }
    assert_eq!(get(demo().http, "/rdap/domain/bedrijf.be?x=1&redirect=http://evil.example").body, plain.body);
}

#[test]
fn rfc_9110_an_answer_that_is_known_is_not_sent_again() {
    let first = get(demo().http, "/rdap/domain/bedrijf.be");
    let tag = first.header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'));
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let reply = http(demo().http, "GET", "/rdap/domain/bedrijf.be", &[("if-none-match", known.as_bytes())]);
        assert_eq!((reply.status, reply.body.len()), (304, 0), "{known}");
        assert_eq!(reply.header("etag"), Some(tag.as_str()));
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    }
    let reply = http(demo().http, "GET", "/rdap/domain/bedrijf.be", &[("if-none-match", b"\"other\"")]);
    assert_eq!((reply.status, reply.body), (200, first.body));
    assert_ne!(get(demo().http, "/rdap/domain/persoon.be").header("etag"), Some(tag.as_str()));
}

#[test]
fn rfc_9110_13_conditions_are_judged_by_tag_and_by_date() {
    let first = get(demo().http, "/rdap/domain/bedrijf.be");
    let modified = first.header("last-modified").unwrap().to_owned();
    assert!(modified.ends_with(" GMT") && modified.len() == 29, "{modified}");
    let before = b"Sunday, 06-Nov-94 08:49:37 GMT";
    for (name, value, status) in [
        ("if-modified-since", modified.as_bytes(), 304),
        ("if-modified-since", &before[..], 200),
        ("if-modified-since", b"Sun Nov  6 08:49:37 1994", 200),
        ("if-unmodified-since", before, 412),
        ("if-match", b"\"other\"", 412),
        ("if-match", first.header("etag").unwrap().as_bytes(), 200),
    ] {
        let reply = http(demo().http, "GET", "/rdap/domain/bedrijf.be", &[(name, value)]);
        assert_eq!(reply.status, status, "{name}");
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "HT-20: {name}");
        assert_eq!(reply.header("vary"), Some("accept, accept-encoding"), "HT-29: {name}");
        if status == 412 {
            is_rdap(&reply, name);
            assert_eq!(reply.json()["errorCode"], 412, "ER-01");
        } else {
            assert_eq!(reply.header("last-modified"), Some(modified.as_str()), "{name}");
            assert_eq!(reply.header("etag"), first.header("etag"), "{name}");
        }
        if status == 304 {
            let content = ["content-type", "content-length", "content-encoding"];
            assert!(content.iter().all(|name| reply.header(name).is_none()), "{:?}", reply.headers);
        }
    }
}

#[test]
fn ht_06_ht_28_bodies_come_in_the_coding_that_is_asked_for() {
    let target = "/rdap/domain/bedrijf.be";
    let plain = get(demo().http, target);
    assert_eq!(plain.header("content-encoding"), None, "nobody asked");
    for coding in ["gzip", "br", "zstd"] {
        let wish: &[(&str, &[u8])] = &[("accept-encoding", coding.as_bytes())];
        let reply = http(demo().http, "GET", target, wish);
        assert_eq!((reply.status, reply.header("content-encoding")), (200, Some(coding)));
        is_rdap(&reply, coding);
        assert_eq!(decoded(&reply.body, coding), plain.body, "{coding}");
        assert!(reply.body.len() < plain.body.len() / 2, "{coding}: {} of {}", reply.body.len(), plain.body.len());
        assert_ne!(reply.header("etag"), plain.header("etag"), "{coding}");
        let head = http(demo().http, "HEAD", target, wish);
        for name in ["content-length", "content-encoding", "etag", "last-modified", "vary"] {
            assert_eq!(head.header(name), reply.header(name), "HT-06: {coding} {name}");
        }
    }
    let short = http(demo().http, "GET", "/rdap/domain/vrij.be", &[("accept-encoding", b"gzip")]);
    assert_eq!((short.status, short.header("content-encoding")), (404, None));
}

fn decoded(coded: &[u8], coding: &str) -> Vec<u8> {
    let mut body = Vec::new();
    match coding {
        "gzip" => _ = flate2::read::GzDecoder::new(coded).read_to_end(&mut body).unwrap(),
        "br" => _ = brotli::Decompressor::new(coded, 4096).read_to_end(&mut body).unwrap(),
        _ => body = zstd::bulk::decompress(coded, 1 << 20).unwrap(),
    }
    body
}

#[test]
fn ht_11_ht_12_ht_13_ht_20_co_16_gp_02_plain_http_leads_to_https() {
    let server =
        Place::with(|settings| settings.replace("plain_http = \"answer\"", "plain_http = \"redirect\"")).serve();
    for (method, target) in [
        ("GET", "/rdap/domain/bedrijf.be?a=b"),
        ("HEAD", "/rdap/domain/bedrijf.be?a=b"),
        ("GET", "/rdap/domain/vrij.be?a=b"),
        ("GET", "/rdap/help?a=b"),
    ] {
        let reply = http(server.http, method, target, &[]);
        assert_eq!((reply.status, reply.body.len()), (301, 0), "{method} {target}");
        let path = target.split('?').next().unwrap();
        assert_eq!(reply.header("location"), Some(format!("https://127.0.0.1:8443{path}").as_str()));
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "HT-20");
        assert_eq!((reply.header("content-type"), reply.header("content-length")), (None, Some("0")));
    }
    assert_eq!(http(server.http, "OPTIONS", "/rdap/help", &[]).status, 204);
    assert_eq!(http(server.http, "POST", "/rdap/help", &[]).status, 405);
    let certificate = server.state().join("tls/certificate.pem");
    let arguments = ["--cacert", certificate.to_str().unwrap()];
    let secure = curl(&arguments, &format!("https://{}/rdap/domain/bedrijf.be", server.https));
    assert_eq!(secure.status, 200, "the way ends where it is answered");
}

#[test]
fn bs_01_bs_03_the_service_describes_itself_under_the_base_that_was_asked() {
    for (host, base) in
        [("127.0.0.1:8080", "http://127.0.0.1:8080/rdap"), ("localhost:8080", "http://localhost:8080/rdap")]
    {
        let request = format!("GET /rdap/openapi.json HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        let reply = client::parse(client::exchange(demo().http, request.as_bytes()));
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/openapi+json;version=3.1")));
        let description = reply.json();
        assert_eq!(description["servers"][0]["url"], base);
        assert_eq!(description["openapi"], "3.1.0");
    }
    let reply = get(demo().http, "/rdap/dns.json");
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    let services = reply.json()["services"].clone();
    assert_eq!(services[0][0], serde_json::json!(["be", "brussels", "vlaanderen"]));
    for base in services[0][1].as_array().unwrap() {
        let base = base.as_str().unwrap();
        assert!(base.starts_with("https://") && base.ends_with('/') && base == base.to_lowercase(), "{base}");
    }
}

#[test]
fn bs_03_every_form_of_a_request_finds_its_base() {
    for (request, base) in [
        ("GET /rdap/domain/bedrijf.be HTTP/1.0\r\n\r\n", "https://127.0.0.1:8443/rdap/"),
        ("GET /rdap/domain/bedrijf.be HTTP/1.0\r\nhost: localhost:8080\r\n\r\n", "http://localhost:8080/rdap/"),
        (
            "GET http://localhost:8080/rdap/domain/bedrijf.be HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n",
            "http://localhost:8080/rdap/",
        ),
    ] {
        let reply = client::parse(client::exchange(demo().http, request.as_bytes()));
        let mut links = BTreeMap::new();
        self_links(&reply.json(), &mut links);
        assert!(links.keys().all(|href| href.starts_with(base)) && !links.is_empty(), "{request}: {links:?}");
    }
    let arguments = ["--http2-prior-knowledge", "--connect-to", &format!("localhost:8080:{}", demo().http)];
    let fetched = curl(&arguments, "http://localhost:8080/rdap/domain/bedrijf.be");
    assert_eq!((fetched.version.as_str(), fetched.status), ("2", 200));
    assert!(
        String::from_utf8_lossy(&fetched.body).contains("\"href\":\"http://localhost:8080/rdap/domain/bedrijf.be\"")
    );
}

/// Every self link within a value, with what identifies the object that has it.
fn self_links(value: &Value, found: &mut BTreeMap<String, (String, String)>) {
    match value {
        Value::Object(members) => {
            for link in members.get("links").and_then(Value::as_array).into_iter().flatten() {
                assert!(link["value"].is_string() && link["rel"].is_string() && link["href"].is_string(), "RS-08");
                if link["rel"] == "self" {
                    assert_eq!(link["type"], "application/rdap+json", "RS-11");
                    let identity = ["ldhName", "handle"].iter().find_map(|key| members.get(*key)?.as_str()).unwrap();
                    let class = members["objectClassName"].as_str().unwrap();
                    found.insert(link["href"].as_str().unwrap().to_owned(), (class.to_owned(), identity.to_owned()));
                }
            }
            members.values().for_each(|value| self_links(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| self_links(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn rs_11_every_self_link_of_every_domain_leads_to_that_object() {
    let server = demo();
    let mut links = BTreeMap::new();
    for name in deposited() {
        self_links(&super::domain(&name), &mut links);
    }
    assert!(links.len() > 197 + 30, "domains, registrars, contacts, hosts: {}", links.len());
    let mut classes = BTreeSet::new();
    for (href, (class, identity)) in links {
        // The settings name the demonstration's own ports.
        let target = href.strip_prefix("https://127.0.0.1:8443").unwrap_or_else(|| panic!("{href}"));
        let reply = client::get(server.http, target);
        assert_eq!(reply.status, 200, "{href} of {class} {identity}");
        let body = reply.json();
        assert_eq!(body["objectClassName"], class.as_str(), "{href}");
        assert!(body["ldhName"] == identity.as_str() || body["handle"] == identity.as_str(), "{href}");
        let mut own = BTreeMap::new();
        self_links(&body, &mut own);
        assert!(own.contains_key(&href), "{href} names itself");
        classes.insert(class);
    }
    assert_eq!(classes.into_iter().collect::<Vec<_>>(), ["domain", "entity", "nameserver"]);
}

#[test]
fn links_carry_the_base_that_was_asked() {
    for (secure, host, base) in [
        (false, "127.0.0.1:8080", "http://127.0.0.1:8080/rdap/"),
        (false, "LOCALHOST:8080", "http://localhost:8080/rdap/"),
        (false, "evil.example", "https://127.0.0.1:8443/rdap/"),
        (false, "localhost:8443", "https://127.0.0.1:8443/rdap/"),
    ] {
        assert!(!secure);
        let request = format!("GET /rdap/domain/bedrijf.be HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        let answer = String::from_utf8(client::exchange(demo().http, request.as_bytes())).unwrap();
        assert!(answer.contains(&format!("\"href\":\"{base}domain/bedrijf.be\"")), "{host}: {answer}");
        assert!(!answer.contains("evil.example"));
    }
}

#[test]
fn er_05_er_06_help_tells_what_there_is() {
    let body = get(demo().http, "/rdap/help").json();
    assert!(conformance(&body).contains("redacted"), "RS-03");
    let notices = body["notices"].as_array().unwrap();
    assert!(notices.iter().any(|notice| notice["title"] == "Terms of Use"), "{body}");
    assert!(notices.iter().all(|notice| notice["description"].is_array()), "RS-13");
}

#[test]
fn qp_15_a_segment_is_decoded_once() {
    let expected = get(demo().http, "/rdap/domain/bedrijf.be").json();
    assert_eq!(get(demo().http, "/rdap/domain/%62edrijf.be").json()["handle"], expected["handle"]);
    let twice = get(demo().http, "/rdap/domain/%2562edrijf.be").status;
    assert!((400..500).contains(&twice), "{twice}");
}
