//! Each kind of answer, against golden files and the requirements of the standards.

use serde_json::Value;

use super::records::{self, organisation, registrar, site};
use super::{check_redacted, strict, twin};
use crate::answer::{Answer, NotAllowed};
use crate::disclosure::record::Disclosed;
use crate::guard::{Settings, Tier};
use crate::model::status::NndnState;
use crate::model::vocabulary::Role;
use crate::query::Refusal;
use crate::render::rdap::{Asking, Rendered, help, refuse, render};

pub(super) const BASE: &str = "https://rdap.registry.example/rdap/";

fn rendered(answer: &Answer, path: &str) -> Rendered {
    rendered_with(answer, path, false)
}

fn rendered_with(answer: &Answer, path: &str, jscontact: bool) -> Rendered {
    let asked = format!("{BASE}{path}");
    let url = Asking { base: BASE, asked: &asked, jscontact };
    match answer {
        Answer::Help => help(&site(), &url, &Settings::default().terms(Tier::Default)),
        _ => render(answer, &site(), &records::generation(), &url),
    }
}

pub(super) fn json(answer: &Answer, path: &str) -> Value {
    strict::read(&rendered(answer, path).body)
}

/// An answer with JSContact cards beside the jCards.
pub(super) fn json_with_jscontact(answer: &Answer, path: &str) -> Value {
    strict::read(&rendered_with(answer, path, true).body)
}

/// Every answer that finds something, with its golden file's name and its path.
fn answers() -> Vec<(&'static str, &'static str, Answer)> {
    vec![
        ("domain-bedrijf", "domain/BEDRIJF.be", Answer::Domain(records::bedrijf())),
        ("domain-persoon", "domain/persoon.be", Answer::Domain(records::persoon())),
        ("domain-schild", "domain/schild.be", Answer::Domain(records::schild())),
        ("domain-signed", "domain/signed.be", Answer::Domain(records::signed())),
        ("domain-belgie", "domain/belgi%C3%AB.be", Answer::Domain(records::belgie())),
        ("domain-weg", "domain/weg.be", Answer::Domain(records::weg())),
        ("domain-hold", "domain/hold.be", Answer::Domain(records::hold())),
        ("domain-brussels", "domain/reg.brussels", Answer::Domain(records::brussels())),
        ("nameserver", "nameserver/ns1.bedrijf.be", Answer::Nameserver(records::host())),
        ("entity-registrar", "entity/9999", Answer::Registrar(registrar())),
        ("entity-contact", "entity/c26511", Answer::Contact(organisation(Role::Tech, "c26511"))),
        ("help", "help", Answer::Help),
    ]
}

/// Every object of a JSON value with its path of member names.
fn walk<'a>(value: &'a Value, at: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &'a Value)) {
    visit(at, value);
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, child)| (name.clone(), child)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, child)| (index.to_string(), child)).collect(),
        _ => Vec::new(),
    };
    for (name, child) in children {
        at.push(name);
        walk(child, at, visit);
        at.pop();
    }
}

pub(super) fn visit(value: &Value, mut visitor: impl FnMut(&[String], &Value)) {
    walk(value, &mut Vec::new(), &mut visitor);
}

pub(super) fn is_under(at: &[String], member: &str) -> bool {
    at.iter().any(|name| name == member)
}

#[test]
fn golden_answers() {
    let mut files: Vec<(String, Vec<u8>)> =
        answers().into_iter().map(|(file, path, answer)| (file.to_owned(), rendered(&answer, path).body)).collect();
    files.push(("error-not-found".to_owned(), rendered(&Answer::NotFound, "entity/x").body));
    files.push(("error-bad-number".to_owned(), refuse(&Refusal::BadNumber).body));
    for (file, path, answer) in answers()
        .into_iter()
        .filter(|(file, ..)| ["domain-bedrijf", "domain-persoon", "domain-brussels", "entity-registrar"].contains(file))
    {
        files.push((format!("{file}-jscontact"), rendered_with(&answer, path, true).body));
    }
    for (file, body) in files {
        let found = format!("{}\n", serde_json::to_string_pretty(&strict::read(&body)).unwrap());
        crate::golden::check(&format!("tests/golden/rdap/{file}.json"), found.as_bytes());
    }
}

