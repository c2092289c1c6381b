//! JSContact cards by the grammar of RFC 9553 (with version 2.0 of RFC 9982): members, types, enumerations, identifiers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::common::items;
use super::{Heard, icann, targets, words};
use crate::demo::demo;
use crate::server::Server;

/// Kinds of a card (RFC 9553 §2.1.4).
const KINDS: [&str; 6] = ["individual", "group", "org", "location", "device", "application"];

/// Kinds of a component of an address (RFC 9553 §2.5.1).
const COMPONENTS: [&str; 17] = [
    "room",
    "apartment",
    "floor",
    "building",
    "number",
    "name",
    "block",
    "subdistrict",
    "district",
    "locality",
    "region",
    "postcode",
    "country",
    "direction",
    "landmark",
    "postOfficeBox",
    "separator",
];

/// Features of a telephone (RFC 9553 §2.3.3).
const FEATURES: [&str; 8] = ["mobile", "voice", "text", "video", "main-number", "textphone", "fax", "pager"];

/// What is wrong with a card; nothing where it is right.
fn mistakes(card: &Value, has_handle: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut unless = |holds: bool, what: &str| {
        if !holds {
            found.push(format!("{what}: {card}"));
        }
    };
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    unless(card["@type"] == "Card" && card["version"] == "2.0", "type and version");
    unless(card.get("uid").is_some() == has_handle, "uid goes with a public handle");
    unless(card.get("uid").is_none_or(|uid| uid.as_str().is_some_and(words::is_web_uri)), "uid");
    unless(card.get("kind").is_none_or(|kind| KINDS.map(Value::from).contains(kind)), "kind");
    for (name, member) in card.as_object().into_iter().flatten() {
        match name.as_str() {
            "@type" | "version" | "uid" | "kind" => continue,
            "name" => {
                unless(text(&member["full"]), "name");
                continue;
            }
            _ => {}
        }
        let entries = member.as_object();
        unless(entries.is_some_and(|entries| !entries.is_empty()), name);
        for (id, entry) in entries.into_iter().flatten() {
            let is_id = (1..=255).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
            unless(is_id, "identifier (RFC 9553 §1.4.1)");
            let fits = match name.as_str() {
                "organizations" => text(&entry["name"]),
                "preferredLanguages" => entry["language"].as_str().is_some_and(words::is_language),
                "phones" => text(&entry["number"]) && is_set(&entry["features"]),
                "emails" => entry["address"].as_str().is_some_and(|address| address.contains('@')),
                "links" => entry["uri"].as_str().is_some_and(words::is_web_uri),
                "addresses" => is_address(entry),
                _ => false,
            };
            unless(fits, name);
        }
    }
    let body = card.to_string();
    unless(!["null", "\"\"", "{}", "[]"].iter().any(|empty| body.contains(empty)), "nothing is empty");
    found
}

fn is_set(features: &Value) -> bool {
    features.as_object().is_some_and(|features| {
        !features.is_empty()
            && features.iter().all(|(name, value)| FEATURES.contains(&name.as_str()) && *value == Value::Bool(true))
    })
}

fn is_address(address: &Value) -> bool {
    let is_component = |component: &Value| {
        COMPONENTS.map(Value::from).contains(&component["kind"])
            && component["value"].as_str().is_some_and(|value| !value.is_empty())
    };
    let country = address.get("countryCode");
    country.is_none_or(|code| code.as_str().is_some_and(words::is_country))
        && items(&address["components"]).iter().all(is_component)
        && (country.is_some() || !items(&address["components"]).is_empty())
}

/// Calls `visit` for every entity within a value.
fn entities<'a>(value: &'a Value, visit: &mut dyn FnMut(&'a Value)) {
    if value["objectClassName"] == "entity" {
        visit(value);
    }
    match value {
        Value::Object(members) => members.values().for_each(|member| entities(member, visit)),
        Value::Array(list) => list.iter().for_each(|item| entities(item, visit)),
        _ => {}
    }
}

fn check(server: &Server) {
    let (mut cards, mut handles_of) = (0, BTreeMap::<String, BTreeSet<String>>::new());
    for target in targets() {
        let mark = if target.contains('?') { '&' } else { '?' };
        let heard = Heard::ask(server.http, &format!("{target}{mark}jscontact=1"));
        let mut has_cards = false;
        entities(&heard.json, &mut |entity| {
            let Some(card) = entity.get("jscontact_card") else {
                assert!(entity.get("vcardArray").is_none(), "{target}: one card without the other");
                return;
            };
            (cards, has_cards) = (cards + 1, true);
            let handle = entity["handle"].as_str();
            assert_eq!(mistakes(card, handle.is_some()), Vec::<String>::new(), "{target}");
            if let (Some(uid), Some(handle)) = (card["uid"].as_str(), handle) {
                handles_of.entry(uid.to_owned()).or_default().insert(handle.to_owned());
            }
        });
        let is_named = items(&heard.json["rdapConformance"]).contains(&"jscontact".into());
        assert!(is_named || !has_cards, "{target}");
    }
    assert!(cards > 600, "{cards}");
    assert!(handles_of.values().all(|handles| handles.len() == 1), "{handles_of:?}");
}

#[test]
fn nx_08_every_jscontact_card_about_the_sample_keeps_to_the_grammar() {
    check(demo());
    check(icann());
}

#[test]
fn nx_08_cards_that_are_wrong_are_seen() {
    let card = serde_json::json!({
        "@type": "Card", "version": "2.0", "uid": "https://rdap.example/entity/c1", "kind": "org",
        "organizations": {"org": {"name": "A"}}, "phones": {"voice": {"number": "tel:+32.2", "features": {"voice": true}}},
        "addresses": {"addr": {"components": [{"kind": "locality", "value": "Gent"}], "countryCode": "BE"}},
    });
    assert_eq!(mistakes(&card, true), Vec::<String>::new());
    assert!(!mistakes(&card, false).is_empty(), "a uid where the handle is withheld");
    for (place, value) in [
        ("/version", serde_json::json!("1.0")),
        ("/kind", serde_json::json!("person")),
        ("/uid", serde_json::json!("c1")),
        ("/organizations/org/name", serde_json::json!("")),
        ("/phones/voice/features", serde_json::json!({"voice": false})),
        ("/phones", serde_json::json!({})),
        ("/addresses/addr/components/0/kind", serde_json::json!("street")),
        ("/addresses/addr/countryCode", serde_json::json!("be")),
    ] {
        let mut wrong = card.clone();
        *wrong.pointer_mut(place).unwrap() = value;
        assert!(!mistakes(&wrong, true).is_empty(), "{place}");
    }
}
