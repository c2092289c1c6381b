//! What may leave a door: the members of RDAP answers and the keys of port-43 answers. Anything else fails the test
//! that met it, whatever it holds.

use std::collections::BTreeSet;

use serde_json::Value;

const LINK: &[&str] = &["value", "rel", "href", "hreflang", "title", "media", "type"];
const NOTICE: &[&str] = &["title", "type", "description", "links", "lang"];
const EVENT: &[&str] = &["eventAction", "eventDate"];
const ENTITY: &[&str] = &[
    "objectClassName",
    "handle",
    "vcardArray",
    "jscontact_card",
    "roles",
    "publicIds",
    "entities",
    "remarks",
    "links",
    "events",
    "status",
];
const NAMESERVER: &[&str] = &[
    "objectClassName",
    "handle",
    "ldhName",
    "unicodeName",
    "ipAddresses",
    "entities",
    "status",
    "remarks",
    "links",
    "events",
];
const DOMAIN: &[&str] = &[
    "objectClassName",
    "handle",
    "ldhName",
    "unicodeName",
    "nameservers",
    "secureDNS",
    "entities",
    "status",
    "remarks",
    "links",
    "port43",
    "events",
];
const TOP: &[&str] = &["rdapConformance", "notices", "redacted", "lang"];
/// Members of pages of results, and of help.
const PAGE: &[&str] = &[
    "notices",
    "domainSearchResults",
    "nameserverSearchResults",
    "entitySearchResults",
    "sorting_metadata",
    "paging_metadata",
    "subsetting_metadata",
    "reverse_search_properties",
    "reverse_search_properties_mapping",
];
const SORTING: &[&str] = &["currentSort", "availableSorts"];
const SORT: &[&str] = &["property", "default", "jsonPath", "links"];
const PAGING: &[&str] = &["totalCount", "pageSize", "pageNumber", "links"];
const SUBSETTING: &[&str] = &["currentFieldSet", "availableFieldSets"];
const FIELD_SET: &[&str] = &["name", "default", "description", "links"];
const REVERSE: &[&str] = &["searchableResourceType", "relatedResourceType", "property"];
const MAPPING: &[&str] = &["property", "propertyPath"];
const ERROR: &[&str] = &["errorCode", "title", "description", "rdapConformance", "notices", "lang"];
const REDACTED: &[&str] = &["name", "prePath", "postPath", "replacementPath", "pathLang", "method", "reason"];
const DS: &[&str] = &["keyTag", "algorithm", "digest", "digestType"];
const KEY: &[&str] = &["flags", "protocol", "algorithm", "publicKey"];
const JCARD: &[&str] = &["version", "fn", "kind", "lang", "org", "adr", "tel", "email", "contact-uri", "url"];
const JCARD_PARAMETERS: &[&str] = &["cc", "type"];
const JSCONTACT: &[&str] = &[
    "@type",
    "version",
    "uid",
    "kind",
    "name",
    "organizations",
    "preferredLanguages",
    "addresses",
    "phones",
    "emails",
    "links",
];
/// The members of a JSContact card below those, whichever they stand under.
const WITHIN_JSCONTACT: &[&str] = &[
    "full",
    "org",
    "name",
    "lang",
    "language",
    "addr",
    "components",
    "countryCode",
    "kind",
    "value",
    "voice",
    "fax",
    "number",
    "features",
    "email",
    "address",
    "url",
    "uri",
];

/// The keys of port-43 answers, both layouts.
const WHOIS_KEYS: &[&str] = &[
    // .be
    "Domain",
    "Status",
    "Message",
    "Registered",
    "Available",
    "Registrant",
    "Onsite Contacts",
    "Registrar Technical Contacts",
    "Organisation",
    "Language",
    "Street",
    "Postal code",
    "City",
    "Province",
    "Country",
    "Phone",
    "Registrar",
    "Name",
    "Website",
    "Nameservers",
    "Keys",
    "Flags",
    "A-label",
    // gTLD
    "Domain Name",
    "Domain U-Label",
    "Registry Domain ID",
    "Updated Date",
    "Creation Date",
    "Registry Expiry Date",
    "Registrar URL",
    "Registrar IANA ID",
    "Registrar Abuse Contact Email",
    "Registrar Abuse Contact Phone",
    "Domain Status",
    "Registry Registrant ID",
    "Registrant Organization",
    "Registrant Street",
    "Registrant City",
    "Registrant State/Province",
    "Registrant Postal Code",
    "Registrant Country",
    "Registrant Phone",
    "Registrant Phone Ext",
    "Registry Tech ID",
    "Tech Organization",
    "Tech Street",
    "Tech City",
    "Tech State/Province",
    "Tech Postal Code",
    "Tech Country",
    "Tech Phone",
    "Tech Phone Ext",
    "Name Server",
    "DNSSEC",
    "DS Data",
    "Server Name",
    "Server U-Label",
    "IP Address",
    "Reseller",
    // DAS
    "RC",
];

