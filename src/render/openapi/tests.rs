use std::collections::BTreeSet;

use super::*;
use crate::answer::{Answer, Searching};
use crate::guard::{Budget, Denial, Share};
use crate::model::name::NameError;
use crate::query::Refusal;
use crate::query::search::{COUNT_WORDS, CURSOR_CHARACTERS_MAX, Mistake, Property, ROUTES, Wish};
use crate::render::rdap::tests::records;
use crate::render::rdap::{self, Asking};
use crate::render::refusal;

fn described(is_offered: bool) -> Value {
    let site = Site {
        operator: "A \"registry\" \\ operator".to_owned(),
        searching: Searching { is_offered, ..Searching::closed() },
        ..records::site()
    };
    serde_json::from_slice(&document(&site, "https://rdap.registry.example/rdap/").body).unwrap()
}

/// Every reference within a value.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn references_lead_somewhere_and_operations_have_names_of_their_own() {
    for is_offered in [false, true] {
        let document = described(is_offered);
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 30, "{}", found.len());
        for reference in found {
            assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
        }
        let mut names = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in ["get", "head", "options"] {
                let name = item[method]["operationId"].as_str().unwrap();
                assert!(names.insert(name.to_owned()), "{path}: {name}");
            }
        }
    }
}

#[test]
fn the_site_is_told_as_it_is() {
    let document = described(true);
    assert_eq!(document["info"]["title"], "RDAP of A \"registry\" \\ operator");
    assert_eq!(document["servers"][0]["url"], "https://rdap.registry.example/rdap");
    assert!(!document.to_string().contains(".invalid"), "nothing prepared is left");
}

#[test]
fn searches_that_are_not_offered_have_no_answer() {
    for (is_offered, path, is_answered) in [
        (true, "/domains", true),
        (true, "/entities/reverse_search/entity", false),
        (false, "/domains", false),
        (false, "/domain/{name}", true),
    ] {
        let responses = &described(is_offered)["paths"][path]["get"]["responses"];
        assert_eq!(responses.get("200").is_some(), is_answered, "{path}");
        assert_eq!(responses.get("422").is_some(), path != "/domain/{name}", "{path}");
    }
}

#[test]
fn er_01_every_status_of_a_refusal_is_described() {
    let share = Share { budget: Budget::Questions, quota: 1, window_seconds: 1, remaining: 0, reset_seconds: 1 };
    let document = described(true);
    for refusal in [
        Refusal::BadName(NameError::Empty),
        Refusal::BadEncoding,
        Refusal::BadCharacters,
        Refusal::BadNumber,
        Refusal::BadHandle,
        Refusal::UnknownPath,
        Refusal::TooLong,
        Refusal::HeadersTooLarge,
        Refusal::NumbersNotServed,
        Refusal::SearchNotOffered,
        Refusal::ReverseSearchNotOffered,
        Refusal::BadSearch(Mistake::Cursor),
        Refusal::PatternNotSupported,
        Refusal::MethodNotAllowed,
        Refusal::TooSlow,
        Refusal::Denied(Denial::Blocked),
        Refusal::Denied(Denial::Banned { seconds: 1 }),
        Refusal::Denied(Denial::Spent(share)),
        Refusal::Unavailable,
        Refusal::Internal { incident: String::new() },
    ] {
        let status = refusal::http(&refusal).status.to_string();
        let response = &document["components"]["responses"][&status];
        assert!(response["content"]["application/rdap+json"].is_object(), "{status} {refusal:?}");
        let is_of_method = matches!(status.as_str(), "405" | "408");
        let of_search = &document["paths"]["/domains"]["get"]["responses"];
        assert_eq!(of_search.get(&status).is_none(), is_of_method, "{status}");
    }
}

/// The parameters of a path, by their names, each with its schema.
fn parameters(document: &Value, path: &str) -> Vec<(String, Value)> {
    let listed = document["paths"][path]["parameters"].as_array().unwrap();
    listed.iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one["schema"].clone())).collect()
}

#[test]
fn sr_09_pg_02_pg_05_ss_01_rv_02_searches_are_described_by_what_is_read() {
    let document = described(true);
    for route in ROUTES {
        let described = parameters(&document, &format!("/{}", route.path));
        let names: Vec<&str> = described.iter().map(|(name, _)| name.as_str()).collect();
        let read = route.predicates.iter().copied().chain(Wish::ALL.iter().map(|wish| wish.word()));
        assert_eq!(names, read.chain(["jscontact"]).collect::<Vec<&str>>(), "{}", route.path);
        for (name, schema) in &described {
            match name.as_str() {
                "count" => assert_eq!(schema["enum"].as_array().unwrap().len(), COUNT_WORDS.len()),
                "cursor" => assert_eq!(schema["maxLength"], CURSOR_CHARACTERS_MAX),
                "ip" | "nsIp" => assert!(schema["anyOf"].to_string().contains("ipv6"), "{}: {name}", route.path),
                "sort" => {
                    let pattern = schema["pattern"].as_str().unwrap();
                    let words: Vec<&str> =
                        pattern.split(['(', ')', '|']).filter(|part| Property::from_word(part).is_some()).collect();
                    let offered = Property::of(route.class);
                    assert_eq!(words.len(), 2 * offered.len(), "once for the first and once for the others: {pattern}");
                    assert!(offered.iter().all(|property| words.contains(&property.word())), "{pattern}");
                }
                _ => {}
            }
        }
        let answer = &document["paths"][format!("/{}", route.path)]["get"]["responses"]["200"]["content"];
        let schema = answer["application/rdap+json"]["schema"]["$ref"].as_str().unwrap();
        let schema = &document.pointer(schema.strip_prefix('#').unwrap()).unwrap()["allOf"][1];
        assert_eq!(schema["required"][0], route.class.results(), "{}", route.path);
        for metadata in ["paging_metadata", "sorting_metadata", "subsetting_metadata"] {
            assert_eq!(schema["properties"][metadata]["type"], "object", "{}", route.path);
        }
        assert!(!route.is_reverse || schema["properties"]["reverse_search_properties_mapping"].is_object(), "RV-05");
    }
}

#[test]
fn ev_01_every_event_of_an_answer_is_described() {
    let document = described(true);
    let known = document["components"]["schemas"]["Event"]["properties"]["eventAction"]["enum"].as_array().unwrap();
    for answer in [Answer::Domain(records::bedrijf()), Answer::Nameserver(records::host())] {
        let url = Asking { base: "https://rdap.registry.example/rdap/", asked: "x", jscontact: false };
        let answer = rdap::render(&answer, &records::site(), &records::generation(), &url);
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        let events = answer["events"].as_array().unwrap();
        assert!(events.iter().any(|event| event["eventAction"] == "last update of RDAP database"));
        assert!(events.iter().all(|event| known.contains(&event["eventAction"])), "{events:?}");
    }
}

#[test]
fn lists_of_fixed_length_end_where_they_should() {
    let document = described(true);
    let list = document.pointer("/components/schemas/Card").unwrap();
    assert_eq!(list["items"], false, "nothing comes behind `prefixItems`");
    assert_eq!(list["minItems"], list["prefixItems"].as_array().unwrap().len());
    let list = document.pointer("/components/schemas/Bootstrap/properties/services/items").unwrap();
    assert_eq!((&list["minItems"], &list["maxItems"]), (&Value::from(2), &Value::from(2)));
}
