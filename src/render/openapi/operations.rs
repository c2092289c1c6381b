//! Paths, their parameters, and what each may be answered with.

use serde_json::{Map, Value, json};

use super::{header_references, schemas};
use crate::query;
use crate::query::rdap::HANDLE_CHARACTERS_MAX;
use crate::query::search::{
    COUNT_WORDS, CURSOR_CHARACTERS_MAX, Class, FieldSet, Property, REVERSE_SEARCH, ROUTES, SORT_KEYS_MAX, Wish,
};
use crate::render::rdap::MEDIA_TYPE;

/// Headers of every answer, and of those that can be asked for under a condition.
const EVERY: [&str; 3] = ["access-control-allow-origin", "ratelimit", "ratelimit-policy"];
const VALIDATED: [&str; 7] =
    ["access-control-allow-origin", "cache-control", "etag", "last-modified", "ratelimit", "ratelimit-policy", "vary"];

/// Refusals that may meet every question, each with its `errorCode`.
const OF_EVERY: [u16; 10] = [400, 403, 404, 412, 414, 429, 431, 500, 501, 503];
/// A pattern of a kind that is not searched for.
const OF_SEARCHES: u16 = 422;

/// Every refusal with what it means here.
const REFUSALS: [(u16, &str); 13] = [
    (400, "The question, or a parameter of it, cannot be read."),
    (403, "This client is not served."),
    (404, "There is no such object in this service, a search finds nothing, or the address is no question."),
    (405, "The method is none of GET, HEAD and OPTIONS."),
    (408, "The question did not arrive in time."),
    (412, "The answer is not the one that `If-Match` or `If-Unmodified-Since` names."),
    (414, "The address is too long."),
    (422, "A search pattern of a kind that is not searched for."),
    (429, "Too much was asked. `retry-after` tells when to come back."),
    (431, "The headers are too large."),
    (500, "A mistake of the service."),
    (501, "The service does not answer this kind of question."),
    (503, "There are no data to answer from at the moment."),
];

/// One path.
struct Route {
    path: String,
    id: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    /// What 200 has: a media type and the name of a schema. `None`: it is never answered so.
    found: Option<(&'static str, &'static str)>,
    is_search: bool,
}

impl Route {
    fn new(path: impl Into<String>, id: &'static str, summary: &'static str, found: Option<&'static str>) -> Route {
        let found = found.map(|schema| (MEDIA_TYPE, schema));
        Route { path: path.into(), id, summary, parameters: Vec::new(), found, is_search: false }
    }

    fn with(self, parameters: Vec<Value>) -> Route {
        Route { parameters, ..self }
    }
}

/// The paths. Without searches theirs are there too, and answer 501.
pub(super) fn paths(searches: bool) -> Value {
    let routes = lookups().into_iter().chain(self::searches(searches)).chain(others());
    Value::Object(routes.map(|route| (route.path.clone(), item(&route))).collect())
}

fn lookups() -> Vec<Route> {
    let name = |example: &str| {
        in_path("name", example, "A name, in A-labels or U-labels.", json!({"type": "string", "minLength": 1}))
    };
    let handle = json!({"type": "string", "minLength": 1, "maxLength": HANDLE_CHARACTERS_MAX});
    let address = in_path("address", "192.0.2.1", "An address.", self::address());
    let length =
        in_path("length", "24", "The length of a prefix.", json!({"type": "integer", "minimum": 0, "maximum": 128}));
    let number = json!({"type": "integer", "minimum": 0, "maximum": u32::MAX});
    vec![
        Route::new("/domain/{name}", "domain", "A domain (RFC 9082 §3.1.3)", Some("DomainAnswer"))
            .with(vec![name("bedrijf.be"), jscontact()]),
        Route::new("/nameserver/{name}", "nameserver", "A name server (RFC 9082 §3.1.4)", Some("NameserverAnswer"))
            .with(vec![name("ns1.bedrijf.be"), jscontact()]),
        Route::new("/entity/{handle}", "entity", "A registrar or contact (RFC 9082 §3.1.5)", Some("EntityAnswer"))
            .with(vec![in_path("handle", "99001", "A handle, compared exactly.", handle), jscontact()]),
        Route::new("/ip/{address}", "ip", "An address: not answered here", None).with(vec![address.clone()]),
        Route::new("/ip/{address}/{length}", "network", "A network: not answered here", None)
            .with(vec![address, length]),
        Route::new("/autnum/{number}", "autnum", "An autonomous system: not answered here", None).with(vec![in_path(
            "number",
            "64496",
            "A number.",
            number,
        )]),
    ]
}

