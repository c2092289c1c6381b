//! Checksums of values and the digest of a generation.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256, digest};

/// Octets of a value's checksum.
pub const CHECKSUM_OCTETS: usize = 8;

/// The first eight octets of the SHA-256 of `bytes`.
pub fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_OCTETS] {
    let mut checksum = [0; CHECKSUM_OCTETS];
    for (to, from) in checksum.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
        *to = *from;
    }
    checksum
}

/// The first sixteen octets of the SHA-256 of `bytes`, as a number.
pub fn digest128(bytes: &[u8]) -> u128 {
    let digest = digest(&SHA256, bytes);
    digest.as_ref().first_chunk().map_or(0, |octets| u128::from_be_bytes(*octets))
}

/// Lower case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    nibbles.filter_map(|nibble| DIGITS.get(usize::from(nibble))).collect()
}

/// The SHA-256 of `bytes` in lower case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// The digest of a generation: SHA-256 over all its entries, each as length and octets of key and value.
/// Entries are added in the order of their keys' bytes; then equal sets have equal digests.
#[derive(Clone)]
pub struct SetDigest {
    context: Context,
}

impl SetDigest {
    /// The digest of nothing yet.
    pub fn new() -> SetDigest {
        SetDigest { context: Context::new(&SHA256) }
    }

    /// Adds one entry. The lengths keep neighbouring entries apart.
    pub fn add(&mut self, key: &[u8], value: &[u8]) {
        for part in [key, value] {
            self.context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            self.context.update(part);
        }
    }

    /// The digest in lower case hexadecimal, 64 characters.
    pub fn finish(self) -> String {
        hex(self.context.finish().as_ref())
    }
}

impl Default for SetDigest {
    fn default() -> SetDigest {
        SetDigest::new()
    }
}

impl fmt::Debug for SetDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_the_empty_text_is_the_published_one() {
        assert_eq!(sha256_hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(checksum(b""), [0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14]);
    }

    #[test]
    fn the_digest_of_a_set_tells_entries_apart() {
        let digest = |entries: &[(&[u8], &[u8])]| {
            let mut set = SetDigest::new();
            entries.iter().for_each(|(key, value)| set.add(key, value));
            set.finish()
        };
        let whole = digest(&[(b"ab", b"c"), (b"d", b"")]);
        assert_eq!(whole.len(), 64);
        assert_eq!(whole, digest(&[(b"ab", b"c"), (b"d", b"")]));
        for other in [
            digest(&[]),
            digest(&[(b"ab", b"c")]),
            digest(&[(b"a", b"bc"), (b"d", b"")]),
            digest(&[(b"ab", b"c"), (b"", b"d")]),
            digest(&[(b"d", b""), (b"ab", b"c")]),
        ] {
            assert_ne!(whole, other);
        }
    }
}
