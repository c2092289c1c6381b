//! Answers to searches: their members, and the class of what they found. The objects themselves are checked as those
//! of lookups are.

use serde_json::Value;

use super::common::items;
use super::{Heard, Violations};

const MEMBERS: [&str; 7] = [
    "rdapConformance",
    "notices",
    "lang",
    "sorting_metadata",
    "paging_metadata",
    "subsetting_metadata",
    "reverse_search_properties_mapping",
];

/// The member with the results, where a search was asked.
pub fn results(heard: &Heard) -> Option<&'static str> {
    match heard.asked().0.split('?').next() {
        Some("domains") => Some("domainSearchResults"),
        Some("nameservers") => Some("nameserverSearchResults"),
        Some("entities") => Some("entitySearchResults"),
        _ => None,
    }
}

/// Applies the checks that the tool has for name servers to every kind of search.
pub fn check(heard: &Heard, found: &mut Violations) {
    let (Some(results), 200) = (results(heard), heard.status) else { return };
    let json = &heard.json;
    found.unless(json.get(results).is_some(), -12610, results);
    let list = &json[results];
    let is_filled = !items(list).is_empty() && items(list).iter().all(Value::is_object);
    found.unless(is_filled, -12604, results);
    for name in json.as_object().into_iter().flat_map(|members| members.keys()) {
        found.unless(name == results || MEMBERS.contains(&name.as_str()), -12601, name.as_str());
    }
    found.unless(json.get("notices").is_none_or(|notices| !items(notices).is_empty()), -12607, "notices");
    found.unless(!items(&json["rdapConformance"]).is_empty(), -12608, "rdapConformance");
}
