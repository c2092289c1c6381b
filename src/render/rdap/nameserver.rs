//! Name servers (RFC 9083 §5.2), whole or in part (RFC 8982 §4).

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Serialize;

use super::Frame;
use super::entity::{self, Entity, Place};
use super::event::{self, Event};
use super::link::{self, Link};
use super::redacted::Redactions;
use super::status;
use crate::answer::NameserverAnswer;
use crate::model::name::{Addresses, Name};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Nameserver<'a> {
    object_class_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<&'a str>,
    ldh_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unicode_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_addresses: Option<IpAddresses<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entities: Vec<Entity<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    status: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Event>,
    links: Vec<Link<'a>>,
}

/// The standard library writes IPv6 addresses as RFC 5952 has them.
#[derive(Serialize)]
struct IpAddresses<'a> {
    #[serde(skip_serializing_if = "<[Ipv4Addr]>::is_empty")]
    v4: &'a [Ipv4Addr],
    #[serde(skip_serializing_if = "<[Ipv6Addr]>::is_empty")]
    v6: &'a [Ipv6Addr],
}

/// A name server as it stands on a domain.
pub(super) fn of_domain<'a>(frame: &Frame<'a>, host: &'a Name, addresses: &'a Addresses) -> Nameserver<'a> {
    Nameserver { ip_addresses: ip_addresses(addresses), ..identified(frame, host) }
}

/// What identifies a name server: its names, and the link to all the rest.
pub(super) fn identified<'a>(frame: &Frame<'a>, host: &'a Name) -> Nameserver<'a> {
    Nameserver {
        object_class_name: "nameserver",
        handle: None,
        ldh_name: host.as_str(),
        unicode_name: host.unicode(),
        ip_addresses: None,
        entities: Vec::new(),
        status: Vec::new(),
        events: Vec::new(),
        links: vec![Link::to_self(frame, link::nameserver_at(frame.url.base, host))],
    }
}

/// What a list tells of a name server: its names and handle, addresses and status.
pub(super) fn in_brief<'a>(frame: &Frame<'a>, answer: &'a NameserverAnswer) -> Nameserver<'a> {
    let host = &answer.host;
    Nameserver {
        handle: host.roid.as_deref().filter(|roid| !roid.is_empty()),
        status: status::of_host(&host.statuses),
        ..of_domain(frame, &host.name, &host.addresses)
    }
}

/// A name server that was asked for. `root` is its path in the answer.
pub(super) fn of_answer<'a>(
    frame: &Frame<'a>,
    answer: &'a NameserverAnswer,
    root: &str,
    redactions: &mut Redactions,
) -> Nameserver<'a> {
    let host = &answer.host;
    let registrar = answer.registrar.iter().map(|registrar| {
        let path = format!("{root}.entities[0]");
        entity::of_registrar(frame, registrar, Place::OnNameserver, &path, redactions)
    });
    Nameserver {
        entities: registrar.collect(),
        events: event::list([
            (event::REGISTRATION, host.created),
            (event::LAST_CHANGED, host.updated),
            (event::DATABASE_UPDATE, Some(frame.watermark)),
        ]),
        ..in_brief(frame, answer)
    }
}

fn ip_addresses(addresses: &Addresses) -> Option<IpAddresses<'_>> {
    (!addresses.is_empty()).then_some(IpAddresses { v4: &addresses.v4, v6: &addresses.v6 })
}
