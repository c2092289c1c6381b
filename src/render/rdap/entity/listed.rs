//! Entities as results of a search, whole or in part (RFC 8982 §4).

use std::borrow::Cow;

use serde::Serialize;

use super::{Entity, Place, iana_id, subject, uid};
use crate::answer::EntityAnswer;
use crate::disclosure::record::{PublicContact, PublicRegistrar};
use crate::model::vocabulary::Role;
use crate::query::search::FieldSet;
use crate::render::rdap::card::Particulars;
use crate::render::rdap::link::{self, Link};
use crate::render::rdap::redacted::{Part, Redactions, Subject};
use crate::render::rdap::{Frame, jcard, jscontact, status};

/// A result of a search for entities.
#[derive(Serialize)]
#[serde(untagged)]
pub(in crate::render::rdap) enum Listed<'a> {
    /// What identifies it.
    Identified(Identity<'a>),
    /// More of it.
    Told(Box<Entity<'a>>),
}

/// What identifies an entity: its handle, and the link to all the rest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::render::rdap) struct Identity<'a> {
    object_class_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
}

/// A result of a search, as much of it as is wanted. `root` is its path in the answer.
pub(in crate::render::rdap) fn of_result<'a>(
    frame: &Frame<'a>,
    result: &'a EntityAnswer,
    fields: FieldSet,
    root: String,
    redactions: &mut Redactions,
) -> Listed<'a> {
    match (fields, result) {
        (FieldSet::Id, EntityAnswer::Registrar(registrar)) => {
            Listed::Identified(identity(frame, Some(registrar.handle().into())))
        }
        (FieldSet::Id, EntityAnswer::Contact(contact)) => {
            let mut marker = redactions.at(subject(contact.role, Place::Alone), root);
            marker.removed(Part::Handle, &contact.handle, ".handle");
            let handle = contact.handle.shown();
            Listed::Identified(identity(frame, handle.map(|handle| handle.as_str().into())))
        }
        (FieldSet::Brief, EntityAnswer::Registrar(registrar)) => {
            Listed::Told(Box::new(registrar_in_brief(frame, registrar, Place::Alone, root, redactions)))
        }
        (FieldSet::Brief, EntityAnswer::Contact(contact)) => {
            Listed::Told(Box::new(contact_in_brief(frame, contact, root, redactions)))
        }
        (FieldSet::Full, EntityAnswer::Registrar(registrar)) => {
            Listed::Told(Box::new(super::of_registrar(frame, registrar, Place::Alone, &root, redactions)))
        }
        (FieldSet::Full, EntityAnswer::Contact(contact)) => {
            Listed::Told(Box::new(super::of_contact(frame, contact, Place::Alone, root, redactions)))
        }
    }
}

/// What a list tells of a registrar: handle, name, public identifier and status.
pub(in crate::render::rdap) fn registrar_in_brief<'a>(
    frame: &Frame<'a>,
    registrar: &'a PublicRegistrar,
    place: Place,
    root: String,
    redactions: &mut Redactions,
) -> Entity<'a> {
    let handle = registrar.handle();
    let particulars = Particulars::of_registrar(registrar).in_brief();
    let mut marker = redactions.at(Subject::Registrar, root);
    let vcard_array = jcard::of(&particulars, &mut marker);
    let jscontact = frame.url.jscontact.then(|| jscontact::of(&particulars, Some(uid(frame, &handle)), &mut marker));
    marker.removed(Part::IanaId, &registrar.iana_id, ".publicIds");
    if jscontact.is_some() {
        redactions.note_jscontact();
    }
    Entity {
        roles: if place == Place::Alone { Vec::new() } else { vec![Role::Registrar.rdap_word()] },
        public_ids: registrar.iana_id.shown().map(iana_id).into_iter().collect(),
        status: vec![status::of_registrar(registrar.status)],
        ..with_cards(frame, Some(handle.into()), vcard_array, jscontact)
    }
}

/// What a list tells of a contact: handle, name and organisation.
fn contact_in_brief<'a>(
    frame: &Frame<'a>,
    contact: &'a PublicContact,
    root: String,
    redactions: &mut Redactions,
) -> Entity<'a> {
    let handle = contact.handle.shown();
    let particulars = Particulars::of_contact(contact).in_brief();
    let mut marker = redactions.at(subject(contact.role, Place::Alone), root);
    marker.removed(Part::Handle, &contact.handle, ".handle");
    let vcard_array = jcard::of(&particulars, &mut marker);
    let jscontact = frame.url.jscontact.then(|| {
        marker.removed(Part::Handle, &contact.handle, jscontact::UID);
        jscontact::of(&particulars, handle.map(|handle| uid(frame, handle)), &mut marker)
    });
    if jscontact.is_some() {
        redactions.note_jscontact();
    }
    with_cards(frame, handle.map(|handle| handle.as_str().into()), vcard_array, jscontact)
}

fn with_cards<'a>(
    frame: &Frame<'a>,
    handle: Option<Cow<'a, str>>,
    vcard_array: jcard::Card<'a>,
    jscontact: Option<jscontact::Card<'a>>,
) -> Entity<'a> {
    let Identity { object_class_name, handle, links } = identity(frame, handle);
    Entity {
        object_class_name,
        handle,
        vcard_array,
        jscontact,
        roles: Vec::new(),
        public_ids: Vec::new(),
        entities: Vec::new(),
        status: Vec::new(),
        events: Vec::new(),
        links,
    }
}

fn identity<'a>(frame: &Frame<'a>, handle: Option<Cow<'a, str>>) -> Identity<'a> {
    let link = handle.as_deref().map(|handle| Link::to_self(frame, link::entity_at(frame.url.base, handle)));
    Identity { object_class_name: "entity", handle, links: link.into_iter().collect() }
}
