//! The shapes of answers (RFC 9083, 7095, 8977, 8982, 9536, 9537, 9224) as JSON Schema. Members that RDAP's extensions may
//! add are allowed everywhere; those that are named have their types.

use serde_json::{Map, Value, json};

use crate::query::search::{Class, FieldSet, Property};
use crate::render::rdap::EVENT_ACTIONS;

/// The schemas, by name.
pub(super) fn all() -> Value {
    let mut all = Map::new();
    for part in [common(), objects(), answers()] {
        if let Value::Object(members) = part {
            all.extend(members);
        }
    }
    Value::Object(all)
}

fn text() -> Value {
    json!({"type": "string"})
}

fn texts() -> Value {
    json!({"type": "array", "items": text(), "minItems": 1})
}

fn uri() -> Value {
    json!({"type": "string", "format": "uri", "pattern": "^[!-~]+$"})
}

fn list_of(name: &str) -> Value {
    json!({"type": "array", "items": schema(name), "minItems": 1})
}

fn schema(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn common() -> Value {
    json!({
        "Conformance": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"},
            "contains": {"const": "rdap_level_0"},
            "uniqueItems": true,
        },
        "Link": {
            "type": "object",
            "required": ["value", "rel", "href"],
            "properties": {"value": uri(), "rel": text(), "href": uri(), "type": text(), "hreflang": {"anyOf": [text(), texts()]}, "title": text()},
        },
        "Notice": {
            "type": "object",
            "required": ["description"],
            "properties": {
                "title": text(), "type": text(), "description": texts(), "links": list_of("Link"), "lang": text(),
            },
        },
        "Event": {
            "type": "object",
            "required": ["eventAction", "eventDate"],
            "properties": {
                "eventAction": {"enum": EVENT_ACTIONS},
                "eventDate": {"type": "string", "format": "date-time", "pattern": "Z$"},
                "eventActor": text(),
            },
        },
        "Status": {"type": "array", "items": {"type": "string", "pattern": "^[a-z ]+$"}, "uniqueItems": true, "minItems": 1},
        "Redacted": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {
                    "type": "object",
                    "properties": {"type": text(), "description": text()},
                    "anyOf": [{"required": ["type"]}, {"required": ["description"]}],
                },
                "prePath": text(), "postPath": text(), "replacementPath": text(),
                "pathLang": {"type": "string", "const": "jsonpath"},
                "method": {"enum": ["removal", "emptyValue", "partialValue", "replacementValue"]},
                "reason": {"type": "object", "properties": {"type": text(), "description": text()}},
            },
        },
        "Card": {
            "description": "A jCard (RFC 7095).",
            "type": "array",
            "prefixItems": [
                {"const": "vcard"},
                {"type": "array", "minItems": 2, "items": {
                    "type": "array", "minItems": 4, "prefixItems": [text(), {"type": "object"}, text()],
                }},
            ],
            "items": false,
            "minItems": 2,
        },
    })
}

/// The three object classes as they stand within other answers (RFC 9083 §5).
fn objects() -> Value {
    let addresses =
        |format: &str| json!({"type": "array", "items": {"type": "string", "format": format}, "minItems": 1});
    let octet = json!({"type": "integer", "minimum": 0, "maximum": 255});
    let number = json!({"type": "integer", "minimum": 0, "maximum": 65535});
    json!({
        "Domain": {
            "type": "object",
            "required": ["objectClassName", "ldhName"],
            "properties": {
                "objectClassName": {"const": "domain"},
                "handle": text(), "ldhName": name(), "unicodeName": text(), "status": schema("Status"),
                "nameservers": list_of("Nameserver"), "entities": list_of("Entity"), "events": list_of("Event"),
                "links": list_of("Link"), "remarks": list_of("Notice"), "port43": text(),
                "secureDNS": {
                    "type": "object",
                    "properties": {
                        "zoneSigned": {"type": "boolean"},
                        "delegationSigned": {"type": "boolean"},
                        "maxSigLife": {"type": "integer", "minimum": 1},
                        "dsData": {"type": "array", "minItems": 1, "items": {
                            "type": "object",
                            "required": ["keyTag", "algorithm", "digest", "digestType"],
                            "properties": {"keyTag": number, "algorithm": octet, "digest": text(), "digestType": octet},
                        }},
                        "keyData": {"type": "array", "minItems": 1, "items": {
                            "type": "object",
                            "required": ["flags", "protocol", "algorithm", "publicKey"],
                            "properties": {"flags": number, "protocol": octet, "algorithm": octet, "publicKey": text()},
                        }},
                    },
                },
            },
        },
        "Nameserver": {
            "type": "object",
            "required": ["objectClassName", "ldhName"],
            "properties": {
                "objectClassName": {"const": "nameserver"},
                "handle": text(), "ldhName": name(), "unicodeName": text(), "status": schema("Status"),
                "ipAddresses": {"type": "object", "properties": {"v4": addresses("ipv4"), "v6": addresses("ipv6")}},
                "entities": list_of("Entity"), "events": list_of("Event"), "links": list_of("Link"),
                "remarks": list_of("Notice"), "port43": text(),
            },
        },
        "Entity": {
            "type": "object",
            "required": ["objectClassName"],
            "properties": {
                "objectClassName": {"const": "entity"},
                "handle": text(), "vcardArray": schema("Card"),
                "jscontact_card": {"type": "object", "description": "A Card of JSContact (RFC 9553), where it is asked for."},
                "roles": {"type": "array", "items": text(), "minItems": 1},
                "publicIds": {"type": "array", "items": {
                    "type": "object",
                    "required": ["type", "identifier"],
                    "properties": {"type": text(), "identifier": text()},
                }},
                "entities": list_of("Entity"), "status": schema("Status"), "events": list_of("Event"),
                "links": list_of("Link"), "remarks": list_of("Notice"),
            },
        },
    })
}

