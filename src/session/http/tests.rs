use proptest::prelude::*;
use serde_json::Value;

use super::base::parts;
use super::encode::tests::decode;
use super::*;
use crate::disclosure::record::PublicRecord;
use crate::guard::Budget;
use crate::index::SnapshotBuilder;
use crate::render::rdap::tests::records;
use crate::session::tests::{anybody, share};

const HOST: &[u8] = b"rdap.registry.example";

fn snapshot() -> Snapshot {
    let mut builder = SnapshotBuilder::default();
    builder.put(PublicRecord::Domain(records::bedrijf().domain));
    builder.put(PublicRecord::Registrar(records::registrar()));
    builder.put(PublicRecord::Host(records::host().host));
    builder.finish(records::generation())
}

fn get(path: &str) -> Request<'_> {
    Request { method: "GET", path, query: None, secure: true, host: Some(HOST), headers: &|_| None }
}

fn ask(request: &Request<'_>) -> Response {
    respond(request, Some(&snapshot()), &records::site(), &anybody())
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers.get(name).map(|value| value.to_str().unwrap())
}

fn json(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

/// Paths of many kinds with the status that each gets.
const PATHS: [(&str, u16); 22] = [
    ("/rdap/help", 200),
    ("/rdap/help/x", 404),
    ("/rdap/domain/a..be", 400),
    ("/rdap/domain/%FF.be", 400),
    ("/rdap/domain/%00", 400),
    ("/rdap/domain/a%2F..%2Fhelp", 400),
    ("/rdap/domain/%3Cscript%3E", 400),
    ("/rdap/domain/not-a-domain.invalid", 404),
    ("/rdap/domain/test.invalid", 404),
    ("/rdap/entity/unknown", 404),
    ("/rdap/entity/caf%C3%A9", 404),
    ("/rdap/entity/", 400),
    ("/rdap/ip/192.0.2.0/24", 501),
    ("/rdap/ip/x", 400),
    ("/rdap/domains", 501),
    ("/rdap/foo/bar", 404),
    ("/rdap/", 404),
    ("/rdap", 404),
    ("/", 404),
    ("", 404),
    ("*", 404),
    ("/other/domain/bedrijf.be", 404),
];

#[test]
fn ht_05_ht_10_to_ht_17_statuses_and_error_bodies() {
    for (path, status) in PATHS {
        let response = ask(&get(path));
        assert_eq!(response.status, status, "{path}");
        assert_eq!(header(&response, "content-type"), Some("application/rdap+json"), "{path}");
        assert_eq!(header(&response, "access-control-allow-origin"), Some("*"), "HT-20 {path}");
        assert_eq!(header(&response, "access-control-allow-credentials"), None, "HT-21 {path}");
        assert_eq!(header(&response, "content-length"), Some(response.body.len().to_string().as_str()), "{path}");
        assert_eq!(header(&response, "vary"), Some("accept, accept-encoding"), "{path}");
        assert_eq!(header(&response, "last-modified").is_some(), status == 200, "{path}");
        let body = json(&response);
        assert_eq!(body["rdapConformance"][0], "rdap_level_0", "{path}");
        if status != 200 {
            assert_eq!(body["errorCode"], status, "ER-01 {path}");
            assert!(!body.to_string().contains("<script"), "ER-04 {path}");
        }
    }
}

#[test]
fn ht_06_head_mirrors_get() {
    for (path, _) in PATHS {
        let get = ask(&get(path));
        let head = ask(&Request { method: "HEAD", ..super::tests::get(path) });
        assert_eq!((head.status, &head.headers, head.outcome), (get.status, &get.headers, get.outcome), "{path}");
        assert!(head.body.is_empty() && !get.body.is_empty(), "{path}");
    }
}

#[test]
fn ht_07_other_methods_are_refused() {
    for method in ["POST", "PUT", "DELETE", "get", "PATCH", "CONNECT", ""] {
        let response = ask(&Request { method, ..get("/rdap/help") });
        assert_eq!(response.status, 405, "{method}");
        assert_eq!(header(&response, "allow"), Some("GET, HEAD, OPTIONS"), "{method}");
        assert_eq!(json(&response)["errorCode"], 405, "{method}");
    }
}

#[test]
fn ht_08_query_parameters_change_nothing() {
    let plain = ask(&get("/rdap/help"));
    assert_eq!(ask(&Request { query: Some("x=1&__rdap-cachebust=9"), ..get("/rdap/help") }), plain);
}

#[test]
fn ht_22_preflight() {
    let response = ask(&Request { method: "OPTIONS", ..get("/rdap/domain/bedrijf.be") });
    assert_eq!((response.status, response.body.len()), (204, 0));
    assert_eq!(header(&response, "access-control-allow-origin"), Some("*"));
    assert_eq!(header(&response, "access-control-allow-methods"), Some("GET, HEAD, OPTIONS"));
}

#[test]
fn ht_30_long_paths_are_refused() {
    let long = format!("/rdap/domain/{}", "a".repeat(65_536));
    assert_eq!(ask(&get(&long)).status, 414);
    let name = format!("/rdap/domain/{}", "%C3%AB".repeat(QUERY_OCTETS_MAX / 2));
    assert_eq!(ask(&get(&name)).status, 400, "a long name is read and judged");
}

#[test]
fn er_08_without_data_only_help_is_answered() {
    let site = records::site();
    for path in ["/rdap/domain/bedrijf.be", "/rdap/domain/vrij.be", "/rdap/entity/c1", "/rdap/nameserver/a.be"] {
        let response = respond(&get(path), None, &site, &anybody());
        assert_eq!((response.status, response.outcome.ending), (503, Ending::Unavailable), "{path}");
        assert_eq!(header(&response, "retry-after"), Some("30"), "{path}");
        assert_eq!(header(&response, "cache-control"), Some("no-store"), "{path}");
    }
    assert_eq!(respond(&get("/rdap/help"), None, &site, &anybody()).status, 200);
    assert_eq!(respond(&get("/rdap/domain/a..be"), None, &site, &anybody()).status, 400);
}

#[test]
fn entity_tags_spare_what_is_known() {
    let first = ask(&get("/rdap/help"));
    let tag = header(&first, "etag").unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.len() == 34, "{tag}");
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\" , {tag}"), "*".to_owned()] {
        let headers = |name: &str| (name == "if-none-match").then(|| known.clone().into_bytes().into());
        let again = ask(&Request { headers: &headers, ..get("/rdap/help") });
        assert_eq!((again.status, again.body.len()), (304, 0), "{known}");
        assert_eq!(header(&again, "etag"), Some(tag.as_str()));
        assert_eq!(header(&again, "access-control-allow-origin"), Some("*"));
    }
    for unknown in [b"\"x\"".to_vec(), vec![0xff, b','], Vec::new()] {
        let headers = |name: &str| (name == "if-none-match").then(|| unknown.clone().into());
        assert_eq!(ask(&Request { headers: &headers, ..get("/rdap/help") }).status, 200);
    }
    let star = |name: &str| (name == "if-none-match").then(|| Cow::from(&b"*"[..]));
    assert_eq!(ask(&Request { headers: &star, ..get("/rdap/entity/x") }).status, 404, "only what exists has a tag");
}

