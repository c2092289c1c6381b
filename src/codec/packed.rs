//! Records as they stand in memory: what contacts have in common is held once, and a domain is read in place.
//!
//! A packed record has the fields of the store's form in the same order (`v1`), with two differences. The fields of a
//! contact are taken apart: tags, clauses, reasons and counts make its [`Shape`], which many contacts share and which
//! stands in the record as a number; what is left are its values, in order, behind their length in octets. And moments
//! take five octets where they are whole seconds. Packed records have neither version nor checksum: they never leave
//! the process, and are read with the [`Shapes`] that they were packed with.
//!
//! A packed record begins with its key: see [`PackedKey`].
//!
//! - `shapes`: what contacts have in common
//! - `contact`: a contact, read in place
//! - `domain`: a domain, read in place

mod contact;
mod domain;
mod shapes;
#[cfg(test)]
mod tests;

pub use super::bytes::PackedMoment;
pub use contact::{
    ContactFields, ContactTexts, PackedContact, PackedContacts, PackedPhone, PackedValue, RawLines, RawValue,
    StreetLines,
};
pub use domain::{PackedDelegation, PackedDomain, RawDelegation, RawDomain};
pub(super) use shapes::ValueKind;
pub use shapes::{Full, SHAPES_MAX, Shape, ShapeId, Shapes};

use std::net::IpAddr;

use super::CodecFault;
use super::bytes::{Reader, Room, Walk, Writer};
use super::key::{DOMAIN, HOST, NNDN, REGISTRAR, RecordKey};
use super::wire::{Carry, Put, Take};
use crate::disclosure::record::{Disclosed, PublicRecord};
use crate::model::name::{Addresses, Name};

/// Packs a record. Shapes that are new are added to `shapes`. Timestamps keep microseconds.
///
/// # Errors
/// There are too many shapes already. Those that came before the one too many were added.
pub fn pack(record: &PublicRecord, shapes: &mut Shapes) -> Result<Vec<u8>, Full> {
    let mut writer = Writer::packing(shapes, &mut Room::default());
    record.put(&mut writer);
    writer.finish_packed(&mut Room::default()).map(<[u8]>::to_vec)
}

/// Packs one record after another, into the same room.
#[derive(Debug, Default)]
pub struct Packer(Room);

impl Packer {
    /// Packs what [`super::encode`] wrote, checked as [`super::decode`] checks it, but without building a record.
    ///
    /// # Errors
    /// Those of [`super::decode`]; [`CodecFault::TooLong`] where there are too many shapes already.
    pub fn repack(&mut self, value: &[u8], shapes: &mut Shapes) -> Result<&[u8], CodecFault> {
        let mut reader = Reader::new(super::body(value)?);
        let mut writer = Writer::packing(shapes, &mut self.0);
        PublicRecord::carry(&mut reader, &mut writer)?;
        reader.end()?;
        writer.finish_packed(&mut self.0).map_err(|Full| CodecFault::TooLong)
    }
}

/// Reads what [`pack`] wrote, with the shapes that it was packed with or a later copy of them.
///
/// # Errors
/// Other octets, or other shapes. With other shapes it may also be another record.
pub fn unpack(octets: &[u8], shapes: &Shapes) -> Result<PublicRecord, CodecFault> {
    let mut reader = Reader::packed(octets, shapes);
    let record = PublicRecord::take(&mut reader)?;
    reader.end()?;
    Ok(record)
}

/// Longest text of a key, in octets: that of a registrar. Names are shorter.
const KEY_TEXT_OCTETS_MAX: usize = super::key::REGISTRAR_KEY_OCTETS_MAX;

/// The octets with which a packed record of some class and name begins, and no other does: class, length and text.
/// They stand in place, without an allocation.
#[derive(Clone, Copy, Debug)]
pub struct PackedKey {
    octets: [u8; KEY_TEXT_OCTETS_MAX + 3],
    length: usize,
}

