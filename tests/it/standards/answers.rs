//! Common structures, object classes, errors, help and redaction (RFC 9083 §2 to §7, RFC 9537).

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};

use loket::time::Timestamp;
use serde_json::Value;

use super::{ANSWERS, each, found, items, strict, text, told, walk};
use crate::client::{exchange, get};
use crate::demo::demo;

const STATUSES: &str = "validated|renew prohibited|update prohibited|transfer prohibited|delete prohibited|proxy|private|\
    removed|obscured|associated|active|inactive|locked|pending create|pending renew|pending transfer|pending update|\
    pending delete|add period|auto renew period|renew period|transfer period|redemption period|pending restore|\
    client delete prohibited|client hold|client renew prohibited|client transfer prohibited|client update prohibited|\
    server delete prohibited|server hold|server renew prohibited|server transfer prohibited|server update prohibited|\
    administrative|reserved";
const ACTIONS: &str = "registration|reregistration|last changed|expiration|deletion|reinstantiation|transfer|locked|\
    unlocked|last update of RDAP database|registrar expiration|enum validation expiration";
const ROLES: &str =
    "registrant|technical|administrative|abuse|billing|registrar|reseller|sponsor|proxy|notifications|noc";
const RELATIONS: &str = "self|related|about|terms-of-service|help|glossary|up|alternate";

fn is_one_of(words: &str, word: &str) -> bool {
    words.split('|').any(|known| known == word)
}

/// The objects of an answer, with where they stand.
fn objects(json: &Value, mut visit: impl FnMut(&[String], &Value)) {
    walk(json, &mut |at, value| {
        if value.get("objectClassName").is_some() {
            visit(at, value);
        }
    });
}

#[test]
fn rs_01_rs_02_conformance_stands_at_the_top_of_every_answer() {
    for told in ANSWERS.iter() {
        let mut places = Vec::new();
        walk(&told.json, &mut |at, _| {
            if at.last().is_some_and(|name| name == "rdapConformance") {
                places.push(at.join("."));
            }
        });
        assert_eq!(places, ["rdapConformance"], "{}", told.target);
        assert_eq!(told.json["rdapConformance"][0], "rdap_level_0", "{}", told.target);
    }
}

#[test]
fn rs_04_rs_05_rs_06_rs_07_members_are_known_once_and_never_empty() {
    for told in ANSWERS.iter() {
        let strangers = crate::allow_list::strangers_in_rdap(&told.json);
        assert!(strangers.is_empty(), "{}: {strangers:?}", told.target);
        walk(&told.json, &mut |at, value| {
            let is_in_card = at.iter().any(|name| name == "vcardArray");
            let is_empty = match value {
                Value::Null => true,
                Value::Array(items) => items.is_empty(),
                Value::Object(members) => members.is_empty() && !is_in_card,
                Value::String(text) => text.is_empty() && !is_in_card,
                _ => false,
            };
            assert!(!is_empty, "{}: {at:?}", told.target);
        });
        assert!(strict(&told.reply.body).is_ok());
    }
}

#[test]
fn rs_08_rs_09_rs_10_links_have_all_parts() {
    for told in found() {
        each(told, "links", |links| {
            let own: Vec<&str> =
                items(links).iter().filter(|link| link["rel"] == "self").map(|l| text(l, "href")).collect();
            assert!(own.len() <= 1, "{}", told.target);
            for link in items(links) {
                for part in ["value", "rel", "href"] {
                    assert!(text(link, part).len() > 3, "{}: {link}", told.target);
                }
                assert!(is_one_of(RELATIONS, text(link, "rel")), "{}: {link}", told.target);
                let kind = link["type"].as_str();
                assert!(kind.is_none_or(|kind| ["application/rdap+json", "text/html"].contains(&kind)), "{link}");
                assert!(link["rel"] != "related" || !own.contains(&text(link, "href")), "{}: {link}", told.target);
            }
        });
    }
}

