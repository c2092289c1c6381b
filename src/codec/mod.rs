//! The versioned bytes of public records and their digests, shared by store, feed and index.
//!
//! A value is a version byte, the record in that version's form, and a checksum: the first eight octets of the
//! SHA-256 of everything before it. The checksum finds damage, not malice; [`digest::SetDigest`] over a whole
//! generation is what two machines compare. Reading never panics and never allocates more than a small multiple
//! of what it was given.
//!
//! - `bytes`: numbers, texts, lists and how reading them fails
//! - `codes`: the numbers of enums, fixed for ever
//! - `v1`: the records of version 1
//! - `packed`: records as they stand in memory
//! - `key`: the key of a record, and one entry of a generation
//! - `digest`: checksums and the digest of a generation

mod bytes;
mod codes;
pub mod digest;
pub mod key;
pub mod packed;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
mod v1;
mod wire;

pub use bytes::CodecFault;
pub use digest::SetDigest;
pub use key::{Change, RecordKey};

use crate::disclosure::record::{PublicRecord, PublicRegistrar};
use bytes::{Reader, Writer};
use digest::CHECKSUM_OCTETS;
use wire::{Put, Take};

/// The version that [`encode`] writes.
pub const VERSION: u8 = 1;

/// Longest value that [`decode`] looks at, in octets. The limits of the import keep records far below it.
pub const RECORD_OCTETS_MAX: usize = 16 * 1024 * 1024;

/// The bytes of a record: version, body, checksum. Timestamps keep microseconds; finer parts are dropped.
pub fn encode(record: &PublicRecord) -> Vec<u8> {
    sealed(|writer| record.put(writer))
}

/// As [`encode`], of a registrar.
pub fn encode_registrar(registrar: &PublicRegistrar) -> Vec<u8> {
    sealed(|writer| {
        writer.octet(key::REGISTRAR);
        registrar.put(writer);
    })
}

fn sealed(put: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.octet(VERSION);
    put(&mut writer);
    let mut bytes = writer.finish();
    let checksum = digest::checksum(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

/// Reads what [`encode`] wrote. Any other bytes are a fault: another version, a wrong checksum, numbers or texts
/// that no writer makes, something left over.
pub fn decode(bytes: &[u8]) -> Result<PublicRecord, CodecFault> {
    let mut reader = Reader::new(body(bytes)?);
    let record = PublicRecord::take(&mut reader)?;
    reader.end()?;
    Ok(record)
}

/// The record in a value whose version and checksum are right.
fn body(bytes: &[u8]) -> Result<&[u8], CodecFault> {
    if bytes.len() > RECORD_OCTETS_MAX {
        return Err(CodecFault::TooLong);
    }
    match bytes.first() {
        None => return Err(CodecFault::Truncated),
        Some(&VERSION) => {}
        Some(&other) => return Err(CodecFault::Version(other)),
    }
    let body_end = bytes.len().checked_sub(CHECKSUM_OCTETS).ok_or(CodecFault::Truncated)?;
    let (body, checksum) = bytes.split_at_checked(body_end).ok_or(CodecFault::Truncated)?;
    if digest::checksum(body) != *checksum {
        return Err(CodecFault::Checksum);
    }
    body.get(1..).ok_or(CodecFault::Truncated)
}