impl PackedKey {
    /// The key of a domain.
    pub fn domain(name: &Name) -> PackedKey {
        PackedKey::new(DOMAIN, name.as_str().as_bytes()).unwrap_or(PackedKey::NONE)
    }

    /// The key of a host, by the octets of its name in canonical form; `None` for a text longer than any name.
    pub fn host(name: &[u8]) -> Option<PackedKey> {
        PackedKey::new(HOST, name)
    }

    /// The key of a record; `None` where its text is longer than 255 octets.
    pub fn of(key: &RecordKey) -> Option<PackedKey> {
        match key {
            RecordKey::Domain(name) => PackedKey::new(DOMAIN, name.as_str().as_bytes()),
            RecordKey::Host(name) => PackedKey::new(HOST, name.as_str().as_bytes()),
            RecordKey::Registrar(id) => PackedKey::new(REGISTRAR, id.as_bytes()),
            RecordKey::Nndn(name) => PackedKey::new(NNDN, name.as_str().as_bytes()),
        }
    }

    /// Its octets.
    pub fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }

    /// The key of nothing.
    const NONE: PackedKey = PackedKey { octets: [0; KEY_TEXT_OCTETS_MAX + 3], length: 0 };

    fn new(class: u8, text: &[u8]) -> Option<PackedKey> {
        let mut key = PackedKey::NONE;
        let length = u8::try_from(text.len()).ok()?;
        // The length as the writer writes it: in one octet below 128, else in two.
        let head = [class, length | 0x80, 1];
        let head = if length < 0x80 { &[class, length][..] } else { &head };
        key.length = head.len().checked_add(text.len())?;
        key.octets.get_mut(..head.len())?.copy_from_slice(head);
        key.octets.get_mut(head.len()..key.length)?.copy_from_slice(text);
        Some(key)
    }
}

/// The key with which a packed record begins; empty where it begins with none.
pub fn key_of(octets: &[u8]) -> &[u8] {
    let mut reader = Reader::new(octets);
    let start = reader;
    match reader.octet().and_then(|_| reader.text_octets()) {
        Ok(_) => start.until(&reader),
        Err(_) => &[],
    }
}

/// The text of a packed key: a name in canonical form, or the identifier of a registrar.
pub fn key_text(key: &[u8]) -> &str {
    let mut reader = Reader::new(key);
    reader.octet().and_then(|_| reader.text()).unwrap_or_default()
}

/// A packed record, read in place as far as an index needs it.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant, reason = "most records are domains, the largest; it lives on the stack")]
pub enum PackedRecord<'a> {
    /// A domain.
    Domain(PackedDomain<'a>),
    /// A host.
    Host(PackedHost<'a>),
    /// The contacts of a registrar.
    Registrar(PackedContacts<'a>),
    /// A name that is neither registered nor free.
    Nndn,
}

impl<'a> PackedRecord<'a> {
    /// Reads what [`pack`] wrote.
    ///
    /// # Errors
    /// The octets are not those of a record that was packed with these shapes, as far as they are looked at.
    pub fn read(octets: &'a [u8], shapes: &'a Shapes) -> Result<PackedRecord<'a>, CodecFault> {
        match octets.first() {
            Some(&DOMAIN) => PackedDomain::read(octets, shapes).map(PackedRecord::Domain),
            Some(&HOST) => PackedHost::read(octets).map(PackedRecord::Host),
            Some(&REGISTRAR) => registrar_contacts(octets, shapes).map(PackedRecord::Registrar),
            Some(&NNDN) => Ok(PackedRecord::Nndn),
            Some(&other) => Err(CodecFault::Number { what: "class of a record", number: u64::from(other) }),
            None => Err(CodecFault::Truncated),
        }
    }

    /// Its contacts: a domain's registrant first, then the others in their order.
    pub fn contacts(&self) -> impl Iterator<Item = PackedContact<'a>> + Clone + use<'a> {
        let (registrant, others) = match self {
            PackedRecord::Domain(domain) => (domain.registrant(), Some(domain.contacts())),
            PackedRecord::Registrar(contacts) => (None, Some(*contacts)),
            PackedRecord::Host(_) | PackedRecord::Nndn => (None, None),
        };
        registrant.into_iter().chain(others.into_iter().flatten())
    }
}

/// What of a host an index needs.
#[derive(Clone, Copy, Debug)]
pub struct PackedHost<'a> {
    registrar: Option<&'a [u8]>,
    v4: &'a [[u8; 4]],
    v6: &'a [[u8; 16]],
}

