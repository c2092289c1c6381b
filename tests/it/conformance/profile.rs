//! What ICANN's profile demands of domains under a gTLD, and of help: handles, events, registrar, statuses, notices.

use std::collections::BTreeMap;

use serde_json::Value;

use super::common::{items, walk};
use super::{Heard, Violations, words};

/// The checks that fail under `dns-belgium`: it shows the identifiers of organisations, by which they can be looked up
/// and which are no ROIDs, and it does not show the country of a natural person who holds a name.
pub const STRICTER: [i32; 4] = [-47600, -62101, -63100, -65700];

/// Registrars without a service of their own (GP-10, GP-19).
const RESERVED: std::ops::RangeInclusive<u64> = 9994..=9999;

/// The end of handles in ICANN's own tests, which no register may have (-47205).
const TESTING: &str = "ROID";

/// Pairs that exclude each other: a process, and what forbids it (-46900).
const EXCLUSIVE: [(&str, &str); 4] = [
    ("pending delete", "delete prohibited"),
    ("pending renew", "renew prohibited"),
    ("pending transfer", "transfer prohibited"),
    ("pending update", "update prohibited"),
];

/// Applies the checks of the profile.
pub fn check(heard: &Heard, found: &mut Violations) {
    let json = &heard.json;
    found.unless(heard.url.starts_with("https://"), -20100, heard.url.as_str());
    found.unless(heard.url.starts_with("https://"), -20101, heard.url.as_str());
    if heard.status != 200 {
        return;
    }
    let conformance = items(&json["rdapConformance"]);
    let has = |id: &str| conformance.contains(&id.into());
    found.unless(has("icann_rdap_response_profile_1"), -62000, "rdapConformance");
    found.unless(has("icann_rdap_technical_implementation_guide_1"), -61000, "rdapConformance");
    found.unless(!has("icann_rdap_response_profile_0"), -62006, "rdapConformance");
    found.unless(!has("icann_rdap_technical_implementation_guide_0"), -61001, "rdapConformance");
    terms(heard, found);
    if json["objectClassName"] != "domain" {
        return;
    }
    handle(heard, found);
    events(heard, found);
    statuses(json, found);
    fixed_notices(heard, found);
    secure_dns(json, found);
    registrar(heard, found);
    roles(json, found);
    addresses(json, found);
    nameservers(json, found);
}

fn terms(heard: &Heard, found: &mut Violations) {
    let notices = items(&heard.json["notices"]);
    found.unless(!notices.is_empty(), -46500, "notices");
    let is_terms = |link: &&Value| link["rel"] == "terms-of-service";
    let mut links = notices.iter().flat_map(|notice| items(&notice["links"])).filter(is_terms).peekable();
    found.unless(links.peek().is_some(), -61200, "notices");
    for link in links {
        found.unless(link["href"].as_str().is_some_and(words::is_web_uri), -61201, link.to_string());
        found.unless(link["value"] == heard.url.as_str(), -61202, link.to_string());
    }
}

fn handle(heard: &Heard, found: &mut Violations) {
    for entity in items(&heard.json["entities"]) {
        let is_registrar = items(&entity["roles"]).contains(&"registrar".into());
        let handle = entity["handle"].as_str().filter(|_| !is_registrar);
        found.unless(handle.is_none_or(|handle| words::roid(handle).is_some()), -47600, format!("{handle:?}"));
        let end = handle.and_then(words::roid);
        found.unless(end.is_none_or(|end| words::REPOSITORIES.contains(&end)), -47601, format!("{handle:?}"));
        for (role, form, repository) in [("registrant", -63100, -63101), ("technical", -65700, -65701)] {
            if items(&entity["roles"]).contains(&role.into()) {
                found.unless(handle.is_none_or(|handle| words::roid(handle).is_some()), form, role);
                found.unless(end.is_none_or(|end| words::REPOSITORIES.contains(&end)), repository, role);
            }
        }
    }
    let entry = items(&heard.json["redacted"]).iter().find(|entry| entry["name"]["type"] == "Registry Domain ID");
    match heard.json["handle"].as_str() {
        Some(handle) => {
            let end = words::roid(handle);
            found.unless(end.is_some(), -46200, handle);
            found.unless(end.is_none_or(|end| words::REPOSITORIES.contains(&end)), -46201, handle);
            found.unless(entry.is_none(), -46206, handle);
        }
        None => found.unless(entry.is_some(), -46202, "handle"),
    }
    if let Some(entry) = entry {
        found.unless(entry["method"] == "removal", -46203, "handle");
        found.unless(entry.get("prePath").is_none_or(|path| path == "$.handle"), -46204, "handle");
    }
}