#[test]
fn rs_12_the_asked_url_is_echoed_under_the_matching_base() {
    let value = |host: Option<&[u8]>, secure, path: &str| {
        let site = records::site();
        let response = respond(&Request { host, secure, ..get(path) }, None, &site, &anybody());
        json(&response)["notices"][0]["links"][0]["value"].as_str().unwrap_or_default().to_owned()
    };
    let canonical = "https://rdap.registry.example/rdap/help";
    assert_eq!(value(Some(HOST), true, "/rdap/help"), canonical);
    assert_eq!(value(Some(b"RDAP.Registry.Example:443"), true, "/rdap/help"), canonical);
    assert_eq!(value(Some(b"127.0.0.1:8080"), false, "/rdap/help"), "http://127.0.0.1:8080/rdap/help");
    assert_eq!(value(Some(b"127.0.0.1:8080"), true, "/rdap/help"), canonical, "another scheme is another base");
    for strange in [Some(b"evil.example".as_slice()), Some(b"\xff\xfe"), Some(b""), Some(b"a b\r\n"), None] {
        assert_eq!(value(strange, false, "/rdap/help"), canonical, "{strange:?}");
    }
    assert_eq!(value(Some(HOST), true, "/rdap/%68elp"), "https://rdap.registry.example/rdap/%68elp");
}