#[test]
fn rs_12_co_01_the_context_of_links_is_the_url_that_was_asked() {
    for path in ["domain/BEDRIJF.be", "domain/reg.brussels.", "domain/belgi%C3%AB.be", "entity/c1001", "help"] {
        let asked = format!("http://127.0.0.1:8080/rdap/{path}");
        let request = format!("GET /rdap/{path} HTTP/1.1\r\nhost: 127.0.0.1:8080\r\nconnection: close\r\n\r\n");
        let answer = String::from_utf8(exchange(demo().http, request.as_bytes())).unwrap();
        let json = strict(answer.split_once("\r\n\r\n").unwrap().1.as_bytes()).unwrap();
        let mut links = 0;
        walk(&json, &mut |at, link| {
            if at.len() < 2 || at[at.len() - 2] != "links" {
                return;
            }
            links += 1;
            let expected = if link["rel"] == "about" { &link["href"] } else { &Value::from(asked.as_str()) };
            assert_eq!(&link["value"], expected, "{path}: {link}");
        });
        assert!(links > 0, "{path}");
    }
}

#[test]
fn rs_13_rs_14_rs_15_notices_stand_at_the_top_and_are_whole() {
    for told in ANSWERS.iter() {
        walk(&told.json, &mut |at, value| match at.last().map_or("", String::as_str) {
            "notices" => {
                assert_eq!(at.len(), 1, "{}", told.target);
                for notice in items(value) {
                    assert!(!items(&notice["description"]).is_empty(), "{notice}");
                    assert!(items(&notice["description"]).iter().all(Value::is_string), "{notice}");
                    assert!(notice["title"].is_string() && notice.get("type").is_none(), "{notice}");
                }
            }
            "remarks" => assert!(told.json.get("objectClassName").is_some(), "{}", told.target),
            "lang" => {
                assert!(!at.iter().any(|name| name == "vcardArray"), "{}", told.target);
                assert!(["en", "nl", "fr", "de"].contains(&value.as_str().unwrap()), "{}: {value}", told.target);
            }
            _ => {}
        });
    }
}

#[test]
fn rs_16_rs_17_rs_18_oc_04_events_are_whole_and_stand_once() {
    for told in found() {
        each(told, "events", |events| {
            let mut actions = BTreeSet::new();
            for event in items(events) {
                assert!(is_one_of(ACTIONS, text(event, "eventAction")), "{}: {event}", told.target);
                assert!(actions.insert(text(event, "eventAction").to_owned()), "{}: {event}", told.target);
                let date = text(event, "eventDate");
                assert!(date.ends_with('Z') && date.contains('T') && date.parse::<Timestamp>().is_ok(), "{event}");
                assert_eq!(event.get("eventActor"), None, "nobody is named with an event");
            }
        });
        each(told, "asEventActor", |_| panic!("{}", told.target));
    }
}

#[test]
fn rs_19_rs_20_rs_21_oc_03_co_04_words_are_registered() {
    for told in found() {
        each(told, "status", |statuses| {
            let words: Vec<&str> = items(statuses).iter().map(|word| word.as_str().unwrap()).collect();
            let once: BTreeSet<&str> = words.iter().copied().collect();
            assert_eq!(once.len(), words.len(), "{}: {words:?}", told.target);
            assert!(words.iter().all(|word| is_one_of(STATUSES, word)), "{}: {words:?}", told.target);
        });
        each(told, "port43", |host| {
            let host = host.as_str().unwrap();
            assert!(loket::model::name::Name::parse(host).is_ok() && !host.contains('/'), "{}: {host}", told.target);
        });
        each(told, "publicIds", |ids| {
            for id in items(ids) {
                assert_eq!(text(id, "type"), "IANA Registrar ID", "{}", told.target);
                assert!(text(id, "identifier").parse::<u32>().is_ok(), "{}: {id}", told.target);
            }
        });
        objects(&told.json, |at, object| {
            let roles = items(&object["roles"]);
            assert!(roles.iter().all(|role| is_one_of(ROLES, role.as_str().unwrap())), "{}: {roles:?}", told.target);
            let is_embedded_entity = object["objectClassName"] == "entity" && !at.is_empty();
            assert_eq!(roles.len(), usize::from(is_embedded_entity), "{}: {at:?}", told.target);
        });
    }
    assert_eq!(told("domain/reg.brussels")["port43"], "whois.registry.example");
}