fn events(heard: &Heard, found: &mut Violations) {
    let has = |action: &str| items(&heard.json["events"]).iter().any(|event| event["eventAction"] == action);
    found.unless(has("registration"), -46300, "events");
    found.unless(has("expiration"), -46400, "events");
    found.unless(has("last update of RDAP database"), -43100, "events");
}

fn statuses(json: &Value, found: &mut Violations) {
    let statuses: Vec<&str> = items(&json["status"]).iter().filter_map(Value::as_str).collect();
    let has = |status: &str| statuses.contains(&status);
    found.unless(!statuses.is_empty(), -47100, "status");
    let restrained = statuses
        .iter()
        .any(|status| status.starts_with("pending") || status.ends_with("prohibited") || status.ends_with("hold"));
    found.unless(!has("active") || !restrained, -46900, format!("{statuses:?}"));
    for (process, forbidden) in EXCLUSIVE {
        let is_forbidden = statuses.iter().any(|status| status.ends_with(forbidden));
        found.unless(!(has(process) && is_forbidden), -46900, format!("{statuses:?}"));
    }
    let is_process = |status: &&&str| status.starts_with("pending") && **status != "pending restore";
    found.unless(statuses.iter().filter(is_process).count() <= 1, -46900, format!("{statuses:?}"));
    found.unless(!has("redemption period") || has("pending delete"), -47001, format!("{statuses:?}"));
    found.unless(!has("pending restore") || has("pending delete"), -47002, format!("{statuses:?}"));
    found.unless(!(has("redemption period") && has("pending restore")), -46900, format!("{statuses:?}"));
}

/// The two notices whose words ICANN gives: title, sentence, relation, address, and their codes in this order, with
/// that of the link's `value` last.
fn fixed_notices(heard: &Heard, found: &mut Violations) {
    let wanted = [
        (
            "Status Codes",
            "For more information on domain status codes, please visit https://icann.org/epp",
            ("glossary", "https://icann.org/epp"),
            [-46601, -46602, -46603, -46604, -46605, -46606],
        ),
        (
            "RDDS Inaccuracy Complaint Form",
            "URL of the ICANN RDDS Inaccuracy Complaint Form: https://icann.org/wicf",
            ("help", "https://icann.org/wicf"),
            [-46701, -46702, -46703, -46704, -46705, -46706],
        ),
    ];
    for (title, sentence, (rel, href), [no_title, no_sentence, no_links, no_href, no_rel, no_value]) in wanted {
        let Some(notice) = items(&heard.json["notices"]).iter().find(|notice| notice["title"] == title) else {
            found.note(no_title, title);
            continue;
        };
        found.unless(notice["description"] == serde_json::json!([sentence]), no_sentence, title);
        let Some(link) = items(&notice["links"]).first() else {
            found.note(no_links, title);
            continue;
        };
        found.unless(link["href"] == href, no_href, title);
        found.unless(link["rel"] == rel, no_rel, title);
        found.unless(link["value"] == heard.url.as_str(), no_value, title);
    }
}

fn secure_dns(json: &Value, found: &mut Violations) {
    let secure = &json["secureDNS"];
    found.unless(secure.is_object(), -46800, "secureDNS");
    found.unless(secure["delegationSigned"].is_boolean(), -46801, "secureDNS");
    let has_data = !items(&secure["dsData"]).is_empty() || !items(&secure["keyData"]).is_empty();
    found.unless(secure["delegationSigned"] != true || has_data, -46802, "secureDNS");
}

/// The first entity with a role.
pub fn with_role<'a>(json: &'a Value, role: &str) -> Option<&'a Value> {
    items(&json["entities"]).iter().find(|entity| items(&entity["roles"]).contains(&role.into()))
}

/// The properties of a card with this name.
pub fn properties<'a>(entity: &'a Value, name: &str) -> Vec<&'a Value> {
    items(&entity["vcardArray"][1]).iter().filter(|property| property[0] == name).collect()
}

