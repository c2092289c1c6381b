//! The 25 things that RDAP servers most often get wrong, over the wire of the served sample. Each test has the number of
//! its mistake in the project's checklist, and the ids of the requirements that it would break.

mod crawl;
mod walks;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::Path;

use loket::time::Timestamp;
use regex::Regex;
use serde_json::Value;

use self::crawl::crawled;
use crate::canary::Canaries;
use crate::client::{self, Reply, get, http, percent};
use crate::counter::results;
use crate::demo::demo;
use crate::redaction_paths::{self, REGISTERED};
use crate::register::{self, Register, in_repository};
use crate::server::Place;

/// One of each kind of answer, with its status.
const KINDS: &[(&str, u16)] = &[
    ("domain/bedrijf.be", 200),
    ("domain/persoon.be", 200),
    ("domain/reg.brussels", 200),
    ("nameserver/ns1.bedrijf.be", 200),
    ("entity/c1001", 200),
    ("help", 200),
    ("domains?name=bedrijf*", 200),
    ("nameservers?ip=192.0.2.1", 200),
    ("entities?handle=c1001", 200),
    ("domain/vrij.be", 404),
    ("entity/nobody", 404),
    ("domains?name=zzzz*.be", 404),
    ("entities?fn=nobody*", 404),
    ("nope", 404),
    ("domain/a..be", 400),
    ("domains", 400),
    ("domains?name=bedrijf*&sort=shoeSize", 400),
    ("domains?name=*drijf.be", 422),
    ("ip/192.0.2.1", 501),
    ("domains/reverse_search/entity?email=a@b.example", 501),
];

fn ask(path: &str) -> Reply {
    get(demo().http, &format!("/rdap/{path}"))
}

/// The answer to a question that finds something.
fn told(path: &str) -> Value {
    let reply = ask(path);
    assert_eq!(reply.status, 200, "{path}: {}", String::from_utf8_lossy(&reply.body));
    reply.json()
}

fn card<'a>(entity: &'a Value, property: &str) -> Vec<&'a Value> {
    let properties = entity["vcardArray"][1].as_array().into_iter().flatten();
    properties.filter(|found| found[0] == property).collect()
}

fn in_role<'a>(domain: &'a Value, role: &str) -> &'a Value {
    let mut entities = domain["entities"].as_array().unwrap().iter();
    entities.find(|entity| entity["roles"][0] == role).unwrap_or_else(|| panic!("no {role} in {domain:#}"))
}

#[test]
fn mistake_01_json_asked_for_is_answered_as_rdap_ht_01_ht_02_ht_03() {
    for accept in ["application/json", "text/html", "application/rdap+json", "image/png"] {
        for (path, status) in KINDS {
            let reply = http(demo().http, "GET", &format!("/rdap/{path}"), &[("accept", accept.as_bytes())]);
            assert_eq!(reply.status, *status, "{path}");
            assert!(reply.header("content-type").unwrap().starts_with("application/rdap+json"), "{path}: {accept}");
        }
    }
}

#[test]
fn mistake_02_errors_are_whole_rdap_answers_er_01_er_02_er_03() {
    let is_whole = |what: &str, reply: &Reply| {
        let json = reply.json();
        assert_eq!(json["errorCode"], reply.status, "{what}");
        assert_eq!(json["rdapConformance"][0], "rdap_level_0", "{what}");
        assert!(reply.header("content-type").unwrap().starts_with("application/rdap+json"), "{what}");
    };
    for (path, status) in KINDS.iter().filter(|(_, status)| *status != 200) {
        let reply = ask(path);
        assert_eq!(reply.status, *status, "{path}");
        is_whole(path, &reply);
    }
    let limited = Place::guarded_with(|settings| limited_to(&settings, 3)).serve();
    let source = Ipv4Addr::new(127, 1, 1, 1);
    let replies: Vec<Reply> = (0..5).map(|_| get_from(source, &limited, "/rdap/domain/bedrijf.be")).collect();
    let refused = replies.iter().find(|reply| reply.status == 429).expect("a limit");
    is_whole("429", refused);
}

