//! Numbers, texts and lists as bytes, and how reading them fails.
//!
//! Numbers are LEB128 varints in their shortest form, texts and lists are preceded by their length, an optional
//! value by 0 or 1, timestamps are microseconds since 1970 in zigzag form. Every length is held against the bytes
//! that are left before anything is allocated.

use std::fmt;

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

/// Collects bytes.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    pub fn octet(&mut self, octet: u8) {
        self.0.push(octet);
    }

    pub fn octets(&mut self, octets: &[u8]) {
        self.0.extend_from_slice(octets);
    }

    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub fn length(&mut self, length: usize) {
        self.number(length as u64);
    }

    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Gives bytes out, never more than there are.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader(bytes)
    }

    pub fn octet(&mut self) -> Result<u8, CodecFault> {
        let (first, rest) = self.0.split_first().ok_or(CodecFault::Truncated)?;
        self.0 = rest;
        Ok(*first)
    }

    pub fn octets(&mut self, length: usize) -> Result<&'a [u8], CodecFault> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(CodecFault::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    /// Reads a varint; one that is longer than need be or does not fit 64 bits is a fault.
    pub fn number(&mut self) -> Result<u64, CodecFault> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let octet = self.octet()?;
            let bits = u64::from(octet & 0x7f);
            let overflows = shift == 63 && octet > 1;
            let padded = shift > 0 && octet == 0;
            if overflows || padded {
                return Err(CodecFault::Number { what: "number", number: u64::from(octet) });
            }
            number |= bits << shift;
            if octet < 0x80 {
                return Ok(number);
            }
        }
        Err(CodecFault::Number { what: "number", number })
    }

    /// Reads the length of something whose parts take at least one octet each.
    pub fn length(&mut self) -> Result<usize, CodecFault> {
        let length = usize::try_from(self.number()?).map_err(|_| CodecFault::Truncated)?;
        if length > self.0.len() { Err(CodecFault::Truncated) } else { Ok(length) }
    }

    pub fn end(&self) -> Result<(), CodecFault> {
        if self.0.is_empty() { Ok(()) } else { Err(CodecFault::Trailing(self.0.len())) }
    }
}

/// A value with a form in bytes. What `put` wrote, `take` reads as an equal value, and it reads nothing else.
pub trait Wire: Sized {
    fn put(&self, writer: &mut Writer);
    fn take(reader: &mut Reader<'_>) -> Result<Self, CodecFault>;
}

impl Wire for u8 {
    fn put(&self, writer: &mut Writer) {
        writer.octet(*self);
    }

    fn take(reader: &mut Reader<'_>) -> Result<u8, CodecFault> {
        reader.octet()
    }
}

macro_rules! varint {
    ($($type:ty),+) => { $(
        impl Wire for $type {
            fn put(&self, writer: &mut Writer) {
                writer.number(u64::from(*self));
            }

            fn take(reader: &mut Reader<'_>) -> Result<$type, CodecFault> {
                let number = reader.number()?;
                <$type>::try_from(number).map_err(|_| CodecFault::Number { what: stringify!($type), number })
            }
        }
    )+ };
}
varint!(u16, u32);

impl Wire for bool {
    fn put(&self, writer: &mut Writer) {
        writer.octet(u8::from(*self));
    }

    fn take(reader: &mut Reader<'_>) -> Result<bool, CodecFault> {
        match reader.octet()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(CodecFault::Number { what: "yes or no", number: u64::from(other) }),
        }
    }
}

impl Wire for String {
    fn put(&self, writer: &mut Writer) {
        writer.length(self.len());
        writer.octets(self.as_bytes());
    }

    fn take(reader: &mut Reader<'_>) -> Result<String, CodecFault> {
        let length = reader.length()?;
        let text = std::str::from_utf8(reader.octets(length)?).map_err(|_| CodecFault::Text)?;
        Ok(text.to_owned())
    }
}

impl Wire for Timestamp {
    fn put(&self, writer: &mut Writer) {
        let microseconds = self.as_microsecond();
        writer.number(((microseconds << 1) ^ (microseconds >> 63)) as u64);
    }

    fn take(reader: &mut Reader<'_>) -> Result<Timestamp, CodecFault> {
        let number = reader.number()?;
        let microseconds = (number >> 1) as i64 ^ -((number & 1) as i64);
        Timestamp::from_microsecond(microseconds).map_err(|_| CodecFault::Number { what: "timestamp", number })
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, writer: &mut Writer) {
        self.is_some().put(writer);
        if let Some(value) = self {
            value.put(writer);
        }
    }

    fn take(reader: &mut Reader<'_>) -> Result<Option<T>, CodecFault> {
        if bool::take(reader)? { T::take(reader).map(Some) } else { Ok(None) }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, writer: &mut Writer) {
        writer.length(self.len());
        for value in self {
            value.put(writer);
        }
    }

    fn take(reader: &mut Reader<'_>) -> Result<Vec<T>, CodecFault> {
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

    fn written<T: Wire>(value: &T) -> Vec<u8> {
        let mut writer = Writer::default();
        value.put(&mut writer);
        writer.finish()
    }

    fn read<T: Wire>(bytes: &[u8]) -> Result<T, CodecFault> {
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
            prop_assert_eq!(read::<Vec<Option<u16>>>(&written(&list)), Ok(list));
        }

        #[test]
        fn whatever_is_read_writes_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..24)) {
            if let Ok(value) = read::<Timestamp>(&bytes) { prop_assert_eq!(&written(&value), &bytes); }
            if let Ok(value) = read::<Vec<Option<String>>>(&bytes) { prop_assert_eq!(&written(&value), &bytes); }
        }
    }
}
