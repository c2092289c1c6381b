//! A contact of a packed record, read in place.

use super::super::CodecFault;
use super::super::bytes::Reader;
use super::super::wire::Take;
use super::shapes::{Shape, ShapeId, Shapes, ValueKind};
use crate::disclosure::record::{ClauseIndex, Disclosed, Reason};
use crate::model::vocabulary::{Kind, Role};
use crate::time::Timestamp;

/// A contact of a packed record.
#[derive(Clone, Copy, Debug)]
pub struct PackedContact<'a> {
    /// What it has in common with others.
    pub shape: &'a Shape,
    /// The number of its shape.
    pub id: ShapeId,
    values: &'a [u8],
}

impl<'a> PackedContact<'a> {
    /// Its role.
    pub fn role(&self) -> Role {
        self.shape.role()
    }

    /// Why and by which clause it is omitted; `None` where it is not.
    pub fn omitted(&self) -> Option<(Reason, ClauseIndex)> {
        self.shape.omitted()
    }

    /// Its handle, where that is public.
    pub fn handle(&self) -> Option<&'a str> {
        let mut reader = Reader::of_contact(self.shape, self.values);
        if self.shape.shows_handle() { reader.text().ok() } else { None }
    }

    /// All fields, borrowed, in one pass and without an allocation.
    ///
    /// # Errors
    /// The octets are not those of a contact of this shape.
    pub fn fields(&self) -> Result<ContactFields<'a>, CodecFault> {
        let mut reader = Reader::of_contact(self.shape, self.values);
        let fields = ContactFields::take(&mut reader)?;
        reader.close_contact()?;
        Ok(fields)
    }

    /// The values that are shown, in the order of the record: handle, name, organisation, street lines, city, province,
    /// postal code, country, number and extension of voice and of fax, e-mail, language, VAT number, created, updated.
    /// What is not shown is not there. Ends early in octets that are not those of a contact of this shape.
    pub fn values(&self) -> impl Iterator<Item = PackedValue<'a>> + Clone + use<'a> {
        let mut reader = Reader::of_contact(self.shape, self.values);
        self.shape.values().iter().map_while(move |kind| match kind {
            ValueKind::Text => reader.text().ok().map(PackedValue::Text),
            ValueKind::Moment => reader.moment().ok().map(PackedValue::Moment),
        })
    }

    /// The same values, of texts their octets: UTF-8, which was checked when the contact was packed and is not again.
    pub fn raw_values(&self) -> impl Iterator<Item = RawValue<'a>> + Clone + use<'a> {
        let mut reader = Reader::of_contact(self.shape, self.values);
        self.shape.values().iter().map_while(move |kind| match kind {
            ValueKind::Text => reader.text_octets().ok().map(RawValue::Text),
            ValueKind::Moment => reader.moment().ok().map(RawValue::Moment),
        })
    }

    /// The values' octets: of two contacts of one shape, equal where the values are.
    pub fn octets(&self) -> &'a [u8] {
        self.values
    }

    /// Reads a contact that stands in a packed record.
    pub(super) fn read(reader: &mut Reader<'a>, shapes: &'a Shapes) -> Result<PackedContact<'a>, CodecFault> {
        let (id, shape, values) = reader.contact_parts(shapes)?;
        Ok(PackedContact { shape, id, values })
    }
}

/// A value of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackedValue<'a> {
    /// A text.
    Text(&'a str),
    /// A moment.
    Moment(Timestamp),
}

/// A value of a contact as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawValue<'a> {
    /// The octets of a text.
    Text(&'a [u8]),
    /// A moment.
    Moment(Timestamp),
}

/// Contacts that follow each other in a packed record.
#[derive(Clone, Copy, Debug)]
pub struct PackedContacts<'a> {
    left: usize,
    reader: Reader<'a>,
    shapes: &'a Shapes,
}

impl<'a> PackedContacts<'a> {
    /// Reads so many contacts, and goes on behind them.
    pub(super) fn read(
        count: usize,
        reader: &mut Reader<'a>,
        shapes: &'a Shapes,
    ) -> Result<PackedContacts<'a>, CodecFault> {
        let contacts = PackedContacts { left: count, reader: *reader, shapes };
        for _ in 0..count {
            reader.contact_parts(shapes)?;
        }
        Ok(contacts)
    }
}

impl<'a> Iterator for PackedContacts<'a> {
    type Item = PackedContact<'a>;

    fn next(&mut self) -> Option<PackedContact<'a>> {
        self.left = self.left.checked_sub(1)?;
        PackedContact::read(&mut self.reader, self.shapes).ok()
    }
}

/// As [`crate::disclosure::record::PublicContact`], borrowed.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are those of PublicContact")]
pub struct ContactFields<'a> {
    pub role: Role,
    pub omitted: Option<(Reason, ClauseIndex)>,
    pub kind: Disclosed<Kind>,
    pub handle: Disclosed<&'a str>,
    pub name: Disclosed<&'a str>,
    pub organisation: Disclosed<&'a str>,
    pub street: Disclosed<StreetLines<'a>>,
    pub city: Disclosed<&'a str>,
    pub province: Disclosed<&'a str>,
    pub postal_code: Disclosed<&'a str>,
    pub country: Disclosed<&'a str>,
    pub voice: Disclosed<PackedPhone<'a>>,
    pub fax: Disclosed<PackedPhone<'a>>,
    pub email: Disclosed<&'a str>,
    pub language: Disclosed<&'a str>,
    pub vat: Disclosed<&'a str>,
    pub created: Disclosed<Timestamp>,
    pub updated: Disclosed<Timestamp>,
}

/// The street lines of a contact.
#[derive(Clone, Copy, Debug)]
pub struct StreetLines<'a> {
    left: usize,
    reader: Reader<'a>,
}

impl<'a> Take<'a> for StreetLines<'a> {
    fn take(reader: &mut Reader<'a>) -> Result<StreetLines<'a>, CodecFault> {
        let lines = StreetLines { left: reader.length()?, reader: *reader };
        for _ in 0..lines.left {
            reader.text_octets()?;
        }
        Ok(lines)
    }
}

impl<'a> Iterator for StreetLines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.left = self.left.checked_sub(1)?;
        self.reader.text().ok()
    }
}

/// A telephone number, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedPhone<'a> {
    /// The number, E.164 in EPP's form.
    pub number: &'a str,
    /// The extension, digits.
    pub extension: Option<&'a str>,
}
