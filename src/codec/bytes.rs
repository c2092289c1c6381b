//! Numbers, texts and lists as bytes, and how reading them fails.
//!
//! Numbers are LEB128 varints in their shortest form, texts and lists are preceded by their length, an optional
//! value by 0 or 1, timestamps are microseconds since 1970 in zigzag form. Every length is held against the bytes
//! that are left before anything is allocated.

use std::fmt;

use super::packed::{Full, Shape, ShapeId, Shapes, ValueKind};
use crate::time::Timestamp;

/// Why bytes are not a record or a key. The texts name no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodecFault {
    /// The bytes end too early.
    Truncated,
    /// Something is left when the record is complete; the number of octets.
    Trailing(usize),
    /// More bytes than any record has.
    TooLong,
    /// Written by another version.
    Version(u8),
    /// The checksum does not match: the bytes were damaged.
    Checksum,
    /// A number outside what is known there.
    Number {
        /// Where it stands.
        what: &'static str,
        /// The number.
        number: u64,
    },
    /// A text that is not UTF-8.
    Text,
    /// A name that is not in canonical form.
    Name,
}

impl fmt::Display for CodecFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CodecFault::Truncated => f.write_str("the bytes end too early"),
            CodecFault::Trailing(octets) => write!(f, "{octets} octets are left after the record"),
            CodecFault::TooLong => f.write_str("there are more bytes than a record may have"),
            CodecFault::Version(version) => write!(f, "version {version} is not known here"),
            CodecFault::Checksum => f.write_str("the checksum does not match"),
            CodecFault::Number { what, number } => write!(f, "{number} is no valid {what}"),
            CodecFault::Text => f.write_str("a text is not UTF-8"),
            CodecFault::Name => f.write_str("a name is not in canonical form"),
        }
    }
}

impl std::error::Error for CodecFault {}

/// Collects bytes, in the form of the store or packed for memory ([`super::packed`]).
///
/// Packed, what a contact has in common with others goes its own way: between [`Writer::open_contact`] and
/// [`Writer::close_contact`], tags, counts and numbers are collected apart from values. Outside of contacts, and in the
/// form of the store, both follow each other as they come.
#[derive(Debug, Default)]
pub struct Writer<'s> {
    /// What was written; within a contact its values.
    bytes: Vec<u8>,
    /// Within a contact of a packed record.
    is_in_contact: bool,
    room: Room,
    /// The shapes of packed records.
    shapes: Option<&'s mut Shapes>,
    fault: Option<Full>,
}

/// Room for packing one record after another.
#[derive(Debug, Default)]
pub struct Room {
    /// The shape of the contact that is being written.
    shape: Vec<u8>,
    /// What kinds of values it has.
    kinds: Vec<ValueKind>,
    /// What was written before the contact; outside of contacts, room for values.
    other: Vec<u8>,
    /// The last packed record.
    packed: Vec<u8>,
}

