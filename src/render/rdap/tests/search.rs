//! Answers to searches, against golden files and the requirements of the standards.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use serde_json_path::JsonPath;

use super::answers::{BASE, check_links, is_under, visit};
use super::properties::shuffled;
use super::records::{self, organisation, registrar};
use super::{check_redacted, strict, twin};
use crate::answer::{Answer, EntityAnswer, Hits, SearchAnswer, Searching};
use crate::disclosure::record::Disclosed;
use crate::guard::{Question, Settings, Tier};
use crate::model::pattern::{NamePattern, TextPattern};
use crate::model::vocabulary::Role;
use crate::query::search::{DomainsBy, EntitiesBy, FieldSet, NameserversBy, Property, Related, SortKey, Target};
use crate::render::rdap::{Asking, help, render};
use crate::render::site::Site;

fn site() -> Site {
    let searching = Searching { is_offered: true, page_size: 50, matches_max: 1000, ..Searching::closed() };
    Site { searching, ..records::site() }
}

fn body(found: &SearchAnswer, path: &str, jscontact: bool) -> Vec<u8> {
    let asked = format!("{BASE}{path}");
    let url = Asking { base: BASE, asked: &asked, jscontact };
    let rendered = render(&Answer::Found(Box::new(found.clone())), &site(), &records::generation(), &url);
    assert_eq!(rendered.status, 200);
    rendered.body
}

fn read(found: &SearchAnswer, path: &str) -> Value {
    strict::read(&body(found, path, false))
}

fn search(target: Target, hits: Hits) -> SearchAnswer {
    let total = match &hits {
        Hits::Domains(hits) => hits.len(),
        Hits::Nameservers(hits) => hits.len(),
        Hits::Entities(hits) => hits.len(),
    };
    SearchAnswer {
        target,
        fields: FieldSet::Full,
        sort: Vec::new(),
        hits,
        total,
        count: false,
        is_truncated: false,
        page_size: 50,
        page_number: 1,
        next: None,
    }
}

fn text(pattern: &str) -> TextPattern {
    TextPattern::parse(pattern).unwrap()
}

/// Several domains of both zones; each of the events that results are ordered by stands on one of them.
fn domains() -> SearchAnswer {
    let target = Target::Domains(DomainsBy::Name(NamePattern::parse("bedrijf.be").unwrap()));
    let mut weg = records::weg();
    weg.domain.transferred = Some(records::at("2010-10-10T10:10:10Z"));
    search(target, Hits::Domains(vec![records::bedrijf(), records::persoon(), records::brussels(), weg]))
}

fn nameservers() -> SearchAnswer {
    let mut other = records::host();
    other.host.name = records::name("ns.xn--belgi-rsa.be");
    (other.host.roid, other.registrar) = (None, None);
    other.host.updated = Some(records::at("2011-11-11T11:11:11Z"));
    let target = Target::Nameservers(NameserversBy::Address("192.0.2.1".parse().unwrap()));
    search(target, Hits::Nameservers(vec![records::host(), other]))
}

fn entities() -> SearchAnswer {
    let mut dated = organisation(Role::Tech, "c26512");
    dated.name = Disclosed::Absent;
    dated.updated = records::shown(records::at("2011-11-11T11:11:11Z"));
    let hits = vec![
        EntityAnswer::Registrar(registrar()),
        EntityAnswer::Contact(organisation(Role::Tech, "c26511")),
        EntityAnswer::Contact(dated),
    ];
    search(Target::Entities(EntitiesBy::Name(text("bedrijf"))), Hits::Entities(hits))
}

fn reverse() -> SearchAnswer {
    let related =
        Related { handle: None, name: Some(text("bedrijf & zonen \"bvba\"")), role: Some(text("registrant")) };
    search(Target::Domains(DomainsBy::Related(related)), Hits::Domains(vec![records::bedrijf()]))
}

fn reverse_nameservers() -> SearchAnswer {
    let related = Related { handle: Some(text("9999")), name: None, role: None };
    search(Target::Nameservers(NameserversBy::Related(related)), Hits::Nameservers(vec![records::host()]))
}

