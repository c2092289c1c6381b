//! A registrar: a company.

use super::select::{Group, Rules, has_address, phone, street, text};
use crate::disclosure::policy::Policy;
use crate::disclosure::record::{PublicContact, PublicRegistrar, Seal};
use crate::model::registrar::Registrar;
use crate::model::vocabulary::Field;
use crate::time::Timestamp;

/// Decides about a registrar's own fields. Its identifier, status and RDAP service are public.
pub(super) fn decide_company(
    registrar: &Registrar,
    contacts: Vec<PublicContact>,
    policy: &Policy,
    at: Timestamp,
) -> PublicRegistrar {
    let rules = Rules::of_company(policy, at);
    let address = Group::choose(&registrar.postal, has_address, |_| false);
    PublicRegistrar {
        id: registrar.id.as_str().to_owned(),
        status: registrar.status,
        iana_id: rules.field(Field::IanaId, registrar.iana_id),
        name: rules.field(Field::Name, not_blank(Some(&registrar.name))),
        street: address.element(&rules, Field::Street, street),
        city: address.element(&rules, Field::City, |postal| text(postal.city.as_ref())),
        province: address.element(&rules, Field::Province, |postal| text(postal.province.as_ref())),
        postal_code: address.element(&rules, Field::PostalCode, |postal| text(postal.postal_code.as_ref())),
        country: address.element(&rules, Field::Country, |postal| text(postal.country.as_ref())),
        voice: rules.field(Field::Voice, phone(registrar.voice.as_ref())),
        fax: rules.field(Field::Fax, phone(registrar.fax.as_ref())),
        email: rules.field(Field::Email, text(registrar.email.as_ref())),
        website: rules.field(Field::Website, not_blank(registrar.website.as_deref())),
        abuse_email: rules.field(Field::AbuseEmail, not_blank(registrar.abuse_email.as_deref())),
        abuse_voice: rules.field(Field::AbuseVoice, phone(registrar.abuse_voice.as_ref())),
        rdap_base: registrar.rdap_base.clone(),
        contacts,
        created: rules.field(Field::Events, registrar.created),
        updated: rules.field(Field::Events, registrar.updated),
        seal: Seal::decided(),
    }
}

fn not_blank(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}