/// Everything in an RDAP answer that is not on the list, as paths.
pub fn strangers_in_rdap(answer: &Value) -> BTreeSet<String> {
    let mut strangers = BTreeSet::new();
    object(answer, "$", Place::Top, &mut strangers);
    strangers
}

/// Where an object stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is the answer.
    Top,
    /// It is a result of a search.
    Result,
    /// It belongs to another one.
    Inside,
}

fn object(value: &Value, path: &str, place: Place, strangers: &mut BTreeSet<String>) {
    let top = place == Place::Top;
    let Some(members) = value.as_object() else {
        strangers.insert(format!("{path} is no object"));
        return;
    };
    let class = value.get("objectClassName").and_then(Value::as_str).unwrap_or_default();
    let own: &[&str] = match class {
        "domain" => DOMAIN,
        "nameserver" => NAMESERVER,
        "entity" => ENTITY,
        _ if top && members.contains_key("errorCode") => ERROR,
        _ if top => PAGE,
        other => {
            strangers.insert(format!("{path}: class {other:?}"));
            return;
        }
    };
    for (name, member) in members {
        let path = format!("{path}.{name}");
        let is_redacted = place == Place::Result && name == "redacted";
        if !(own.contains(&name.as_str()) || top && TOP.contains(&name.as_str()) || is_redacted) {
            strangers.insert(path);
            continue;
        }
        match name.as_str() {
            "entities" | "nameservers" => {
                each(member, &path, strangers, |value, path, s| object(value, path, Place::Inside, s))
            }
            "domainSearchResults" | "nameserverSearchResults" | "entitySearchResults" => {
                each(member, &path, strangers, |value, path, s| object(value, path, Place::Result, s));
            }
            "sorting_metadata" => listing(member, SORTING, "availableSorts", SORT, &path, strangers),
            "subsetting_metadata" => listing(member, SUBSETTING, "availableFieldSets", FIELD_SET, &path, strangers),
            "paging_metadata" => linked(member, PAGING, &path, strangers),
            "reverse_search_properties" => {
                each(member, &path, strangers, |value, path, s| only(value, REVERSE, path, s));
            }
            "reverse_search_properties_mapping" => {
                each(member, &path, strangers, |value, path, s| only(value, MAPPING, path, s));
            }
            "links" => each(member, &path, strangers, |value, path, s| only(value, LINK, path, s)),
            "events" => each(member, &path, strangers, |value, path, s| only(value, EVENT, path, s)),
            "notices" | "remarks" => each(member, &path, strangers, |value, path, s| {
                only(value, NOTICE, path, s);
                if let Some(links) = value.get("links") {
                    each(links, path, s, |value, path, s| only(value, LINK, path, s));
                }
            }),
            "redacted" => each(member, &path, strangers, |value, path, s| {
                only(value, REDACTED, path, s);
                for part in ["name", "reason"] {
                    if let Some(value) = value.get(part) {
                        only(value, &["type", "description"], path, s);
                    }
                }
            }),
            "publicIds" => {
                each(member, &path, strangers, |value, path, s| only(value, &["type", "identifier"], path, s))
            }
            "ipAddresses" => only(member, &["v4", "v6"], &path, strangers),
            "secureDNS" => {
                only(member, &["delegationSigned", "maxSigLife", "dsData", "keyData"], &path, strangers);
                for (list, allowed) in [("dsData", DS), ("keyData", KEY)] {
                    if let Some(value) = member.get(list) {
                        each(value, &path, strangers, |value, path, s| only(value, allowed, path, s));
                    }
                }
            }
            "vcardArray" => jcard(member, &path, strangers),
            "jscontact_card" => {
                only(member, JSCONTACT, &path, strangers);
                member.as_object().into_iter().flatten().for_each(|(_, part)| within(part, &path, strangers));
            }
            _ => {}
        }
    }
}

fn each(
    list: &Value,
    path: &str,
    strangers: &mut BTreeSet<String>,
    check: impl Fn(&Value, &str, &mut BTreeSet<String>),
) {
    match list.as_array() {
        Some(values) => values.iter().for_each(|value| check(value, path, strangers)),
        None => _ = strangers.insert(format!("{path} is no array")),
    }
}

fn only(value: &Value, allowed: &[&str], path: &str, strangers: &mut BTreeSet<String>) {
    match value.as_object() {
        Some(members) => {
            strangers.extend(
                members.keys().filter(|name| !allowed.contains(&name.as_str())).map(|name| format!("{path}.{name}")),
            );
        }
        None => _ = strangers.insert(format!("{path} is no object")),
    }
}

