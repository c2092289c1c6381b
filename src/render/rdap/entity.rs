//! Entities: contacts and registrars (RFC 9083 §5.1).
//!
//! An entity has one role. A handle, and a link to the entity itself, stand only where the handle is public:
//! every handle that an answer names can be looked up.

use std::borrow::Cow;

use serde::Serialize;

use super::Frame;
use super::event::{self, Event};
use super::jcard::{self, Card};
use super::link::{self, Link};
use super::redacted::{Part, Redactions, Subject};
use super::status;
use crate::disclosure::record::{Disclosed, PublicContact, PublicRegistrar};
use crate::model::vocabulary::Role;
use crate::time::Timestamp;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entity<'a> {
    object_class_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<Cow<'a, str>>,
    vcard_array: Card<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    public_ids: Vec<PublicId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entities: Vec<Entity<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    status: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Event>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
}

#[derive(Serialize)]
struct PublicId {
    #[serde(rename = "type")]
    kind: &'static str,
    identifier: String,
}

/// Where an entity stands in an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is what was asked for: no role.
    Alone,
    /// On a domain.
    OnDomain,
    /// On a name server: without public identifiers, as ICANN's conformance tool expects it.
    OnNameserver,
    /// On a registrar.
    OnRegistrar,
}

/// The RDAP role of a contact on a domain or registrar (EP-08).
fn role_word(role: Role) -> &'static str {
    match role {
        Role::Registrant => "registrant",
        Role::Onsite | Role::Tech => "technical",
        Role::Admin | Role::RegistrarContact => "administrative",
        Role::Billing => "billing",
        Role::Reseller => "reseller",
        Role::Registrar => "registrar",
    }
}

fn subject(role: Role, place: Place) -> Subject {
    match (place, role) {
        (Place::Alone, _) => Subject::Alone,
        (Place::OnRegistrar, Role::Onsite | Role::Tech) => Subject::RegistrarTechnical,
        (Place::OnRegistrar, Role::Billing) => Subject::RegistrarBilling,
        (Place::OnRegistrar, _) => Subject::RegistrarAdministrative,
        (_, Role::Registrant) => Subject::Registrant,
        (_, Role::Onsite | Role::Tech) => Subject::Tech,
        (_, Role::Admin | Role::RegistrarContact) => Subject::Administrative,
        (_, Role::Billing) => Subject::Billing,
        (_, Role::Reseller) => Subject::Reseller,
        (_, Role::Registrar) => Subject::Registrar,
    }
}

/// A contact. `root` is its path in the answer.
pub(super) fn of_contact<'a>(
    frame: &Frame<'a>,
    contact: &'a PublicContact,
    place: Place,
    root: String,
    redactions: &mut Redactions,
) -> Entity<'a> {
    let mut marker = redactions.at(subject(contact.role, place), root);
    marker.removed(Part::Handle, &contact.handle, ".handle");
    let vcard_array = jcard::of_contact(contact, &mut marker);
    marker.removed(Part::Created, &contact.created, ".events[?(@.eventAction=='registration')]");
    marker.removed(Part::Updated, &contact.updated, ".events[?(@.eventAction=='last changed')]");
    let handle = contact.handle.shown();
    Entity {
        object_class_name: "entity",
        handle: handle.map(|handle| handle.as_str().into()),
        vcard_array,
        roles: if place == Place::Alone { Vec::new() } else { vec![role_word(contact.role)] },
        public_ids: Vec::new(),
        entities: Vec::new(),
        status: Vec::new(),
        events: dates(&contact.created, &contact.updated),
        links: handle.map(|handle| Link::to_self(frame, link::entity_at(frame.url.base, handle))).into_iter().collect(),
    }
}

/// A registrar with its abuse desk and its contacts. `root` is its path in the answer.
pub(super) fn of_registrar<'a>(
    frame: &Frame<'a>,
    registrar: &'a PublicRegistrar,
    place: Place,
    root: &str,
    redactions: &mut Redactions,
) -> Entity<'a> {
    let has_public_ids = place != Place::OnNameserver;
    let mut marker = redactions.at(Subject::Registrar, root.to_owned());
    let vcard_array = jcard::of_registrar(registrar, &mut marker);
    if has_public_ids {
        marker.removed(Part::IanaId, &registrar.iana_id, ".publicIds");
    }
    marker.removed(Part::Created, &registrar.created, ".events[?(@.eventAction=='registration')]");
    marker.removed(Part::Updated, &registrar.updated, ".events[?(@.eventAction=='last changed')]");

    let mut entities = Vec::new();
    if registrar.abuse_email != Disclosed::Absent || registrar.abuse_voice != Disclosed::Absent {
        let mut marker = redactions.at(Subject::RegistrarAbuse, format!("{root}.entities[0]"));
        entities.push(abuse_desk(jcard::of_abuse_desk(registrar, &mut marker)));
    }
    add_contacts(frame, &registrar.contacts, Place::OnRegistrar, root, &mut entities, redactions);

    let handle = registrar.handle();
    let mut links = vec![Link::to_self(frame, link::entity_at(frame.url.base, &handle))];
    links.extend(registrar.rdap_base.as_deref().and_then(link::web_base).map(Link::about));
    Entity {
        object_class_name: "entity",
        handle: Some(handle.into()),
        vcard_array,
        roles: if place == Place::Alone { Vec::new() } else { vec![role_word(Role::Registrar)] },
        public_ids: registrar.iana_id.shown().filter(|_| has_public_ids).map(iana_id).into_iter().collect(),
        entities,
        status: vec![status::of_registrar(registrar.status)],
        events: dates(&registrar.created, &registrar.updated),
        links,
    }
}

/// Adds the contacts that are shown. Each that is omitted is noted at the place that it would have after the last
/// one shown, so that no other place shifts.
pub(super) fn add_contacts<'a>(
    frame: &Frame<'a>,
    contacts: impl IntoIterator<Item = &'a PublicContact> + Clone,
    place: Place,
    root: &str,
    entities: &mut Vec<Entity<'a>>,
    redactions: &mut Redactions,
) {
    for contact in contacts.clone().into_iter().filter(|contact| contact.omitted.is_none()) {
        let path = format!("{root}.entities[{}]", entities.len());
        entities.push(of_contact(frame, contact, place, path, redactions));
    }
    let omitted = contacts.into_iter().filter_map(|contact| contact.omitted.map(|(reason, _)| (contact.role, reason)));
    for (index, (role, reason)) in (entities.len()..).zip(omitted) {
        let mut marker = redactions.at(subject(role, place), format!("{root}.entities[{index}]"));
        marker.removed_because(Part::Entity, reason, "");
    }
}

fn abuse_desk(vcard_array: Card<'_>) -> Entity<'_> {
    Entity {
        object_class_name: "entity",
        handle: None,
        vcard_array,
        roles: vec!["abuse"],
        public_ids: Vec::new(),
        entities: Vec::new(),
        status: Vec::new(),
        events: Vec::new(),
        links: Vec::new(),
    }
}

fn iana_id(id: &u32) -> PublicId {
    PublicId { kind: "IANA Registrar ID", identifier: id.to_string() }
}

fn dates(created: &Disclosed<Timestamp>, updated: &Disclosed<Timestamp>) -> Vec<Event> {
    event::list([(event::REGISTRATION, created.shown().copied()), (event::LAST_CHANGED, updated.shown().copied())])
}