#[test]
fn a_site_without_bases_still_answers() {
    let mut site = records::site();
    site.rdap_bases.clear();
    assert_eq!(respond(&get("/help"), None, &site, &anybody()).status, 200);
    assert_eq!(parts("https://h"), (true, "h", "/"));
}

#[test]
fn faults_and_limits_have_the_same_frame() {
    let internal = refuse(&get("/rdap/help"), &Refusal::Internal { incident: "0badcafe".to_owned() });
    assert_eq!((internal.status, internal.outcome.ending), (500, Ending::Fault));
    assert!(json(&internal)["description"].to_string().contains("0badcafe"));
    assert_eq!(refuse(&get("/"), &Refusal::HeadersTooLarge).status, 431);
    assert_eq!(header(&refuse(&get("/"), &Refusal::Unavailable), "retry-after"), Some("30"));
}

#[test]
fn a_hidden_handle_reads_like_one_that_does_not_exist() {
    let hidden = ask(&get("/rdap/entity/P-1"));
    let unknown = ask(&get("/rdap/entity/nobody"));
    assert_eq!(hidden, unknown);
}

proptest! {
    #[test]
    fn no_head_causes_a_panic_or_a_fault(
        method in "GET|HEAD|OPTIONS|[A-Z]{0,8}",
        path in "(/rdap/)?(domain/|entity/|nameserver/|help|ip/)?\\PC{0,60}",
        host in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40)),
        known in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40)),
        secure: bool,
    ) {
        let headers = |_: &str| known.clone().map(Cow::Owned);
        let request =
            Request { method: &method, path: &path, query: None, secure, host: host.as_deref(), headers: &headers };
        let response = respond(&request, Some(&snapshot()), &records::site(), &anybody());
        prop_assert!(response.status != 500 && response.status != 503);
        for (name, value) in &response.headers {
            prop_assert!(value.as_bytes().iter().all(|byte| (b' '..0x7f).contains(byte)), "{} {:?}", name, value);
        }
        if !response.body.is_empty() {
            prop_assert!(serde_json::from_slice::<Value>(&response.body).is_ok());
        }
    }
}

fn path_of(href: &str) -> &str {
    href.strip_prefix("https://rdap.registry.example").unwrap()
}

/// The objects of an answer that name themselves: their identity and where they say they are.
fn selves(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            let links = members.get("links").and_then(Value::as_array);
            let to_self = links.into_iter().flatten().find(|link| link["rel"] == "self");
            let identity = members.get("ldhName").or(members.get("handle"));
            if let (Some(link), Some(identity)) = (to_self, identity) {
                found.push((identity.to_string(), link["href"].as_str().unwrap().to_owned()));
            }
            members.values().for_each(|child| selves(child, found));
        }
        Value::Array(items) => items.iter().for_each(|child| selves(child, found)),
        _ => {}
    }
}

#[test]
fn rs_11_every_self_link_leads_to_the_same_object() {
    let response = ask(&get("/rdap/domain/BEDRIJF.be"));
    assert_eq!((response.status, response.outcome.ending), (200, Ending::Found));
    let mut found = Vec::new();
    selves(&json(&response), &mut found);
    assert!(found.len() >= 7, "{found:?}");
    for (identity, href) in found {
        let there = ask(&get(path_of(&href)));
        assert_eq!(there.status, 200, "{href}");
        let value = json(&there);
        assert_eq!(value.get("ldhName").or(value.get("handle")).unwrap().to_string(), identity);
    }
}

#[test]
fn id_01_to_id_06_spellings_differ_only_in_the_echo() {
    let body = |path: &str| {
        let response = ask(&get(path));
        assert_eq!(response.status, 200, "{path}");
        String::from_utf8_lossy(&response.body).replace(&format!("https://rdap.registry.example{path}"), "ASKED")
    };
    let plain = body("/rdap/domain/bedrijf.be");
    for path in ["/rdap/domain/BEDRIJF.BE", "/rdap/domain/bedrijf.be.", "/rdap/domain/%62edrijf.be"] {
        let found = body(path).replace("https://rdap.registry.example/rdap/domain/bedrijf.be", "ASKED");
        assert_eq!(found, plain, "{path}");
    }
}