/// Members, of which one may list links.
fn linked(value: &Value, allowed: &[&str], path: &str, strangers: &mut BTreeSet<String>) {
    only(value, allowed, path, strangers);
    if let Some(links) = value.get("links") {
        each(links, path, strangers, |value, path, s| only(value, LINK, path, s));
    }
}

/// Members, of which one lists what is available.
fn listing(
    value: &Value,
    allowed: &[&str],
    list: &str,
    of_each: &[&str],
    path: &str,
    strangers: &mut BTreeSet<String>,
) {
    only(value, allowed, path, strangers);
    if let Some(available) = value.get(list) {
        each(available, path, strangers, |value, path, s| linked(value, of_each, path, s));
    }
}

fn jcard(value: &Value, path: &str, strangers: &mut BTreeSet<String>) {
    let Some(properties) = value.get(1).and_then(Value::as_array) else {
        strangers.insert(format!("{path} is no jCard"));
        return;
    };
    for property in properties {
        let name = property.get(0).and_then(Value::as_str).unwrap_or_default();
        if !JCARD.contains(&name) {
            strangers.insert(format!("{path}: property {name:?}"));
        }
        match property.get(1) {
            Some(parameters) => only(parameters, JCARD_PARAMETERS, path, strangers),
            None => _ = strangers.insert(format!("{path}: {name} without parameters")),
        }
    }
}

/// The parts of a JSContact card.
fn within(value: &Value, path: &str, strangers: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            only(value, WITHIN_JSCONTACT, path, strangers);
            members.values().for_each(|member| within(member, path, strangers));
        }
        Value::Array(items) => items.iter().for_each(|item| within(item, path, strangers)),
        _ => {}
    }
}

/// Everything in a port-43 or DAS answer that is not a listed key, a comment, or a line of a name server, key or flag.
pub fn strangers_in_whois(answer: &str) -> Vec<String> {
    let mut strangers = Vec::new();
    let mut section = "";
    for line in answer.split("\r\n") {
        let text = line.trim();
        if text.is_empty() || line.starts_with('%') || line.starts_with(">>>") {
            continue;
        }
        if !line.starts_with('\t') {
            section = text.strip_suffix(':').unwrap_or("");
        }
        if line.starts_with('\t') && matches!(section, "Nameservers" | "Keys" | "Flags") {
            continue;
        }
        let key = text.split(':').next().unwrap_or_default();
        let is_sentence = !text.contains(':') || text.starts_with("Not shown, ") || text.starts_with("Please visit ");
        if is_sentence {
            if !SENTENCES.iter().any(|start| text.starts_with(start)) {
                strangers.push(line.to_owned());
            }
        } else if !WHOIS_KEYS.contains(&key) {
            strangers.push(line.to_owned());
        }
    }
    strangers
}

/// How the sentences of port-43 answers begin.
const SENTENCES: &[&str] = &[
    "Not shown, please visit ",
    "Please visit ",
    "Domain not found",
    "This name is reserved by the registry.",
    "This name cannot be registered here.",
    "No such name server or registrar is known here.",
    "Data that the registry's policy ",
];

#[test]
fn a_stranger_is_seen() {
    let answer = serde_json::json!({
        "objectClassName": "domain", "rdapConformance": [], "authInfo": "x",
        "nameservers": [{"objectClassName": "nameserver"}],
        "entities": [{"objectClassName": "entity", "jscontact_card": {"name": {"full": "x", "phonetic": "y"}}, "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["note", {}, "text", "x"]]]}],
    });
    let strangers = strangers_in_rdap(&answer);
    assert!(
        strangers.contains("$.authInfo")
            && strangers.iter().any(|stranger| stranger.contains("phonetic"))
            && strangers.iter().any(|stranger| stranger.contains("note")),
        "{strangers:?}"
    );
    let page = serde_json::json!({
        "rdapConformance": [], "redacted": [], "sorting_metadata": {"availableSorts": [{"property": "x", "values": []}]},
        "entitySearchResults": [
            {"objectClassName": "entity", "redacted": [], "notices": [],
             "jscontact_card": {"@type": "Card", "notes": {"a": 1}}},
        ],
        "paging_metadata": {"offset": 3},
    });
    let strangers = strangers_in_rdap(&page);
    let expected = [
        "$.entitySearchResults.jscontact_card.a",
        "$.entitySearchResults.jscontact_card.notes",
        "$.entitySearchResults.notices",
        "$.paging_metadata.offset",
        "$.sorting_metadata.values",
    ];
    assert_eq!(strangers, expected.map(str::to_owned).into());
    assert_eq!(strangers_in_whois("Domain:\tx.be\r\n\tBirthday:\t1 May\r\n"), ["\tBirthday:\t1 May"]);
}