#[test]
fn mistake_03_descriptions_are_lists_rs_14() {
    for (path, _) in KINDS {
        assert_eq!(walks::descriptions_that_are_no_lists(&ask(path).json()), [""; 0], "J1: {path}");
    }
}

#[test]
fn mistake_04_links_have_value_and_relation_rs_08_rs_09() {
    for (path, _) in KINDS {
        assert_eq!(walks::incomplete_links(&ask(path).json()), [""; 0], "J2: {path}");
    }
}

#[test]
fn mistake_05_conformance_stands_once_and_lists_what_is_used_rs_01_rs_03_rd_01_pg_01_ss_01_rv_07() {
    for (path, _) in KINDS {
        let answer = ask(path).json();
        assert_eq!(walks::places_of(&answer, "rdapConformance"), ["$.rdapConformance"], "{path}");
        let listed = answer["rdapConformance"].as_array().unwrap();
        let known: BTreeSet<&str> = listed.iter().map(|id| id.as_str().unwrap()).collect();
        assert_eq!(known.len(), listed.len(), "{path}: listed twice");
        if *path == "help" {
            continue;
        }
        for (member, id) in [
            ("redacted", "redacted"),
            ("sorting_metadata", "sorting"),
            ("paging_metadata", "paging"),
            ("subsetting_metadata", "subsetting"),
            ("reverse_search_properties_mapping", "reverse_search"),
            ("jscontact_card", "jscontact"),
        ] {
            let is_used = !walks::places_of(&answer, member).is_empty();
            assert_eq!(known.contains(id), is_used, "{path}: {id}");
        }
    }
}

#[test]
fn mistake_06_notices_stand_at_the_top_alone_rs_13() {
    for (path, _) in KINDS {
        let places = walks::places_of(&ask(path).json(), "notices");
        assert!(places.iter().all(|place| place == "$.notices"), "J3: {path}: {places:?}");
    }
    assert!(!walks::places_of(&told("domains?name=bedrijf*"), "notices").is_empty());
}

#[test]
fn mistake_07_head_has_the_status_of_get_ht_06_gp_05() {
    for (path, status) in KINDS {
        let target = format!("/rdap/{path}");
        let (head, get) = (http(demo().http, "HEAD", &target, &[]), ask(path));
        assert_eq!((head.status, get.status), (*status, *status), "{path}");
        assert!(head.body.is_empty(), "{path}");
        let without_date = |reply: &Reply| {
            let headers = reply.headers.iter().filter(|(name, _)| name != "date");
            headers.cloned().collect::<Vec<_>>()
        };
        assert_eq!(without_date(&head), without_date(&get), "{path}");
    }
}

#[test]
fn mistake_08_every_origin_may_read_every_answer_ht_20_gp_07() {
    for (path, _) in KINDS {
        for origin in [&[][..], &[("origin", &b"https://page.example"[..])]] {
            let reply = http(demo().http, "GET", &format!("/rdap/{path}"), origin);
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{path}");
            assert_eq!(reply.header("access-control-allow-credentials"), None, "{path}");
        }
    }
}

#[test]
fn mistake_09_addresses_have_seven_parts_and_the_country_as_parameter_jc_09_gp_24_rd_14() {
    let mut addresses = 0;
    for (path, answer) in crawled() {
        walks::entities(answer, &mut |at, entity| {
            for address in card(entity, "adr") {
                addresses += 1;
                let parts = address[3].as_array().unwrap();
                assert_eq!((parts.len(), &parts[6]), (7, &Value::from("")), "{path}: {at}");
                let code = &address[1]["cc"];
                assert!(
                    code.as_str().is_none_or(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())),
                    "{path}: {code}"
                );
            }
        });
    }
    assert!(addresses > 500, "{addresses}");
}

