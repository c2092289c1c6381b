//! Keys and records of the vault.

use super::VaultFault;
use crate::model::object::Class;

/// The key of a record: a byte for the class, then the name or, for a contact, an HMAC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(Box<[u8]>);

/// The byte with which the keys of a class begin.
pub(super) fn class_byte(class: Class) -> u8 {
    match class {
        Class::Domain => b'd',
        Class::Host => b'h',
        Class::Contact => b'c',
        Class::Registrar => b'r',
        Class::IdnTable => b'i',
        Class::Nndn => b'n',
    }
}

impl RecordId {
    pub(super) fn new(class: Class, name: &[u8]) -> RecordId {
        let mut bytes = Vec::with_capacity(1 + name.len());
        bytes.push(class_byte(class));
        bytes.extend_from_slice(name);
        RecordId(bytes.into_boxed_slice())
    }

    pub(super) fn from_key(key: &[u8]) -> RecordId {
        RecordId(key.into())
    }

    /// A target that is no record: hosts link to it so that they are found by their repository object identifier.
    pub fn host_roid(roid: &str) -> RecordId {
        let mut bytes = Vec::with_capacity(1 + roid.len());
        bytes.push(b'R');
        bytes.extend_from_slice(roid.as_bytes());
        RecordId(bytes.into_boxed_slice())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The class; `None` for a key that names no record.
    pub fn class(&self) -> Option<Class> {
        Class::ALL.iter().copied().find(|class| self.0.first() == Some(&class_byte(*class)))
    }

    /// The name in clear; `None` for a contact.
    pub fn name(&self) -> Option<&str> {
        match self.class() {
            Some(Class::Contact) | None => None,
            Some(_) => std::str::from_utf8(self.0.get(1..)?).ok(),
        }
    }
}

/// A record: what it links to, and bytes that mean something to `publish`.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// The keys of the records that it links to.
    pub links: Vec<RecordId>,
    /// The object.
    pub payload: Vec<u8>,
}

impl Record {
    /// Number of links, each with its length, then the payload.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, VaultFault> {
        let mut bytes = Vec::with_capacity(self.payload.len() + 64);
        let count = u16::try_from(self.links.len()).map_err(|_| VaultFault::TooManyLinks)?;
        bytes.extend_from_slice(&count.to_be_bytes());
        for link in &self.links {
            bytes.extend_from_slice(&link_prefix(link));
        }
        bytes.extend_from_slice(&self.payload);
        Ok(bytes)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Record> {
        let (count, mut rest) = bytes.split_at_checked(2)?;
        let count = u16::from_be_bytes(count.try_into().ok()?);
        let mut links = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            let (length, after) = rest.split_at_checked(2)?;
            let length = u16::from_be_bytes(length.try_into().ok()?);
            let (link, after) = after.split_at_checked(usize::from(length))?;
            links.push(RecordId(link.into()));
            rest = after;
        }
        Some(Record { links, payload: rest.to_vec() })
    }
}

/// What every link to `target` begins with; the length keeps one target from being the beginning of another.
pub(super) fn link_prefix(target: &RecordId) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 + target.0.len());
    bytes.extend_from_slice(&u16::try_from(target.0.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend_from_slice(&target.0);
    bytes
}

/// The key of a link.
pub(super) fn link_key(target: &RecordId, source: &RecordId) -> Vec<u8> {
    let mut bytes = link_prefix(target);
    bytes.extend_from_slice(&source.0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_read_back_and_cut_ones_do_not_panic() {
        let record = Record {
            links: vec![RecordId::new(Class::Host, b"ns1.example.be"), RecordId::host_roid("H1-BE")],
            payload: b"{}".to_vec(),
        };
        let bytes = record.to_bytes().unwrap();
        assert!(Record::from_bytes(&bytes) == Some(record));
        for cut in 0..bytes.len() - 2 {
            assert!(Record::from_bytes(&bytes[..cut]).is_none(), "cut at {cut}");
        }
    }

    #[test]
    fn a_longer_target_is_not_found_under_a_shorter_one() {
        let (short, long) = (RecordId::new(Class::Host, b"ns1.be"), RecordId::new(Class::Host, b"ns1.be.be"));
        assert!(!link_key(&long, &short).starts_with(&link_prefix(&short)));
    }
}
