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

/// A moment as a packed record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedMoment(u64);

impl PackedMoment {
    /// The moment; `None` for a number that no writer makes.
    pub fn timestamp(self) -> Option<Timestamp> {
        unpacked_moment(self.0).and_then(|microseconds| Timestamp::from_microsecond(microseconds).ok())
    }

    /// The seconds since 1970, where the moment is a whole second of 1970 or later, as nearly all are.
    pub fn whole_seconds(self) -> Option<u64> {
        // Such a moment is four times its seconds: neither a mark of microseconds nor a sign is set.
        let seconds = self.0 >> 2;
        (self.0 & 0b11 == 0 && seconds <= SECONDS_MAX).then_some(seconds)
    }
}

/// The last whole second that is a moment: that of `Timestamp::MAX`.
const SECONDS_MAX: u64 = 253_402_207_200;

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

    /// Reads an octet that says 0 for no or 1 for yes.
    pub fn yes_or_no(&mut self) -> Result<bool, CodecFault> {
        match self.octet()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(CodecFault::Number { what: "yes or no", number: u64::from(other) }),
        }
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

/// Goes over the octets of a packed record outside of contacts, and says only whether they are there. It finds places
/// in less than half the instructions of a [`Reader`], which tells what is wrong.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a>(&'a [u8]);

impl<'a> Walk<'a> {
    /// Begins with these octets.
    pub fn new(octets: &'a [u8]) -> Walk<'a> {
        Walk(octets)
    }

    /// Goes on where a reader got to.
    pub fn behind(reader: &Reader<'a>) -> Walk<'a> {
        Walk(reader.bytes)
    }

    /// A reader of what is left.
    pub fn reader(self, shapes: &'a Shapes) -> Reader<'a> {
        Reader::packed(self.0, shapes)
    }

    /// The octets between here and where another walk over the same got to.
    #[inline]
    pub fn until(self, later: Walk<'a>) -> &'a [u8] {
        let length = self.0.len().saturating_sub(later.0.len());
        self.0.get(..length).unwrap_or_default()
    }

    /// One octet.
    #[inline]
    pub fn octet(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// So many octets.
    #[inline]
    pub fn octets(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number, as [`Reader::number`] reads it.
    #[inline]
    pub fn number(&mut self) -> Option<u64> {
        take_number(&mut self.0).ok()
    }

    /// The octets of a text, or of a list whose parts take an octet each.
    #[inline]
    pub fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.octets(length)
    }

    /// A list of parts of a fixed size.
    #[inline]
    pub fn chunks<const OCTETS: usize>(&mut self) -> Option<&'a [[u8; OCTETS]]> {
        let octets = usize::try_from(self.number()?).ok()?.checked_mul(OCTETS)?;
        Some(self.octets(octets)?.as_chunks().0)
    }

    /// Yes or no.
    #[inline]
    pub fn yes_or_no(&mut self) -> Option<bool> {
        match self.octet()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// A moment, where there is one: the outer option says whether the octets are there.
    #[inline]
    pub fn optional_moment(&mut self) -> Option<Option<PackedMoment>> {
        if self.yes_or_no()? { self.number().map(|number| Some(PackedMoment(number))) } else { Some(None) }
    }

    /// The octets of a text, where there is one.
    #[inline]
    pub fn optional_text(&mut self) -> Option<Option<&'a [u8]>> {
        if self.yes_or_no()? { self.text().map(Some) } else { Some(None) }
    }

    /// True when nothing is left.
    pub fn is_over(self) -> bool {
        self.0.is_empty()
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_whole_second_is_a_moment_as_long_as_there_are_any() {
        for seconds in [0, 1, SECONDS_MAX - 1, SECONDS_MAX, SECONDS_MAX + 1] {
            let moment = PackedMoment(seconds << 2);
            let at = moment.timestamp();
            assert_eq!(moment.whole_seconds(), at.map(|at| at.as_second().unsigned_abs()));
            assert_eq!(at.is_some(), seconds <= SECONDS_MAX);
        }
    }

    proptest! {
        #[test]
        fn packed_moments_come_back(micros in -300_000_000_000_000i64..200_000_000_000_000_000) {
            let whole = micros / MICROSECONDS * MICROSECONDS;
            for moment in [micros, whole] {
                let packed = packed_moment(moment);
                prop_assert_eq!(unpacked_moment(packed), Some(moment));
                let seconds = u64::try_from(moment / MICROSECONDS).ok().filter(|_| moment % MICROSECONDS == 0);
                prop_assert_eq!(PackedMoment(packed).whole_seconds(), seconds.filter(|_| moment >= 0));
            }
        }
    }
}
