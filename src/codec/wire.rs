//! Values as bytes: written, read, and carried from one form into another.

use super::bytes::{CodecFault, Reader, Writer};
use crate::time::Timestamp;

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
        reader.yes_or_no()
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
            prop_assert_eq!(read::<Vec<Option<u16>>>(&written(&list)), Ok(list));
        }

        #[test]
        fn whatever_is_read_writes_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..24)) {
            if let Ok(value) = read::<Timestamp>(&bytes) { prop_assert_eq!(&written(&value), &bytes); }
            if let Ok(value) = read::<Vec<Option<String>>>(&bytes) { prop_assert_eq!(&written(&value), &bytes); }
        }
    }
}
