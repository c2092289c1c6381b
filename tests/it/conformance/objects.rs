//! Objects by their class: members, names, addresses, statuses, roles, DNSSEC, cards.

use std::collections::BTreeSet;

use serde_json::Value;

use super::common::{items, walk};
use super::{Heard, Violations, words};

const DOMAIN: &str = "objectClassName|handle|ldhName|unicodeName|variants|nameservers|secureDNS|entities|status|\
    publicIds|remarks|links|port43|events|network";
const ENTITY: &str = "objectClassName|handle|vcardArray|jscontact_card|roles|publicIds|entities|remarks|links|events|\
    asEventActor|status|port43|networks|autnums|lang";
const NAMESERVER: &str =
    "objectClassName|handle|ldhName|unicodeName|ipAddresses|entities|status|remarks|links|port43|events";
const TOPMOST: &str = "rdapConformance|notices|redacted|lang";
/// What an object among the results of a search may have beyond its class.
const RESULT: &str = "redacted";

/// What a member is.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Object,
    /// An array, never empty.
    List,
}

use Shape::{List, Object, Text};

/// The members of a class whose shape is checked, each with its code.
type Shapes = &'static [(&'static str, Shape, i32)];

const DOMAIN_SHAPES: Shapes = &[
    ("handle", Text, -12204),
    ("ldhName", Text, -12205),
    ("unicodeName", Text, -12206),
    ("variants", List, -12207),
    ("nameservers", List, -12208),
    ("secureDNS", Object, -12209),
    ("entities", List, -12210),
    ("status", List, -12211),
    ("publicIds", List, -12212),
    ("remarks", List, -12213),
    ("links", List, -12214),
    ("port43", Text, -12215),
    ("events", List, -12216),
    ("notices", List, -12217),
    ("rdapConformance", List, -12219),
];
const ENTITY_SHAPES: Shapes = &[
    ("handle", Text, -12304),
    ("roles", List, -12306),
    ("publicIds", List, -12307),
    ("entities", List, -12308),
    ("remarks", List, -12309),
    ("links", List, -12310),
    ("events", List, -12311),
    ("asEventActor", List, -12312),
    ("status", List, -12313),
    ("port43", Text, -12314),
    ("notices", List, -12315),
    ("rdapConformance", List, -12317),
];
const NAMESERVER_SHAPES: Shapes = &[
    ("handle", Text, -12404),
    ("ldhName", Text, -12405),
    ("unicodeName", Text, -12406),
    ("ipAddresses", Object, -12407),
    ("entities", List, -12408),
    ("status", List, -12409),
    ("remarks", List, -12410),
    ("links", List, -12411),
    ("port43", Text, -12412),
    ("events", List, -12413),
    ("notices", List, -12414),
    ("rdapConformance", List, -12416),
];

/// Applies the checks to every object of an answer.
pub fn check(heard: &Heard, found: &mut Violations) {
    if heard.status == 200 && heard.asked().0 == "entity" {
        let json = &heard.json;
        let is_whole = json["handle"].is_string() && json["vcardArray"].is_array();
        let is_registrar = json.get("publicIds").is_some() || json.get("entities").is_some();
        found.unless(is_whole, if is_registrar { -60100 } else { -60200 }, "$");
    }
    if heard.status == 200 && heard.asked().0 == "nameserver" {
        let has_ids = items(&heard.json["entities"]).iter().any(|entity| entity.get("publicIds").is_some());
        found.unless(!has_ids, -49300, "entities");
    }
    walk(&heard.json, &mut |at, value| {
        let place = at.join(".");
        let in_list = at.len() >= 2 && value.is_object();
        let list = if in_list { at[at.len() - 2].as_str() } else { "" };
        let class = value.get("objectClassName").and_then(Value::as_str);
        let expected = match list {
            "domainSearchResults" => Some(("domain", -12203)),
            "entities" | "entitySearchResults" => Some(("entity", -12303)),
            "nameservers" | "nameserverSearchResults" => Some(("nameserver", -12403)),
            _ => None,
        };
        if let Some((expected, code)) = expected {
            found.unless(class == Some(expected), code, &place);
        }
        let more = match list {
            _ if at.is_empty() => TOPMOST,
            "domainSearchResults" | "entitySearchResults" | "nameserverSearchResults" => RESULT,
            _ => "",
        };
        match class {
            Some("domain") => domain(value, &place, more, found),
            Some("entity") => entity(value, &place, more, found),
            Some("nameserver") => nameserver(value, &place, more, found),
            Some(_) => found.note(-13003, &place),
            None => {}
        }
    });
}