/// A page in the middle, in an order, counted, of a search that did not reach the end.
fn page() -> SearchAnswer {
    SearchAnswer {
        sort: vec![
            SortKey { property: Property::Registration, is_descending: true },
            SortKey { property: Property::Name, is_descending: false },
        ],
        total: 9,
        count: true,
        is_truncated: true,
        page_size: 4,
        page_number: 2,
        next: Some("Next-page_/=".to_owned()),
        ..domains()
    }
}

const PAGE: &str = "domains?name=b%2A.be&cursor=This_page&count=yes&sort=registrationDate%3Ad,name:a&x=%C3%A9";

/// Every kind of search with every extent of its results: a name, the path that was asked, the answer.
fn searches() -> Vec<(String, String, SearchAnswer)> {
    let kinds = [
        ("search-domains", "domains?name=bedrijf.be", domains()),
        ("search-page", PAGE, page()),
        ("search-nameservers", "nameservers?ip=192.0.2.1", nameservers()),
        ("search-entities", "entities?fn=bedrijf", entities()),
        ("search-reverse", "domains/reverse_search/entity?fn=bedrijf*&role=registrant", reverse()),
        ("search-reverse-nameservers", "nameservers/reverse_search/entity?handle=9999", reverse_nameservers()),
    ];
    let each = kinds.into_iter().flat_map(|(kind, path, found)| {
        FieldSet::ALL.iter().map(move |fields| {
            let path = format!("{path}&fieldSet={fields}");
            (format!("{kind}-{fields}"), path, SearchAnswer { fields: *fields, ..found.clone() })
        })
    });
    each.collect()
}

fn stem(value: &Value) -> &'static str {
    let stems = ["domainSearchResults", "nameserverSearchResults", "entitySearchResults"];
    let found: Vec<&str> = stems.into_iter().filter(|stem| value.get(stem).is_some()).collect();
    assert_eq!(found.len(), 1, "{value}");
    found[0]
}

fn results(value: &Value) -> &Vec<Value> {
    value[stem(value)].as_array().unwrap()
}

fn identifiers(value: &Value) -> Vec<&str> {
    value["rdapConformance"].as_array().unwrap().iter().map(|identifier| identifier.as_str().unwrap()).collect()
}

fn nodes<'a>(path: &str, value: &'a Value) -> Vec<&'a Value> {
    JsonPath::parse(path).unwrap_or_else(|error| panic!("{path}: {error}")).query(value).all()
}

/// A result as if it had been looked up: with paths from its own root.
fn alone(answer: &Value, index: usize) -> Value {
    let mut result = results(answer)[index].clone();
    let root = format!("$.{}[{index}]", stem(answer));
    let mut identifiers = vec!["rdap_level_0"];
    if let Some(entries) = result.get_mut("redacted").and_then(Value::as_array_mut) {
        identifiers.push("redacted");
        for entry in entries {
            for member in ["prePath", "postPath"] {
                if let Some(path) = entry.get(member).and_then(Value::as_str) {
                    let below = path.strip_prefix(&root).unwrap_or_else(|| panic!("RD-24: {path} is not in {root}"));
                    entry[member] = format!("${below}").into();
                }
            }
        }
    }
    result["rdapConformance"] = json!(identifiers);
    result
}

/// Checks the redactions of every result: within it against its twin, and in the whole answer.
fn check_redactions(answer: &Value, whole: &Value) -> Result<(), String> {
    for index in 0..results(answer).len() {
        check_redacted(&alone(answer, index), &alone(whole, index))
            .map_err(|mistake| format!("result {index}: {mistake}"))?;
    }
    for entry in results(answer).iter().filter_map(|result| result["redacted"].as_array()).flatten() {
        let removed = entry["prePath"].as_str().map_or(0, |path| nodes(path, answer).len());
        let emptied = entry["postPath"].as_str().map(|path| nodes(path, answer));
        if removed > 0 || emptied.is_some_and(|nodes| nodes.is_empty() || nodes.iter().any(|node| **node != "")) {
            return Err(format!("{entry} does not hold in the whole answer"));
        }
    }
    Ok(())
}

/// The answers that are kept as files: each class and each extent once at least.
const KEPT: [&str; 7] = [
    "search-page-id",
    "search-domains-brief",
    "search-reverse-full",
    "search-nameservers-full",
    "search-entities-id",
    "search-entities-brief",
    "search-entities-full",
];

