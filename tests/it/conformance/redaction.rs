//! `redacted`: its form for every answer, and what ICANN's tool wants of each registered name.

use serde_json::Value;
use serde_json_path::JsonPath;

use super::common::items;
use super::profile::{properties, with_role};
use super::{Heard, Violations, words};

/// Methods of RFC 9537.
const METHODS: [&str; 4] = ["removal", "emptyValue", "partialValue", "replacementValue"];

/// What holds of every member `redacted` (-62001 to -62005, -65800 to -65816).
pub fn check_form(heard: &Heard, found: &mut Violations) {
    let json = &heard.json;
    let is_named = items(&json["rdapConformance"]).contains(&"redacted".into());
    let is_help = heard.asked().0 == "help";
    let results = super::searches::results(heard).map(|name| items(&json[name])).unwrap_or_default();
    let redacted: Vec<&Value> = [json].into_iter().chain(results).filter_map(|object| object.get("redacted")).collect();
    found.unless(is_named != redacted.is_empty() || is_help, -62001, "rdapConformance");
    found.unless(redacted.iter().all(|list| !items(list).is_empty()), -62002, "redacted");
    for entry in redacted.into_iter().flat_map(items) {
        let place = entry["name"].to_string();
        found.unless(entry["name"].is_object(), -62003, &place);
        for member in ["prePath", "postPath", "replacementPath", "pathLang", "method"] {
            found.unless(entry.get(member).is_none_or(Value::is_string), -62004, &place);
        }
        let known = ["type", "description", "lang"];
        let is_reason = |reason: &Value| {
            reason.as_object().is_some_and(|members| {
                members.iter().all(|(name, value)| known.contains(&name.as_str()) && value.is_string())
            })
        };
        found.unless(entry.get("reason").is_none_or(is_reason), -62005, &place);
        found.unless(entry["method"].as_str().is_none_or(|method| METHODS.contains(&method)), -62004, &place);
        let described = entry["name"]["description"].as_str();
        let is_registered = described.is_some_and(|text| words::REDACTED_NAMES.contains(&text));
        found.unless(!is_registered, -65800, &place);
    }
}

/// How one registered name must be redacted.
struct Rule {
    name: &'static str,
    role: &'static str,
    field: Field,
    /// Neither the value nor an entry is there.
    missing: Option<i32>,
    /// The value and an entry are both there.
    contradictory: i32,
    /// The path cannot be read.
    unreadable: i32,
    /// The path does not find what it must.
    path: i32,
    /// Another method than that of the field.
    method: i32,
}