#[test]
fn rd_21_to_rd_23_every_path_against_the_unredacted_twin() {
    for (file, path, answer) in answers().into_iter().filter(|(file, ..)| *file != "help") {
        let redacted = json(&answer, path);
        let whole = json(&twin::of(answer.clone()), path);
        check_redacted(&redacted, &whole).unwrap_or_else(|mistake| panic!("{file}: {mistake}"));
        assert!(!redacted.to_string().contains(twin::CANARY), "{file}");
        let both = json_with_jscontact(&answer, path);
        let whole_both = json_with_jscontact(&twin::of(answer.clone()), path);
        check_redacted(&both, &whole_both).unwrap_or_else(|mistake| panic!("{file}, both cards: {mistake}"));
        assert!(!both.to_string().contains(twin::CANARY), "{file}");
        let has_entries = redacted.get("redacted").is_some();
        assert_eq!(whole.to_string().contains(twin::CANARY), has_entries, "{file}: the twin shows what is redacted");
    }
}

#[test]
fn rd_23_the_checker_finds_mistakes() {
    let answer = Answer::Domain(records::bedrijf());
    let (good, whole) = (json(&answer, "x"), json(&twin::of(answer.clone()), "x"));
    let spoilt = |change: &dyn Fn(&mut Value)| {
        let mut bad = good.clone();
        change(&mut bad);
        check_redacted(&bad, &whole)
    };
    assert_eq!(spoilt(&|_| {}), Ok(()));
    assert!(spoilt(&|bad| drop(bad["redacted"].as_array_mut().unwrap().remove(0))).is_err());
    assert!(spoilt(&|bad| bad["redacted"][1]["prePath"] = "$.entities[9].handle".into()).is_err());
    assert!(spoilt(&|bad| bad["redacted"][0]["name"] = serde_json::json!({"description": "Tech Name"})).is_err());
    assert!(spoilt(&|bad| bad["entities"][0]["vcardArray"][1][1][3] = "Jan".into()).is_err());
    assert!(spoilt(&|bad| drop(bad.as_object_mut().unwrap().remove("secureDNS"))).is_err());
    assert!(spoilt(&|bad| drop(bad.as_object_mut().unwrap().remove("redacted"))).is_err());
}

#[test]
fn rs_01_to_rs_03_conformance_stands_once_and_names_what_is_used() {
    for (file, path, answer) in answers() {
        let value = json(&answer, path);
        let mut count = 0;
        visit(&value, |at, _| count += usize::from(at.last().is_some_and(|name| name == "rdapConformance")));
        assert_eq!(count, 1, "{file}");
        let conformance = value["rdapConformance"].to_string();
        assert!(conformance.contains("rdap_level_0"), "{file}");
        let gtld = ["domain-brussels", "help"].contains(&file);
        assert_eq!(conformance.contains("icann_rdap_response_profile_1"), gtld, "{file}: GP-01");
        assert_eq!(conformance.contains("icann_rdap_technical_implementation_guide_1"), gtld, "{file}: GP-01");
        if file != "help" {
            assert_eq!(conformance.contains("redacted"), value.get("redacted").is_some(), "{file}: RD-01");
        }
    }
}

#[test]
fn rs_06_rs_07_nothing_is_empty_but_redacted_positions() {
    for (file, path, answer) in answers() {
        visit(&json(&answer, path), |at, value| {
            let in_card = is_under(at, "vcardArray");
            let empty = value.as_array().is_some_and(Vec::is_empty)
                || (!in_card && value.as_object().is_some_and(serde_json::Map::is_empty))
                || (!in_card && value.as_str() == Some(""));
            assert!(!empty && !value.is_null(), "{file}: {at:?}");
        });
    }
}

#[test]
fn j1_j2_j3_descriptions_links_and_notices() {
    for (file, path, answer) in answers() {
        let value = json(&answer, path);
        visit(&value, |at, node| {
            let last = at.last().map_or("", String::as_str);
            if last == "description" && !is_under(at, "redacted") {
                assert!(node.is_array(), "{file}: RS-13 {at:?}");
            }
            if last == "notices" {
                assert_eq!(at.len(), 1, "{file}: RS-14");
            }
            if last == "links" {
                check_links(node, &format!("{BASE}{path}"), file);
            }
            if ["href", "value"].contains(&last) {
                assert!(node.as_str().is_some_and(str::is_ascii), "{file}: HT-23 {node}");
            }
            if last == "lang" {
                assert!(!is_under(at, "vcardArray"), "{file}: RS-15");
            }
        });
    }
}

