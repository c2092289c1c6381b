//! Walks over answers: the checks J1 to J3 and G1 of the project's checklist, each of which gives what is wrong.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::counter::results;

/// Calls `visit` for every node, with its path.
pub fn walk<'a>(value: &'a Value, at: &str, visit: &mut dyn FnMut(&str, &'a Value)) {
    visit(at, value);
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| walk(member, &format!("{at}.{name}"), visit));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, &format!("{at}[{index}]"), visit));
        }
        _ => {}
    }
}

/// Calls `visit` for every object of RDAP, with its path.
pub fn objects<'a>(answer: &'a Value, visit: &mut dyn FnMut(&str, &'a Value)) {
    walk(answer, "$", &mut |at, value| {
        if value.get("objectClassName").is_some() {
            visit(at, value);
        }
    });
}

/// Calls `visit` for every entity, with its path.
pub fn entities<'a>(answer: &'a Value, visit: &mut dyn FnMut(&str, &'a Value)) {
    objects(answer, &mut |at, object| {
        if object["objectClassName"] == "entity" {
            visit(at, object);
        }
    });
}

/// The last member of a path.
fn member(at: &str) -> &str {
    at.rsplit('.').next().unwrap_or_default()
}

/// Where members of this name stand.
pub fn places_of(answer: &Value, name: &str) -> Vec<String> {
    let mut places = Vec::new();
    walk(answer, "$", &mut |at, _| {
        if member(at) == name {
            places.push(at.to_owned());
        }
    });
    places
}

/// J1: descriptions outside `redacted` that are no lists. Field sets are described by a text (RFC 8982 §2.1).
pub fn descriptions_that_are_no_lists(answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(answer, "$", &mut |at, value| {
        let is_spared = at.contains(".redacted") || at.contains(".availableFieldSets");
        if member(at) == "description" && !value.is_array() && !is_spared {
            found.push(at.to_owned());
        }
    });
    found
}

/// J2: links without context, relation or target.
pub fn incomplete_links(answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(answer, "$", &mut |at, value| {
        if member(at) != "links" || at.contains(".jscontact_card.") {
            return;
        }
        for link in value.as_array().into_iter().flatten() {
            if !["value", "rel", "href"].iter().all(|part| link[part].as_str().is_some_and(|text| !text.is_empty())) {
                found.push(format!("{at}: {link}"));
            }
        }
    });
    found
}

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| Regex::new("(?i)redacted|not shown|gdpr|x{3,}|masked").unwrap());

/// G1: texts that stand for what is not shown.
pub fn placeholders(answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(answer, "$", &mut |at, value| {
        let speaks = [".redacted", ".notices", ".remarks", ".rdapConformance"].iter().any(|part| at.contains(part));
        if !speaks && value.as_str().is_some_and(|text| PLACEHOLDER.is_match(text)) {
            found.push(format!("{at}: {value}"));
        }
    });
    found
}

/// Every entry of `redacted`: of the answer, or of each result.
pub fn redactions(answer: &Value) -> Vec<&Value> {
    let objects = [answer].into_iter().chain(results(answer));
    objects.filter_map(|object| object["redacted"].as_array()).flatten().collect()
}

/// Where an object says that it is.
pub fn own_link(object: &Value) -> Option<&str> {
    object["links"].as_array()?.iter().find(|link| link["rel"] == "self")?["href"].as_str()
}

/// The answer without links, and without when the data set is from.
pub fn without_context(answer: &Value) -> Value {
    let mut answer = answer.clone();
    fn forget(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("links");
                members.values_mut().for_each(forget);
            }
            Value::Array(items) => {
                items.retain(|item| item["eventAction"] != "last update of RDAP database");
                items.iter_mut().for_each(forget);
            }
            _ => {}
        }
    }
    forget(&mut answer);
    answer
}

#[test]
fn each_walk_finds_its_mistake() {
    let answer = serde_json::json!({
        "objectClassName": "domain",
        "redacted": [{"name": {"description": "REDACTED"}}],
        "remarks": [{"description": "one text about GDPR"}],
        "entities": [{"objectClassName": "entity", "notices": [{"description": ["x"]}], "handle": "XXXX"}],
        "links": [{"rel": "self", "href": "x"}],
    });
    assert_eq!(descriptions_that_are_no_lists(&answer), ["$.remarks[0].description"]);
    assert_eq!(incomplete_links(&answer).len(), 1);
    assert_eq!(places_of(&answer, "notices"), ["$.entities[0].notices"]);
    assert_eq!(placeholders(&answer), ["$.entities[0].handle: \"XXXX\""]);
    assert_eq!((redactions(&answer).len(), own_link(&answer)), (1, Some("x")));
    assert_eq!(without_context(&answer).get("links"), None);
}