#[test]
fn golden_searches() {
    let kept: Vec<_> = searches().into_iter().filter(|(file, ..)| KEPT.contains(&file.as_str())).collect();
    assert_eq!(kept.len(), KEPT.len());
    for (file, path, found) in kept {
        let found = format!("{}\n", serde_json::to_string_pretty(&read(&found, &path)).unwrap());
        crate::golden::check(&format!("tests/golden/rdap/{file}.json"), found.as_bytes());
    }
    let url = Asking { base: BASE, asked: &format!("{BASE}help"), jscontact: false };
    let rendered = help(&site(), &url, &Settings::default().terms(Tier::Default));
    let found = format!("{}\n", serde_json::to_string_pretty(&strict::read(&rendered.body)).unwrap());
    crate::golden::check("tests/golden/rdap/search-help.json", found.as_bytes());
}

#[test]
fn rd_03_rd_21_rd_22_rd_23_rd_24_ss_05_every_result_against_its_twin() {
    let mut entries = 0;
    for (file, path, found) in searches() {
        let (redacted, whole) = (read(&found, &path), read(&twin::found(found), &path));
        check_redactions(&redacted, &whole).unwrap_or_else(|mistake| panic!("{file}: {mistake}"));
        assert!(!redacted.to_string().contains(twin::CANARY), "{file}");
        visit(&redacted, |at, value| {
            if at.last().is_some_and(|name| name == "redacted") {
                assert_eq!(at.len(), 3, "{file}: RD-03 {at:?}");
                entries += value.as_array().map_or(0, Vec::len);
            }
        });
    }
    assert!(entries > 100, "{entries}");
}

#[test]
fn rd_24_the_checker_finds_a_path_into_another_result() {
    let found = domains();
    let (good, whole) = (read(&found, "domains?name=x"), read(&twin::found(found), "domains?name=x"));
    assert_eq!(check_redactions(&good, &whole), Ok(()));
    let mut bad = good.clone();
    bad["domainSearchResults"][0]["redacted"].as_array_mut().unwrap().remove(0);
    assert!(check_redactions(&bad, &whole).is_err());
    bad = good;
    let entry = bad["domainSearchResults"][1]["redacted"][0].clone();
    bad["domainSearchResults"][0]["redacted"].as_array_mut().unwrap().push(entry);
    assert!(std::panic::catch_unwind(|| check_redactions(&bad, &whole)).is_err());
}

#[test]
fn rs_01_rs_02_rs_03_rd_01_pg_01_ss_01_rv_07_conformance_names_what_is_used() {
    for (file, path, found) in searches() {
        for jscontact in [false, true] {
            let value = strict::read(&body(&found, &path, jscontact));
            let text = value.to_string();
            assert_eq!(text.matches("\"rdapConformance\"").count(), 1, "{file}: RS-02");
            let listed = identifiers(&value);
            let has_brussels = text.contains("reg.brussels");
            for (identifier, is_used) in [
                ("rdap_level_0", true),
                ("redacted", text.contains("\"redacted\":")),
                ("jscontact", text.contains("\"jscontact_card\":")),
                ("sorting", value.get("sorting_metadata").is_some()),
                ("paging", value.get("paging_metadata").is_some()),
                ("subsetting", value.get("subsetting_metadata").is_some()),
                ("reverse_search", value.get("reverse_search_properties_mapping").is_some()),
                ("icann_rdap_response_profile_1", has_brussels),
                ("icann_rdap_technical_implementation_guide_1", has_brussels),
            ] {
                let count = listed.iter().filter(|listed| **listed == identifier).count();
                assert_eq!(count, usize::from(is_used), "{file}: {identifier}");
            }
        }
    }
}

#[test]
fn rs_03_the_profile_of_a_zone_is_named_where_a_name_of_it_stands() {
    let mut site = site();
    let mut zones: Vec<_> = site.zones.iter().cloned().collect();
    zones.iter_mut().find(|zone| !zone.gtld_profile).unwrap().profile = Some("registry_level_0".to_owned());
    site.zones = crate::model::zone::Zones::new(zones);
    let url = Asking { base: BASE, asked: BASE, jscontact: false };
    let has_profile = |answer: &Answer| {
        let rendered = render(answer, &site, &records::generation(), &url);
        identifiers(&strict::read(&rendered.body)).contains(&"registry_level_0")
    };
    let found = |answer: SearchAnswer| Answer::Found(Box::new(answer));
    for answer in [Answer::Domain(records::bedrijf()), Answer::Nameserver(records::host()), Answer::Help] {
        assert!(has_profile(&answer));
    }
    assert!(has_profile(&found(domains())) && has_profile(&found(nameservers())));
    for answer in [Answer::Domain(records::brussels()), Answer::Registrar(registrar()), found(entities())] {
        assert!(!has_profile(&answer));
    }
}