impl<'s> Writer<'s> {
    /// A writer of a packed record, which takes its room from what another one needed.
    pub fn packing(shapes: &'s mut Shapes, room: &mut Room) -> Writer<'s> {
        let mut room = std::mem::take(room);
        let mut bytes = std::mem::take(&mut room.packed);
        bytes.clear();
        Writer { bytes, is_in_contact: false, room, shapes: Some(shapes), fault: None }
    }

    #[inline]
    pub fn octet(&mut self, octet: u8) {
        self.shape().push(octet);
    }

    #[inline]
    pub fn octets(&mut self, octets: &[u8]) {
        self.shape().extend_from_slice(octets);
    }

    #[inline]
    pub fn number(&mut self, number: u64) {
        push_number(self.shape(), number);
    }

    #[inline]
    pub fn length(&mut self, length: usize) {
        self.number(length as u64);
    }

    /// A text: a value.
    #[inline]
    pub fn text(&mut self, text: &str) {
        self.text_octets(text.as_bytes());
    }

    /// The octets of a text, which are UTF-8.
    #[inline]
    pub fn text_octets(&mut self, text: &[u8]) {
        self.value(ValueKind::Text);
        push_number(&mut self.bytes, text.len() as u64);
        self.bytes.extend_from_slice(text);
    }

    /// A moment: a value.
    pub fn moment(&mut self, moment: Timestamp) {
        let microseconds = moment.as_microsecond();
        let number = if self.shapes.is_some() { packed_moment(microseconds) } else { zigzag(microseconds) };
        self.value(ValueKind::Moment);
        push_number(&mut self.bytes, number);
    }

    /// Everything up to [`Writer::close_contact`] is a contact.
    pub fn open_contact(&mut self) {
        if self.shapes.is_some() {
            self.is_in_contact = true;
            self.room.shape.clear();
            self.room.kinds.clear();
            self.room.other.clear();
            std::mem::swap(&mut self.bytes, &mut self.room.other);
        }
    }

    /// Ends a contact: the number of its shape, and its values behind their length.
    pub fn close_contact(&mut self) {
        if let Some(shapes) = self.shapes.as_mut().filter(|_| self.is_in_contact) {
            self.is_in_contact = false;
            std::mem::swap(&mut self.bytes, &mut self.room.other);
            match shapes.number_of(&self.room.shape, &self.room.kinds) {
                Ok(id) => push_number(&mut self.bytes, u64::from(id.number())),
                Err(full) => self.fault = Some(full),
            }
            let values = &self.room.other;
            push_number(&mut self.bytes, values.len() as u64);
            self.bytes.extend_from_slice(values);
        }
    }

    /// What was written in the form of the store.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// What was packed, unless a shape had no place any more. The room goes on to the next record.
    pub fn finish_packed(self, room: &mut Room) -> Result<&[u8], Full> {
        *room = Room { packed: self.bytes, ..self.room };
        self.fault.map_or(Ok(&room.packed), Err)
    }

    #[inline]
    fn shape(&mut self) -> &mut Vec<u8> {
        if self.is_in_contact { &mut self.room.shape } else { &mut self.bytes }
    }

    #[inline]
    fn value(&mut self, kind: ValueKind) {
        if self.is_in_contact {
            self.room.kinds.push(kind);
        }
    }
}

#[inline]
fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

const MICROSECONDS: i64 = 1_000_000;

/// A moment in as few octets as may be: most are whole seconds. Twice the seconds, or twice the microseconds and one.
/// Moments are some 2^58 microseconds at most (`Timestamp::MAX`), so that nothing is lost by doubling.
fn packed_moment(microseconds: i64) -> u64 {
    match microseconds % MICROSECONDS {
        0 => zigzag(microseconds / MICROSECONDS) << 1,
        _ => zigzag(microseconds) << 1 | 1,
    }
}

/// The microseconds of a packed moment.
fn unpacked_moment(number: u64) -> Option<i64> {
    match number & 1 {
        0 => unzigzag(number >> 1).checked_mul(MICROSECONDS),
        _ => Some(unzigzag(number >> 1)).filter(|microseconds| microseconds % MICROSECONDS != 0),
    }
}

/// The moment of a number that a packed record has for it; `None` for a number that no writer makes.
pub fn moment_of(number: u64) -> Option<Timestamp> {
    unpacked_moment(number).and_then(|microseconds| Timestamp::from_microsecond(microseconds).ok())
}

/// Gives bytes out, never more than there are.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    /// The shapes of a packed record.
    shapes: Option<&'a Shapes>,
    /// Within a contact of a packed record: its shape, as far as it is not read yet, and what follows the contact.
    contact: Option<(&'a [u8], &'a [u8])>,
}