fn name() -> Value {
    json!({"type": "string", "pattern": "^[!-~]+$"})
}

/// Whole answers: what stands around an object (RFC 9083 §4.1, §6, §8), and bodies of other kinds.
fn answers() -> Value {
    json!({
        "DomainAnswer": {"allOf": [schema("Domain"), topmost()]},
        "NameserverAnswer": {"allOf": [schema("Nameserver"), topmost()]},
        "EntityAnswer": {"allOf": [schema("Entity"), topmost()]},
        "DomainSearchAnswer": results(Class::Domains),
        "NameserverSearchAnswer": results(Class::Nameservers),
        "EntitySearchAnswer": results(Class::Entities),
        "Help": {"allOf": [topmost(), {
            "required": ["notices"],
            "properties": {"reverse_search_properties": {"type": "array", "minItems": 1, "items": {
                "type": "object",
                "required": ["searchableResourceType", "relatedResourceType", "property"],
                "properties": {
                    "searchableResourceType": text(), "relatedResourceType": {"const": "entity"}, "property": text(),
                },
            }}},
        }]},
        "Error": {
            "type": "object",
            "required": ["rdapConformance", "errorCode", "title", "description"],
            "properties": {
                "rdapConformance": schema("Conformance"),
                "errorCode": {"type": "integer", "minimum": 400, "maximum": 599},
                "title": text(), "description": texts(), "lang": text(), "notices": list_of("Notice"),
            },
        },
        "Bootstrap": {
            "type": "object",
            "required": ["version", "publication", "services"],
            "properties": {
                "version": {"const": "1.0"},
                "publication": {"type": "string", "format": "date-time"},
                "description": text(),
                "services": {"type": "array", "items": {
                    // Zones, then bases. Not every reader of descriptions knows `prefixItems` in lists of lists.
                    "type": "array", "items": texts(), "minItems": 2, "maxItems": 2,
                }},
            },
        },
        "Description": {"type": "object", "required": ["openapi", "info", "paths"]},
    })
}

fn topmost() -> Value {
    json!({
        "type": "object",
        "required": ["rdapConformance"],
        "properties": {
            "rdapConformance": schema("Conformance"), "redacted": list_of("Redacted"), "notices": list_of("Notice"),
            "lang": text(),
        },
    })
}

/// The schema of the answer to a search, by its name.
pub(super) const fn of_results(class: Class) -> &'static str {
    match class {
        Class::Domains => "DomainSearchAnswer",
        Class::Nameservers => "NameserverSearchAnswer",
        Class::Entities => "EntitySearchAnswer",
    }
}

/// The answer to a search. What a result tells depends on `fieldSet`; it never has what stands in the topmost object alone.
fn results(class: Class) -> Value {
    let object = match class {
        Class::Domains => schema("Domain"),
        Class::Nameservers => schema("Nameserver"),
        Class::Entities => schema("Entity"),
    };
    let result = json!({"allOf": [object, {
        "properties": {"redacted": list_of("Redacted")},
        "not": {"anyOf": [{"required": ["rdapConformance"]}, {"required": ["notices"]}]},
    }]});
    let mapping = json!({"type": "array", "minItems": 1, "items": {
        "type": "object",
        "required": ["property", "propertyPath"],
        "properties": {"property": text(), "propertyPath": text()},
    }});
    let mut members = json!({
        class.results(): {"type": "array", "items": result, "minItems": 1},
        "paging_metadata": paging(), "sorting_metadata": sorting(class), "subsetting_metadata": subsetting(),
    });
    if !class.reverse_properties().is_empty()
        && let Value::Object(members) = &mut members
    {
        members.insert("reverse_search_properties_mapping".to_owned(), mapping);
    }
    json!({"allOf": [topmost(), {"type": "object", "required": [class.results()], "properties": members}]})
}

/// Where a page stands (RFC 8977 §2.1).
fn paging() -> Value {
    let count = json!({"type": "integer", "minimum": 1});
    json!({
        "type": "object",
        "properties": {"totalCount": count, "pageSize": count, "pageNumber": count, "links": list_of("Link")},
    })
}

/// The order, and the others (RFC 8977 §2.1).
fn sorting(class: Class) -> Value {
    let properties: Vec<&str> = Property::of(class).iter().map(|property| property.word()).collect();
    json!({
        "type": "object",
        "required": ["currentSort", "availableSorts"],
        "properties": {"currentSort": text(), "availableSorts": {"type": "array", "minItems": 1, "items": {
            "type": "object",
            "required": ["property", "default"],
            "properties": {
                "property": {"enum": properties}, "default": {"type": "boolean"}, "jsonPath": text(),
                "links": list_of("Link"),
            },
        }}},
    })
}

/// How much is told, and the other extents (RFC 8982 §2.1).
fn subsetting() -> Value {
    let fields: Vec<&str> = FieldSet::ALL.iter().map(|fields| fields.word()).collect();
    json!({
        "type": "object",
        "required": ["currentFieldSet", "availableFieldSets"],
        "properties": {
            "currentFieldSet": {"enum": fields},
            "availableFieldSets": {"type": "array", "minItems": 1, "items": {
                "type": "object",
                "required": ["name", "default"],
                "properties": {
                    "name": {"enum": fields}, "default": {"type": "boolean"}, "description": text(),
                    "links": list_of("Link"),
                },
            }},
        },
    })
}
