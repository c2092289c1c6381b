//! Checks the `redacted` member of an answer against its unredacted twin (RD-05 to RD-11, RD-20 to RD-31).
//!
//! The paths are evaluated by an RFC 9535 engine that is no part of this program.

use serde_json::Value;
use serde_json_path::JsonPath;

/// The names that IANA registered for redactions.
pub const REGISTERED: [&str; 17] = [
    "Registry Domain ID",
    "Registry Registrant ID",
    "Registrant Name",
    "Registrant Organization",
    "Registrant Street",
    "Registrant City",
    "Registrant Postal Code",
    "Registrant Phone",
    "Registrant Phone Ext",
    "Registrant Fax",
    "Registrant Fax Ext",
    "Registrant Email",
    "Registry Tech ID",
    "Tech Name",
    "Tech Phone",
    "Tech Phone Ext",
    "Tech Email",
];

/// Checks `answer` against `twin`: the answer that the same question would get if nothing were withheld, rendered
/// with every omitted contact last. Each path must find what it says, and what differs must be exactly what is
/// listed. Where a handle is listed as removed, the links of the same object, which repeat it, may be gone too.
///
/// # Errors
///
/// The first thing that is wrong, in words.
pub fn check(answer: &Value, twin: &Value) -> Result<(), String> {
    let entries = answer.get("redacted").and_then(Value::as_array).cloned().unwrap_or_default();
    check_conformance(answer, !entries.is_empty())?;
    let (mut emptied, mut removed) = (Vec::new(), Vec::new());
    for entry in &entries {
        check_form(entry)?;
        match (text(entry, "prePath"), text(entry, "postPath"), text(entry, "method")) {
            (Some(path), None, Some("removal")) => {
                let nodes = locate(path, twin)?;
                if nodes.is_empty() {
                    return Err(format!("{path} finds nothing in the twin"));
                }
                if !locate(path, answer)?.is_empty() {
                    return Err(format!("{path} finds something in the answer"));
                }
                removed.extend(nodes);
            }
            (None, Some(path), Some("emptyValue")) => {
                let nodes = locate(path, answer)?;
                if nodes.is_empty() {
                    return Err(format!("{path} finds nothing in the answer"));
                }
                if nodes.iter().any(|node| answer.pointer(node) != Some(&Value::from(""))) {
                    return Err(format!("{path} finds more than empty strings in the answer"));
                }
                let nodes = locate(path, twin)?;
                if nodes.iter().all(|node| twin.pointer(node) == Some(&Value::from(""))) {
                    return Err(format!("{path} is empty in the twin already"));
                }
                emptied.extend(nodes);
            }
            _ => return Err(format!("no such form of an entry: {entry}")),
        }
    }
    for node in &removed {
        let inner = format!("{node}/");
        if let Some(other) = removed.iter().chain(&emptied).find(|other| other.starts_with(&inner)) {
            return Err(format!("{other} lies within {node}"));
        }
    }
    removed.extend(unsaid(answer, twin, "", &removed));
    let (expected, found) = (redact(twin, &emptied, removed), bare(answer));
    if expected == found { Ok(()) } else { Err(first_difference(&expected, &found, "$")) }
}

/// Organisations that are gone without an entry, which RFC 9537 §4.2 allows where the entry alone would tell something:
/// those of cards that do not say whether they are a person's, and whose name is emptied.
fn unsaid(answer: &Value, twin: &Value, at: &str, listed: &[String]) -> Vec<String> {
    let property = |card: &Value, name: &str| {
        card.pointer("/vcardArray/1")?
            .as_array()?
            .iter()
            .position(|property| property.get(0) == Some(&Value::from(name)))
    };
    let mut found = Vec::new();
    let is_silent = property(answer, "kind").is_none() && property(answer, "org").is_none();
    let is_nameless = answer.pointer("/vcardArray/1/1/3") == Some(&Value::from(""));
    if let Some(index) = property(twin, "org").filter(|_| is_silent && is_nameless) {
        let pointer = format!("{at}/vcardArray/1/{index}");
        if !listed.contains(&pointer) {
            found.push(pointer);
        }
    }
    for (index, entity) in answer.get("entities").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let at = format!("{at}/entities/{index}");
        if let Some(twin) = twin.pointer(&at[at.rfind("/entities").unwrap_or_default()..]) {
            found.extend(unsaid(entity, twin, &at, listed));
        }
    }
    found
}