impl<'a> Reader<'a> {
    /// Reads bytes in the form of the store.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, shapes: None, contact: None }
    }

    /// Reads a packed record.
    pub fn packed(bytes: &'a [u8], shapes: &'a Shapes) -> Reader<'a> {
        Reader { bytes, shapes: Some(shapes), contact: None }
    }

    /// Reads the fields of a contact from its shape and its values.
    pub fn of_contact(shape: &'a Shape, values: &'a [u8]) -> Reader<'a> {
        Reader { bytes: values, shapes: None, contact: Some((shape.octets(), &[])) }
    }

    /// The bytes between here and where another reader of the same bytes got to.
    #[inline]
    pub fn until(&self, later: &Reader<'a>) -> &'a [u8] {
        let length = self.bytes.len().saturating_sub(later.bytes.len());
        self.bytes.get(..length).unwrap_or_default()
    }

    #[inline]
    pub fn octet(&mut self) -> Result<u8, CodecFault> {
        let (first, rest) = self.shape().split_first().ok_or(CodecFault::Truncated)?;
        *self.shape() = rest;
        Ok(*first)
    }

    #[inline]
    pub fn octets(&mut self, length: usize) -> Result<&'a [u8], CodecFault> {
        take(self.shape(), length)
    }

    /// Reads a varint; one that is longer than need be or does not fit 64 bits is a fault.
    #[inline]
    pub fn number(&mut self) -> Result<u64, CodecFault> {
        take_number(self.shape())
    }

    /// Reads the length of something whose parts take at least one octet each.
    #[inline]
    pub fn length(&mut self) -> Result<usize, CodecFault> {
        let length = usize::try_from(self.number()?).map_err(|_| CodecFault::Truncated)?;
        let left = self.bytes.len().saturating_add(self.contact.map_or(0, |(shape, _)| shape.len()));
        if length > left { Err(CodecFault::Truncated) } else { Ok(length) }
    }

    /// Reads a text.
    #[inline]
    pub fn text(&mut self) -> Result<&'a str, CodecFault> {
        std::str::from_utf8(self.text_octets()?).map_err(|_| CodecFault::Text)
    }

    /// Reads the octets of a text, which may be none.
    #[inline]
    pub fn text_octets(&mut self) -> Result<&'a [u8], CodecFault> {
        let length = usize::try_from(take_number(&mut self.bytes)?).map_err(|_| CodecFault::Truncated)?;
        take(&mut self.bytes, length)
    }

    /// Reads a moment.
    pub fn moment(&mut self) -> Result<Timestamp, CodecFault> {
        let number = take_number(&mut self.bytes)?;
        let is_packed = self.shapes.is_some() || self.contact.is_some();
        let microseconds = if is_packed { unpacked_moment(number) } else { Some(unzigzag(number)) };
        microseconds
            .and_then(|microseconds| Timestamp::from_microsecond(microseconds).ok())
            .ok_or(CodecFault::Number { what: "timestamp", number })
    }

    /// Reads over an optional moment of a packed record: its number, for [`moment_of`].
    #[inline]
    pub fn optional_moment(&mut self) -> Result<Option<u64>, CodecFault> {
        if bool::take(self)? { take_number(&mut self.bytes).map(Some) } else { Ok(None) }
    }

    /// Goes to the shape and the values of a contact, where the record is packed.
    pub fn open_contact(&mut self) -> Result<(), CodecFault> {
        if let Some(shapes) = self.shapes {
            let (_, shape, values) = self.contact_parts(shapes)?;
            self.contact = Some((shape.octets(), self.bytes));
            self.bytes = values;
        }
        Ok(())
    }

    /// Goes on behind the contact, of which nothing may be left.
    pub fn close_contact(&mut self) -> Result<(), CodecFault> {
        if let Some((shape, after)) = self.contact {
            let left = self.bytes.len().saturating_add(shape.len());
            if left > 0 {
                return Err(CodecFault::Trailing(left));
            }
            self.bytes = after;
            self.contact = None;
        }
        Ok(())
    }

    /// Reads over a contact of a packed record: its shape and its values.
    #[inline]
    pub fn contact_parts(&mut self, shapes: &'a Shapes) -> Result<(ShapeId, &'a Shape, &'a [u8]), CodecFault> {
        let number = take_number(&mut self.bytes)?;
        let unknown = CodecFault::Number { what: "shape", number };
        let id = u32::try_from(number).map(ShapeId::of).map_err(|_| unknown.clone())?;
        let shape = shapes.get(id).ok_or(unknown)?;
        Ok((id, shape, self.text_octets()?))
    }

    pub fn end(&self) -> Result<(), CodecFault> {
        if self.bytes.is_empty() { Ok(()) } else { Err(CodecFault::Trailing(self.bytes.len())) }
    }

    #[inline]
    fn shape(&mut self) -> &mut &'a [u8] {
        match &mut self.contact {
            Some((shape, _)) => shape,
            None => &mut self.bytes,
        }
    }
}