pub(super) fn check_links(links: &Value, asked: &str, file: &str) {
    let mut to_self = None;
    for link in links.as_array().unwrap() {
        let (rel, href) = (link["rel"].as_str().unwrap(), link["href"].as_str().unwrap());
        let value = link["value"].as_str().unwrap();
        assert_eq!(value, if rel == "about" { href } else { asked }, "{file}: RS-12, GP-19");
        if rel == "self" {
            to_self = Some(href);
            assert!(href.starts_with(BASE), "{file}: RS-11");
            assert_eq!(link["type"], "application/rdap+json", "{file}: RS-11");
        }
        if rel == "related" {
            assert_ne!(Some(href), to_self, "{file}: RS-10");
        }
    }
}

#[test]
fn g1_no_placeholder_stands_for_a_value() {
    for (file, path, answer) in answers() {
        visit(&json(&answer, path), |at, value| {
            if ["redacted", "notices", "rdapConformance"].iter().any(|member| is_under(at, member)) {
                return;
            }
            let text = value.as_str().unwrap_or_default().to_lowercase();
            for word in ["redacted", "not shown", "gdpr", "xxx", "masked"] {
                assert!(!text.contains(word), "{file}: RD-12 {at:?} {text}");
            }
        });
    }
}

const ENTITY: &[&str] =
    &["objectClassName", "handle", "vcardArray", "roles", "publicIds", "entities", "events", "links", "status"];
const NAMESERVER: &[&str] =
    &["objectClassName", "handle", "ldhName", "unicodeName", "ipAddresses", "entities", "status", "links", "events"];
const DOMAIN: &[&str] = &[
    "objectClassName",
    "handle",
    "ldhName",
    "unicodeName",
    "nameservers",
    "secureDNS",
    "entities",
    "status",
    "remarks",
    "links",
    "port43",
    "events",
];
const TOPMOST: &[&str] = &["rdapConformance", "redacted", "notices", "lang"];

#[test]
fn oc_01_oc_02_oc_05_oc_07_members_of_each_class() {
    for (file, path, answer) in answers() {
        visit(&json(&answer, path), |at, value| {
            let Some(object) = value.as_object().filter(|object| object.contains_key("objectClassName")) else {
                let is_member = at.len() > 1 && ["entities", "nameservers"].contains(&at[at.len() - 2].as_str());
                assert!(!is_member, "{file}: OC-01 {at:?}");
                return;
            };
            let allowed = match object["objectClassName"].as_str().unwrap() {
                "entity" => ENTITY,
                "nameserver" => NAMESERVER,
                _ => DOMAIN,
            };
            for name in object.keys() {
                let known = allowed.contains(&name.as_str()) || (at.is_empty() && TOPMOST.contains(&name.as_str()));
                assert!(known, "{file}: {at:?} has {name}");
            }
            let has_self = object.get("links").is_some_and(|links| links.to_string().contains("\"self\""));
            let is_entity = allowed.as_ptr() == ENTITY.as_ptr();
            assert_eq!(has_self, !is_entity || object.contains_key("handle"), "{file}: RS-11 {at:?}");
            if is_entity {
                let roles = object.get("roles").map_or(0, |roles| roles.as_array().unwrap().len());
                assert_eq!(roles, usize::from(!at.is_empty()), "{file}: one role each, none alone (CO-04, OC-03)");
            }
        });
    }
}