#[test]
fn rs_06_rs_07_nothing_is_empty_but_redacted_positions() {
    for (file, path, found) in searches() {
        visit(&read(&found, &path), |at, value| {
            let in_card = is_under(at, "vcardArray");
            let empty = value.as_array().is_some_and(Vec::is_empty)
                || (!in_card && value.as_object().is_some_and(Map::is_empty))
                || (!in_card && value.as_str() == Some(""));
            assert!(!empty && !value.is_null(), "{file}: {at:?}");
        });
    }
}

#[test]
fn j1_j2_j3_rs_08_rs_12_rs_13_rs_14_descriptions_links_and_notices() {
    for (file, path, found) in searches() {
        visit(&read(&found, &path), |at, node| {
            let last = at.last().map_or("", String::as_str);
            if last == "description" && !is_under(at, "redacted") && !is_under(at, "subsetting_metadata") {
                assert!(node.is_array(), "{file}: RS-13 {at:?}");
            }
            if last == "notices" {
                assert_eq!(at.len(), 1, "{file}: RS-14");
            }
            if last == "links" {
                check_links(node, &format!("{BASE}{path}"), &file);
            }
            if ["href", "value"].contains(&last) {
                assert!(node.as_str().is_some_and(str::is_ascii), "{file}: HT-23 {node}");
            }
        });
    }
}

#[test]
fn sr_01_sr_02_sr_03_sr_15_sr_16_results_are_objects_of_their_class() {
    for (file, path, found) in searches() {
        let value = read(&found, &path);
        let class = stem(&value).strip_suffix("SearchResults").unwrap();
        for result in results(&value) {
            assert_eq!(result["objectClassName"], class, "{file}");
            let href = result["links"][0]["href"].as_str().unwrap();
            let key = if class == "entity" { &result["handle"] } else { &result["ldhName"] };
            assert_eq!(href, format!("{BASE}{class}/{}", key.as_str().unwrap()), "{file}");
            assert_eq!(result["links"][0]["rel"], "self", "{file}");
            assert!(result.get("notices").is_none(), "{file}: RS-14");
            let is_cut = found.fields == FieldSet::Full && result["ldhName"] == "reg.brussels";
            let kind = result["remarks"][0]["type"].as_str().unwrap_or_default();
            assert_eq!(kind.starts_with("object truncated due to "), is_cut, "{file}: SR-15 {kind}");
        }
    }
}

#[test]
fn ss_02_id_is_the_name_or_handle_and_a_link() {
    for (file, path, found) in searches().into_iter().filter(|(_, _, found)| found.fields == FieldSet::Id) {
        for result in results(&read(&found, &path)) {
            let mut members: Vec<&str> = result.as_object().unwrap().keys().map(String::as_str).collect();
            members.sort_unstable();
            let expected: &[&str] = match result["objectClassName"].as_str().unwrap() {
                "entity" => &["handle", "links", "objectClassName"],
                _ if result["ldhName"].as_str().unwrap().contains("xn--") => {
                    &["ldhName", "links", "objectClassName", "unicodeName"]
                }
                _ => &["ldhName", "links", "objectClassName"],
            };
            assert_eq!(members, expected, "{file}");
            assert_eq!(result["links"].as_array().unwrap().len(), 1, "{file}");
        }
    }
}

#[test]
fn ss_05_brief_tells_of_no_contact() {
    let mut found = domains();
    found.fields = FieldSet::Brief;
    let value = read(&found, "domains?name=x");
    for result in results(&value) {
        let entities = result["entities"].as_array().unwrap();
        assert_eq!((entities.len(), &entities[0]["roles"]), (1, &json!(["registrar"])));
        assert!(result["status"].is_array() && result["events"].is_array() && result.get("secureDNS").is_none());
    }
    assert!(!value.to_string().contains("Bedrijf & Zonen") && !value.to_string().contains("Registrant"));
    assert_eq!(results(&value)[0]["nameservers"][1]["unicodeName"], "ns.belgië.be");
    assert!(results(&value)[0]["nameservers"][0].get("ipAddresses").is_none());
}

