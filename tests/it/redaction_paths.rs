//! Checks the `redacted` members of an answer against its unredacted twin (RD-05 to RD-11, RD-20 to RD-31).
//!
//! The paths are evaluated by an RFC 9535 engine that is no part of this program, over the whole answer: a page of
//! search results too, where each result has entries of its own.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::Value;
use serde_json_path::JsonPath;

/// What is found by searches: the class, the member that lists the results, and the member that identifies one.
pub const CLASSES: [(&str, &str, &str); 3] = [
    ("domain", "domainSearchResults", "ldhName"),
    ("nameserver", "nameserverSearchResults", "ldhName"),
    ("entity", "entitySearchResults", "handle"),
];

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
/// listed. Where a handle is listed as removed, the links of the same object, which repeat it, must be gone too. What
/// links give as their context is not compared, for it is the URL that was asked.
///
/// The number of entries is given back.
///
/// # Errors
///
/// The first thing that is wrong, in words.
pub fn check(answer: &Value, mut twin: Value) -> Result<usize, String> {
    let mut entries = 0;
    let (mut emptied, mut removed) = (Vec::new(), Vec::new());
    for at in objects(answer) {
        let object = answer.pointer(&at).ok_or("no such object")?;
        let listed = Listed::of(object, &at, answer, &twin)?;
        entries += listed.entries;
        let unsaid = unsaid(object, twin.pointer(&at), &at, &listed.removed);
        emptied.extend(listed.emptied);
        removed.extend(listed.removed);
        removed.extend(unsaid);
    }
    if answer.pointer("/redacted").is_some() && answer.get("objectClassName").is_none() {
        return Err("redacted stands on a page and not in its results".to_owned());
    }
    check_conformance(answer, entries > 0)?;
    redact(&mut twin, &emptied, removed);
    match difference(&twin, answer) {
        None => Ok(entries),
        Some(difference) => Err(format!("${difference}")),
    }
}

/// JSON pointers of the objects that list redactions: the answer itself, or each result on a page.
fn objects(answer: &Value) -> Vec<String> {
    let lists = CLASSES.iter().filter_map(|(_, member, _)| Some((member, answer.get(member)?.as_array()?.len())));
    match lists.into_iter().next_back() {
        Some((member, length)) => (0..length).map(|index| format!("/{member}/{index}")).collect(),
        None => vec![String::new()],
    }
}

/// A JSON pointer as a path of plain members and indexes.
fn as_path(pointer: &str) -> String {
    let parts = pointer.split('/').skip(1);
    parts.fold("$".to_owned(), |path, part| match part.parse::<usize>() {
        Ok(index) => format!("{path}[{index}]"),
        Err(_) => format!("{path}.{part}"),
    })
}

/// What the entries of one object list, as JSON pointers into the twin.
#[derive(Default)]
struct Listed {
    entries: usize,
    emptied: Vec<String>,
    removed: Vec<String>,
}

impl Listed {
    fn of(object: &Value, at: &str, answer: &Value, twin: &Value) -> Result<Listed, String> {
        let mut listed = Listed::default();
        let root = as_path(at);
        let is_gtld = text(object, "ldhName").is_some_and(|name| !name.ends_with(".be"));
        for entry in object.get("redacted").and_then(Value::as_array).into_iter().flatten() {
            listed.entries += 1;
            check_form(entry, &root)?;
            // A gTLD tells what it collects and never publishes, also where there was nothing to collect (CO-05).
            let is_collected = is_gtld && entry.pointer("/name/type").is_some();
            match (text(entry, "prePath"), text(entry, "postPath"), text(entry, "method")) {
                (Some(path), None, Some("removal")) => {
                    let nodes = locate(path, twin)?;
                    if nodes.is_empty() && !is_collected {
                        return Err(format!("{path} finds nothing in the twin"));
                    }
                    if !locate(path, answer)?.is_empty() {
                        return Err(format!("{path} finds something in the answer"));
                    }
                    listed.removed.extend(nodes);
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
                    if !is_collected && nodes.iter().all(|node| twin.pointer(node) == Some(&Value::from(""))) {
                        return Err(format!("{path} is empty in the twin already"));
                    }
                    listed.emptied.extend(nodes);
                }
                _ => return Err(format!("no such form of an entry: {entry}")),
            }
        }
        let inside = format!("{at}/");
        if let Some(outside) = listed.all().find(|node| !node.starts_with(&inside)) {
            return Err(format!("{outside} lies outside {root}"));
        }
        for node in &listed.removed {
            let inner = format!("{node}/");
            if let Some(other) = listed.all().find(|other| other.starts_with(&inner)) {
                return Err(format!("{other} lies within {node}"));
            }
            if listed.all().filter(|other| *other == node).count() > 1 {
                return Err(format!("{node} is listed twice"));
            }
        }
        Ok(listed)
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.removed.iter().chain(&self.emptied)
    }
}