#[test]
fn jc_01_to_jc_20_every_card() {
    let known = ["version", "fn", "kind", "lang", "org", "adr", "tel", "email", "url"];
    let mut cards = 0;
    for (file, path, answer) in answers() {
        visit(&json(&answer, path), |at, value| {
            if at.last().is_none_or(|name| name != "vcardArray") {
                return;
            }
            cards += 1;
            assert_eq!((value[0].as_str(), value.as_array().unwrap().len()), (Some("vcard"), 2), "{file}: JC-01");
            let properties = value[1].as_array().unwrap();
            assert_eq!(properties[0], serde_json::json!(["version", {}, "text", "4.0"]), "{file}: JC-02");
            assert_eq!(properties.iter().filter(|property| property[0] == "fn").count(), 1, "{file}: JC-06");
            for property in properties {
                let name = property[0].as_str().unwrap();
                assert!(known.contains(&name), "{file}: JC-20 {name}");
                assert_eq!(property.as_array().unwrap().len(), 4, "{file}: JC-04");
                assert!(property[1].is_object(), "{file}: JC-05");
                if name == "adr" {
                    assert_eq!(property[3].as_array().unwrap().len(), 7, "{file}: JC-07, RD-14");
                    assert_eq!(property[3][6], "", "{file}: JC-09");
                    let cc = property[1].get("cc").map(|cc| cc.as_str().unwrap());
                    assert!(cc.is_none_or(|cc| cc == "BE"), "{file}: JC-09");
                }
                if name == "tel" {
                    assert!(["voice", "fax"].contains(&property[1]["type"].as_str().unwrap()), "{file}: JC-11");
                    assert!(property[3].as_str().unwrap().starts_with("tel:+"), "{file}: JC-11");
                }
                if name != "fn" && name != "adr" {
                    assert_ne!(property[3], "", "{file}: RD-15");
                }
            }
        });
    }
    assert!(cards > 20);
}

#[test]
fn jc_08_jc_18_streets_and_special_characters() {
    let card = &json(&Answer::Domain(records::bedrijf()), "x")["entities"][0]["vcardArray"][1];
    let adr = card.as_array().unwrap().iter().find(|property| property[0] == "adr").unwrap();
    assert_eq!(adr[3][2], serde_json::json!(["Stationsstraat 1", "Blok B", "Bus 3"]));
    let mut contact = organisation(Role::Tech, "c1");
    contact.organisation = records::shown("a,b;c\\d\n\u{1}\"<script>é\u{202e}".to_owned());
    let card = json(&Answer::Contact(contact), "x")["vcardArray"][1].clone();
    let org = card.as_array().unwrap().iter().find(|property| property[0] == "org").unwrap().clone();
    assert_eq!(org[3], "a,b;c\\d\n\u{1}\"<script>é\u{202e}");
}

#[test]
fn jc_06_a_contact_without_a_person_goes_by_its_organisation() {
    let mut contact = organisation(Role::Tech, "c1");
    contact.name = Disclosed::Absent;
    let value = json(&Answer::Contact(contact), "x");
    assert_eq!(value["vcardArray"][1][1][3], "Bedrijf & Zonen \"Bvba\"");
    assert!(!value["redacted"].to_string().contains("['fn']") && !value["redacted"].to_string().contains("'fn'"));
}

#[test]
fn rd_06_registered_names_for_registrants_and_technical_contacts() {
    let value = json(&Answer::Domain(records::persoon()), "x");
    let entries = value["redacted"].as_array().unwrap();
    let of = |name: &str| entries.iter().find(|entry| entry["name"]["type"] == name).cloned().unwrap_or_default();
    assert_eq!(of("Registry Registrant ID")["prePath"], "$.entities[0].handle");
    assert_eq!(of("Registrant Name")["method"], "emptyValue");
    assert_eq!(of("Registrant City")["postPath"], "$.entities[0].vcardArray[1][?(@[0]=='adr')][3][3]");
    assert_eq!(of("Registrant Email")["prePath"], "$.entities[0].vcardArray[1][?(@[0]=='email')]");
    assert_eq!(of("Registrant Fax"), Value::Null, "RD-29: there is no fax");
    assert_eq!(of("Registrant Organization"), Value::Null, "RD-29: there is no organisation");
    assert!(value["entities"][0].get("handle").is_none());
    let text = json(&Answer::Domain(records::bedrijf()), "x")["redacted"].to_string();
    assert!(text.contains("Tech Email") && !text.contains("\"Technical Email"));
    assert!(!text.contains("vat") && !text.to_lowercase().contains("shield"));
}

#[test]
fn rd_19_an_omitted_contact_is_one_entry() {
    let value = json(&Answer::Domain(records::bedrijf()), "x");
    let last = value["redacted"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["name"]["description"], "Billing Entity");
    assert_eq!(last["prePath"], format!("$.entities[{}]", value["entities"].as_array().unwrap().len()));
    assert!(!value["entities"].to_string().contains("billing"));
}

