//! The objects with few elements: hosts, registrars, IDN tables, NNDNs and the header.

use super::contact::{phone, postal};
use super::domain::{address, status};
use super::element::Element;
use super::extension;
use super::space::Space;
use crate::import::deposit::Header;
use crate::import::draft::{HostDraft, IdnTableDraft, NndnDraft, Notes, RegistrarDraft};
use crate::import::problem::ProblemKind;
use crate::model::object::Class;

/// Fills a draft from `<rdeHost:host>` (RFC 9022 §5.2.1).
pub(super) fn host(element: Element, notes: &mut Notes) -> HostDraft {
    let mut draft = HostDraft::default();
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::RdeHost, "name") => draft.name = child.text,
            (Space::RdeHost, "roid") => draft.roid = Some(child.text),
            (Space::RdeHost, "status") => draft.statuses.push(status(&child)),
            (Space::RdeHost, "addr") => address(child, &mut draft.v4, &mut draft.v6),
            (Space::RdeHost, "clID") => draft.registrar = Some(child.text),
            (Space::RdeHost, "crDate") => draft.created = Some(child.text),
            (Space::RdeHost, "upDate") => draft.updated = Some(child.text),
            (Space::RdeHost, "crRr" | "upRr" | "trDate") => {}
            _ => child.pass_over(notes),
        }
    }
    draft
}

/// Fills a draft from `<rdeRegistrar:registrar>` (RFC 9022 §5.4.1).
pub(super) fn registrar(element: Element, notes: &mut Notes) -> RegistrarDraft {
    let mut draft = RegistrarDraft::default();
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::RdeRegistrar, "id") => draft.id = child.text,
            (Space::RdeRegistrar, "name") => draft.name = child.text,
            (Space::RdeRegistrar, "gurid") => draft.iana_id = notes.number("gurid", &child.text),
            (Space::RdeRegistrar, "status") => draft.status = Some(child.text),
            (Space::RdeRegistrar, "postalInfo") => draft.postal.push(postal(child, notes)),
            (Space::RdeRegistrar, "voice") => draft.voice = phone(child),
            (Space::RdeRegistrar, "fax") => draft.fax = phone(child),
            (Space::RdeRegistrar, "email") => draft.email = Some(child.text),
            (Space::RdeRegistrar, "url") => draft.website = Some(child.text),
            (Space::RdeRegistrar, "crDate") => draft.created = Some(child.text),
            (Space::RdeRegistrar, "upDate") => draft.updated = Some(child.text),
            // The registrar's own WHOIS: clients would follow it, so it is never shown.
            (Space::RdeRegistrar, "whoisInfo") => {}
            (Space::Loket, "registrar") => extension::registrar(child, &mut draft, notes),
            _ => child.pass_over(notes),
        }
    }
    draft
}

/// Fills a draft from `<rdeIDN:idnTableRef>` (RFC 9022 §5.5.1).
pub(super) fn idn_table(element: Element, notes: &mut Notes) -> IdnTableDraft {
    let id = element.attribute("id").unwrap_or_default().to_owned();
    let mut draft = IdnTableDraft { id, ..IdnTableDraft::default() };
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::RdeIdn, "url") => draft.url = Some(child.text),
            (Space::RdeIdn, "urlPolicy") => draft.policy_url = Some(child.text),
            _ => child.pass_over(notes),
        }
    }
    draft
}

/// Fills a draft from `<rdeNNDN:NNDN>` (RFC 9022 §5.6.1).
pub(super) fn nndn(element: Element, notes: &mut Notes) -> NndnDraft {
    let mut draft = NndnDraft::default();
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::RdeNndn, "aName") => draft.name = child.text,
            (Space::RdeNndn, "uName") => draft.u_name = Some(child.text),
            (Space::RdeNndn, "nameState") => draft.state = child.text,
            (Space::RdeNndn, "idnTableId" | "originalName" | "crDate") => {}
            _ => child.pass_over(notes),
        }
    }
    draft
}

/// Reads `<rdeHeader:header>` (RFC 9022 §5.9). Counts of one registrar or one zone below the whole are parts of
/// the total, and passed over.
pub(super) fn header(element: &Element, notes: &mut Notes) -> Header {
    let mut header = Header::default();
    for child in &element.children {
        match (&child.space, child.name.as_str()) {
            (Space::RdeHeader, "tld") => {
                header.zones.extend(notes.name("tld", &child.text).map(|name| name.to_string()));
            }
            (Space::RdeHeader, "count") if is_partial(child) => {}
            (Space::RdeHeader, "count") => match (child.attribute("uri"), child.text.trim().parse()) {
                (Some(uri), Ok(count)) => header.counts.push((class_of(uri), uri.to_owned(), count)),
                _ => notes.add(ProblemKind::BadHeader, "a count has no uri or is not a number".into()),
            },
            (Space::RdeHeader, "registrar" | "ppsp" | "reseller" | "contentTag") => {}
            _ => child.pass_over(notes),
        }
    }
    header
}

fn is_partial(count: &Element) -> bool {
    count.attribute("registrarId").is_some() || count.attribute("rcdn").is_some()
}

/// The class that a namespace of RFC 9022 holds, in either model.
pub(in crate::import) fn class_of(uri: &str) -> Option<Class> {
    match Space::of(uri) {
        Space::RdeDomain | Space::CsvDomain => Some(Class::Domain),
        Space::RdeHost | Space::CsvHost => Some(Class::Host),
        Space::RdeContact | Space::CsvContact => Some(Class::Contact),
        Space::RdeRegistrar | Space::CsvRegistrar => Some(Class::Registrar),
        Space::RdeIdn | Space::CsvIdn => Some(Class::IdnTable),
        Space::RdeNndn | Space::CsvNndn => Some(Class::Nndn),
        _ => None,
    }
}
