//! The lines of a contact in the layout of .be, from wherever it stands: packed on a domain, or owned on a registrar.

use super::page::Page;
use crate::codec::packed::{ContactTexts, PackedContact, RawLines};
use crate::disclosure::record::{Disclosed, PublicContact};

/// The values that have a line, as octets; what is not shown is not there.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    organisation: Option<&'a [u8]>,
    language: Option<&'a [u8]>,
    street: Street<'a>,
    postal_code: Option<&'a [u8]>,
    city: Option<&'a [u8]>,
    province: Option<&'a [u8]>,
    country: Option<&'a [u8]>,
    /// The number, and its extension.
    voice: Option<(&'a [u8], Option<&'a [u8]>)>,
    /// True where the policy does not show the contact: the role as a whole, or any of its texts.
    pub(super) is_withheld: bool,
}

/// Street lines.
#[derive(Clone, Debug)]
enum Street<'a> {
    Packed(RawLines<'a>),
    Owned(&'a [String]),
}

impl<'a> Iterator for Street<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        match self {
            Street::Packed(lines) => lines.next(),
            Street::Owned(lines) => {
                let (first, rest) = lines.split_first()?;
                *lines = rest;
                Some(first.as_bytes())
            }
        }
    }
}

impl<'a> Lines<'a> {
    /// Those of a contact of a domain.
    pub(super) fn packed(contact: &PackedContact<'a>) -> Lines<'a> {
        match contact.texts() {
            Some(texts) => Lines::of_texts(texts),
            // What the index packed can be read. If not: there is somebody of whom nothing is shown.
            None => Lines::none(),
        }
    }

    fn of_texts(texts: ContactTexts<'a>) -> Lines<'a> {
        Lines {
            organisation: texts.organisation,
            language: texts.language,
            street: Street::Packed(texts.street),
            postal_code: texts.postal_code,
            city: texts.city,
            province: texts.province,
            country: texts.country,
            voice: texts.voice,
            is_withheld: texts.withholds,
        }
    }

    fn none() -> Lines<'a> {
        Lines {
            organisation: None,
            language: None,
            street: Street::Owned(&[]),
            postal_code: None,
            city: None,
            province: None,
            country: None,
            voice: None,
            is_withheld: true,
        }
    }

    /// Those of a contact of a registrar.
    pub(super) fn owned(contact: &'a PublicContact) -> Lines<'a> {
        let voice = contact.voice.shown();
        Lines {
            organisation: shown(&contact.organisation),
            language: shown(&contact.language),
            street: Street::Owned(contact.street.shown().map(Vec::as_slice).unwrap_or_default()),
            postal_code: shown(&contact.postal_code),
            city: shown(&contact.city),
            province: shown(&contact.province),
            country: shown(&contact.country),
            voice: voice.map(|phone| (phone.number.as_bytes(), phone.extension.as_deref().map(str::as_bytes))),
            is_withheld: is_withheld(contact),
        }
    }

    /// True where [`Lines::put`] writes something.
    pub(super) fn are_some(&self) -> bool {
        let texts = [self.organisation, self.language, self.postal_code, self.city, self.province, self.country];
        texts.iter().any(Option::is_some) || self.voice.is_some() || self.street.clone().next().is_some()
    }

    /// Writes them, in the order of .be. A number is in EPP's form, its extension behind `x`.
    pub(super) fn put(&self, page: &mut Page) {
        put(page, "\tOrganisation:\t", self.organisation);
        put(page, "\tLanguage:\t", self.language);
        for street in self.street.clone() {
            put(page, "\tStreet:\t", Some(street));
        }
        put(page, "\tPostal code:\t", self.postal_code);
        put(page, "\tCity:\t", self.city);
        put(page, "\tProvince:\t", self.province);
        put(page, "\tCountry:\t", self.country);
        match self.voice {
            Some((number, Some(extension))) => {
                put(page, "\tPhone:\t", Some(&[number, extension].join(&b" x"[..])));
            }
            voice => put(page, "\tPhone:\t", voice.map(|(number, _)| number)),
        }
    }
}

/// A line with a text, where it is shown.
#[inline]
fn put(page: &mut Page, ours: &str, text: Option<&[u8]>) {
    if let Some(text) = text {
        page.put(ours);
        page.octets(text);
        page.blank();
    }
}

fn shown(text: &Disclosed<String>) -> Option<&[u8]> {
    text.shown().map(String::as_bytes)
}

/// The same of an owned contact as [`ContactTexts::withholds`] of a packed one.
fn is_withheld(contact: &PublicContact) -> bool {
    let texts = [
        &contact.handle,
        &contact.name,
        &contact.organisation,
        &contact.city,
        &contact.province,
        &contact.postal_code,
        &contact.country,
        &contact.email,
        &contact.language,
    ];
    contact.omitted.is_some()
        || texts.iter().any(|text| text.withheld().is_some())
        || contact.street.withheld().is_some()
        || [&contact.voice, &contact.fax].iter().any(|phone| phone.withheld().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::packed::{PackedRecord, Shapes, pack};
    use crate::codec::sample::Draw;
    use crate::disclosure::record::PublicRecord;
    use crate::render::whois::page::Charset;
    use proptest::prelude::*;

    fn written(lines: &Lines<'_>) -> Vec<u8> {
        let mut page = Page::new(Charset::Ascii);
        lines.put(&mut page);
        page.into_bytes()
    }

    proptest! {
        #[test]
        fn a_contact_has_the_same_lines_packed_and_owned(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
            let record = Draw(&bytes).record();
            let mut shapes = Shapes::default();
            let octets = pack(&record, &mut shapes).unwrap();
            let packed = PackedRecord::read(&octets, &shapes).unwrap();
            let owned: Vec<&PublicContact> = match &record {
                PublicRecord::Domain(domain) => domain.registrant.iter().chain(&domain.contacts).collect(),
                PublicRecord::Registrar(registrar) => registrar.contacts.iter().collect(),
                PublicRecord::Host(_) | PublicRecord::Nndn(_) => Vec::new(),
            };
            prop_assert_eq!(packed.contacts().count(), owned.len());
            for (packed, owned) in packed.contacts().zip(owned) {
                let (packed, owned) = (Lines::packed(&packed), Lines::owned(owned));
                prop_assert_eq!(written(&packed), written(&owned));
                prop_assert_eq!((packed.are_some(), packed.is_withheld), (owned.are_some(), owned.is_withheld));
                prop_assert_eq!(packed.are_some(), !written(&packed).is_empty());
            }
        }
    }
}
