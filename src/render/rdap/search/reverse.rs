//! Reverse searches: which are offered, and what an answer's properties mean (RFC 9536 §4, §5).

use serde::Serialize;

use crate::query::search::{ROUTES, Related, Target};

/// An entry of `reverse_search_properties`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::render::rdap) struct Offered {
    searchable_resource_type: &'static str,
    related_resource_type: &'static str,
    property: &'static str,
}

/// An entry of `reverse_search_properties_mapping`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Mapping {
    property: &'static str,
    property_path: String,
}

/// Every reverse search there is.
pub(in crate::render::rdap) fn offered() -> Vec<Offered> {
    let reverse = ROUTES.iter().filter(|route| route.is_reverse);
    let each = reverse.flat_map(|route| {
        route.predicates.iter().map(|property| Offered {
            searchable_resource_type: route.class.word(),
            related_resource_type: "entity",
            property,
        })
    });
    each.collect()
}

/// What the properties of a search stand for in its answer; none where it is no reverse search.
///
/// An organisation whose contact person is withheld has an empty `fn` and goes by its `org`: `fn` stands for both,
/// the path that IANA registered first.
pub(super) fn mappings(target: &Target) -> Vec<Mapping> {
    let Some(Related { handle, name, role }) = target.related() else { return Vec::new() };
    let used = [
        (handle, "handle", ".handle"),
        (name, "fn", ".vcardArray[1][?(@[0]=='fn')][3]"),
        (name, "fn", ".vcardArray[1][?(@[0]=='org')][3]"),
        (role, "role", ".roles[*]"),
    ];
    let entities = format!("$.{}[*].entities[*]", target.class().results());
    used.iter()
        .filter(|(pattern, ..)| pattern.is_some())
        .map(|(_, property, below)| Mapping { property, property_path: format!("{entities}{below}") })
        .collect()
}
