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
    walk(answer, "$", &mut mistakes);
    mistakes
}

fn walk(value: &Value, at: &str, mistakes: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let at = format!("{at}.{name}");
                match name.as_str() {
                    "redacted" => continue,
                    "description" if !member.is_array() => mistakes.push(format!("J1: {at} is no array")),
                    "notices" | "rdapConformance" if at.matches('.').count() > 1 => {
                        mistakes.push(format!("J3: {at} within the answer"));
                    }
                    "links" => {
                        for link in member.as_array().into_iter().flatten() {
                            let whole = ["value", "rel", "href"].iter().all(|part| link[part].is_string());
                            if !whole {
                                mistakes.push(format!("J2: {at}: {link}"));
                            }
                        }
                    }
                    _ => {}
                }
                walk(member, &at, mistakes);
            }
        }
        Value::Array(items) if items.is_empty() => mistakes.push(format!("{at} is empty")),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, &format!("{at}[{index}]"), mistakes));
        }
        Value::String(text) => {
            let speaks = SPEAKING.iter().any(|member| at.contains(&format!(".{member}[")));
            if !speaks && PLACEHOLDER.is_match(text) {
                mistakes.push(format!("G1: {at}: {text}"));
            }
        }
        Value::Null => mistakes.push(format!("{at} is null")),
        Value::Bool(_) | Value::Number(_) => {}
    }
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
