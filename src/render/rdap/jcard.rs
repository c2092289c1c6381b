//! jCards (RFC 7095, RFC 6350, RFC 8605) of contacts and registrars.

use std::borrow::Cow;

use serde::Serialize;

use super::card::{self, Gap, Gaps, Particulars};
use super::link;
use super::redacted::Marker;
use crate::disclosure::record::{Disclosed, Phone};

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

const GAPS: Gaps = Gaps {
    name: Gap::Emptied(".vcardArray[1][?(@[0]=='fn')][3]"),
    kind: Gap::Removed(".vcardArray[1][?(@[0]=='kind')]"),
    language: Gap::Removed(".vcardArray[1][?(@[0]=='lang')]"),
    organisation: Gap::Removed(".vcardArray[1][?(@[0]=='org')]"),
    address: ".vcardArray[1][?(@[0]=='adr')]",
    street: Gap::Emptied(".vcardArray[1][?(@[0]=='adr')][3][2]"),
    city: Gap::Emptied(".vcardArray[1][?(@[0]=='adr')][3][3]"),
    province: Gap::Emptied(".vcardArray[1][?(@[0]=='adr')][3][4]"),
    postal_code: Gap::Emptied(".vcardArray[1][?(@[0]=='adr')][3][5]"),
    country: Gap::Removed(".vcardArray[1][?(@[0]=='adr')][1].cc"),
    voice: Gap::Removed(".vcardArray[1][?(@[1].type=='voice')]"),
    fax: Gap::Removed(".vcardArray[1][?(@[1].type=='fax')]"),
    email: Gap::Removed(".vcardArray[1][?(@[0]=='email')]"),
    website: Gap::Removed(".vcardArray[1][?(@[0]=='url')]"),
};

impl<'a> Card<'a> {
    fn add(&mut self, property: &'static str, kind: &'static str, text: impl Into<Cow<'a, str>>) {
        self.1.push(Property(property, Parameters::default(), kind, Value::Text(text.into())));
    }

    /// Adds an optional property, unless there is nothing in it (RD-15).
    fn add_shown(&mut self, property: &'static str, kind: &'static str, value: &'a Disclosed<String>) {
        if let Some(text) = card::filled(value) {
            self.add(property, kind, text);
        }
    }

    fn add_phone(&mut self, kind: &'static str, phone: &Disclosed<Phone>) {
        if let Some(uri) = phone.shown().and_then(card::tel_uri) {
            let parameters = Parameters { kind: Some(kind), cc: None };
            self.1.push(Property("tel", parameters, "uri", Value::Text(uri.into())));
        }
    }

    fn add_address(&mut self, particulars: &Particulars<'a>) {
        let postal = &particulars.postal;
        if !postal.exists() || particulars.without_address.is_some() {
            return;
        }
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
        let parameters = Parameters { kind: None, cc: postal.country_code() };
        self.1.push(Property("adr", parameters, "text", Value::Address(Box::new(components))));
    }
}

/// The card. What is withheld goes to `marker`.
pub(super) fn of<'a>(particulars: &Particulars<'a>, marker: &mut Marker<'_>) -> Card<'a> {
    particulars.mark(&GAPS, marker);
    let mut card = Card("vcard", Vec::with_capacity(10));
    card.add("version", "text", "4.0");
    card.add("fn", "text", particulars.name.text());
    if let Some(kind) = particulars.kind.shown() {
        card.add("kind", "text", card::kind_word(*kind));
    }
    card.add_shown("lang", "language-tag", particulars.language);
    card.add_shown("org", "text", particulars.organisation);
    card.add_address(particulars);
    card.add_phone("voice", particulars.voice);
    card.add_phone("fax", particulars.fax);
    card.add_shown("email", "text", particulars.email);
    if let Some(website) = particulars.website.shown().and_then(|text| link::website(text)) {
        card.add("url", "uri", website);
    }
    card
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
