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
const ERROR: &[&str] = &["errorCode", "title", "description", "rdapConformance", "notices", "lang"];
const REDACTED: &[&str] = &["name", "prePath", "postPath", "replacementPath", "pathLang", "method", "reason"];
const DS: &[&str] = &["keyTag", "algorithm", "digest", "digestType"];
const KEY: &[&str] = &["flags", "protocol", "algorithm", "publicKey"];
const JCARD: &[&str] = &["version", "fn", "kind", "lang", "org", "adr", "tel", "email", "contact-uri", "url"];
const JCARD_PARAMETERS: &[&str] = &["cc", "type"];

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
    object(answer, "$", true, &mut strangers);
    strangers
}

fn object(value: &Value, path: &str, top: bool, strangers: &mut BTreeSet<String>) {
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
        _ if top => &["notices"],
        other => {
            strangers.insert(format!("{path}: class {other:?}"));
            return;
        }
    };
    for (name, member) in members {
        let path = format!("{path}.{name}");
        if !(own.contains(&name.as_str()) || top && TOP.contains(&name.as_str())) {
            strangers.insert(path);
            continue;
        }
        match name.as_str() {
            "entities" | "nameservers" => {
                each(member, &path, strangers, |value, path, s| object(value, path, false, s))
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
        "entities": [{"objectClassName": "entity", "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["note", {}, "text", "x"]]]}],
    });
    let strangers = strangers_in_rdap(&answer);
    assert!(
        strangers.contains("$.authInfo") && strangers.iter().any(|stranger| stranger.contains("note")),
        "{strangers:?}"
    );
    assert_eq!(strangers_in_whois("Domain:\tx.be\r\n\tBirthday:\t1 May\r\n"), ["\tBirthday:\t1 May"]);
}
