//! jCards (RFC 7095, RFC 6350, RFC 8605) of contacts and registrars.

use std::borrow::Cow;

use serde::Serialize;

use super::link;
use super::redacted::{Marker, Part};
use crate::disclosure::record::{Disclosed, Phone, PublicContact, PublicRegistrar, Reason};
use crate::model::vocabulary::Kind;

/// `["vcard", [ …properties… ]]`.
#[derive(Serialize)]
pub(super) struct Card<'a>(&'static str, Vec<Property<'a>>);

/// `[name, parameters, type, value]`.
#[derive(Serialize)]
struct Property<'a>(&'static str, Parameters, &'static str, Value<'a>);

#[derive(Default, Serialize)]
struct Parameters {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cc: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Text(Cow<'a, str>),
    Address(Box<[Component<'a>; 7]>),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Component<'a> {
    Text(&'a str),
    Lines(&'a [String]),
}

const FN: &str = ".vcardArray[1][?(@[0]=='fn')][3]";
const KIND: &str = ".vcardArray[1][?(@[0]=='kind')]";
const LANG: &str = ".vcardArray[1][?(@[0]=='lang')]";
const ORG: &str = ".vcardArray[1][?(@[0]=='org')]";
const STREET: &str = ".vcardArray[1][?(@[0]=='adr')][3][2]";
const CITY: &str = ".vcardArray[1][?(@[0]=='adr')][3][3]";
const PROVINCE: &str = ".vcardArray[1][?(@[0]=='adr')][3][4]";
const POSTAL_CODE: &str = ".vcardArray[1][?(@[0]=='adr')][3][5]";
const COUNTRY: &str = ".vcardArray[1][?(@[0]=='adr')][1].cc";
const VOICE: &str = ".vcardArray[1][?(@[1].type=='voice')]";
const FAX: &str = ".vcardArray[1][?(@[1].type=='fax')]";
const EMAIL: &str = ".vcardArray[1][?(@[0]=='email')]";
const URL: &str = ".vcardArray[1][?(@[0]=='url')]";

impl<'a> Card<'a> {
    fn starting(name: &'a str) -> Card<'a> {
        let mut card = Card("vcard", Vec::with_capacity(9));
        card.add("version", "text", "4.0");
        card.add("fn", "text", name);
        card
    }

    fn add(&mut self, property: &'static str, kind: &'static str, text: impl Into<Cow<'a, str>>) {
        self.1.push(Property(property, Parameters::default(), kind, Value::Text(text.into())));
    }

    /// Adds an optional property, unless there is nothing in it (RD-15).
    fn add_shown(&mut self, property: &'static str, kind: &'static str, value: &'a Disclosed<String>) {
        if let Some(text) = value.shown().filter(|text| !text.is_empty()) {
            self.add(property, kind, text.as_str());
        }
    }

    fn add_phone(&mut self, kind: &'static str, phone: &Disclosed<Phone>) {
        if let Some(uri) = phone.shown().and_then(tel_uri) {
            let parameters = Parameters { kind: Some(kind), cc: None };
            self.1.push(Property("tel", parameters, "uri", Value::Text(uri.into())));
        }
    }

    fn add_address(&mut self, postal: &Postal<'a>) {
        if !postal.exists() {
            return;
        }
        let parameters =
            Parameters { kind: None, cc: postal.country.shown().map(|country| country.to_ascii_uppercase()) };
        let components = [
            Component::Text(""),
            Component::Text(""),
            postal.street.shown().map_or(Component::Text(""), |lines| lines_component(lines)),
            Component::Text(text(postal.city)),
            Component::Text(text(postal.province)),
            Component::Text(text(postal.postal_code)),
            // The country stands in the parameter (RFC 8605 §3.1), for every zone alike.
            Component::Text(""),
        ];
        self.1.push(Property("adr", parameters, "text", Value::Address(Box::new(components))));
    }
}

/// The parts of a postal address.
struct Postal<'a> {
    street: &'a Disclosed<Vec<String>>,
    city: &'a Disclosed<String>,
    province: &'a Disclosed<String>,
    postal_code: &'a Disclosed<String>,
    country: &'a Disclosed<String>,
}

impl Postal<'_> {
    fn exists(&self) -> bool {
        *self.street != Disclosed::Absent
            || [self.city, self.province, self.postal_code, self.country].iter().any(|part| **part != Disclosed::Absent)
    }

    fn mark(&self, marker: &mut Marker<'_>) {
        marker.emptied(Part::Street, self.street, STREET);
        marker.emptied(Part::City, self.city, CITY);
        marker.emptied(Part::Province, self.province, PROVINCE);
        marker.emptied(Part::PostalCode, self.postal_code, POSTAL_CODE);
        marker.removed(Part::Country, self.country, COUNTRY);
    }
}

/// The card of a contact. What is withheld of it goes to `marker`.
pub(super) fn of_contact<'a>(contact: &'a PublicContact, marker: &mut Marker<'_>) -> Card<'a> {
    // A contact without a person goes by its organisation's name.
    let name = if contact.name == Disclosed::Absent { &contact.organisation } else { &contact.name };
    let postal = Postal {
        street: &contact.street,
        city: &contact.city,
        province: &contact.province,
        postal_code: &contact.postal_code,
        country: &contact.country,
    };
    marker.emptied(Part::Name, name, FN);
    marker.removed(Part::Kind, &contact.kind, KIND);
    marker.removed(Part::Language, &contact.language, LANG);
    // Of who is treated as a natural person it is not said that there was an organisation: the entry alone would tell
    // a threatened organisation from a person (RFC 9537 §4.2 leaves such entries out).
    if contact.organisation.withheld() != Some(Reason::NaturalPerson) {
        marker.removed(Part::Organisation, &contact.organisation, ORG);
    }
    postal.mark(marker);
    marker.removed(Part::Voice, &contact.voice, VOICE);
    marker.removed(Part::Fax, &contact.fax, FAX);
    marker.removed(Part::Email, &contact.email, EMAIL);

    let mut card = Card::starting(text(name));
    if let Some(kind) = contact.kind.shown() {
        card.add("kind", "text", kind_text(*kind));
    }
    card.add_shown("lang", "language-tag", &contact.language);
    card.add_shown("org", "text", &contact.organisation);
    card.add_address(&postal);
    card.add_phone("voice", &contact.voice);
    card.add_phone("fax", &contact.fax);
    card.add_shown("email", "text", &contact.email);
    card
}

/// The card of a registrar. What is withheld of it goes to `marker`.
pub(super) fn of_registrar<'a>(registrar: &'a PublicRegistrar, marker: &mut Marker<'_>) -> Card<'a> {
    let postal = Postal {
        street: &registrar.street,
        city: &registrar.city,
        province: &registrar.province,
        postal_code: &registrar.postal_code,
        country: &registrar.country,
    };
    marker.emptied(Part::Name, &registrar.name, FN);
    postal.mark(marker);
    marker.removed(Part::Voice, &registrar.voice, VOICE);
    marker.removed(Part::Fax, &registrar.fax, FAX);
    marker.removed(Part::Email, &registrar.email, EMAIL);
    marker.removed(Part::Website, &registrar.website, URL);

    let mut card = Card::starting(text(&registrar.name));
    card.add("kind", "text", kind_text(Kind::Organisation));
    card.add_address(&postal);
    card.add_phone("voice", &registrar.voice);
    card.add_phone("fax", &registrar.fax);
    card.add_shown("email", "text", &registrar.email);
    if let Some(website) = registrar.website.shown().and_then(|text| link::website(text)) {
        card.add("url", "uri", website);
    }
    card
}

/// The card of the desk to which abuse is reported.
pub(super) fn of_abuse_desk<'a>(registrar: &'a PublicRegistrar, marker: &mut Marker<'_>) -> Card<'a> {
    marker.removed(Part::Voice, &registrar.abuse_voice, VOICE);
    marker.removed(Part::Email, &registrar.abuse_email, EMAIL);
    let mut card = Card::starting("Abuse Contact");
    card.add_phone("voice", &registrar.abuse_voice);
    card.add_shown("email", "text", &registrar.abuse_email);
    card
}

fn kind_text(kind: Kind) -> &'static str {
    match kind {
        Kind::NaturalPerson => "individual",
        Kind::Organisation => "org",
    }
}

fn text(value: &Disclosed<String>) -> &str {
    value.shown().map_or("", String::as_str)
}

/// One line is a text, several are a list (RFC 7095 §3.3.1.3).
fn lines_component(lines: &[String]) -> Component<'_> {
    match lines {
        [] => Component::Text(""),
        [line] => Component::Text(line),
        lines => Component::Lines(lines),
    }
}

/// A `tel:` URI (RFC 3966 §3). EPP's dot is one of its visual separators. `None` for what holds no digit.
fn tel_uri(phone: &Phone) -> Option<String> {
    let number: String = phone.number.chars().filter(|c| c.is_ascii_digit() || "+-.()".contains(*c)).collect();
    if !number.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let extension: String = phone.extension.iter().flat_map(|text| text.chars()).filter(char::is_ascii_digit).collect();
    Some(if extension.is_empty() { format!("tel:{number}") } else { format!("tel:{number};ext={extension}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jc_11_jc_12_telephones_are_uris() {
        let phone = |number: &str, extension: Option<&str>| Phone {
            number: number.to_owned(),
            extension: extension.map(str::to_owned),
        };
        assert_eq!(tel_uri(&phone("+32.16284970", Some("1"))).as_deref(), Some("tel:+32.16284970;ext=1"));
        assert_eq!(tel_uri(&phone("+32 16 28", None)).as_deref(), Some("tel:+321628"));
        assert_eq!(tel_uri(&phone("+32.1", Some("x"))).as_deref(), Some("tel:+32.1"));
        assert_eq!(tel_uri(&phone("-", None)), None);
    }
}