#[test]
fn rs_22_oc_06_addresses_have_their_canonical_text() {
    let mut addresses = 0;
    for told in found() {
        each(told, "ipAddresses", |value| {
            let members = value.as_object().unwrap();
            assert!(!members.is_empty() && members.keys().all(|key| key == "v4" || key == "v6"), "{}", told.target);
            for text in items(&value["v4"]) {
                addresses += 1;
                assert_eq!(text.as_str().unwrap().parse::<Ipv4Addr>().unwrap().to_string(), *text);
            }
            for text in items(&value["v6"]) {
                addresses += 1;
                assert_eq!(text.as_str().unwrap().parse::<Ipv6Addr>().unwrap().to_string(), *text);
            }
        });
    }
    assert!(addresses > 10, "{addresses}");
}

#[test]
fn rs_24_a_handle_names_one_object() {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for told in found() {
        objects(&told.json, |_, object| {
            let Some(handle) = object["handle"].as_str() else { return };
            let class = object["objectClassName"].as_str().unwrap();
            let identity = object["ldhName"].as_str().unwrap_or(handle);
            let object = format!("{class} {identity}");
            let other = names.entry(handle.to_owned()).or_insert_with(|| object.clone());
            assert_eq!(*other, object, "{}: {handle}", told.target);
        });
    }
    assert!(names.len() > 200, "{}", names.len());
}

#[test]
fn rs_25_moments_are_those_of_the_deposit() {
    let deposit = std::fs::read_to_string("data/sample/full.xml").unwrap();
    let mut compared = 0;
    for element in deposit.split("<rdeDomain:domain>").skip(1) {
        let element = element.split("</rdeDomain:domain>").next().unwrap();
        let field = |name: &str| {
            let (_, rest) = element.split_once(&format!("<rdeDomain:{name}>"))?;
            Some(rest.split('<').next().unwrap().parse::<Timestamp>().unwrap())
        };
        let name = element.split_once("<rdeDomain:name>").unwrap().1.split('<').next().unwrap();
        let events = &told(&format!("domain/{name}"))["events"];
        for (action, field) in
            [("registration", field("crDate")), ("expiration", field("exDate")), ("last changed", field("upDate"))]
        {
            let event = items(events).iter().find(|event| event["eventAction"] == action);
            let found = event.map(|event| text(event, "eventDate").parse::<Timestamp>().unwrap());
            assert_eq!(found, field, "{name}: {action}");
            compared += usize::from(found.is_some());
        }
    }
    assert!(compared > 350, "{compared}");
}

#[test]
fn oc_01_oc_02_oc_05_oc_07_oc_08_oc_11_classes_and_members() {
    for told in found().filter(|told| told.target != "/rdap/help") {
        let class = text(&told.json, "objectClassName");
        assert!(told.target.starts_with(&format!("/rdap/{class}/")), "{}: {class}", told.target);
        for (member, class) in [("entities", "entity"), ("nameservers", "nameserver")] {
            each(told, member, |list| {
                assert!(items(list).iter().all(|object| object["objectClassName"] == class), "{}", told.target);
            });
        }
        for absent in ["variants", "zoneSigned", "networks", "autnums", "network", "asEventActor"] {
            each(told, absent, |_| panic!("{}: {absent}", told.target));
        }
    }
}