#[test]
fn mistake_10_cards_begin_with_their_version_and_have_one_name_jc_01_jc_03_jc_04_jc_05() {
    let mut cards = 0;
    for (path, answer) in crawled() {
        walks::entities(answer, &mut |at, entity| {
            // A partial answer may leave the card out, a full one not.
            let Some(properties) = entity["vcardArray"][1].as_array() else { return };
            cards += 1;
            assert_eq!(properties[0], serde_json::json!(["version", {}, "text", "4.0"]), "{path}: {at}");
            assert_eq!(card(entity, "fn").len(), 1, "{path}: {at}");
            for property in properties {
                assert!(property[0].is_string() && property[1].is_object() && property[2].is_string(), "{path}: {at}");
            }
        });
    }
    assert!(cards > 800, "{cards}");
}

#[test]
fn mistake_11_no_text_stands_for_what_is_not_shown_rd_12() {
    for (path, answer) in crawled() {
        assert_eq!(walks::placeholders(answer), [""; 0], "G1: {path}");
    }
}

#[test]
fn mistake_12_paths_find_what_they_say_rd_21_rd_22_rd_23_rd_26() {
    let register = Register::read(&in_repository("data/sample/full.xml"));
    let [policy, open] = ["config/disclosure/dns-belgium.toml", "tests/it/data/open.toml"].map(register::policy);
    let twins = crate::redaction::twin::of(&register, &policy).publish(&open);
    let twins = crate::counter::Counter::new(twins, 1000);
    let mut held = 0;
    for (path, answer) in crawled().filter(|(_, answer)| answer["objectClassName"] == "domain") {
        let (_, mut twin) = twins.get(path);
        // The served sample tells of itself in other words than the one in memory.
        for member in ["notices", "port43"] {
            twin.as_object_mut().unwrap().remove(member);
            twin.as_object_mut().unwrap().extend(answer.get(member).map(|value| (member.to_owned(), value.clone())));
        }
        let [twin, answer] = [&twin, answer].map(walks::without_context);
        held += redaction_paths::check(&answer, twin).unwrap_or_else(|mistake| panic!("{path}: {mistake}"));
    }
    assert!(held > 3_000, "{held}");
}

#[test]
fn mistake_13_registered_names_stand_as_types_and_no_others_rd_05_rd_06() {
    let mut types = 0;
    for (path, answer) in crawled() {
        for entry in walks::redactions(answer) {
            let name = entry["name"].as_object().unwrap();
            assert_eq!(name.len(), 1, "{path}: {entry}");
            match (name.get("type"), name.get("description")) {
                (Some(kind), None) => {
                    types += 1;
                    assert!(REGISTERED.contains(&kind.as_str().unwrap()), "{path}: {kind}");
                }
                (None, Some(words)) => assert!(!REGISTERED.contains(&words.as_str().unwrap()), "{path}: {words}"),
                _ => panic!("{path}: {entry}"),
            }
        }
    }
    assert!(types > 800, "{types}");
}

#[test]
fn mistake_14_names_and_parts_of_addresses_are_emptied_and_not_removed_rd_14_rd_16() {
    for path in ["domain/persoon.be", "domains?name=persoon.be"] {
        let answer = told(path);
        let domain = results(&answer).first().unwrap_or(&answer);
        let person = in_role(domain, "registrant");
        assert_eq!(*card(person, "fn")[0], serde_json::json!(["fn", {}, "text", ""]), "{path}");
        assert_eq!(*card(person, "adr")[0], serde_json::json!(["adr", {}, "text", ["", "", "", "", "", "", ""]]));
        let methods: BTreeSet<&str> =
            walks::redactions(domain).iter().map(|entry| entry["method"].as_str().unwrap()).collect();
        assert_eq!(methods, ["emptyValue", "removal"].into(), "{path}");
    }
}