/// Organisations that are gone without an entry, which RFC 9537 §4.2 allows where the entry alone would tell something:
/// those of cards that do not say whether they are a person's, and whose name is withheld.
fn unsaid(answer: &Value, twin: Option<&Value>, at: &str, listed: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let Some(twin) = twin else { return found };
    let property = |card: &Value, name: &str| {
        card.pointer("/vcardArray/1")?
            .as_array()?
            .iter()
            .position(|property| property.get(0) == Some(&Value::from(name)))
    };
    let is_silent = property(answer, "kind").is_none() && property(answer, "org").is_none();
    let is_nameless = answer.pointer("/vcardArray/1/1/3") == Some(&Value::from(""));
    if is_silent && is_nameless {
        let of_jcard = property(twin, "org").map(|index| format!("{at}/vcardArray/1/{index}"));
        let card = answer.get("jscontact_card");
        let says = |member: &str| card.is_some_and(|card| card.get(member).is_some());
        let is_in_twin = twin.pointer("/jscontact_card/organizations/org").is_some();
        let of_card = is_in_twin && !says("kind") && !says("organizations");
        let of_card = of_card.then(|| format!("{at}/jscontact_card/organizations/org"));
        found.extend(of_jcard.into_iter().chain(of_card).filter(|pointer| !listed.contains(pointer)));
    }
    for (index, entity) in answer.get("entities").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let below = format!("/entities/{index}");
        found.extend(unsaid(entity, twin.pointer(&below), &format!("{at}{below}"), listed));
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

fn check_form(entry: &Value, root: &str) -> Result<(), String> {
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
    let is_below = path.strip_prefix(root).is_some_and(|rest| rest.starts_with('.'));
    if !is_below || path.contains(".roles[") {
        return Err(format!("no path from {root} by plain indexes: {path}"));
    }
    Ok(())
}

fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member).and_then(Value::as_str)
}

/// JSON pointers of the nodes that a path finds.
fn locate(path: &str, value: &Value) -> Result<Vec<String>, String> {
    thread_local! {
        /// The paths that were parsed already: answers repeat them.
        static PARSED: RefCell<HashMap<String, JsonPath>> = RefCell::default();
    }
    PARSED.with_borrow_mut(|parsed| {
        if !parsed.contains_key(path) {
            let new = JsonPath::parse(path).map_err(|error| format!("{path}: {error}"))?;
            parsed.insert(path.to_owned(), new);
        }
        let found = parsed[path].query_located(value);
        Ok(found.locations().map(|location| location.to_json_pointer()).collect())
    })
}

/// Applies the listed redactions to the twin.
fn redact(twin: &mut Value, emptied: &[String], mut removed: Vec<String>) {
    for pointer in emptied {
        if let Some(node) = twin.pointer_mut(pointer) {
            *node = Value::from("");
        }
    }
    let links = removed.iter().filter_map(|pointer| pointer.strip_suffix("/handle")).map(|at| format!("{at}/links"));
    let links: Vec<String> = links.collect();
    removed.extend(links);
    // The last index of an array first, so that none shifts before its turn.
    removed.sort_by_cached_key(|pointer| {
        let key = |part: &str| part.parse::<usize>().map_or_else(|_| part.to_owned(), |index| format!("{index:09}"));
        pointer.split('/').map(key).collect::<Vec<_>>()
    });
    for pointer in removed.iter().rev() {
        remove(twin, pointer);
    }
}

