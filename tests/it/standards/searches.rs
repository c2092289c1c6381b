//! Searches, paging, partial answers and reverse searches (RFC 9082 §3.2 and §4, RFC 9083 §8 and §9, RFC 8977, 8982,
//! 9536).

mod pages;

use std::collections::BTreeSet;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::{items, strict, text};
use crate::client::{Reply, get, percent};
use crate::counter::{identifier, results};
use crate::demo::demo;
use crate::redaction_paths::CLASSES;

fn ask(path: &str) -> Reply {
    get(demo().http, &format!("/rdap/{path}"))
}

/// An answer that finds something.
fn found(path: &str) -> Value {
    let reply = ask(path);
    assert_eq!(reply.status, 200, "{path}: {}", String::from_utf8_lossy(&reply.body));
    strict(&reply.body).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What identifies the results of a search that fit on one page; none for 404.
fn names(path: &str) -> BTreeSet<String> {
    let reply = ask(path);
    assert!([200, 404].contains(&reply.status), "{path}: {}", String::from_utf8_lossy(&reply.body));
    let page = reply.json();
    assert_eq!(crate::counter::next_page(&page), None, "{path}");
    results(&page).iter().map(|result| identifier(result).to_owned()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Each search, with one that finds something.
const SEARCHES: [&str; 9] = [
    "domains?name=bedrijf*",
    "domains?nsLdhName=ns1.bedrijf.be",
    "domains?nsIp=192.0.2.1",
    "nameservers?name=ns1.bedrijf*",
    "nameservers?ip=192.0.2.1",
    "entities?fn=bedrijf*",
    "entities?handle=c1001",
    "domains/reverse_search/entity?handle=c1001",
    "nameservers/reverse_search/entity?handle=99001",
];

#[test]
fn sr_01_sr_02_sr_03_sr_16_rv_01_every_search_lists_objects_of_its_class() {
    for search in SEARCHES {
        let page = found(search);
        let plural = search.split(['?', '/']).next().unwrap();
        let (class, member, _) =
            CLASSES.iter().find(|(class, ..)| plural.starts_with(&class[..class.len() - 1])).unwrap();
        let others = CLASSES.iter().filter(|(other, ..)| other != class);
        assert!(others.clone().all(|(_, member, _)| page.get(member).is_none()), "{search}");
        assert!(!items(&page[*member]).is_empty(), "{search}");
        for result in items(&page[*member]) {
            assert_eq!(result["objectClassName"], *class, "{search}");
            let own: Vec<&Value> = items(&result["links"]).iter().filter(|link| link["rel"] == "self").collect();
            assert_eq!(own.len(), 1, "{search}");
            let (_, path) = text(own[0], "href").split_once("/rdap/").unwrap();
            let alone = found(path);
            assert_eq!(identifier(&alone), identifier(result), "{search}");
            for member in ["rdapConformance", "notices", "lang"] {
                assert_eq!(result.get(member), None, "{search}: {member}");
            }
        }
    }
}

#[test]
fn sr_04_sr_05_one_predicate_and_unknown_parameters() {
    for (search, status) in [
        ("domains", 400),
        ("domains?", 400),
        ("domains?name=", 400),
        ("domains?x=1", 400),
        ("nameservers", 400),
        ("nameservers?ip=", 400),
        ("entities", 400),
        ("entities?fn=", 400),
        ("entities?handle=", 400),
        ("domains?name=a*.be&nsIp=192.0.2.1", 400),
        ("domains?name=bedrijf.be&name=bedrijf.be", 400),
        ("nameservers?name=ns1.bedrijf.be&ip=192.0.2.1", 400),
        ("entities?fn=bedrijf*&handle=c1001", 400),
        ("domains?NAME=bedrijf.be", 400),
        ("domains?name=bedrijf.be&x=1&y", 200),
        ("domains?x=1&name=bedrijf.be", 200),
        ("nameservers?name=ns1.bedrijf.be&nsIp=1", 200),
    ] {
        let reply = ask(search);
        assert_eq!(reply.status, status, "{search}");
        assert!(status == 200 || reply.json()["errorCode"] == status, "{search}");
    }
}

#[test]
fn sr_06_a_star_stands_for_any_further_characters_of_its_label() {
    let companies = set(&["bedrijf.be", "bedrijf-winkel.be"]);
    assert_eq!(names("domains?name=bedr*.be"), companies);
    assert_eq!(names("domains?name=bedrijf*.be"), companies);
    assert_eq!(names("domains?name=BEDR*.BE"), companies);
    assert_eq!(names("domains?name=bedr*"), set(&["bedrijf.be", "bedrijf-winkel.be", "bedrijf.vlaanderen"]));
    assert_eq!(names("domains?name=bedrijf.be"), set(&["bedrijf.be"]));
    assert_eq!(names("domains?name=edrijf*.be"), set(&[]));
    assert_eq!(names("nameservers?name=ns1.bedr*.be"), set(&["ns1.bedrijf.be"]));
    assert_eq!(names("nameservers?name=ns1.bedrijf*"), set(&["ns1.bedrijf.be"]));
    assert_eq!(names("domains?nsLdhName=ns1.bedr*.be"), names("domains?nsLdhName=ns1.bedrijf.be"));
    assert!(names("domains?nsLdhName=ns1.bedrijf.be").contains("bedrijf.be"));
}

#[test]
fn sr_07_sr_08_sr_11_patterns_that_are_not_searched_for() {
    for pattern in
        ["b*d*.be", "*drijf.be", "*", "*.be", "b*f.be", "xn--bel*.be", "xn--bel*", "bedrijf.*", "b*.*", "b**.be"]
    {
        for search in ["domains?name=", "domains?nsLdhName=", "nameservers?name="] {
            assert_eq!(ask(&format!("{search}{pattern}")).status, 422, "{search}{pattern}");
        }
    }
    for pattern in ["*", "*nv", "a*b", "a*b*", "**"] {
        for search in ["entities?fn=", "entities?handle=", "domains/reverse_search/entity?fn="] {
            assert_eq!(ask(&format!("{search}{pattern}")).status, 422, "{search}{pattern}");
        }
    }
    for name in ["a..b*", "bed%20rijf*", "-be*.be", "%FF*", "<b*"] {
        assert_eq!(ask(&format!("domains?name={name}")).status, 400, "{name}");
    }
}

#[test]
fn sr_09_sr_13_er_03_nothing_found_is_one_answer() {
    let missing = ask("domain/zzzz-none.be");
    for search in [
        "domains?name=zzz*.be",
        "domains?name=vrij.be",
        "domains?name=geblokkeerd.be",
        "domains?name=bedrijf.example",
        "domains?nsLdhName=ns1.nowhere.example",
        "domains?nsIp=192.0.2.99",
        "nameservers?name=ns1.nowhere*",
        "nameservers?ip=2001:db8:ffff::1",
        "entities?fn=nobody*",
        "entities?handle=nobody",
        "domains/reverse_search/entity?handle=nobody",
    ] {
        let reply = ask(search);
        assert_eq!(reply.status, 404, "{search}");
        let json = reply.json();
        assert_eq!((&json["errorCode"], json.get("domainSearchResults")), (&Value::from(404), None), "{search}");
        assert!(!reply.body.windows(6).any(|part| part == b"nobody" || part == b"nowher"), "{search}: no echo");
    }
    assert_eq!(missing.status, 404);
}

#[test]
fn sr_10_sr_12_id_01_id_02_id_18_spellings_of_patterns() {
    let belgium = set(&["xn--belgi-rsa.be"]);
    for pattern in ["belgi\u{eb}*", "BELGI\u{cb}*", "belgie\u{308}*", "belgi*.be", "xn--belgi-rsa.be", "belgi\u{eb}.be"]
    {
        assert_eq!(names(&format!("domains?name={}", percent(pattern).replace("%2A", "*"))), belgium, "{pattern}");
        assert_eq!(names(&format!("domains?name={}", percent(pattern))), belgium, "{pattern}: %2A is a star");
    }
    // A composed character is whole: its first part alone does not begin it.
    assert!(!names("domains?name=belgie*").contains("xn--belgi-rsa.be"));
    assert_eq!(names("domains?name=%62edrijf.be"), set(&["bedrijf.be"]));
    assert_eq!(ask("domains?name=%2562edrijf.be").status, 400, "decoded once");
    assert_eq!(ask("domains?name=bedrijf+winkel.be").status, 400, "a plus is a plus");
    assert_eq!(names("entities?fn=BEDRIJF%20VOORBEELD*"), names("entities?fn=bedrijf%20voorbeeld*"));
    assert!(names("entities?fn=bedrijf%20voorbeeld%20nv").contains("c1001"));
    assert!(names("entities?fn=bedrijf+voorbeeld+nv").is_empty(), "a plus is no blank");
}

#[test]
fn sr_17_addresses_are_compared_as_addresses() {
    let expected = names("nameservers?ip=2001:db8::1");
    assert!(expected.contains("ns1.bedrijf.be"), "{expected:?}");
    let domains = names("domains?nsIp=2001:db8::1");
    assert!(domains.contains("bedrijf.be"), "{domains:?}");
    for spelling in ["2001:DB8::0:1", "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8:0::1", "2001%3Adb8%3A%3A1"] {
        assert_eq!(names(&format!("nameservers?ip={spelling}")), expected, "{spelling}");
        assert_eq!(names(&format!("domains?nsIp={spelling}")), domains, "{spelling}");
    }
    assert!(names("domains?nsIp=203.0.113.1").contains("attribuut.be"), "glue of a domain's own");
    for wrong in ["x", "999.0.2.1", "192.0.2.0/24", "192.0.2", "192.0.2.*", "fe80::1%25eth0"] {
        assert_eq!(ask(&format!("domains?nsIp={wrong}")).status, 400, "{wrong}");
        assert_eq!(ask(&format!("nameservers?ip={wrong}")).status, 400, "{wrong}");
    }
}

#[test]
fn sr_19_names_alone_are_found_and_no_variants() {
    assert_eq!(names("domains?name=strasse*"), set(&["strasse.be"]));
    assert_eq!(names(&format!("domains?name={}*", percent("straße"))), set(&["xn--strae-oqa.be"]));
}

#[test]
fn sr_18_rd_32_private_handles_are_in_no_result() {
    let canaries = crate::canary::Canaries::of_deposit(std::path::Path::new("data/sample/full.xml"));
    for search in
        ["domains?name=persoon*", "domains?name=p*", "entities?handle=c*", "entities?fn=b*", "entities?handle=k*"]
    {
        let reply = ask(search);
        assert_eq!(canaries.in_bytes(&reply.raw), [""; 0], "{search}");
    }
    assert_eq!(names("entities?handle=knr*"), set(&[]));
}

#[test]
fn rd_01_rd_03_rd_20_rd_24_entries_stand_in_their_result_by_its_index() {
    let page = found("domains?name=p*");
    assert_eq!(page.get("redacted"), None);
    let mut entries = 0;
    for (index, result) in results(&page).iter().enumerate() {
        for entry in items(&result["redacted"]) {
            entries += 1;
            let path = entry.get("prePath").or(entry.get("postPath")).unwrap().as_str().unwrap();
            assert!(path.starts_with(&format!("$.domainSearchResults[{index}].")), "{path}");
            let found = JsonPath::parse(path).unwrap().query(&page).all();
            assert_eq!(found.is_empty(), entry["method"] == "removal", "{path}");
            assert!(found.iter().all(|node| **node == ""), "{path}");
        }
    }
    assert!(entries > 50, "{entries}");
}

#[test]
fn ss_01_ss_02_ss_04_field_sets_hold_what_they_promise() {
    for search in SEARCHES {
        let [id, brief, full, default] = ["&fieldSet=id", "&fieldSet=brief", "&fieldSet=full", ""]
            .map(|wish| (wish, found(&format!("{search}{wish}"))));
        for (wish, page) in [&id, &brief, &full, &default] {
            let current = &page["subsetting_metadata"]["currentFieldSet"];
            let expected = wish.strip_prefix("&fieldSet=").unwrap_or("full");
            assert_eq!(current, expected, "{search}{wish}");
            assert!(items(&page["rdapConformance"]).contains(&Value::from("subsetting")), "{search}{wish}");
            let sets = items(&page["subsetting_metadata"]["availableFieldSets"]);
            assert_eq!(sets.iter().filter(|set| set["default"] == true).count(), 1, "{search}{wish}");
        }
        for result in results(&id.1) {
            let members: BTreeSet<&str> = result.as_object().unwrap().keys().map(String::as_str).collect();
            let identifying: &[&str] = match result["objectClassName"].as_str().unwrap() {
                "entity" => &["objectClassName", "handle", "links"],
                _ if result.get("unicodeName").is_some() => &["objectClassName", "ldhName", "unicodeName", "links"],
                _ => &["objectClassName", "ldhName", "links"],
            };
            assert_eq!(members, identifying.iter().copied().collect(), "{search}");
        }
        let members =
            |page: &Value| -> usize { results(page).iter().map(|result| result.as_object().unwrap().len()).sum() };
        assert!(members(&id.1) < members(&brief.1) && members(&brief.1) <= members(&full.1), "{search}");
        assert_eq!(results(&full.1).len(), results(&id.1).len(), "{search}");
    }
}

#[test]
fn ss_03_ht_09_pg_02_pg_10_pg_11_values_that_are_refused() {
    for search in SEARCHES {
        for wish in [
            "fieldSet=",
            "fieldSet=x",
            "fieldSet=ID",
            "fieldSet=id,brief",
            "count=",
            "count=2",
            "count=maybe",
            "sort=",
            "sort=shoeSize",
            "sort=email",
            "sort=voice",
            "sort=,",
            "sort=name:x",
            "cursor=",
            "cursor=abc",
            "cursor=a%2Bb",
            "count=true&count=true",
        ] {
            let reply = ask(&format!("{search}&{wish}"));
            assert_eq!(reply.status, 400, "{search}&{wish}");
            assert_eq!(reply.json()["errorCode"], 400, "{search}&{wish}");
        }
    }
    for (search, sort) in [
        ("domains?name=b*", "ipv4"),
        ("domains?name=b*", "handle"),
        ("entities?handle=c*", "name"),
        ("domains?name=b*&fieldSet=id", "registrationDate"),
        ("entities?handle=c*&fieldSet=brief", "city"),
    ] {
        assert_eq!(ask(&format!("{search}&sort={sort}")).status, 400, "{search}: {sort} is not in the answer");
    }
}

#[test]
fn rv_01_one_entity_satisfies_all_predicates() {
    let of = |parameters: &str| names(&format!("domains/reverse_search/entity?{parameters}"));
    let holder = set(&["bedrijf.be", "bedrijf-winkel.be", "bedrijf.vlaanderen"]);
    assert_eq!(of("handle=c1001&role=registrant"), holder);
    assert_eq!(of("fn=bedrijf%20voorbeeld*&role=registrant"), holder);
    assert_eq!(of("handle=c1001&fn=bedrijf%20voorbeeld%20nv"), of("handle=c1001"));
    assert!(of("handle=c26511&role=technical").contains("deux.vlaanderen"));
    assert_eq!(of("handle=c26511&role=administrative"), set(&[]), "a role in which nothing of it is told");
    assert_eq!(of("handle=c1001&role=billing"), set(&[]));
    assert_eq!(of("handle=c1001&fn=nobody*"), set(&[]));
    assert_eq!(of("handle=c1001&role=nonsense"), set(&[]));
    // The registrar has the one, the holder the other.
    assert_eq!(of("handle=99001&fn=bedrijf%20voorbeeld*"), set(&[]));
}

#[test]
fn rv_02_rv_03_rv_04_rv_08_reverse_searches_that_are_refused() {
    for (path, status) in [
        ("domains/reverse_search/entity?role=registrant", 400),
        ("domains/reverse_search/entity", 400),
        ("domains/reverse_search/entity?handle=", 400),
        ("domains/reverse_search/entity?email=a@b.example", 501),
        ("domains/reverse_search/entity?handle=c1001&email=a@b.example", 501),
        ("nameservers/reverse_search/entity?email=*", 501),
        ("entities/reverse_search/entity?handle=c1001", 501),
        ("entities/reverse_search/entity?fn=b*", 501),
        ("domains/reverse_search/autnum?handle=1", 501),
        ("domains/reverse_search/ip?handle=1", 501),
        ("domains/reverse_search/nameserver?ldhName=ns1.bedrijf.be", 501),
        ("domains/reverse_search", 404),
        ("domains/reverse_search/entity/x?handle=c1001", 404),
    ] {
        let reply = ask(path);
        assert_eq!(reply.status, status, "{path}");
        assert_eq!(reply.json()["errorCode"], status, "{path}");
    }
}

#[test]
fn rv_05_rv_06_rv_07_properties_are_told_and_mapped() {
    let help = found("help");
    let offered = items(&help["reverse_search_properties"]);
    for resource in ["domains", "nameservers"] {
        for property in ["handle", "fn", "role"] {
            let is_offered = offered.iter().any(|entry| {
                entry["searchableResourceType"] == resource
                    && entry["relatedResourceType"] == "entity"
                    && entry["property"] == property
            });
            assert!(is_offered, "{resource} {property}");
        }
    }
    assert_eq!(offered.len(), 6, "and no other");
    for id in ["reverse_search", "sorting", "paging", "subsetting"] {
        assert!(items(&help["rdapConformance"]).contains(&Value::from(id)), "{id}");
    }
    let page = found("domains/reverse_search/entity?handle=c1001&role=registrant");
    assert!(items(&page["rdapConformance"]).contains(&Value::from("reverse_search")));
    let mappings = items(&page["reverse_search_properties_mapping"]);
    let mapped: BTreeSet<&str> = mappings.iter().map(|mapping| text(mapping, "property")).collect();
    assert_eq!(mapped, ["handle", "role"].into());
    for (property, value) in [("handle", "c1001"), ("role", "registrant")] {
        let mapping = mappings.iter().find(|mapping| mapping["property"] == property).unwrap();
        let nodes = JsonPath::parse(text(mapping, "propertyPath")).unwrap().query(&page).all();
        assert!(nodes.iter().all(|node| node.is_string()) && nodes.iter().any(|node| **node == value), "{mapping}");
    }
    assert_eq!(found("domains?name=bedrijf.be").get("reverse_search_properties_mapping"), None);
}