#[inline]
fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], CodecFault> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or(CodecFault::Truncated)?;
    *bytes = rest;
    Ok(taken)
}

#[inline]
fn take_number(bytes: &mut &[u8]) -> Result<u64, CodecFault> {
    // Most are short.
    if let [octet @ 0..0x80, rest @ ..] = *bytes {
        *bytes = rest;
        return Ok(u64::from(*octet));
    }
    take_long_number(bytes)
}

fn take_long_number(bytes: &mut &[u8]) -> Result<u64, CodecFault> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (octet, rest) = bytes.split_first().ok_or(CodecFault::Truncated)?;
        *bytes = rest;
        let bits = u64::from(octet & 0x7f);
        let overflows = shift == 63 && *octet > 1;
        let padded = shift > 0 && *octet == 0;
        if overflows || padded {
            return Err(CodecFault::Number { what: "number", number: u64::from(*octet) });
        }
        number |= bits << shift;
        if *octet < 0x80 {
            return Ok(number);
        }
    }
    Err(CodecFault::Number { what: "number", number })
}

/// A value that can be written.
pub trait Put {
    /// Writes it.
    fn put(&self, writer: &mut Writer<'_>);
}

/// A value that can be read, owned or borrowed from what it is read from. What [`Put::put`] wrote is read as an equal
/// value, and nothing else is read.
pub trait Take<'a>: Sized {
    /// Reads it.
    fn take(reader: &mut Reader<'a>) -> Result<Self, CodecFault>;
}

/// A value that goes from one form into another without being built.
pub trait Carry {
    /// Reads it, checks all that [`Take::take`] checks of the owned value, and writes it.
    fn carry(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), CodecFault>;
}

/// For values that are cheap to build.
macro_rules! carried_by_value {
    ($($type:ty),+ $(,)?) => { $(
        impl Carry for $type {
            fn carry(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), CodecFault> {
                <$type as Take>::take(reader)?.put(writer);
                Ok(())
            }
        }
    )+ };
}
pub(super) use carried_by_value;
carried_by_value!(u8, u16, u32, bool, Timestamp);

impl Carry for String {
    fn carry(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), CodecFault> {
        writer.text(reader.text()?);
        Ok(())
    }
}

impl<T: Carry> Carry for Option<T> {
    fn carry(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), CodecFault> {
        let is_some = bool::take(reader)?;
        is_some.put(writer);
        if is_some { T::carry(reader, writer) } else { Ok(()) }
    }
}

impl<T: Carry> Carry for Vec<T> {
    fn carry(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), CodecFault> {
        let length = reader.length()?;
        writer.length(length);
        (0..length).try_for_each(|_| T::carry(reader, writer))
    }
}

impl Put for u8 {
    fn put(&self, writer: &mut Writer<'_>) {
        writer.octet(*self);
    }
}

impl Take<'_> for u8 {
    fn take(reader: &mut Reader<'_>) -> Result<u8, CodecFault> {
        reader.octet()
    }
}

macro_rules! varint {
    ($($type:ty),+) => { $(
        impl Put for $type {
            fn put(&self, writer: &mut Writer<'_>) {
                writer.number(u64::from(*self));
            }
        }

        impl Take<'_> for $type {
            fn take(reader: &mut Reader<'_>) -> Result<$type, CodecFault> {
                let number = reader.number()?;
                <$type>::try_from(number).map_err(|_| CodecFault::Number { what: stringify!($type), number })
            }
        }
    )+ };
}
varint!(u16, u32);

impl Put for bool {
    fn put(&self, writer: &mut Writer<'_>) {
        writer.octet(u8::from(*self));
    }
}

impl Take<'_> for bool {
    fn take(reader: &mut Reader<'_>) -> Result<bool, CodecFault> {
        match reader.octet()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(CodecFault::Number { what: "yes or no", number: u64::from(other) }),
        }
    }
}

impl Put for String {
    fn put(&self, writer: &mut Writer<'_>) {
        writer.text(self);
    }
}

impl<'a> Take<'a> for &'a str {
    fn take(reader: &mut Reader<'a>) -> Result<&'a str, CodecFault> {
        reader.text()
    }
}

