//! Which objects a search means, within its reach.

use crate::disclosure::record::{PublicContact, PublicRegistrar};
use crate::index::{EntityKey, Found, Reach, Snapshot, goes_by};
use crate::model::name::Name;
use crate::model::pattern::{NamePattern, TextPattern};
use crate::model::vocabulary::Role;
use crate::query::search::{DomainsBy, EntitiesBy, NameserversBy, Related};

/// The domains that are meant.
pub(super) fn domains(snapshot: &Snapshot, by: &DomainsBy, reach: Reach) -> Found<Name> {
    match by {
        DomainsBy::Name(NamePattern::Exact(name)) => one(name, snapshot.domain(name).is_some()),
        DomainsBy::Name(NamePattern::Partial(pattern)) => snapshot.domains_named(pattern, reach),
        DomainsBy::Nameserver(NamePattern::Exact(host)) => snapshot.domains_on(std::slice::from_ref(host), reach),
        DomainsBy::Nameserver(NamePattern::Partial(pattern)) => {
            // As many hosts as may be looked at: most have domains in common, and some have none.
            let hosts = snapshot.hosts_named(pattern, Reach { matches: reach.candidates, ..reach });
            of_all(hosts.is_complete, snapshot.domains_on(&hosts.items, reach))
        }
        DomainsBy::Address(address) => snapshot.domains_at(*address, reach),
        DomainsBy::Related(related) => {
            let entities = entities_related(snapshot, related, reach);
            // What a contact shows, and its role, depends on the domain on which it stands.
            let is_meant = |contact: &PublicContact| contact_satisfies(related, contact);
            of_all(entities.is_complete, snapshot.domains_of(&entities.items, reach, is_meant))
        }
    }
}

/// The name servers that are meant.
pub(super) fn nameservers(snapshot: &Snapshot, by: &NameserversBy, reach: Reach) -> Found<Name> {
    match by {
        NameserversBy::Name(NamePattern::Exact(name)) => one(name, snapshot.host(name).is_some()),
        NameserversBy::Name(NamePattern::Partial(pattern)) => snapshot.hosts_named(pattern, reach),
        NameserversBy::Address(address) => snapshot.hosts_at(*address, reach),
        NameserversBy::Related(related) => {
            let entities = entities_related(snapshot, related, reach);
            of_all(entities.is_complete, snapshot.hosts_of(&entities.items, reach))
        }
    }
}

/// The entities that are meant.
pub(super) fn entities(snapshot: &Snapshot, by: &EntitiesBy, reach: Reach) -> Found<EntityKey> {
    match by {
        EntitiesBy::Name(pattern) => snapshot.entities_named(pattern, reach),
        EntitiesBy::Handle(pattern) => snapshot.entities_with_handle(pattern, reach),
    }
}

fn one(name: &Name, is_there: bool) -> Found<Name> {
    Found { items: if is_there { vec![name.clone()] } else { Vec::new() }, is_complete: true }
}

/// What was found on others, of which more may be there.
fn of_all<T>(are_complete: bool, found: Found<T>) -> Found<T> {
    Found { is_complete: found.is_complete && are_complete, ..found }
}

/// The entities of which one of the properties is the wanted one. The others are looked at here for registrars, and for
/// contacts where they stand.
fn entities_related(snapshot: &Snapshot, related: &Related, reach: Reach) -> Found<EntityKey> {
    let reach = Reach { matches: reach.candidates, ..reach };
    let mut found = match (&related.handle, &related.name) {
        (Some(handle), _) => snapshot.entities_with_handle(handle, reach),
        (None, Some(name)) => snapshot.entities_named(name, reach),
        // Parsing refuses a search by role alone.
        (None, None) => Found { items: Vec::new(), is_complete: true },
    };
    found.items.retain(|key| match key {
        EntityKey::Registrar(id) => {
            snapshot.registrar_by_id(id).is_some_and(|registrar| registrar_satisfies(related, &registrar))
        }
        EntityKey::Contact(_) => true,
    });
    found
}

pub(super) fn contact_satisfies(related: &Related, contact: &PublicContact) -> bool {
    contact.omitted.is_none()
        && holds(related.handle.as_ref(), contact.handle.shown().map(String::as_str))
        && holds(related.name.as_ref(), goes_by(contact))
        && holds(related.role.as_ref(), Some(contact.role.rdap_word()))
}

pub(super) fn registrar_satisfies(related: &Related, registrar: &PublicRegistrar) -> bool {
    holds(related.handle.as_ref(), Some(&registrar.handle()))
        && holds(related.name.as_ref(), registrar.name.shown().map(String::as_str))
        && holds(related.role.as_ref(), Some(Role::Registrar.rdap_word()))
}

/// True when nothing is demanded, or a value is shown that satisfies it.
fn holds(pattern: Option<&TextPattern>, shown: Option<&str>) -> bool {
    pattern.is_none_or(|pattern| shown.is_some_and(|shown| pattern.matches(shown)))
}