/// Every search of [`ROUTES`], and one that clients may expect and that is not offered.
fn searches(are_offered: bool) -> Vec<Route> {
    let offered = ROUTES.iter().map(|route| {
        let (id, summary) = named(route);
        let parameters = route.predicates.iter().map(|word| predicate(route, word)).chain(wishes(route.class));
        let answer = are_offered.then(|| schemas::of_results(route.class));
        Route { is_search: true, ..Route::new(format!("/{}", route.path), id, summary, answer) }
            .with(parameters.collect())
    });
    let not_offered = Route::new(
        format!("/{}/{REVERSE_SEARCH}", Class::Entities.word()),
        "entitiesOfEntity",
        "Entities of an entity: not answered here",
        None,
    );
    offered.chain([Route { is_search: true, ..not_offered }]).collect()
}

/// The name of the operation, and what it is about.
fn named(route: &query::search::Route) -> (&'static str, &'static str) {
    match (route.class, route.is_reverse) {
        (Class::Domains, false) => ("domains", "Domains, by exactly one of the first parameters (RFC 9082 §3.2.1)"),
        (Class::Nameservers, false) => {
            ("nameservers", "Name servers, by exactly one of the first parameters (RFC 9082 §3.2.2)")
        }
        (Class::Entities, false) => ("entities", "Entities, by exactly one of the first parameters (RFC 9082 §3.2.3)"),
        (Class::Domains, true) => ("domainsOfEntity", "Domains of one entity that fits every parameter (RFC 9536)"),
        (Class::Nameservers, true) => {
            ("nameserversOfEntity", "Name servers of one entity that fits every parameter (RFC 9536)")
        }
        (Class::Entities, true) => ("entitiesOfEntity", "Entities of one entity that fits every parameter (RFC 9536)"),
    }
}

/// A parameter that says what is searched for. One of a path has an example where the others exclude it.
fn predicate(route: &query::search::Route, word: &str) -> Value {
    let names = "A pattern of names: one `*`, after at least one character, stands for the end of a label.";
    let texts = "one `*`, after at least one character, stands for the end of the text.";
    let (example, meaning) = match (word, route.is_reverse, route.class) {
        ("name", _, Class::Domains) => (Some("bedrijf*.be"), names.to_owned()),
        ("name", _, _) => (Some("ns1.bedrijf.be"), names.to_owned()),
        ("nsLdhName", ..) => (None, format!("By their name servers. {names}")),
        ("nsIp", ..) => (None, "An address of one of their name servers.".to_owned()),
        ("ip", ..) => (None, "One of their addresses.".to_owned()),
        ("handle", false, _) => (Some("99001"), format!("A pattern of handles: {texts}")),
        ("handle", true, _) => (Some("99001"), format!("A pattern of the entity's handle: {texts}")),
        ("fn", ..) => (None, format!("A pattern of the name by which an entity goes: {texts}")),
        ("role", ..) => (None, "The entity's role on what is searched for; not enough by itself.".to_owned()),
        (..) => (None, "What is searched for.".to_owned()),
    };
    let schema = match word {
        "nsIp" | "ip" => address(),
        _ => json!({"type": "string", "minLength": 1}),
    };
    in_query(word, example, &meaning, schema)
}