#[test]
fn no_door_to_what_is_withheld() {
    let mut builder = SnapshotBuilder::default();
    let mut domain = records::persoon().domain;
    domain.contacts.push(records::person(crate::model::vocabulary::Role::Tech));
    builder.put(PublicRecord::Domain(domain));
    builder.put(PublicRecord::Registrar(records::registrar()));
    let snapshot = builder.finish(records::generation());
    let site = records::site();
    let found = respond(&get("/rdap/domain/persoon.be"), Some(&snapshot), &site, &anybody());
    let text = String::from_utf8_lossy(&found.body).into_owned();
    let mut handles = Vec::new();
    selves(&json(&found), &mut handles);
    assert!(handles.iter().all(|(identity, _)| ["\"persoon.be\"", "\"9999\""].contains(&identity.as_str())), "{text}");
    let free = respond(&get("/rdap/domain/vrij.be"), Some(&snapshot), &site, &anybody());
    assert_eq!((free.status, free.outcome.ending), (404, Ending::NotFound));
}

#[test]
fn ht_18_an_answer_tells_where_a_counted_client_stands() {
    let (site, snapshot) = (records::site(), snapshot());
    let url = Asking {
        base: "https://rdap.registry.example/rdap/",
        asked: "https://rdap.registry.example/",
        jscontact: false,
    };
    let render = |answer: &Answer| {
        Answered::answer(rdap::render(answer, &site, snapshot.generation(), &url), Ending::of_answer(answer), &site)
    };
    let answers = || {
        [
            (200, render(&Answer::Domain(records::bedrijf()))),
            (404, render(&Answer::NotFound)),
            (400, Answered::refusal(&Refusal::BadEncoding)),
            (405, Answered::refusal(&Refusal::MethodNotAllowed)),
            (503, Answered::refusal(&Refusal::Unavailable)),
        ]
    };
    let star = |name: &str| (name == "if-none-match").then(|| Cow::from(&b"*"[..]));
    let counted = Some(share(Budget::Questions));
    for (status, answered) in answers() {
        let response = finish(&get("/"), Asked::Domain, Answered { share: counted, ..answered });
        assert_eq!((response.status, response.after), (status, After::Stay));
        assert_told(&response);
    }
    let [(_, found), ..] = answers();
    let response = finish(&Request { headers: &star, ..get("/") }, Asked::Domain, Answered { share: counted, ..found });
    assert_eq!(response.status, 304);
    assert_told(&response);
    assert_told(&preflight(counted.as_ref()));
    for (status, answered) in answers() {
        let response = finish(&get("/"), Asked::Domain, answered);
        assert_eq!(header(&response, "ratelimit"), None, "an uncounted client {status}");
        assert_eq!(header(&response, "ratelimit-policy"), None, "{status}");
    }
}

const EXPOSED: &str = "allow, etag, ratelimit, ratelimit-policy, retry-after";

fn assert_told(response: &Response) {
    assert_eq!(header(response, "ratelimit-policy"), Some("\"questions\";q=300;w=15"));
    assert_eq!(header(response, "ratelimit"), Some("\"questions\";r=4;t=7"));
    assert_eq!(header(response, "access-control-expose-headers"), Some(EXPOSED));
    assert_eq!(header(response, "access-control-allow-origin"), Some("*"));
}

#[test]
fn help_is_kept_by_nobody_else() {
    let help = ask(&get("/rdap/help"));
    assert_eq!(header(&help, "cache-control"), Some("private, max-age=60"), "it tells the limits of the one who asks");
    assert_eq!(header(&ask(&get("/rdap/domain/bedrijf.be")), "cache-control"), Some("public, max-age=60"));
}

#[test]
fn er_06_help_tells_the_limits_of_the_one_who_asks() {
    let titles = |response: &Response| -> Vec<String> {
        let body = json(response);
        body["notices"].as_array().unwrap().iter().map(|notice| notice["title"].as_str().unwrap().to_owned()).collect()
    };
    let help = ask(&get("/rdap/help"));
    assert!(titles(&help).contains(&"Rate Limit Policy".to_owned()), "{:?}", titles(&help));
}

