//! A contact as a page needs it, borrowed from wherever it stands: packed on a domain, or owned on a registrar.

use super::page::Page;
use crate::codec::packed::{ContactFields, PackedContact, PackedPhone, StreetLines};
use crate::disclosure::record::{Disclosed, Phone, PublicContact};
use crate::model::vocabulary::Role;

/// The fields that have a line in some layout.
#[derive(Debug)]
pub(super) struct Card<'a> {
    pub(super) role: Role,
    /// Whether the policy does not publish this role at all.
    pub(super) is_omitted: bool,
    pub(super) handle: Disclosed<&'a str>,
    pub(super) name: Disclosed<&'a str>,
    pub(super) organisation: Disclosed<&'a str>,
    pub(super) street: Disclosed<Street<'a>>,
    pub(super) city: Disclosed<&'a str>,
    pub(super) province: Disclosed<&'a str>,
    pub(super) postal_code: Disclosed<&'a str>,
    pub(super) country: Disclosed<&'a str>,
    pub(super) voice: Disclosed<Number<'a>>,
    pub(super) fax: Disclosed<Number<'a>>,
    pub(super) email: Disclosed<&'a str>,
}

/// Street lines.
#[derive(Clone, Copy, Debug)]
pub(super) enum Street<'a> {
    Packed(StreetLines<'a>),
    Owned(&'a [String]),
}

impl<'a> Iterator for Street<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        match self {
            Street::Packed(lines) => lines.next(),
            Street::Owned(lines) => {
                let (first, rest) = lines.split_first()?;
                *lines = rest;
                Some(first)
            }
        }
    }
}

/// A telephone number, and its extension.
pub(super) type Number<'a> = PackedPhone<'a>;

impl<'a> Card<'a> {
    /// A contact of a domain.
    pub(super) fn packed(contact: &PackedContact<'a>) -> Card<'a> {
        match contact.fields() {
            Ok(fields) => Card::of_fields(fields),
            // What the index packed can be read. If not: there is somebody of whom nothing is shown.
            Err(_fault) => Card::omitted(contact.role()),
        }
    }

    fn of_fields(fields: ContactFields<'a>) -> Card<'a> {
        Card {
            role: fields.role,
            is_omitted: fields.omitted.is_some(),
            handle: fields.handle,
            name: fields.name,
            organisation: fields.organisation,
            street: map(fields.street, Street::Packed),
            city: fields.city,
            province: fields.province,
            postal_code: fields.postal_code,
            country: fields.country,
            voice: fields.voice,
            fax: fields.fax,
            email: fields.email,
        }
    }

    /// A contact that stands for itself or on a registrar.
    pub(super) fn owned(contact: &'a PublicContact) -> Card<'a> {
        Card {
            role: contact.role,
            is_omitted: contact.omitted.is_some(),
            handle: text(&contact.handle),
            name: text(&contact.name),
            organisation: text(&contact.organisation),
            street: map(by_reference(&contact.street), |lines| Street::Owned(lines)),
            city: text(&contact.city),
            province: text(&contact.province),
            postal_code: text(&contact.postal_code),
            country: text(&contact.country),
            voice: number(&contact.voice),
            fax: number(&contact.fax),
            email: text(&contact.email),
        }
    }

    fn omitted(role: Role) -> Card<'a> {
        Card {
            role,
            is_omitted: true,
            handle: Disclosed::Absent,
            name: Disclosed::Absent,
            organisation: Disclosed::Absent,
            street: Disclosed::Absent,
            city: Disclosed::Absent,
            province: Disclosed::Absent,
            postal_code: Disclosed::Absent,
            country: Disclosed::Absent,
            voice: Disclosed::Absent,
            fax: Disclosed::Absent,
            email: Disclosed::Absent,
        }
    }

    /// True where the contact as a whole is withheld, or any of the fields that gTLD registries print.
    pub(super) fn withholds(&self) -> bool {
        let texts = [
            &self.handle,
            &self.name,
            &self.organisation,
            &self.city,
            &self.province,
            &self.postal_code,
            &self.country,
            &self.email,
        ];
        self.is_omitted
            || texts.iter().any(|text| text.withheld().is_some())
            || self.street.withheld().is_some()
            || [&self.voice, &self.fax].iter().any(|phone| phone.withheld().is_some())
    }
}

/// The same decision about something that is made of the value.
fn map<T, U>(disclosed: Disclosed<T>, make: impl FnOnce(T) -> U) -> Disclosed<U> {
    match disclosed {
        Disclosed::Absent => Disclosed::Absent,
        Disclosed::Shown { value, clause } => Disclosed::Shown { value: make(value), clause },
        Disclosed::Withheld { reason, clause } => Disclosed::Withheld { reason, clause },
    }
}

fn by_reference<T>(disclosed: &Disclosed<T>) -> Disclosed<&T> {
    match disclosed {
        Disclosed::Absent => Disclosed::Absent,
        Disclosed::Shown { value, clause } => Disclosed::Shown { value, clause: *clause },
        Disclosed::Withheld { reason, clause } => Disclosed::Withheld { reason: *reason, clause: *clause },
    }
}

fn text(disclosed: &Disclosed<String>) -> Disclosed<&str> {
    map(by_reference(disclosed), String::as_str)
}

fn number(disclosed: &Disclosed<Phone>) -> Disclosed<Number<'_>> {
    map(by_reference(disclosed), |phone| Number { number: &phone.number, extension: phone.extension.as_deref() })
}

/// A line with a text, where it is shown.
pub(super) fn put(page: &mut Page, ours: &str, text: &Disclosed<&str>) {
    if let Some(text) = text.shown() {
        page.line(ours, text);
    }
}
