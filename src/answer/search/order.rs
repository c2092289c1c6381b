//! The order of results (RFC 8977 §2.3) and the pages that it is cut into.
//!
//! Values that a result lacks, or withholds, come last whatever the direction: what is withheld orders nothing.

use std::cmp::Ordering;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::EntityAnswer;
use crate::disclosure::record::{Disclosed, PublicContact, PublicDomain, PublicHost, PublicRegistrar};
use crate::index::{self, EntityKey, Snapshot};
use crate::model::name::Name;
use crate::model::pattern::fold;
use crate::query::search::{EntitiesBy, Property, Search, SortKey};
use crate::time::Timestamp;

/// Texts are compared by so many octets, to the border of a character; what begins alike for so long stands in the order
/// of names or handles. Cursors hold no more of a text either.
pub(in crate::answer) const TEXT_OCTETS_MAX: usize = 128;

/// The same of an entity's handle or identifier; those that can be looked up are far shorter.
pub(in crate::answer) const KEY_OCTETS_MAX: usize = 253;

/// By what a result is ordered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::answer) enum Value {
    /// A text, as the answer shows it.
    Text(String),
    /// A moment.
    Moment(Timestamp),
    /// An IPv4 address, in the order of its number.
    Ipv4(Ipv4Addr),
    /// An IPv6 address, in the order of its number.
    Ipv6(Ipv6Addr),
    /// The result shows none.
    Absent,
}

/// What tells two results apart where all values are the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::answer) enum Place {
    /// A domain or host.
    Name(Name),
    /// An entity: the text by which it was found, folded, and which one it is.
    Entity(String, EntityKey),
}

/// Where a result stands in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::answer) struct Position {
    /// A value for each key of the order.
    pub(in crate::answer) values: Vec<Value>,
    /// What decides where these are the same.
    pub(in crate::answer) place: Place,
}

/// What became of a search beside the results on the page.
#[derive(Debug)]
pub(super) struct Turned {
    /// Results on all pages.
    pub(super) total: usize,
    /// False where there may be more than those.
    pub(super) is_complete: bool,
    /// The position of the last result on the page, where another page follows.
    pub(super) last: Option<Position>,
}

/// The order of a search: the one that was asked for, else that of its class.
pub(super) fn of(search: &Search) -> Vec<SortKey> {
    if search.wishes.sort.is_empty() {
        return vec![SortKey { property: search.target.default_order(), is_descending: false }];
    }
    search.wishes.sort.clone()
}

