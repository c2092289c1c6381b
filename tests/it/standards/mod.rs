//! Requirements of the standards, on the wire of one running server over the sample register. Each test has in its
//! name the ids that `tests/coverage.md` lists.

mod answers;
mod cards;
mod coverage;
mod escrow;
mod http;
mod names;
mod newer;
mod port43;
mod searches;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::client::{Reply, get};
use crate::demo::demo;

/// A JSON value in which no member stands twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut all = Vec::new();
                while let Some(Strict(item)) = items.next_element()? {
                    all.push(item);
                }
                Ok(Value::Array(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
                let mut all = Map::new();
                while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
                    if all.insert(name.clone(), value).is_some() {
                        return Err(serde::de::Error::custom(format!("{name} stands twice")));
                    }
                }
                Ok(Value::Object(all))
            }
        }
        deserializer.deserialize_any(Reader).map(Strict)
    }
}

/// Reads JSON in which no member stands twice.
fn strict(body: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(body).map(|Strict(value)| value)
}

#[test]
fn the_strict_reader_is_strict() {
    assert!(strict(br#"{"a":[1,{"b":null}],"c":"x"}"#).is_ok());
    assert!(strict(br#"{"a":1,"b":{"c":1,"c":2}}"#).unwrap_err().to_string().contains("c stands twice"));
    assert!(strict(b"{} x").is_err());
}

/// One RDAP answer.
struct Told {
    target: String,
    reply: Reply,
    json: Value,
}

/// The answers about every domain, name server and public entity of the sample, help, and errors.
static ANSWERS: LazyLock<Vec<Told>> = LazyLock::new(|| {
    let deposit = std::fs::read_to_string("data/sample/full.xml").unwrap();
    let texts = |element: &str| -> BTreeSet<String> {
        let open = format!("<{element}>");
        deposit.split(&open).skip(1).map(|piece| piece.split('<').next().unwrap().to_owned()).collect()
    };
    let mut targets: Vec<String> = texts("rdeDomain:name").iter().map(|name| format!("/rdap/domain/{name}")).collect();
    for element in ["rdeHost:name", "domain:hostName"] {
        targets.extend(texts(element).iter().map(|name| format!("/rdap/nameserver/{name}")));
    }
    for element in ["rdeContact:id", "rdeRegistrar:id", "rdeRegistrar:gurid"] {
        targets.extend(texts(element).iter().map(|id| format!("/rdap/entity/{id}")));
    }
    for target in ["help", "domain/vrij.be", "domain/a..be", "nope", "domains?name=*b", "ip/192.0.2.1"] {
        targets.push(format!("/rdap/{target}"));
    }
    let told = |target: String| {
        let reply = get(demo().http, &target);
        let json = strict(&reply.body).unwrap_or_else(|error| panic!("RS-06: {target}: {error}"));
        Told { target, reply, json }
    };
    let answers: Vec<Told> = targets.into_iter().map(told).collect();
    let found = |class: &str| answers.iter().filter(|told| told.json["objectClassName"] == class).count();
    assert_eq!(found("domain"), 197);
    assert!(found("nameserver") > 10 && found("entity") > 20, "{} {}", found("nameserver"), found("entity"));
    answers
});

/// Every answer of [`ANSWERS`] that finds something.
fn found() -> impl Iterator<Item = &'static Told> {
    ANSWERS.iter().filter(|told| told.reply.status == 200)
}

/// The answer about one object.
fn told(path: &str) -> &'static Value {
    let target = format!("/rdap/{path}");
    &ANSWERS.iter().find(|told| told.target == target).unwrap_or_else(|| panic!("{path}")).json
}

/// Calls `visit` for every node with the member names and indexes that lead to it.
fn walk(value: &Value, visit: &mut dyn FnMut(&[String], &Value)) {
    fn step(value: &Value, at: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &Value)) {
        visit(at, value);
        let children: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(name, child)| (name.clone(), child)).collect(),
            Value::Array(items) => items.iter().enumerate().map(|(index, child)| (index.to_string(), child)).collect(),
            _ => Vec::new(),
        };
        for (name, child) in children {
            at.push(name);
            step(child, at, visit);
            at.pop();
        }
    }
    step(value, &mut Vec::new(), visit);
}

/// Calls `visit` for every value of members with this name, outside `redacted` and jCards.
fn each(told: &Told, member: &str, mut visit: impl FnMut(&Value)) {
    walk(&told.json, &mut |at, value| {
        let outside = !at.iter().any(|name| name == "redacted" || name == "vcardArray");
        if outside && at.last().is_some_and(|name| name == member) {
            visit(value);
        }
    });
}

/// The items of an array; none where there is no array.
fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The text of a member, or `""`.
fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}
