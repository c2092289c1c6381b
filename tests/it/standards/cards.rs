//! jCards (RFC 7095, RFC 6350, RFC 8605) of every answer about the sample.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::{found, items, told, walk};

/// Every card, with the answer that has it and its roles.
static CARDS: LazyLock<Vec<(&'static str, Value)>> = LazyLock::new(|| {
    let mut cards = Vec::new();
    for told in found() {
        walk(&told.json, &mut |at, value| {
            if at.last().is_some_and(|name| name == "vcardArray") {
                cards.push((told.target.as_str(), value.clone()));
            }
        });
    }
    assert!(cards.len() > 600, "{}", cards.len());
    cards
});

fn properties(name: &'static str) -> impl Iterator<Item = (&'static str, &'static Value)> {
    let all = CARDS.iter().flat_map(|(target, card)| items(&card[1]).iter().map(move |property| (*target, property)));
    all.filter(move |(_, property)| property[0] == name)
}

fn card_of(path: &str, role: &str) -> &'static [Value] {
    let entity = items(&told(path)["entities"]).iter().find(|entity| entity["roles"][0] == role);
    items(&entity.unwrap_or_else(|| panic!("{path} has no {role}"))["vcardArray"][1])
}

#[test]
fn jc_01_jc_02_jc_03_jc_04_the_frame_of_cards() {
    for (target, card) in CARDS.iter() {
        assert_eq!((items(card).len(), &card[0]), (2, &Value::from("vcard")), "{target}");
        assert_eq!(card[1][0], serde_json::json!(["version", {}, "text", "4.0"]), "{target}");
        for property in items(&card[1]) {
            let parts = items(property);
            assert!(parts.len() >= 4 && parts[1].is_object(), "{target}: {property}");
            for word in [&parts[0], &parts[2]] {
                let word = word.as_str().unwrap();
                assert!(!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
                assert!(!["begin", "end"].contains(&word), "{target}");
            }
        }
    }
}

#[test]
fn jc_05_parameters_are_objects_of_texts() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (target, card) in CARDS.iter() {
        for property in items(&card[1]) {
            for (name, value) in property[1].as_object().unwrap() {
                *seen.entry(name.clone()).or_default() += 1;
                assert!(name != "value" && name.bytes().all(|byte| byte.is_ascii_lowercase()), "{target}: {name}");
                assert!(value.is_string() || items(value).iter().all(Value::is_string) && value.is_array(), "{target}");
            }
        }
    }
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["cc", "type"]);
}

#[test]
fn jc_06_jc_16_jc_20_names_stand_once_and_organisations_are_never_empty() {
    let known = ["version", "fn", "kind", "lang", "org", "adr", "tel", "email", "url"];
    for (target, card) in CARDS.iter() {
        let count = |name: &str| items(&card[1]).iter().filter(|property| property[0] == name).count();
        assert_eq!(count("fn"), 1, "{target}");
        for single in ["kind", "lang", "org", "adr", "email", "url"] {
            assert!(count(single) <= 1, "{target}: {single}");
        }
        for property in items(&card[1]) {
            assert!(known.contains(&property[0].as_str().unwrap()), "{target}: {property}");
        }
    }
    assert!(properties("fn").all(|(_, property)| property[3].is_string()));
    assert!(properties("org").all(|(_, property)| property[3].as_str().is_some_and(|text| !text.trim().is_empty())));
}

#[test]
fn jc_07_jc_08_jc_09_jc_10_rs_23_co_06_addresses_have_seven_parts() {
    for (target, property) in properties("adr") {
        let parts = items(&property[3]);
        assert_eq!(parts.len(), 7, "{target}");
        for (index, part) in parts.iter().enumerate() {
            let is_lines = index == 2 && items(part).iter().all(Value::is_string) && items(part).len() > 1;
            assert!(part.is_string() || is_lines, "{target}: {property}");
        }
        assert_eq!((&parts[0], &parts[1], &parts[6]), (&"".into(), &"".into(), &"".into()), "{target}");
        assert!(property[1].get("label").is_none(), "{target}");
        if let Some(code) = property[1].get("cc") {
            let code = code.as_str().unwrap();
            assert!(["BE", "NL", "FR", "DE", "LU"].contains(&code), "{target}: {code}");
        }
    }
    let adr = card_of("domain/bedrijf.be", "registrant").iter().find(|property| property[0] == "adr").unwrap();
    let streets = ["Bedrijvenpark Fictief", "Gebouw C, verdieping 3", "Denkbeeldplein 12"];
    assert_eq!(adr[3][2], serde_json::json!(streets));
}