/// Which of two positions comes first.
pub(super) fn compare(order: &[SortKey], a: &Position, b: &Position) -> Ordering {
    for (key, (a, b)) in order.iter().zip(a.values.iter().zip(&b.values)) {
        let ordering = match (a, b) {
            (Value::Absent, Value::Absent) => Ordering::Equal,
            (Value::Absent, _) => Ordering::Greater,
            (_, Value::Absent) => Ordering::Less,
            (a, b) if key.is_descending => b.cmp(a),
            (a, b) => a.cmp(b),
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
    a.place.cmp(&b.place)
}

/// Orders results and takes the page that follows a position: its results, how many there are on all pages, and the
/// position of the last one where others follow.
pub(super) fn page<K>(
    mut ranked: Vec<(Position, K)>,
    order: &[SortKey],
    after: Option<&Position>,
    size: usize,
) -> (Vec<K>, usize, Option<Position>) {
    ranked.sort_by(|(a, _), (b, _)| compare(order, a, b));
    let total = ranked.len();
    let start =
        after.map_or(0, |after| ranked.partition_point(|(position, _)| compare(order, position, after).is_le()));
    let mut rest = ranked.into_iter().skip(start);
    let mut items = Vec::new();
    let mut last = None;
    for (position, item) in rest.by_ref().take(size) {
        items.push(item);
        last = Some(position);
    }
    let last = last.filter(|_| rest.next().is_some());
    (items, total, last)
}

/// The position of a domain; `None` where there is no such domain. Its record is read only where the order needs it.
pub(super) fn of_domain(snapshot: &Snapshot, order: &[SortKey], name: &Name) -> Option<Position> {
    let domain = if is_by_name(order) { None } else { Some(snapshot.domain(name)?) };
    let value = |key: &SortKey| match &domain {
        Some(domain) => domain_value(domain, key.property),
        None => name_value(name),
    };
    Some(Position { values: order.iter().map(value).collect(), place: Place::Name(name.clone()) })
}

/// The position of a host; `None` where there is no such host. Its record is read only where the order needs it.
pub(super) fn of_host(snapshot: &Snapshot, order: &[SortKey], name: &Name) -> Option<Position> {
    let host = if is_by_name(order) { None } else { Some(snapshot.host(name)?) };
    let value = |key: &SortKey| match &host {
        Some(host) => host_value(host, key.property),
        None => name_value(name),
    };
    Some(Position { values: order.iter().map(value).collect(), place: Place::Name(name.clone()) })
}

/// The position of an entity.
pub(super) fn of_entity(order: &[SortKey], by: &EntitiesBy, entity: &EntityAnswer, key: &EntityKey) -> Position {
    let found_by = match by {
        EntitiesBy::Name(_) => goes_by(entity),
        EntitiesBy::Handle(_) => handle(entity),
    };
    let value = |key: &SortKey| match entity {
        EntityAnswer::Registrar(registrar) => registrar_value(registrar, key.property),
        EntityAnswer::Contact(contact) => contact_value(contact, key.property),
    };
    let key = match key {
        EntityKey::Registrar(id) => EntityKey::Registrar(shortened(id.clone(), KEY_OCTETS_MAX)),
        EntityKey::Contact(handle) => EntityKey::Contact(shortened(handle.clone(), KEY_OCTETS_MAX)),
    };
    let place = Place::Entity(shortened(fold(&found_by.unwrap_or_default()), TEXT_OCTETS_MAX), key);
    Position { values: order.iter().map(value).collect(), place }
}

/// The name an entity is found by: that on its card, or where that is withheld or absent its organisation's.
fn goes_by(entity: &EntityAnswer) -> Option<String> {
    match entity {
        EntityAnswer::Registrar(registrar) => registrar.name.shown().cloned(),
        EntityAnswer::Contact(contact) => index::goes_by(contact).map(str::to_owned),
    }
}

fn handle(entity: &EntityAnswer) -> Option<String> {
    match entity {
        EntityAnswer::Registrar(registrar) => Some(registrar.handle()),
        EntityAnswer::Contact(contact) => contact.handle.shown().cloned(),
    }
}

fn is_by_name(order: &[SortKey]) -> bool {
    order.iter().all(|key| key.property == Property::Name)
}

fn domain_value(domain: &PublicDomain, property: Property) -> Value {
    match property {
        Property::Name => name_value(&domain.name),
        Property::Registration => moment(domain.created),
        Property::LastChanged => moment(domain.updated),
        Property::Expiration => moment(domain.expires),
        Property::Deletion => moment(domain.quarantined_until),
        Property::Transfer => moment(domain.transferred),
        Property::Ipv4
        | Property::Ipv6
        | Property::FormattedName
        | Property::Handle
        | Property::Organisation
        | Property::CountryCode
        | Property::City => Value::Absent,
    }
}

fn host_value(host: &PublicHost, property: Property) -> Value {
    match property {
        Property::Name => name_value(&host.name),
        Property::Registration => moment(host.created),
        Property::LastChanged => moment(host.updated),
        Property::Ipv4 => host.addresses.v4.first().map_or(Value::Absent, |address| Value::Ipv4(*address)),
        Property::Ipv6 => host.addresses.v6.first().map_or(Value::Absent, |address| Value::Ipv6(*address)),
        Property::Expiration
        | Property::Deletion
        | Property::Transfer
        | Property::FormattedName
        | Property::Handle
        | Property::Organisation
        | Property::CountryCode
        | Property::City => Value::Absent,
    }
}

fn registrar_value(registrar: &PublicRegistrar, property: Property) -> Value {
    match property {
        Property::FormattedName => shown(&registrar.name),
        Property::Handle => text(&registrar.handle()),
        Property::CountryCode => country(&registrar.country),
        Property::City => shown(&registrar.city),
        Property::Registration => moment(registrar.created.shown().copied()),
        Property::LastChanged => moment(registrar.updated.shown().copied()),
        Property::Name
        | Property::Expiration
        | Property::Deletion
        | Property::Transfer
        | Property::Ipv4
        | Property::Ipv6
        // A registrar's card has its name and no organisation beside it.
        | Property::Organisation => Value::Absent,
    }
}

fn contact_value(contact: &PublicContact, property: Property) -> Value {
    match property {
        // The text on the card, which is empty where the person's name is withheld.
        Property::FormattedName if contact.name == Disclosed::Absent => shown(&contact.organisation),
        Property::FormattedName => shown(&contact.name),
        Property::Handle => shown(&contact.handle),
        Property::Organisation => shown(&contact.organisation),
        Property::CountryCode => country(&contact.country),
        Property::City => shown(&contact.city),
        Property::Registration => moment(contact.created.shown().copied()),
        Property::LastChanged => moment(contact.updated.shown().copied()),
        Property::Name
        | Property::Expiration
        | Property::Deletion
        | Property::Transfer
        | Property::Ipv4
        | Property::Ipv6 => Value::Absent,
    }
}

/// A name as people write it (RFC 8977 §2.3.1: `unicodeName`, else `ldhName`).
fn name_value(name: &Name) -> Value {
    match name.unicode() {
        Some(unicode) => text(&unicode),
        None => text(name.as_str()),
    }
}

fn shown(value: &Disclosed<String>) -> Value {
    value.shown().map_or(Value::Absent, |shown| text(shown))
}

fn country(value: &Disclosed<String>) -> Value {
    value.shown().map_or(Value::Absent, |code| text(&code.to_ascii_uppercase()))
}

fn moment(moment: Option<Timestamp>) -> Value {
    moment.map_or(Value::Absent, Value::Moment)
}

/// An empty text is none.
fn text(text: &str) -> Value {
    if text.is_empty() { Value::Absent } else { Value::Text(shortened(text.to_owned(), TEXT_OCTETS_MAX)) }
}

fn shortened(mut text: String, longest: usize) -> String {
    text.truncate(text.floor_char_boundary(longest));
    text
}