impl Take<'_> for String {
    fn take(reader: &mut Reader<'_>) -> Result<String, CodecFault> {
        reader.text().map(str::to_owned)
    }
}

impl Put for Timestamp {
    fn put(&self, writer: &mut Writer<'_>) {
        writer.moment(*self);
    }
}

impl Take<'_> for Timestamp {
    fn take(reader: &mut Reader<'_>) -> Result<Timestamp, CodecFault> {
        reader.moment()
    }
}

impl<T: Put> Put for Option<T> {
    fn put(&self, writer: &mut Writer<'_>) {
        self.is_some().put(writer);
        if let Some(value) = self {
            value.put(writer);
        }
    }
}

impl<'a, T: Take<'a>> Take<'a> for Option<T> {
    fn take(reader: &mut Reader<'a>) -> Result<Option<T>, CodecFault> {
        if bool::take(reader)? { T::take(reader).map(Some) } else { Ok(None) }
    }
}

impl<T: Put> Put for Vec<T> {
    fn put(&self, writer: &mut Writer<'_>) {
        writer.length(self.len());
        for value in self {
            value.put(writer);
        }
    }
}

impl<'a, T: Take<'a>> Take<'a> for Vec<T> {
    fn take(reader: &mut Reader<'a>) -> Result<Vec<T>, CodecFault> {
        let length = reader.length()?;
        // Grown as the values come: a false length costs no memory.
        let mut values = Vec::new();
        for _ in 0..length {
            values.push(T::take(reader)?);
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written<T: Put>(value: &T) -> Vec<u8> {
        let mut writer = Writer::default();
        value.put(&mut writer);
        writer.finish()
    }

    fn read<T: for<'a> Take<'a>>(bytes: &[u8]) -> Result<T, CodecFault> {
        let mut reader = Reader::new(bytes);
        let value = T::take(&mut reader)?;
        reader.end()?;
        Ok(value)
    }

    #[test]
    fn numbers_are_read_in_their_shortest_form_only() {
        assert_eq!(written(&300u32), [0xac, 0x02]);
        assert_eq!(read::<u32>(&[0xac, 0x02]), Ok(300));
        assert!(read::<u32>(&[0xac, 0x82, 0x00]).is_err(), "padded");
        assert!(read::<u16>(&written(&65_536u32)).is_err(), "too large for its place");
        assert!(Reader::new(&[0xff; 11]).number().is_err(), "does not end");
        assert_eq!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]).number(), Ok(u64::MAX));
        assert!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]).number().is_err());
    }

    #[test]
    fn a_length_beyond_the_bytes_is_refused_before_anything_is_read() {
        assert_eq!(read::<String>(&[0xff, 0xff, 0xff, 0x7f, b'a']), Err(CodecFault::Truncated));
        assert_eq!(read::<Vec<u32>>(&[0xff, 0xff, 0xff, 0x7f, 1]), Err(CodecFault::Truncated));
    }

    proptest! {
        #[test]
        fn values_come_back(number in any::<u32>(), text in "\\PC{0,40}", micros in -300_000_000_000_000i64..200_000_000_000_000_000, list in proptest::collection::vec(any::<Option<u16>>(), 0..9)) {
            prop_assert_eq!(read::<u32>(&written(&number)), Ok(number));
            prop_assert_eq!(read::<String>(&written(&text)), Ok(text));
            let moment = Timestamp::from_microsecond(micros).unwrap();
            prop_assert_eq!(read::<Timestamp>(&written(&moment)), Ok(moment));
            prop_assert_eq!(unpacked_moment(packed_moment(micros)), Some(micros));
            let whole = micros / MICROSECONDS * MICROSECONDS;
            prop_assert_eq!(unpacked_moment(packed_moment(whole)), Some(whole));
            prop_assert_eq!(read::<Vec<Option<u16>>>(&written(&list)), Ok(list));
        }

        #[test]
        fn whatever_is_read_writes_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..24)) {
            if let Ok(value) = read::<Timestamp>(&bytes) { prop_assert_eq!(&written(&value), &bytes); }
            if let Ok(value) = read::<Vec<Option<String>>>(&bytes) { prop_assert_eq!(&written(&value), &bytes); }
        }
    }
}