#[test]
fn oc_14_rd_32_a_full_result_is_what_a_lookup_tells() {
    let lookups = [
        (domains(), Answer::Domain(records::bedrijf())),
        (nameservers(), Answer::Nameserver(records::host())),
        (entities(), Answer::Registrar(registrar())),
    ];
    for (found, lookup) in lookups {
        let path = "domains?name=x";
        let url = Asking { base: BASE, asked: &format!("{BASE}{path}"), jscontact: false };
        let mut direct = strict::read(&render(&lookup, &site(), &records::generation(), &url).body);
        for topmost in ["notices", "lang", "rdapConformance"] {
            direct.as_object_mut().unwrap().remove(topmost);
        }
        let mut listed = alone(&read(&found, path), 0);
        listed.as_object_mut().unwrap().remove("rdapConformance");
        assert_eq!(listed, direct);
    }
}

#[test]
fn pg_02_pg_03_counts_and_pages() {
    let metadata = |total, count, page_size, page_number| {
        let found = SearchAnswer { total, count, page_size, page_number, ..domains() };
        read(&found, "domains?name=x")["paging_metadata"].clone()
    };
    assert_eq!(metadata(4, false, 4, 1), Value::Null);
    assert_eq!(metadata(4, true, 4, 1), json!({"totalCount": 4}));
    assert_eq!(metadata(5, false, 4, 1), json!({"pageSize": 4, "pageNumber": 1}));
    assert_eq!(metadata(5, true, 4, 2), json!({"totalCount": 5, "pageSize": 4, "pageNumber": 2}));
}

#[test]
fn pg_04_the_next_page_is_the_same_search_with_another_cursor() {
    let value = read(&page(), PAGE);
    let link = &value["paging_metadata"]["links"][0];
    assert_eq!(
        link["href"],
        format!("{BASE}domains?name=b%2A.be&cursor=Next-page_/=&count=yes&sort=registrationDate%3Ad,name:a&x=%C3%A9")
    );
    assert_eq!((&link["rel"], &link["type"]), (&json!("next"), &json!("application/rdap+json")));
    let last = SearchAnswer { next: None, ..page() };
    assert!(read(&last, PAGE)["paging_metadata"].get("links").is_none());
}

#[test]
fn pg_08_the_order_is_told_as_it_was_asked() {
    let current = |found: &SearchAnswer, path: &str| read(found, path)["sorting_metadata"]["currentSort"].clone();
    assert_eq!(current(&page(), PAGE), "registrationDate:d,name:a");
    assert_eq!(current(&page(), "domains?sort=name"), "registrationDate:d,name", "of the answer, where they differ");
    assert_eq!(current(&page(), "domains"), "registrationDate:d,name");
    assert_eq!(current(&domains(), "domains?name=x"), "name");
    assert_eq!(current(&entities(), "entities?fn=x"), "fn");
    let by_handle = SearchAnswer { target: Target::Entities(EntitiesBy::Handle(text("c"))), ..entities() };
    assert_eq!(current(&by_handle, "entities?handle=c"), "handle");
}

#[test]
fn pg_12_ss_04_orders_and_extents_have_one_default_each_and_links_to_the_others() {
    for (file, path, found) in searches() {
        let value = read(&found, &path);
        let sorts = value["sorting_metadata"]["availableSorts"].as_array().unwrap();
        let sets = value["subsetting_metadata"]["availableFieldSets"].as_array().unwrap();
        for available in [sorts, sets] {
            assert_eq!(available.iter().filter(|one| one["default"] == true).count(), 1, "{file}");
        }
        for (sort, direction) in sorts.iter().flat_map(|sort| [(sort, ""), (sort, ":d")]) {
            let property = sort["property"].as_str().unwrap();
            if !Property::from_word(property).unwrap().stands_in(found.fields, found.target.class()) {
                assert!(sort["default"] == true && sort.get("links").is_none(), "{file}: {property} would be refused");
                continue;
            }
            let wanted = format!("sort={property}{direction}");
            let links = sort["links"].as_array().unwrap();
            let has_link = |link: &Value| {
                let href = link["href"].as_str().unwrap();
                link["rel"] == "alternate" && href.split(['?', '&']).any(|parameter| parameter == wanted)
            };
            assert_eq!(links.iter().filter(|link| has_link(link)).count(), 1, "{file}: {wanted}");
            assert!(links.iter().all(|link| !link["href"].as_str().unwrap().contains("cursor=")), "{file}");
        }
        assert_eq!(value["subsetting_metadata"]["currentFieldSet"], found.fields.word(), "{file}: SS-01");
        for set in sets {
            let is_current = set["name"] == found.fields.word();
            let wanted = format!("fieldSet={}", set["name"].as_str().unwrap());
            let href = set["links"][0]["href"].as_str();
            assert_eq!(href.is_none(), is_current, "{file}");
            assert!(href.is_none_or(|href| href.ends_with(&wanted)), "{file}: {href:?}");
        }
    }
}

