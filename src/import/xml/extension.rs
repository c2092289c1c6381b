//! What a plain deposit cannot say: Loket's extension (`data/schema/`), and the same facts where a deposit has them
//! in DNS Belgium's EPP extension.
//!
//! Loket's element is the last child of the object that it extends.

use super::contact::phone;
use super::domain::link;
use super::element::Element;
use super::space::Space;
use crate::import::draft::{ContactDraft, DomainDraft, Notes, RegistrarDraft};

/// Adds `<loket:contact>`.
pub(super) fn contact(element: &Element, draft: &mut ContactDraft, notes: &mut Notes) {
    for child in &element.children {
        match (&child.space, child.name.as_str()) {
            (Space::Loket, "kind") => draft.kind = Some(child.text.clone()),
            (Space::Loket, "type") => draft.contact_type = Some(child.text.clone()),
            (Space::Loket, "language") => draft.language = Some(child.text.clone()),
            (Space::Loket, "vat") => draft.vat = Some(child.text.clone()),
            (Space::Loket, "shielded") => draft.shielded |= notes.truth("shielded", &child.text).unwrap_or(true),
            _ => child.pass_over(notes),
        }
    }
}

/// Adds `<loket:domain>`.
pub(super) fn domain(element: &Element, draft: &mut DomainDraft, notes: &mut Notes) {
    for child in &element.children {
        match (&child.space, child.name.as_str()) {
            (Space::Loket, "onHold") => draft.on_hold = notes.truth("onHold", &child.text).unwrap_or(true),
            (Space::Loket, "quarantinedUntil") => draft.quarantined_until = Some(child.text.clone()),
            (Space::Loket, "outOfService") => {
                draft.out_of_service = notes.truth("outOfService", &child.text).unwrap_or(true);
            }
            _ => child.pass_over(notes),
        }
    }
}

/// Adds `<loket:registrar>`.
pub(super) fn registrar(element: Element, draft: &mut RegistrarDraft, notes: &mut Notes) {
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::Loket, "abuseEmail") => draft.abuse_email = Some(child.text),
            (Space::Loket, "abuseVoice") => draft.abuse_voice = phone(child),
            (Space::Loket, "rdapBase") => draft.rdap_base = Some(child.text),
            (Space::Loket, "contact") => draft.contacts.push(link(child)),
            _ => child.pass_over(notes),
        }
    }
}

/// Adds type, VAT number and language from DNS Belgium's EPP extension, wherever they stand in it.
pub(super) fn dnsbe_contact(element: &Element, draft: &mut ContactDraft) {
    match element.name.as_str() {
        "type" => draft.contact_type = Some(element.text.clone()),
        "vat" => draft.vat = Some(element.text.clone()),
        "lang" => draft.language = Some(element.text.clone()),
        _ => element.children.iter().for_each(|child| dnsbe_contact(child, draft)),
    }
}

/// Adds the flags of a domain from DNS Belgium's EPP extension. The date ends a quarantine only where the flag says
/// that there is one.
pub(super) fn dnsbe_domain(element: &Element, draft: &mut DomainDraft) {
    let flag = |name| element.children.iter().any(|c| c.name == name && matches!(c.text.trim(), "true" | "1"));
    draft.on_hold |= flag("onhold");
    if flag("quarantined") {
        let date = |name| element.children.iter().find(|child| child.name == name).map(|child| child.text.clone());
        draft.quarantined_until = date("availableDate").or_else(|| date("deletionDate"));
    }
    element.children.iter().for_each(|child| dnsbe_domain(child, draft));
}
