//! What a card says of a contact, a registrar or an abuse desk, whatever form the card has.
//!
//! jCard and JSContact are both made from [`Particulars`], which also note what is withheld: neither says what the other
//! withholds, nor lists something else.

use super::redacted::{Marker, Part};
use crate::disclosure::record::{ClauseIndex, Disclosed, Phone, PublicContact, PublicRegistrar, Reason};
use crate::model::vocabulary::{Kind, Role};

static NO_TEXT: Disclosed<String> = Disclosed::Absent;
static NO_LINES: Disclosed<Vec<String>> = Disclosed::Absent;
static NO_PHONE: Disclosed<Phone> = Disclosed::Absent;

/// What whoever stands on a card goes by.
#[derive(Clone, Copy)]
pub(super) enum Called<'a> {
    /// A name of the register.
    Registered(&'a Disclosed<String>),
    /// The words for an office, in which nobody is named.
    Office(&'static str),
}

impl<'a> Called<'a> {
    /// The name, or `""` where it is withheld or absent.
    pub(super) fn text(self) -> &'a str {
        match self {
            Called::Registered(name) => name.shown().map_or("", String::as_str),
            Called::Office(words) => words,
        }
    }
}

/// A postal address in its parts.
#[derive(Clone, Copy)]
pub(super) struct Postal<'a> {
    pub(super) street: &'a Disclosed<Vec<String>>,
    pub(super) city: &'a Disclosed<String>,
    pub(super) province: &'a Disclosed<String>,
    pub(super) postal_code: &'a Disclosed<String>,
    pub(super) country: &'a Disclosed<String>,
}

impl Postal<'_> {
    /// Whether the register has any part, shown or withheld.
    pub(super) fn exists(&self) -> bool {
        *self.street != Disclosed::Absent
            || [self.city, self.province, self.postal_code, self.country].iter().any(|part| **part != Disclosed::Absent)
    }

    /// Why the address is withheld, if not a single part of it is shown.
    fn hidden(&self) -> Option<Reason> {
        let parts = [self.country, self.city, self.province, self.postal_code];
        let is_shown = self.street.shown().is_some() || parts.iter().any(|part| part.shown().is_some());
        let reason = parts.iter().find_map(|part| part.withheld()).or(self.street.withheld());
        reason.filter(|_| !is_shown)
    }

    fn mark(&self, gaps: &Gaps, marker: &mut Marker<'_>) {
        gaps.street.mark(Part::Street, self.street, marker);
        gaps.city.mark(Part::City, self.city, marker);
        gaps.province.mark(Part::Province, self.province, marker);
        gaps.postal_code.mark(Part::PostalCode, self.postal_code, marker);
        gaps.country.mark(Part::Country, self.country, marker);
    }

    /// The country where it is shown, ISO 3166-1 alpha-2 in upper case.
    pub(super) fn country_code(&self) -> Option<String> {
        self.country.shown().map(|country| country.to_ascii_uppercase())
    }
}

/// What stands on a card.
pub(super) struct Particulars<'a> {
    pub(super) name: Called<'a>,
    pub(super) kind: Disclosed<Kind>,
    pub(super) language: &'a Disclosed<String>,
    pub(super) organisation: &'a Disclosed<String>,
    pub(super) postal: Postal<'a>,
    /// Why the address is left out as a whole. `None` where its withheld parts are emptied one by one: that is what
    /// ICANN's profile wants of registrants, and for whom a handle is shown it depends on no role.
    pub(super) without_address: Option<Reason>,
    pub(super) voice: &'a Disclosed<Phone>,
    pub(super) fax: &'a Disclosed<Phone>,
    pub(super) email: &'a Disclosed<String>,
    pub(super) website: &'a Disclosed<String>,
}

