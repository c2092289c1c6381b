//! rdeDomain: domains (RFC 9022 §5.1.1).

use super::element::Element;
use super::extension;
use super::space::Space;
use crate::import::draft::{DomainDraft, DsDraft, KeyDraft, LinkDraft, NameserverDraft, Notes};
use crate::import::problem::ProblemKind;

/// Fills a draft from `<rdeDomain:domain>`.
pub(super) fn domain(element: Element, notes: &mut Notes) -> DomainDraft {
    let mut draft = DomainDraft::default();
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::RdeDomain, "name") => draft.name = child.text,
            (Space::RdeDomain, "roid") => draft.roid = child.text,
            (Space::RdeDomain, "uName") => draft.u_name = Some(child.text),
            (Space::RdeDomain, "idnTableId") => draft.idn_table = Some(child.text),
            (Space::RdeDomain, "status") => draft.statuses.push(status(&child)),
            (Space::RdeDomain | Space::Rgp, "rgpStatus") => draft.rgp_statuses.push(status(&child)),
            (Space::RdeDomain, "registrant") => draft.registrant = Some(child.text),
            (Space::RdeDomain, "contact") => draft.contacts.push(link(child)),
            (Space::RdeDomain, "ns") => draft.nameservers.extend(nameservers(child, notes)),
            (Space::RdeDomain, "clID") => draft.registrar = child.text,
            (Space::RdeDomain, "crDate") => draft.created = Some(child.text),
            (Space::RdeDomain, "exDate") => draft.expires = Some(child.text),
            (Space::RdeDomain, "upDate") => draft.updated = Some(child.text),
            (Space::RdeDomain, "trDate") => draft.transferred = Some(child.text),
            (Space::RdeDomain, "secDNS") => secure_dns(child, &mut draft, notes),
            (Space::RdeDomain, "originalName" | "crRr" | "upRr" | "trnData") => {}
            (Space::Loket, "domain") => extension::domain(&child, &mut draft, notes),
            (Space::Dnsbe, _) => extension::dnsbe_domain(&child, &mut draft),
            _ => child.pass_over(notes),
        }
    }
    draft
}

/// The word of `<status s="…"/>`.
pub(super) fn status(element: &Element) -> String {
    element.attribute("s").unwrap_or_default().to_owned()
}

/// A contact with its type.
pub(super) fn link(element: Element) -> LinkDraft {
    LinkDraft { role: element.attribute("type").unwrap_or_default().to_owned(), handle: element.text }
}

fn nameservers(element: Element, notes: &mut Notes) -> Vec<NameserverDraft> {
    let mut servers = Vec::with_capacity(element.children.len());
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::EppDomain | Space::RdeDomain, "hostObj") => {
                servers.push(NameserverDraft { name: child.text, ..NameserverDraft::default() });
            }
            (Space::EppDomain | Space::RdeDomain, "hostAttr") => servers.push(host_attribute(child, notes)),
            _ => child.pass_over(notes),
        }
    }
    servers
}

fn host_attribute(element: Element, notes: &mut Notes) -> NameserverDraft {
    let mut server = NameserverDraft::default();
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::EppDomain | Space::RdeDomain, "hostName") => server.name = child.text,
            (Space::EppDomain | Space::RdeDomain, "hostAddr") => address(child, &mut server.v4, &mut server.v6),
            _ => child.pass_over(notes),
        }
    }
    server
}

/// Puts an address where its `ip` attribute says; without one it is IPv4 (RFC 5732 §2.5).
pub(super) fn address(element: Element, v4: &mut Vec<String>, v6: &mut Vec<String>) {
    if element.attribute("ip") == Some("v6") { v6.push(element.text) } else { v4.push(element.text) }
}

fn secure_dns(element: Element, draft: &mut DomainDraft, notes: &mut Notes) {
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::SecDns, "maxSigLife") => draft.max_sig_life = notes.number("maxSigLife", &child.text),
            (Space::SecDns, "dsData") => ds_data(child, draft, notes),
            (Space::SecDns, "keyData") => draft.keys.extend(key_data(child, notes)),
            _ => child.pass_over(notes),
        }
    }
}

fn ds_data(element: Element, draft: &mut DomainDraft, notes: &mut Notes) {
    let (mut key_tag, mut algorithm, mut digest_type, mut digest) = (None, None, None, None);
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::SecDns, "keyTag") => key_tag = notes.number("keyTag", &child.text),
            (Space::SecDns, "alg") => algorithm = notes.number("alg", &child.text),
            (Space::SecDns, "digestType") => digest_type = notes.number("digestType", &child.text),
            (Space::SecDns, "digest") => digest = Some(child.text),
            (Space::SecDns, "keyData") => draft.keys.extend(key_data(child, notes)),
            _ => child.pass_over(notes),
        }
    }
    match (key_tag, algorithm, digest_type, digest) {
        (Some(key_tag), Some(algorithm), Some(digest_type), Some(digest)) => {
            draft.ds.push(DsDraft { key_tag, algorithm, digest_type, digest });
        }
        _ => notes.add(ProblemKind::Missing, "dsData is not complete".into()),
    }
}

fn key_data(element: Element, notes: &mut Notes) -> Option<KeyDraft> {
    let (mut flags, mut protocol, mut algorithm, mut public_key) = (None, None, None, None);
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::SecDns, "flags") => flags = notes.number("flags", &child.text),
            (Space::SecDns, "protocol") => protocol = notes.number("protocol", &child.text),
            (Space::SecDns, "alg") => algorithm = notes.number("alg", &child.text),
            (Space::SecDns, "pubKey") => public_key = Some(child.text),
            _ => child.pass_over(notes),
        }
    }
    let key = flags.zip(protocol).zip(algorithm).zip(public_key);
    if key.is_none() {
        notes.add(ProblemKind::Missing, "keyData is not complete".into());
    }
    key.map(|(((flags, protocol), algorithm), public_key)| KeyDraft { flags, protocol, algorithm, public_key })
}