/// An address of either kind.
fn address() -> Value {
    json!({"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]})
}

fn others() -> Vec<Route> {
    vec![
        Route::new("/help", "help", "What is offered, and on which terms (RFC 9082 §3.1.6)", Some("Help")),
        Route {
            found: Some(("application/openapi+json", "Description")),
            ..Route::new("/openapi.json", "description", "This document", None)
        },
        Route {
            found: Some((crate::render::bootstrap::MEDIA_TYPE, "Bootstrap")),
            ..Route::new("/dns.json", "bootstrap", "The zones, and the bases that answer for them (RFC 9224)", None)
        },
    ]
}

fn item(route: &Route) -> Value {
    let preflight = json!({
        "operationId": format!("{}Options", route.id),
        "summary": "Which methods are answered (CORS)",
        "responses": {
            "204": {
                "description": "The methods.",
                "headers": header_references(&[
                    "access-control-allow-headers", "access-control-allow-methods", "access-control-allow-origin",
                    "access-control-max-age", "allow", "ratelimit", "ratelimit-policy",
                ]),
            },
            "403": {"$ref": "#/components/responses/403"},
            "429": {"$ref": "#/components/responses/429"},
            "431": {"$ref": "#/components/responses/431"},
            "414": {"$ref": "#/components/responses/414"},
            "500": {"$ref": "#/components/responses/500"},
        },
    });
    json!({
        "summary": route.summary,
        "parameters": route.parameters,
        "get": operation(route, route.id.to_owned(), true),
        "head": operation(route, format!("{}Head", route.id), false),
        "options": preflight,
    })
}

fn operation(route: &Route, id: String, has_body: bool) -> Value {
    let mut responses = Map::new();
    if let Some((media_type, schema)) = route.found {
        let mut found = json!({"description": "Found.", "headers": header_references(&VALIDATED)});
        if has_body && let Value::Object(members) = &mut found {
            let schema = json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}});
            members.insert("content".to_owned(), json!({ media_type: schema }));
        }
        responses.insert("200".to_owned(), found);
        let known =
            json!({"description": "The client has this answer already.", "headers": header_references(&VALIDATED)});
        responses.insert("304".to_owned(), known);
    }
    let moved = json!({
        "description": "Over plain HTTP, where the operator answers over https alone.",
        "headers": header_references(&["access-control-allow-origin", "cache-control", "location"]),
    });
    responses.insert("301".to_owned(), moved);
    for status in OF_EVERY.into_iter().chain(route.is_search.then_some(OF_SEARCHES)) {
        responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{status}")}));
    }
    json!({"operationId": id, "summary": route.summary, "responses": responses})
}

/// The refusals, by their statuses.
pub(super) fn responses() -> Value {
    let response = |(status, description): (u16, &str)| {
        let mut headers = EVERY.to_vec();
        match status {
            405 => headers.push("allow"),
            429 | 503 => headers.push("retry-after"),
            _ => {}
        }
        let content = json!({MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Error"}}});
        let response = json!({"description": description, "headers": header_references(&headers), "content": content});
        (status.to_string(), response)
    };
    Value::Object(REFUSALS.into_iter().map(response).collect())
}

fn in_path(name: &str, example: &str, meaning: &str, schema: Value) -> Value {
    let example = match schema.get("type").and_then(Value::as_str) {
        Some("integer") => example.parse::<u32>().map_or(Value::Null, Value::from),
        _ => Value::from(example),
    };
    json!({
        "name": name, "in": "path", "required": true, "description": meaning, "schema": schema, "example": example,
    })
}

fn in_query(name: &str, example: Option<&str>, meaning: &str, schema: Value) -> Value {
    let mut parameter = json!({"name": name, "in": "query", "description": meaning, "schema": schema});
    if let (Some(example), Value::Object(members)) = (example, &mut parameter) {
        members.insert("example".to_owned(), Value::from(example));
    }
    parameter
}

/// The parameter by which contacts are told as JSContact too. Other values are passed over, as unknown parameters are.
fn jscontact() -> Value {
    let meaning = "`1`, `true` or `yes`: contacts as JSContact too, as with `exts_list` in `Accept`.";
    in_query("jscontact", None, meaning, json!({"type": "string"}))
}

/// How results of a class are wanted (RFC 8977, 8982).
fn wishes(class: Class) -> Vec<Value> {
    let wish = |wish: &Wish| match wish {
        Wish::Count => {
            let words: Vec<&str> = COUNT_WORDS.iter().map(|(word, _)| *word).collect();
            let schema = json!({"type": "string", "enum": words});
            in_query(wish.word(), None, "Whether to tell how many results there are.", schema)
        }
        Wish::Sort => {
            let properties: Vec<&str> = Property::of(class).iter().map(|property| property.word()).collect();
            let key = format!("({})(:[adAD])?", properties.join("|"));
            let pattern = format!("^{key}(,{key}){{0,{}}}$", SORT_KEYS_MAX.saturating_sub(1));
            let meaning = "By what they are ordered, each property once; `:d` for the largest first.";
            in_query(wish.word(), None, meaning, json!({"type": "string", "pattern": pattern}))
        }
        Wish::Cursor => {
            let pattern = "^[A-Za-z0-9/=_-]+$";
            let schema = json!({"type": "string", "maxLength": CURSOR_CHARACTERS_MAX, "pattern": pattern});
            in_query(wish.word(), None, "Which page: what the link `next` of an earlier answer has.", schema)
        }
        Wish::FieldSet => {
            let fields: Vec<&str> = FieldSet::ALL.iter().map(|fields| fields.word()).collect();
            in_query(wish.word(), None, "How much of each result is told.", json!({"type": "string", "enum": fields}))
        }
    };
    Wish::ALL.iter().map(wish).chain([jscontact()]).collect()
}
