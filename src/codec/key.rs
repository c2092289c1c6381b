//! Keys of records, and one entry of a generation.

use super::CodecFault;
use crate::disclosure::record::PublicRecord;
use crate::model::name::Name;

/// Longest text of a registrar's key, in octets.
pub const REGISTRAR_KEY_OCTETS_MAX: usize = 255;

pub(super) const DOMAIN: u8 = 1;
pub(super) const HOST: u8 = 2;
pub(super) const REGISTRAR: u8 = 3;
pub(super) const NNDN: u8 = 4;

/// What names a record in a generation. Keys are ordered like their bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKey {
    /// A domain.
    Domain(Name),
    /// A host.
    Host(Name),
    /// A registrar, by its identifier in the registry.
    Registrar(String),
    /// A name that is neither registered nor free.
    Nndn(Name),
}

impl RecordKey {
    /// The key of a record.
    pub fn of(record: &PublicRecord) -> RecordKey {
        match record {
            PublicRecord::Domain(domain) => RecordKey::Domain(domain.name.clone()),
            PublicRecord::Host(host) => RecordKey::Host(host.name.clone()),
            PublicRecord::Registrar(registrar) => RecordKey::Registrar(registrar.id.clone()),
            PublicRecord::Nndn(nndn) => RecordKey::Nndn(nndn.name.clone()),
        }
    }

    /// The key's bytes: one for the class, then the text.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (class, text) = match self {
            RecordKey::Domain(name) => (DOMAIN, name.as_str()),
            RecordKey::Host(name) => (HOST, name.as_str()),
            RecordKey::Registrar(id) => (REGISTRAR, id.as_str()),
            RecordKey::Nndn(name) => (NNDN, name.as_str()),
        };
        let mut bytes = Vec::with_capacity(1 + text.len());
        bytes.push(class);
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }

    /// Reads what [`RecordKey::to_bytes`] wrote; a fault for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<RecordKey, CodecFault> {
        let (class, text) = bytes.split_first().ok_or(CodecFault::Truncated)?;
        let text = std::str::from_utf8(text).map_err(|_| CodecFault::Text)?;
        match *class {
            DOMAIN => canonical_name(text).map(RecordKey::Domain),
            HOST => canonical_name(text).map(RecordKey::Host),
            REGISTRAR if text.is_empty() => Err(CodecFault::Truncated),
            REGISTRAR if text.len() > REGISTRAR_KEY_OCTETS_MAX => Err(CodecFault::TooLong),
            REGISTRAR => Ok(RecordKey::Registrar(text.to_owned())),
            NNDN => canonical_name(text).map(RecordKey::Nndn),
            other => Err(CodecFault::Number { what: "class of a key", number: u64::from(other) }),
        }
    }
}

/// Reads a name that must stand in its canonical form.
pub(super) fn canonical_name(text: &str) -> Result<Name, CodecFault> {
    Name::parse(text).ok().filter(|name| name.as_str() == text).ok_or(CodecFault::Name)
}

/// One entry of a base or delta generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// This record is there now, in place of any other of the same key.
    Put {
        /// Its key.
        key: RecordKey,
        /// What [`super::encode`] made of it.
        value: &'a [u8],
    },
    /// There is no record of this key any more.
    Remove {
        /// The key.
        key: RecordKey,
    },
}

impl Change<'_> {
    /// The key that the entry is about.
    pub fn key(&self) -> &RecordKey {
        match self {
            Change::Put { key, .. } | Change::Remove { key } => key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    #[test]
    fn keys_have_these_bytes_and_read_back() {
        let keys = [
            (RecordKey::Domain(name("bedrijf.be")), &b"\x01bedrijf.be"[..]),
            (RecordKey::Host(name("ns1.bedrijf.be")), b"\x02ns1.bedrijf.be"),
            (RecordKey::Registrar("R-77".to_owned()), b"\x03R-77"),
            (RecordKey::Nndn(name("be.be")), b"\x04be.be"),
        ];
        for (key, bytes) in &keys {
            assert_eq!(key.to_bytes(), *bytes);
            assert_eq!(RecordKey::from_bytes(bytes), Ok(key.clone()));
        }
        assert!(keys.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1), "keys are ordered like their bytes");
    }

    #[test]
    fn other_bytes_are_not_keys() {
        assert_eq!(RecordKey::from_bytes(b""), Err(CodecFault::Truncated));
        assert_eq!(RecordKey::from_bytes(b"\x03"), Err(CodecFault::Truncated));
        assert_eq!(RecordKey::from_bytes(b"\x01BEDRIJF.be"), Err(CodecFault::Name));
        assert_eq!(RecordKey::from_bytes(b"\x01bedrijf.be."), Err(CodecFault::Name));
        assert_eq!(RecordKey::from_bytes(b"\x03\xff"), Err(CodecFault::Text));
        assert!(matches!(RecordKey::from_bytes(b"\x05a.be"), Err(CodecFault::Number { number: 5, .. })));
    }

    proptest! {
        #[test]
        fn a_key_that_is_read_writes_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..40), class in 0u8..6) {
            let mut bytes = bytes;
            bytes.insert(0, class);
            if let Ok(key) = RecordKey::from_bytes(&bytes) {
                prop_assert_eq!(key.to_bytes(), bytes);
            }
        }
    }
}