#[test]
fn oc_09_oc_10_oc_12_delegations_are_signed_with_numbers() {
    for told in found().filter(|told| told.target.starts_with("/rdap/domain/")) {
        let secure = &told.json["secureDNS"];
        let life = secure.get("maxSigLife");
        assert!(life.is_none_or(|life| life.as_u64().is_some_and(|seconds| seconds >= 1)), "OC-11: {}", told.target);
        let (ds, keys) = (items(&secure["dsData"]), items(&secure["keyData"]));
        assert_eq!(secure["delegationSigned"], !(ds.is_empty() && keys.is_empty()), "{}", told.target);
        for ds in ds {
            assert!(["keyTag", "algorithm", "digestType"].iter().all(|number| ds[number].is_u64()), "{ds}");
            let digest = text(ds, "digest");
            assert!(digest.len() >= 40 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{ds}");
        }
        for key in keys {
            assert!(["flags", "protocol", "algorithm"].iter().all(|number| key[number].is_u64()), "{key}");
            assert_eq!(key["protocol"], 3);
        }
    }
    let tags: Vec<u64> = items(&told("domain/signed.be")["secureDNS"]["dsData"])
        .iter()
        .map(|ds| ds["keyTag"].as_u64().unwrap())
        .collect();
    assert_eq!(tags, [42, 51234]);
    // Keys are told as the deposit has them: the zone's DS are made from the same.
    let key = &told("domain/sleutel.be")["secureDNS"]["keyData"][0];
    let published = "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==";
    assert_eq!((text(key, "publicKey"), key["flags"].as_u64()), (published, Some(257)));
}

#[test]
fn oc_13_the_order_of_name_servers_is_stable() {
    for name in ["veel-servers.be", "bedrijf.be", "attribuut.be"] {
        let first = get(demo().http, &format!("/rdap/domain/{name}")).body;
        for _ in 0..5 {
            assert_eq!(get(demo().http, &format!("/rdap/domain/{name}")).body, first, "{name}");
        }
    }
    assert_eq!(items(&told("domain/veel-servers.be")["nameservers"]).len(), 9);
}

#[test]
fn oc_14_rd_32_what_is_embedded_is_what_is_told_alone() {
    let mut compared = 0;
    for told in found().filter(|told| told.target.starts_with("/rdap/domain/")) {
        for entity in items(&told.json["entities"]) {
            let Some(handle) = entity["handle"].as_str() else { continue };
            let alone = super::told(&format!("entity/{handle}"));
            assert_eq!(entity["vcardArray"], alone["vcardArray"], "{}: {handle}", told.target);
            compared += 1;
        }
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn er_01_er_03_er_06_help_and_errors_are_whole() {
    for (path, status) in [("domain/vrij.be", 404), ("domain/a..be", 400), ("domains?name=*b", 422), ("nope", 404)] {
        let error = told(path);
        assert_eq!((error["errorCode"].as_u64(), error.get("objectClassName")), (Some(status), None), "{path}");
    }
    let notices = items(&told("help")["notices"]);
    for title in ["Terms of Use", "Searches", "Access", "Redaction Policy of .be", "Contact"] {
        assert!(notices.iter().any(|notice| notice["title"] == title), "{title} in {notices:?}");
    }
}

#[test]
fn rd_03_to_rd_11_entries_have_their_form() {
    let mut entries = 0;
    for told in ANSWERS.iter() {
        walk(&told.json, &mut |at, _| {
            assert!(at.len() == 1 || at.last().is_none_or(|name| name != "redacted"), "RD-03: {}", told.target);
        });
        for entry in items(&told.json["redacted"]) {
            entries += 1;
            let strings = ["method", "prePath", "postPath", "replacementPath", "pathLang"];
            assert!(strings.iter().all(|member| entry.get(member).is_none_or(Value::is_string)), "RD-04: {entry}");
            let name = entry["name"].as_object().unwrap();
            assert_eq!(name.len(), 1, "RD-05: {entry}");
            if let Some(kind) = name.get("type") {
                let registered = crate::redaction_paths::REGISTERED;
                assert!(registered.contains(&kind.as_str().unwrap()), "RD-06: {entry}");
            }
            let reason = entry["reason"].as_object().unwrap();
            assert!(reason.keys().all(|key| ["type", "description", "lang"].contains(&key.as_str())), "RD-07");
            let (pre, post) = (entry.get("prePath").is_some(), entry.get("postPath").is_some());
            let expected = match text(entry, "method") {
                "removal" => (true, false),
                "emptyValue" => (false, true),
                method => panic!("{method}: {entry}"),
            };
            assert_eq!((pre, post), expected, "RD-08, RD-09, RD-10: {entry}");
            assert_eq!(entry.get("replacementPath"), None, "RD-11");
        }
    }
    assert!(entries > 1000, "{entries}");
}

#[test]
fn rd_17_rd_20_rd_25_rd_27_rd_28_paths_keep_to_what_every_engine_reads() {
    let root = r"^\$(\.(entities|nameservers)\[\d+\])*";
    let leaf = r"(\.(handle|vcardArray|links|publicIds)|\.vcardArray\[1\]\[\?\(@\[0\]=='[a-z-]+'\)\](\[1\]\.cc|\[3\](\[[0-6]\])?)?|\.vcardArray\[1\]\[\?\(@\[1\]\.type=='(voice|fax)'\)\]|\.events\[\?\(@\.eventAction=='[a-z ]+'\)\])?$";
    let form = regex::Regex::new(&format!("{root}{leaf}")).unwrap();
    for told in ANSWERS.iter() {
        for entry in items(&told.json["redacted"]) {
            let path = text(entry, if entry["method"] == "removal" { "prePath" } else { "postPath" });
            assert!(form.is_match(path), "{}: {path}", told.target);
            let of_card = path.contains(".vcardArray[1][?(@[0]==");
            assert!(entry["method"] != "emptyValue" || (of_card && path.contains("[3]")), "RD-17, RD-25: {path}");
        }
    }
}

#[test]
fn rd_13_to_rd_18_redacted_positions_are_empty_strings() {
    let person = told("domain/persoon.be");
    let entity = items(&person["entities"]).iter().find(|entity| entity["roles"][0] == "registrant").unwrap();
    let card = items(&entity["vcardArray"][1]);
    let property = |name: &str| card.iter().filter(|property| property[0] == name).collect::<Vec<_>>();
    assert_eq!(*property("fn")[0], serde_json::json!(["fn", {}, "text", ""]));
    assert_eq!(*property("adr")[0], serde_json::json!(["adr", {}, "text", ["", "", "", "", "", "", ""]]));
    for removed in ["org", "tel", "email", "kind", "lang"] {
        assert!(property(removed).is_empty(), "RD-15: {removed}");
    }
    for told in ANSWERS.iter() {
        walk(&told.json, &mut |at, value| assert!(!value.is_null(), "RD-18: {} {at:?}", told.target));
    }
}

#[test]
fn rd_12_no_placeholder_stands_for_a_value() {
    let placeholder = regex::Regex::new("(?i)redacted|not shown|gdpr|x{3,}|masked|withheld").unwrap();
    for told in found() {
        for top in ["entities", "nameservers", "handle", "events", "status", "links", "vcardArray", "ldhName"] {
            walk(&told.json[top], &mut |at, value| {
                assert!(!value.as_str().is_some_and(|text| placeholder.is_match(text)), "{} {at:?}", told.target);
            });
        }
    }
}

#[test]
fn rd_29_rd_30_co_05_what_never_existed_is_not_signalled_and_what_is_shown_neither() {
    let names = |path: &str| -> Vec<String> {
        items(&told(path)["redacted"]).iter().map(|entry| text(&entry["name"], "type").to_owned()).collect()
    };
    let person = names("domain/persoon.be");
    for absent in ["Registrant Phone", "Registrant Fax", "Registrant Fax Ext", "Registrant Organization"] {
        assert!(!person.contains(&absent.to_owned()), "{absent}: {person:?}");
    }
    assert!(person.contains(&"Registrant Email".to_owned()), "{person:?}");
    let company = names("domain/bedrijf.be");
    for shown in ["Registrant Organization", "Registrant Street", "Registrant City", "Registrant Phone"] {
        assert!(!company.contains(&shown.to_owned()), "{shown}: {company:?}");
    }
    assert!(company.contains(&"Registrant Fax".to_owned()), "{company:?}");
}

#[test]
fn ep_07_ep_08_ep_13_ep_18_ep_19_facts_of_dns_belgium() {
    let roles = |path: &str| -> Vec<String> {
        items(&told(path)["entities"]).iter().map(|entity| entity["roles"][0].as_str().unwrap().to_owned()).collect()
    };
    assert!(roles("domain/onsite-persoon.be").contains(&"technical".to_owned()), "onsite is technical");
    assert!(!roles("domain/factuur.be").contains(&"billing".to_owned()));
    for told in found() {
        each(told, "status", |statuses| {
            for generic in ["transfer prohibited", "update prohibited", "delete prohibited", "renew prohibited"] {
                assert!(!items(statuses).iter().any(|status| status == generic), "{}", told.target);
            }
        });
        for entity in items(&told.json["entities"]) {
            let card = items(&entity["vcardArray"][1]);
            let is_hidden = card.iter().any(|property| property[0] == "fn" && property[3] == "")
                && !card.iter().any(|property| property[0] == "org");
            let has_language = card.iter().any(|property| property[0] == "lang");
            assert!(!(is_hidden && has_language), "EP-07: {}", told.target);
        }
    }
    let hold = told("domain/hold.be");
    assert!(!hold["status"].to_string().contains("hold") && !items(&hold["nameservers"]).is_empty());
    assert_eq!(told("domain/oos.be")["status"], serde_json::json!(["server hold"]));
}