#[test]
fn jc_11_jc_12_telephones_are_uris() {
    let uri = regex::Regex::new(r"^tel:\+[0-9][0-9.]*(;ext=[0-9]+)?$").unwrap();
    let (mut voices, mut extensions) = (0, 0);
    for (target, property) in properties("tel") {
        assert_eq!(property[2], "uri", "{target}");
        assert!(["voice", "fax"].contains(&property[1]["type"].as_str().unwrap()), "{target}: {property}");
        let text = property[3].as_str().unwrap();
        assert!(uri.is_match(text), "{target}: {text}");
        voices += usize::from(property[1]["type"] == "voice");
        extensions += usize::from(text.contains(";ext="));
    }
    assert!(voices > 100 && extensions > 0, "{voices} {extensions}");
}

#[test]
fn jc_13_jc_14_mailboxes_are_bare() {
    let mailbox = regex::Regex::new(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$").unwrap();
    let mut mailboxes = 0;
    for (target, property) in properties("email") {
        mailboxes += 1;
        assert!(mailbox.is_match(property[3].as_str().unwrap()), "{target}: {property}");
    }
    assert!(mailboxes > 100, "{mailboxes}");
    assert_eq!(properties("contact-uri").count(), 0, "no form stands in for a mailbox");
}

#[test]
fn jc_15_jc_17_kind_and_language() {
    let kinds: Vec<&Value> = properties("kind").map(|(_, property)| &property[3]).collect();
    assert!(kinds.len() > 100 && kinds.iter().all(|kind| *kind == "org"), "whoever is a person is not told to be one");
    let has = |path: &str, name: &str| card_of(path, "registrant").iter().any(|property| property[0] == name);
    assert!(has("domain/bedrijf.be", "kind") && !has("domain/persoon.be", "kind"));
    let mut languages = 0;
    for (target, property) in properties("lang") {
        languages += 1;
        assert_eq!(property[2], "language-tag", "{target}");
        assert!(["nl", "fr", "de", "en"].contains(&property[3].as_str().unwrap()), "{target}: {property}");
    }
    assert!(languages > 0);
}

#[test]
fn jc_18_texts_carry_no_vcard_escapes() {
    let card = card_of("domain/multi.be", "registrant");
    let text = Value::from(card.to_vec()).to_string();
    let deposit = std::fs::read_to_string("data/sample/full.xml").unwrap();
    assert!(deposit.contains("</script>") || deposit.contains("&lt;/script&gt;"));
    let mut strings = Vec::new();
    walk(&Value::from(card.to_vec()), &mut |_, value| strings.extend(value.as_str().map(str::to_owned)));
    assert!(strings.iter().any(|text| text.contains('"') || text.contains('\\')), "{text}");
    for (target, card) in CARDS.iter().filter(|(target, _)| !target.contains("multi.")) {
        walk(card, &mut |_, value| {
            let escaped = value.as_str().is_some_and(|text| ["\\,", "\\;", "\\n"].iter().any(|e| text.contains(e)));
            let is_hostile = value.as_str().is_some_and(|text| text.contains('<') || text.contains('"'));
            assert!(!escaped || is_hostile, "{target}: {value}");
        });
    }
}

#[test]
fn jc_19_ep_02_one_form_of_an_address_is_told() {
    let card = card_of("domain/vormen.be", "registrant");
    assert_eq!(card.iter().filter(|property| property[0] == "adr").count(), 1);
    let deposit = std::fs::read_to_string("data/sample/full.xml").unwrap();
    let contact = deposit.split("<rdeContact:id>c1022<").nth(1).unwrap();
    let contact = contact.split("</rdeContact:contact>").next().unwrap();
    let form = contact.split("type=\"int\"").nth(1).unwrap().split("</rdeContact:postalInfo>").next().unwrap();
    let city = form.split_once("city>").unwrap().1.split('<').next().unwrap();
    let adr = card.iter().find(|property| property[0] == "adr").unwrap();
    assert_eq!(adr[3][3], city, "the local form is hidden by its holder, so the other one is told");
}
