//! What holds for every answer: HTTP, conformance, links, notices, events, languages, identifiers, errors.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Heard, Violations, words};

/// Applies the checks.
pub fn check(heard: &Heard, found: &mut Violations) {
    http(heard, found);
    conformance(&heard.json, found);
    if heard.status == 200 {
        names(heard, found);
    } else {
        error(heard, found);
    }
    walk(&heard.json, &mut |at, value| {
        let place = at.join(".");
        match at.last().map_or("", String::as_str) {
            "links" => items(value).iter().for_each(|link| self::link(link, &place, found)),
            "notices" | "remarks" => notices(value, &place, found),
            "events" => events(value, &place, found),
            "asEventActor" => {
                let has_actor = items(value).iter().any(|event| event.get("eventActor").is_some());
                found.unless(!has_actor, -11310, &place);
                found.unless(value.is_array(), -11305, &place);
            }
            "lang" => found.unless(value.as_str().is_some_and(words::is_language), -10800, &place),
            "port43" => found.unless(value.as_str().is_some_and(is_host), -11100, &place),
            "publicIds" => public_ids(value, &place, found),
            _ => {}
        }
    });
}

fn is_host(text: &str) -> bool {
    words::is_host_name(text) || words::is_address_v4(text) || words::is_address_v6(text)
}

fn http(heard: &Heard, found: &mut Violations) {
    found.unless(heard.header("content-type").starts_with("application/rdap+json"), -13000, "content-type");
    found.unless(heard.json.is_object(), -13001, "$");
    found.unless([200, 404].contains(&heard.status), -13002, heard.status.to_string());
    found.unless(heard.header("access-control-allow-origin") == "*", -20500, "access-control-allow-origin");
    found.unless(heard.head == heard.status, -20300, format!("HEAD {}", heard.head));
    let body = heard.json.to_string().to_ascii_lowercase();
    let is_code = ["javascript:", "<script>", "onload="].iter().any(|code| body.contains(code));
    found.unless(!is_code, -40100, "body");
    if heard.status == 200 && heard.asked().0 != "help" && super::searches::results(heard).is_none() {
        found.unless(heard.json.get("objectClassName").is_some(), -13003, "objectClassName");
    }
    if heard.asked().0 == "help" {
        found.unless(heard.status == 200 && !items(&heard.json["notices"]).is_empty(), -20701, "help");
        let known = ["rdapConformance", "notices", "lang", "reverse_search_properties"];
        let members = heard.json.as_object().into_iter().flat_map(|members| members.keys());
        let strange: Vec<&String> = members.filter(|member| !known.contains(&member.as_str())).collect();
        found.unless(strange.is_empty(), -12501, format!("{strange:?}"));
    }
}

fn conformance(json: &Value, found: &mut Violations) {
    let Some(listed) = json.get("rdapConformance") else {
        found.note(-10504, "rdapConformance");
        return;
    };
    found.unless(listed.is_array(), -10500, "rdapConformance");
    for id in items(listed) {
        match id.as_str() {
            None => found.note(-10501, id.to_string()),
            Some(id) => found.unless(words::EXTENSIONS.contains(&id), -10502, id),
        }
    }
    found.unless(items(listed).contains(&"rdap_level_0".into()), -10503, "rdap_level_0");
    walk(json, &mut |at, _| {
        let is_nested = at.len() > 1 && at.last().is_some_and(|name| name == "rdapConformance");
        found.unless(!is_nested, -10505, at.join("."));
    });
}

/// The answer is about what was asked (-46100, -46101, -49100, -49101).
fn names(heard: &Heard, found: &mut Violations) {
    let (kind, asked) = heard.asked();
    let codes = match kind {
        "domain" => (-46100, -46101),
        "nameserver" => (-49100, -49101),
        _ => return,
    };
    let asked = asked.trim_end_matches('.').to_ascii_lowercase();
    let told = heard.json["ldhName"].as_str().unwrap_or_default().to_ascii_lowercase();
    if asked.is_ascii() && !asked.contains('%') {
        found.unless(told == asked, codes.0, told.clone());
    }
    let is_idn = told.split('.').any(|label| label.starts_with("xn--"));
    found.unless(heard.json.get("unicodeName").is_some() == is_idn, codes.1, "unicodeName");
}

fn error(heard: &Heard, found: &mut Violations) {
    let json = &heard.json;
    found.unless(json.get("errorCode").is_some(), -12101, "errorCode");
    found.unless(json["errorCode"].is_u64(), -12103, "errorCode");
    found.unless(json["errorCode"] == heard.status, -12108, "errorCode");
    found.unless(json.get("title").is_none_or(Value::is_string), -12104, "title");
    let description = json.get("description");
    found.unless(description.is_none_or(Value::is_array), -12105, "description");
    let lines = description.map(items).unwrap_or_default();
    found.unless(lines.iter().all(Value::is_string), -12106, "description");
    found.unless(json.get("rdapConformance").is_some(), -12107, "rdapConformance");
    let known = ["rdapConformance", "errorCode", "title", "description", "notices", "lang"];
    let strange = json.as_object().into_iter().flatten().find(|(name, _)| !known.contains(&name.as_str()));
    found.unless(strange.is_none(), -12100, format!("{strange:?}"));
}