#[test]
fn mistake_15_one_who_has_two_roles_hides_in_both_rd_26_rd_27() {
    for path in ["domain/deux.vlaanderen", "domains?name=deux.vlaanderen"] {
        let answer = told(path);
        let domain = results(&answer).first().unwrap_or(&answer);
        walks::entities(domain, &mut |at, entity| {
            assert!(entity["roles"].as_array().is_none_or(|roles| roles.len() == 1), "{path}: {at}");
        });
        // c26511 is administrative, which is not published, and technical, which is, with its organisation.
        let technical = in_role(domain, "technical");
        assert_eq!((&technical["handle"], card(technical, "org").len()), (&Value::from("c26511"), 1), "{path}");
        let administrative = domain["entities"].as_array().unwrap().iter();
        for entity in administrative.filter(|entity| entity["roles"][0] == "administrative") {
            assert!(entity.get("handle").is_none() && card(entity, "org").is_empty(), "{path}: {entity:#}");
        }
    }
}

#[test]
fn mistake_16_redaction_is_on_every_way_rd_03_rd_32_rd_33() {
    let canaries = Canaries::of_deposit(Path::new("data/sample/full.xml"));
    let mut scanned = 0;
    for (path, answer) in crawled() {
        assert_eq!(canaries.in_bytes(answer.to_string().as_bytes()), [""; 0], "{path}");
        scanned += 1;
    }
    assert!(scanned > 300, "{scanned}");
    let log = demo().log();
    assert_eq!(canaries.in_bytes(log.as_bytes()), [""; 0]);
    for (path, _) in KINDS {
        let reply = ask(path);
        assert_eq!(canaries.in_bytes(&reply.raw), [""; 0], "{path}");
    }
}

#[test]
fn mistake_17_hidden_fields_cannot_be_searched_or_sorted_sr_18_pg_11_rv_02_rv_08() {
    let hidden: BTreeSet<String> = crate::oracle::withheld();
    let hidden: Vec<&String> = hidden.iter().filter(|value| crate::oracle::is_plain(value)).collect();
    assert!(hidden.len() > 400, "{}", hidden.len());
    let none = ask("entities?fn=Zzzznobody*");
    assert_eq!(none.status, 404);
    for text in ["Jan*", "jan*", "Peeters*"].into_iter().map(percent).chain(hidden.iter().map(|text| percent(text))) {
        for question in ["entities?fn=", "entities?handle=", "domains/reverse_search/entity?fn="] {
            let reply = ask(&format!("{question}{text}"));
            assert_eq!((reply.status, &reply.body), (404, &none.body), "{question}{text}");
        }
    }
    for property in ["email", "voice", "fax", "street"] {
        assert_eq!(ask(&format!("entities?handle=c*&sort={property}")).status, 400, "{property}");
    }
    for address in ["nobody@nowhere.example", "info@bedrijf.example"] {
        assert_eq!(ask(&format!("domains/reverse_search/entity?email={address}")).status, 501, "{address}");
    }
}

#[test]
fn mistake_18_every_spelling_is_one_name_id_01_id_02_id_05_id_06_id_08() {
    let spellings = [
        "xn--belgi-rsa.be",
        "XN--BELGI-RSA.BE",
        "belgi\u{eb}.be",
        "BELGI\u{cb}.be",
        "belgie\u{308}.be",
        "\u{ff42}elgi\u{eb}.be",
        "belgi\u{eb}\u{3002}be",
    ];
    let bodies: BTreeSet<String> = spellings
        .iter()
        .flat_map(|name| [format!("domain/{}", percent(name)), format!("domains?name={}", percent(name))])
        .map(|path| {
            let answer = told(&path);
            let domain = results(&answer).first().unwrap_or(&answer);
            [&domain["ldhName"], &domain["unicodeName"], &domain["handle"]].map(Value::to_string).concat()
        })
        .collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    for way in ["domain/", "domains?name="] {
        let [sharp, double] = ["xn--strae-oqa.be", "strasse.be"].map(|name| {
            let answer = told(&format!("{way}{name}"));
            results(&answer).first().unwrap_or(&answer)["handle"].to_string()
        });
        assert_ne!(sharp, double, "{way}");
    }
}