/// Asks with headers, all of them given.
fn with<'a>(request: Request<'a>, headers: &[(&str, &str)]) -> Response {
    let header = |name: &str| {
        headers.iter().find(|(found, _)| *found == name).map(|(_, value)| Cow::from(value.as_bytes().to_vec()))
    };
    ask(&Request { headers: &header, ..request })
}

const BEDRIJF: &str = "/rdap/domain/bedrijf.be";

#[test]
fn ht_28_codings_change_octets_and_tags_and_nothing_else() {
    let plain = ask(&get(BEDRIJF));
    let mut tags = vec![header(&plain, "etag").unwrap().to_owned()];
    for coding in ["gzip", "br", "zstd"] {
        let said = [("accept-encoding", coding)];
        let coded = with(get(BEDRIJF), &said);
        assert_eq!((coded.status, header(&coded, "content-encoding")), (200, Some(coding)));
        assert_eq!(decode(&coded.body, coding), plain.body, "{coding}");
        assert!(coded.body.len() * 2 < plain.body.len(), "{coding}: {} of {}", coded.body.len(), plain.body.len());
        assert_eq!(header(&coded, "content-length"), Some(coded.body.len().to_string().as_str()));
        let head = with(Request { method: "HEAD", ..get(BEDRIJF) }, &said);
        assert_eq!((head.status, &head.headers, head.body.len()), (200, &coded.headers, 0), "HT-06 {coding}");
        let tag = header(&coded, "etag").unwrap().to_owned();
        let known = with(get(BEDRIJF), &[said[0], ("if-none-match", &tag)]);
        assert_eq!((known.status, header(&known, "etag")), (304, Some(tag.as_str())));
        for name in ["content-encoding", "content-type", "content-length"] {
            assert_eq!(header(&known, name), None, "{name}");
        }
        assert_eq!(with(get(BEDRIJF), &[("if-none-match", &tag)]).status, 200, "another coding is another answer");
        tags.push(tag);
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 4, "{tags:?}");
}

#[test]
fn rfc_9110_12_5_3_short_bodies_and_strange_wishes_are_sent_as_they_are() {
    for (path, wish, coding) in [
        ("/rdap/entity/nobody", "gzip", None),
        ("/rdap/dns.json", "gzip", None),
        ("/rdap/dns.json", "gzip, identity;q=0", Some("gzip")),
        (BEDRIJF, "identity;q=0", None),
        (BEDRIJF, "compress", None),
        (BEDRIJF, "br;q=0.5, gzip;q=0.4, *;q=0.1", Some("br")),
    ] {
        let reply = with(get(path), &[("accept-encoding", wish)]);
        assert_eq!(header(&reply, "content-encoding"), coding, "{path} {wish}");
        assert!([200, 404].contains(&reply.status), "never 406");
    }
}

#[test]
fn rfc_9110_13_conditions_by_tag_and_date() {
    let plain = ask(&get(BEDRIJF));
    assert_eq!(header(&plain, "last-modified"), Some("Fri, 20 Nov 2026 01:00:00 GMT"), "when it was published");
    let tag = header(&plain, "etag").unwrap();
    let (same, before) = ("Fri, 20 Nov 2026 01:00:00 GMT", "Thu, 19 Nov 2026 23:00:00 GMT");
    for (condition, status) in [
        (("if-match", tag), 200),
        (("if-match", "\"x\""), 412),
        (("if-unmodified-since", same), 200),
        (("if-unmodified-since", before), 412),
        (("if-none-match", tag), 304),
        (("if-modified-since", same), 304),
        (("if-modified-since", before), 200),
    ] {
        for method in ["GET", "HEAD"] {
            let reply = with(Request { method, ..get(BEDRIJF) }, &[condition]);
            assert_eq!(reply.status, status, "{method} {condition:?}");
            assert_eq!(header(&reply, "vary"), Some("accept, accept-encoding"), "HT-29 {condition:?}");
            assert_eq!(header(&reply, "last-modified").is_some(), status != 412, "{condition:?}");
            assert_eq!(reply.body.is_empty(), status == 304 || method == "HEAD", "{condition:?}");
            if status == 412 && method == "GET" {
                assert_eq!(json(&reply)["errorCode"], 412, "ER-01");
                assert_eq!(header(&reply, "cache-control"), Some("no-store"));
            }
        }
        let unknown = with(get("/rdap/entity/nobody"), &[condition]);
        assert_eq!(unknown.status, 404, "what is not there has no validators: {condition:?}");
    }
}