#[test]
fn rd_26_an_omitted_registrant_shifts_nobody() {
    let mut answer = records::bedrijf();
    answer.domain.registrant = Some(records::omitted(Role::Registrant));
    let mut whole = answer.clone();
    let registrant = whole.domain.registrant.take();
    whole.domain.contacts.extend(registrant);
    let (redacted, whole) = (json(&Answer::Domain(answer), "x"), json(&twin::of(Answer::Domain(whole)), "x"));
    assert_eq!(check_redacted(&redacted, &whole), Ok(()));
}

#[test]
fn rd_32_an_embedded_contact_is_redacted_as_a_direct_one() {
    let embedded = json(&Answer::Domain(records::bedrijf()), "x")["entities"][2].clone();
    let direct = json(&Answer::Contact(organisation(Role::Tech, "c26511")), "x");
    assert_eq!(embedded["handle"], direct["handle"]);
    assert_eq!(embedded["vcardArray"], direct["vcardArray"]);
}

#[test]
fn gp_10_to_gp_23_what_a_gtld_answer_has() {
    let value = json(&Answer::Domain(records::brussels()), "domain/reg.brussels");
    assert_eq!(value["links"][1]["href"], "https://rdap.registrar.example/domain/reg.brussels");
    assert_eq!(value["links"][1]["rel"], "related");
    let registrar = &value["entities"][1];
    assert_eq!(registrar["publicIds"][0], serde_json::json!({"type": "IANA Registrar ID", "identifier": "9999"}));
    assert_eq!(registrar["handle"], "9999");
    assert_eq!(registrar["entities"][0]["roles"][0], "abuse");
    assert_eq!(registrar["links"][1]["value"], "https://rdap.registrar.example/");
    let notice = |title: &str| {
        value["notices"].as_array().unwrap().iter().find(|notice| notice["title"] == title).unwrap().clone()
    };
    assert_eq!(notice("Terms of Use")["links"][0]["rel"], "terms-of-service");
    assert_eq!(
        notice("Status Codes")["description"][0],
        "For more information on domain status codes, please visit https://icann.org/epp"
    );
    assert_eq!(notice("Status Codes")["links"][0]["href"], "https://icann.org/epp");
    assert_eq!(notice("Status Codes")["links"][0]["rel"], "glossary");
    assert_eq!(
        notice("RDDS Inaccuracy Complaint Form")["description"][0],
        "URL of the ICANN RDDS Inaccuracy Complaint Form: https://icann.org/wicf"
    );
    assert_eq!(notice("RDDS Inaccuracy Complaint Form")["links"][0]["rel"], "help");
    assert_eq!(value["secureDNS"], serde_json::json!({"delegationSigned": false}));
    assert_eq!(value["port43"], "whois.brussels.example");
    assert!(!json(&Answer::Domain(records::persoon()), "x")["notices"].to_string().contains("Status Codes"));
}

#[test]
fn oc_09_oc_10_signed_delegations() {
    let secure = json(&Answer::Domain(records::signed()), "x")["secureDNS"].clone();
    assert_eq!(secure["delegationSigned"], true);
    assert_eq!(
        secure["dsData"][0],
        serde_json::json!({"keyTag": 371, "algorithm": 13, "digest": "AB01FF", "digestType": 2})
    );
    assert_eq!(secure["keyData"][0]["flags"], 257);
}

#[test]
fn rs_22_oc_06_id_14_id_17_addresses_and_names() {
    let value = json(&Answer::Domain(records::bedrijf()), "x");
    assert_eq!(value["nameservers"][0]["ipAddresses"]["v6"][0], "2001:1598:0:101::3");
    assert!(value["nameservers"][1].get("ipAddresses").is_none());
    assert_eq!(value["nameservers"][1]["unicodeName"], "ns.belgië.be");
    assert!(value.get("unicodeName").is_none(), "ID-15");
    assert_eq!(json(&Answer::Domain(records::belgie()), "x")["unicodeName"], "belgië.be");
}