#[test]
fn mistake_19_unicode_names_stand_beside_a_labels_alone_id_14_id_15() {
    let mut idns = 0;
    for (path, answer) in crawled() {
        walks::objects(answer, &mut |at, object| {
            let Some(ldh) = object["ldhName"].as_str() else { return };
            let unicode = object["unicodeName"].as_str();
            assert_eq!(unicode.is_some(), ldh.contains("xn--"), "{path}: {at}");
            assert!(unicode.is_none_or(|name| !name.contains("xn--") && !name.is_ascii()), "{path}: {at}");
            idns += usize::from(unicode.is_some());
        });
    }
    assert!(idns > 5, "{idns}");
}

#[test]
fn mistake_20_statuses_are_those_of_rdap_rs_22_ep_14() {
    for (path, answer) in crawled() {
        walks::objects(answer, &mut |at, object| {
            let statuses: Vec<&str> =
                object["status"].as_array().into_iter().flatten().map(|status| status.as_str().unwrap()).collect();
            for status in &statuses {
                assert!(status.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b' '), "{path}: {at}: {status}");
                assert_ne!(*status, "ok", "{path}: {at}");
            }
            let others = statuses.iter().filter(|status| !["active", "associated"].contains(status)).count();
            assert!(!statuses.contains(&"active") || others == 0, "{path}: {at}: {statuses:?}");
        });
    }
}

