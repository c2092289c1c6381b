//! rdeContact: contacts (RFC 9022 §5.3.1), and the parts that registrars share with them.

use super::domain::status;
use super::element::Element;
use super::extension;
use super::space::Space;
use crate::import::draft::{ContactDraft, DiscloseDraft, Notes, PhoneDraft, PostalDraft};
use crate::import::problem::ProblemKind;

/// Fills a draft from `<rdeContact:contact>`.
pub(super) fn contact(element: Element, notes: &mut Notes) -> ContactDraft {
    let mut draft = ContactDraft::default();
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::RdeContact, "id") => draft.handle = child.text,
            (Space::RdeContact, "roid") => draft.roid = Some(child.text),
            (Space::RdeContact, "status") => draft.statuses.push(status(&child)),
            (Space::RdeContact, "postalInfo") => draft.postal.push(postal(child, notes)),
            (Space::RdeContact, "voice") => draft.voice = phone(child),
            (Space::RdeContact, "fax") => draft.fax = phone(child),
            (Space::RdeContact, "email") => draft.email = Some(child.text),
            (Space::RdeContact, "clID") => draft.registrar = Some(child.text),
            (Space::RdeContact, "crDate") => draft.created = Some(child.text),
            (Space::RdeContact, "upDate") => draft.updated = Some(child.text),
            (Space::RdeContact, "disclose") => draft.disclose = disclose(&child, notes),
            (Space::RdeContact, "crRr" | "upRr" | "trDate" | "trnData") => {}
            (Space::Loket, "contact") => extension::contact(&child, &mut draft, notes),
            (Space::Dnsbe, _) => extension::dnsbe_contact(&child, &mut draft),
            _ => child.pass_over(notes),
        }
    }
    draft
}

/// A number with its extension; nothing where the element is empty.
pub(super) fn phone(element: Element) -> Option<PhoneDraft> {
    let extension = element.attribute("x").map(str::to_owned);
    (!element.text.trim().is_empty()).then_some(PhoneDraft { number: element.text, extension })
}

/// A postal form. Its parts are in contact-1.0 for contacts and in rdeRegistrar-1.0 for registrars.
pub(super) fn postal(element: Element, notes: &mut Notes) -> PostalDraft {
    let form = element.attribute("type").unwrap_or_default().to_owned();
    let mut draft = PostalDraft { form, ..PostalDraft::default() };
    for child in element.children {
        match (&child.space, child.name.as_str()) {
            (Space::EppContact | Space::RdeContact, "name") => draft.name = Some(child.text),
            (Space::EppContact | Space::RdeContact, "org") => draft.organisation = Some(child.text),
            (Space::EppContact | Space::RdeContact | Space::RdeRegistrar, "addr") => {
                address(child, &mut draft, notes);
            }
            _ => child.pass_over(notes),
        }
    }
    draft
}

fn address(element: Element, draft: &mut PostalDraft, notes: &mut Notes) {
    for child in element.children {
        if !matches!(child.space, Space::EppContact | Space::RdeContact | Space::RdeRegistrar) {
            child.pass_over(notes);
            continue;
        }
        match child.name.as_str() {
            "street" => draft.street.push(child.text),
            "city" => draft.city = Some(child.text),
            "sp" => draft.province = Some(child.text),
            "pc" => draft.postal_code = Some(child.text),
            "cc" => draft.country = Some(child.text),
            _ => child.pass_over(notes),
        }
    }
}

/// EPP's disclose (RFC 5733 §2.9). An element that names no form means both.
fn disclose(element: &Element, notes: &mut Notes) -> Option<DiscloseDraft> {
    let allow = notes.truth("disclose flag", element.attribute("flag").unwrap_or_default())?;
    let mut elements = Vec::new();
    for child in &element.children {
        let known = matches!(child.space, Space::EppContact | Space::RdeContact);
        match child.name.as_str() {
            "name" | "org" | "addr" if known => match child.attribute("type") {
                Some(form @ ("int" | "loc")) => elements.push(format!("{}-{form}", child.name.as_str())),
                None => elements.extend(["int", "loc"].map(|form| format!("{}-{form}", child.name.as_str()))),
                Some(_) => notes.add(ProblemKind::BadValue, "a type in disclose is not int or loc".into()),
            },
            "voice" | "fax" | "email" if known => elements.push(child.name.as_str().to_owned()),
            _ => child.pass_over(notes),
        }
    }
    Some(DiscloseDraft { allow, elements })
}
