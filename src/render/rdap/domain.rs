//! Domains (RFC 9083 §5.3), whole or in part (RFC 8982 §4).

use serde::Serialize;

use super::Frame;
use super::entity::{self, Entity, Place};
use super::event::{self, Event};
use super::link::{self, Link};
use super::nameserver::{self, Nameserver};
use super::notice::{self, Notice};
use super::redacted::Redactions;
use super::seats::{self, Seated};
use super::status;
use crate::answer::DomainAnswer;
use crate::disclosure::record::{PublicContact, PublicDomain};
use crate::model::dnssec::SecureDns;
use crate::render::site::ZoneTexts;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Domain<'a> {
    object_class_name: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    handle: &'a str,
    ldh_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unicode_name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    status: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Event>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entities: Vec<Entity<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nameservers: Vec<Nameserver<'a>>,
    #[serde(rename = "secureDNS", skip_serializing_if = "Option::is_none")]
    secure_dns: Option<Dnssec<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<Notice<'a>>,
    links: Vec<Link<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port43: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dnssec<'a> {
    delegation_signed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_sig_life: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ds_data: Vec<Ds>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    key_data: Vec<Key<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ds {
    key_tag: u16,
    algorithm: u8,
    digest: String,
    digest_type: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Key<'a> {
    flags: u16,
    protocol: u8,
    public_key: &'a str,
    algorithm: u8,
}

/// A registered domain. `root` is its path in the answer.
pub(super) fn of_answer<'a>(
    frame: &Frame<'a>,
    answer: &'a DomainAnswer,
    texts: Option<&'a ZoneTexts>,
    root: &str,
    redactions: &mut Redactions,
) -> Domain<'a> {
    let domain = &answer.domain;
    let (entities, is_truncated) = entities(frame, answer, root, redactions);
    Domain {
        handle: &domain.roid,
        status: status::of_domain(domain),
        events: events(frame, domain),
        entities,
        nameservers: nameservers(frame, answer),
        secure_dns: Some(dnssec(&domain.secure_dns)),
        remarks: is_truncated.then(notice::fewer_contacts).into_iter().collect(),
        port43: texts.and_then(|texts| texts.port43.as_deref()),
        ..named(domain, links(frame, answer))
    }
}

/// What a list tells of a domain: its names and handle, status and events, its registrar, and the names of its name
/// servers. Nothing of the people who stand on it.
pub(super) fn in_brief<'a>(
    frame: &Frame<'a>,
    answer: &'a DomainAnswer,
    root: &str,
    redactions: &mut Redactions,
) -> Domain<'a> {
    let domain = &answer.domain;
    let registrar = answer.registrar.iter().map(|registrar| {
        entity::registrar_in_brief(frame, registrar, Place::OnDomain, format!("{root}.entities[0]"), redactions)
    });
    Domain {
        handle: &domain.roid,
        status: status::of_domain(domain),
        events: events(frame, domain),
        entities: registrar.collect(),
        nameservers: domain.nameservers.iter().map(|server| nameserver::identified(frame, &server.host)).collect(),
        ..identified(frame, answer)
    }
}

/// What identifies a domain: its names, and the link to all the rest.
pub(super) fn identified<'a>(frame: &Frame<'a>, answer: &'a DomainAnswer) -> Domain<'a> {
    let domain = &answer.domain;
    named(domain, vec![Link::to_self(frame, link::domain_at(frame.url.base, &domain.name))])
}

/// The names of a domain, and links.
fn named<'a>(domain: &'a PublicDomain, links: Vec<Link<'a>>) -> Domain<'a> {
    Domain {
        object_class_name: "domain",
        handle: "",
        ldh_name: domain.name.as_str(),
        unicode_name: domain.name.unicode(),
        status: Vec::new(),
        events: Vec::new(),
        entities: Vec::new(),
        nameservers: Vec::new(),
        secure_dns: None,
        remarks: Vec::new(),
        links,
        port43: None,
    }
}