#[test]
fn mistake_21_moments_are_in_utc_rs_20() {
    let form = Regex::new(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$").unwrap();
    let mut moments = 0;
    for (path, answer) in crawled() {
        walks::objects(answer, &mut |at, object| {
            for event in object["events"].as_array().into_iter().flatten() {
                let date = event["eventDate"].as_str().unwrap();
                assert!(form.is_match(date) && date.parse::<Timestamp>().is_ok(), "{path}: {at}: {date}");
                moments += 1;
            }
        });
    }
    assert!(moments > 800, "{moments}");
}

#[test]
fn mistake_22_numbers_and_truth_values_are_no_strings_oc_09_oc_10_gp_23() {
    for (path, answer) in crawled() {
        walks::objects(answer, &mut |at, object| {
            let Some(secure) = object.get("secureDNS") else { return };
            assert!(secure["delegationSigned"].is_boolean(), "{path}: {at}");
            for data in ["dsData", "keyData"].iter().flat_map(|list| secure[*list].as_array().into_iter().flatten()) {
                for number in ["keyTag", "algorithm", "digestType", "flags", "protocol"] {
                    assert!(data.get(number).is_none_or(Value::is_u64), "{path}: {at}: {data}");
                }
            }
        });
    }
    assert_eq!(told("domain/reg.brussels")["secureDNS"], serde_json::json!({"delegationSigned": false}));
    let signed = told("domains?name=signed.be");
    assert_eq!(results(&signed)[0]["secureDNS"]["dsData"][0]["keyTag"], 42);
}

#[test]
fn mistake_23_unknown_parameters_are_ignored_and_bad_values_refused_ht_08_ht_09_ss_03_pg_02_pg_06() {
    let plain = told("domain/bedrijf.be");
    for parameters in ["x=1", "__rdap-cachebust=9", "count=nonsense", "fieldSet=", "cursor=*"] {
        assert_eq!(told(&format!("domain/bedrijf.be?{parameters}")), plain, "{parameters}");
    }
    assert_eq!(ask("domains?name=bedrijf*&x=1&__rdap-cachebust=9").status, 200);
    for parameter in
        ["count=nonsense", "count=", "fieldSet=", "fieldSet=x", "sort=", "sort=shoeSize", "cursor=", "cursor=abc"]
    {
        for search in ["domains?name=bedrijf*", "nameservers?name=ns1.*", "entities?handle=c1001"] {
            let search = search.replace("ns1.*", "ns1.bedrijf*");
            assert_eq!(ask(&format!("{search}&{parameter}")).status, 400, "{search}&{parameter}");
        }
    }
}

/// Every link to an object of ours, in lookups and in search results, leads to that object, under the base that was
/// asked.
#[test]
fn mistake_24_links_lead_to_the_object_itself_rs_08_rs_10_bs_03_sr_16_pg_04() {
    let authority = "localhost:8443";
    let base = format!("https://{authority}/rdap/");
    let mut todo: Vec<String> = ["domains?name=b*&count=true", "nameservers?name=ns1.b*", "entities?handle=c*", "help"]
        .map(|path| format!("{base}{path}"))
        .into();
    let mut seen: BTreeSet<String> = todo.iter().cloned().collect();
    let mut followed = 0;
    while let Some(url) = todo.pop() {
        let path = url.strip_prefix(&base).unwrap();
        let host = format!("host: {authority}");
        let address = format!("https://localhost:{}/rdap/{path}", demo().https.port());
        let fetched = crate::programs::curl(&["-4", "-k", "-H", &host], &address);
        assert_eq!(fetched.status, 200, "{url}");
        let answer: Value = serde_json::from_slice(&fetched.body).unwrap();
        followed += 1;
        if answer["objectClassName"].is_string() {
            assert_eq!(walks::own_link(&answer), Some(url.as_str()));
        }
        walks::objects(&answer, &mut |at, object| {
            let links = object["links"].as_array().into_iter().flatten();
            let own: Vec<&Value> = links.clone().filter(|link| link["rel"] == "self").collect();
            assert!(own.len() <= 1, "{url}: {at}");
            for link in own {
                assert_eq!(link["type"], "application/rdap+json", "{url}: {at}");
                let href = link["href"].as_str().unwrap();
                assert!(href.starts_with(&base), "{url}: {at}: {href}");
                assert!(!links.clone().any(|other| other["rel"] == "related" && other["href"] == href), "{url}: {at}");
                if seen.insert(href.to_owned()) {
                    todo.push(href.to_owned());
                }
            }
        });
        if let Some(next) = crate::counter::next_page(&answer).filter(|next| seen.insert((*next).to_owned())) {
            todo.push(next.to_owned());
        }
    }
    assert!(followed > 50, "{followed}");
}

#[test]
fn mistake_25_whoever_asks_too_much_is_told_when_to_return_and_a_64_is_one_client_ht_18_ht_19() {
    let limited = Place::guarded_with(|settings| limited_to(&settings, 3)).serve();
    let source = Ipv4Addr::new(127, 1, 1, 1);
    let replies: Vec<Reply> = (0..6).map(|_| get_from(source, &limited, "/rdap/domain/bedrijf.be")).collect();
    assert_eq!(replies[0].status, 200);
    let refused = replies.iter().find(|reply| reply.status == 429).expect("a limit");
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    assert_eq!(get_from(Ipv4Addr::new(127, 1, 2, 1), &limited, "/rdap/domain/bedrijf.be").status, 200);

    use loket::guard::{Guard, Question, Settings, Verdict};
    let guard = Guard::new(Settings::default(), std::hash::RandomState::new());
    let passed = (0..1000u128).filter(|number| {
        let address = std::net::Ipv6Addr::from(0x2001_0db8_u128 << 96 | number);
        matches!(guard.admit(&guard.caller(address.into()), Question::Domain, Default::default()), Verdict::Pass(_))
    });
    assert_eq!(passed.count(), 50, "a /64 has the budget of one client");
}

/// The demonstration's settings with so many questions at once for everybody.
fn limited_to(settings: &str, burst: u32) -> String {
    let (before, rest) = settings.split_once("[guard.default]").unwrap();
    let (_, zones) = rest.split_once("[[zone]]").unwrap();
    format!("{before}[guard.default]\nburst = {burst}\nper_minute = 1\n\n[guard.costs]\nsearch = 1\n\n[[zone]]{zones}")
}

fn get_from(source: Ipv4Addr, server: &crate::server::Server, path: &str) -> Reply {
    let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", server.http);
    client::parse(client::exchange_from(source, server.http, request.as_bytes()).unwrap())
}