/// Removes a node, and the array that it leaves empty; in a JSContact card the object too.
fn remove(value: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return };
    let is_left_empty = match value.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.remove(key);
            parent.contains("/jscontact_card/") && members.is_empty()
        }
        Some(Value::Array(items)) => {
            if let Ok(index) = key.parse::<usize>() {
                items.remove(index);
            }
            items.is_empty()
        }
        _ => false,
    };
    if is_left_empty {
        remove(value, parent);
    }
}

/// Members that say something about the answer and nothing about its data.
const UNCOMPARED: [&str; 2] = ["redacted", "rdapConformance"];

/// Where the data of two answers differ, and how.
pub fn difference(expected: &Value, found: &Value) -> Option<String> {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            let is_compared =
                |key: &&String| !UNCOMPARED.contains(&key.as_str()) && (*key != "value" || !left.contains_key("href"));
            for key in left.keys().chain(right.keys()).filter(is_compared) {
                match (left.get(key), right.get(key)) {
                    (Some(a), Some(b)) => {
                        if let Some(below) = difference(a, b) {
                            return Some(format!(".{key}{below}"));
                        }
                    }
                    (None, Some(_)) => return Some(format!(".{key} stands in the answer alone")),
                    (Some(_), None) => return Some(format!(".{key} is missing and not listed")),
                    (None, None) => {}
                }
            }
            None
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let mut pairs = left.iter().zip(right).enumerate();
            pairs.find_map(|(index, (a, b))| difference(a, b).map(|below| format!("[{index}]{below}")))
        }
        _ if expected == found => None,
        _ => Some(format!(": expected {expected}, found {found}")),
    }
}

/// Each kind of mistake is found, in a lookup and on a page.
#[test]
fn rd_20_to_rd_31_each_mistake_of_an_entry_is_found() {
    let twin = serde_json::json!({
        "objectClassName": "domain", "ldhName": "x.be",
        "entities": [
            {"objectClassName": "entity", "handle": "a", "links": [{"href": "a", "value": "v"}], "roles": ["registrant"]},
            {"objectClassName": "entity", "handle": "b", "roles": ["technical"]},
        ],
    });
    let entry = |path: &str| {
        serde_json::json!({"name": {"description": "Handle"}, "prePath": path, "pathLang": "jsonpath",
            "method": "removal", "reason": {"description": "so"}})
    };
    let answer = |entries: &[Value]| {
        let mut answer = twin.clone();
        for member in ["handle", "links"] {
            answer["entities"][0].as_object_mut().unwrap().remove(member);
        }
        answer["redacted"] = entries.into();
        answer["rdapConformance"] = serde_json::json!(["rdap_level_0", "redacted"]);
        answer
    };
    let right = answer(&[entry("$.entities[0].handle")]);
    assert_eq!(check(&right, twin.clone()), Ok(1));
    for (entries, mistake) in [
        (vec![entry("$.entities[1].handle")], "finds something in the answer"),
        (vec![entry("$.entities[2].handle")], "finds nothing in the twin"),
        (vec![entry("$.entities[0].handle"), entry("$.entities[0].handle")], "is listed twice"),
        (vec![entry("$..handle")], "finds something in the answer"),
        (vec![entry("entities[0].handle")], "no path from $"),
        (vec![entry("$.entities[0].roles"), entry("$.entities[0].handle")], "finds something in the answer"),
    ] {
        let said = check(&answer(&entries), twin.clone()).unwrap_err();
        assert!(said.contains(mistake), "{mistake}: {said}");
    }
    assert!(check(&answer(&[]), twin.clone()).unwrap_err().contains("do not agree"));

    let page = |results: &[Value]| serde_json::json!({"rdapConformance": ["redacted"], "domainSearchResults": results});
    let twins = page(&[twin.clone(), twin.clone()]);
    let result = |index: usize| answer(&[entry(&format!("$.domainSearchResults[{index}].entities[0].handle"))]);
    assert_eq!(check(&page(&[result(0), result(1)]), twins.clone()), Ok(2));
    for (results, mistake) in [
        ([result(1), result(0)], "no path from $.domainSearchResults[0]"),
        ([right, result(1)], "no path from $.domainSearchResults[0]"),
        ([answer(&[]), result(1)], "is missing and not listed"),
    ] {
        let said = check(&page(&results), twins.clone()).unwrap_err();
        assert!(said.contains(mistake), "{mistake}: {said}");
    }
}