fn check_conformance(answer: &Value, is_redacted: bool) -> Result<(), String> {
    let listed = answer
        .get("rdapConformance")
        .and_then(Value::as_array)
        .is_some_and(|conformance| conformance.contains(&Value::from("redacted")));
    if listed == is_redacted { Ok(()) } else { Err("rdapConformance and redacted do not agree".to_owned()) }
}

fn check_form(entry: &Value) -> Result<(), String> {
    let members: Vec<&String> = entry.as_object().map(|entry| entry.keys().collect()).unwrap_or_default();
    let known = ["name", "prePath", "postPath", "pathLang", "method", "reason"];
    if let Some(unknown) = members.iter().find(|member| !known.contains(&member.as_str())) {
        return Err(format!("unknown member {unknown}"));
    }
    let name = entry.get("name").and_then(Value::as_object).ok_or("no name")?;
    match (name.get("type").and_then(Value::as_str), name.get("description").and_then(Value::as_str)) {
        (Some(kind), None) if REGISTERED.contains(&kind) => {}
        (None, Some(description)) if !REGISTERED.contains(&description) && !description.is_empty() => {}
        _ => return Err(format!("no such name: {name:?}")),
    }
    let reason = entry.get("reason").and_then(|reason| text(reason, "description"));
    if reason.is_none_or(str::is_empty) || text(entry, "pathLang") != Some("jsonpath") {
        return Err(format!("no reason or path language: {entry}"));
    }
    let path = text(entry, "prePath").or(text(entry, "postPath")).unwrap_or_default();
    if !path.starts_with("$.") || path.contains(".roles[") {
        return Err(format!("no path from the root by plain indexes: {path}"));
    }
    Ok(())
}

fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member).and_then(Value::as_str)
}

/// JSON pointers of the nodes that a path finds.
fn locate(path: &str, value: &Value) -> Result<Vec<String>, String> {
    let parsed = JsonPath::parse(path).map_err(|error| format!("{path}: {error}"))?;
    Ok(parsed.query_located(value).locations().map(|location| location.to_json_pointer()).collect())
}

/// The twin after the listed redactions.
fn redact(twin: &Value, emptied: &[String], mut removed: Vec<String>) -> Value {
    let mut value = bare(twin);
    for pointer in emptied {
        if let Some(node) = value.pointer_mut(pointer) {
            *node = Value::from("");
        }
    }
    let links = removed.iter().filter_map(|pointer| pointer.strip_suffix("/handle")).map(|at| format!("{at}/links"));
    let links: Vec<String> = links.collect();
    removed.extend(links);
    // The last index of an array first, so that none shifts before its turn.
    removed.sort_by_key(|pointer| {
        let key = |part: &str| part.parse::<usize>().map_or_else(|_| part.to_owned(), |index| format!("{index:09}"));
        pointer.split('/').map(key).collect::<Vec<_>>()
    });
    for pointer in removed.iter().rev() {
        remove(&mut value, pointer);
    }
    value
}

/// Removes a node, and the array that it leaves empty.
fn remove(value: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return };
    match value.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.remove(key);
        }
        Some(Value::Array(items)) => {
            if let Ok(index) = key.parse::<usize>() {
                items.remove(index);
            }
            if items.is_empty() {
                remove(value, parent);
            }
        }
        _ => {}
    }
}

/// The data of an answer, without what it says about redaction.
fn bare(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(members) = value.as_object_mut() {
        members.remove("redacted");
        members.remove("rdapConformance");
    }
    value
}

fn first_difference(expected: &Value, found: &Value, at: &str) -> String {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            for key in left.keys().chain(right.keys()) {
                match (left.get(key), right.get(key)) {
                    (Some(a), Some(b)) if a != b => return first_difference(a, b, &format!("{at}.{key}")),
                    (None, Some(_)) => return format!("{at}.{key} stands in the answer alone"),
                    (Some(_), None) => return format!("{at}.{key} is missing and not listed"),
                    _ => {}
                }
            }
            at.to_owned()
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let pair = left.iter().zip(right).enumerate().find(|(_, (a, b))| a != b);
            pair.map_or_else(|| at.to_owned(), |(index, (a, b))| first_difference(a, b, &format!("{at}[{index}]")))
        }
        _ => format!("{at}: expected {expected}, found {found}"),
    }
}