impl<'a> PackedHost<'a> {
    /// Reads a packed host.
    ///
    /// # Errors
    /// The octets are not those of a host, as far as they are looked at.
    pub fn read(octets: &'a [u8]) -> Result<PackedHost<'a>, CodecFault> {
        let walk = &mut Walk::new(octets);
        match walk.octet().ok_or(CodecFault::Truncated)? {
            HOST => PackedHost::behind_class(walk).ok_or(CodecFault::Truncated),
            other => Err(CodecFault::Number { what: "class of a host", number: u64::from(other) }),
        }
    }

    fn behind_class(walk: &mut Walk<'a>) -> Option<PackedHost<'a>> {
        // Name; repository object identifier; statuses.
        walk.text()?;
        walk.optional_text()?;
        walk.text()?;
        Some(PackedHost { v4: walk.chunks()?, v6: walk.chunks()?, registrar: walk.optional_text()? })
    }

    /// Identifier of the managing registrar.
    pub fn registrar(&self) -> Option<&'a str> {
        self.registrar.and_then(|id| std::str::from_utf8(id).ok())
    }

    /// Its IPv4 addresses where they stand, in network order.
    pub fn v4(&self) -> &'a [[u8; 4]] {
        self.v4
    }

    /// Its IPv6 addresses where they stand, in network order.
    pub fn v6(&self) -> &'a [[u8; 16]] {
        self.v6
    }

    /// Its addresses, in the order of the record.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + use<'a> {
        each_address(self.v4, self.v6)
    }

    /// Its addresses, owned. Nothing is allocated where there is none.
    pub fn to_addresses(&self) -> Addresses {
        to_addresses(self.v4, self.v6)
    }
}

fn each_address<'a>(v4: &'a [[u8; 4]], v6: &'a [[u8; 16]]) -> impl Iterator<Item = IpAddr> + use<'a> {
    let v4 = v4.iter().map(|octets| IpAddr::from(*octets));
    v4.chain(v6.iter().map(|octets| IpAddr::from(*octets)))
}

fn to_addresses(v4: &[[u8; 4]], v6: &[[u8; 16]]) -> Addresses {
    Addresses {
        v4: v4.iter().map(|octets| (*octets).into()).collect(),
        v6: v6.iter().map(|octets| (*octets).into()).collect(),
    }
}

/// The contacts of a packed registrar. They stand behind most of its fields: see the list in `v1`.
fn registrar_contacts<'a>(octets: &'a [u8], shapes: &'a Shapes) -> Result<PackedContacts<'a>, CodecFault> {
    type Texts<'a> = Disclosed<&'a str>;
    type Number<'a> = Disclosed<PackedPhone<'a>>;
    let reader = &mut Reader::packed(octets, shapes);
    reader.octet()?;
    // Identifier; status; IANA id.
    reader.text_octets()?;
    reader.octet()?;
    <Disclosed<u32> as Take>::take(reader)?;
    // Name; street; city, province, postal code, country.
    Texts::take(reader)?;
    <Disclosed<StreetLines<'_>> as Take>::take(reader)?;
    (0..4).try_for_each(|_| Texts::take(reader).map(drop))?;
    // Voice, fax; e-mail, website, mailbox for abuse; voice for abuse.
    (0..2).try_for_each(|_| Number::take(reader).map(drop))?;
    (0..3).try_for_each(|_| Texts::take(reader).map(drop))?;
    Number::take(reader)?;
    // Base of RDAP.
    <Option<&str> as Take>::take(reader)?;
    PackedContacts::read(reader.length()?, reader, shapes)
}