#[test]
fn pg_12_ss_04_no_link_to_another_extent_asks_for_an_order_that_it_leaves_out() {
    let full = SearchAnswer { fields: FieldSet::Full, ..page() };
    let value = read(&full, PAGE);
    for set in value["subsetting_metadata"]["availableFieldSets"].as_array().unwrap() {
        let Some(href) = set["links"][0]["href"].as_str() else { continue };
        assert_eq!(href.contains("sort="), set["name"] == "brief", "{href}");
    }
}

#[test]
fn pg_12_every_path_of_an_order_leads_to_what_it_orders() {
    for (file, path, found) in searches() {
        let value = read(&found, &path);
        for sort in value["sorting_metadata"]["availableSorts"].as_array().unwrap() {
            let json_path = sort["jsonPath"].as_str().unwrap();
            let nodes = nodes(json_path, &value);
            assert!(nodes.iter().all(|node| node.is_string()), "{file}: {json_path}");
            let is_complete = ["search-domains", "search-nameservers", "search-entities"]
                .iter()
                .any(|kind| file == format!("{kind}-{}", FieldSet::Full));
            // Only the registrar's dates are shown among entities, and no name stands in what identifies one.
            assert!(!is_complete || !nodes.is_empty(), "{file}: {json_path} leads to nothing");
        }
    }
}

#[test]
fn sr_14_a_search_that_stopped_says_so_with_a_registered_type() {
    let notices = |found: &SearchAnswer| read(found, PAGE)["notices"].as_array().cloned().unwrap();
    let typed: Vec<Value> = notices(&page()).into_iter().filter(|notice| notice.get("type").is_some()).collect();
    assert_eq!(typed.len(), 1);
    assert_eq!(typed[0]["type"], "result set truncated due to excessive load");
    assert!(typed[0]["description"][0].as_str().unwrap().contains('9'));
    assert!(notices(&domains()).iter().all(|notice| notice.get("type").is_none()));
}

