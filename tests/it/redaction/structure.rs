//! What holds for the form of every RDAP answer: the checks J1 to J3 and G1 of what servers get wrong most often.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::allow_list;

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| Regex::new("(?i)redacted|not shown|gdpr|x{3,}|masked").unwrap());

/// Members whose texts speak about redaction, or name an extension.
const SPEAKING: [&str; 4] = ["redacted", "notices", "remarks", "rdapConformance"];

/// Everything that is wrong with the form of an answer.
pub fn mistakes(answer: &Value) -> Vec<String> {
    let mut mistakes: Vec<String> = allow_list::strangers_in_rdap(answer).into_iter().collect();
    let conformance = answer.get("rdapConformance").and_then(Value::as_array);
    if !conformance.is_some_and(|conformance| conformance.contains(&Value::from("rdap_level_0"))) {
        mistakes.push("no rdap_level_0".to_owned());
    }
    walk(answer, &mut Vec::new(), &mut mistakes);
    mistakes
}

/// A member or an index on the way to a node.
#[derive(Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Index(usize),
}

fn path(at: &[Step<'_>]) -> String {
    at.iter().fold("$".to_owned(), |path, step| match step {
        Step::Member(name) => format!("{path}.{name}"),
        Step::Index(index) => format!("{path}[{index}]"),
    })
}

fn walk<'a>(value: &'a Value, at: &mut Vec<Step<'a>>, mistakes: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let depth = at.len();
                // Field sets are described by a text (RFC 8982 §2.1), and a JSContact card has links of its own.
                let (in_field_sets, in_card) = (passes(at, "availableFieldSets"), passes(at, "jscontact_card"));
                at.push(Step::Member(name));
                match name.as_str() {
                    "redacted" => {
                        at.pop();
                        continue;
                    }
                    "description" if !member.is_array() && !in_field_sets => {
                        mistakes.push(format!("J1: {} is no array", path(at)));
                    }
                    "notices" | "rdapConformance" if depth > 0 => {
                        mistakes.push(format!("J3: {} within the answer", path(at)));
                    }
                    "links" if !in_card => {
                        for link in member.as_array().into_iter().flatten() {
                            let whole = ["value", "rel", "href"].iter().all(|part| link[part].is_string());
                            if !whole {
                                mistakes.push(format!("J2: {}: {link}", path(at)));
                            }
                        }
                    }
                    _ => {}
                }
                walk(member, at, mistakes);
                at.pop();
            }
        }
        Value::Array(items) if items.is_empty() => mistakes.push(format!("{} is empty", path(at))),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                at.push(Step::Index(index));
                walk(item, at, mistakes);
                at.pop();
            }
        }
        Value::String(text) => {
            let speaks = SPEAKING.iter().any(|member| passes(at, member));
            if !speaks && PLACEHOLDER.is_match(text) {
                mistakes.push(format!("G1: {}: {text}", path(at)));
            }
        }
        Value::Null => mistakes.push(format!("{} is null", path(at))),
        Value::Bool(_) | Value::Number(_) => {}
    }
}

fn passes(at: &[Step<'_>], name: &str) -> bool {
    at.iter().any(|step| matches!(step, Step::Member(found) if *found == name))
}

#[test]
fn each_mistake_is_seen() {
    let answer = serde_json::json!({
        "objectClassName": "domain", "rdapConformance": ["rdap_level_0", "redacted"],
        "redacted": [{"name": {"description": "x"}}],
        "remarks": [{"description": "one text about GDPR"}],
        "entities": [{"objectClassName": "entity", "notices": [{"description": ["x"]}], "handle": "XXXX"}],
        "links": [{"rel": "self", "href": "x"}],
        "status": [],
    });
    let found = mistakes(&answer);
    for start in
        ["J1: $.remarks[0]", "J2: $.links", "J3: $.entities[0].notices", "G1: $.entities[0].handle", "$.status"]
    {
        assert_eq!(found.iter().filter(|mistake| mistake.starts_with(start)).count(), 1, "{start}: {found:?}");
    }
}