/// The members of an object: those of its class (`known`) and those of its place (`more`), each in its shape.
fn members(
    value: &Value,
    (known, more): (&str, &str),
    shapes: Shapes,
    [unknown, notices]: [i32; 2],
    place: &str,
    found: &mut Violations,
) {
    for name in value.as_object().into_iter().flat_map(|members| members.keys()) {
        let is_known = known.split('|').chain(more.split('|')).any(|known| known == name);
        let code = if name == "notices" { notices } else { unknown };
        found.unless(is_known, code, format!("{place}: {name}"));
    }
    for (name, shape, code) in shapes {
        let Some(member) = value.get(name) else { continue };
        let fits = match shape {
            Text => member.is_string(),
            Object => member.is_object(),
            List => !items(member).is_empty(),
        };
        found.unless(fits, *code, format!("{place}: {name}"));
    }
}

fn domain(value: &Value, place: &str, more: &str, found: &mut Violations) {
    members(value, (DOMAIN, more), DOMAIN_SHAPES, [-12201, -12218], place, found);
    names(value, place, found);
    statuses(value, place, found);
    let Some(secure) = value.get("secureDNS") else { return };
    dnssec(secure, place, found);
}

fn names(value: &Value, place: &str, found: &mut Violations) {
    let ldh = value["ldhName"].as_str().unwrap_or_default();
    found.unless(words::is_host_name(ldh), -11700, format!("{place}: {ldh}"));
    let mut labels = ldh.split('.');
    found.unless(labels.clone().all(|label| (1..=63).contains(&label.len())), -10300, place);
    found.unless(ldh.len() <= 253, -10301, place);
    found.unless(labels.clone().count() >= 2, -10302, place);
    found.unless(labels.all(|label| label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')), -10303, place);
    if let Some(list) = value.get("variants") {
        found.unless(list.is_array(), -11500, place);
        items(list).iter().for_each(|variant| self::variant(variant, place, found));
    }
    if let Some(unicode) = value.get("unicodeName") {
        found.unless(unicode.as_str().is_some_and(words::is_unicode_name), -11600, place);
    }
}

fn variant(variant: &Value, place: &str, found: &mut Violations) {
    let known = ["relation", "idnTable", "variantNames"];
    let is_known = variant.as_object().is_some_and(|members| members.keys().all(|name| known.contains(&name.as_str())));
    found.unless(is_known, -11501, place);
    let relations = &variant["relation"];
    found.unless(variant.get("relation").is_none_or(Value::is_array), -11503, place);
    found.unless(items(relations).iter().all(Value::is_string), -11504, place);
    let mut words = items(relations).iter().filter_map(Value::as_str);
    found.unless(words.all(|word| words::VARIANT_RELATIONS.contains(&word)), -11505, place);
    found.unless(variant.get("idnTable").is_none_or(Value::is_string), -11506, place);
    found.unless(variant.get("variantNames").is_none_or(Value::is_array), -11507, place);
}

fn statuses(value: &Value, place: &str, found: &mut Violations) {
    let Some(list) = value.get("status") else { return };
    let mut seen = BTreeSet::new();
    for status in items(list) {
        let Some(status) = status.as_str() else {
            found.note(-11001, place);
            continue;
        };
        found.unless(words::STATUSES.contains(&status), -11002, format!("{place}: {status}"));
        found.unless(seen.insert(status), -11003, place);
    }
}

fn nameserver(value: &Value, place: &str, more: &str, found: &mut Violations) {
    members(value, (NAMESERVER, more), NAMESERVER_SHAPES, [-12401, -12415], place, found);
    names(value, place, found);
    statuses(value, place, found);
    let Some(addresses) = value.get("ipAddresses") else { return };
    let families = addresses.as_object();
    found.unless(families.is_some_and(|families| !families.is_empty()), -11400, place);
    for (family, list) in families.into_iter().flatten() {
        found.unless(["v4", "v6"].contains(&family.as_str()), -11401, place);
        found.unless(!items(list).is_empty(), -11403, place);
        for address in items(list) {
            let text = address.as_str().unwrap_or_default();
            match family.as_str() {
                "v4" => found.unless(words::is_address_v4(text), -10100, format!("{place}: {text}")),
                _ => found.unless(words::is_address_v6(text), -10200, format!("{place}: {text}")),
            }
        }
    }
}

fn dnssec(secure: &Value, place: &str, found: &mut Violations) {
    found.unless(secure["delegationSigned"].is_boolean(), -12002, place);
    found.unless(secure.get("zoneSigned").is_none_or(Value::is_boolean), -12001, place);
    let life = secure.get("maxSigLife");
    found.unless(life.is_none_or(|life| life.as_u64().is_some_and(|life| life >= 1)), -12003, place);
    let data = items(&secure["dsData"]).len() + items(&secure["keyData"]).len();
    found.unless((secure["delegationSigned"] == true) == (data > 0), -12005, place);
    let number =
        |value: &Value, range: std::ops::RangeInclusive<u64>| value.as_u64().is_some_and(|n| range.contains(&n));
    let known = |value: &Value, names: &[&str]| {
        value.as_object().is_some_and(|members| members.keys().all(|name| names.contains(&name.as_str())))
    };
    for ds in items(&secure["dsData"]) {
        let names = ["keyTag", "algorithm", "digest", "digestType", "events", "links"];
        found.unless(known(ds, &names), -12008, place);
        found.unless(number(&ds["keyTag"], 1..=65_535), -12010, place);
        found.unless(number(&ds["algorithm"], 1..=255), -12011, place);
        let digest = ds["digest"].as_str().unwrap_or_default();
        let is_hexadecimal = !digest.is_empty() && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        found.unless(is_hexadecimal, -12012, place);
        found.unless(number(&ds["digestType"], 1..=255), -12013, place);
    }
    for key in items(&secure["keyData"]) {
        let names = ["flags", "protocol", "publicKey", "algorithm", "events", "links"];
        found.unless(known(key, &names), -12018, place);
        found.unless([256, 257].map(Value::from).contains(&key["flags"]), -12020, place);
        found.unless(key["protocol"] == 3, -12021, place);
        found.unless(key["publicKey"].as_str().is_some_and(|text| !text.is_empty()), -12022, place);
        found.unless(number(&key["algorithm"], 1..=255), -12023, place);
    }
}

fn entity(value: &Value, place: &str, more: &str, found: &mut Violations) {
    members(value, (ENTITY, more), ENTITY_SHAPES, [-12301, -12316], place, found);
    statuses(value, place, found);
    if let Some(roles) = value.get("roles") {
        found.unless(roles.is_array(), -11800, place);
        let mut seen = BTreeSet::new();
        for role in items(roles) {
            found.unless(role.is_string(), -11801, place);
            found.unless(role.as_str().is_none_or(|role| words::ROLES.contains(&role)), -11802, place);
            found.unless(seen.insert(role.to_string()), -11803, place);
        }
    }
    if let Some(card) = value.get("vcardArray") {
        found.unless(is_card(card), -12305, place);
        let properties = items(&card[1]);
        for email in properties.iter().filter(|property| property[0] == "email") {
            found.unless(email[3].as_str().is_some_and(is_mailbox), -12320, format!("{place}: {}", email[3]));
        }
    }
}

/// RFC 7095 §3: the frame of a card, its version, one name, addresses of seven parts.
fn is_card(card: &Value) -> bool {
    let properties = items(&card[1]);
    let is_property = |property: &Value| {
        let word =
            |part: &Value| part.as_str().is_some_and(|word| !word.is_empty() && word == word.to_ascii_lowercase());
        items(property).len() >= 4 && word(&property[0]) && property[1].is_object() && word(&property[2])
    };
    let count = |name: &str| properties.iter().filter(|property| property[0] == name).count();
    let addresses = properties.iter().filter(|property| property[0] == "adr");
    items(card).len() == 2
        && card[0] == "vcard"
        && properties.iter().all(is_property)
        && properties.first() == Some(&serde_json::json!(["version", {}, "text", "4.0"]))
        && count("fn") == 1
        && addresses.into_iter().all(|address| items(&address[3]).len() == 7)
}

/// One address without a display name, in dot-atoms or with a quoted local part (RFC 5322 §3.4.1).
fn is_mailbox(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let is_plain = !local.is_empty() && !local.contains(|c: char| c.is_whitespace() || "<>()[],;:\\\"@".contains(c));
    (is_quoted || is_plain) && words::is_host_name(host)
}