#[test]
fn rfc_9110_8_8_2_1_no_answer_is_younger_than_its_date() {
    let site = Site { since: "2026-11-21T12:00:00Z".parse().unwrap(), ..records::site() };
    let visitor = Visitor { date: "2026-11-20T00:30:00.7Z".parse().unwrap(), ..anybody() };
    for path in [BEDRIJF, "/rdap/help", "/rdap/openapi.json", "/rdap/dns.json"] {
        for site in [&site, &records::site()] {
            let reply = respond(&get(path), Some(&snapshot()), site, &visitor);
            let modified = httpdate::parse_http_date(header(&reply, "last-modified").unwrap()).unwrap();
            let date = httpdate::parse_http_date("Fri, 20 Nov 2026 00:30:00 GMT").unwrap();
            assert!(modified <= date, "{path}: {modified:?}");
        }
    }
    let ahead = respond(&get(BEDRIJF), Some(&snapshot()), &records::site(), &visitor);
    assert_eq!(header(&ahead, "last-modified"), Some("Fri, 20 Nov 2026 00:30:00 GMT"), "published at 01:00");
}

#[test]
fn answers_are_as_young_as_the_settings() {
    let site = Site { since: "2026-11-21T12:00:00.5Z".parse().unwrap(), ..records::site() };
    for path in [BEDRIJF, "/rdap/help", "/rdap/openapi.json", "/rdap/dns.json"] {
        let reply = respond(&get(path), Some(&snapshot()), &site, &anybody());
        assert_eq!(header(&reply, "last-modified"), Some("Sat, 21 Nov 2026 12:00:00 GMT"), "{path}");
    }
}

#[test]
fn caches_keep_what_is_not_there_for_a_shorter_time() {
    let site = Site { cache_seconds: 120, ..records::site() };
    let control = |path: &str| {
        let reply = respond(&get(path), Some(&snapshot()), &site, &anybody());
        header(&reply, "cache-control").unwrap().to_owned()
    };
    assert_eq!(control(BEDRIJF), "public, max-age=120");
    assert_eq!(control("/rdap/domain/vrij.be"), "public, max-age=30");
    assert_eq!(control("/rdap/domain/a..be"), "no-store");
    assert_eq!(control("/rdap/help"), "private, max-age=120");
}

#[test]
fn ht_11_ht_12_gp_02_plain_http_is_redirected_and_has_no_data() {
    let site = Site { redirects_plain_http: true, ..records::site() };
    let ask = |method, path, query, secure| {
        let request = Request { method, query, secure, host: Some(b"127.0.0.1:8080"), ..get(path) };
        respond(&request, Some(&snapshot()), &site, &anybody())
    };
    for path in [BEDRIJF, "/rdap/domain/vrij.be", "/rdap/domain/a..be", "/rdap/help"] {
        for method in ["GET", "HEAD"] {
            let reply = ask(method, path, Some("a=b"), false);
            assert_eq!((reply.status, reply.body.len()), (301, 0), "{method} {path}");
            let expected = format!("https://rdap.registry.example{path}");
            assert_eq!(header(&reply, "location"), Some(expected.as_str()));
            assert_eq!(header(&reply, "access-control-allow-origin"), Some("*"), "HT-20");
            assert_eq!(header(&reply, "content-type"), None);
        }
    }
    assert_eq!(ask("OPTIONS", BEDRIJF, None, false).status, 204);
    assert_eq!(ask("POST", BEDRIJF, None, false).status, 405);
    assert_eq!(ask("GET", BEDRIJF, None, true).status, 200);
    assert_eq!(ask("GET", &format!("/{}", "a".repeat(PATH_OCTETS_MAX)), None, false).status, 414);
}