#[test]
fn rs_16_rs_17_rs_25_ep_21_events() {
    let value = json(&Answer::Domain(records::weg()), "x");
    let events = value["events"].as_array().unwrap();
    let date = |action: &str| events.iter().find(|event| event["eventAction"] == action).unwrap()["eventDate"].clone();
    assert_eq!(date("deletion"), "2026-12-24T00:00:00Z");
    assert_eq!(date("last update of RDAP database"), "2026-11-20T00:00:00Z");
    assert_eq!(date("registration"), "2000-12-12T00:00:00Z");
    assert!(events.iter().all(|event| event["eventAction"] != "last changed"));
}

#[test]
fn hold_keeps_its_name_servers_ep_18() {
    let value = json(&Answer::Domain(records::hold()), "x");
    assert!(!value["status"].to_string().contains("server hold"));
    assert_eq!(value["nameservers"].as_array().unwrap().len(), 2);
}

#[test]
fn a_registrar_on_a_name_server_has_no_public_ids() {
    assert!(json(&Answer::Nameserver(records::host()), "x")["entities"][0].get("publicIds").is_none());
}

#[test]
fn er_01_to_er_04_errors() {
    let name = records::name("vrij.be");
    let unknown = [
        Answer::NotFound,
        Answer::Available(name.clone()),
        Answer::Reserved(name.clone(), NndnState::Blocked),
        Answer::NotAllowed(name.clone(), NotAllowed::OutsideZones),
        Answer::NotAllowed(name.clone(), NotAllowed::ZoneItself),
        Answer::NotAllowed(name.clone(), NotAllowed::SubDomain),
        Answer::NotAllowed(name, NotAllowed::Label),
    ];
    let mut bodies: Vec<Rendered> = unknown.iter().map(|answer| rendered(answer, "domain/vrij.be")).collect();
    assert!(bodies.iter().all(|rendered| rendered.status == 404), "HT-14, CO-08");
    bodies.extend([Refusal::BadEncoding, Refusal::Unavailable, Refusal::SearchNotOffered].iter().map(refuse));
    for Rendered { status, body } in bodies {
        let value = strict::read(&body);
        assert_eq!(value["errorCode"], status);
        assert!(value["title"].is_string() && value["description"].is_array());
        assert_eq!(value["rdapConformance"][0], "rdap_level_0");
        assert!(!value.to_string().contains("vrij.be"), "nothing is echoed");
    }
}