fn events(frame: &Frame<'_>, domain: &PublicDomain) -> Vec<Event> {
    event::list(dated(Dates {
        created: domain.created,
        updated: domain.updated,
        expires: domain.expires,
        transferred: domain.transferred,
        quarantined_until: domain.quarantined_until,
        watermark: frame.watermark,
    }))
}

/// When something happened to a domain or will, and up to when the data go.
pub(super) struct Dates<T> {
    pub(super) created: Option<T>,
    pub(super) updated: Option<T>,
    pub(super) expires: Option<T>,
    pub(super) transferred: Option<T>,
    pub(super) quarantined_until: Option<T>,
    pub(super) watermark: T,
}

/// The events of a domain in their order.
pub(super) fn dated<T>(dates: Dates<T>) -> [(&'static str, Option<T>); 6] {
    [
        (event::REGISTRATION, dates.created),
        (event::LAST_CHANGED, dates.updated),
        (event::EXPIRATION, dates.expires),
        (event::TRANSFER, dates.transferred),
        // The end of quarantine: then the name is released.
        (event::DELETION, dates.quarantined_until),
        (event::DATABASE_UPDATE, Some(dates.watermark)),
    ]
}

/// Those that have a place, and whether a contact was left out.
fn entities<'a>(
    frame: &Frame<'a>,
    answer: &'a DomainAnswer,
    root: &str,
    redactions: &mut Redactions,
) -> (Vec<Entity<'a>>, bool) {
    let place = Place::on(frame, &answer.domain.name);
    let registrar = answer.registrar.as_ref();
    let mut entities = Vec::new();
    let seat = |index: usize, seated: Seated<&'a PublicContact>| {
        let path = format!("{root}.entities[{index}]");
        match seated {
            Seated::Contact(contact) => entities.push(entity::of_contact(frame, contact, place, path, redactions)),
            Seated::Registrar => {
                entities.extend(registrar.map(|found| entity::of_registrar(frame, found, place, &path, redactions)));
            }
            Seated::Omitted(contact, reason) => entity::note_omitted(contact.role, reason, place, path, redactions),
        }
    };
    let domain = &answer.domain;
    let registrant = domain.registrant.as_ref();
    let is_truncated = seats::on_domain(place, registrant, registrar.is_some(), domain.contacts.iter(), seat);
    (entities, is_truncated)
}

fn nameservers<'a>(frame: &Frame<'a>, answer: &'a DomainAnswer) -> Vec<Nameserver<'a>> {
    let servers = answer.domain.nameservers.iter().enumerate();
    servers
        .map(|(index, server)| {
            let addresses = answer.addresses.get(index).unwrap_or(&server.addresses);
            nameserver::of_domain(frame, &server.host, addresses)
        })
        .collect()
}

/// What is known of a domain's DNSSEC.
pub(super) fn dnssec(secure: &SecureDns) -> Dnssec<'_> {
    Dnssec {
        delegation_signed: secure.is_signed(),
        max_sig_life: secure.max_sig_life.filter(|seconds| *seconds >= 1),
        ds_data: secure
            .ds
            .iter()
            .map(|ds| Ds {
                key_tag: ds.key_tag,
                algorithm: ds.algorithm,
                digest: hexadecimal(&ds.digest),
                digest_type: ds.digest_type,
            })
            .collect(),
        key_data: secure
            .keys
            .iter()
            .map(|key| Key {
                flags: key.flags,
                protocol: key.protocol,
                public_key: &key.public_key,
                algorithm: key.algorithm,
            })
            .collect(),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// To itself, and to what the registrar's RDAP service says about the same name.
fn links<'a>(frame: &Frame<'a>, answer: &'a DomainAnswer) -> Vec<Link<'a>> {
    let here = link::domain_at(frame.url.base, &answer.domain.name);
    let there = answer
        .registrar
        .as_ref()
        .and_then(|registrar| registrar.rdap_base.as_deref())
        .and_then(link::web_base)
        .map(|base| link::domain_at(&base, &answer.domain.name))
        .filter(|there| *there != here);
    let mut links = vec![Link::to_self(frame, here)];
    links.extend(there.map(|there| Link::related(frame, there)));
    links
}