#[test]
fn the_asked_url_has_the_query_of_searches_alone() {
    let site = records::site();
    let asked = |query: &str| {
        let request = Request { query: Some("x=\"é&name=b*.be"), ..get("/rdap/domains") };
        let search = crate::query::search::Search {
            target: crate::query::search::Target::Domains(crate::query::search::DomainsBy::Address(
                std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
            )),
            wishes: crate::query::search::Wishes::default(),
        };
        let question = if query == "search" { Query::Search(Box::new(search)) } else { Query::Help };
        Base::of(&request, &site).asked(&request, &question)
    };
    assert_eq!(asked("help"), "https://rdap.registry.example/rdap/domains");
    assert_eq!(asked("search"), "https://rdap.registry.example/rdap/domains?x=%22%C3%A9&name=b*.be");
}

#[test]
fn long_query_strings_are_refused() {
    let long = format!("x={}", "a".repeat(PARAMETERS_OCTETS_MAX));
    assert_eq!(ask(&Request { query: Some(&long), ..get("/rdap/help") }).status, 414);
    assert_eq!(ask(&Request { query: Some(&long[..PARAMETERS_OCTETS_MAX]), ..get("/rdap/help") }).status, 200);
}

#[test]
fn pg_04_sr_20_the_longest_search_has_room_for_its_wishes() {
    use crate::query::search::{CURSOR_CHARACTERS_MAX, PARAMETER_OCTETS_MAX};
    let cursor = "a".repeat(CURSOR_CHARACTERS_MAX);
    let wishes = "&count=false&fieldSet=brief&sort=registrationDate:d,lastChangedDate:d,expirationDate:d&cursor=";
    assert!(PARAMETER_OCTETS_MAX + wishes.len() + cursor.len() <= PARAMETERS_OCTETS_MAX);
}

/// The parameters of a path, filled in with their examples.
fn example(path: &str, item: &Value) -> String {
    let mut target = format!("/rdap{path}");
    for parameter in item["parameters"].as_array().unwrap() {
        let example = parameter["example"].to_string().replace('"', "");
        let name = parameter["name"].as_str().unwrap();
        if parameter["in"] == "path" {
            target = target.replace(&format!("{{{name}}}"), &example);
        }
    }
    target
}

#[test]
fn every_described_path_is_answered_as_described() {
    let description = json(&ask(&get("/rdap/openapi.json")));
    let paths = description["paths"].as_object().unwrap();
    assert!(paths.len() >= 15, "{}", paths.len());
    for (path, item) in paths {
        let target = example(path, item);
        for (method, operation) in [("GET", "get"), ("HEAD", "head"), ("OPTIONS", "options")] {
            let responses = &item[operation]["responses"];
            for (headers, secure) in [
                (&[][..], true),
                (&[("if-none-match", "*")][..], true),
                (&[("if-match", "\"x\"")][..], true),
                (&[("accept-encoding", "gzip, identity;q=0")][..], true),
                (&[][..], false),
            ] {
                let reply = with(Request { method, secure, ..get(&target) }, headers);
                let described = &responses[reply.status.to_string()];
                let reference = described["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
                let described = reference.map_or(described, |at| description.pointer(at).unwrap());
                assert!(described.is_object(), "{method} {target}: {}", reply.status);
                if method == "GET"
                    && let Some(media_type) = header(&reply, "content-type")
                {
                    let media_type = media_type.split(';').next().unwrap();
                    assert!(described["content"][media_type].is_object(), "{target}: {} {media_type}", reply.status);
                }
                let told = described["headers"].as_object().unwrap();
                for name in ["etag", "last-modified", "location", "access-control-allow-methods"] {
                    assert!(header(&reply, name).is_none() || told.contains_key(name), "{method} {target} {name}");
                }
            }
        }
    }
    for path in ["", "openapi.yaml", "openapi.json/", "dns.json/x", "docs", "index.html", "domain"] {
        assert_eq!(ask(&get(&format!("/rdap/{path}"))).status, 404, "{path}");
    }
}

#[test]
fn what_the_service_says_of_itself_needs_no_data() {
    for (path, media_type) in
        [("/rdap/openapi.json", "application/openapi+json;version=3.1"), ("/rdap/dns.json", "application/json")]
    {
        let reply = respond(&get(path), None, &records::site(), &anybody());
        assert_eq!((reply.status, header(&reply, "content-type")), (200, Some(media_type)));
        assert_eq!(header(&reply, "cache-control"), Some("public, max-age=60"));
    }
}