#[test]
fn gp_01_er_01_errors_about_a_name_follow_the_profiles_of_its_zone() {
    for (name, is_gtld) in [("vrij.brussels", true), ("vrij.be", false), ("vrij.example", false)] {
        let name = records::name(name);
        for answer in [
            Answer::Available(name.clone()),
            Answer::Reserved(name.clone(), NndnState::Blocked),
            Answer::NotAllowed(name.clone(), NotAllowed::SubDomain),
        ] {
            let value = strict::read(&rendered(&answer, "domain/x").body);
            let listed: Vec<&str> =
                value["rdapConformance"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert_eq!(listed.first(), Some(&"rdap_level_0"), "{answer:?}");
            for profile in ["icann_rdap_response_profile_1", "icann_rdap_technical_implementation_guide_1"] {
                assert_eq!(listed.contains(&profile), is_gtld, "{answer:?}");
            }
        }
    }
}

#[test]
fn er_05_er_06_help_tells_what_there_is() {
    let value = json(&Answer::Help, "help");
    let titles = value["notices"].as_array().unwrap().iter().map(|notice| notice["title"].as_str().unwrap());
    let titles: Vec<&str> = titles.collect();
    for title in ["Terms of Use", "Searches", "Access", "Rate Limit Policy", "Redaction Policy of .be", "Contact"] {
        assert_eq!(titles.iter().filter(|found| **found == title).count(), 1, "{title} in {titles:?}");
    }
}

/// NX-08: where it is asked for, every entity has a second card, and only then is the extension named.
#[test]
fn nx_08_rs_03_jscontact_stands_beside_each_jcard_where_it_is_asked_for() {
    for (file, path, answer) in answers().into_iter().filter(|(file, ..)| *file != "help") {
        let (plain, both) = (json(&answer, path), json_with_jscontact(&answer, path));
        assert!(!plain.to_string().contains("jscontact"), "{file}");
        let mut cards = 0;
        let mut entities = 0;
        visit(&both, |at, value| {
            if value["objectClassName"] == "entity" {
                entities += 1;
                let card = &value["jscontact_card"];
                assert_eq!((&card["@type"], &card["version"]), (&"Card".into(), &"2.0".into()), "{file} {at:?}");
                let handle = value["handle"].as_str();
                let uid = handle.map(|handle| format!("{BASE}entity/{handle}"));
                assert_eq!(card["uid"].as_str(), uid.as_deref(), "{file} {at:?}");
                cards += usize::from(value["vcardArray"].is_array());
            }
            let is_empty = value.as_object().is_some_and(serde_json::Map::is_empty) || value == "";
            assert!(!is_empty || !is_under(at, "jscontact_card"), "{file}: {at:?}");
        });
        assert_eq!(cards, entities, "{file}");
        let is_named = both["rdapConformance"].as_array().unwrap().contains(&"jscontact".into());
        assert_eq!(is_named, entities > 0, "{file}");
        assert_eq!(without_jscontact(both), plain, "{file}: the rest is the same");
    }
}

fn without_jscontact(mut value: Value) -> Value {
    fn strip(value: &mut Value) {
        if let Some(members) = value.as_object_mut() {
            members.remove("jscontact_card");
            members.values_mut().for_each(strip);
        }
        if let Some(items) = value.as_array_mut() {
            items.retain(|item| {
                item != "jscontact" && !item["prePath"].as_str().is_some_and(|path| path.contains(".jscontact_card."))
            });
            items.iter_mut().for_each(strip);
        }
    }
    strip(&mut value);
    value
}

/// CO-05: in a gTLD the entries for telephone and e-mail stand whether the register has them or not, and tell nothing
/// of it; in .be only what exists has an entry.
#[test]
fn co_05_rd_29_a_missing_telephone_is_listed_in_gtlds_only() {
    let count = |answer: crate::answer::DomainAnswer, path: &str| {
        let value = json(&Answer::Domain(answer), path);
        let entries = value["redacted"].as_array().cloned().unwrap_or_default();
        ["Registrant Phone", "Registrant Email", "Tech Phone", "Tech Email", "Registrant Fax"]
            .map(|name| entries.iter().filter(|entry| entry["name"]["type"] == name).count())
    };
    let bare = |mut answer: crate::answer::DomainAnswer| {
        let contacts = answer.domain.contacts.iter_mut().filter(|contact| contact.role == Role::Tech);
        for contact in answer.domain.registrant.iter_mut().chain(contacts) {
            contact.voice = Disclosed::Absent;
            contact.email = Disclosed::Absent;
        }
        answer
    };
    let mut gtld = records::brussels();
    gtld.domain.contacts.push(records::person(Role::Tech));
    assert_eq!(count(gtld.clone(), "domain/reg.brussels"), [1, 1, 1, 1, 0]);
    assert_eq!(
        json(&Answer::Domain(gtld.clone()), "domain/reg.brussels")["redacted"].as_array().map(Vec::len),
        json(&Answer::Domain(bare(gtld)), "domain/reg.brussels")["redacted"].as_array().map(Vec::len),
    );
    let mut be = records::persoon();
    be.domain.contacts.push(records::person(Role::Tech));
    assert_eq!(count(be.clone(), "domain/persoon.be"), [1, 1, 1, 1, 0]);
    assert_eq!(count(bare(be), "domain/persoon.be"), [0; 5]);
}

#[test]
fn gp_26_rs_15_one_contact_a_role_in_gtlds() {
    let technical = |value: &Value| {
        value["entities"].as_array().unwrap().iter().filter(|entity| entity["roles"][0] == "technical").count()
    };
    let mut gtld = records::brussels();
    let two = || vec![organisation(Role::Tech, "c8"), organisation(Role::Onsite, "c9")];
    gtld.domain.contacts = two();
    let value = json(&Answer::Domain(gtld), "domain/reg.brussels");
    assert_eq!(technical(&value), 1);
    assert_eq!(value["remarks"][0]["type"], "object truncated due to unexplainable reasons");
    let mut be = records::persoon();
    be.domain.contacts = two();
    let value = json(&Answer::Domain(be), "domain/persoon.be");
    assert_eq!((technical(&value), value.get("remarks")), (2, None));
}
