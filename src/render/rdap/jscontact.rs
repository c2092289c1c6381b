//! JSContact cards (RFC 9553, RFC 9982) beside jCards, as draft-ietf-regext-rdap-jscontact has them in RDAP: the
//! extension `jscontact` with the member `jscontact_card`.
//!
//! Every member is optional here, so that what is withheld is removed and nothing stands empty. Version 2.0 makes
//! `uid` optional too: it stands only where the handle is public, and is then the address of the entity. A made-up
//! `uid` would either be new in each answer, and mean nothing, or stay the same, and link what one holder has.

use serde::Serialize;

use super::card::{self, Gap, Gaps, Particulars, Postal};
use super::link;
use super::redacted::Marker;
use crate::disclosure::record::{Disclosed, Phone};

/// The extension's identifier.
pub(super) const IDENTIFIER: &str = "jscontact";

/// The path of `uid`, for whoever notes a withheld handle.
pub(super) const UID: &str = ".jscontact_card.uid";

const GAPS: Gaps = Gaps {
    name: Gap::Removed(".jscontact_card.name"),
    kind: Gap::Removed(".jscontact_card.kind"),
    language: Gap::Removed(".jscontact_card.preferredLanguages.lang"),
    organisation: Gap::Removed(".jscontact_card.organizations.org"),
    address: ".jscontact_card.addresses.addr",
    street: Gap::Removed(".jscontact_card.addresses.addr.components[?(@.kind=='name')]"),
    city: Gap::Removed(".jscontact_card.addresses.addr.components[?(@.kind=='locality')]"),
    province: Gap::Removed(".jscontact_card.addresses.addr.components[?(@.kind=='region')]"),
    postal_code: Gap::Removed(".jscontact_card.addresses.addr.components[?(@.kind=='postcode')]"),
    country: Gap::Removed(".jscontact_card.addresses.addr.countryCode"),
    voice: Gap::Removed(".jscontact_card.phones.voice"),
    fax: Gap::Removed(".jscontact_card.phones.fax"),
    email: Gap::Removed(".jscontact_card.emails.email"),
    website: Gap::Removed(".jscontact_card.links.url"),
};

/// A `Card` (RFC 9553 §2).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Card<'a> {
    #[serde(rename = "@type")]
    object: &'static str,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Name<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organizations: Option<Organizations<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_languages: Option<Languages<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    addresses: Option<Addresses<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phones: Option<Phones>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emails: Option<Emails<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
struct Name<'a> {
    full: &'a str,
}

#[derive(Serialize)]
struct Organizations<'a> {
    org: Organization<'a>,
}

#[derive(Serialize)]
struct Organization<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Languages<'a> {
    lang: Language<'a>,
}

#[derive(Serialize)]
struct Language<'a> {
    language: &'a str,
}

#[derive(Serialize)]
struct Addresses<'a> {
    addr: Address<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Address<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country_code: Option<String>,
}

#[derive(Serialize)]
struct Component<'a> {
    kind: &'static str,
    value: &'a str,
}

#[derive(Serialize)]
struct Phones {
    #[serde(skip_serializing_if = "Option::is_none")]
    voice: Option<Voice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fax: Option<Fax>,
}

#[derive(Serialize)]
struct Voice {
    number: String,
    features: VoiceFeature,
}

#[derive(Serialize)]
struct VoiceFeature {
    voice: bool,
}

#[derive(Serialize)]
struct Fax {
    number: String,
    features: FaxFeature,
}

#[derive(Serialize)]
struct FaxFeature {
    fax: bool,
}

#[derive(Serialize)]
struct Emails<'a> {
    email: Email<'a>,
}

#[derive(Serialize)]
struct Email<'a> {
    address: &'a str,
}

#[derive(Serialize)]
struct Links {
    url: Uri,
}

#[derive(Serialize)]
struct Uri {
    uri: String,
}

/// The card. `uid` is the address of the entity where its handle is public. What is withheld goes to `marker`.
pub(super) fn of<'a>(particulars: &Particulars<'a>, uid: Option<String>, marker: &mut Marker<'_>) -> Card<'a> {
    particulars.mark(&GAPS, marker);
    Card {
        object: "Card",
        version: "2.0",
        uid,
        kind: particulars.kind.shown().map(|kind| card::kind_word(*kind)),
        name: Some(particulars.name.text()).filter(|name| !name.is_empty()).map(|full| Name { full }),
        organizations: card::filled(particulars.organisation).map(|name| Organizations { org: Organization { name } }),
        preferred_languages: card::filled(particulars.language)
            .map(|language| Languages { lang: Language { language } }),
        addresses: address(&particulars.postal).map(|addr| Addresses { addr }),
        phones: phones(particulars.voice, particulars.fax),
        emails: card::filled(particulars.email).map(|address| Emails { email: Email { address } }),
        links: particulars.website.shown().and_then(|text| link::website(text)).map(|uri| Links { url: Uri { uri } }),
    }
}

/// The parts that are shown; a line of the street is a component of its own (RFC 9553 §2.5.1, RFC 9555 §2.6.1).
fn address<'a>(postal: &Postal<'a>) -> Option<Address<'a>> {
    let lines = postal.street.shown().into_iter().flatten().filter(|line| !line.is_empty());
    let mut components: Vec<Component<'a>> =
        lines.map(|line| Component { kind: "name", value: line.as_str() }).collect();
    let others = [("locality", postal.city), ("region", postal.province), ("postcode", postal.postal_code)].into_iter();
    components.extend(others.filter_map(|(kind, part)| card::filled(part).map(|value| Component { kind, value })));
    let country_code = postal.country_code().filter(|code| !code.is_empty());
    (!components.is_empty() || country_code.is_some()).then_some(Address { components, country_code })
}

fn phones(voice: &Disclosed<Phone>, fax: &Disclosed<Phone>) -> Option<Phones> {
    let number = |phone: &Disclosed<Phone>| phone.shown().and_then(card::tel_uri);
    let voice = number(voice).map(|number| Voice { number, features: VoiceFeature { voice: true } });
    let fax = number(fax).map(|number| Fax { number, features: FaxFeature { fax: true } });
    (voice.is_some() || fax.is_some()).then_some(Phones { voice, fax })
}
