//! One contact in one role.

use super::kind::{is_own_name, says_something};
use super::select::{Group, Rules, has_address, phone, street, text};
use crate::disclosure::policy::Policy;
use crate::disclosure::record::{ClauseIndex, Disclosed, PublicContact, Reason, Seal};
use crate::model::contact::{Contact, DiscloseElement, PostalForm, PostalInfo};
use crate::model::vocabulary::{Field, Role};
use crate::time::Timestamp;

/// Decides about a contact by the rules of `role`; the record names `capacity`.
pub(super) fn decide_contact(
    contact: &Contact,
    capacity: Role,
    role: Role,
    policy: &Policy,
    at: Timestamp,
) -> PublicContact {
    if let Some(clause) = policy.never_published(role) {
        return omitted(capacity, clause);
    }
    let rules = Rules::of_contact(contact, role, policy, at);
    let hides = |element| contact.disclose.as_ref().is_some_and(|disclose| disclose.hides(element));
    let postal = &contact.postal;
    let name = Group::choose(postal, |postal| text(postal.name.as_ref()).is_some(), |form| hides(name_in(form)));
    let address = Group::choose(postal, has_address, |form| hides(address_in(form)));
    PublicContact {
        role: capacity,
        omitted: None,
        kind: rules.field(Field::Kind, Some(rules.kind())),
        handle: rules.field(Field::Handle, Some(contact.handle.reveal())),
        name: name.element(&rules, Field::Name, |postal| text(postal.name.as_ref())),
        organisation: organisation(contact, &rules, hides),
        street: address.element(&rules, Field::Street, street),
        city: address.element(&rules, Field::City, |postal| text(postal.city.as_ref())),
        province: address.element(&rules, Field::Province, |postal| text(postal.province.as_ref())),
        postal_code: address.element(&rules, Field::PostalCode, |postal| text(postal.postal_code.as_ref())),
        country: address.element(&rules, Field::Country, |postal| text(postal.country.as_ref())),
        voice: rules.element(Field::Voice, phone(contact.voice.as_ref()), hides(DiscloseElement::Voice)),
        fax: rules.element(Field::Fax, phone(contact.fax.as_ref()), hides(DiscloseElement::Fax)),
        email: rules.element(Field::Email, text(contact.email.as_ref()), hides(DiscloseElement::Email)),
        language: rules.field(Field::Language, text(contact.language.as_ref())),
        vat: rules.field(Field::Vat, text(contact.vat.as_ref())),
        created: rules.field(Field::Events, contact.created),
        updated: rules.field(Field::Events, contact.updated),
        seal: Seal::decided(),
    }
}

/// The organisation's name. What only says that there is none counts as absent; the person's own name is a name,
/// wherever it stands, and shown only where names are: in whichever form it stands, so that asking to hide that form
/// does not bring out the other.
fn organisation(
    contact: &Contact,
    rules: &Rules<'_>,
    hides: impl Fn(DiscloseElement) -> bool + Copy,
) -> Disclosed<String> {
    let own_name = |postal: &PostalInfo| filled(postal).is_some_and(|text| is_own_name(contact, text));
    let hidden = |form| hides(organisation_in(form));
    let group = Group::choose(&contact.postal, |postal| filled(postal).is_some(), hidden);
    let decided = group.element(rules, Field::Organisation, filled);
    if decided.shown().is_none() || !contact.postal.iter().any(own_name) {
        return decided;
    }
    match rules.ruling(Field::Name) {
        Err((reason, clause)) => Disclosed::Withheld { reason, clause },
        Ok(clause) if hides(DiscloseElement::NameInt) || hides(DiscloseElement::NameLoc) => {
            Disclosed::Withheld { reason: Reason::AskedByContact, clause }
        }
        Ok(_) => decided,
    }
}

fn filled(postal: &PostalInfo) -> Option<&str> {
    text(postal.organisation.as_ref()).filter(|text| says_something(text))
}

fn name_in(form: PostalForm) -> DiscloseElement {
    match form {
        PostalForm::International => DiscloseElement::NameInt,
        PostalForm::Local => DiscloseElement::NameLoc,
    }
}

fn organisation_in(form: PostalForm) -> DiscloseElement {
    match form {
        PostalForm::International => DiscloseElement::OrganisationInt,
        PostalForm::Local => DiscloseElement::OrganisationLoc,
    }
}

fn address_in(form: PostalForm) -> DiscloseElement {
    match form {
        PostalForm::International => DiscloseElement::AddressInt,
        PostalForm::Local => DiscloseElement::AddressLoc,
    }
}

/// A contact in a role that is never published: nothing of it, not even which fields it has.
fn omitted(role: Role, clause: ClauseIndex) -> PublicContact {
    PublicContact { omitted: Some((Reason::RoleNotPublished, clause)), ..PublicContact::blank(role, Seal::decided()) }
}