#[test]
fn rs_14_each_notice_of_the_zones_stands_once() {
    let titles = |found: &SearchAnswer| -> Vec<String> {
        let value = read(found, "domains?name=x");
        let notices = value["notices"].as_array().unwrap();
        notices.iter().map(|notice| notice["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(titles(&domains()), ["Terms of Use", "Status Codes", "RDDS Inaccuracy Complaint Form"]);
    assert_eq!(titles(&reverse()), ["Terms of Use"]);
    assert_eq!(titles(&entities()), ["Terms of Use"]);
    assert_eq!(titles(&nameservers()), ["Terms of Use"]);
}

#[test]
fn rv_06_the_properties_of_a_reverse_search_lead_to_texts_that_match() {
    let value = read(&reverse(), "domains/reverse_search/entity?fn=bedrijf*&role=registrant");
    let mapping = value["reverse_search_properties_mapping"].as_array().unwrap();
    let properties: Vec<&str> = mapping.iter().map(|entry| entry["property"].as_str().unwrap()).collect();
    assert_eq!(properties, ["fn", "fn", "role"]);
    let texts: Vec<&Value> =
        mapping.iter().flat_map(|entry| nodes(entry["propertyPath"].as_str().unwrap(), &value)).collect();
    assert!(texts.iter().all(|text| text.is_string()));
    for wanted in ["Bedrijf & Zonen \"Bvba\"", "registrant"] {
        assert!(texts.iter().any(|text| **text == wanted), "{wanted}");
    }
    let value = read(&reverse_nameservers(), "nameservers/reverse_search/entity?handle=9999");
    assert_eq!(
        value["reverse_search_properties_mapping"],
        json!([{"property": "handle", "propertyPath": "$.nameserverSearchResults[*].entities[*].handle"}])
    );
    assert_eq!(nodes("$.nameserverSearchResults[*].entities[*].handle", &value), [&json!("9999")]);
}

#[test]
fn rv_05_er_06_er_07_help_tells_what_can_be_searched() {
    let settings = Settings::default();
    let of = |site: &Site| {
        let url = Asking { base: BASE, asked: BASE, jscontact: false };
        strict::read(&help(site, &url, &settings.terms(Tier::Default)).body)
    };
    let (open, closed) = (of(&site()), of(&records::site()));
    let searches = |value: &Value| {
        let notices = value["notices"].as_array().unwrap();
        notices.iter().find(|notice| notice["title"] == "Searches").unwrap()["description"].to_string()
    };
    let properties = open["reverse_search_properties"].as_array().unwrap();
    assert_eq!(properties.len(), 6);
    for searchable in ["domains", "nameservers"] {
        for property in ["handle", "fn", "role"] {
            let entry =
                json!({"searchableResourceType": searchable, "relatedResourceType": "entity", "property": property});
            assert!(properties.contains(&entry), "{entry}");
        }
    }
    assert!(closed.get("reverse_search_properties").is_none());
    let cost = settings.terms(Tier::Default).costs[Question::Search as usize];
    for told in ["nsLdhName", "reverse_search/entity", "50 results", "1000 at most", &format!("counts as {cost} ")] {
        assert!(searches(&open).contains(told), "{told}");
    }
    assert_eq!(searches(&closed), "[\"Searches and reverse searches are not offered.\"]");
    for identifier in ["sorting", "paging", "subsetting", "reverse_search"] {
        assert!(identifiers(&open).contains(&identifier) && !identifiers(&closed).contains(&identifier));
    }
    assert!(identifiers(&open).contains(&"jscontact") && identifiers(&closed).contains(&"jscontact"));
}

#[test]
fn without_the_parameters_that_were_asked_there_are_no_links_to_other_views() {
    let value = read(&page(), "domains");
    visit(&value, |at, node| {
        if at.last().is_some_and(|name| name == "rel") {
            assert!(!["next", "alternate"].contains(&node.as_str().unwrap()), "{at:?}");
        }
    });
    assert_eq!(value["paging_metadata"], json!({"totalCount": 9, "pageSize": 4, "pageNumber": 2}));
}

#[test]
fn equal_searches_give_equal_bytes() {
    for (file, path, found) in searches() {
        assert_eq!(body(&found, &path, true), body(&found.clone(), &path, true), "{file}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// RD-21 to RD-24 and RS-07 for every mix of shown, withheld and absent fields, in every extent.
    #[test]
    fn rd_21_rd_22_rd_23_rd_24_any_mix_of_fields_is_listed_exactly(
        registrant: u64, tech: u64, alone: u64, at_registrar: u64, bits in 0_usize..3
    ) {
        let fields = FieldSet::ALL[bits];
        let all = |role, handle: &str| twin::contact(organisation(role, handle));
        let mut second = records::persoon();
        second.domain.registrant = Some(shuffled(all(Role::Registrant, "c1"), registrant));
        second.domain.contacts = vec![shuffled(all(Role::Tech, "c2"), tech), records::omitted(Role::Billing)];
        if let Some(registrar) = &mut second.registrar {
            registrar.name = shuffled(all(Role::Tech, "c3"), at_registrar).name;
        }
        let entity = EntityAnswer::Contact(shuffled(all(Role::Tech, "c4"), alone));
        let listed = SearchAnswer {
            hits: Hits::Entities(vec![EntityAnswer::Registrar(registrar()), entity]), fields, ..entities()
        };
        let domains = SearchAnswer {
            hits: Hits::Domains(vec![records::bedrijf(), second]), fields, ..domains()
        };
        for found in [domains, listed] {
            let path = "domains?name=x";
            let (redacted, whole) = (read(&found, path), read(&twin::found(found), path));
            prop_assert_eq!(check_redactions(&redacted, &whole), Ok(()));
            visit(&redacted, |at, value| assert!(!value.as_array().is_some_and(Vec::is_empty), "{at:?}"));
        }
    }
}