fn registrar(heard: &Heard, found: &mut Violations) {
    let json = &heard.json;
    let is_registrar = |entity: &&Value| items(&entity["roles"]).contains(&"registrar".into());
    let count = items(&json["entities"]).iter().filter(is_registrar).count();
    found.unless(count >= 1, -47300, "entities");
    found.unless(count <= 1, -47301, "entities");
    let Some(registrar) = with_role(json, "registrar") else { return };
    let names = properties(registrar, "fn");
    found.unless(names.first().is_some_and(|name| name[3].as_str() != Some("")), -47302, "registrar");
    let handle = registrar["handle"].as_str();
    let identifiers = items(&registrar["publicIds"]);
    let identifier = identifiers.iter().find(|id| id["type"] == "IANA Registrar ID");
    found.unless(handle.is_some() && identifier.is_some(), -47400, "registrar");
    found.unless(identifier.is_some(), -23300, "registrar");
    let number = identifier.and_then(|id| id["identifier"].as_str()).and_then(|text| text.parse::<u64>().ok());
    found.unless(number.is_some_and(|number| number >= 1), -23301, "registrar");
    let as_number = handle.and_then(|handle| handle.parse::<u64>().ok());
    found.unless(as_number.is_some() && as_number == number, -47701, format!("{handle:?}"));

    let abuse = with_role(registrar, "abuse");
    let is_whole =
        abuse.is_some_and(|abuse| !properties(abuse, "tel").is_empty() && !properties(abuse, "email").is_empty());
    found.unless(is_whole, -47500, "registrar");

    if as_number.is_some_and(|number| RESERVED.contains(&number)) {
        return;
    }
    match items(&registrar["links"]).iter().find(|link| link["rel"] == "about") {
        None => found.note(-47700, "registrar"),
        Some(link) => {
            let value = link["value"].as_str().unwrap_or_default();
            found.unless(value.starts_with("https://") && value.ends_with('/'), -47702, value);
            found.unless(link["href"].as_str().is_some_and(words::is_web_uri), -47703, "about");
        }
    }
    match items(&json["links"]).iter().find(|link| link["rel"] == "related") {
        None => found.note(-23200, "links"),
        Some(link) => {
            found.unless(link["value"] == heard.url.as_str(), -23201, link.to_string());
            let path = link["href"].as_str().and_then(|href| href.rsplit_once("/domain/"));
            let name = json["ldhName"].as_str().unwrap_or_default();
            found.unless(path.is_some_and(|(_, asked)| asked.eq_ignore_ascii_case(name)), -23202, link.to_string());
        }
    }
}

fn roles(json: &Value, found: &mut Violations) {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for entity in items(&json["entities"]) {
        for role in items(&entity["roles"]).iter().filter_map(Value::as_str) {
            *count.entry(role).or_default() += 1;
        }
    }
    for role in ["registrant", "administrative", "technical", "billing"] {
        found.unless(count.get(role).is_none_or(|count| *count <= 1), -52104, role);
    }
}

/// Every address and telephone of every card.
fn addresses(json: &Value, found: &mut Violations) {
    walk(json, &mut |at, value| {
        let place = at.join(".");
        for address in properties(value, "adr") {
            let parts = items(&address[3]);
            found.unless(parts.len() == 7 && address[1].get("label").is_none(), -20800, &place);
            found.unless(parts.last().is_some_and(|country| country == ""), -62100, &place);
            found.unless(address[1]["cc"].as_str().is_some_and(words::is_country), -62101, &place);
        }
        for telephone in properties(value, "tel") {
            let is_typed = ["voice", "fax"].map(Value::from).contains(&telephone[1]["type"]);
            found.unless(is_typed, -20900, &place);
        }
    });
}

fn nameservers(json: &Value, found: &mut Violations) {
    let servers = items(&json["nameservers"]);
    found.unless(servers.iter().all(|server| server["ldhName"].is_string()), -47200, "nameservers");
    for (member, code) in [("handle", -47201), ("status", -47203)] {
        let with = servers.iter().filter(|server| server.get(member).is_some()).count();
        found.unless(with == 0 || with == servers.len(), code, member);
    }
    for handle in servers.iter().filter_map(|server| server["handle"].as_str()) {
        found.unless(words::roid(handle).is_some(), -47202, handle);
        found.unless(words::roid(handle).is_none_or(|end| end != TESTING), -47205, handle);
    }
}
