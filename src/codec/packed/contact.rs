//! A contact of a packed record, read in place.

use super::super::CodecFault;
use super::super::bytes::Reader;
use super::super::v1::{ABSENT, SHOWN, WITHHELD};
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

    /// The texts that are shown and that a page of lines may print, as octets, in one pass over the values; what is shown
    /// is known from the shape. `None` where the octets end before all are read.
    pub fn texts(&self) -> Option<ContactTexts<'a>> {
        let (marks, mut values) = (self.shape.marks(), Reader::new(self.values));
        let mut text = |field| if marks.shows(field) { values.text_octets().ok().map(Some) } else { Some(None) };
        text(TextField::Handle)?;
        text(TextField::Name)?;
        let organisation = text(TextField::Organisation)?;
        let street = RawLines { left: marks.streets, reader: values };
        for _ in 0..marks.streets {
            values.text_octets().ok()?;
        }
        let mut text = |field| if marks.shows(field) { values.text_octets().ok().map(Some) } else { Some(None) };
        let (city, province) = (text(TextField::City)?, text(TextField::Province)?);
        let (postal_code, country) = (text(TextField::PostalCode)?, text(TextField::Country)?);
        let voice = match text(TextField::Voice)? {
            Some(number) if marks.has_extension(TextField::Voice) => Some((number, text(TextField::Voice)?)),
            number => number.map(|number| (number, None)),
        };
        if text(TextField::Fax)?.is_some() && marks.has_extension(TextField::Fax) {
            text(TextField::Fax)?;
        }
        text(TextField::Email)?;
        let language = text(TextField::Language)?;
        let withholds = marks.withheld != 0 || self.shape.omitted().is_some();
        Some(ContactTexts { organisation, street, city, province, postal_code, country, voice, language, withholds })
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

/// The fields of a contact that are texts, up to the language, in the order of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextField {
    Handle,
    Name,
    Organisation,
    Street,
    City,
    Province,
    PostalCode,
    Country,
    Voice,
    Fax,
    Email,
    Language,
}

impl TextField {
    const ALL: [TextField; 12] = [
        TextField::Handle,
        TextField::Name,
        TextField::Organisation,
        TextField::Street,
        TextField::City,
        TextField::Province,
        TextField::PostalCode,
        TextField::Country,
        TextField::Voice,
        TextField::Fax,
        TextField::Email,
        TextField::Language,
    ];
}

/// What a shape says of the texts: a bit for each [`TextField`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    shown: u16,
    withheld: u16,
    /// Numbers that have an extension.
    extended: u16,
    /// How many street lines are shown.
    streets: usize,
}

impl Marks {
    /// Reads what stands behind role, omission and kind in the octets of a shape, which has no values.
    pub(super) fn take(reader: &mut Reader<'_>) -> Result<Marks, CodecFault> {
        let mut marks = Marks::default();
        for field in TextField::ALL {
            match reader.octet()? {
                ABSENT => {}
                SHOWN => {
                    marks.shown |= 1 << field as u16;
                    ClauseIndex::take(reader)?;
                    marks.take_counts(field, reader)?;
                }
                WITHHELD => {
                    marks.withheld |= 1 << field as u16;
                    ClauseIndex::take(reader)?;
                    Reason::take(reader)?;
                }
                other => return Err(CodecFault::Number { what: "mark of disclosure", number: u64::from(other) }),
            }
        }
        Ok(marks)
    }

    fn take_counts(&mut self, field: TextField, reader: &mut Reader<'_>) -> Result<(), CodecFault> {
        match field {
            TextField::Street => {
                self.streets = usize::try_from(reader.number()?).map_err(|_| CodecFault::TooLong)?;
            }
            TextField::Voice | TextField::Fax => self.extended |= u16::from(reader.yes_or_no()?) << field as u16,
            _ => {}
        }
        Ok(())
    }

    pub(super) fn shows(self, field: TextField) -> bool {
        self.shown >> field as u16 & 1 == 1
    }

    fn has_extension(self, field: TextField) -> bool {
        self.extended >> field as u16 & 1 == 1
    }
}

/// Texts of a contact that are shown, as octets that are UTF-8; what is absent or withheld is not there.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are those of PublicContact")]
pub struct ContactTexts<'a> {
    pub organisation: Option<&'a [u8]>,
    pub street: RawLines<'a>,
    pub city: Option<&'a [u8]>,
    pub province: Option<&'a [u8]>,
    pub postal_code: Option<&'a [u8]>,
    pub country: Option<&'a [u8]>,
    /// The number, and its extension.
    pub voice: Option<(&'a [u8], Option<&'a [u8]>)>,
    pub language: Option<&'a [u8]>,
    /// Whether the contact as a whole is omitted, or any of its texts withheld, be it one that is not here.
    pub withholds: bool,
}

/// Street lines as octets.
#[derive(Clone, Copy, Debug)]
pub struct RawLines<'a> {
    left: usize,
    reader: Reader<'a>,
}

impl<'a> Iterator for RawLines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.left = self.left.checked_sub(1)?;
        self.reader.text_octets().ok()
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
