//! JSON read strictly: a repeated member name is an error (RS-06).

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without null and without repeated names")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Strict, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Strict(Value::Array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Strict, A::Error> {
        let mut members = Map::new();
        while let Some((name, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if members.insert(name.clone(), value).is_some() {
                return Err(A::Error::custom(format!("{name} stands twice")));
            }
        }
        Ok(Strict(Value::Object(members)))
    }
}

/// Reads a body; panics on null, repeated names, floats and whatever is no JSON.
pub(super) fn read(body: &[u8]) -> Value {
    serde_json::from_slice::<Strict>(body).unwrap().0
}

#[test]
fn the_reader_is_strict() {
    assert!(serde_json::from_str::<Strict>(r#"{"a":1,"a":2}"#).is_err());
    assert!(serde_json::from_str::<Strict>(r#"{"a":null}"#).is_err());
    assert_eq!(read(br#"{"a":[true,"b",3]}"#), serde_json::json!({"a": [true, "b", 3]}));
}