/// Where the value stands.
#[derive(Clone, Copy)]
enum Field {
    Handle,
    Name,
    AddressPart(usize),
    Removed(&'static str, Option<&'static str>),
    /// The extension of a telephone of this type.
    Extension(&'static str),
}

const VOICE: Field = Field::Removed("tel", Some("voice"));
const FAX: Field = Field::Removed("tel", Some("fax"));
const EMAIL: Field = Field::Removed("email", None);

const RULES: [Rule; 16] = [
    rule("Registry Registrant ID", "registrant", Field::Handle, Some(-63102), [-63106, -63103, -63104, -63105]),
    rule("Registrant Name", "registrant", Field::Name, Some(-63201), [-63205, -63202, -63203, -63204]),
    rule("Registrant Organization", "registrant", Field::Removed("org", None), None, [-63304, -63301, -63302, -63303]),
    rule("Registrant Street", "registrant", Field::AddressPart(2), None, [-63405, -63402, -63403, -63404]),
    rule("Registrant City", "registrant", Field::AddressPart(3), Some(-63501), [-63505, -63502, -63503, -63504]),
    rule("Registrant Postal Code", "registrant", Field::AddressPart(5), None, [-63605, -63602, -63603, -63604]),
    rule("Registrant Phone", "registrant", VOICE, Some(-63700), [-63704, -63701, -63702, -63703]),
    rule("Registrant Phone Ext", "registrant", Field::Extension("voice"), None, [-63801, -63800, -63801, -63802]),
    rule("Registrant Fax", "registrant", FAX, None, [-63901, -63900, -63901, -63902]),
    rule("Registrant Fax Ext", "registrant", Field::Extension("fax"), None, [-64001, -64000, -64001, -64002]),
    rule("Registrant Email", "registrant", EMAIL, Some(-65400), [-65404, -65401, -65402, -65403]),
    rule("Registry Tech ID", "technical", Field::Handle, Some(-65702), [-65706, -65703, -65704, -65705]),
    rule("Tech Name", "technical", Field::Name, Some(-65001), [-65005, -65002, -65003, -65004]),
    rule("Tech Phone", "technical", VOICE, Some(-65100), [-65104, -65101, -65102, -65103]),
    rule("Tech Phone Ext", "technical", Field::Extension("voice"), None, [-65815, -65815, -65815, -65815]),
    rule("Tech Email", "technical", EMAIL, None, [-65503, -65500, -65501, -65502]),
];

const fn rule(
    name: &'static str,
    role: &'static str,
    field: Field,
    missing: Option<i32>,
    [contradictory, unreadable, path, method]: [i32; 4],
) -> Rule {
    Rule { name, role, field, missing, contradictory, unreadable, path, method }
}

/// Applies the rules to a domain of a gTLD.
pub fn check_profile(heard: &Heard, found: &mut Violations) {
    let json = &heard.json;
    if json["objectClassName"] != "domain" || heard.status != 200 {
        return;
    }
    for rule in &RULES {
        let Some(entity) = with_role(json, rule.role) else { continue };
        let mut entries = items(&json["redacted"]).iter().filter(|entry| entry["name"]["type"] == rule.name);
        let (entry, is_there) = (entries.next(), is_there(entity, rule.field));
        found.unless(entries.next().is_none(), rule.method, format!("{} twice", rule.name));
        match (entry, rule.missing) {
            (None, Some(missing)) => found.unless(is_there, missing, rule.name),
            (None, None) => {}
            (Some(entry), _) => {
                found.unless(!is_there, rule.contradictory, rule.name);
                entry_fits(json, entry, rule, found);
            }
        }
    }
}

fn is_there(entity: &Value, field: Field) -> bool {
    let filled = |value: &Value| value.as_str().map_or_else(|| !items(value).is_empty(), |text| !text.is_empty());
    match field {
        Field::Handle => entity.get("handle").is_some(),
        Field::Name => properties(entity, "fn").iter().any(|property| filled(&property[3])),
        Field::AddressPart(part) => properties(entity, "adr").iter().any(|property| filled(&property[3][part])),
        Field::Removed(name, kind) => {
            properties(entity, name).iter().any(|property| kind.is_none_or(|kind| property[1]["type"] == kind))
        }
        Field::Extension(kind) => {
            let has_extension = |property: &&Value| property[3].as_str().is_some_and(|uri| uri.contains(";ext="));
            properties(entity, "tel").iter().any(|property| property[1]["type"] == kind && has_extension(property))
        }
    }
}

fn entry_fits(json: &Value, entry: &Value, rule: &Rule, found: &mut Violations) {
    let (method, member, is_removal) = match rule.field {
        Field::Handle | Field::Removed(..) | Field::Extension(_) => ("removal", "prePath", true),
        Field::Name | Field::AddressPart(_) => ("emptyValue", "postPath", false),
    };
    found.unless(entry["method"] == method, rule.method, rule.name);
    match entry[member].as_str().and_then(|path| JsonPath::parse(path).ok()) {
        None => found.note(rule.unreadable, rule.name),
        Some(path) => {
            let nodes = path.query(json).all();
            let fits = if is_removal { nodes.is_empty() } else { is_emptied(&nodes) };
            found.unless(fits, rule.path, rule.name);
        }
    }
}

fn is_emptied(nodes: &[&Value]) -> bool {
    !nodes.is_empty() && nodes.iter().all(|node| **node == "")
}
