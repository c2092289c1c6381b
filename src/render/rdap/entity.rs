//! Entities: contacts and registrars (RFC 9083 §5.1).
//!
//! An entity has one role. A handle, and a link to the entity itself, stand only where the handle is public:
//! every handle that an answer names can be looked up.

mod listed;

use std::borrow::Cow;

use serde::Serialize;

use super::Frame;
use super::card::Particulars;
use super::event::{self, Event};
use super::jcard;
use super::jscontact;
use super::link::{self, Link};
use super::redacted::{Marker, Part, Redactions, Subject};
use super::seats::{self, Seated};
use super::status;
use crate::disclosure::record::{Disclosed, PublicContact, PublicRegistrar, Reason};
use crate::model::name::Name;
use crate::model::vocabulary::Role;
use crate::model::zone::Zone;
use crate::time::Timestamp;

pub(super) use self::listed::{Listed, of_result, registrar_in_brief};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entity<'a> {
    object_class_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<Cow<'a, str>>,
    vcard_array: jcard::Card<'a>,
    #[serde(rename = "jscontact_card", skip_serializing_if = "Option::is_none")]
    jscontact: Option<jscontact::Card<'a>>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// It is what was asked for: no role.
    Alone,
    /// On a domain.
    OnDomain,
    /// On a domain of a zone that follows ICANN's gTLD profile: one entity a role at most.
    OnGtldDomain,
    /// On a name server: without public identifiers, as ICANN's conformance tool expects it.
    OnNameserver,
    /// On a registrar.
    OnRegistrar,
}

impl Place {
    /// The place of the entities of a domain.
    pub(super) fn on(frame: &Frame<'_>, domain: &Name) -> Place {
        frame.site.zones.of(domain).map_or(Place::OnDomain, Place::of_zone)
    }

    /// The place of the entities of a domain of this zone.
    pub(super) fn of_zone(zone: &Zone) -> Place {
        if zone.gtld_profile { Place::OnGtldDomain } else { Place::OnDomain }
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
    let subject = subject(contact.role, place);
    let handle = contact.handle.shown();
    let particulars = Particulars::of_contact(contact);
    let mut marker = redactions.at(subject, root);
    if place == Place::OnGtldDomain && matches!(subject, Subject::Registrant | Subject::Tech) {
        marker = marker.noting_what_is_collected(contact.handle.withheld().unwrap_or(Reason::NotOpened));
    }
    marker.removed(Part::Handle, &contact.handle, ".handle");
    let vcard_array = jcard::of(&particulars, &mut marker);
    let jscontact = frame.url.jscontact.then(|| {
        marker.removed(Part::Handle, &contact.handle, jscontact::UID);
        jscontact::of(&particulars, handle.map(|handle| uid(frame, handle)), &mut marker)
    });
    marker.removed(Part::Created, &contact.created, ".events[?(@.eventAction=='registration')]");
    marker.removed(Part::Updated, &contact.updated, ".events[?(@.eventAction=='last changed')]");
    if jscontact.is_some() {
        redactions.note_jscontact();
    }
    Entity {
        object_class_name: "entity",
        handle: handle.map(|handle| handle.as_str().into()),
        vcard_array,
        jscontact,
        roles: if place == Place::Alone { Vec::new() } else { vec![contact.role.rdap_word()] },
        public_ids: Vec::new(),
        entities: Vec::new(),
        status: Vec::new(),
        events: dates(&contact.created, &contact.updated),
        links: handle.map(|handle| Link::to_self(frame, link::entity_at(frame.url.base, handle))).into_iter().collect(),
    }
}

/// The `uid` of a card: the address of the entity below the canonical base, whichever base was asked.
fn uid(frame: &Frame<'_>, handle: &str) -> String {
    link::entity_at(frame.site.rdap_bases.first().map_or(frame.url.base, String::as_str), handle)
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
    let handle = registrar.handle();
    let particulars = Particulars::of_registrar(registrar);
    let mut marker = redactions.at(Subject::Registrar, root.to_owned());
    let vcard_array = jcard::of(&particulars, &mut marker);
    let jscontact = frame.url.jscontact.then(|| jscontact::of(&particulars, Some(uid(frame, &handle)), &mut marker));
    if has_public_ids {
        marker.removed(Part::IanaId, &registrar.iana_id, ".publicIds");
    }
    marker.removed(Part::Created, &registrar.created, ".events[?(@.eventAction=='registration')]");
    marker.removed(Part::Updated, &registrar.updated, ".events[?(@.eventAction=='last changed')]");

    if jscontact.is_some() {
        redactions.note_jscontact();
    }

    let mut entities = Vec::new();
    if registrar.abuse_email != Disclosed::Absent || registrar.abuse_voice != Disclosed::Absent {
        let mut marker = redactions.at(Subject::RegistrarAbuse, format!("{root}.entities[0]"));
        entities.push(abuse_desk(frame, &Particulars::of_abuse_desk(registrar), &mut marker));
    }
    add_contacts(frame, registrar, root, &mut entities, redactions);

    let mut links = vec![Link::to_self(frame, link::entity_at(frame.url.base, &handle))];
    links.extend(registrar.rdap_base.as_deref().and_then(link::web_base).map(Link::about));
    Entity {
        object_class_name: "entity",
        handle: Some(handle.into()),
        vcard_array,
        jscontact,
        roles: if place == Place::Alone { Vec::new() } else { vec![Role::Registrar.rdap_word()] },
        public_ids: registrar.iana_id.shown().filter(|_| has_public_ids).map(iana_id).into_iter().collect(),
        entities,
        status: vec![status::of_registrar(registrar.status)],
        events: dates(&registrar.created, &registrar.updated),
        links,
    }
}

/// Notes that a contact is left out, at its path in the answer.
pub(super) fn note_omitted(role: Role, reason: Reason, place: Place, path: String, redactions: &mut Redactions) {
    redactions.at(subject(role, place), path).removed_because(Part::Entity, reason, "");
}

/// Adds the contacts of a registrar.
fn add_contacts<'a>(
    frame: &Frame<'a>,
    registrar: &'a PublicRegistrar,
    root: &str,
    entities: &mut Vec<Entity<'a>>,
    redactions: &mut Redactions,
) {
    let place = Place::OnRegistrar;
    seats::on_registrar(entities.len(), registrar.contacts.iter(), |index, seated| {
        let path = format!("{root}.entities[{index}]");
        match seated {
            Seated::Contact(contact) => entities.push(of_contact(frame, contact, place, path, redactions)),
            Seated::Omitted(contact, reason) => note_omitted(contact.role, reason, place, path, redactions),
            Seated::Registrar => {}
        }
    });
}

fn abuse_desk<'a>(frame: &Frame<'a>, particulars: &Particulars<'a>, marker: &mut Marker<'_>) -> Entity<'a> {
    let vcard_array = jcard::of(particulars, marker);
    Entity {
        object_class_name: "entity",
        handle: None,
        vcard_array,
        jscontact: frame.url.jscontact.then(|| jscontact::of(particulars, None, marker)),
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