/// What a withheld value leaves on a card, and where: a path below the entity.
#[derive(Clone, Copy)]
pub(super) enum Gap {
    /// An empty text, where its position means something (RFC 9537 §3.2).
    Emptied(&'static str),
    /// Nothing.
    Removed(&'static str),
}

/// Where one form of card has what [`Particulars`] say.
pub(super) struct Gaps {
    pub(super) name: Gap,
    pub(super) kind: Gap,
    pub(super) language: Gap,
    pub(super) organisation: Gap,
    pub(super) address: &'static str,
    pub(super) street: Gap,
    pub(super) city: Gap,
    pub(super) province: Gap,
    pub(super) postal_code: Gap,
    pub(super) country: Gap,
    pub(super) voice: Gap,
    pub(super) fax: Gap,
    pub(super) email: Gap,
    pub(super) website: Gap,
}

impl Gap {
    fn mark<T>(self, part: Part, value: &Disclosed<T>, marker: &mut Marker<'_>) {
        match self {
            Gap::Emptied(path) => marker.emptied(part, value, path),
            Gap::Removed(path) => marker.removed(part, value, path),
        }
    }
}

impl<'a> Particulars<'a> {
    /// Of a contact.
    pub(super) fn of_contact(contact: &'a PublicContact) -> Particulars<'a> {
        let postal = Postal {
            street: &contact.street,
            city: &contact.city,
            province: &contact.province,
            postal_code: &contact.postal_code,
            country: &contact.country,
        };
        let in_parts = contact.role == Role::Registrant || contact.handle.shown().is_some();
        Particulars {
            // A contact without a person goes by its organisation's name.
            name: Called::Registered(if contact.name == Disclosed::Absent {
                &contact.organisation
            } else {
                &contact.name
            }),
            kind: contact.kind.clone(),
            language: &contact.language,
            organisation: &contact.organisation,
            postal,
            without_address: postal.hidden().filter(|_| !in_parts),
            voice: &contact.voice,
            fax: &contact.fax,
            email: &contact.email,
            website: &NO_TEXT,
        }
    }

    /// Of a registrar.
    pub(super) fn of_registrar(registrar: &'a PublicRegistrar) -> Particulars<'a> {
        let postal = Postal {
            street: &registrar.street,
            city: &registrar.city,
            province: &registrar.province,
            postal_code: &registrar.postal_code,
            country: &registrar.country,
        };
        Particulars {
            name: Called::Registered(&registrar.name),
            kind: Disclosed::Shown { value: Kind::Organisation, clause: ClauseIndex::default() },
            postal,
            without_address: postal.hidden(),
            voice: &registrar.voice,
            fax: &registrar.fax,
            email: &registrar.email,
            website: &registrar.website,
            ..Particulars::of_office("")
        }
    }

    /// Of the desk to which abuse is reported.
    pub(super) fn of_abuse_desk(registrar: &'a PublicRegistrar) -> Particulars<'a> {
        Particulars {
            voice: &registrar.abuse_voice,
            email: &registrar.abuse_email,
            ..Particulars::of_office("Abuse Contact")
        }
    }

    /// Notes what is withheld on a card of this form: the same of every form, each in its own places.
    pub(super) fn mark(&self, gaps: &Gaps, marker: &mut Marker<'_>) {
        if let Called::Registered(name) = self.name {
            gaps.name.mark(Part::Name, name, marker);
        }
        gaps.kind.mark(Part::Kind, &self.kind, marker);
        gaps.language.mark(Part::Language, self.language, marker);
        if self.may_tell_of_organisation() {
            gaps.organisation.mark(Part::Organisation, self.organisation, marker);
        }
        match self.without_address {
            Some(reason) => marker.removed_because(Part::Address, reason, gaps.address),
            None => self.postal.mark(gaps, marker),
        }
        gaps.voice.mark(Part::Voice, self.voice, marker);
        gaps.fax.mark(Part::Fax, self.fax, marker);
        gaps.email.mark(Part::Email, self.email, marker);
        gaps.website.mark(Part::Website, self.website, marker);
    }

    /// What a list tells: who it is. All else is as if the register had none of it.
    pub(super) fn in_brief(self) -> Particulars<'a> {
        Particulars { name: self.name, kind: self.kind, organisation: self.organisation, ..Particulars::of_office("") }
    }

    /// Of an office of which nothing else is known.
    fn of_office(words: &'static str) -> Particulars<'a> {
        Particulars {
            name: Called::Office(words),
            kind: Disclosed::Absent,
            language: &NO_TEXT,
            organisation: &NO_TEXT,
            postal: Postal {
                street: &NO_LINES,
                city: &NO_TEXT,
                province: &NO_TEXT,
                postal_code: &NO_TEXT,
                country: &NO_TEXT,
            },
            without_address: None,
            voice: &NO_PHONE,
            fax: &NO_PHONE,
            email: &NO_TEXT,
            website: &NO_TEXT,
        }
    }

    /// Whether an answer may say that an organisation is withheld. Of who is treated as a natural person it does not:
    /// the entry alone would tell a threatened organisation from a person (RFC 9537 §4.2 leaves such entries out).
    pub(super) fn may_tell_of_organisation(&self) -> bool {
        self.organisation.withheld() != Some(Reason::NaturalPerson)
    }
}

/// A text that is shown and says something.
pub(super) fn filled(value: &Disclosed<String>) -> Option<&str> {
    value.shown().map(String::as_str).filter(|text| !text.is_empty())
}

/// The word of vCard and JSContact for a kind (RFC 6350 §6.1.4, RFC 9553 §2.1.4).
pub(super) fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::NaturalPerson => "individual",
        Kind::Organisation => "org",
    }
}

/// A `tel:` URI (RFC 3966 §3). EPP's dot is one of its visual separators. `None` for what holds no digit.
pub(super) fn tel_uri(phone: &Phone) -> Option<String> {
    let number: String = phone.number.chars().filter(|c| is_of_number(*c)).collect();
    if !number.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let extension: String = phone.extension.iter().flat_map(|text| text.chars()).filter(char::is_ascii_digit).collect();
    Some(if extension.is_empty() { format!("tel:{number}") } else { format!("tel:{number};ext={extension}") })
}

fn is_of_number(c: char) -> bool {
    matches!(c, '0'..='9' | '+' | '-' | '.' | '(' | ')')
}

/// Whether a telephone number, given as its octets, stands in its URI as it is.
pub(super) fn is_number(number: &[u8]) -> bool {
    number.iter().all(|octet| is_of_number(char::from(*octet))) && number.iter().any(u8::is_ascii_digit)
}

/// Whether the extension of a telephone number, given as its octets, stands in its URI as it is.
pub(super) fn is_extension(extension: &[u8]) -> bool {
    !extension.is_empty() && extension.iter().all(u8::is_ascii_digit)
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
