//! The order of results, and the orders that can be asked for (RFC 8977 §2.1, §2.3).

use serde::Serialize;

use super::Address;
use crate::answer::SearchAnswer;
use crate::query::search::{Property, SortKey};
use crate::render::rdap::Frame;
use crate::render::rdap::link::Link;

/// `sorting_metadata`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sorting<'a> {
    current_sort: String,
    available_sorts: Vec<Available<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Available<'a> {
    property: &'static str,
    default: bool,
    json_path: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
}

impl<'a> Sorting<'a> {
    /// Of an answer: the orders that it can be asked in, and the default, which RFC 8977 §2.1 wants to stand there always.
    /// Where the default does not stand in the results, nobody can ask for it by name, and it has no links.
    pub(super) fn of(frame: &Frame<'a>, address: Option<Address<'_>>, found: &SearchAnswer) -> Sorting<'a> {
        let (class, default) = (found.target.class(), found.target.default_order());
        let available = Property::of(class)
            .iter()
            .filter(|property| **property == default || property.stands_in(found.fields, class))
            .map(|property| Available {
                property: property.word(),
                default: *property == default,
                json_path: property.json_path(class),
                links: links(frame, address.filter(|_| property.stands_in(found.fields, class)), *property),
            });
        Sorting { current_sort: current(address, &found.sort, default), available_sorts: available.collect() }
    }
}

/// The order as it was asked for, or the one that holds without.
fn current(address: Option<Address<'_>>, sort: &[SortKey], default: Property) -> String {
    if sort.is_empty() {
        return default.word().to_owned();
    }
    let spelled: Vec<String> = sort.iter().map(spelled).collect();
    // `name` and `name:a` mean the same: it is told in the words of the one who asked.
    let given = address.and_then(|address| address.parameter("sort"));
    given.filter(|given| without_default(given).eq(spelled.iter().map(String::as_str))).unwrap_or(spelled.join(","))
}

fn spelled(key: &SortKey) -> String {
    let direction = if key.is_descending { ":d" } else { "" };
    format!("{}{direction}", key.property)
}

fn without_default(given: &str) -> impl Iterator<Item = &str> {
    given.split(',').map(|item| item.strip_suffix(":a").unwrap_or(item))
}

/// The same results from the smallest on and from the largest on.
fn links<'a>(frame: &Frame<'a>, address: Option<Address<'_>>, property: Property) -> Vec<Link<'a>> {
    let directions = [("Ascending Order", false), ("Descending Order", true)];
    let hrefs = address.into_iter().flat_map(|address| {
        directions.map(|(title, is_descending)| {
            (title, address.restarted_with("sort", &spelled(&SortKey { property, is_descending })))
        })
    });
    hrefs
        .filter(|(_, href)| href != frame.url.asked)
        .map(|(title, href)| Link::to_alternate(frame, title, href))
        .collect()
}