fn link(link: &Value, place: &str, found: &mut Violations) {
    let text = |part: &str| link[part].as_str();
    found.unless(text("value").is_some(), -10612, place);
    found.unless(text("rel").is_some(), -10613, place);
    found.unless(text("rel").is_none_or(|rel| words::RELATIONS.contains(&rel)), -10604, place);
    let is_address = |href: &str| words::is_web_uri(href) || href.starts_with("mailto:");
    found.unless(text("href").is_some_and(is_address), -10605, format!("{place}: {:?}", text("href")));
    found.unless(text("value").is_none_or(words::is_web_uri), -10608, place);
    let href = text("href").unwrap_or_default();
    found.unless(href.bytes().all(|byte| byte.is_ascii_graphic()), -10400, place);
    found.unless(["https:", "http:", "mailto:"].iter().any(|scheme| href.starts_with(scheme)), -10401, place);
    found.unless(!href.starts_with("http") || words::has_host(href), -10402, place);
    let is_media = |kind: &str| kind.split('/').count() == 2 && !kind.contains(' ');
    found.unless(link.get("type").is_none_or(|kind| kind.as_str().is_some_and(is_media)), -10607, place);
    found.unless(link.get("media").is_none_or(Value::is_string), -10603, place);
    let is_tagged = |tags: &Value| match tags {
        Value::String(tag) => words::is_language(tag),
        Value::Array(tags) => tags.iter().all(|tag| tag.as_str().is_some_and(words::is_language)),
        _ => false,
    };
    found.unless(link.get("hreflang").is_none_or(is_tagged), -10606, place);
}

fn notices(value: &Value, place: &str, found: &mut Violations) {
    found.unless(value.is_array(), -10706, place);
    for notice in items(value) {
        found.unless(notice.is_object(), -10709, place);
        found.unless(notice.get("title").is_none_or(Value::is_string), -10703, place);
        let kind = notice.get("type");
        found.unless(kind.is_none_or(|kind| kind.as_str().is_some_and(is_notice_type)), -10705, place);
        let description = &notice["description"];
        let is_whole = !items(description).is_empty() && items(description).iter().all(Value::is_string);
        found.unless(is_whole, -10707, place);
        found.unless(notice.get("links").is_none_or(Value::is_array), -10708, place);
    }
}

fn is_notice_type(kind: &str) -> bool {
    words::NOTICE_TYPES.contains(&kind)
}

fn events(value: &Value, place: &str, found: &mut Violations) {
    found.unless(value.is_array(), -10904, place);
    let mut actions = BTreeSet::new();
    for event in items(value) {
        let action = event["eventAction"].as_str();
        found.unless(action.is_some(), -10905, place);
        found.unless(action.is_none_or(|action| words::ACTIONS.contains(&action)), -10906, place);
        found.unless(event["eventDate"].is_string(), -10907, place);
        found.unless(event["eventDate"].as_str().is_none_or(words::is_time), -10908, place);
        found.unless(event.get("eventActor").is_none_or(Value::is_string), -10909, place);
        let known = ["eventAction", "eventDate", "eventActor", "links"];
        let is_known = event.as_object().is_some_and(|event| event.keys().all(|name| known.contains(&name.as_str())));
        found.unless(is_known, -10910, place);
        found.unless(actions.insert(action), -10912, place);
    }
}

fn public_ids(value: &Value, place: &str, found: &mut Violations) {
    found.unless(value.is_array(), -11200, place);
    for id in items(value) {
        let members = id.as_object().map(|id| id.keys().map(String::as_str).collect::<BTreeSet<_>>());
        found.unless(members == Some(["identifier", "type"].into()), -11201, place);
        found.unless(id["type"].is_string(), -11203, place);
        found.unless(id["identifier"].is_string(), -11205, place);
    }
}

/// The items of an array; none where there is no array.
pub fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Calls `visit` for every node outside cards and `redacted`, with the names and indexes that lead to it.
pub fn walk(value: &Value, visit: &mut dyn FnMut(&[String], &Value)) {
    fn step(value: &Value, at: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &Value)) {
        visit(at, value);
        let children: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(name, child)| (name.clone(), child)).collect(),
            Value::Array(items) => items.iter().enumerate().map(|(index, child)| (index.to_string(), child)).collect(),
            _ => Vec::new(),
        };
        for (name, child) in children {
            if !["vcardArray", "jscontact_card", "redacted"].contains(&name.as_str()) {
                at.push(name);
                step(child, at, visit);
                at.pop();
            }
        }
    }
    step(value, &mut Vec::new(), visit);
}
