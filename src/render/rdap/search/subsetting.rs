//! How much of each result an answer tells, and how more or less of it is asked for (RFC 8982 §2.1).

use serde::Serialize;

use super::Address;
use crate::answer::SearchAnswer;
use crate::query::search::FieldSet;
use crate::render::rdap::Frame;
use crate::render::rdap::link::Link;

/// `subsetting_metadata`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Subsetting<'a> {
    current_field_set: &'static str,
    available_field_sets: Vec<Available<'a>>,
}

#[derive(Serialize)]
struct Available<'a> {
    name: &'static str,
    default: bool,
    description: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
}

impl<'a> Subsetting<'a> {
    /// Of an answer.
    pub(super) fn of(frame: &Frame<'a>, address: Option<Address<'_>>, found: &SearchAnswer) -> Subsetting<'a> {
        let (current, class) = (found.fields, found.target.class());
        let available = FieldSet::ALL.iter().map(|fields| {
            let other = address.filter(|_| *fields != current);
            // An order by what those results leave out would be refused: they come in the default order.
            let is_kept = found.sort.iter().all(|key| key.property.stands_in(*fields, class));
            let href = other.map(|address| match is_kept {
                true => address.restarted_with("fieldSet", fields.word()),
                false => address.restarted_in_default_order_with("fieldSet", fields.word()),
            });
            Available {
                name: fields.word(),
                default: *fields == FieldSet::default(),
                description: description(*fields),
                links: href.map(|href| Link::to_alternate(frame, "Other Extent", href)).into_iter().collect(),
            }
        });
        Subsetting { current_field_set: current.word(), available_field_sets: available.collect() }
    }
}

fn description(fields: FieldSet) -> &'static str {
    match fields {
        FieldSet::Id => "The name or handle, and a link.",
        FieldSet::Brief => {
            "Name, handle and status; of domains also dates, registrar and the names of name servers; of name servers \
             also addresses; of entities also the name and organisation on the card."
        }
        FieldSet::Full => "All that a lookup tells.",
    }
}
